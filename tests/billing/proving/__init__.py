"""The proof that what was kept is what was kept."""
