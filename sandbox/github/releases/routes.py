"""The API of releases."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import Access, Right, right_to
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, there
from sandbox.github.http.requests import REPOSITORY, Routes, answer, listed, nothing, urls
from sandbox.github.releases.records import Release
from sandbox.github.releases.service import ReleaseService, Words
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at

RELEASES = f"{REPOSITORY}/releases"
_LATEST = ("true", "false", "legacy")
_ONE = f"{RELEASES}/{{release:int}}"


class ReleaseRoutes(Routes):
    """Endpoints of releases. Drafts are for those alone who may write."""

    def __init__(self, access: Access, releases: ReleaseService) -> None:
        self._access = access
        self._service = releases

    @at("GET", RELEASES)
    def _list(self, request: Request, _body: Body) -> Response:
        """Newest first."""
        repository = self._access.readable(request)
        writes = self._writes(request, repository)
        found = [e for e in self._service.records.list(repository.id) if writes or not e.draft]
        here = urls(request)
        return listed(request, found, lambda each: self._service.view(each, repository, here))

    @at("POST", RELEASES)
    def _add(self, request: Request, body: Body) -> Response:
        repository, caller = self._access.writable(request)
        body.require("tag_name")
        words = _words(body)
        if body.flag("generate_release_notes", default=False):
            made = self._service.notes(repository, words.tag or "", words.target, None)
            text = "\n\n".join(filter(None, (words.body, made["body"])))
            words = Words(**{**vars(words), "name": words.name or made["name"], "body": text})
        added = self._service.add(repository, caller, words)
        return self._answer(request, repository, added, 201)

    @at("POST", f"{RELEASES}/generate-notes")
    def _notes(self, request: Request, body: Body) -> Response:
        repository, _ = self._access.writable(request)
        made = self._service.notes(
            repository,
            body.text("tag_name"),
            body.optional_text("target_commitish"),
            body.optional_text("previous_tag_name"),
        )
        return answer(request, dict(made))

    @at("GET", f"{RELEASES}/latest")
    def _latest(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        return self._found(request, repository, self._service.records.latest(repository.id))

    @at("GET", f"{RELEASES}/tags/{{tag:path}}")
    def _tagged(self, request: Request, _body: Body) -> Response:
        """Of one that is published."""
        repository = self._access.readable(request)
        found = self._service.records.tagged(repository.id, request.path_params["tag"])
        return self._found(request, repository, found)

    @at("GET", _ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        found = self._service.records.find(repository.id, request.path_params["release"])
        return self._found(request, repository, found)

    @at("PATCH", _ONE)
    def _change(self, request: Request, body: Body) -> Response:
        """What is not sent stays."""
        repository, caller = self._access.writable(request)
        release = self._required(request, repository)
        changed = self._service.change(repository, release, caller, _words(body, latest="legacy"))
        return self._answer(request, repository, changed)

    @at("DELETE", _ONE)
    def _delete(self, request: Request, _body: Body) -> Response:
        """The tag stays."""
        repository, caller = self._access.writable(request)
        self._service.delete(repository, self._required(request, repository), caller)
        return nothing()

    # --- inside

    def _writes(self, request: Request, repository: Repository) -> bool:
        return right_to(self._access.caller(request), repository) >= Right.WRITE

    def _required(self, request: Request, repository: Repository) -> Release:
        return there(self._service.records.find(repository.id, request.path_params["release"]))

    def _found(self, request: Request, repository: Repository, release: Release | None) -> Response:
        if release is None or (release.draft and not self._writes(request, repository)):
            raise NotFoundError
        return self._answer(request, repository, release)

    def _answer(
        self, request: Request, repository: Repository, release: Release, status: int = 200
    ) -> Response:
        return answer(request, self._service.view(release, repository, urls(request)), status)


def _words(body: Body, *, latest: str = "true") -> Words:
    flags = ("draft", "prerelease")
    return Words(
        tag=body.optional_text("tag_name"),
        target=body.optional_text("target_commitish") or None,
        name=body.optional_text("name"),
        body=body.optional_text("body"),
        latest=body.choice("make_latest", _LATEST, latest),
        **{flag: body.flag(flag, default=False) for flag in flags if flag in body},
    )
