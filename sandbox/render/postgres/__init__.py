"""Postgres databases: real servers in containers."""
