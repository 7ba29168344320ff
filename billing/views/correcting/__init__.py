"""The pages of credit notes: what to credit, the paper to come, its issue, its PDF made again."""
