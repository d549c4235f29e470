"""The life of a model repository: created and seeded once, then left to whoever trains."""

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
    check_still_ours,
    mark_changed,
    mark_seen,
    own_mark,
)
from slipway.errors import DeployError
from slipway.huggingface.hub.provider import HubProvider
from slipway.huggingface.hub.repository import INITIAL_COMMIT, Repository
from slipway.huggingface.model_repo.tags import is_mark, mark_in, tags_of

UPDATING = ("repo_id", "visibility", "delete_data")
ADDED = ("url", "commit", "sha256s")
SEED = "Seed from "  # begins the title of the one commit that is this program's


class ModelRepoProvider(HubProvider):
    """Inputs: repo_id, visibility, manifest, sources, mark, adopt, delete_data. Adds: url, commit,
    sha256s.

    The manifest seeds an empty repository only. Afterwards pipelines commit to it, and a later
    update must not put the old weights back: `diff` does not look at the manifest. What they
    committed outlives the stack unless `delete_data` says otherwise.
    """  # noqa: D205 - the list of properties is the summary

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another id moves it, another visibility updates, other seed files change nothing."""
        changed = [key for key in UPDATING if (olds.get(key) or False) != (news.get(key) or False)]
        return DiffResult(changes=bool(changed) or mark_changed(olds, news))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates or adopts the repository and seeds it if it is empty."""
        repo_id = props["repo_id"]
        created = self.hub.create_model_repository(repo_id, props["visibility"])
        live = None if created else self._mark(repo_id, own_mark(props))
        virgin = all(title == INITIAL_COMMIT for title in self.hub.commit_titles("model", repo_id))
        if not created:
            self._adopt(props, live, virgin=virgin)
        # Before the seed: whoever finds it from here on knows whose it is.
        self._hold(repo_id, props, live)
        if virgin and props["manifest"]:
            self.hub.commit(
                "model",
                repo_id,
                manifest=props["manifest"],
                sources=props["sources"],
                removable=(),
                message=f"{SEED}{own_mark(props).stack}",
            )
        return CreateResult(repo_id, self._outputs(props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The repository as it is now; empty if it is gone."""
        repo_id = props.get("repo_id") or id_  # one that was moved keeps its id in the state
        repository = self.hub.repository("model", repo_id)
        if repository is None:
            return ReadResult("", {})
        live = self._mark(repo_id, own_mark(props))
        outputs = self._described({**props, "repo_id": repo_id}, repository)
        outputs["mark"] = mark_seen(props, live)
        inputs = {key: outputs[key] for key in outputs if key not in ADDED}
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Moves it and changes its visibility."""
        before, repo_id = olds.get("repo_id") or news["repo_id"], news["repo_id"]
        what = f"Model repository {repo_id}"
        # A run that died after the move finds it there already.
        if before == repo_id or self.hub.repository("model", repo_id) is not None:
            live = self._mark(repo_id, own_mark(news))
            if before == repo_id:
                check_still_ours(what, news, live)
            else:
                check_may_take(what, news, live)
        else:
            live = self._mark(before, own_mark(news))
            check_still_ours(f"Model repository {before}", news, live)
            self.hub.move_repository("model", before, repo_id)
        self._hold(repo_id, news, live, own_mark(olds))
        if olds.get("visibility") != news["visibility"]:
            self.hub.set_visibility("model", repo_id, news["visibility"])
        return UpdateResult(self._outputs(news))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Lets go of the repository, if it is ours; absent is success.

        It is deleted when nothing else holds it and nobody but this program has committed to it, or
        when `delete_data` says so; otherwise it stays, and a stack of the same name may take it
        again.
        """
        repo_id, own = props.get("repo_id") or id_, own_mark(props)
        if self.hub.repository("model", repo_id) is None:
            return
        live = self._mark(repo_id, own)
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
        titles = self.hub.commit_titles("model", repo_id)
        return not all(title == INITIAL_COMMIT or title.startswith(SEED) for title in titles)

    def _adopt(self, props: dict[str, Any], live: Mark | None, *, virgin: bool) -> None:
        """Takes over a repository that is ours, untouched as declared, or handed over.

        Raises:
            DeployError: it belongs to somebody or something else; nothing was changed.
        """
        repo_id = props["repo_id"]
        same = self._existing(repo_id).visibility == props["visibility"]
        what = f"Model repository {repo_id}"
        check_may_take(what, props, live, untouched=virgin and same)
        if not same:
            self.hub.set_visibility("model", repo_id, props["visibility"])

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

    def _existing(self, repo_id: str) -> Repository:
        repository = self.hub.repository("model", repo_id)
        if repository is None:
            raise DeployError(
                f"Model repository {repo_id}: it vanished meanwhile. Run `pulumi refresh`."
            )
        return repository

    def _outputs(self, props: dict[str, Any]) -> dict[str, Any]:
        repository = self._existing(props["repo_id"])
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
            # Weights are LFS files, and of those alone the Hub says the SHA-256.
            "sha256s": {path: sum_[1:] for path, sum_ in tree.items() if sum_.startswith(":")},
        }
