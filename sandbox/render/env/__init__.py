"""Environment variables and secret files, of services and of groups."""
