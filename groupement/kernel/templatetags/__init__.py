"""Template filters of the kernel: formats only."""
