"""The life of a Space: its repository, settings and files, changed together and at once.

One resource per Space, not one per variable: the platform restarts a Space at each call that
changes a setting, so what belongs to one change is decided in one place and sent in one order.
"""

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
from slipway.core.ownership import (
    Mark,
    check_may_take,
    check_still_ours,
    mark_changed,
    own_mark,
)
from slipway.core.secrecy.digests import keyed_digests, new_salt
from slipway.core.secrecy.sealing import unseal
from slipway.core.variable_names import MARK
from slipway.errors import DeployError
from slipway.huggingface.hub.attributes import ATTRIBUTES
from slipway.huggingface.hub.provider import HubProvider
from slipway.huggingface.hub.repository import INITIAL_COMMIT
from slipway.huggingface.space.seen import seen, shown_visibility, whole_number, with_settings
from slipway.huggingface.space.settings_change import without_clashes, write_settings

if TYPE_CHECKING:
    from slipway.huggingface.space.client import SpaceClient

OUTPUTS = ("url", "host", "commit", "salt", "secret_digests", "secrets_written", "settings")


class SpaceProvider(HubProvider):
    """Inputs: repo_id, sdk, visibility, hardware, sleep_seconds, secrets (sealed), variables,
    manifest, sources, seed, seed_sources, build_inputs, mark, adopt. Adds: url, host, commit,
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
        changed = [
            key
            for key in ("repo_id", "visibility", "hardware", "variables", "manifest")
            if (olds.get(key) or None) != (news.get(key) or None)
        ]
        if mark_changed(olds, news):
            changed.append("mark")
        if whole_number(news.get("sleep_seconds")) not in (
            None,
            whole_number(olds.get("sleep_seconds")),
        ):
            changed.append("sleep_seconds")
        if self._digests(olds["salt"], news) != olds.get("secret_digests"):
            changed.append("secrets")
        return DiffResult(changes=bool(changed))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates the Space with its settings in one call, or adopts it; then commits the files."""
        repo_id = props["repo_id"]
        created = self.hub.create_space(
            repo_id,
            sdk=props["sdk"],
            visibility=props["visibility"],
            hardware=props["hardware"],
            sleep_seconds=whole_number(props.get("sleep_seconds")),
            secrets=self._secrets(props),
            variables={**(props.get("variables") or {}), MARK: props["mark"]},
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
                message=f"Seed from {own_mark(props).stack}",
            )
        removable = () if created else self._left_behind(repo_id, props)
        return CreateResult(repo_id, self._commit(props, removable=removable, salt=new_salt()))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The Space as it is now, for the keys this stack declares; empty if it is gone."""
        repo_id = props.get("repo_id") or id_  # a Space that was moved keeps its id in the state
        repository = self.hub.repository("space", repo_id)
        if repository is None:
            return ReadResult("", {})
        manifest = props.get("manifest") or {}
        tree = self.hub.tree_beside("space", repo_id, repository.commit, manifest)
        live = seen(self.spaces, props, repo_id, repository, tree)
        outputs = {**props, **live, "repo_id": repo_id}
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Settings first, the commit last, so that one build picks up everything."""
        repo_id = news["repo_id"]
        live = self._settled(olds, news)
        mark = own_mark(news).beside(live, own_mark(olds))
        if olds.get("visibility") != news["visibility"]:
            self.hub.set_visibility("space", repo_id, news["visibility"])
        values = self._secrets(news)
        digests = keyed_digests(olds["salt"], values)
        wanted = {**(news.get("variables") or {}), MARK: str(mark)}
        known = {**(olds.get("variables") or {}), MARK: str(live or "")}
        secrets = Change.between(olds.get("secret_digests") or {}, values, digests)
        variables = Change.between(known, wanted)
        if secrets.wanted or variables.wanted:
            secrets, variables = without_clashes(
                self.spaces, repo_id, (values, wanted), (secrets, variables)
            )
        write_settings(self.spaces, repo_id, secrets, variables)
        if olds.get("hardware") != news["hardware"]:
            self.spaces.set_hardware(
                repo_id, news["hardware"], whole_number(news.get("sleep_seconds"))
            )
        elif (seconds := whole_number(news.get("sleep_seconds"))) not in (
            None,  # not declared (any more), so nobody's business here
            whole_number(olds.get("sleep_seconds")),
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

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Deletes the Space, if nothing else holds it; absent is success."""
        repo_id, own = props.get("repo_id") or id_, own_mark(props)
        if self.hub.repository("space", repo_id) is None:
            return
        live = self._mark(repo_id)
        if live is None or not own.holds(live):
            return  # another's by now, or nobody's: it stays
        if left := own.without(live):
            change = Change(frozenset(), {MARK: str(left)})
            write_settings(self.spaces, repo_id, Change(frozenset(), {}), change)
        else:
            self.hub.delete_repository("space", repo_id)

    def _mark(self, repo_id: str) -> Mark | None:
        return Mark.found(self.spaces.variables(repo_id).get(MARK))

    def _settled(self, olds: dict[str, Any], news: dict[str, Any]) -> Mark | None:
        """Moves the Space to the name it is to have, and returns the mark it carries.

        Raises:
            DeployError: it is another's by now; nothing was changed.
        """
        before: str = olds.get("repo_id") or news["repo_id"]
        after: str = news["repo_id"]
        # A run that died after the move finds it there already.
        if before == after or self.hub.repository("space", after) is not None:
            live = self._mark(after)
            if before != after:
                check_may_take(f"Space {after}", news, live)
            else:
                check_still_ours(f"Space {after}", news, live)
            return live
        live = self._mark(before)
        check_still_ours(f"Space {before}", news, live)
        self.hub.move_repository("space", before, after)
        return live

    def _adopt(self, props: dict[str, Any]) -> None:
        """Takes over a Space that is ours, untouched, or handed over; refuses any other.

        Raises:
            DeployError: it belongs to somebody or something else; nothing was changed.
        """
        repo_id = props["repo_id"]
        variables = self.spaces.variables(repo_id)
        live = Mark.found(variables.get(MARK))
        repository = self.hub.repository("space", repo_id)
        visible = repository and shown_visibility(repository.visibility, props["visibility"])
        same = repository and repository.sdk == props["sdk"] and visible == props["visibility"]
        untouched = bool(live is None and same) and self._is_virgin(repo_id)
        check_may_take(f"Space {repo_id}", props, live, untouched=untouched)
        if visible != props["visibility"]:
            self.hub.set_visibility("space", repo_id, props["visibility"])
        mark = own_mark(props).beside(live)
        wanted = {**(props.get("variables") or {}), MARK: str(mark)}
        secrets = self._secrets(props)
        known = {name: variables[name] for name in wanted if name in variables}
        # Values of secrets can't be compared without a digest of ours: all are written once.
        changes = (Change(frozenset(), secrets), Change.between(known, wanted))
        changes = without_clashes(self.spaces, repo_id, (secrets, wanted), changes)
        write_settings(self.spaces, repo_id, *changes)
        runtime = self.spaces.runtime(repo_id)
        seconds = whole_number(props.get("sleep_seconds"))
        if runtime.hardware not in (None, props["hardware"]):
            self.spaces.set_hardware(repo_id, props["hardware"], seconds)
        elif seconds not in (None, runtime.sleep_seconds or -1):
            self.spaces.set_sleep_time(repo_id, seconds)

    def _is_virgin(self, repo_id: str) -> bool:
        """Whether nobody has committed to it but the platform itself."""
        return all(title == INITIAL_COMMIT for title in self.hub.commit_titles("space", repo_id))

    def _left_behind(self, repo_id: str, props: dict[str, Any]) -> tuple[str, ...]:
        """Files of a run of this stack that died before it could say what it had sent.

        Only where nobody else ever committed; of the platform's own file nobody knows whose it is.
        """
        ours = {INITIAL_COMMIT, _title(props)}
        if not props.get("manifest") or {*self.hub.commit_titles("space", repo_id)} - ours:
            return ()
        repository = self.hub.repository("space", repo_id)
        tree = self.hub.tree("space", repo_id, repository.commit) if repository else {}
        return tuple(path for path in tree if path != ATTRIBUTES)

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
                message=_title(props),
            )
        repository = self.hub.repository("space", repo_id)
        if repository is None:
            raise DeployError(f"Space {repo_id}: it vanished meanwhile. Run `pulumi refresh`.")
        digests = keyed_digests(salt, self._secrets(props))
        written = {k: v for k, v in self.spaces.secrets(repo_id).items() if k in digests}
        return with_settings(
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


def _title(props: Mapping[str, Any]) -> str:
    return f"Deploy {own_mark(props).stack}"
