"""Views of month."""
