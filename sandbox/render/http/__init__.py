"""Render's HTTP surface: who asks, what is refused, each route."""
