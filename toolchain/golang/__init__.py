"""Go itself, and programs built with it from pinned modules."""
