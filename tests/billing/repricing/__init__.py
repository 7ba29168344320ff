"""Prices that change: what it would do, what is refused, what is agreed."""
