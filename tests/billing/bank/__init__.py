"""Tests of bank statements: read, taken in, held against what is due, and matched."""
