"""`gh repo`, `gh secret`, `gh auth` and `gh api graphql` as they are, against the sandbox."""

import json

from tests.sandbox.github.live import STRANGERS_TOKEN


def test_it_shows_lists_makes_and_forks_repositories(gh, gh_tool, repository):
    assert "# one" in gh_tool("repo", "view", repository)
    fields = "name,nameWithOwner,owner,isPrivate,defaultBranchRef,viewerPermission,isFork,parent"
    seen = gh_tool.json("repo", "view", repository, fields=fields)
    assert seen["defaultBranchRef"]["name"] == "main"
    assert (seen["nameWithOwner"], seen["viewerPermission"]) == ("slipway/one", "ADMIN")
    gh_tool("repo", "create", "two", "--private", "--description", "second")
    made = gh.service.require("slipway/two")
    assert (made.private, made.description) == (True, "second")
    assert len(gh.service.issues.labels.list(made.id)) == 9
    gh_tool("repo", "create", "acme/three", "--public")
    assert not gh.service.require("acme/three").private
    again = gh_tool("repo", "create", "two", "--private", code=1)
    assert "name already exists on this account" in again
    others = gh_tool("repo", "create", "slipway/theirs", "--public", token=STRANGERS_TOKEN, code=1)
    assert "admin access" in others
    gh_tool("repo", "fork", repository, "--clone=false", token=STRANGERS_TOKEN)
    assert gh.service.require("eve/one").parent == gh.service.require(repository).id

    def listed(*options: str, token: str | None = None) -> list[str]:
        found = gh_tool.json("repo", "list", *options, fields="nameWithOwner", token=token)
        return sorted(each["nameWithOwner"] for each in found)

    assert listed() == ["slipway/one", "slipway/two"]
    assert listed("--visibility", "private") == ["slipway/two"]
    assert listed("acme") == ["acme/three"]
    assert listed("slipway", token=STRANGERS_TOKEN) == ["slipway/one"]
    assert listed("eve", "--fork") == ["eve/one"]
    hidden = gh_tool("repo", "view", "slipway/two", token=STRANGERS_TOKEN, code=1)
    assert "Could not resolve to a Repository with the name 'slipway/two'." in hidden


def test_it_knows_who_is_signed_in(gh, gh_tool):
    # Versions disagree whether other hosts matter; this one must be well.
    said = gh_tool("auth", "status", "--hostname", "github.localhost")
    assert "slipway" in said
    assert gh.token not in said
    wrong = gh_tool("auth", "status", "--hostname", "github.localhost", token="ghp_wrong", code=1)
    assert "ghp_wrong" not in wrong


def test_any_query_can_be_asked(gh_tool, repository):
    query = """
        query($owner: String!, $name: String!, $endCursor: String) {
          repository(owner: $owner, name: $name) {
            labels(first: 4, after: $endCursor) {
              nodes { name }
              pageInfo { hasNextPage endCursor }
            }
          }
        }
    """
    owner, _, name = repository.partition("/")
    variables = ("-f", f"query={query}", "-f", f"owner={owner}", "-f", f"name={name}")
    jq = ("--jq", ".data.repository.labels.nodes[].name")
    names = gh_tool("api", "graphql", "--paginate", *variables, *jq).splitlines()
    assert len(names) == 9
    assert names[0] == "bug"
    unknown = gh_tool("api", "graphql", "-f", "query={viewer{sponsors}}", code=1)
    said = json.loads(unknown[: unknown.rindex("}") + 1])["errors"][0]["message"]
    assert said.startswith("Field 'sponsors' doesn't exist on type 'User': not imitated")
