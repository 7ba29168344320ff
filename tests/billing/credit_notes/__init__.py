"""Credit notes: what may be credited, to the cent, once, and what becomes of the hours."""
