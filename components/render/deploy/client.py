"""What is asked of Render about the deploys of a service, and about its logs."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from slipway.errors import ApiError, DeployError
from slipway.render.api.client import RenderClient
from slipway.render.api.transport import Json

LOG_LINES = 40
LOG_PAGES = 5  # of 100 lines: one that is repeated for minutes must not hide the app's own words
LATE_LINES = timedelta(seconds=5)
TELLING_EVENTS = ("image_pull_failed", "server_failed", "build_ended", "deploy_ended")
_LOOK_TRIES = 10
_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Deployment:
    """One deploy as Render describes it."""

    id: str
    status: str
    commit: str  # 40 hex digits; empty for images
    image_digest: str  # "sha256:…"; empty for repositories
    image_ref: str
    created_at: str
    finished_at: str
    trigger: str

    @classmethod
    def parse(cls, raw: Mapping[str, Json]) -> "Deployment":
        """From the API's JSON, where nulls are normal."""
        image = raw.get("image") or {}
        return cls(
            id=str(raw["id"]),
            status=str(raw.get("status") or "created"),
            commit=str((raw.get("commit") or {}).get("id") or ""),
            image_digest=str(image.get("sha") or ""),
            image_ref=str(image.get("ref") or ""),
            created_at=str(raw.get("createdAt") or ""),
            finished_at=str(raw.get("finishedAt") or ""),
            trigger=str(raw.get("trigger") or ""),
        )


class DeployClient:
    """Deploys and logs, by a service's id."""

    def __init__(self, client: RenderClient) -> None:
        self.client = client
        self._calls = client.calls

    def deploy(self, service_id: str, deploy_id: str) -> Deployment:
        """One deploy."""
        what = f"Render service {service_id}: read deploy {deploy_id}"
        path = f"/services/{service_id}/deploys/{deploy_id}"
        return Deployment.parse(self._calls.request(what, "GET", path))

    def newest(self, service_id: str, *, status: str = "", count: int = 1) -> list[Deployment]:
        """The newest deploys, the newest first."""
        what = f"Render service {service_id}: list deploys"
        params: dict[str, str | int] = {"limit": count, **({"status": status} if status else {})}
        page = self._calls.request(what, "GET", f"/services/{service_id}/deploys", params=params)
        return [Deployment.parse(each["deploy"]) for each in page or []]

    def start(self, service_id: str, *, commit: str = "", clear_cache: bool = False) -> str:
        """Starts a deploy and returns its id.

        A queued deploy is answered without an id, and an answer may be lost: in both cases it is
        the one that was not there before.
        """
        body: dict[str, str] = {"clearCache": "clear" if clear_cache else "do_not_clear"}
        if commit:
            body["commitId"] = commit
        what = f"Render service {service_id}: deploy"
        path = f"/services/{service_id}/deploys"
        return self._post_deploy(service_id, what, path, body)

    def rollback(self, service_id: str, deploy_id: str) -> str:
        """Starts a deploy of what an earlier deploy served, and returns its id."""
        what = f"Render service {service_id}: roll back to {deploy_id}"
        path = f"/services/{service_id}/rollback"
        return self._post_deploy(service_id, what, path, {"deployId": deploy_id})

    def resume(self, service_id: str) -> str:
        """Resumes a suspended service and returns the id of the deploy that this starts."""
        before = self._known(service_id)
        self.client.resume(service_id)
        return self._appeared(service_id, before, f"Render service {service_id}: resume")

    def _post_deploy(self, service_id: str, what: str, path: str, body: Mapping[str, Json]) -> str:
        before = self._known(service_id)
        made, found = self.client.create_once(
            what, path, body, (), lambda: self._fresh(service_id, before) or None
        )
        if found:
            return found
        if made and made.get("id"):
            return str(made["id"])
        return self._appeared(service_id, before, what)

    def _appeared(self, service_id: str, before: set[str], what: str) -> str:
        for _ in range(_LOOK_TRIES):
            if fresh := self._fresh(service_id, before):
                return fresh
            self.client.sleep(_LOOK_SECONDS)
        raise DeployError(f"{what}: Render accepted it and lists no new deploy. Try again.")

    def _known(self, service_id: str) -> set[str]:
        return {each.id for each in self.newest(service_id, count=20)}

    def _fresh(self, service_id: str, before: set[str]) -> str:
        found = self.newest(service_id, count=20)
        return next((each.id for each in found if each.id not in before), "")

    def log_tail(self, service_id: str, owner_id: str, deploy: Deployment) -> list[str]:
        """The last lines written during a deploy, oldest first; a reason why not, if unreadable.

        More than `LOG_LINES`: what is masked in them may begin above those that are shown.
        """
        params: dict[str, str | int] = {
            "ownerId": owner_id,
            "resource": service_id,
            "startTime": deploy.created_at,
            "endTime": _after(deploy.finished_at),
            "direction": "backward",
            "type": "build,app",
            "limit": 100,
        }
        what = f"Render service {service_id}: read logs"
        lines: list[str] = []  # the newest first
        try:
            for _ in range(LOG_PAGES):
                page = self._calls.request(what, "GET", "/logs", params=params)
                found = [(str(each["timestamp"]), str(each["message"])) for each in page["logs"]]
                lines += [text.rstrip("\n") for _, text in sorted(found, reverse=True)]
                if not page.get("hasMore") or len(told_once(lines)) >= LOG_LINES:
                    break
                params |= {"startTime": page["nextStartTime"], "endTime": page["nextEndTime"]}
        except (ApiError, KeyError, TypeError) as error:
            # The log explains a failure that is being reported; not having it must not replace it.
            lines.append(f"(the log could not be read: {error})")
        return lines[::-1]

    def reasons(self, service_id: str, deploy: Deployment) -> list[str]:
        """What Render itself notes about why a deploy failed; empty if it says nothing."""
        params: dict[str, str | int] = {
            "type": ",".join(TELLING_EVENTS),
            "startTime": deploy.created_at,
            "endTime": _after(deploy.finished_at),
            "limit": 20,
        }
        what = f"Render service {service_id}: read events"
        path = f"/services/{service_id}/events"
        try:
            page = self._calls.request(what, "GET", path, params=params) or []
            events = [each["event"] for each in page]
            told = [(str(each["type"]), each.get("details") or {}) for each in events]
        except (ApiError, KeyError, TypeError):
            return []  # as for the log: it explains a failure, and must not replace it
        texts = [
            (kind, _facts(details.get("reason") or {"message": details.get("message")}))
            for kind, details in told
        ]
        return [f"{kind}: {', '.join(facts)}" for kind, facts in reversed(texts) if facts]


def told_once(lines: Iterable[str]) -> list[str]:
    """The lines, those that came again and again once, with how often."""
    told = []
    for line, same in groupby(lines):
        times = len(list(same))
        told.append(line if times == 1 else f"{line} ({times} times)")
    return told


def _after(moment: str) -> str:
    """A little later, since the last lines may be written after the end; now if it has none."""
    end = parse_time(moment) + LATE_LINES if moment else datetime.now(UTC)
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> datetime:
    """A moment as Render writes it; answers to a create carry nanoseconds, unread by Python."""
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))


def _facts(value: Json) -> list[str]:
    """What an event says, without what is false, empty or an id."""
    if not isinstance(value, Mapping):
        return [str(value)]
    return [
        key if inner is True else f"{key} {', '.join(_facts(inner))}"
        for key, inner in value.items()
        if inner not in (None, False, "", 0) and not key.lower().endswith("id")
    ]
