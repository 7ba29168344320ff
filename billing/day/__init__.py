"""What finance does today."""
