"""The repository's settings through the real engine: quiet when unchanged, repaired when not."""

import base64
import json
import re
import shlex
import time
import urllib.request

import pytest
from nacl.public import PublicKey, SealedBox

from sandbox.github.repositories.registry import Registry
from sandbox.github.settings.environments import Environments
from sandbox.github.settings.holders import Holder
from sandbox.github.settings.secret_store import SecretStore
from sandbox.store.database import Database
from tests.e2e.clone import Clone
from tests.e2e.leaks import holds, in_files
from tests.sandbox.github.live import (
    READ_TOKEN,
    SCOPELESS_TOKEN,
    TOKEN,
    live_github,
)
from tests.sandbox.standins.github.sdk import misfits

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

QUIET = ("--non-interactive", "--stack")
OWN_STORE = ("identity.json", "passphrase", "sandbox.db", "sandbox.db-wal", "sandbox.db-shm")
RESOLUTION_SECONDS = 1.1  # GitHub's times have one of a second
PROGRAM = "systems/repository.py"
PIPELINE = "systems/parts/pipeline.py"
INSIDE = "            secrets=secrets,\n"  # of the environment
BESIDE = "            adopt=list(self.adopt),\n"


class GitHub:
    """The API of the sandbox's GitHub, as a person with the token uses it."""

    def __init__(self, url, token, repository="slipway/slipway"):
        self._base, self._token = f"{url}/api/v3/repos/{repository}", token

    def __call__(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(f"{self._base}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
        return json.loads(text) if text else None

    def overwrite(self, place, name, value):
        """What a person does on the repository's page."""
        key = self("GET", f"/{place}/secrets/public-key")
        box = SealedBox(PublicKey(base64.b64decode(key["key"]))).encrypt(value.encode())
        sealed = {"encrypted_value": base64.b64encode(box).decode(), "key_id": key["key_id"]}
        self("PUT", f"/{place}/secrets/{name}", sealed)


def secret_on_server(database, name, environment=""):
    """What GitHub decrypts; None if there is none."""
    registry = Registry(database, database.path.parent / "github")
    repository = registry.find("slipway", "slipway").id
    number = Environments(database).find(repository, environment).id if environment else 0
    return SecretStore(database).values(Holder(repository, number)).get(name)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    made = Clone.make(tmp_path_factory.mktemp("repository"), systems="repository")
    # Two secrets, of which one is given and one drawn.
    own = "slipway:repository:\n"
    made.put_stack_value("dev", own, f"{own}    storedToken: true\n")
    yield made
    made.sandbox("reset")


@pytest.fixture(scope="module")
def raised(lab):
    """The lab with dev raised in the sandbox's own GitHub."""
    lab.up("dev")
    return lab


@pytest.fixture(scope="module")
def hub(raised):
    status = raised.status()
    return GitHub(status["github"], raised.identity()["github_token"])


@pytest.fixture(scope="module")
def database(raised):
    return Database(raised.folder / ".slipway" / "sandbox.db")


def mutating(lab, since):
    """What was written through the API; the push of the checkout's own files is no setting."""
    return [
        f"{method} {path.partition('/slipway/slipway')[2]}" for method, path in lab.writes(since)
    ]


def with_value(lab, stack, old, new):
    """Changes the stack file for a while; use with `with`."""

    class Changed:
        def __enter__(self):
            lab.put_stack_value(stack, old, new)

        def __exit__(self, *_):
            lab.put_stack_value(stack, new, old)

    return Changed()


def test_what_was_declared_is_there(raised, hub, database):
    identity = raised.identity()
    assert secret_on_server(database, "HF_TOKEN", "dev") == identity["hub_token"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret_on_server(database, "API_KEY", "dev"))
    assert hub("GET", "/actions/secrets")["total_count"] == 0
    assert hub("GET", "/environments/dev/variables/SLIPWAY_STACK")["value"] == "dev"
    policies = hub("GET", "/environments/dev/deployment-branch-policies")["branch_policies"]
    assert [each["name"] for each in policies] == ["dev"]
    [ruleset] = hub("GET", "/rulesets")
    rules = {each["type"]: each for each in hub("GET", f"/rulesets/{ruleset['id']}")["rules"]}
    checks = rules["required_status_checks"]["parameters"]["required_status_checks"]
    assert [each["context"] for each in checks] == ["lint", "test"]
    assert {"deletion", "non_fast_forward"} <= set(rules)


def test_every_address_answers(raised):
    page = raised.outputs()["repository"]["page"]
    with urllib.request.urlopen(page, timeout=60) as response:
        assert response.status == 200


def test_a_second_up_changes_nothing_and_writes_nothing(raised, database):
    key = secret_on_server(database, "API_KEY", "dev")
    before = raised.last_request()
    assert re.search(r"Resources:\n    \d+ unchanged\n", raised.up().stdout)
    assert mutating(raised, before) == []
    refreshed = raised.pulumi("up", "--yes", "--refresh", *QUIET, "dev")
    assert refreshed.returncode == 0, refreshed.stdout
    assert mutating(raised, before) == []
    assert secret_on_server(database, "API_KEY", "dev") == key


def test_a_rotated_secret_is_the_only_write(raised, database):
    key = secret_on_server(database, "API_KEY", "dev")
    before = raised.last_request()
    with with_value(raised, "dev", "branch: dev\n", "branch: dev\n    apiKeyRotation: 1\n"):
        raised.up()
    assert mutating(raised, before) == ["PUT /environments/dev/secrets/API_KEY"]
    rotated = secret_on_server(database, "API_KEY", "dev")
    assert rotated != key
    raised.up()
    assert secret_on_server(database, "API_KEY", "dev") not in (key, rotated)


def test_a_key_that_is_given_takes_the_place_of_the_drawn_one(raised, database):
    given = "given-by-a-person-0123456789"
    before = raised.last_request()
    raised.up(environment={"SLIPWAY_API_KEY": given})
    assert mutating(raised, before) == ["PUT /environments/dev/secrets/API_KEY"]
    assert secret_on_server(database, "API_KEY", "dev") == given
    raised.up()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret_on_server(database, "API_KEY", "dev"))


def test_what_was_changed_by_hand_is_shown_and_repaired(raised, hub, database):
    wanted = raised.identity()["hub_token"]
    time.sleep(RESOLUTION_SECONDS)
    hub.overwrite("environments/dev", "HF_TOKEN", "by hand")
    hub("DELETE", "/environments/dev/secrets/API_KEY")
    hub("PATCH", "/environments/dev/variables/SLIPWAY_STACK", {"value": "by hand"})
    [ruleset] = hub("GET", "/rulesets")
    hub("PUT", f"/rulesets/{ruleset['id']}", {"enforcement": "disabled"})

    shown = raised.pulumi("refresh", "--preview-only", "--diff", *QUIET, "dev")
    assert shown.returncode == 0, shown.stdout
    assert '"dev" => "by hand"' in shown.stdout
    assert '"active" => "disabled"' in shown.stdout
    assert len(re.findall(r"~ remoteUpdatedAt", shown.stdout)) == 1
    gone = r"- github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret: \(delete\)"
    assert re.search(gone, shown.stdout)

    repaired = raised.pulumi("up", "--yes", "--refresh", *QUIET, "dev")
    assert repaired.returncode == 0, repaired.stdout
    assert secret_on_server(database, "HF_TOKEN", "dev") == wanted
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret_on_server(database, "API_KEY", "dev"))
    assert hub("GET", "/environments/dev/variables/SLIPWAY_STACK")["value"] == "dev"
    assert hub("GET", f"/rulesets/{ruleset['id']}")["enforcement"] == "active"
    clean = raised.pulumi("refresh", "--preview-only", "--expect-no-changes", *QUIET, "dev")
    assert clean.returncode == 0, clean.stdout


