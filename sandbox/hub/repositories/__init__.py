"""Repositories of the Hub: git and LFS data, names, and the rules for what may be in them."""
