"""Services: what they are told to be, what belongs to them, and their life."""
