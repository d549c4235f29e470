"""What people look at: pages and tables."""
