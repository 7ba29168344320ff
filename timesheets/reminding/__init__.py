"""Who is told what by mail: in the morning what waits, at once what was contested, and when the coordination asks."""
