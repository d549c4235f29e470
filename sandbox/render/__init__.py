"""Render (render.com) in the sandbox: its public API, deploy hooks, and real deploys."""
