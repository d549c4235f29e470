"""Webhooks of a repository, for those who administer it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.hooks.kinds import fitting
from sandbox.github.hooks.records import Config, Hook
from sandbox.github.hooks.service import Webhooks
from sandbox.github.hooks.views import config_view, delivery_item, delivery_view, hook_view
from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError, invalid
from sandbox.github.http.requests import REPOSITORY, Routes, answer, listed, nothing, urls
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at
from sandbox.http.pages_of_lists import other_page, positive
from sandbox.webhooks.deliveries import Delivery

_MOST = 20  # of one event; docs.github.com, "About webhooks"
_MOST_LISTED = 100
_HOOKS = f"{REPOSITORY}/hooks"
_ONE = f"{_HOOKS}/{{hook:int}}"
_DELIVERY = f"{_ONE}/deliveries/{{delivery:int}}"


class HookRoutes(Routes):
    """Endpoints of webhooks and their deliveries."""

    def __init__(self, access: Access, webhooks: Webhooks) -> None:
        self._access = access
        self._webhooks = webhooks

    @at("GET", _HOOKS)
    def _list(self, request: Request, _body: Body) -> Response:
        repository, _ = self._access.administered(request)
        here = urls(request)
        return listed(
            request,
            self._webhooks.records.of(repository.id),
            lambda each: hook_view(each, repository, here),
        )

    @at("POST", _HOOKS)
    def _add(self, request: Request, body: Body) -> Response:
        """The new one is pinged at once."""
        repository, caller = self._access.administered(request)
        if body.choice("name", ["web"], "web") != "web":
            raise UnprocessableError("Validation Failed")
        sent = body.mapping("config")
        if sent is None:
            body.require("config")
        config = self._config(request, Config(**_UNSET), sent or {})
        events = fitting(body.sequence("events") or ["push"])
        known = self._webhooks.records.of(repository.id)
        if any(each.config.url == config.url and each.events == events for each in known):
            raise UnprocessableError(
                "Validation Failed",
                [
                    {
                        "resource": "Hook",
                        "code": "custom",
                        "message": "Hook already exists on this repository",
                    }
                ],
            )
        for event in events:
            if sum(event in each.events for each in known) >= _MOST:
                most = f'The "{event}" event cannot have more than {_MOST} hooks'
                raise invalid("Hook", "events", most)
        active = body.flag("active", default=True)
        added = self._webhooks.records.add(repository.id, config, events, active=active)
        if active:
            self._webhooks.ping(added, repository, caller.login)
        return answer(request, hook_view(added, repository, urls(request)), 201)

    @at("GET", _ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        repository, hook, _ = self._found(request)
        return answer(request, hook_view(hook, repository, urls(request)))

    @at("PATCH", _ONE)
    def _change(self, request: Request, body: Body) -> Response:
        """A `config` takes the place of the whole one, its secret too."""
        repository, hook, _ = self._found(request)
        sent = body.mapping("config")
        config = hook.config
        if sent is not None:
            config = self._config(request, Config(**{**_UNSET, "url": config.url}), sent)
        events = set(body.sequence("events") if "events" in body else hook.events)
        events |= set(body.sequence("add_events"))
        events -= set(body.sequence("remove_events"))
        changed = self._webhooks.records.change(
            hook, config, fitting(list(events)), active=body.flag("active", default=hook.active)
        )
        return answer(request, hook_view(changed, repository, urls(request)))

    @at("DELETE", _ONE)
    def _delete(self, request: Request, _body: Body) -> Response:
        _, hook, _ = self._found(request)
        self._webhooks.forget(hook)
        return nothing()

    @at("GET", f"{_ONE}/config")
    def config(self, request: Request, _body: Body) -> Response:
        """`GET R/hooks/{id}/config`."""
        _, hook, _ = self._found(request)
        return answer(request, config_view(hook.config))

    @at("PATCH", f"{_ONE}/config")
    def _change_config(self, request: Request, body: Body) -> Response:
        """What is not sent stays."""
        _, hook, _ = self._found(request)
        config = self._config(request, hook.config, body.fields)
        changed = self._webhooks.records.change(hook, config, hook.events, active=hook.active)
        return answer(request, config_view(changed.config))

    @at("POST", f"{_ONE}/pings")
    def _ping(self, request: Request, _body: Body) -> Response:
        repository, hook, login = self._found(request)
        self._webhooks.ping(hook, repository, login)
        return nothing()

    @at("POST", f"{_ONE}/test", f"{_ONE}/tests")
    def _test(self, request: Request, _body: Body) -> Response:
        """The newest push again; `test` is its older name."""
        repository, hook, login = self._found(request)
        self._webhooks.test(hook, repository, login)
        return nothing()

    @at("GET", f"{_ONE}/deliveries")
    def _deliveries(self, request: Request, _body: Body) -> Response:
        """Newest first, page by page from a cursor."""
        repository, hook, _ = self._found(request)
        size = min(positive(request, "per_page", 30), _MOST_LISTED)
        cursor = request.query_params.get("cursor", "")
        found = [
            each
            for each in self._webhooks.deliveries.of(str(hook.id))
            if each.status is not None and (not cursor.isdecimal() or each.id <= int(cursor))
        ]
        headers = {}
        if len(found) > size:
            here = f"{request.url.scheme}://{request.url.netloc}{request.scope['path']}"
            after = other_page(request, here, "cursor", str(found[size].id))
            headers = {"Link": f'<{after}>; rel="next"'}
        shown = [delivery_item(each, repository) for each in found[:size]]
        return answer(request, shown, headers=headers)

    @at("GET", _DELIVERY)
    def delivery(self, request: Request, _body: Body) -> Response:
        """`GET R/hooks/{id}/deliveries/{id}`."""
        repository, delivery = self._delivery(request)
        return answer(request, delivery_view(delivery, repository))

    @at("POST", f"{_DELIVERY}/attempts")
    def _redeliver(self, request: Request, _body: Body) -> Response:
        _, delivery = self._delivery(request)
        self._webhooks.redeliver(delivery)
        return answer(request, {}, 202)

    def _found(self, request: Request) -> tuple[Repository, Hook, str]:
        repository, caller = self._access.administered(request)
        found = self._webhooks.records.find(request.path_params["hook"])
        if found is None or found.repository != repository.id:
            raise NotFoundError
        return repository, found, caller.login

    def _delivery(self, request: Request) -> tuple[Repository, Delivery]:
        repository, hook, _ = self._found(request)
        found = self._webhooks.deliveries.find(request.path_params["delivery"])
        if found is None or found.hook != str(hook.id):
            raise NotFoundError
        return repository, found

    def _config(self, request: Request, former: Config, sent: Mapping[str, Any]) -> Config:
        """A configuration with what was sent; refuses what leads nowhere, without its secret."""
        body = Body(sent)
        config = former
        if "url" in body:
            config = replace(config, url=body.text("url"))
        if "content_type" in body:
            kind = body.choice("content_type", ("json", "form"))
            config = replace(config, content_type=kind)
        if "insecure_ssl" in body:
            config = replace(config, insecure_ssl=str(sent["insecure_ssl"]) == "1")
        if "secret" in body:
            config = replace(config, secret=body.optional_text("secret") or None)
        if not config.url:
            raise invalid("Hook", "url", "url is missing")
        asker = None if request.client is None else request.client.host
        refusal = self._webhooks.targets.refusal(config.url, asker)
        if refusal is not None:
            raise invalid("Hook", "url", refusal)
        return config


_UNSET: dict[str, Any] = {
    "url": "",
    "content_type": "form",
    "insecure_ssl": False,
    "secret": None,
}
