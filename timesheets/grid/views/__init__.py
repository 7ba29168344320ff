"""Pages on which hours are entered, by month and by day."""
