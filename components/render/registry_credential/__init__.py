"""What Render pulls private images with."""
