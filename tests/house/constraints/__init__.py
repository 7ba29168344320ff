"""Every constraint and trigger of our tables by name: what only it refuses, and what it lets in."""
