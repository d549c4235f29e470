"""A sandbox's server process: its home and options, how it starts, stops, is pruned and forgotten.

How a platform is put together stands in that platform's room (`platform.py`).
"""
