"""What `make …` and `./with-sandbox` do: set up, raise, preview, test.

Nothing here is needed by a user of the real platforms, and the sandbox knows nothing of it.
"""
