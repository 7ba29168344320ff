"""Who may come in: people are invited, nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """The group’s door: accounts are opened by invitation only."""

    def is_open_for_signup(self, request: object) -> bool:  # noqa: ARG002 - allauth’s signature
        """Never: an invitation creates the account."""
        return False
