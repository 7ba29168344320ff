"""Template tags and filters: formats, fields and the ring; no query."""
