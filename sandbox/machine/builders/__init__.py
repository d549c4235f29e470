"""How images get built: two kinds of builder, and a client program that ends when told."""
