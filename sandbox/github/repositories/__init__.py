"""Repositories: git data, who they belong to, and how their references move."""
