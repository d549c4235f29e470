"""Webhooks and their deliveries as the API shows them."""

import json
from datetime import UTC, datetime
from typing import Any

from sandbox.github.hooks.records import Config, Hook
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Repository
from sandbox.webhooks.deliveries import Delivery

_HIDDEN = "********"  # a secret, to whoever asks


def config_view(config: Config) -> dict[str, Any]:
    """Where one leads; of a secret that there is one."""
    shown = {
        "content_type": config.content_type,
        "insecure_ssl": "1" if config.insecure_ssl else "0",
        "url": config.url,
    }
    return shown if config.secret is None else {**shown, "secret": _HIDDEN}


def hook_view(hook: Hook, repository: Repository, here: Urls) -> dict[str, Any]:
    """A webhook."""
    api = f"{here.api}/repos/{repository.full_name}/hooks/{hook.id}"
    states = {None: "unused", 2: "active"}
    family = None if hook.last_code is None else hook.last_code // 100
    return {
        "type": "Repository",
        "id": hook.id,
        "name": "web",
        "active": hook.active,
        "events": list(hook.events),
        "config": config_view(hook.config),
        "updated_at": hook.updated_at,
        "created_at": hook.created_at,
        "url": api,
        "test_url": f"{api}/test",
        "ping_url": f"{api}/pings",
        "deliveries_url": f"{api}/deliveries",
        "last_response": {
            "code": hook.last_code,
            "status": states.get(family, "misconfigured"),
            "message": hook.last_message,
        },
    }


def delivery_item(delivery: Delivery, repository: Repository) -> dict[str, Any]:
    """A delivery as lists have it."""
    at = datetime.fromtimestamp(delivery.created, tz=UTC)
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "redelivery": delivery.redelivery,
        "duration": delivery.seconds,
        "status": delivery.reason,
        "status_code": delivery.status or 0,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": None,
        "repository_id": repository.id,
        "throttled_at": None,
    }


def delivery_view(delivery: Delivery, repository: Repository) -> dict[str, Any]:
    """A delivery with what was sent and what came back."""
    return {
        **delivery_item(delivery, repository),
        "url": delivery.url,
        "request": {
            "headers": dict(delivery.request_headers),
            "payload": json.loads(delivery.payload),
        },
        "response": {"headers": dict(delivery.answer_headers), "payload": delivery.answer},
    }
