"""Django admin for who belongs: the group, members, people, and the journal of changes."""

from members.admin import journal, people, rules, site, structures

__all__ = ["journal", "people", "rules", "site", "structures"]
