"""A sandbox's server process: its home, its platforms, how it starts, stops and is forgotten."""
