"""Who belongs: the group, its members, their seats and sites."""
