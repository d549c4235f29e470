"""The one database of a sandbox."""
