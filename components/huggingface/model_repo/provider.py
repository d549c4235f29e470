"""The life of a model repository: created and seeded once, then left to whoever trains."""

from functools import partial
from typing import Any

from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from slipway.core.ownership import (
    Mark,
    check_may_take,
    mark_changed,
    mark_seen,
    own_mark,
)
from slipway.huggingface.hub.attributes import ATTRIBUTES
from slipway.huggingface.hub.history import History, read_history
from slipway.huggingface.hub.moving import check_called, held, settled
from slipway.huggingface.hub.provider import HubProvider
from slipway.huggingface.hub.repository import Repository, holds
from slipway.huggingface.hub.visibility import visibility_changed
from slipway.huggingface.model_repo.tags import is_mark, mark_in, tags_of

UPDATING = ("repo_id", "visibility", "delete_data")
ADDED = ("url", "commit", "sha256s", "seed_commit")


class ModelRepoProvider(HubProvider):
    """Inputs: repo_id, visibility, manifest, sources, mark, adopt, delete_data. Adds: url, commit,
    sha256s, seed_commit (the one commit that is this program's).

    The manifest seeds an empty repository only. Afterwards pipelines commit to it, and a later
    update must not put the old weights back: `diff` does not look at the manifest. What they
    committed outlives the stack unless `delete_data` says otherwise.
    """  # noqa: D205 - the list of properties is the summary

    notes_failed_updates = True

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another id moves it, another visibility updates, other seed files change nothing."""
        changed = [key for key in UPDATING if (olds.get(key) or False) != (news.get(key) or False)]
        return DiffResult(changes=bool(changed) or mark_changed(olds, news))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates or adopts the repository and seeds it if it is empty."""
        repo_id = props["repo_id"]
        created = self.hub.create_model_repository(repo_id, props["visibility"])
        found = self.existing("model", repo_id)
        live = None if created else self._mark(repo_id, own_mark(props))
        history = None if created else read_history(self.hub, "model", repo_id)
        untouched = history is None or history.is_only()
        if not created:
            self._check_may_adopt(props, found, live, untouched=untouched)
        seed = self._seeded(repo_id, props, history)
        wanted = props["visibility"]
        with visibility_changed(self.hub, "model", repo_id, found.visibility, wanted):
            # Before the seed: whoever finds it from here on knows whose it is.
            self._hold(repo_id, props, live)
            if untouched and props["manifest"]:
                seed = self.hub.commit(
                    "model",
                    repo_id,
                    manifest=props["manifest"],
                    sources=props["sources"],
                    removable=(),
                    message=f"Seed from {own_mark(props).stack}",
                    mark=props["mark"],
                )
        return CreateResult(repo_id, self._outputs({**props, "seed_commit": seed}))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The repository as it is now; empty if it is gone."""
        repo_id = props.get("repo_id") or id_  # one that was moved keeps its id in the state
        repository = self._held(repo_id, own_mark(props))
        if repository is None:
            return ReadResult("", {})
        if not repository.is_called(repo_id):
            repo_id = repository.id
        live = self._mark(repo_id, own_mark(props))
        outputs = self._described({**props, "repo_id": repo_id}, repository)
        outputs["mark"] = mark_seen(props, live)
        inputs = {key: outputs[key] for key in outputs if key not in ADDED}
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Moves it and changes its visibility."""
        repo_id = news["repo_id"]
        live = settled(self.hub, "model", olds, news, partial(self._mark, own=own_mark(news)))
        before, after = olds.get("visibility"), news["visibility"]
        with visibility_changed(self.hub, "model", repo_id, before, after):
            self._hold(repo_id, news, live, own_mark(olds))
        return UpdateResult(self._outputs({**news, "seed_commit": olds.get("seed_commit")}))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Lets go of the repository, if it is ours; absent is success.

        It is deleted when nothing else holds it and nobody but this program has committed to it, or
        when `delete_data` says so; otherwise it stays, and a stack of the same name may take it
        again.
        """
        own = own_mark(props)
        repository = self._held(props.get("repo_id") or id_, own)
        if repository is None:
            return
        repo_id, live = repository.id, self._mark(repository.id, own)
        if live is None or not own.holds(live):
            return  # another's by now, or nobody's: it stays
        if (left := own.without(live)) is None and not self._worth_keeping(repo_id, props):
            self.hub.delete_repository("model", repo_id)
            return
        self._tag(repo_id, left or own.released)

    def _worth_keeping(self, repo_id: str, props: dict[str, Any]) -> bool:
        """Whether it holds what somebody else committed, as pipelines do with what they train."""
        if props.get("delete_data"):
            return False
        history = read_history(self.hub, "model", repo_id)
        seed = props.get("seed_commit") or self._seeded(repo_id, props, history)
        return not history.is_only([seed] if seed else [])

    def _seeded(self, repo_id: str, props: dict[str, Any], history: History | None) -> str | None:
        """The seed of a run that died before it noted it, or of the same component's former name.

        That is the one commit there is, if it says it is this stack's and holds what is declared:
        somebody may have amended it, and it says so still.
        """
        manifest = props.get("manifest")
        if not manifest or history is None or len(history.commits) != 1 + 1:
            return None
        if not own_mark(props).may_take(history.commits[0].mark):
            return None
        commit = history.commits[0].id
        tree = self.hub.tree_beside("model", repo_id, commit, manifest)
        same = all(holds(digest, tree.get(path)) for path, digest in manifest.items())
        return commit if same and set(tree) <= {*manifest, ATTRIBUTES} else None

    def _check_may_adopt(
        self, props: dict[str, Any], found: Repository, live: Mark | None, *, untouched: bool
    ) -> None:
        """Lets pass a repository that is ours, untouched as declared, or handed over.

        Raises:
            DeployError: it belongs to somebody or something else; nothing was changed.
        """
        same = found.visibility == props["visibility"]
        what = f"Model repository {props['repo_id']}"
        check_may_take(what, props, live, untouched=untouched and same)
        check_called("model", found, props["repo_id"])

    def _held(self, repo_id: str, own: Mark) -> Repository | None:
        return held(self.hub, "model", repo_id, own, partial(self._mark, own=own))

    def _mark(self, repo_id: str, own: Mark) -> Mark | None:
        return mark_in(self.hub.tags("model", repo_id), own)

    def _hold(
        self, repo_id: str, props: dict[str, Any], live: Mark | None, before: Mark | None = None
    ) -> None:
        wanted = own_mark(props).beside(live, before)
        if wanted != live:
            self._tag(repo_id, wanted)

    def _tag(self, repo_id: str, mark: Mark) -> None:
        wanted = tags_of(mark)
        there = {tag for tag in self.hub.tags("model", repo_id) if is_mark(tag)}
        self.hub.change_tags(
            "model", repo_id, add=sorted(wanted - there), delete=sorted(there - wanted)
        )

    def _outputs(self, props: dict[str, Any]) -> dict[str, Any]:
        repository = self.existing("model", props["repo_id"])
        return {**self._described(props, repository), "visibility": props["visibility"]}

    def _described(self, props: dict[str, Any], repository: Repository) -> dict[str, Any]:
        tree = self.hub.tree("model", props["repo_id"], repository.commit)
        return {
            "repo_id": props["repo_id"],
            "visibility": repository.visibility,
            "manifest": props.get("manifest") or {},
            "sources": props.get("sources") or {},
            "mark": props.get("mark"),
            **({"delete_data": props["delete_data"]} if "delete_data" in props else {}),
            "adopt": props.get("adopt") or False,
            "url": repository.url,
            "commit": repository.commit,
            **({"seed_commit": props["seed_commit"]} if props.get("seed_commit") else {}),
            # Weights are LFS files, and of those alone the Hub says the SHA-256.
            "sha256s": {path: sum_[1:] for path, sum_ in tree.items() if sum_.startswith(":")},
        }
