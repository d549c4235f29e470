"""Webhooks of repositories: what happened, sent to addresses on this machine and signed."""