def test_an_environment_deleted_by_hand_comes_back_with_all_that_was_in_it(raised, hub, database):
    hub("DELETE", "/environments/dev")
    repaired = raised.pulumi("up", "--yes", "--refresh", *QUIET, "dev")
    assert repaired.returncode == 0, repaired.stdout
    # It has another key now, with which the value had to be sealed anew.
    assert secret_on_server(database, "HF_TOKEN", "dev") == raised.identity()["hub_token"]
    assert hub("GET", "/environments/dev/variables/SLIPWAY_STACK")["value"] == "dev"
    assert hub("GET", "/environments/dev/deployment-branch-policies")["total_count"] == 1


def operations(lab, stack="dev"):
    """What a preview says will happen to what the platform has, by logical name."""
    shown = lab.pulumi("preview", "--json", *QUIET, stack)
    assert shown.returncode == 0, shown.stdout
    return {
        step["urn"].rpartition("::")[2]: step["op"]
        for step in json.loads(shown.stdout)["steps"]
        if "::github:" in step["urn"].replace("$", "::") and step["op"] != "same"
    }


def test_renaming_an_environment_does_what_its_preview_said(raised, hub, database):
    name, before = "a/b", raised.last_request()
    with with_value(raised, "dev", "environment: dev", f"environment: {name}"):
        said = operations(raised)
        things = ("", "/branch", "/secret/API_KEY", "/secret/HF_TOKEN", "/variable/SLIPWAY_STACK")
        assert said == {
            f"slipway/slipway/environment/{environment}{thing}": op
            for environment, op in (("a=2Fb", "create"), ("dev", "delete"))
            for thing in things
        }
        assert mutating(raised, before) == []
        raised.up()
        listed = hub("GET", "/environments")["environments"]
        assert [each["name"] for each in listed] == [name]
        assert secret_on_server(database, "HF_TOKEN", name) == raised.identity()["hub_token"]
        quoted = urllib.request.quote(name, safe="")
        assert hub("GET", f"/environments/{quoted}/variables/SLIPWAY_STACK")["value"] == name
        again = raised.last_request()
        assert " unchanged" in raised.up().stdout
        assert mutating(raised, again) == []
    raised.up()
    assert [each["name"] for each in hub("GET", "/environments")["environments"]] == ["dev"]


