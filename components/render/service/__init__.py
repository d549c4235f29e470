"""Web services and static sites."""
