"""The law of working time (Code du travail): facts in, findings out."""
