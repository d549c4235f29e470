"""GitHub's REST API for one repository, page by page, by the standard library alone."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SECONDS = 30.0
_PAGE = 100  # the most that GitHub gives
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


class PostingError(Exception):
    """GitHub refused; the text says what and what to do."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Rest:
    """One repository as seen with one token."""

    api: str  # such as https://api.github.com, without a slash at the end
    name: str  # owner/name
    token: str

    def login(self) -> str | None:
        """Whose token it is; that of a workflow has no user to ask for."""
        try:
            answer, _ = self._request("GET", f"{self.api}/user")
        except PostingError as error:
            if error.status not in (401, 403, 404):
                raise
            return "github-actions[bot]"
        return str(answer["login"]) if isinstance(answer, Mapping) else None

    def pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        """The items of a list, to its end, whatever page they lie on."""
        joint = "&" if "?" in path else "?"
        url: str | None = f"{self.api}/repos/{self.name}/{path}{joint}per_page={_PAGE}"
        while url:
            answer, link = self._request("GET", url)
            yield from answer
            following = _NEXT.search(link)
            url = following[1] if following else None
            if url and urllib.parse.urlsplit(url)[:2] != urllib.parse.urlsplit(self.api)[:2]:
                raise PostingError(0, f"{self.name}: the next page lies on another host. Stop.")

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """One call below the repository's address, and what it answers."""
        answer, _ = self._request(method, f"{self.api}/repos/{self.name}/{path}", body)
        return answer

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
