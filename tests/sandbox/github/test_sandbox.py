"""The sandbox around its GitHub: what commands see of it, and what `make status` says."""

import pytest

from doors.environment import sandbox_environment
from doors.home import Home
from sandbox.server.endpoints import job_environment
from sandbox.server.inventory import inventory, print_inventory
from tests.sandbox.github.live import live_github


@pytest.fixture
def home(tmp_path) -> Home:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    return Home(checkout / ".slipway", checkout)


def test_commands_get_the_sandboxes_github_and_none_of_the_users(home, monkeypatch):
    for name in ("GH_TOKEN", "GH_HOST", "GITHUB_TOKEN", "GITHUB_API_URL", "GITHUB_APP_PEM_FILE"):
        monkeypatch.setenv(name, "the-users-own")
    monkeypatch.setenv("GITHUB_OUTPUT", "/of/the/ci/job")
    environment = sandbox_environment(home, {"PATH": "/bin"})
    assert "the-users-own" not in environment.values()
    port = home.identity().github_port
    assert environment["GITHUB_BASE_URL"] == f"http://127.0.0.1:{port}/"
    assert environment["GITHUB_OWNER"] == "slipway"
    assert environment["GITHUB_TOKEN"].startswith("ghp_")
    assert environment["GITHUB_OUTPUT"] == "/of/the/ci/job"  # leads nowhere else


def test_jobs_get_addresses_and_no_credentials(home):
    given = job_environment(home)
    identity = home.identity()
    assert given["HF_ENDPOINT"].endswith(f":{identity.hub_port}")
    secrets = {identity.hub_token, identity.render_key, identity.github_token}
    assert not secrets & set(given.values())


def test_a_home_of_an_older_version_gets_what_it_lacks(home):
    before = home.identity()
    path = home.folder / "identity.json"
    lines = [line for line in path.read_text().splitlines() if "github" not in line]
    path.write_text("\n".join(lines))
    after = home.identity()
    assert (after.hub_token, after.render_port) == (before.hub_token, before.render_port)
    assert after.github_token != before.github_token


def test_status_shows_repositories_with_what_they_hold(home, capsys):
    home.make_folder()
    with live_github(home.folder / "other") as gh:
        # The same data under the names that a sandbox's home gives them.
        repository = gh.repository("one", {"a.txt": "a"})
        base = f"/repos/{repository}"
        gh.http.put(f"{base}/environments/prod", json={})
        gh.http.post(f"{base}/actions/variables", json={"name": "A", "value": "1"})
        gh.http.post(f"{base}/environments/prod/variables", json={"name": "B", "value": "2"})
        gh.http.post(f"{base}/environments/prod/variables", json={"name": "C", "value": "3"})
    home.database = home.folder / "other" / "state.sqlite"
    (home.folder / "github").symlink_to(home.folder / "other" / "github")
    found = inventory(home)
    [shown] = found["repositories"]
    assert shown["name"] == "slipway/one"
    assert set(shown["branches"]) == {"main"}
    held = {each["name"]: (each["secrets"], each["variables"]) for each in shown["environments"]}
    assert held == {"": (0, 1), "prod": (0, 2)}
    print_inventory(found, "make up")
    printed = capsys.readouterr().out
    assert "slipway/one" in printed
    assert "prod" in printed
