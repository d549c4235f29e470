"""Trusted publishers: workflows that push to a repository without a stored token."""
