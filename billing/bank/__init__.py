"""Statements of the bank, matched with what members owe."""
