"""What was done: timesheets and their entries."""
