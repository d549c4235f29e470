"""GitHub's own command line tool against the sandbox: it seals with another library than ours."""

import json


def test_it_sets_and_lists_secrets_that_the_sandbox_opens(gh, gh_tool, repository):
    gh_tool("secret", "set", "TOKEN", "--repo", repository, stdin="hush")
    gh.http.put(f"/repos/{repository}/environments/prod", json={})
    gh_tool("secret", "set", "TOKEN", "--repo", repository, "--env", "prod", "--body", "narrow")
    assert gh.service.secrets(repository, None) == {"TOKEN": "hush"}
    assert gh.service.secrets(repository, "prod") == {"TOKEN": "narrow"}
    assert "TOKEN" in gh_tool("secret", "list", "--repo", repository)
    gh_tool("secret", "delete", "TOKEN", "--repo", repository)
    assert gh.service.secrets(repository, None) == {}


def test_it_reads_and_writes_by_its_api_command(gh_tool, repository):
    shown = json.loads(gh_tool("api", f"repos/{repository}"))
    assert shown["full_name"] == repository
    variables = f"repos/{repository}/actions/variables"
    for number in range(12):
        gh_tool("api", variables, "-f", f"name=V{number}", "-f", f"value={number}")
    names = gh_tool("api", "--paginate", variables, "--jq", ".variables[].name").split()
    assert sorted(names) == sorted(f"V{number}" for number in range(12))
    said = gh_tool("api", variables, "-f", "name=V1", "-f", "value=x", code=1)
    assert "HTTP 409" in said


def test_it_makes_and_deletes_a_repository(gh, gh_tool):
    assert "slipway/made" in gh_tool("api", "user/repos", "-f", "name=made")
    gh.commit("made", "a.txt", "a")
    gh_tool("api", "-X", "DELETE", "repos/slipway/made")
    assert gh.service.registry.find("slipway", "made") is None
