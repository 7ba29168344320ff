"""The tests of billing.dispatch."""
