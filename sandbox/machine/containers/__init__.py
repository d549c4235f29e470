"""What is put into a container before it starts, and the lines that come out of it."""
