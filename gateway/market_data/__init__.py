"""Follow venues' market data and pass it on to strategies."""
