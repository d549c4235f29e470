"""Webhooks at work: from something that happened to a repository to deliveries."""

import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sandbox.hub.http.accounts import Accounts, object_id
from sandbox.hub.repositories.names import RepoName
from sandbox.hub.repositories.registry import Registry, Repository
from sandbox.hub.webhooks.records import Webhook, WebhookRecords
from sandbox.webhooks.courier import Courier, Letter
from sandbox.webhooks.deliveries import Deliveries, Delivery
from sandbox.webhooks.sending import Post
from sandbox.webhooks.targets import Targets

_LOG = logging.getLogger(__name__)
_VERSION = 3  # of payloads (client 2.4.0, `WebhookPayload`)


class Webhooks:
    """All webhooks of the Hub. Thread-safe.

    Args:
        registry: the repositories.
        accounts: who there is, and what they may see.
        here: where the Hub answers, as payloads name it; no slash at the end.
        targets: where webhooks may lead.
    """

    def __init__(self, registry: Registry, accounts: Accounts, here: str, targets: Targets) -> None:
        self.records = WebhookRecords(registry.database)
        self.deliveries = Deliveries(registry.database, "hub")
        self.targets = targets
        self._accounts = accounts
        self._here = here
        self.courier = Courier(self.deliveries, self._letter)

    def created(self, repository: Repository) -> None:
        """A repository is there."""
        self._happened(repository, "repo", "create")

    def deleted(self, repository: Repository) -> None:
        """A repository goes; to be told while it is still there."""
        self._happened(repository, "repo", "delete")

    def moved(self, repository: Repository, to: RepoName) -> None:
        """A repository, as it was called, has another name."""
        owner = {"id": self._owner_id(to.namespace)}
        self._happened(repository, "repo", "move", {"movedTo": {"name": to.id, "owner": owner}})

    def configured(self, repository: Repository, config: Mapping[str, Any]) -> None:
        """Settings of a repository were changed."""
        self._happened(repository, "repo.config", "update", {"updatedConfig": dict(config)})

    def pushed(
        self, repository: Repository, before: Mapping[str, str], after: Mapping[str, str]
    ) -> None:
        """Branches and tags are elsewhere than before; nothing is told if none is."""
        moved = [
            {"ref": ref, "oldSha": before.get(ref), "newSha": after.get(ref)}
            for ref in sorted({*before, *after})
            if before.get(ref) != after.get(ref)
        ]
        if moved:
            self._happened(repository, "repo.content", "update", {"updatedRefs": moved})

    def forget(self, webhook: Webhook) -> None:
        """Takes one away with all that was delivered to it."""
        self.records.delete(webhook.id)
        self.deliveries.forget(webhook.id)

    def _happened(
        self,
        repository: Repository,
        scope: str,
        action: str,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Tells whoever watches; never raises, as it has happened all the same."""
        try:
            listening = [each for each in self.records.all() if self._hears(each, repository)]
            if listening:
                event = {"event": {"action": action, "scope": scope}}
                self._deliver(listening, {**event, "repo": self._shown(repository), **(more or {})})
        except Exception:  # noqa: BLE001 - logged
            _LOG.exception("%s: no webhooks of %s %s", repository.id, scope, action)

    def _hears(self, webhook: Webhook, repository: Repository) -> bool:
        if webhook.disabled or "repo" not in webhook.domains:
            return False
        namespace = repository.name.namespace
        hidden = repository.visibility != "public"
        if hidden and not self._accounts.member_of(webhook.owner, namespace):
            return False
        return any(each.covers(repository) for each in webhook.watched)

    def _deliver(self, webhooks: Sequence[Webhook], payload: Mapping[str, Any]) -> None:
        with self.deliveries.database.transaction():
            for each in webhooks:
                added = self.deliveries.add(
                    each.id,
                    guid=str(uuid.uuid4()),
                    event=payload["event"]["scope"],
                    payload={**payload, "webhook": {"id": each.id, "version": _VERSION}},
                    created=time.time(),
                )
                self.courier.deliver(added)

    def _shown(self, repository: Repository) -> dict[str, Any]:
        web = repository.name.web_path
        head = repository.git.branch_head()
        return {
            "type": str(repository.kind),
            "name": repository.id,
            "id": object_id(repository.uid),
            "private": repository.visibility == "private",
            "url": {
                "web": f"{self._here}/{web}",
                "api": f"{self._here}/api/{repository.kind.plural}/{repository.id}",
            },
            "owner": {"id": self._owner_id(repository.name.namespace)},
            **({} if head is None else {"headSha": head}),
        }

    def _owner_id(self, namespace: str) -> str:
        kind = "org" if self._accounts.is_organization(namespace) else "user"
        return object_id(f"{kind}:{namespace}")

    def _letter(self, delivery: Delivery) -> Letter | None:
        webhook = self.records.find(delivery.hook)
        if webhook is None:
            return None
        address = self.targets.resolve(urlsplit(webhook.url).hostname or "")
        if address is None:
            return None
        shown = {"Content-Type": "application/json", "User-Agent": "hub-webhooks/sandbox"}
        secret = {} if webhook.secret is None else {"X-Webhook-Secret": webhook.secret}
        post = Post(
            url=webhook.url,
            address=address,
            headers={**shown, **secret},
            body=delivery.payload.encode(),
        )
        return Letter(post=post, shown=shown)
