"""What a member has to confirm: everybody's hours on one page, confirmed at once, and taken back."""
