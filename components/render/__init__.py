"""Render: web services, static sites, databases and registry credentials."""
