"""Joint liability of the members, and the reserve."""
