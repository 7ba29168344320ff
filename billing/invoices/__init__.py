"""An invoice and all that came of it."""
