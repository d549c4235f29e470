"""Dynamic providers for Render.

The module path and name of each class are persistent state: the engine keeps a reference to them
for every resource, and a class that moved makes refresh and destroy fail.
"""
