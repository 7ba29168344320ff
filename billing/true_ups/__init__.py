"""True-ups of a year: what was invoiced against what it cost."""
