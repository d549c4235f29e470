"""A Postgres database."""
