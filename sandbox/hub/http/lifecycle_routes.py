"""Create, delete, move and set up repositories."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import Handlers, at
from sandbox.hub.contract import SpaceSettings
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import object_id
from sandbox.hub.http.errors import BadRequestError, ConflictError
from sandbox.hub.http.requests import API_REPO, allow_keys, api_repo, json_object, web_url
from sandbox.hub.repositories.card import SDKS
from sandbox.hub.repositories.lifecycle import Lifecycle
from sandbox.hub.repositories.names import RepoKind, new_name, parse_id, parse_kind

_CREATE_KEYS = {"name", "organization", "type", "visibility", "private", "region"}
_SPACE_KEYS = {"sdk", "hardware", "sleepTimeSeconds", "secrets", "variables"}
_CREATE_LATER = {"template", "volumes", "resourceGroupId", "license", "files"}
_SETTINGS_LATER = {"discussionsDisabled", "gatedNotifications", "xetEnabled"}


class LifecycleRoutes(Handlers):
    """Endpoints about repositories as a whole."""

    def __init__(self, access: Access, lifecycle: Lifecycle) -> None:
        self._access = access
        self._lifecycle = lifecycle

    @at("POST", "/api/repos/create")
    def _create(self, request: Request, body: bytes) -> Response:
        identity = self._access.require_user(request)
        parsed = json_object(body)
        kind = parse_kind(parsed.get("type"))
        known = _CREATE_KEYS | (_SPACE_KEYS if kind is RepoKind.SPACE else set())
        allow_keys(parsed, known, later=_CREATE_LATER)
        if parsed.get("region") not in {None, "us"}:
            raise NotImitatedError('a "region" other than us')
        namespace = parsed.get("organization") or identity.name
        name = new_name(kind, str(namespace), str(parsed.get("name") or ""))
        visibility = parsed.get("visibility") or ("private" if parsed.get("private") else "public")
        settings = _space_settings(parsed) if kind is RepoKind.SPACE else None
        try:
            repository = self._lifecycle.create(identity, name, str(visibility), settings)
        except ConflictError as conflict:
            # The client's exist_ok takes the address from this body.
            raise ConflictError(conflict.message, {"url": web_url(request, name)}) from None
        url = web_url(request, name)
        return JSONResponse({"url": url, "name": name.id, "id": object_id(repository.uid)})

    @at("DELETE", "/api/repos/delete")
    def _delete(self, request: Request, body: bytes) -> Response:
        identity = self._access.require_user(request)
        parsed = json_object(body)
        allow_keys(parsed, {"name", "organization", "type"})
        namespace = parsed.get("organization") or identity.name
        repo_id = f"{namespace}/{parsed.get('name')}"
        kind = parse_kind(parsed.get("type"))
        self._lifecycle.delete(self._access.require(request, repo_id, kind=kind, write=True))
        return PlainTextResponse("OK")

    @at("POST", "/api/repos/move")
    def _move(self, request: Request, body: bytes) -> Response:
        identity = self._access.require_user(request)
        parsed = json_object(body)
        allow_keys(parsed, {"fromRepo", "toRepo", "type"})
        kind = parse_kind(parsed.get("type"))
        source = str(parsed.get("fromRepo"))
        repository = self._access.require(request, source, kind=kind, write=True)
        self._lifecycle.move(identity, repository, parse_id(kind, str(parsed.get("toRepo"))))
        return PlainTextResponse("OK")

    @at("PUT", f"{API_REPO}/settings")
    def _settings(self, request: Request, body: bytes) -> Response:
        kind, repo_id = api_repo(request)
        repository = self._access.require(request, repo_id, kind=kind, write=True)
        parsed = json_object(body)
        allow_keys(parsed, {"gated", "visibility", "private"}, later=_SETTINGS_LATER)
        if "visibility" in parsed:
            self._lifecycle.set_visibility(repository, str(parsed["visibility"]))
        elif "private" in parsed:
            self._lifecycle.set_visibility(repository, "private" if parsed["private"] else "public")
        if "gated" in parsed:
            self._lifecycle.set_gated(repository, parsed["gated"])
        return JSONResponse({key: parsed[key] for key in parsed})


def _space_settings(body: Mapping[str, Any]) -> SpaceSettings:
    sdk = body.get("sdk")
    if sdk not in SDKS:
        raise BadRequestError(f'"sdk" must be one of [{", ".join(SDKS)}]')
    sleep = body.get("sleepTimeSeconds")
    if sleep is not None and not isinstance(sleep, int):
        raise BadRequestError('"sleepTimeSeconds" must be a number')
    return SpaceSettings(
        sdk=sdk,
        hardware=body.get("hardware"),
        sleep_time_seconds=sleep,
        secrets=_pairs(body, "secrets"),
        variables=_pairs(body, "variables"),
    )


def _pairs(body: Mapping[str, Any], key: str) -> list[Mapping[str, str]]:
    pairs = body.get(key) or []
    if not isinstance(pairs, list):
        raise BadRequestError(f'"{key}" must be an array')
    for pair in pairs:
        named = isinstance(pair, dict) and {"key", "value"} <= pair.keys()
        if not named or not all(isinstance(value, str) for value in pair.values()):
            raise BadRequestError(f'"{key}" must hold objects with a key and a value')
    return pairs
