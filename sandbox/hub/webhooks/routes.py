"""Webhooks of the user who asks, as `huggingface_hub` asks for them."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import Handlers, at
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Identity, TokenRole
from sandbox.hub.http.errors import BadRequestError, ForbiddenError, WebhookNotFoundError
from sandbox.hub.http.requests import allow_keys, json_object
from sandbox.hub.webhooks.records import Watched, Webhook, new_id
from sandbox.hub.webhooks.service import Webhooks

_ALL = "/api/settings/webhooks"
_ONE = f"{_ALL}/{{webhook}}"
_KEYS = {"watched", "url", "domains", "secret"}
_LATER = {"jobSourceId", "secrets"}
_TYPES = ("dataset", "model", "org", "space", "user")
_DOMAINS = ("repo", "discussion")
_MOST, _MOST_WATCHED = 100, 100  # of a user, and of a webhook; limits of the sandbox's own
_LONGEST_SECRET = 1024  # characters


class WebhookRoutes(Handlers):
    """Endpoints of webhooks."""

    def __init__(self, access: Access, webhooks: Webhooks) -> None:
        self._access = access
        self._webhooks = webhooks

    @at("GET", _ALL)
    def _list(self, request: Request) -> Response:
        owner = self._access.require_user(request).name
        return JSONResponse([_shown(each) for each in self._webhooks.records.all(owner)])

    @at("POST", _ALL)
    def _create(self, request: Request, body: bytes) -> Response:
        owner = self._writer(request).name
        if len(self._webhooks.records.all(owner)) >= _MOST:
            raise BadRequestError(f"A user has at most {_MOST} webhooks")
        empty = Webhook(id=new_id(), owner=owner, url="", watched=(), domains=_DOMAINS, secret=None)
        return self._kept(self._changed(request, empty, json_object(body)))

    @at("GET", _ONE)
    def _get(self, request: Request) -> Response:
        found = self._found(request, self._access.require_user(request))
        return JSONResponse({"webhook": _shown(found)})

    @at("POST", _ONE)
    def _update(self, request: Request, body: bytes) -> Response:
        """What is not sent stays."""
        found = self._found(request, self._writer(request))
        return self._kept(self._changed(request, found, json_object(body)))

    @at("POST", f"{_ONE}/enable")
    def _enable(self, request: Request) -> Response:
        found = self._found(request, self._writer(request))
        return self._kept(replace(found, disabled=False))

    @at("POST", f"{_ONE}/disable")
    def _disable(self, request: Request) -> Response:
        found = self._found(request, self._writer(request))
        return self._kept(replace(found, disabled=True))

    @at("DELETE", _ONE)
    def _delete(self, request: Request) -> Response:
        self._webhooks.forget(self._found(request, self._writer(request)))
        return PlainTextResponse("OK")

    def _writer(self, request: Request) -> Identity:
        identity = self._access.require_user(request)
        if identity.role is not TokenRole.WRITE:
            raise ForbiddenError("This token reads: it changes no webhooks")
        return identity

    def _found(self, request: Request, identity: Identity) -> Webhook:
        found = self._webhooks.records.find(request.path_params["webhook"])
        if found is None or found.owner != identity.name:
            raise WebhookNotFoundError
        return found

    def _kept(self, webhook: Webhook) -> Response:
        return JSONResponse({"webhook": _shown(self._webhooks.records.put(webhook))})

    def _changed(self, request: Request, webhook: Webhook, body: dict[str, Any]) -> Webhook:
        allow_keys(body, _KEYS, later=_LATER)
        if "url" in body:
            webhook = replace(webhook, url=_text(body, "url"))
        if "watched" in body:
            webhook = replace(webhook, watched=_watched(body["watched"]))
        if "domains" in body:
            webhook = replace(webhook, domains=_domains(body["domains"]))
        if "secret" in body:
            secret = _text(body, "secret")
            if not secret.isprintable() or not secret.isascii() or len(secret) > _LONGEST_SECRET:
                most = f"up to {_LONGEST_SECRET} printable characters of ASCII"
                raise BadRequestError(f'"secret" is sent in a header: it has {most}')
            webhook = replace(webhook, secret=secret or None)
        if not webhook.watched:
            raise BadRequestError('"watched" is required')
        asker = None if request.client is None else request.client.host
        refusal = self._webhooks.targets.refusal(webhook.url, asker)
        if refusal is not None:
            raise BadRequestError(f'"url": {refusal}')
        return webhook


def _text(body: dict[str, Any], key: str) -> str:
    if not isinstance(body[key], str):
        raise BadRequestError(f'"{key}" must be a string')
    return str(body[key])


def _watched(sent: object) -> tuple[Watched, ...]:
    found = []
    for each in sent if isinstance(sent, list) else [None]:
        if not isinstance(each, dict) or each.get("type") not in _TYPES or not each.get("name"):
            known = f'a "name" and a "type" of [{", ".join(_TYPES)}]'
            raise BadRequestError(f'"watched" must hold objects with {known}')
        found.append(Watched(type=str(each["type"]), name=str(each["name"])))
    if len(found) > _MOST_WATCHED:
        raise BadRequestError(f'"watched" must hold at most {_MOST_WATCHED} of them')
    return tuple(found)


def _domains(sent: object) -> tuple[str, ...]:
    wanted = sent if isinstance(sent, list) else []
    if not wanted or any(each not in _DOMAINS for each in wanted):
        raise BadRequestError(f'"domains" must be an array of [{", ".join(_DOMAINS)}]')
    if "repo" not in wanted:
        raise NotImitatedError("discussions: a webhook for them alone would wait forever")
    return tuple(str(each) for each in wanted)


def _shown(webhook: Webhook) -> dict[str, Any]:
    """As its owner sees it, secret included, as on the platform."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "watched": [{"type": each.type, "name": each.name} for each in webhook.watched],
        "domains": list(webhook.domains),
        "secret": webhook.secret,
        "disabled": webhook.disabled,
    }
