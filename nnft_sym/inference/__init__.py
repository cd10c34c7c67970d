"""From correlators to the couplings of an action."""
