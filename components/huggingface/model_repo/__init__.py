"""A model repository."""
