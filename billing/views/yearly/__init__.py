"""Pages of a year: its entry, true-ups, joint liability, the reserve, grants."""
