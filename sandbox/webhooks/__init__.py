"""Webhooks of every platform: where they may go, how they are sent, what is kept of them."""
