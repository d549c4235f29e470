"""Serving bare git repositories over HTTP; the sandbox's platforms that host git share it."""
