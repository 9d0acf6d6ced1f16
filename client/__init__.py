"""Connect a strategy to Fairlead."""
