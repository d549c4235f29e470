"""What all platforms share of HTTP: request log, ids, faults on demand, limits, connections."""
