"""What a browser gets: a repository with its branches, files and settings; files as they are."""

from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from sandbox.console.page import page, table
from sandbox.github.http.access import Access, Right, right_to
from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import NotFoundError
from sandbox.github.repositories.registry import Repository
from sandbox.github.service import GitHubService
from sandbox.github.settings.holders import Holder
from sandbox.github.settings.rulesets import Ruleset
from sandbox.http.handlers import Handlers, at

_PLACE = "/{owner}/{repo}"
_SITE = "workflow runs"


class PageRoutes(Handlers):
    """Addresses for people, as they stand in `html_url` and `download_url`."""

    def __init__(self, access: Access, service: GitHubService) -> None:
        self._access = access
        self._service = service

    @at("GET", _PLACE)
    def _repository(self, request: Request) -> Response:
        """What is in it, and what is set. Secrets are names and dates."""
        repository = self._access.readable(request)
        caller, name = self._access.caller(request), repository.full_name
        rules = [_rule_row(each) for each in self._service.rulesets.list(repository.id)]
        parts = (
            f'<p class="quiet">{escape(repository.description or "")}</p>',
            (
                f'<p><a href="/{quote(name)}/pulls">Pull requests</a> · '
                f'<a href="/{quote(name)}/issues">Issues</a></p>'
            ),
            "<h2>Branches</h2>",
            table(("Branch", "Commit"), list(_branches(repository))),
            "<h2>Environments, secrets and variables</h2>",
            table(("Where", "Name", "Value", "Set"), list(self._settings(repository, caller))),
            "<h2>Rulesets</h2>",
            table(("Ruleset", "Enforcement", "Branches", "Rules"), rules),
            f"<h2>Files of {escape(repository.git.default_branch())}</h2>",
            table(("File", "Bytes"), list(_files(repository))),
        )
        return page(name, "".join(parts), _SITE, home=f"/{quote(name)}/actions")

    def _settings(self, repository: Repository, caller: Caller | None) -> Iterator[tuple[str, ...]]:
        # The API keeps values of variables to those who may change them; so does the page.
        open_ = right_to(caller, repository) >= Right.ADMIN
        yield from self._held("repository", Holder(repository.id), values=open_)
        for each in self._service.environments.list(repository.id):
            patterns = [policy.name for policy in self._service.environments.policies(each)]
            who = f"only from {', '.join(patterns)}" if patterns else "from any branch"
            reviewers = len(each.protection.reviewers)
            review = f", {reviewers} reviewer{'s'[: reviewers != 1]}" if reviewers else ""
            place = f"environment {each.name}"
            yield escape(place), "", escape(f"deployments {who}{review}"), _day(each.updated_at)
            yield from self._held(place, Holder(repository.id, each.id), values=open_)

    def _held(self, place: str, holder: Holder, *, values: bool) -> Iterator[tuple[str, ...]]:
        for secret in self._service.secret_store.list(holder):
            yield escape(place), f"<code>{secret.name}</code>", "secret", _day(secret.updated_at)
        for each in self._service.variable_store.list(holder):
            value = f"<code>{escape(each.value)}</code>" if values else "variable"
            yield escape(place), f"<code>{each.name}</code>", value, _day(each.updated_at)

    @at("GET", f"{_PLACE}/raw/{{rest:path}}")
    def _raw(self, request: Request) -> Response:
        """A file as it is."""
        repository = self._access.readable(request)
        parts = request.path_params["rest"].split("/")
        # A branch may have slashes in its name: the shortest beginning that names one is meant.
        for count in range(1, len(parts)):
            commit = repository.git.resolve("/".join(parts[:count]))
            entry = commit and repository.git.entry(commit, "/".join(parts[count:]))
            if entry and entry.kind == "file":
                content = repository.git.blob(entry.oid) or b""
                return Response(content, media_type="text/plain; charset=utf-8")
        raise NotFoundError


def _branches(repository: Repository) -> Iterator[tuple[str, ...]]:
    for ref, target in repository.git.references("refs/heads/").items():
        name = escape(ref.removeprefix("refs/heads/"))
        yield f"<code>{name}</code>", f"<code>{target[:7]}</code>"


def _files(repository: Repository) -> Iterator[tuple[str, ...]]:
    head = repository.git.resolve("HEAD")
    base = f"/{quote(repository.full_name)}/raw/{quote(repository.git.default_branch())}"
    for each in (repository.git.children(head, "") if head else None) or ():
        name = escape(each.path)
        if each.kind == "file":
            yield f'<a href="{base}/{quote(each.path)}">{name}</a>', f"{each.size:,}"
        else:
            yield f"{name}/", ""


def _rule_row(ruleset: Ruleset) -> tuple[str, ...]:
    names = (ruleset.conditions.get("ref_name") or {}).get("include") or ()
    branches = ", ".join(name.removeprefix("refs/heads/") for name in names)
    rules = ", ".join(str(rule["type"]).replace("_", " ") for rule in ruleset.rules)
    return tuple(escape(each) for each in (ruleset.name, ruleset.enforcement, branches, rules))


def _day(moment: str) -> str:
    return escape(moment.replace("T", " ").removesuffix("Z"))
