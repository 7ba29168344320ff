"""Pages of who belongs: accounts and preferences; the rules of the group."""
