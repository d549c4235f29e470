"""The one database of a sandbox, and the versions of what is in it.

Tables stand beside the code that reads them, in the platforms' rooms.
"""
