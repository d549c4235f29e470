"""The server process of a sandbox: its home, its platforms, how it starts, stops and is forgotten."""
