"""The files that are sent to a platform."""
