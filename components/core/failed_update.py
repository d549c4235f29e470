"""An update that failed halfway is written down, so that it is not believed undone.

The engine keeps the state from before a failed update. Whoever takes their change back would be
told that all is as declared, with part of it on the platform: a Space that is public, a secret. The
engine can be told what there is instead, together with the failure: it then writes that down, and
asks for an update the next time whatever is declared by then. Pulumi's host of dynamic providers
knows of no such answer, so it is put beside the one that it gives.
"""

import asyncio
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from pulumi.dynamic import ResourceProvider
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from slipway.errors import ApiError

ADVICE = "Part of it may be written; if you take the change back, run `pulumi up --refresh`."
_PROVIDER = "__provider"
_UNKNOWN = 2  # gRPC's code for what the host answers with


def with_what_is_there(host: FrameType, error: BaseException, text: str) -> str:
    """Adds to the failure of an update what its provider reads afterwards.

    Args:
        host: the method of Pulumi's host that answers with a failure.
        error: what the provider raised.
        text: what is said of it.

    Returns:
        The text, and what to do where the platform could not be asked.
    """
    call = host.f_locals
    request = call.get("request")
    if not isinstance(request, provider_pb2.UpdateRequest):
        return text
    news = rpc.deserialize_properties(request.news)
    config = call["self"]._config  # noqa: SLF001 - as the host itself asks for the provider
    try:
        provider = sys.modules["__main__"].get_provider(news, config)
    except Exception:  # noqa: BLE001 - it is what failed, such as for want of a token
        return text
    if not getattr(provider, "notes_failed_updates", False):
        return text
    if isinstance(error, ApiError) and error.status is None:
        return f"{text} {ADVICE}"  # nothing answers: nobody is to wait for that twice
    try:
        failed = _failed(provider, request, news, text)
    except Exception:  # noqa: BLE001 - the failure that is being told comes first
        return f"{text} {ADVICE}"
    status = status_pb2.Status(code=_UNKNOWN, message=text)
    status.details.add().Pack(failed)
    answer = ("grpc-status-details-bin", status.SerializeToString())
    call["context"].set_trailing_metadata((answer,))
    return text


def declared_by_either(olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """The state, with the names it was to have besides: some of them may be there by now."""
    both = {
        key: {**news[key], **value}
        for key, value in olds.items()
        if isinstance(value, dict) and isinstance(news.get(key), dict)
    }
    return {
        **{key: value for key, value in news.items() if isinstance(value, dict)},
        **olds,
        **both,
    }


def _failed(
    provider: ResourceProvider,
    request: provider_pb2.UpdateRequest,
    news: Mapping[str, Any],
    text: str,
) -> provider_pb2.ErrorResourceInitFailed:
    """The engine's own word for it; an error if there is nothing to be read."""
    olds = rpc.deserialize_properties(request.olds)
    found = provider.read(request.id, declared_by_either(olds, news))
    if not found.id or found.outs is None:
        raise LookupError(request.id)
    outputs = {**found.outs, _PROVIDER: news[_PROVIDER]}
    there = asyncio.run(rpc.serialize_properties(outputs, {}))
    return provider_pb2.ErrorResourceInitFailed(id=request.id, properties=there, reasons=[text])
