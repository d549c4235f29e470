"""The deploy of a service, once for each run, after everything it is to pick up was written.

A resource of its own: when a deploy fails, the service stays known, and the next run deploys again.
"""

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.progress import say
from slipway.errors import DeployError
from slipway.render.api.client import ENV_VARS, SECRET_FILES, Service
from slipway.render.api.provider import RenderProvider
from slipway.render.deploy.client import DeployClient, Deployment
from slipway.render.deploy.following import (
    FAILED,
    REPLACED,
    RUNNING,
    DeployFailedError,
    Follower,
    Target,
)

DEPLOYS = ("revision", "wiring", "trigger", "wanted_commit", "wanted_digest")
ASKS = ("url", "probe_path", "expect")
OUTPUTS = ("deploy_id", "status", "commit", "image_digest")
SUSPENDED = "suspended"


class DeployProvider(RenderProvider):
    """Inputs: service_id, url, first_deploy, revision, wiring, trigger, wanted_commit,
    wanted_digest, probe_path, expect, secret_names, retries, rollback, clear_cache, on_suspended
    and timeout_seconds. Adds: deploy_id, status, commit and image_digest of what is served.
    """  # noqa: D205 - the list of properties is the summary

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Deploys again for whatever a deploy would pick up; another time-out is no reason."""
        replaces = ["service_id"] if olds.get("service_id") != news.get("service_id") else []
        changed = [k for k in (*DEPLOYS, *ASKS) if (olds.get(k) or None) != (news.get(k) or None)]
        return DiffResult(
            changes=bool(replaces or changed or _strayed(olds)),
            replaces=replaces,
            delete_before_replace=True,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Follows the deploy that creating the service began, or starts one if more was written."""
        first = "" if props.get("wiring") else props.get("first_deploy") or ""
        return CreateResult(f"deploy:{props['service_id']}", self._run(props, first))

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Starts a deploy and follows it; asks only where nothing was written."""
        deploys = _strayed(olds) or any(
            (olds.get(key) or None) != (news.get(key) or None) for key in DEPLOYS
        )
        return UpdateResult(self._run(news, "" if deploys else olds.get("deploy_id") or ""))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What the service serves now; empty if it is gone."""
        service = self.client.service(props["service_id"])
        if service is None:
            return ReadResult("", {})
        live = DeployClient(self.client).newest(service.id, status="live")
        outputs = {**props, **(_served(live[0]) if live else {})}
        if service.suspended:
            outputs["status"] = SUSPENDED
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Nothing exists besides the service itself."""

    def _run(self, props: dict[str, Any], follow: str) -> dict[str, Any]:
        service = self.client.service(props["service_id"])
        if service is None:
            raise DeployError(
                f"Render service {props['service_id']}: it vanished. Run `pulumi refresh`."
            )
        deploys = DeployClient(self.client)
        if service.suspended:
            policy = props.get("on_suspended") or "fail"
            if policy == "skip":
                nothing = dict.fromkeys(OUTPUTS, "")
                return {**props, **nothing, "status": SUSPENDED}
            if policy == "fail":
                raise DeployError(
                    f"Render service {service.name}: it is suspended, so it can't be deployed. "
                    f"Resume it at {service.text('dashboardUrl')}, or set on_suspended to resume "
                    "or skip."
                )
            follow = deploys.resume(service.id)
        deploy = _Attempts(deploys, self._follower(deploys, service, props), props).run(follow)
        return {**props, **_served(deploy)}

    def _follower(self, deploys: DeployClient, service: Service, props: dict[str, Any]) -> Follower:
        names = props.get("secret_names") or []
        values = self.client.settings(service.id, ENV_VARS) if names else {}
        files: dict[str, str] = {}
        if service.text("type") != "static_site":  # whoever put them there
            files = self.client.settings(service.id, SECRET_FILES)
        path = props.get("probe_path") or ""
        target = Target(
            service_id=service.id,
            name=service.name,
            owner_id=service.text("ownerId"),
            page=service.text("dashboardUrl"),
            commit=props.get("wanted_commit") or "",
            image_digest=props.get("wanted_digest") or "",
            probe_url=props["url"].rstrip("/") + path if path else "",
            expect=props.get("expect") or {},
            timeout_seconds=float(props["timeout_seconds"]),
            hidden=(
                self.token,
                *(values[name] for name in names if name in values),
                *files.values(),
            ),
        )
        return Follower(deploys, target, say)


class _Attempts:
    """The deploys of one run: the one to follow, bounded retries, and the way back."""

    def __init__(self, client: DeployClient, follower: Follower, props: dict[str, Any]) -> None:
        self._client = client
        self._follower = follower
        self._props = props
        self._id = follower.target.service_id
        self._retries = int(props.get("retries") or 0)

    def run(self, follow: str) -> Deployment:
        """Follows a deploy, or a new one, until one serves.

        Raises:
            DeployFailedError: none did; the text is of the last.
        """
        served = self._client.newest(self._id, status="live")
        over = False
        if follow:
            known = self._client.deploy(self._id, follow)
            over = known.status not in RUNNING
            wrong = bool(known.commit) and not known.commit.startswith(self._follower.target.commit)
            if known.status in FAILED | REPLACED or wrong:
                follow = ""
        deploy_id = follow or self._start()
        while True:
            try:
                return self._follower.follow(deploy_id)
            except DeployFailedError as failure:
                if not (follow and over) and not self._again(failure, served):
                    raise
                # A deploy that was over before this run may fail for what was mended since.
                over = False
                deploy_id = self._start()

    def _start(self) -> str:
        commit = self._props.get("wanted_commit") or ""
        clear = bool(self._props.get("clear_cache"))
        return self._client.start(self._id, commit=commit, clear_cache=clear)

    def _again(self, failure: DeployFailedError, served: list[Deployment]) -> bool:
        """Whether to try again; goes back to what was served before, where that is asked for."""
        if failure.live and self._props.get("rollback") and served and served[0].id != failure.live:
            back = self._client.rollback(self._id, served[0].id)
            raise DeployFailedError(
                f"{failure}\nRolled back to {served[0].id} by deploy {back}.", may_pass=False
            ) from None
        if not failure.may_pass or self._retries < 1:
            return False
        self._retries -= 1
        say(f"{str(failure).splitlines()[0]} Trying again, {self._retries} more after that.")
        return True


def _served(deploy: Deployment) -> dict[str, str]:
    return {
        "deploy_id": deploy.id,
        "status": deploy.status,
        "commit": deploy.commit,
        "image_digest": deploy.image_digest,
    }


def _strayed(olds: dict[str, Any]) -> bool:
    """Whether something else is served than was asked for, as a refresh finds out."""
    commit, digest = olds.get("commit") or "", olds.get("image_digest") or ""
    if not commit.startswith(olds.get("wanted_commit") or ""):
        return olds.get("status") != SUSPENDED
    return bool(digest) and (olds.get("wanted_digest") or digest) != digest
