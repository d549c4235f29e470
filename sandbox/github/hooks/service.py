"""Webhooks at work: from something that happened to signed deliveries."""

import hashlib
import hmac
import json
import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.git.moves import Move
from sandbox.github.hooks.kinds import PING
from sandbox.github.hooks.pushes import told_of
from sandbox.github.hooks.records import Hook, Hooks
from sandbox.github.hooks.views import hook_view
from sandbox.github.http.accounts import Accounts
from sandbox.github.http.describe import full_repository, owner_of, simple_user
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.store.database import Database
from sandbox.webhooks.courier import Courier, Letter
from sandbox.webhooks.deliveries import Deliveries, Delivery
from sandbox.webhooks.sending import SECONDS, Answer, Post
from sandbox.webhooks.targets import Targets

_LOG = logging.getLogger(__name__)
_LARGEST = 25 * 1024 * 1024  # bytes; docs.github.com: a larger payload is not delivered
_ZEN = "What is tried here is known there."
_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


class Webhooks:
    """The webhooks of all repositories. Thread-safe.

    Args:
        database: the sandbox's file.
        accounts: who there is.
        registry: the repositories, whose table is there before.
        here: addresses of this GitHub, as payloads name them.
        targets: where webhooks may lead.
        seconds: that a server has for its answer.
    """

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        registry: Registry,
        here: Urls,
        targets: Targets,
        seconds: float = SECONDS,
    ) -> None:
        self.records = Hooks(database)
        self.deliveries = Deliveries(database, "github")
        self.targets = targets
        self._accounts = accounts
        self._registry = registry
        self._here = here
        self.courier = Courier(self.deliveries, self._letter, self._told, seconds)

    def listening(self, repository: Repository, event: str) -> Sequence[Hook]:
        """The webhooks of a repository that are told of an event."""
        return [each for each in self.records.of(repository.id) if each.hears(event)]

    def happened(self, name: str, event: str, actor: str, payload: Mapping[str, Any]) -> None:
        """Tells whoever listens; never raises.

        Args:
            name: `owner/name` of the repository.
            event: as GitHub calls it.
            actor: login of who caused it.
            payload: what the event says besides repository and sender.
        """
        try:
            repository = self._registry.find_full(name)
            listening = () if repository is None else self.listening(repository, event)
            if repository is not None and listening:
                self._deliver(listening, repository, event, actor, payload)
        except Exception:  # noqa: BLE001 - logged; what happened has happened all the same
            _LOG.exception("%s: no webhooks of %s", name, event)

    def moved(self, repository: Repository, actor: str, moves: Sequence[Move]) -> None:
        """Tells whoever listens to pushes, and to branches and tags that come and go."""
        if not self.records.of(repository.id):
            return
        for move in moves:
            for event, payload in told_of(repository, move, actor, self._here):
                self.happened(repository.full_name, event, actor, payload)

    def ping(self, hook: Hook, repository: Repository, actor: str) -> None:
        """Tells one webhook that it is there."""
        shown = hook_view(hook, repository, self._here)
        payload = {"zen": _ZEN, "hook_id": hook.id, "hook": shown}
        self._deliver([hook], repository, PING, actor, payload)

    def test(self, hook: Hook, repository: Repository, actor: str) -> None:
        """Sends one webhook the newest push of the default branch, if it listens to pushes."""
        branch = repository.git.default_branch()
        head = repository.git.branch_head(branch)
        if head is None or not hook.hears("push"):
            return
        parents = repository.git.commit(head).parents
        move = Move(f"refs/heads/{branch}", parents[0] if parents else "0" * 40, head)
        for event, payload in told_of(repository, move, actor, self._here):
            if event == "push":
                self._deliver([hook], repository, event, actor, payload)

    def redeliver(self, delivery: Delivery) -> None:
        """Sends one again, under the same id."""
        with self.deliveries.database.transaction():
            added = self.deliveries.add(
                delivery.hook,
                guid=delivery.guid,
                event=delivery.event,
                payload=delivery.payload,
                created=time.time(),
                redelivery=True,
            )
            self.courier.deliver(added)

    def forget(self, hook: Hook) -> None:
        """Takes one away with all that was delivered to it."""
        self.records.delete(hook)
        self.deliveries.forget(str(hook.id))

    def _deliver(
        self,
        hooks: Sequence[Hook],
        repository: Repository,
        event: str,
        actor: str,
        payload: Mapping[str, Any],
    ) -> None:
        whole = json.dumps({**payload, **self._around(repository, actor)}, ensure_ascii=False)
        if len(whole) > _LARGEST:
            _LOG.warning("%s: the payload of %s is too large", repository.full_name, event)
            return
        with self.deliveries.database.transaction():
            for hook in hooks:
                added = self.deliveries.add(
                    str(hook.id),
                    guid=str(uuid.uuid4()),
                    event=event,
                    payload=whole,
                    created=time.time(),
                )
                self.courier.deliver(added)

    def _around(self, repository: Repository, actor: str) -> dict[str, Any]:
        """What every payload says."""
        shown = full_repository(repository, self._accounts, None, self._here)
        del shown["permissions"]
        sender = simple_user(self._accounts.account(actor), self._here)
        owner = owner_of(repository, self._accounts)
        group = {"organization": simple_user(owner, self._here)} if owner.organization else {}
        return {"repository": shown, **group, "sender": sender}

    def _letter(self, delivery: Delivery) -> Letter | None:
        hook = self.records.find(int(delivery.hook))
        address = None
        if hook is not None:
            address = self.targets.resolve(urlsplit(hook.config.url).hostname or "")
        if hook is None or address is None:
            return None
        config = hook.config
        # Without a space between its parts, as signatures are made over every byte.
        text = json.dumps(json.loads(delivery.payload), separators=(",", ":"), ensure_ascii=False)
        body = (text if config.content_type == "json" else urlencode({"payload": text})).encode()
        headers = {
            "Accept": "*/*",
            "User-Agent": "GitHub-Hookshot/sandbox",
            "Content-Type": _TYPES[config.content_type],
            "X-GitHub-Delivery": delivery.guid,
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Hook-ID": str(hook.id),
            "X-GitHub-Hook-Installation-Target-ID": str(hook.repository),
            "X-GitHub-Hook-Installation-Target-Type": "repository",
            **signatures(config.secret, body),
        }
        post = Post(
            url=config.url,
            address=address,
            headers=headers,
            body=body,
            verify=not config.insecure_ssl,
        )
        return Letter(post=post, shown=headers)

    def _told(self, delivery: Delivery, answer: Answer) -> None:
        self.records.answered(int(delivery.hook), answer.status, answer.reason)


def signatures(secret: str | None, body: bytes) -> dict[str, str]:
    """Over the body as it is sent; a secret itself is in none of them."""
    if secret is None:
        return {}
    kinds = {"X-Hub-Signature": "sha1", "X-Hub-Signature-256": "sha256"}
    return {
        name: f"{kind}={hmac.new(secret.encode(), body, getattr(hashlib, kind)).hexdigest()}"
        for name, kind in kinds.items()
    }
