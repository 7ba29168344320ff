"""What employees cost: payroll files, estimates, and what is set aside for leave."""
