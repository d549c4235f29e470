"""Builds and runs what the sandbox's platforms are given: real images, real containers."""
