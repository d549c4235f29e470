"""Actions secrets: sealed, drawn, kept."""
