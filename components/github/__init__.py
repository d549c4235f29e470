"""GitHub: what a repository needs so that its workflows can test and deploy."""
