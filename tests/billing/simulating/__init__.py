"""The simulator: prices that are told before anybody is placed."""
