"""Views of prices."""
