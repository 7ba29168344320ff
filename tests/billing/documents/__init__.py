"""What every paper needs."""
