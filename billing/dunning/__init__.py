"""Remind members of what is late."""
