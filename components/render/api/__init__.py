"""How Render is spoken to."""
