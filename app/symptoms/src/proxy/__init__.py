"""The proxy client: the API as Python functions that never raise."""

from .client import APIProxyClient

__all__ = ["APIProxyClient"]
