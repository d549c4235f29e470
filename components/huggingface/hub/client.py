"""The Hub as the providers use it: repositories and commits.

A wrapper over huggingface_hub that adds what it lacks: time-outs, retries, one atomic commit of
just what differs, and errors that name the object and the remedy. It knows nothing of Pulumi.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import cast, get_args

from huggingface_hub import HfApi, SpaceHardware, get_session, hf_raise_for_status
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils._headers import build_hf_headers

from slipway.errors import ApiError, DeployError
from slipway.huggingface.hub.attributes import ATTRIBUTES, begins_as_declared
from slipway.huggingface.hub.operations import CommitOperation, operations
from slipway.huggingface.hub.repository import (
    KINDS,
    Repository,
    RepoType,
    Visibility,
    difference,
    holds,
)
from slipway.huggingface.hub.transport import Result, call, prepare_session, upload_failure

_CONFLICT, _NOT_FOUND = 409, 404
_NO_SUCH_REPOSITORY = "RepoNotFound"  # the Hub's own word; a proxy's 404 lacks it


class HubClient:
    """One account at one Hub; safe to share between threads."""

    def __init__(self, endpoint: str, token: str | None) -> None:
        prepare_session()
        self.endpoint = endpoint.rstrip("/")
        self.api = HfApi(endpoint=self.endpoint, token=token or False)
        self._hidden = (token,) if token else ()

    def call(
        self,
        what: str,
        action: Callable[[], Result],
        *,
        retry: bool = True,
        hidden: tuple[str, ...] = (),
    ) -> Result:
        """`calls.call`, with the token among what no error text may repeat."""
        return call(what, action, retry=retry, hidden=self._hidden + hidden)

    def repository(self, kind: RepoType, repo_id: str) -> Repository | None:
        """The repository, or None if the Hub says for certain that there is none.

        Raises:
            ApiError: any other answer; a bad token must not look like a missing repository.
        """
        what = f"{KINDS[kind]} {repo_id}: read"
        try:
            info = self.call(what, lambda: self.api.repo_info(repo_id, repo_type=kind))
        except ApiError as error:
            if error.status == _NOT_FOUND and error.code == _NO_SUCH_REPOSITORY:
                return None
            raise
        prefix = "spaces/" if kind == "space" else ""
        return Repository(
            id=info.id,
            commit=info.sha or "",
            # Sent by newer Hubs only; without it protected can't be told from private.
            visibility=getattr(info, "visibility", None)
            or ("private" if info.private else "public"),
            sdk=getattr(info, "sdk", None),
            url=f"{self.endpoint}/{prefix}{info.id}",
            host=getattr(info, "host", None),
        )

    def create_model_repository(self, repo_id: str, visibility: str) -> bool:
        """Creates it; False if it is there already."""
        return self._created(
            f"Model repository {repo_id}: create",
            lambda: self.api.create_repo(repo_id, visibility=_visibility(visibility)),
        )

    def create_space(
        self,
        repo_id: str,
        *,
        sdk: str,
        visibility: str,
        hardware: str,
        sleep_seconds: int | None,
        secrets: Mapping[str, str],
        variables: Mapping[str, str],
    ) -> bool:
        """Creates a Space with its settings in one call; False if it is there already.

        Secrets set afterwards would each restart the Space, and a first build could miss them.
        """
        return self._created(
            f"Space {repo_id}: create",
            lambda: self.api.create_repo(
                repo_id,
                repo_type="space",
                space_sdk=sdk,
                visibility=_visibility(visibility),
                space_hardware=SpaceHardware(hardware),
                space_sleep_time=sleep_seconds,
                space_secrets=[{"key": k, "value": v} for k, v in sorted(secrets.items())],
                space_variables=[{"key": k, "value": v} for k, v in sorted(variables.items())],
            ),
            hidden=tuple(secrets.values()),
        )

    def _created(
        self, what: str, action: Callable[[], object], hidden: tuple[str, ...] = ()
    ) -> bool:
        # Creating bears a second try: if the first was carried out and its answer lost, the second
        # is told 409, and whether the repository is ours is decided by what it holds.
        try:
            self.call(what, action, hidden=hidden)
        except ApiError as error:
            if error.status == _CONFLICT:
                return False
            raise
        return True

    def set_visibility(self, kind: RepoType, repo_id: str, visibility: str) -> None:
        """Changes who may see the repository."""
        self.call(
            f"{KINDS[kind]} {repo_id}: set visibility {visibility}",
            lambda: self.api.update_repo_settings(
                repo_id, repo_type=kind, visibility=_visibility(visibility)
            ),
        )

    def delete_repository(self, kind: RepoType, repo_id: str) -> None:
        """Deletes it; absent is success."""
        self.call(
            f"{KINDS[kind]} {repo_id}: delete",
            lambda: self.api.delete_repo(repo_id, repo_type=kind, missing_ok=True),
        )

    def move_repository(self, kind: RepoType, repo_id: str, new_id: str) -> None:
        """Gives it another name or owner, with all it holds; the Hub redirects the old one."""
        self.call(
            f"{KINDS[kind]} {repo_id}: move to {new_id}",
            lambda: self.api.move_repo(repo_id, new_id, repo_type=kind),
            retry=False,  # a second try would be told that there is no such repository
        )

    def tags(self, kind: RepoType, repo_id: str) -> list[str]:
        """Names of its tags."""
        refs = self.call(
            f"{KINDS[kind]} {repo_id}: list tags",
            lambda: self.api.list_repo_refs(repo_id, repo_type=kind),
        )
        return [tag.name for tag in refs.tags]

    def change_tags(
        self, kind: RepoType, repo_id: str, *, add: Collection[str], delete: Collection[str]
    ) -> None:
        """Makes tags at the head of main, then deletes others."""
        what = f"{KINDS[kind]} {repo_id}"
        for tag in add:
            self.call(
                f"{what}: tag {tag}",
                partial(self.api.create_tag, repo_id, tag=tag, repo_type=kind, exist_ok=True),
            )
        for tag in delete:
            self.call(
                f"{what}: delete tag {tag}",
                partial(self.api.delete_tag, repo_id, tag=tag, repo_type=kind),
            )

    def tree(self, kind: RepoType, repo_id: str, commit: str) -> dict[str, str]:
        """Path -> "blob SHA-1" or, for an LFS file, ":SHA-256", at a commit."""
        entries = self.call(
            f"{KINDS[kind]} {repo_id}: list files",
            lambda: list(
                self.api.list_repo_tree(repo_id, repo_type=kind, revision=commit, recursive=True)
            ),
        )
        return {
            entry.path: f":{entry.lfs.sha256}" if entry.lfs else entry.blob_id
            for entry in entries
            if isinstance(entry, RepoFile)
        }

    def tree_beside(
        self, kind: RepoType, repo_id: str, commit: str, manifest: Mapping[str, str]
    ) -> dict[str, str]:
        """The tree as `difference` compares it with a payload.

        A `.gitattributes` that only goes on where the payload's ends, with what the Hub adds for
        large files, counts as the payload's.
        """
        tree = self.tree(kind, repo_id, commit)
        digest, remote = manifest.get(ATTRIBUTES), tree.get(ATTRIBUTES)
        if digest and remote and not holds(digest, remote):
            oid = digest.partition(":")[0]
            if begins_as_declared(oid, self._read(kind, repo_id, commit, ATTRIBUTES), tree):
                tree[ATTRIBUTES] = oid
        return tree

    def _read(self, kind: RepoType, repo_id: str, commit: str, path: str) -> bytes:
        """A small file's content."""
        prefix = "spaces/" if kind == "space" else ""
        url = f"{self.endpoint}/{prefix}{repo_id}/resolve/{commit}/{path}"

        def get() -> bytes:
            answer = get_session().get(url, headers=build_hf_headers(token=self.api.token))
            hf_raise_for_status(answer)
            return answer.content

        return self.call(f"{KINDS[kind]} {repo_id}: read {path}", get)

    def commit(
        self,
        kind: RepoType,
        repo_id: str,
        *,
        manifest: Mapping[str, str],
        sources: Mapping[str, str],
        removable: Sequence[str],
        message: str,
        mark: str,
    ) -> str:
        """Makes main hold the payload by one atomic commit of what differs; none if nothing does.

        Args:
            kind: the repository's type.
            repo_id: its id.
            manifest: path -> digest of every file of the payload (`PayloadFile.digest`).
            sources: path -> local file.
            removable: paths this program once put there and that go if the payload lacks them.
            message: the commit's title.
            mark: its description: whose commit it is, which a title does not prove.

        Returns:
            The head of main afterwards, 40 hex digits.

        Raises:
            DeployError: a local file changed since the payload was decided.
            ApiError: the Hub refused; 412 if somebody else changed main meanwhile.
        """
        what = f"{KINDS[kind]} {repo_id}: commit"

        def attempt() -> str:
            current = self.repository(kind, repo_id)
            if current is None:
                raise ApiError(f"{what}: the repository is gone. Run `pulumi refresh`.", _NOT_FOUND)
            tree = self.tree_beside(kind, repo_id, current.commit, manifest)
            change = difference(manifest, tree, removable)
            if not change:
                return current.commit
            wanted = operations(f"{KINDS[kind]} {repo_id}", change, manifest, sources, tree)
            return self._send(kind, repo_id, wanted, (message, mark), current.commit)

        # Each try reads main first. A commit that landed although its answer was lost is seen
        # there; sent a second time it would be refused, or made twice.
        return self.call(what, attempt)

    def _send(
        self,
        kind: RepoType,
        repo_id: str,
        wanted: Sequence[CommitOperation],
        message: tuple[str, str],
        parent: str,
    ) -> str:
        try:
            info = self.api.create_commit(
                repo_id,
                wanted,
                repo_type=kind,
                commit_message=message[0],
                commit_description=message[1],
                parent_commit=parent,
                revision="main",
            )
        except (HfHubHTTPError, json.JSONDecodeError):
            raise
        except RuntimeError as error:  # what huggingface_hub and hf_xet make of a failed upload
            raise upload_failure(f"{KINDS[kind]} {repo_id}", error) from None
        except ValueError as error:  # the Hub's verdict on the front matter or on a large file
            raise DeployError(f"{KINDS[kind]} {repo_id}: commit refused. {error}") from None
        return info.oid


def _visibility(name: str) -> Visibility:
    if name in get_args(Visibility):
        return cast("Visibility", name)
    raise DeployError(f"visibility {name!r}: use public, private or protected")
