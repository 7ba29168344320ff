"""Django admin for who belongs: the group, members, people, and the journal of changes."""

from members.admin import deputies, doors, group, journal, membership, outbox, people, site, structures

__all__ = ["deputies", "doors", "group", "journal", "membership", "outbox", "people", "site", "structures"]
