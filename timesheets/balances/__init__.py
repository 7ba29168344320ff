"""The year in figures: planned, worked, approved, billed, against contracts and commitments."""
