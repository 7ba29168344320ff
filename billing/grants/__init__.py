"""Grants, and what they pay for."""
