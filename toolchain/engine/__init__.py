"""A container engine with an image builder: the one that runs, or a private one."""
