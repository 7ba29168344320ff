"""What README and docs quote, runnable: ``make bench``."""
