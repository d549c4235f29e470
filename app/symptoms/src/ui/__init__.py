"""The page people see: the one thing of the container that is reachable from outside."""