def test_the_state_is_what_the_sdk_says_it_is(raised):
    exported = json.loads(raised.pulumi("stack", "export", "--stack", "dev").stdout)
    made = [
        each
        for each in exported["deployment"]["resources"]
        if each["type"].startswith("github:index/")
    ]
    assert len(made) == 6
    wrong = [
        (each["urn"], place)
        for each in made
        for place in misfits(each["type"], opened(each["outputs"]))
    ]
    assert wrong == []
    [provider] = [
        each
        for each in exported["deployment"]["resources"]
        if each["type"] == "pulumi:providers:github"
    ]
    assert "token" not in provider["inputs"]  # it stays in the environment


def opened(outputs):
    """Outputs with a text in the place of each ciphertext."""
    return {
        key: "sealed" if isinstance(value, dict) and "ciphertext" in value else value
        for key, value in outputs.items()
        if key not in ("id", "__meta", "__defaults")
    }


# --- against a GitHub of the test's own, which knows tokens that may not


@pytest.fixture(scope="module")
def prepared(lab):
    """The lab with the sandbox set up; nothing is raised."""
    assert lab.sandbox("run", "--", "true").returncode == 0
    return lab


@pytest.fixture
def stranger(prepared, tmp_path, request):
    """A stack of its own, which speaks to a GitHub of its own."""
    stack = f"s{abs(hash(request.node.name)) % 10**8}"
    file = prepared.folder / f"Pulumi.{stack}.yaml"
    file.write_text((prepared.folder / "Pulumi.dev.yaml").read_text())
    with live_github(tmp_path) as live:
        live.repository("slipway", {"README.md": "# slipway"})
        yield Stranger(prepared, stack, live)
    file.unlink()


