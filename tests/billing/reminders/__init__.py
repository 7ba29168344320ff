"""Tests of the reminders: the law of late interest, the levels, the letters, the disputes, the pages."""
