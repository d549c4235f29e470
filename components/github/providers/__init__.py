"""The dynamic providers for GitHub; their module paths are persistent state."""
