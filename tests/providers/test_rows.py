"""The rows of the contract that concern what a stack says: a rotated token, what is taken away.

Each resource against each of them, as the engine would call its provider.
"""

import pytest

from slipway.core.secrecy.sealing import seal, unseal
from slipway.errors import DeployError
from tests.providers.case import OUR_MARK
from tests.providers.cases import KINDS, OWNERS
from tests.providers.conftest import SECOND_TOKEN
from tests.providers.hub_cases import HubCase, sealed
from tests.providers.render_platform import IMAGE, sealed_for_render

SUCCESSOR = "rnd_canaryofthesuccessor0123456789"


@pytest.fixture(params=KINDS)
def case(request):
    return KINDS[request.param](request.getfixturevalue)


@pytest.fixture(params=OWNERS)
def owner(request):
    return KINDS[request.param](request.getfixturevalue)


def resealed(value, before, after):
    """The same inputs as the program hands them over once the token is another one."""
    if isinstance(value, dict):
        return {key: resealed(each, before, after) for key, each in value.items()}
    if not isinstance(value, str):
        return value
    try:
        return seal(after, unseal(before, value))
    except DeployError:
        return value


def rotated(case, monkeypatch):
    """Another token is valid from now on, on Render alone; the inputs are sealed under it."""
    after = SECOND_TOKEN
    if not isinstance(case, HubCase):
        after = SUCCESSOR
        account = case.platform.service.account
        monkeypatch.setitem(vars(account), "api_key", after)  # past the freeze
        monkeypatch.setattr("tests.providers.render_platform.KEY", after)
    monkeypatch.setenv(case.token_variable, after)
    return resealed(case.inputs, case.token, after)


def test_a_rotated_token_writes_nothing_and_goes_on(case, monkeypatch):
    engine = case.engine()
    engine.up(case.inputs)
    inputs = rotated(case, monkeypatch)
    case.platform.mark()
    engine.up(inputs)
    assert case.platform.writes() == []
    assert engine.refresh()
    assert engine.up(inputs) == "same"
    assert case.platform.writes() == []


def test_an_update_after_a_rotation_is_that_update_alone(owner, monkeypatch):
    plain, other = owner.engine(), owner.engine()
    plain.up(owner.inputs)
    change = next(each for each in owner.changes if "secrets" not in each and "token" not in each)
    owner.platform.mark()
    plain.up(owner.changed(change))
    usual = owner.platform.writes()
    plain.destroy()

    other.up(owner.inputs)
    inputs = rotated(owner, monkeypatch)
    owner.platform.mark()
    assert other.up({**inputs, **change}) == "updated"
    assert owner.platform.writes() == usual
    other.destroy()
    assert not owner.exists(other)


def test_after_a_rotation_the_old_state_can_be_destroyed(owner, monkeypatch):
    engine = owner.engine()
    engine.up(owner.inputs)
    rotated(owner, monkeypatch)
    engine.destroy()
    assert not owner.exists(engine)


# --- set, then unset: what the platform is to have afterwards, as a refresh sees it


GONE = "taken-away"  # in every value or name that may not be found on the platform afterwards
TAKEN_AWAY = {
    "Space": {
        "variables": {GONE: "1"},
        "secrets": sealed(**{GONE.replace("-", "_"): "1"}),
        "sleep_seconds": 600,
    },
    "ModelRepo": {"delete_data": True},
    "RenderWebService": {
        "env": {"A": GONE},
        "initial_env": {"A": GONE},
        "secrets": sealed_for_render(A=GONE),
        "secret_files": sealed_for_render(a=GONE),
        "health_path": f"/{GONE}",
        "command": GONE,
        "pre_deploy_command": GONE,
        "instances": 2,
    },
    "RenderStaticSite": {"env": {"A": GONE}, "build_command": GONE},
    "RenderPostgres": {"allowed_cidrs": ["10.9.8.0/24"], "disk_gb": 20, "delete_data": True},
}
# Nothing to go back to: what was chosen stays as it is, and is nobody's business from then on.
LEFT_ALONE = {"sleep_seconds", "instances", "disk_gb", "initial_env"}
PAID = {"hardware": "t4-small"}  # where sleeping is a choice
ROWS = [
    pytest.param(kind, key, emptied, id=f"{kind}-{key}{'-its last member' if emptied else ''}")
    for kind, keys in TAKEN_AWAY.items()
    for key, value in keys.items()
    for emptied in (False, True)
    if not emptied or isinstance(value, dict | list)
]


