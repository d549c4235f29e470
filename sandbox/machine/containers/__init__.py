"""What is put into a container before it starts."""
