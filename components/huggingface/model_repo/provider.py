"""The life of a model repository: created and seeded once, then left to whoever trains."""

from typing import Any

from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from slipway.errors import DeployError
from slipway.huggingface.hub.provider import HubProvider
from slipway.huggingface.hub.repository import INITIAL_COMMIT, Repository, difference

REPLACING = ("repo_id",)
UPDATING = ("visibility",)
ADDED = ("url", "commit", "sha256s")


class ModelRepoProvider(HubProvider):
    """Inputs: repo_id, visibility, manifest, sources, stack, adopt. Adds: url, commit, sha256s.

    The manifest seeds an empty repository only. Afterwards pipelines commit to it, and a later
    update must not put the old weights back: `diff` does not look at the manifest.
    """

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another id replaces, another visibility updates, other seed files change nothing."""
        replaces = [key for key in REPLACING if olds.get(key) != news.get(key)]
        changed = [key for key in UPDATING if olds.get(key) != news.get(key)]
        return DiffResult(
            changes=bool(replaces or changed), replaces=replaces, delete_before_replace=True
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates or adopts the repository and seeds it if it is empty."""
        repo_id = props["repo_id"]
        created = self.hub.create_model_repository(repo_id, props["visibility"])
        virgin = all(title == INITIAL_COMMIT for title in self.hub.commit_titles("model", repo_id))
        if not created:
            self._adopt(props, virgin=virgin)
        if virgin and props["manifest"]:
            self.hub.commit(
                "model",
                repo_id,
                manifest=props["manifest"],
                sources=props["sources"],
                removable=(),
                message=f"Seed from {props['stack']}",
            )
        return CreateResult(repo_id, self._outputs(props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The repository as it is now; empty if it is gone."""
        repository = self.hub.repository("model", id_)
        if repository is None:
            return ReadResult("", {})
        known = {**props, "repo_id": id_}
        outputs = self._described(known, repository)
        inputs = {key: outputs[key] for key in outputs if key not in ADDED}
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Changes the visibility."""
        if olds.get("visibility") != news["visibility"]:
            self.hub.set_visibility("model", news["repo_id"], news["visibility"])
        return UpdateResult(self._outputs(news))

    def delete(self, id_: str, _props: dict[str, Any]) -> None:
        """Deletes the repository with everything in it; absent is success."""
        self.hub.delete_repository("model", id_)

    def _adopt(self, props: dict[str, Any], *, virgin: bool) -> None:
        """Takes over a repository that is ours, untouched as declared, or handed over.

        Raises:
            DeployError: it belongs to somebody or something else; nothing was changed.
        """
        repo_id = props["repo_id"]
        repository = self._existing(repo_id)
        same = repository.visibility == props["visibility"]
        ours = (virgin and same) or self._seeded(props, repository)
        if not ours and not props.get("adopt"):
            raise DeployError(
                f"Model repository {repo_id}: it exists already and this stack did not make it. "
                "Set adopt to take it over as it is, or choose another name."
            )
        if not same:
            self.hub.set_visibility("model", repo_id, props["visibility"])

    def _seeded(self, props: dict[str, Any], repository: Repository) -> bool:
        """Whether it holds just our files, as after an engine that died before noting its work."""
        if not props["manifest"]:
            return False
        tree = self.hub.tree("model", props["repo_id"], repository.commit)
        return not difference(props["manifest"], tree, ())

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
            "stack": props.get("stack"),
            "adopt": props.get("adopt") or False,
            "url": repository.url,
            "commit": repository.commit,
            # Weights are LFS files, and of those alone the Hub says the SHA-256.
            "sha256s": {path: sum_[1:] for path, sum_ in tree.items() if sum_.startswith(":")},
        }
