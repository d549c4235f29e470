"""Whose a token is, where it may write, and which plans pay for Docker Spaces there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway.huggingface.hub.client import HubClient

_WRITE, _FINE_GRAINED = "write", "fineGrained"
_WRITING = "repo.write"


@dataclass(frozen=True)
class Account:
    """What the Hub says of a token."""

    name: str
    namespaces: frozenset[str]  # the account's own and its organizations'
    paid: frozenset[str]  # of these, whose plan runs Docker Spaces
    writable: frozenset[str]  # of these, where this token may write


def read_account(client: HubClient) -> Account:
    """The account behind a client's token.

    Raises:
        ApiError: the token is nobody's (401), or the Hub does not answer.
    """
    said = client.call("Hub account: read", client.api.whoami, retry=False)
    name = str(said["name"])
    organizations = {str(each["name"]): each for each in said.get("orgs") or ()}
    namespaces = frozenset({name, *organizations})
    paid = {each for each, seen in organizations.items() if _is_paid(seen)}
    if said.get("isPro"):
        paid.add(name)
    token = (said.get("auth") or {}).get("accessToken") or {}
    return Account(name, namespaces, frozenset(paid), frozenset(_writable(token, namespaces)))


def _is_paid(organization: Mapping[str, Any]) -> bool:
    return bool(organization.get("plan") or organization.get("isEnterprise"))


def _writable(token: Mapping[str, Any], namespaces: frozenset[str]) -> set[str]:
    if token.get("role") == _WRITE:
        return {*namespaces}
    if token.get("role") != _FINE_GRAINED:
        return set()
    scoped = (token.get("fineGrained") or {}).get("scoped") or ()
    return {
        str(each["entity"].get("name"))
        for each in scoped
        if _WRITING in (each.get("permissions") or ())
    } & namespaces
