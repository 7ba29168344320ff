"""Hours from a file: read, rehearsed line by line, then taken in whole or not at all."""
