"""What employees cost: payroll files, estimates, differences carried, leave provisions."""
