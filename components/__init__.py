"""Building blocks: one user-facing thing is one ComponentResource in one file."""
