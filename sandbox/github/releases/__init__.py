"""Releases: tags with words and files."""
