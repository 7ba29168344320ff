"""Tests of what members paid, what they owe, and the pages of it."""
