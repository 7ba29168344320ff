"""What every paper needs: its number, its VAT, its mentions, its copy and its file."""
