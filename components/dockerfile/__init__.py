"""What a Dockerfile says, and what it must not do."""
