"""The tests of billing.day."""
