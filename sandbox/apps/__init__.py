"""Running applications, whatever platform they belong to: addresses, health, logs, workers."""
