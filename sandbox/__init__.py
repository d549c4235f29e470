"""A local cloud that speaks the platforms' own APIs and really runs what it is given.

A program of its own (`python -m sandbox`, `slipway-sandbox`): nothing in it knows the project
beside it, its folders or its stack files.
"""
