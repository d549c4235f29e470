"""What a change does to what systems answer, and how: findings, and the lines that tell them."""
