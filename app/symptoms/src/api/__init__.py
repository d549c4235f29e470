"""The API: predictions and their log, reachable from inside the container only."""
