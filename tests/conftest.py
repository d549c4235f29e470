"""What every worker does once, so that no test has to."""

import gc
import os
import ssl
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import pytest

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # by which clients find whom they trust


def pytest_collection_finish() -> None:
    """Modules and collected tests stay to the end: no collection need look at them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _certificates_read_once():
    """A client of httpx reads the authorities' certificates whomever it asks: 25 ms of each."""
    with pytest.MonkeyPatch.context() as patch:
        for library in ("httpx", "httpx2"):
            transport = import_module(f"{library}._transports.default")
            patch.setattr(transport, "create_ssl_context", _once(transport.create_ssl_context))
        yield


def _once(create: Callable[..., ssl.SSLContext]) -> Callable[..., ssl.SSLContext]:
    @cache
    def created(_certificates: object, **options: Any) -> ssl.SSLContext:
        return create(**options)

    return lambda **options: created(tuple(map(os.environ.get, _CERTIFICATES)), **options)
