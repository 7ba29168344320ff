"""The coordinator’s month: who works for whom, what to approve, what blocks, how far it is."""
