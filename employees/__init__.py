"""Who works, and where: employees, contracts, assignments."""
