"""Images on a Docker host of one's own: tried, or served."""
