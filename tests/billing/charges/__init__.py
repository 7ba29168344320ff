"""Tests of expenses, dues, deposits and free lines."""
