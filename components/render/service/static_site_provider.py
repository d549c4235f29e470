"""The life of a static site, which differs from a web service in its settings only."""

from slipway.render.service.provider import ServiceProvider


class StaticSiteProvider(ServiceProvider):
    """See `ServiceProvider`; a static site has no region, plan or instances."""
