"""Views of charges."""
