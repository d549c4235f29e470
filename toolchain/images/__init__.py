"""What images are made of and kept in: registry, builder, stand-ins for base images."""
