"""Where the model comes from."""
