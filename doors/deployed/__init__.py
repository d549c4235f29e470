"""What is deployed, as far as a state without its secrets tells it."""
