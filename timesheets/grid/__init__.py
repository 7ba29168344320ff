"""The month grid and the day page: hours loaded, shown, posted, saved and undone."""
