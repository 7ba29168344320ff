"""Joint liability and the reserve."""
