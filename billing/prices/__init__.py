"""Prices agreed with members: changed, indexed, tried in a simulator, offered in quotes."""
