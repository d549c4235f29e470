"""The deploy hook of a service: an address that deploys it for whoever knows it.

No API of Render returns it or its key; a person copies the key from the service's page. The address
is composed here, so that a key of another service, or of a Blueprint, is found out at once.
"""

import re
from urllib.parse import parse_qs, urlsplit

from pulumi import Input, Output

from slipway.core.credentials import render_endpoint
from slipway.errors import ConfigError

DEPLOY_HOOK = "RENDER_DEPLOY_HOOK"  # under which workflows know the address, as a secret

_SERVICE_ID = re.compile(r"srv-[0-9a-z]{8,40}")
_KEY = re.compile(r"[A-Za-z0-9_-]{6,128}")


def deploy_hook_secret(service_id: Input[str], key: Input[str]) -> Output[str]:
    """The hook's address, for an environment's secrets or whoever else deploys the service by it.

    Args:
        service_id: see `deploy_hook_url`, which also says what is refused.
        key: the same.
    """
    endpoint = render_endpoint()
    url: Output[str] = Output.all(service_id, key).apply(
        lambda pair: deploy_hook_url(endpoint, pair[0], pair[1])
    )
    return Output.secret(url)


def deploy_hook_url(endpoint: str, service_id: str, key: str) -> str:
    """The hook's address: a secret, since it needs no other credential.

    Args:
        endpoint: of the API, version included.
        service_id: of the service it deploys.
        key: the hook's key, or its whole address as the service's page shows it.

    Raises:
        ConfigError: it is the hook of something else, or no key; the text never holds it.
    """
    if "://" in key:
        key = _key_of(service_id, key)
    if not _SERVICE_ID.fullmatch(service_id) or not _KEY.fullmatch(key):
        raise ConfigError(
            f"Deploy hook of {service_id}: that is no key. Copy what follows `key=` from the "
            "service's page, Settings, Deploy Hook."
        )
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}/deploy/{service_id}?key={key}"


def _key_of(service_id: str, address: str) -> str:
    parts = urlsplit(address)
    target = parts.path.rpartition("/")[2]
    if target.startswith("exs-"):
        raise ConfigError(
            f"Deploy hook of {service_id}: that is the hook of a Blueprint, which deploys no code. "
            "Use the hook on the service's own page."
        )
    if not parts.path.startswith("/deploy/") or target != service_id:
        raise ConfigError(
            f"Deploy hook of {service_id}: that address deploys {target or 'nothing'}. Copy the "
            "hook from this service's page."
        )
    return "".join(parse_qs(parts.query).get("key", []))
