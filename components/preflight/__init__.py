"""Checks made in the program, before anything is created: pure functions that return findings."""
