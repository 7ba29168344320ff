"""Findings on working time, over all members of a person, and their acknowledgement."""
