"""Files of repositories: reading them, and committing them one by one."""

import base64
import binascii
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from sandbox.git.store import Entry, Person
from sandbox.github.http.access import Access
from sandbox.github.http.accounts import Caller
from sandbox.github.http.body import Body
from sandbox.github.http.contents_view import described, inside
from sandbox.github.http.errors import ConflictError, NotFoundError, UnprocessableError, invalid
from sandbox.github.http.objects import git_commit
from sandbox.github.http.requests import REPOSITORY, Routes, answer, urls
from sandbox.github.repositories.commit_writer import Change, Writer
from sandbox.github.repositories.registry import Repository
from sandbox.http.bodies import WITH_FILES
from sandbox.http.handlers import at

_CONTENTS = f"{REPOSITORY}/contents"
_ONE = f"{_CONTENTS}/{{path:path}}"


class ContentRoutes(Routes):
    """Endpoints of files."""

    def __init__(self, access: Access, writer: Writer) -> None:
        self._access = access
        self._writer = writer

    @at("GET", _CONTENTS, _ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        """A file, or what a folder holds."""
        repository = self._access.readable(request)
        return self._content(request, repository, request.path_params.get("path", "").strip("/"))

    @at("GET", f"{REPOSITORY}/readme")
    def _readme(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        commit = _commit_of(request, repository)
        for entry in repository.git.children(commit, "") or []:
            if entry.kind == "file" and entry.name.lower().startswith("readme"):
                return self._content(request, repository, entry.path)
        raise NotFoundError

    @at("PUT", _ONE, limit=WITH_FILES)
    def _put(self, request: Request, body: Body) -> Response:
        """201 for a new file, 200 for a changed one."""
        repository, caller = self._access.writable(request)
        path = _checked_path(request, caller)
        message = body.text("message")
        content = _decoded(body.text("content"))
        with self._writer.lock(repository):
            branch, known = self._place(repository, body, path)
            sha = body.optional_text("sha")
            if known is None and sha is not None:
                raise ConflictError(f"{path} does not match {sha}")
            if known is not None and sha is None:
                raise UnprocessableError('Invalid request.\n\n"sha" wasn\'t supplied.')
            if known is not None and known.oid != sha:
                raise ConflictError(f"{path} does not match {sha}")
            commit = self._commit(repository, caller, branch, Change(path, content), message, body)
        entry = repository.git.entry(commit, path)
        here = urls(request)
        shown = None if entry is None else described(repository, entry, branch or commit, here)
        committed = git_commit(repository, repository.git.commit(commit), here)
        created = {"content": shown, "commit": committed}
        return answer(request, created, 201 if known is None else 200)

    @at("DELETE", _ONE)
    def _delete(self, request: Request, body: Body) -> Response:
        """Clients may send what it needs in the query."""
        repository, caller = self._access.writable(request)
        body = Body({**request.query_params, **body.fields})
        path = _checked_path(request, caller)
        message, sha = body.text("message"), body.text("sha")
        with self._writer.lock(repository):
            branch, known = self._place(repository, body, path)
            if known is None:
                raise NotFoundError
            if known.oid != sha:
                raise ConflictError(f"{path} does not match {sha}")
            commit = self._commit(repository, caller, branch, Change(path, None), message, body)
        committed = git_commit(repository, repository.git.commit(commit), urls(request))
        return answer(request, {"content": None, "commit": committed})

    def _place(
        self, repository: Repository, body: Body, path: str
    ) -> tuple[str | None, Entry | None]:
        """The branch to be changed (None: the default one) and the file as it stands there."""
        branch = body.optional_text("branch")
        if branch is not None:
            branch = branch.removeprefix("refs/heads/")
        head = repository.git.branch_head(branch or repository.git.default_branch())
        if head is None:
            if branch is not None and repository.git.references():
                raise NotFoundError(f"Branch {branch} not found")
            return branch, None
        known = repository.git.entry(head, path)
        if known is not None and known.kind == "dir":
            raise UnprocessableError(f"{path} is a folder")
        for folder in _folders(path):
            above = repository.git.entry(head, folder)
            if above is not None and above.kind != "dir":
                raise UnprocessableError(f"{folder} is a file: nothing can lie in it")
        return branch, known

    def _commit(
        self,
        repository: Repository,
        caller: Caller,
        branch: str | None,
        change: Change,
        message: str,
        body: Body,
    ) -> str:
        return self._writer.commit(
            repository,
            caller,
            branch,
            [change],
            message,
            author=_person(body, "author"),
            committer=_person(body, "committer"),
        )

    def _content(self, request: Request, repository: Repository, path: str) -> Response:
        commit = _commit_of(request, repository)
        entry = repository.git.entry(commit, path) if path else None
        if path and entry is None:
            raise NotFoundError
        ref, here = (
            request.query_params.get("ref") or repository.git.default_branch(),
            urls(request),
        )
        accept = request.headers.get("accept", "")
        if entry is None or entry.kind == "dir":
            entries = repository.git.children(commit, path) or []
            listing = [described(repository, each, ref, here) for each in entries]
            if "object" not in accept:
                return answer(request, listing)
            folder = entry or Entry("", repository.git.commit(commit).tree, 0o40000, 0)
            return answer(request, {**described(repository, folder, ref, here), "entries": listing})
        content = repository.git.blob(entry.oid) or b""
        if "raw" in accept:
            return Response(content, media_type="application/vnd.github.raw")
        shown = described(repository, entry, ref, here)
        return answer(request, {**shown, **inside(entry, content)})


def _commit_of(request: Request, repository: Repository) -> str:
    ref = request.query_params.get("ref")
    if not repository.git.references():
        raise NotFoundError("This repository is empty.")
    commit = repository.git.resolve(ref or "HEAD")
    if commit is None:
        raise NotFoundError(f"No commit found for the ref {ref}")
    return commit


def _checked_path(request: Request, caller: Caller) -> str:
    path = str(request.path_params["path"])
    parts = path.split("/")
    if any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts):
        raise UnprocessableError(f"path contains a malformed path component: {path}")
    if path.startswith(".github/workflows/") and not caller.token.allows("workflow"):
        raise NotFoundError  # as for every scope that a token lacks
    return path


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnprocessableError("content is not valid Base64") from None


def _person(body: Body, key: str) -> Person | None:
    sent = body.mapping(key)
    if sent is None:
        return None
    fields = Body(sent)
    date = fields.optional_text("date")
    try:
        moment = datetime.fromisoformat(date) if date else datetime.now().astimezone()
    except ValueError:
        raise invalid("Commit", key, "date is no ISO 8601 timestamp") from None
    return Person(fields.text("name"), fields.text("email"), moment.astimezone())
