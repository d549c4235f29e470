"""git for every platform that hosts it: reading, writing, serving it over HTTP, judging pushes.

Who may do what, which files a push may bring, and how refusals are worded stay with the platform.
"""
