"""The deploy of a service, followed to its end."""
