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
    mark_changed,
    own_mark,
)
from slipway.core.secrecy.digests import keyed_digests, new_salt
from slipway.core.secrecy.sealing import unseal
from slipway.core.variable_names import MARK
from slipway.errors import DeployError
from slipway.huggingface.hub.attributes import ATTRIBUTES
from slipway.huggingface.hub.history import History, read_history
from slipway.huggingface.hub.moving import check_called, held, settled
from slipway.huggingface.hub.provider import HubProvider
from slipway.huggingface.hub.repository import Repository
from slipway.huggingface.hub.visibility import visibility_changed
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

    notes_failed_updates = True

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
        if created:
            self._seed(props)
            return CreateResult(repo_id, self._commit(props, removable=(), salt=new_salt()))
        found = self.existing("space", repo_id)
        history = read_history(self.hub, "space", repo_id)
        live = self._check_may_adopt(props, found, history)
        visible = shown_visibility(found.visibility, props["visibility"])
        with visibility_changed(self.hub, "space", repo_id, visible, props["visibility"]):
            self._take_over(props, live)
            if history.is_only():
                self._seed(props)
            removable = self._left_behind(repo_id, props, history)
            outputs = self._commit(props, removable=removable, salt=new_salt())
        return CreateResult(repo_id, outputs)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The Space as it is now, for the keys this stack declares; empty if it is gone."""
        repo_id = props.get("repo_id") or id_  # a Space that was moved keeps its id in the state
        repository = held(self.hub, "space", repo_id, own_mark(props), self._mark)
        if repository is None:
            return ReadResult("", {})
        if not repository.is_called(repo_id):
            repo_id = repository.id
        manifest = props.get("manifest") or {}
        tree = self.hub.tree_beside("space", repo_id, repository.commit, manifest)
        live = seen(self.spaces, props, repo_id, repository, tree)
        outputs = {**props, **live, "repo_id": repo_id}
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Settings first, the commit last, so that one build picks up everything.

        It is opened only after the commit: what people could see before that is not what they
        are to see.
        """
        live = settled(self.hub, "space", olds, news, self._mark)
        before, after = olds.get("visibility"), news["visibility"]
        with visibility_changed(self.hub, "space", news["repo_id"], before, after):
            return UpdateResult(self._updated(olds, news, live))

    def _updated(
        self, olds: dict[str, Any], news: dict[str, Any], live: Mark | None
    ) -> dict[str, Any]:
        repo_id = news["repo_id"]
        mark = own_mark(news).beside(live, own_mark(olds))
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
        return outputs

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Deletes the Space, if nothing else holds it; absent is success."""
        own = own_mark(props)
        repository = held(self.hub, "space", props.get("repo_id") or id_, own, self._mark)
        if repository is None:
            return
        repo_id, live = repository.id, self._mark(repository.id)
        if live is None or not own.holds(live):
            return  # another's by now, or nobody's: it stays
        if left := own.without(live):
            change = Change(frozenset(), {MARK: str(left)})
            write_settings(self.spaces, repo_id, Change(frozenset(), {}), change)
        else:
            self.hub.delete_repository("space", repo_id)

    def _mark(self, repo_id: str) -> Mark | None:
        return Mark.found(self.spaces.variables(repo_id).get(MARK))

    def _check_may_adopt(
        self, props: dict[str, Any], found: Repository, history: History
    ) -> Mark | None:
        """The mark of a Space that is ours, untouched as declared, or handed over.

        Raises:
            DeployError: it belongs to somebody or something else; nothing was changed.
        """
        repo_id = props["repo_id"]
        live = self._mark(repo_id)
        visible = shown_visibility(found.visibility, props["visibility"])
        same = found.sdk == props["sdk"] and visible == props["visibility"]
        untouched = same and history.is_only()
        check_may_take(f"Space {repo_id}", props, live, untouched=untouched)
        check_called("space", found, repo_id)
        return live

    def _take_over(self, props: dict[str, Any], live: Mark | None) -> None:
        """Gives a Space that exists the settings that are declared."""
        repo_id = props["repo_id"]
        variables = self.spaces.variables(repo_id)
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

    def _seed(self, props: dict[str, Any]) -> None:
        if props.get("seed"):
            self.hub.commit(
                "space",
                props["repo_id"],
                manifest=props["seed"],
                sources=props["seed_sources"],
                removable=(),
                message=f"Seed from {own_mark(props).stack}",
                mark=props["mark"],
            )

    def _left_behind(
        self, repo_id: str, props: dict[str, Any], history: History
    ) -> tuple[str, ...]:
        """Files of a run of this stack that died before it could say what it had sent.

        Only where nobody else ever committed; of the platform's own file nobody knows whose it is.
        """
        own = own_mark(props)
        ours = {commit.id for commit in history.commits if own.may_take(commit.mark)}
        if not props.get("manifest") or not ours or not history.is_only(ours):
            return ()
        tree = self.hub.tree("space", repo_id, history.commits[0].id)
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
                message=f"Deploy {own_mark(props).stack}",
                mark=props["mark"],
            )
        repository = self.existing("space", repo_id)
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
