"""The life of a Space: its repository, settings and files, changed together and at once.

One resource per Space, not one per variable: the platform restarts a Space at each call that
changes a setting, so what belongs to one change is decided in one place and sent in one order.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from slipway.core.difference import Change
from slipway.core.secrecy.digests import keyed_digests, new_salt
from slipway.core.secrecy.sealing import unseal
from slipway.core.variable_names import MARK
from slipway.errors import DeployError
from slipway.huggingface.hub.provider import HubProvider
from slipway.huggingface.hub.repository import INITIAL_COMMIT, Repository, holds
from slipway.huggingface.space.settings_change import without_clashes, write_settings

if TYPE_CHECKING:
    from slipway.huggingface.space.client import SpaceClient

CHANGED_OUTSIDE = "(changed outside of this stack)"
OUTPUTS = ("url", "host", "commit", "salt", "secret_digests", "secrets_written", "settings")


class SpaceProvider(HubProvider):
    """Inputs: repo_id, sdk, visibility, hardware, sleep_seconds, secrets (sealed), variables,
    manifest, sources, seed, seed_sources, build_inputs, stack, adopt. Adds: url, host, commit,
    salt, secret_digests, secrets_written, settings.

    The seed goes into an empty Space only. Afterwards people push there, and no update may put the
    first files back: `diff` does not look at it. Of secrets and variables, only the keys that the
    stack declares, or once declared, are ever written or deleted.
    """  # noqa: D205 - the list of properties is the summary

    @cached_property
    def spaces(self) -> "SpaceClient":
        """Its Spaces."""
        from slipway.huggingface.space.client import SpaceClient

        return SpaceClient(self.hub)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compares named keys; secrets by their keyed digests."""
        replaces = ["repo_id"] if olds.get("repo_id") != news.get("repo_id") else []
        changed = [
            key
            for key in ("visibility", "hardware", "variables", "manifest", "stack")
            if (olds.get(key) or None) != (news.get(key) or None)
        ]
        if _number(news.get("sleep_seconds")) not in (None, _number(olds.get("sleep_seconds"))):
            changed.append("sleep_seconds")
        if self._digests(olds["salt"], news) != olds.get("secret_digests"):
            changed.append("secrets")
        return DiffResult(
            changes=bool(replaces or changed), replaces=replaces, delete_before_replace=True
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates the Space with its settings in one call, or adopts it; then commits the files."""
        repo_id = props["repo_id"]
        created = self.hub.create_space(
            repo_id,
            sdk=props["sdk"],
            visibility=props["visibility"],
            hardware=props["hardware"],
            sleep_seconds=_number(props.get("sleep_seconds")),
            secrets=self._secrets(props),
            variables={**(props.get("variables") or {}), MARK: props["stack"]},
        )
        if not created:
            self._adopt(props)
        if props.get("seed") and self._is_virgin(repo_id):
            self.hub.commit(
                "space",
                repo_id,
                manifest=props["seed"],
                sources=props["seed_sources"],
                removable=(),
                message=f"Seed from {props['stack']}",
            )
        return CreateResult(repo_id, self._commit(props, removable=(), salt=new_salt()))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The Space as it is now, for the keys this stack declares; empty if it is gone."""
        repository = self.hub.repository("space", id_)
        if repository is None:
            return ReadResult("", {})
        live = self._live(id_, props, repository)
        outputs = {**props, **live, "repo_id": id_}
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Settings first, the commit last, so that one build picks up everything."""
        repo_id = news["repo_id"]
        if olds.get("visibility") != news["visibility"]:
            self.hub.set_visibility("space", repo_id, news["visibility"])
        values = self._secrets(news)
        digests = keyed_digests(olds["salt"], values)
        wanted = {**(news.get("variables") or {}), MARK: news["stack"]}
        known = {**(olds.get("variables") or {}), MARK: olds.get("stack") or ""}
        secrets = Change.between(olds.get("secret_digests") or {}, values, digests)
        variables = Change.between(known, wanted)
        if secrets.wanted or variables.wanted:
            secrets, variables = without_clashes(
                self.spaces, repo_id, (values, wanted), (secrets, variables)
            )
        write_settings(self.spaces, repo_id, secrets, variables)
        if olds.get("hardware") != news["hardware"]:
            self.spaces.set_hardware(repo_id, news["hardware"], _number(news.get("sleep_seconds")))
        elif (seconds := _number(news.get("sleep_seconds"))) not in (
            None,  # not declared (any more), so nobody's business here
            _number(olds.get("sleep_seconds")),
        ):
            self.spaces.set_sleep_time(repo_id, seconds)
        outputs = self._commit(news, removable=tuple(olds.get("manifest") or {}), salt=olds["salt"])
        changed = secrets.names | variables.names
        committed = outputs["commit"] != olds.get("commit")
        # A restart would run the old image, without what it is built from; and since the value of a
        # secret is not part of the build cache's key, even a new commit's build may reuse a layer
        # that was made with the old one.
        if (secrets.names if committed else changed) & set(news["build_inputs"]):
            self.spaces.restart(repo_id, rebuild=True)
        return UpdateResult(outputs)

    def delete(self, id_: str, _props: dict[str, Any]) -> None:
        """Deletes the Space; absent is success."""
        self.hub.delete_repository("space", id_)

    def _adopt(self, props: dict[str, Any]) -> None:
        """Takes over a Space that is ours, untouched, or handed over; refuses any other.

        Raises:
            DeployError: it belongs to somebody or something else; nothing was changed.
        """
        repo_id = props["repo_id"]
        variables = self.spaces.variables(repo_id)
        owner = variables.get(MARK)
        repository = self.hub.repository("space", repo_id)
        visible = repository and _visibility(repository.visibility, props["visibility"])
        if owner != props["stack"] and not props.get("adopt"):
            virgin = owner is None and self._is_virgin(repo_id)
            same = repository and repository.sdk == props["sdk"] and visible == props["visibility"]
            if not (virgin and same):
                whose = f"belongs to stack {owner}" if owner else "was not made by this stack"
                raise DeployError(
                    f"Space {repo_id}: it exists already and {whose}. Set adopt to take it over, "
                    "or choose another name."
                )
        if visible != props["visibility"]:
            self.hub.set_visibility("space", repo_id, props["visibility"])
        wanted = {**(props.get("variables") or {}), MARK: props["stack"]}
        secrets = self._secrets(props)
        known = {name: variables[name] for name in wanted if name in variables}
        # Values of secrets can't be compared without a digest of ours: all are written once.
        changes = (Change(frozenset(), secrets), Change.between(known, wanted))
        changes = without_clashes(self.spaces, repo_id, (secrets, wanted), changes)
        write_settings(self.spaces, repo_id, *changes)
        runtime = self.spaces.runtime(repo_id)
        seconds = _number(props.get("sleep_seconds"))
        if runtime.hardware not in (None, props["hardware"]):
            self.spaces.set_hardware(repo_id, props["hardware"], seconds)
        elif seconds not in (None, runtime.sleep_seconds or -1):
            self.spaces.set_sleep_time(repo_id, seconds)

    def _is_virgin(self, repo_id: str) -> bool:
        """Whether nobody has committed to it but the platform itself."""
        return all(title == INITIAL_COMMIT for title in self.hub.commit_titles("space", repo_id))

    def _commit(
        self, props: dict[str, Any], *, removable: tuple[str, ...], salt: str
    ) -> dict[str, Any]:
        """Commits the files, if they are ours to commit, and returns the full outputs."""
        repo_id = props["repo_id"]
        if props.get("manifest"):
            self.hub.commit(
                "space",
                repo_id,
                manifest=props["manifest"],
                sources=props["sources"],
                removable=removable,
                message=f"Deploy {props['stack']}",
            )
        repository = self.hub.repository("space", repo_id)
        if repository is None:
            raise DeployError(f"Space {repo_id}: it vanished meanwhile. Run `pulumi refresh`.")
        digests = keyed_digests(salt, self._secrets(props))
        written = {k: v for k, v in self.spaces.secrets(repo_id).items() if k in digests}
        return _with_settings(
            {
                **props,
                "url": repository.url,
                "host": repository.host,
                "commit": repository.commit,
                "salt": salt,
                "secret_digests": digests,
                "secrets_written": written,
            }
        )

    def _secrets(self, props: dict[str, Any]) -> dict[str, str]:
        """The values themselves."""
        sealed = props.get("secrets") or {}
        return {name: unseal(self.token, value) for name, value in sealed.items()}

    def _digests(self, salt: str, props: dict[str, Any]) -> dict[str, str] | None:
        """The digests, or None while a value is not known yet, which counts as a change."""
        sealed = props.get("secrets") or {}
        if not isinstance(sealed, Mapping) or not all(isinstance(v, str) for v in sealed.values()):
            return None
        try:
            return keyed_digests(salt, self._secrets(props))
        except DeployError:
            # A refresh compares with the inputs in the state: sealed under a token rotated since,
            # or marked as changed outside. An update that really has to open them says why not.
            return None

    def _live(self, repo_id: str, props: dict[str, Any], repository: Repository) -> dict[str, Any]:
        """What the platform says of the declared keys, secrets by the time they were written."""
        variables = self.spaces.variables(repo_id)
        written = self.spaces.secrets(repo_id)
        runtime = self.spaces.runtime(repo_id)
        tree = self.hub.tree("space", repo_id, repository.commit)
        declared = props.get("secrets") or {}
        before = props.get("secrets_written") or {}
        touched = {name for name in declared if written.get(name) not in (None, before.get(name))}
        kept = {
            name: CHANGED_OUTSIDE if name in touched else value
            for name, value in declared.items()
            if name in written
        }
        digests = props.get("secret_digests") or {}
        sleeps = _number(props.get("sleep_seconds"))
        return _with_settings(
            {
                "visibility": _visibility(repository.visibility, props.get("visibility")),
                "hardware": runtime.hardware or props.get("hardware"),
                "sleep_seconds": None if sleeps is None else runtime.sleep_seconds or -1,
                "variables": {
                    k: variables[k] for k in props.get("variables") or {} if k in variables
                },
                "stack": variables.get(MARK, ""),
                "secrets": kept,
                "secret_digests": {
                    k: CHANGED_OUTSIDE if k in touched else digests.get(k, "") for k in kept
                },
                "secrets_written": {k: written[k] for k in kept},
                "manifest": {
                    path: digest if holds(digest, tree[path]) else tree[path]
                    for path, digest in (props.get("manifest") or {}).items()
                    if path in tree
                },
                "salt": props["salt"],
                "url": repository.url,
                "host": repository.host,
                "commit": repository.commit,
            }
        )


def _with_settings(outputs: dict[str, Any]) -> dict[str, Any]:
    """Adds `settings`: a digest that changes whenever a setting of the Space was written."""
    keys = ("variables", "stack", "secret_digests", "secrets_written", "hardware")
    # The engine hands 600 back as 600.0, which must not look like another setting.
    seconds = _number(outputs.get("sleep_seconds"))
    text = json.dumps([*(outputs.get(key) for key in keys), seconds], sort_keys=True)
    return {**outputs, "settings": hashlib.sha256(text.encode()).hexdigest()}


def _number(value: float | str | None) -> int | None:
    """The engine hands every number over as a float."""
    return None if value is None else int(value)


def _visibility(live: str, declared: str | None) -> str:
    """Where the Hub says only private or not, protected counts as private."""
    return "protected" if live == "private" and declared == "protected" else live