@pytest.mark.parametrize(("kind", "key", "emptied"), ROWS)
def test_what_is_taken_away_is_gone(kind, key, emptied, request):
    value = TAKEN_AWAY[kind][key]
    case = KINDS[kind](request.getfixturevalue)
    base = {**case.inputs, **(PAID if key == "sleep_seconds" else {})}
    engine = case.engine()
    engine.up({**base, key: value})
    if key != "delete_data":  # which is the program's own
        assert _told(value) in looked_at(case, engine)
    without = {**base, key: type(value)() if emptied else None}
    if key in LEFT_ALONE:
        case.platform.mark()
        assert engine.up(without) == "same"
        assert case.platform.writes() == []
        return
    assert engine.up(without) == "updated"
    assert _told(value) not in looked_at(case, engine)
    assert engine.up(without) == "same"
    assert engine.refresh()
    assert not engine.outputs.get(key)
    assert engine.up(without) == "same"


def _told(value):
    """What the platform shows of it."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return value[0]
    return "taken_away" if isinstance(value, dict) and "taken_away" in value else GONE


def looked_at(case, engine):
    """All that the platform says of the object."""
    if isinstance(case, HubCase):
        api, repo_id = case.platform.api, engine.outputs["repo_id"]
        if case.kind == "model":
            return str(api.repo_info(repo_id))
        runtime = api.get_space_runtime(repo_id)
        secrets = sorted(api.get_space_secrets(repo_id))
        return str([case.platform.variables(repo_id), secrets, runtime.sleep_time])
    look = case.platform.call
    found = [look("GET", f"/{case.where}/{engine.id}")]
    if case.where == "services":
        parts = ("env-vars", "secret-files")
        found += [look("GET", f"/services/{engine.id}/{part}?limit=100") for part in parts]
    return str(found)


def test_every_optional_input_has_its_row(request):
    """What a case's inputs hold may be taken away, or can't be missing."""
    needed = {
        "Space": {"repo_id", "sdk", "visibility", "hardware", "manifest", "sources"},
        "ModelRepo": {"repo_id", "visibility", "manifest", "sources"},
        "RenderWebService": {"type", "name", "owner", "region", "plan", "source", "auto_deploy"},
        "RenderStaticSite": {"type", "name", "owner", "source", "publish_path", "auto_deploy"},
        "RenderPostgres": {"name", "owner", "region", "plan", "version", "database_name"},
        "RenderRegistryCredential": {"name", "owner", "registry", "username", "token"},
    }
    everywhere = {"mark", "adopt", "build_inputs", "delete_policy"}  # of the program, not theirs
    for kind in OWNERS:
        inputs = set(KINDS[kind](request.getfixturevalue).inputs)
        rows = set(TAKEN_AWAY.get(kind, {}))
        assert inputs - needed[kind] - everywhere <= rows, kind


def test_a_set_up_image_login_is_taken_away_by_its_absence(request):
    """A part of the source: `test_render_service_provider` looks at the platform's side of it."""
    case = KINDS["RenderWebService"](request.getfixturevalue)
    login = KINDS["RenderRegistryCredential"](request.getfixturevalue).engine()
    login.up({**_login(request), "mark": OUR_MARK})
    engine = case.engine()
    engine.up(case.changed({"source": _source(login.id)}))
    assert engine.up(case.changed({"source": _source("")})) == "updated"
    assert engine.refresh()
    assert engine.up(case.changed({"source": _source("")})) == "same"
    login.destroy()


def _login(request):
    return KINDS["RenderRegistryCredential"](request.getfixturevalue).inputs


def _source(login):
    return {"image": f"{IMAGE}:1", **({"registry_credential_id": login} if login else {})}
