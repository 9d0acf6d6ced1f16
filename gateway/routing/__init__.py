"""Where an order goes: routes, fees, ranking, parents and children. docs/routing.md."""
