"""Workflows that run at times: `schedule`."""
