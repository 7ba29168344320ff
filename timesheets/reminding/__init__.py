"""Messages about hours: to whom, in which words, and when."""
