"""Pull requests and issues for people: what is proposed, said, checked and changed."""

from collections.abc import Iterator, Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from sandbox.console.page import page, state, table
from sandbox.console.words import rendered
from sandbox.github.checks.statuses import Status, Statuses
from sandbox.github.http.access import Access
from sandbox.github.http.errors import there
from sandbox.github.issues.labels import Label
from sandbox.github.issues.records import Issue
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import APPROVED, CHANGES_REQUESTED, PENDING
from sandbox.github.pulls.service import PullService
from sandbox.github.repositories.differences import (
    ChangedFile,
    commits_between,
    proposed_files,
    proposed_text,
)
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import Handlers, at

_PLACE = "/{owner}/{repo}"
_SHOWN = 100
_MOST_FILES = 50
_LOOKS = {"open": "good", "merged": "busy", "success": "good", "pending": "busy"}
_WORDS = {APPROVED: "approved", CHANGES_REQUESTED: "asked for changes"}
_MERGEABLE = {
    "clean": "Can be merged.",
    "dirty": "Both sides changed the same lines: conflicts must be resolved first.",
    "blocked": "A rule of the base does not let it be merged yet.",
    "unstable": "Can be merged, though a check has not passed.",
    "draft": "A draft cannot be merged.",
}


class PullPages(Handlers):
    """Addresses for people, as they stand in `html_url`."""

    def __init__(self, access: Access, pulls: PullService, statuses: Statuses) -> None:
        self._access = access
        self._pulls = pulls
        self._statuses = statuses

    @at("GET", f"{_PLACE}/pulls")
    def _list(self, request: Request) -> Response:
        """The newest, open ones first."""
        repository = self._access.readable(request)
        found = sorted(
            self._pulls.records.list(repository.id), key=lambda each: each.issue.state != "open"
        )
        rows = [
            (
                _state(_standing(each)),
                _link(repository, each.issue),
                self._labels(each.issue),
                (
                    f"<code>{escape(each.head_owner)}:{escape(each.head)}</code> into "
                    f"<code>{escape(each.base)}</code>"
                ),
                escape(each.issue.author),
            )
            for each in found[:_SHOWN]
        ]
        body = table(("", "Pull request", "", "What", "By"), rows)
        return page("Pull requests", body, repository.full_name, home=f"/{repository.full_name}")

    @at("GET", f"{_PLACE}/issues")
    def _issues(self, request: Request) -> Response:
        """The newest, open ones first."""
        repository = self._access.readable(request)
        found = [e for e in self._pulls.issues.records.list(repository.id) if not e.pull]
        found.sort(key=lambda each: each.state != "open")
        rows = [
            (
                _state(each.state),
                _link(repository, each),
                self._labels(each),
                escape(each.author),
            )
            for each in found[:_SHOWN]
        ]
        body = table(("", "Issue", "", "By"), rows)
        return page("Issues", body, repository.full_name, home=f"/{repository.full_name}")

    @at("GET", f"{_PLACE}/issues/{{number:int}}")
    def _issue(self, request: Request) -> Response:
        repository = self._access.readable(request)
        number = request.path_params["number"]
        issue = there(self._pulls.issues.records.find(repository.id, number))
        head = (
            f"<p>{_state(issue.state)} {self._labels(issue)}"
            f' <span class="quiet">opened by {escape(issue.author)} on {_day(issue.created_at)}'
            "</span></p>"
        )
        body = head + "".join(_said(*each) for each in self._conversation(issue, None))
        home = f"/{repository.full_name}/issues"
        return page(f"{issue.title} #{issue.number}", body, "issues", home=home)

    @at("GET", f"{_PLACE}/pull/{{number:int}}.diff")
    def _diff(self, request: Request) -> Response:
        repository, pull = self._addressed(request)
        store = repository.git
        text = proposed_text(store, pull.base_sha, pull.head_sha)
        return Response(text, media_type="text/plain; charset=utf-8")

    @at("GET", f"{_PLACE}/pull/{{number:int}}")
    def _pull(self, request: Request) -> Response:
        repository, pull = self._addressed(request)
        store = repository.git
        commits = commits_between(store, pull.base_sha, pull.head_sha)
        files = proposed_files(store, pull.base_sha, pull.head_sha)
        count = f"{len(commits)} commit{'s'[: len(commits) != 1]}"
        standing = self._pulls.standing.state(pull, repository)
        name = escape(repository.full_name)
        parts = [
            (
                f"<p>{_state(_standing(pull))} {self._labels(pull.issue)}"
                f' <span class="quiet">{escape(pull.issue.author)} wants to merge {count} into '
                f"<code>{escape(pull.base)}</code> from <code>{escape(pull.head_owner)}:"
                f"{escape(pull.head)}</code></span></p>"
            ),
            *(_said(*each) for each in self._conversation(pull.issue, pull)),
            "<h2>Checks</h2>",
            table(("", "Check", "What"), list(self._checks(repository, pull))),
            f'<p class="quiet">{escape(_MERGEABLE.get(standing, ""))}</p>',
            "<h2>Commits</h2>",
            table(
                ("Commit", "What", "By"),
                [
                    (
                        f"<code>{each.oid[:7]}</code>",
                        escape(each.title),
                        escape(each.author.name),
                    )
                    for each in commits
                ],
            ),
            (
                f"<h2>Files changed <span class='quiet'>{len(files)} · "
                f'<a href="/{name}/pull/{pull.number}.diff">as a text</a></span></h2>'
            ),
            *(_file(each) for each in files[:_MOST_FILES]),
        ]
        home = f"/{repository.full_name}/pulls"
        title = f"{pull.issue.title} #{pull.number}"
        busy = any(e.state == "pending" for e in self._newest(repository, pull))
        return page(title, "".join(parts), "pull requests", home=home, busy=busy)

    # --- inside

    def _addressed(self, request: Request) -> tuple[Repository, Pull]:
        repository = self._access.readable(request)
        pull = there(self._pulls.records.find(repository.id, request.path_params["number"]))
        return repository, pull

    def _conversation(self, issue: Issue, pull: Pull | None) -> Sequence[tuple[str, str, str, str]]:
        """(moment, who, what they did, HTML) of all that was said, oldest first."""
        said = [(issue.created_at, issue.author, "opened it", rendered(issue.body))]
        said += [
            (each.created_at, each.author, "said", rendered(each.body))
            for each in self._pulls.issues.records.comments(issue)
        ]
        for review in self._pulls.reviews.of(issue.id) if pull else ():
            words = _WORDS.get(review.state, "reviewed")
            if review.state != PENDING and (review.body or review.state in _WORDS):
                at = review.submitted_at or ""
                said.append((at, review.author, words, rendered(review.body)))
        for remark in self._pulls.reviews.comments(issue.id) if pull else ():
            where = f"said of <code>{escape(remark.path)}:{remark.line or 1}</code>"
            hunk = f"<pre>{_coloured(remark.hunk)}</pre>" if remark.hunk else ""
            text = hunk + rendered(remark.body)
            said.append((remark.created_at, remark.author, where, text))
        if issue.closed_at is not None:
            what = "merged it" if pull is not None and pull.merged else "closed it"
            said.append((issue.closed_at, issue.closed_by or "", what, ""))
        return sorted(said, key=lambda each: each[0])

    def _checks(self, repository: Repository, pull: Pull) -> Iterator[tuple[str, str, str]]:
        for each in sorted(self._newest(repository, pull), key=lambda one: one.context):
            look = "bad" if each.state in ("failure", "error") else _LOOKS.get(each.state, "")
            name = escape(each.context)
            target = each.target_url or ""
            safe = target.startswith(("http://", "https://"))  # and no script of a stranger's
            link = f'<a href="{escape(target)}">{name}</a>' if safe else name
            yield state(each.state, look), link, escape(each.description or "")

    def _newest(self, repository: Repository, pull: Pull) -> Sequence[Status]:
        return self._statuses.newest(repository.id, pull.head_sha)

    def _labels(self, issue: Issue) -> str:
        return " ".join(_label(each) for each in self._pulls.issues.labels.of(issue.id))


