"""What the API and people see of pull requests."""
