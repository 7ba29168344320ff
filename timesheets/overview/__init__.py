"""The coordinator’s month, for reading only: who works for whom, what to approve, what blocks, how far it is."""
