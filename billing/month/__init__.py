"""The monthly close: price what was worked, draft it, issue it, hold it against the cost."""
