"""What was written and signed: templates, papers, who must sign them, their signatures, and the proof of all that."""
