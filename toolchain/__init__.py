"""How programs get onto a machine: the CLI, its language host and plugins, an engine, images.

It knows neither the platforms nor the systems.
"""
