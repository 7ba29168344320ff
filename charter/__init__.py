"""What was agreed: the charter, its commitments and signatures."""
