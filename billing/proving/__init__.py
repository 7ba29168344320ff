"""Whether everything that was kept is still what was kept."""
