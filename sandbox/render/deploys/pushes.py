"""Pushes to branches that services follow: which of them deploy, and why others do not."""

import logging
import re

from sandbox.render.deploys.git_source import Commit, SourceError
from sandbox.render.deploys.notices import Notice, Notices
from sandbox.render.deploys.records import WAS_LIVE, Deploy
from sandbox.render.deploys.releases import Releases, Wish
from sandbox.render.deploys.turn import Parts
from sandbox.render.services.records import Service
from sandbox.render.services.settings import Settings

_LOG = logging.getLogger(__name__)
_SKIP = re.compile(r"\[(?:skip (?:render|deploy|cd)|(?:render|deploy|cd) skip)\]", re.IGNORECASE)


class Pushes:
    """Starts the deploys that a push brings about, each push once, also over a kill."""

    def __init__(self, parts: Parts, releases: Releases, notices: Notices) -> None:
        self._parts = parts
        self._releases = releases
        self._notices = notices

    def note(self, repo: str, branch: str, commit: str, *, checks_passed: bool) -> Notice:
        """`branch` of `repo` is at `commit`; `checks_passed` says that its checks ended well."""
        return self._notices.add(repo, branch, commit, checks_passed=checks_passed)

    def take_all(self) -> None:
        """Takes up what a killed sandbox left."""
        for notice in self._notices.all():
            self.take(notice)

    def take(self, notice: Notice) -> list[Deploy]:
        """Deploys the services that follow the branch. It asks their repository, hence slow."""
        wanted = "checksPass" if notice.checks_passed else "commit"
        found: list[tuple[Service, Commit]] = []
        for service in self._parts.services.all():
            settings = service.settings
            follows = settings.repo is not None and _same(settings.repo, notice.repo)
            if not follows or settings.branch != notice.branch or service.suspended:
                continue
            if settings.auto_deploy_trigger == wanted:
                try:
                    found.append((service, self._fetched(service, notice.commit_id)))
                except SourceError as error:
                    _LOG.warning("service %s cannot follow its branch: %s", service.slug, error)
        with self._releases.deciding():
            if not self._notices.take(notice):
                return []
            deploys = []
            for service, commit in found:
                now = self._parts.services.get(service.number)
                if now is None or now.deleted or now.suspended or not self._deploys(now, commit):
                    continue
                wish = Wish(found=commit)
                deploys.append(self._releases.add(now, "new_commit", wish))
            return deploys

    def _fetched(self, service: Service, commit: str) -> Commit:
        repo, branch = service.settings.repo or "", service.settings.branch or ""
        return self._parts.source.fetch(service.id, repo, branch, commit)

    def _deploys(self, service: Service, found: Commit) -> bool:
        settings = service.settings
        source = self._parts.source
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
