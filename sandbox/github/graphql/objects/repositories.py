"""Repositories."""

from typing import Any

from sandbox.github.graphql.connections import Argument, Connection, nothing
from sandbox.github.graphql.errors import UnresolvedError
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.graphql.objects.accounts import repositories
from sandbox.github.graphql.objects.git_objects import git_object
from sandbox.github.graphql.objects.issues import labels
from sandbox.github.graphql.objects.lists import chosen_issues, chosen_pulls
from sandbox.github.graphql.objects.releases import latest_release, release_of_tag, releases_of
from sandbox.github.http.access import Right, right_of_account, right_to
from sandbox.github.http.describe import node_id
from sandbox.github.issues.labels import Label
from sandbox.github.issues.records import Issue
from sandbox.github.pulls.records import Pull
from sandbox.github.releases.records import Release
from sandbox.github.repositories.commit_writer import person_of
from sandbox.github.repositories.registry import Repository
from sandbox.http.errors import NotImitatedError


class RepositoryPart(Part):
    """A repository. What the sandbox keeps nothing of is empty, or not there."""

    typename = "Repository"
    auto_merge_allowed = delete_branch_on_merge = False
    merge_commit_allowed = rebase_merge_allowed = squash_merge_allowed = True
    viewer_default_merge_method = "MERGE"
    has_issues_enabled = is_blank_issues_enabled = forking_allowed = True
    has_discussions_enabled = has_projects_enabled = has_wiki_enabled = False
    is_archived = is_disabled = is_mirror = is_template = False
    is_security_policy_enabled = is_user_configuration_repository = False
    uses_custom_open_graph_image = viewer_has_starred = False
    code_of_conduct = license_info = mirror_url = None
    primary_language = security_policy_url = template_repository = None
    contact_links = funding_links = issue_templates = pull_request_templates = ()
    disk_usage = stargazer_count = 0
    viewer_subscription = "UNSUBSCRIBED"

    def __init__(self, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._repository = repository
        self.id, self.database_id = node_id("Repository", repository.id), repository.id
        self.name, self.name_with_owner = repository.name, repository.full_name
        self.description, self.homepage_url = repository.description, repository.homepage
        self.created_at, self.updated_at = repository.created_at, repository.updated_at
        self.pushed_at = repository.pushed_at
        self.is_private, self.is_fork = repository.private, repository.parent is not None
        self.visibility = "PRIVATE" if repository.private else "PUBLIC"
        self.resource_path = f"/{repository.full_name}"
        self.url = inquiry.page_of(repository)
        self.open_graph_image_url = f"{self.url}.png"
        host = inquiry.here.web.partition("://")[2]
        self.ssh_url = f"git@{host}:{repository.full_name}.git"

    @property
    def owner(self) -> Part:
        """Whose it is."""
        return self.inquiry.make.account(self._repository.owner)

    @property
    def is_in_organization(self) -> bool:
        """Whether that is an organization."""
        found = self.inquiry.accounts.find(self._repository.owner)
        return found is not None and found.organization

    @property
    def parent(self) -> Part | None:
        """What it is a fork of, if the caller may know of that."""
        number = self._repository.parent
        found = self.inquiry.service.registry.find_id(number) if number is not None else None
        if found is None or not self.inquiry.visible(found):
            return None
        return self.inquiry.make.repository(found)

    def forks(self, *, affiliations: list[str] | None = None, **asked: Argument) -> Any:  # noqa: ANN401 - a connection
        """What was forked from it; those of the caller, if affiliations are asked for."""
        found = [
            each
            for each in self.inquiry.service.registry.forks(self._repository)
            if self.inquiry.visible(each)
            and (affiliations is None or self.inquiry.caller.administers(each.owner))
        ]
        return repositories(found, self.inquiry, asked)

    @property
    def fork_count(self) -> int:
        """How many there are, whoever may know of them."""
        return len(self.inquiry.service.registry.forks(self._repository))

    # --- git

    @property
    def is_empty(self) -> bool:
        """Whether it has no commits."""
        return not self._repository.git.references("refs/heads/")

    @property
    def default_branch_ref(self) -> Part | None:
        """The default branch, if it has commits."""
        return self.ref(qualified_name=f"refs/heads/{self._repository.git.default_branch()}")

    def ref(self, *, qualified_name: str) -> Part | None:
        """A reference by its name."""
        return self.inquiry.make.ref(qualified_name, self._repository)

    def refs(
        self, *, ref_prefix: str, query: str | None = None, **page: Argument
    ) -> Connection[str]:
        """References by the beginning of their full name."""
        names = [
            each
            for each in self._repository.git.references(ref_prefix)
            if (query or "") in each.removeprefix(ref_prefix)
        ]
        return Connection(names, lambda each: self.ref(qualified_name=each), page)

    def object(self, *, expression: str | None = None, oid: str | None = None) -> Part | None:
        """An object of git, by its id or as `git rev-parse` finds it (`main:README.md`)."""
        self.inquiry.require(self._repository, Right.READ, "contents")
        if oid is not None:
            return git_object(oid, self._repository, self.inquiry)
        commit, _, path = (expression or "HEAD").partition(":")
        found = self._repository.git.resolve(commit or "HEAD")
        if found is not None and path:
            entry = self._repository.git.entry(found, path.strip("/"))
            found = None if entry is None else entry.oid
        return git_object(found, self._repository, self.inquiry) if found else None

    # --- issues and pull requests

    def issue(self, *, number: int) -> Part:
        """The issue of that number."""
        found = self.inquiry.service.issues.records.find(self._repository.id, number)
        if found is None or found.pull:
            raise UnresolvedError("Issue", f"the number of {number}")
        return self.inquiry.make.issue(found, self._repository)

    def pull_request(self, *, number: int) -> Part:
        """The pull request of that number."""
        found = self.inquiry.service.pulls.records.find(self._repository.id, number)
        if found is None:
            raise UnresolvedError("PullRequest", f"the number of {number}")
        return self.inquiry.make.pull(found, self._repository)

    def issue_or_pull_request(self, *, number: int) -> Part:
        """Whichever has that number."""
        found = self.inquiry.service.issues.records.find(self._repository.id, number)
        if found is None:
            raise UnresolvedError("issue or pull request", f"the number of {number}")
        return self.inquiry.make.issue(found, self._repository)

    def issues(self, **asked: Argument) -> Connection[Issue]:
        """Its issues, oldest first."""
        found = chosen_issues(self._repository, self.inquiry, asked)
        make = self.inquiry.make.issue
        return Connection(found, lambda each: make(each, self._repository), asked)

    def pull_requests(self, **asked: Argument) -> Connection[Pull]:
        """Its pull requests, oldest first."""
        found = chosen_pulls(self._repository, self.inquiry, asked)
        make = self.inquiry.make.pull
        return Connection(found, lambda each: make(each, self._repository), asked)

    def label(self, *, name: str) -> Part | None:
        """The label of that name."""
        found = self.inquiry.service.issues.labels.find(self._repository.id, name)
        return None if found is None else self.inquiry.make.label(found, self._repository)

    def labels(
        self, *, query: str | None = None, order_by: dict[str, str] | None = None, **page: Argument
    ) -> Connection[Label]:
        """Its labels; those whose name or description has the words that are asked for."""
        words = (query or "").lower().split()
        found = [
            each
            for each in self.inquiry.service.issues.labels.list(self._repository.id)
            if all(word in f"{each.name} {each.description or ''}".lower() for word in words)
        ]
        return labels(found, self._repository, self.inquiry, order_by, page)

    # --- releases

    def release(self, *, tag_name: str) -> Part | None:
        """The release of a tag."""
        return release_of_tag(tag_name, self._repository, self.inquiry)

    def releases(
        self, *, order_by: dict[str, str] | None = None, **page: Argument
    ) -> Connection[Release]:
        """Its releases, newest first."""
        return releases_of(self._repository, self.inquiry, order_by, page)

    @property
    def latest_release(self) -> Part | None:
        """The one that counts as the latest."""
        return latest_release(self._repository, self.inquiry)

    # --- people

    def assignable_users(self, *, query: str | None = None, **page: Argument) -> Connection[str]:
        """Who may be asked to see to issues."""
        found = [
            each
            for each in self.inquiry.accounts.people()
            if right_of_account(self.inquiry.accounts, each, self._repository) >= Right.WRITE
            and (query or "").lower() in each.lower()
        ]
        return Connection(found, self.inquiry.make.account, page)

    mentionable_users = assignable_users

    def suggested_actors(self, *, capabilities: list[str], **asked: Argument) -> Connection[str]:
        """The same, by what they shall do; nobody but people does anything here."""
        if "CAN_BE_AUTHOR" in capabilities:
            raise NotImitatedError("actors that write pull requests by themselves")
        return self.assignable_users(**asked)

    @property
    def viewer_permission(self) -> str:
        """What the caller may do."""
        return right_to(self.inquiry.caller, self._repository).name

    @property
    def viewer_can_administer(self) -> bool:
        """Whether that is everything."""
        return right_to(self.inquiry.caller, self._repository) >= Right.ADMIN

    @property
    def viewer_default_commit_email(self) -> str:
        """As whom the caller commits on the web."""
        return person_of(self.inquiry.accounts.of(self.inquiry.caller)).email

    @property
    def viewer_possible_commit_emails(self) -> list[str]:
        """The same, alone."""
        return [self.viewer_default_commit_email]

    # --- what the sandbox has none of

    def languages(self, **page: Argument) -> Connection[Part]:
        """None: contents are not looked into."""
        return nothing(page)

    repository_topics = watchers = milestones = projects = projects_v2 = languages
