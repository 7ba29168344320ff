"""Django admin for who belongs: the group, members, people, and the journal of changes."""

from members.admin import doors, group, journal, membership, people, site, structures

__all__ = ["doors", "group", "journal", "membership", "people", "site", "structures"]
