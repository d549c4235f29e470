"""Which addresses GitHub's API has, by the words they begin with: others are not found there."""

from sandbox.github.http.wire import API_PREFIX

# docs.github.com, "REST API endpoints": the first words of all addresses.
_FIRST = frozenset(
    (  # noqa: SIM905 - a list of words
        "advisories agents app app-manifests applications apps assignments classrooms "
        "codes_of_conduct credentials emojis enterprises events feeds gists gitignore graphql "
        "installation issues licenses markdown marketplace_listing meta networks notifications "
        "octocat organizations orgs rate_limit repos repositories search teams user users versions "
        "zen"
    ).split()
)
# And of those below a repository.
_BELOW_REPOSITORY = frozenset(
    (  # noqa: SIM905 - as above
        "actions activity assignees attestations autolinks automated-security-fixes branches "
        "check-runs check-suites code-quality code-scanning codeowners codespaces collaborators "
        "comments commits community compare contents contributors dependabot dependency-graph "
        "deployments dispatches environments events forks generate git hooks immutable-releases "
        "import installation interaction-limits invitations issue-types issues keys labels "
        "languages lfs license merge-upstream merges milestones notifications pages "
        "private-vulnerability-reporting properties projects pulls readme releases rules rulesets "
        "secret-scanning security-advisories stargazers stats statuses subscribers subscription "
        "tags tarball teams topics traffic transfer vulnerability-alerts zipball"
    ).split()
)
_REPOSITORY_PARTS = {"repos": 3, "repositories": 2}  # up to the repository, by the first word


def is_known(path: str) -> bool:
    """Whether GitHub has addresses that begin like this one.

    Args:
        path: of an API request, with or without the prefix of a GitHub of one's own.
    """
    parts = path.removeprefix(API_PREFIX).strip("/").split("/")
    if parts[:1] == ["api"]:
        return parts[1:2] == ["graphql"]
    if parts[0] not in _FIRST:
        return False
    below = parts[_REPOSITORY_PARTS.get(parts[0], len(parts)) :]
    return not below or below[0] in _BELOW_REPOSITORY
