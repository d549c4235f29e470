"""Workflow runs: what a push or a dispatch starts, run by act on this machine."""
