"""Balances, for reading only: planned, worked, approved, billed over a year, against contract and commitment."""
