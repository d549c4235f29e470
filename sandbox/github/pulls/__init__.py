"""Pull requests: what they would merge, who has reviewed it, and the merge itself."""