class Stranger:
    """Runs pulumi on its stack, with its GitHub in the place of the sandbox's."""

    def __init__(self, lab, stack, live):
        self.lab, self.stack, self.live = lab, stack, live
        self.hub = GitHub(live.url, TOKEN)
        self.pulumi("stack", "select", "--create")

    def pulumi(self, *arguments, token=TOKEN, environment=None):
        return self.lab.sandbox(
            "run",
            "--",
            "env",
            f"GITHUB_BASE_URL={self.live.url}/",
            f"GITHUB_TOKEN={token}",
            "pulumi",
            *arguments,
            *QUIET,
            self.stack,
            environment=environment,
        )

    def writes(self):
        """What Pulumi wrote, in the order in which it did."""
        return [
            f"{row.method} {row.path.partition('/slipway/slipway')[2]}"
            for row in self.live.log.requests()
            if row.mutates and row.agent.startswith("slipway")
        ]

    def refused(self, *arguments, **options):
        """What preview says, and up says the same, and neither has written anything."""
        said = ""
        for command in (("preview",), ("up", "--yes", "--skip-preview")):
            ended = self.pulumi(*command, *arguments, **options)
            assert ended.returncode != 0, ended.stdout
            said = ended.stdout + ended.stderr
            assert self.writes() == []
        return said


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("ghp_wrong", r"401 \(Bad credentials\)\. The token is .*wrong.*check GITHUB_TOKEN"),
        (SCOPELESS_TOKEN, r"the token has no scope; it needs the scope `repo`"),
        (READ_TOKEN, r"the token may read it, not administer it.*another\s+GITHUB_TOKEN"),
    ],
)
def test_a_token_that_will_not_do_is_told_before_anything_is_changed(stranger, token, says):
    said = stranger.refused(token=token)
    assert re.search(says, said, re.DOTALL), said
    assert token not in said


def test_no_token_at_all_is_told_with_both_ways(stranger):
    said = stranger.refused(token="")
    assert "No GitHub token" in said
    assert "Export GITHUB_TOKEN" in said
    assert "pulumi config set --secret githubToken" in said


def test_an_unknown_repository_is_told_before_anything_is_changed(stranger):
    stranger.lab.put_stack_value(stranger.stack, "branch: dev\n", "branch: dev\n    name: nope\n")
    said = stranger.refused()
    assert "Repository slipway/nope: GitHub answered 404" in said
    assert "check GITHUB_OWNER" in said


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("GITHUB_HF", r"must not begin with GITHUB_.*'GH_HF' would do"),
        ("hf_token", r"must be upper case.*'HF_TOKEN' would do"),
    ],
)
def test_a_forbidden_name_is_told_before_any_call(stranger, name, says):
    program = stranger.lab.folder / PROGRAM
    text = program.read_text()
    assert text.count('"HF_TOKEN"') == 1
    program.write_text(text.replace('"HF_TOKEN"', f'"{name}"'))
    try:
        said = stranger.refused()
    finally:
        program.write_text(text)
    assert re.search(says, said, re.DOTALL), said
    assert "Traceback" not in said
    assert not [r for r in stranger.live.log.requests() if r.agent.startswith("slipway")]


