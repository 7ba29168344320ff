"""The group as a whole: pages that ask every app the same, and say it in one place."""
