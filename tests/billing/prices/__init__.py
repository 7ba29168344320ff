"""Prices agreed, changed, simulated and offered."""
