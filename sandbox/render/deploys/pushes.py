"""Pushes to branches that services follow: which of them deploy, and why others do not."""

import re

from sandbox.render.deploys.git_source import SourceError
from sandbox.render.deploys.records import WAS_LIVE, Deploy
from sandbox.render.deploys.releases import Releases, Wish
from sandbox.render.deploys.turn import Parts
from sandbox.render.services.records import Service
from sandbox.render.services.settings import Settings

_SKIP = re.compile(r"\[(?:skip (?:render|deploy|cd)|(?:render|deploy|cd) skip)\]", re.IGNORECASE)


class Pushes:
    """Starts the deploys that a push brings about."""

    def __init__(self, parts: Parts, releases: Releases) -> None:
        self._parts = parts
        self._releases = releases

    def pushed(self, repo: str, branch: str, commit: str, *, checks_passed: bool) -> list[Deploy]:
        """`branch` of `repo` is at `commit`; `checks_passed` says that its checks ended well.

        Raises:
            SourceError: the repository does not answer, or has no such commit.
        """
        deploys = []
        wanted = "checksPass" if checks_passed else "commit"
        for service in self._parts.services.all():
            settings = service.settings
            follows = settings.repo is not None and _same(settings.repo, repo)
            if not follows or settings.branch != branch or service.suspended:
                continue
            if settings.auto_deploy_trigger == wanted and self._deploys(service, commit):
                wish = Wish(commit=commit)
                deploys.append(self._releases.add(service, "new_commit", wish))
        return deploys

    def _deploys(self, service: Service, commit: str) -> bool:
        settings = service.settings
        source = self._parts.source
        found = source.fetch(service.id, settings.repo or "", settings.branch or "", commit)
        ignored = bool(_SKIP.search(found.message))
        former = self._parts.deploys.of(service.number, WAS_LIVE)
        if not ignored and former and former[0].commit_id is not None:
            try:
                paths = source.changed_paths(service.id, former[0].commit_id, found.id)
            except SourceError:
                return True  # history was rewritten: there is nothing to compare with
            ignored = not any(_concerns(settings, path) for path in paths)
        if ignored:
            url = f"{(settings.repo or '').removesuffix('.git')}/commit/{found.id}"
            self._parts.events.add(service.number, "commit_ignored", id=found.id, url=url)
        return not ignored


def _same(one: str, other: str) -> bool:
    def plain(address: str) -> str:
        return address.rstrip("/").removesuffix(".git").lower()

    return plain(one) == plain(other)


def _concerns(settings: Settings, path: str) -> bool:
    """Whether a changed path is one the service is made of."""
    if settings.root_dir and not path.startswith(f"{settings.root_dir}/"):
        return False
    if any(_matches(path, pattern) for pattern in settings.ignored_paths):
        return False
    return not settings.build_paths or any(
        _matches(path, pattern) for pattern in settings.build_paths
    )


def _matches(path: str, pattern: str) -> bool:
    """Render's patterns: `**` for any folders, `*` within one, relative to the repository."""
    translated = "".join(
        {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
        for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    )
    return re.fullmatch(translated, path) is not None
