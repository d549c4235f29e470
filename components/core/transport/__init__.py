"""How calls to platforms are made: with deadlines, and again where that may help."""
