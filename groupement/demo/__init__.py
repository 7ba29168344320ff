"""La Ronde, the group that the demonstration shows: invented people and figures, the same at every run."""
