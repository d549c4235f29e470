"""Looks, before the first long step, at all that can be known: can this machine do what is left?

Each check is a probe that looks and a judgement that is a function of what was seen. Nothing here
imports more than the standard library: it runs before any package is installed.
"""
