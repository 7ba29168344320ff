"""Views of the bank."""
