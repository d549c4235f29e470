"""What the report asks of GitHub: its REST API, a pull request's comment and label."""