def _standing(pull: Pull) -> str:
    if pull.merged:
        return "merged"
    return "draft" if pull.draft and pull.issue.state == "open" else pull.issue.state


def _state(word: str) -> str:
    return state(word, _LOOKS.get(word, ""))


def _link(repository: Repository, issue: Issue) -> str:
    kind = "pull" if issue.pull else "issues"
    place = f"/{escape(repository.full_name)}/{kind}/{issue.number}"
    return f'<a href="{place}">{escape(issue.title)}</a> <span class="quiet">#{issue.number}</span>'


def _label(label: Label) -> str:
    # Its colour is six hex digits, by which nothing else gets into the page.
    style = f"border:1px solid #{label.color};border-radius:1rem;padding:0 .6rem;font-size:.8rem"
    return f'<span style="{style}">{escape(label.name)}</span>'


def _said(at: str, who: str, what: str, html: str) -> str:
    head = f'<p><strong>{escape(who)}</strong> <span class="quiet">{what} · {_day(at)}</span></p>'
    return f'<section class="said">{head}{html}</section>'


def _file(file: ChangedFile) -> str:
    moved = f"{escape(file.previous)} → " if file.previous else ""
    counts = f"+{file.additions} -{file.deletions}"
    patch = f"<pre>{_coloured(file.patch)}</pre>" if file.patch else '<p class="quiet">Binary.</p>'
    name = f"{moved}{escape(file.path)}"
    return f"<details open><summary>{name} <small>{counts}</small></summary>{patch}</details>"


def _coloured(patch: str) -> str:
    kinds = {"+": "added", "-": "removed", "@": "place"}
    return "\n".join(
        f'<span class="{kinds[line[0]]}">{escape(line)}</span>'
        if line and line[0] in kinds
        else escape(line)
        for line in patch.split("\n")
    )


def _day(moment: str) -> str:
    return escape(moment.replace("T", " ").removesuffix("Z"))
