"""The one comment and the one label of a pull request, over GitHub's REST API.

Only the standard library: the workflow that may write runs this without installing anything.
"""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from report.comment import marker
from report.labels import LABELS, PREFIX

_SECONDS = 30.0
_PAGE = 100  # the most that GitHub gives
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


class PostingError(Exception):
    """GitHub refused; the text says what and what to do."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Repository:
    """One repository as seen with one token."""

    api: str  # such as https://api.github.com, without a slash at the end
    name: str  # owner/name
    token: str

    def put_comment(self, pull: int, stack: str, body: str) -> str:
        """Updates the stack's comment of a pull request in place, or writes it.

        Args:
            pull: number of the pull request.
            stack: whose hidden marker tells the comment apart from all others.
            body: it begins with that marker.

        Returns:
            "created", "updated" or "unchanged".
        """
        own = self._login()
        for comment in self._pages(f"issues/{pull}/comments"):
            # Anybody may write the marker into a comment; one of somebody else is left alone.
            if not str(comment.get("body") or "").startswith(marker(stack)):
                continue
            if own and (comment.get("user") or {}).get("login") != own:
                continue
            if comment["body"] == body:
                return "unchanged"
            self._ask("PATCH", f"issues/comments/{comment['id']}", {"body": body})
            return "updated"
        self._ask("POST", f"issues/{pull}/comments", {"body": body})
        return "created"

    def put_label(self, pull: int, label: str) -> None:
        """Makes this the only label of ours on a pull request."""
        worn = {str(each["name"]) for each in self._pages(f"issues/{pull}/labels")}
        for other in sorted(worn):
            if other.startswith(PREFIX) and other in LABELS and other != label:
                self._ask("DELETE", f"issues/{pull}/labels/{urllib.parse.quote(other, safe='')}")
        if label in worn:
            return
        try:
            self._ask("POST", "labels", {"name": label, "color": LABELS[label]})
        except PostingError as error:
            if error.status != 422:  # noqa: PLR2004 - the label exists
                raise
        self._ask("POST", f"issues/{pull}/labels", {"labels": [label]})

    def open_pull(self, head_owner: str, branch: str, commit: str) -> int | None:
        """The open pull request whose head is this commit; None if it has moved on since."""
        query = urllib.parse.urlencode({"state": "open", "head": f"{head_owner}:{branch}"})
        for pull in self._pages(f"pulls?{query}"):
            if pull["head"]["sha"] == commit:
                return int(pull["number"])
        return None

    def _login(self) -> str | None:
        """Whose comments are ours; the token of a workflow has no user to ask for."""
        try:
            answer, _ = self._request("GET", f"{self.api}/user")
        except PostingError as error:
            if error.status not in (401, 403, 404):
                raise
            return "github-actions[bot]"
        return str(answer["login"]) if isinstance(answer, Mapping) else None

    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        joint = "&" if "?" in path else "?"
        url: str | None = f"{self.api}/repos/{self.name}/{path}{joint}per_page={_PAGE}"
        while url:
            answer, link = self._request("GET", url)
            yield from answer
            following = _NEXT.search(link)
            url = following[1] if following else None
            if url and urllib.parse.urlsplit(url)[:2] != urllib.parse.urlsplit(self.api)[:2]:
                raise PostingError(0, f"{self.name}: the next page lies on another host. Stop.")

    def _ask(self, method: str, path: str, body: object = None) -> None:
        self._request(method, f"{self.api}/repos/{self.name}/{path}", body)

    def _request(self, method: str, url: str, body: object = None) -> tuple[Any, str]:
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked below
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        if request.type not in ("http", "https"):
            raise PostingError(0, f"{self.name}: the API's address must begin with https://.")
        path = urllib.parse.urlsplit(url).path
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
                content = answer.read()
                return (json.loads(content) if content else None), answer.headers.get("Link", "")
        except urllib.error.HTTPError as error:
            with error:
                raise PostingError(
                    error.code,
                    f"{self.name}: {error.code} on {method} {path}. The token needs "
                    "`pull-requests: write` and `issues: write`.",
                ) from None
        except OSError as error:
            raise PostingError(
                0,
                f"{self.name}: {method} {path} got no answer ({type(error).__name__}). Try again.",
            ) from None
