"""What is said about commits: statuses and deployments."""
