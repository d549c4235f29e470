"""The one comment and the one label of a pull request, over GitHub's REST API.

Only the standard library: the workflow that may write runs this without installing anything.
"""

import urllib.parse
from dataclasses import dataclass

from report.comment import marker
from report.github.rest import PostingError, Rest
from report.labels import LABELS, PREFIX


@dataclass(frozen=True)
class Pull:
    """One pull request."""

    number: int
    base: str  # the branch it would go into


class Repository(Rest):
    """A repository's pull requests, as far as a report goes."""

    def put_comment(self, pull: int, stack: str, body: str) -> str:
        """Updates the stack's comment of a pull request in place, or writes it.

        Args:
            pull: number of the pull request.
            stack: whose hidden marker tells the comment apart from all others.
            body: it begins with that marker.

        Returns:
            "created", "updated" or "unchanged".
        """
        own = self.login()
        for comment in self.pages(f"issues/{pull}/comments"):
            # Anybody may write the marker into a comment; one of somebody else is left alone.
            if not str(comment.get("body") or "").startswith(marker(stack)):
                continue
            if own and (comment.get("user") or {}).get("login") != own:
                continue
            if comment["body"] == body:
                return "unchanged"
            self.ask("PATCH", f"issues/comments/{comment['id']}", {"body": body})
            return "updated"
        self.ask("POST", f"issues/{pull}/comments", {"body": body})
        return "created"

    def put_label(self, pull: int, label: str) -> None:
        """Makes this the only label of ours on a pull request."""
        worn = {str(each["name"]) for each in self.pages(f"issues/{pull}/labels")}
        for other in sorted(worn):
            if other.startswith(PREFIX) and other in LABELS and other != label:
                self.ask("DELETE", f"issues/{pull}/labels/{urllib.parse.quote(other, safe='')}")
        if label in worn:
            return
        try:
            self.ask("POST", "labels", {"name": label, "color": LABELS[label]})
        except PostingError as error:
            if error.status != 422:  # noqa: PLR2004 - the label exists
                raise
        self.ask("POST", f"issues/{pull}/labels", {"labels": [label]})

    def open_pull(self, head_owner: str, branch: str, commit: str) -> Pull | None:
        """The open pull request whose head is this commit; None if it has moved on since."""
        query = urllib.parse.urlencode({"state": "open", "head": f"{head_owner}:{branch}"})
        for pull in self.pages(f"pulls?{query}"):
            if pull["head"]["sha"] == commit:
                return Pull(int(pull["number"]), str(pull["base"]["ref"]))
        return None
