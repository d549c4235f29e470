"""A change from its pull request to prod, and its drift, played in a sandbox of its own."""
