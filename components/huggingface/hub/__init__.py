"""How the Hub is spoken to."""
