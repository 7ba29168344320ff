"""Hours from a file: read, previewed line by line, then imported whole or not at all."""
