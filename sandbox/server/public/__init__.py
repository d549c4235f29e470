"""The platforms' own names, as the world has them, leading to the sandbox."""
