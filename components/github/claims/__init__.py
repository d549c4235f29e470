"""What a program declares to be its own on GitHub."""