def test_what_is_there_and_not_ours_is_named_and_can_be_taken_over(stranger):
    hub = stranger.hub
    hub("PUT", "/environments/Dev", {"wait_timer": 5})
    hub.overwrite("environments/Dev", "HF_TOKEN", "theirs")
    hub("POST", "/environments/Dev/variables", {"name": "SLIPWAY_STACK", "value": "theirs"})
    names = {"ref_name": {"include": ["~ALL"], "exclude": []}}
    rules = {"name": "Slipway: dev", "enforcement": "active", "conditions": names}
    hub("POST", "/rulesets", rules)

    said = stranger.refused()

    taken = [
        "environment dev",
        "ruleset Slipway: dev",
        "secret HF_TOKEN of environment dev",
        "variable SLIPWAY_STACK of environment dev",
    ]
    assert (
        re.findall(r"^ +((?:environment|secret|ruleset|variable) .*)$", said, re.MULTILINE) == taken
    )
    assert secret_on_server(stranger.live.database, "HF_TOKEN", "Dev") == "theirs"

    commands = re.findall(r"^ +pulumi (import .*)$", said, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        ended = stranger.pulumi(*shlex.split(command), "--yes")
        assert ended.returncode == 0, ended.stdout + ended.stderr
    assert stranger.writes() == []
    listed = json.dumps(taken)
    stranger.lab.put_stack_value(
        stranger.stack, "branch: dev\n", f"branch: dev\n    adopt: {listed}\n"
    )
    ended = stranger.pulumi("up", "--yes")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    identity = stranger.lab.identity()
    assert secret_on_server(stranger.live.database, "HF_TOKEN", "Dev") == identity["hub_token"]
    assert hub("GET", "/environments/Dev/variables/SLIPWAY_STACK")["value"] == "dev"
    [ruleset] = hub("GET", "/rulesets")
    found = hub("GET", f"/rulesets/{ruleset['id']}")
    assert found["conditions"]["ref_name"]["include"] == ["refs/heads/dev"]
    # What was handed over stays this stack's without being listed any longer.
    stranger.lab.put_stack_value(
        stranger.stack, f"branch: dev\n    adopt: {listed}\n", "branch: dev\n"
    )
    again = stranger.pulumi("preview", "--expect-no-changes")
    assert again.returncode == 0, again.stdout + again.stderr


def test_a_second_stack_does_not_take_what_is_the_first_ones(stranger, request):
    ended = stranger.pulumi("up", "--yes")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    first, before = stranger.stack, stranger.writes()
    stranger.stack = f"{first}-two"
    source = stranger.lab.folder / f"Pulumi.{first}.yaml"
    file = stranger.lab.folder / f"Pulumi.{stranger.stack}.yaml"
    file.write_text(source.read_text())
    request.addfinalizer(file.unlink)
    stranger.pulumi("stack", "select", "--create")
    refused = stranger.pulumi("up", "--yes")
    assert refused.returncode != 0
    assert "  secret API_KEY of environment dev\n" in refused.stdout + refused.stderr
    assert stranger.writes() == before
    file.write_text(source.read_text().replace(": dev", ": other"))
    ended = stranger.pulumi("up", "--yes")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    database = stranger.live.database
    keys = [secret_on_server(database, "API_KEY", place) for place in ("dev", "other")]
    assert len({*keys}) == 2  # each stack's own
    assert not [write for write in stranger.writes()[len(before) :] if "/dev/" in write]


@pytest.fixture
def with_secrets_of_the_repository(stranger):
    """A stack as it was raised when its secrets lay at the whole repository."""
    program = stranger.lab.folder / PIPELINE
    text = program.read_text()
    assert text.count(INSIDE) == text.count(BESIDE) == 1
    before = text.replace(INSIDE, "            secrets={},\n").replace(
        BESIDE, f'            secrets=secrets["deployment"],\n{BESIDE}'
    )
    program.write_text(before)
    try:
        ended = stranger.pulumi("up", "--yes")
    finally:
        program.write_text(text)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert stranger.hub("GET", "/actions/secrets")["total_count"] == 2
    return stranger


def test_secrets_move_into_the_environment_before_they_leave_the_repository(
    with_secrets_of_the_repository,
):
    stack = with_secrets_of_the_repository
    key = secret_on_server(stack.live.database, "API_KEY")
    before = len(stack.writes())
    ended = stack.pulumi("up", "--yes")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    names = ("API_KEY", "HF_TOKEN")
    written = stack.writes()[before:]
    assert sorted(written[:2]) == [f"PUT /environments/dev/secrets/{name}" for name in names]
    assert sorted(written[2:]) == [f"DELETE /actions/secrets/{name}" for name in names]
    assert secret_on_server(stack.live.database, "API_KEY", "dev") == key
    again = stack.pulumi("preview", "--expect-no-changes")
    assert again.returncode == 0, again.stdout + again.stderr


def test_secrets_stay_at_the_repository_while_the_environment_can_not_take_them(
    with_secrets_of_the_repository,
):
    stack = with_secrets_of_the_repository
    stack.hub.overwrite("environments/dev", "HF_TOKEN", "theirs")
    before = stack.writes()
    ended = stack.pulumi("up", "--yes", "--skip-preview")
    assert ended.returncode != 0
    assert "secret HF_TOKEN of environment dev" in ended.stdout + ended.stderr
    assert stack.writes() == before
    assert stack.hub("GET", "/actions/secrets")["total_count"] == 2


def test_another_token_writes_nothing_and_keeps_the_drawn_key(stranger):
    assert stranger.pulumi("up", "--yes").returncode == 0
    key = secret_on_server(stranger.live.database, "API_KEY", "dev")
    before = stranger.writes()
    stranger.live.service.accounts._users[0].tokens["ghp_another"] = (
        stranger.live.service.accounts._users[0].tokens[TOKEN]
    )
    try:
        for command in (("up", "--yes"), ("up", "--yes", "--refresh")):
            ended = stranger.pulumi(*command, token="ghp_another")
            assert ended.returncode == 0, ended.stdout + ended.stderr
    finally:
        del stranger.live.service.accounts._users[0].tokens["ghp_another"]
    assert stranger.writes() == before
    assert secret_on_server(stranger.live.database, "API_KEY", "dev") == key


def test_no_secret_is_in_state_history_or_the_most_verbose_log(stranger):
    given = "canary-5d1f0c77-given-by-a-person"
    secrets = {
        "token": TOKEN,
        "hub token": stranger.lab.identity()["hub_token"],
        "passphrase": stranger.lab.passphrase(),
        "given key": given,
    }
    verbose = ("-v=9", "--logtostderr", "--logflow")
    logs = []

    def run(*command, environment=None):
        ended = stranger.pulumi(*command, *verbose, environment=environment)
        assert ended.returncode == 0, ended.stderr[-3000:]
        logs.append(ended.stdout + ended.stderr)

    run("up", "--yes", environment={"SLIPWAY_API_KEY": given})
    run("up", "--yes")
    secrets["drawn key"] = secret_on_server(stranger.live.database, "API_KEY", "dev")
    assert secret_on_server(stranger.live.database, "HF_TOKEN", "dev") == secrets["hub token"]
    run("preview", "--diff")
    run("refresh", "--yes")
    run("up", "--yes", "--refresh")
    home = stranger.lab.folder / ".slipway"
    assert len(list((home / "state").rglob(f"{stranger.stack}*.history.json*"))) >= 3
    assert in_files(home, secrets, skip=OWN_STORE) == []
    run("destroy", "--yes")

    assert all(len(log) > 100_000 for log in logs)
    assert holds("".join(logs).encode(), secrets) == set()
    assert in_files(home, secrets, skip=OWN_STORE) == []
    assert stranger.hub("GET", "/actions/secrets")["total_count"] == 0
    assert stranger.hub("GET", "/environments")["total_count"] == 0
    assert stranger.hub("GET", "/rulesets") == []


def test_destroying_takes_exactly_what_is_ours(stranger):
    stranger.hub("POST", "/actions/variables", {"name": "THEIRS", "value": "1"})
    stranger.hub.overwrite("actions", "THEIRS_TOO", "1")
    stranger.hub("PUT", "/environments/theirs", {})
    assert stranger.pulumi("up", "--yes").returncode == 0
    ended = stranger.pulumi("destroy", "--yes")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    left = stranger.hub("GET", "/actions/secrets")["secrets"]
    assert [each["name"] for each in left] == ["THEIRS_TOO"]
    assert stranger.hub("GET", "/actions/variables")["total_count"] == 1
    environments = stranger.hub("GET", "/environments")["environments"]
    assert [each["name"] for each in environments] == ["theirs"]
