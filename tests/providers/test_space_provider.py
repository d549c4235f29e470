"""Protects the life of a Space: the order of its calls, one commit a change, drift, ownership."""

import pytest
from huggingface_hub.utils import get_session

from sandbox.http.faults import CutAfter
from slipway.core.secrecy.sealing import seal
from slipway.errors import ApiError, DeployError
from slipway.huggingface.space.provider import SpaceProvider
from tests.providers.case import OUR_MARK
from tests.providers.conftest import SECOND_TOKEN, TOKEN, sealed
from tests.providers.engine import Engine

MARK = "SLIPWAY_STACK"


pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def engine():
    return Engine(SpaceProvider)


@pytest.fixture
def up(engine, hub, space_inputs):
    """Brings the Space to the inputs with these changes, and forgets the requests before."""

    def run(**changes):
        hub.mark()
        return engine.up(space_inputs(**changes))

    return run


# --- what is sent, and in which order


def test_secrets_and_variables_are_there_before_the_first_commit(up, hub, engine):
    up()
    assert hub.writes() == ["POST repos/create", "POST commit/main"]
    assert set(hub.api.get_space_secrets(engine.id)) == {"API_KEY"}
    assert hub.variables(engine.id) == {"MODE": "fast", "BUILD_ARG": "1", MARK: OUR_MARK}


def test_unchanged_inputs_make_no_mutating_request_even_in_an_update(engine, up, hub):
    up()
    hub.mark()
    engine.provider.update(engine.id, engine.outputs, engine.inputs)
    assert hub.writes() == []


def test_one_changed_file_is_one_commit_that_carries_that_file_alone(engine, up, hub, app_folder):
    up()
    before = hub.files("space", engine.id)
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    assert up() == "updated"
    assert hub.writes() == ["POST commit/main"]
    (commit,) = [each for each in hub.requests() if each.mutates]
    assert commit.bytes_in < 1000
    after = hub.files("space", engine.id)
    assert {path for path in before | after if before.get(path) != after.get(path)} == {"app.py"}
    assert hub.titles("space", engine.id) == ["Deploy slipway/dev"] * 2 + ["initial commit"]
    assert engine.outputs["commit"] == hub.api.repo_info(engine.id, repo_type="space").sha


def test_a_file_that_left_the_payload_leaves_the_space_and_no_other(engine, up, hub, app_folder):
    up()
    hub.push("space", engine.id, {"theirs.txt": b"by hand"})
    (app_folder / "app.py").unlink()
    up()
    files = hub.files("space", engine.id)
    assert "app.py" not in files
    assert {"theirs.txt", "data.txt", ".gitattributes"} <= set(files)


def test_a_file_taken_away_after_a_run_that_died_goes_with_the_next(up, hub, engine, app_folder):
    up()
    engine.id = ""  # the engine died before it noted anything
    (app_folder / "app.py").unlink()
    assert up() == "created"
    assert set(hub.files("space", engine.id)) == {
        *(".gitattributes", "README.md", "Dockerfile", "data.txt"),
    }


def test_what_somebody_pushed_meanwhile_stays_with_all_they_may_build_on(
    up, hub, engine, app_folder
):
    up()
    hub.push("space", engine.id, {"theirs.txt": b"by hand"})
    engine.id = ""
    (app_folder / "app.py").unlink()
    up()
    assert {"theirs.txt", "app.py"} <= set(hub.files("space", engine.id))


def test_a_lost_answer_to_a_commit_makes_no_second_commit(engine, up, hub, app_folder):
    up()
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    fault = hub.fault(CutAfter(), path="/commit/")
    up()
    assert hub.faults.hits(fault) == 1
    assert hub.writes() == ["POST commit/main"]
    assert len(hub.titles("space", engine.id)) == 3


def test_a_file_that_changed_since_the_preview_stops_the_commit(
    engine, up, hub, space_inputs, app_folder
):
    up()
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    inputs = space_inputs()
    (app_folder / "app.py").write_text("print('three')\n", encoding="utf-8")
    hub.mark()
    with pytest.raises(DeployError, match=r"app\.py changed while it was being deployed"):
        engine.up(inputs)
    assert hub.writes() == []


def test_a_commit_of_somebody_else_in_between_is_not_overwritten(engine, up, hub, app_folder):
    up()
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")

    def meanwhile(response):
        if "/tree/" in response.request.url.path and hooks:
            hooks.remove(meanwhile)
            hub.push("space", engine.id, {"app.py": b"theirs"})

    hooks = get_session().event_hooks["response"]
    hooks.append(meanwhile)
    with pytest.raises(ApiError) as refusal:
        up()
    assert refusal.value.status == 412
    assert "pulumi refresh" in str(refusal.value)
    assert hub.titles("space", engine.id)[0] == "theirs"


def test_front_matter_the_hub_refuses_is_an_error_in_its_words(up, app_folder):
    text = "---\nsdk: docker\ncolorFrom: orange\n---\n"
    (app_folder / "README.md").write_text(text, encoding="utf-8")
    with pytest.raises(DeployError, match=r"(?s)Space acme/it-\w+: commit refused.*colorFrom"):
        up()


def test_without_a_payload_the_files_are_left_to_git(engine, up, hub):
    up(manifest={}, sources={})
    assert hub.writes() == ["POST repos/create"]
    hub.push("space", engine.id, {"app.py": b"theirs"})
    engine.refresh()
    assert up(manifest={}, sources={}) == "same"
    assert "app.py" in hub.files("space", engine.id)


def test_settings_are_written_before_the_commit_that_builds_with_them(up, hub, app_folder):
    up()
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    up(variables={"MODE": "slow", "BUILD_ARG": "1"}, secrets=sealed(API_KEY="new"))
    assert hub.writes() == ["POST variables", "POST secrets", "POST commit/main"]


def test_only_the_changed_setting_is_written(up, hub):
    up()
    up(variables={"MODE": "slow", "BUILD_ARG": "1"})
    assert hub.writes() == ["POST variables"]


def test_removed_settings_are_deleted_and_no_other(engine, up, hub):
    up(secrets=sealed(API_KEY="a", GONE="b"))
    up(variables={"MODE": "fast"}, secrets=sealed(API_KEY="a"), build_inputs=[])
    assert hub.writes() == ["DELETE secrets", "DELETE variables"]
    assert set(hub.api.get_space_secrets(engine.id)) == {"API_KEY"}
    assert hub.variables(engine.id) == {"MODE": "fast", MARK: OUR_MARK}


@pytest.mark.parametrize("towards", ["secret", "variable"])
def test_a_name_that_moves_between_the_maps_is_never_in_both(engine, up, hub, towards):
    as_variable = {"variables": {"MOVED": "x"}, "secrets": {}}
    as_secret = {"variables": {}, "secrets": sealed(MOVED="x")}
    first, then = (as_variable, as_secret) if towards == "secret" else (as_secret, as_variable)
    up(**first)
    up(**then)
    old = "variables" if towards == "secret" else "secrets"
    new = "secrets" if towards == "secret" else "variables"
    assert hub.writes() == [f"DELETE {old}", f"POST {new}"]
    assert ("MOVED" in hub.api.get_space_secrets(engine.id)) is (towards == "secret")


def test_a_changed_build_argument_alone_makes_the_image_again(up, hub):
    up()
    up(variables={"MODE": "fast", "BUILD_ARG": "2"})
    assert hub.writes() == ["POST variables", "POST restart?factory=true"]


def test_a_changed_build_argument_with_a_commit_needs_no_second_build(up, hub, app_folder):
    up()
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    up(variables={"MODE": "fast", "BUILD_ARG": "2"})
    assert hub.writes() == ["POST variables", "POST commit/main"]


def test_a_rotated_build_secret_is_never_served_from_the_build_cache(up, hub, app_folder):
    up(build_inputs=["API_KEY"])
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    up(build_inputs=["API_KEY"], secrets=sealed(API_KEY="rotated"))
    assert hub.writes() == ["POST secrets", "POST commit/main", "POST restart?factory=true"]


def test_a_new_name_takes_the_place_of_a_foreign_setting_of_the_other_kind(engine, up, hub):
    up()
    hub.api.add_space_secret(engine.id, "REGION", "theirs")
    up(variables={"MODE": "fast", "BUILD_ARG": "1", "REGION": "eu"})
    assert hub.writes() == ["DELETE secrets", "POST variables"]
    assert hub.variables(engine.id)["REGION"] == "eu"


def test_hardware_and_sleep_time_are_one_request(engine, up, hub):
    up()
    up(hardware="t4-small", sleep_seconds=600)
    assert hub.writes() == ["POST hardware"]
    assert hub.api.get_space_runtime(engine.id).sleep_time == 600
    up(hardware="t4-small", sleep_seconds=1200)
    assert hub.writes() == ["POST sleeptime"]
    assert hub.api.get_space_runtime(engine.id).sleep_time == 1200


def test_a_sleep_time_that_is_no_longer_declared_is_left_as_it_is(engine, up, hub):
    up(hardware="t4-small", sleep_seconds=600)
    up(hardware="t4-small", variables={"MODE": "slow", "BUILD_ARG": "1"})
    assert hub.writes() == ["POST variables"]
    assert hub.api.get_space_runtime(engine.id).sleep_time == 600


def test_the_word_for_settings_changes_with_a_setting_and_with_nothing_else(engine, up, app_folder):
    up(hardware="t4-small", sleep_seconds=600)
    same = {"hardware": "t4-small", "sleep_seconds": 600}
    word = engine.outputs["settings"]
    engine.refresh()
    assert engine.outputs["settings"] == word
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    up(**same)
    assert engine.outputs["settings"] == word
    seen = {word}
    for change in (
        {"variables": {"MODE": "slow", "BUILD_ARG": "1"}},
        {"secrets": sealed(API_KEY="new")},
        {"sleep_seconds": 900},
        {"hardware": "t4-medium"},
    ):
        up(**{**same, **change})
        seen.add(engine.outputs["settings"])
    assert len(seen) == 5


# --- drift


DRIFTS = {
    "visibility": lambda hub, id_: hub.api.update_repo_settings(
        id_, repo_type="space", visibility="private"
    ),
    "hardware": lambda hub, id_: hub.api.request_space_hardware(id_, "cpu-upgrade"),
    "sleep time": lambda hub, id_: hub.api.set_space_sleep_time(id_, 4000),
    "never sleeps": lambda hub, id_: hub.api.set_space_sleep_time(id_, -1),
    "variable changed": lambda hub, id_: hub.api.add_space_variable(id_, "MODE", "theirs"),
    "variable deleted": lambda hub, id_: hub.api.delete_space_variable(id_, "MODE"),
    "mark deleted": lambda hub, id_: hub.api.delete_space_variable(id_, "SLIPWAY_STACK"),
    "secret deleted": lambda hub, id_: hub.api.delete_space_secret(id_, "API_KEY"),
    "secret rotated": lambda hub, id_: hub.api.add_space_secret(id_, "API_KEY", "theirs"),
    "file changed": lambda hub, id_: hub.push("space", id_, {"app.py": b"theirs"}),
    "file deleted": lambda hub, id_: hub.api.delete_file("app.py", id_, repo_type="space"),
}


@pytest.mark.parametrize("drift", DRIFTS)
def test_drift_of_what_is_managed_is_seen_and_mended(engine, up, hub, drift):
    declared = {"hardware": "t4-small", "sleep_seconds": 600}
    up(**declared)
    files = hub.files("space", engine.id)
    DRIFTS[drift](hub, engine.id)
    assert engine.refresh()
    assert up(**declared) == "updated"
    assert engine.refresh()
    assert up(**declared) == "same"
    info = hub.api.space_info(engine.id)
    runtime = hub.api.get_space_runtime(engine.id)
    assert not info.private
    assert (runtime.requested_hardware, runtime.sleep_time) == ("t4-small", 600)
    assert hub.variables(engine.id)["MODE"] == "fast"
    assert hub.variables(engine.id)["SLIPWAY_STACK"] == engine.inputs["mark"]
    assert set(hub.api.get_space_secrets(engine.id)) == {"API_KEY"}
    assert hub.files("space", engine.id) == files


def test_a_secret_rotated_outside_is_shown_as_such_and_not_by_value(engine, up, hub):
    up()
    hub.api.add_space_secret(engine.id, "API_KEY", "value-of-theirs")
    engine.refresh()
    assert engine.outputs["secrets"] == {"API_KEY": "(changed outside of this stack)"}


def test_a_secret_rotated_outside_stands_no_further_refresh_in_the_way(engine, up, hub):
    up()
    hub.api.add_space_secret(engine.id, "API_KEY", "theirs")
    assert engine.refresh()
    assert engine.refresh()
    assert up() == "updated"


def test_a_rotated_token_stands_no_refresh_in_the_way(engine, up, monkeypatch):
    up()
    monkeypatch.setenv("HF_TOKEN", SECOND_TOKEN)
    assert engine.refresh()
    again = {name: seal(SECOND_TOKEN, "canary-of-a-secret") for name in ("API_KEY",)}
    assert up(secrets=again) == "same"


def test_a_secret_sealed_for_another_token_is_refused_with_the_remedy(up, hub):
    with pytest.raises(DeployError, match="Give the token in one place only"):
        up(secrets={"API_KEY": seal("another", "value")})
    assert hub.writes() == []


def test_what_is_not_managed_is_neither_drift_nor_touched(engine, up, hub):
    up()
    hub.api.add_space_variable(engine.id, "THEIRS", "1")
    hub.api.add_space_secret(engine.id, "THEIR_KEY", "2")
    hub.push("space", engine.id, {"theirs.txt": b"3"})
    engine.refresh()
    assert up() == "same"
    assert up(variables={}, secrets={}, build_inputs=[]) == "updated"
    assert hub.variables(engine.id) == {"THEIRS": "1", MARK: OUR_MARK}
    assert set(hub.api.get_space_secrets(engine.id)) == {"THEIR_KEY"}
    assert "theirs.txt" in hub.files("space", engine.id)


# --- whose Space it is


def test_our_own_space_is_taken_up_again_after_its_state_was_lost(engine, up, hub, space_inputs):
    up()
    hub.api.add_space_variable(engine.id, "MODE", "theirs")
    hub.mark()
    again = Engine(SpaceProvider)
    again.up(space_inputs())
    assert hub.writes() == ["POST repos/create", "POST variables", "POST secrets"]
    again.refresh()
    assert not again.diff(space_inputs()).changes


def test_the_space_of_another_stack_is_refused_by_that_stacks_name(up, hub, space_inputs):
    up(mark="slipway/prod@11111111.22222222")
    hub.mark()
    with pytest.raises(DeployError, match=r"belongs to stack slipway/prod\. Set adopt"):
        Engine(SpaceProvider).up(space_inputs())
    assert hub.writes() == ["POST repos/create"]


def test_an_untouched_space_of_another_sdk_is_refused(hub, space_inputs, repo_id):
    hub.api.create_repo(repo_id, repo_type="space", space_sdk="static")
    with pytest.raises(DeployError, match="Set adopt"):
        Engine(SpaceProvider).up(space_inputs())


def test_a_space_that_is_taken_over_gets_all_that_was_declared(hub, engine, up, repo_id):
    hub.api.create_repo(
        repo_id,
        repo_type="space",
        space_sdk="docker",
        space_hardware="t4-small",
        space_variables=[{"key": "API_KEY", "value": "a variable"}],
        space_secrets=[{"key": "MODE", "value": "a secret"}],
    )
    declared = {"adopt": True, "hardware": "t4-small", "sleep_seconds": 600}
    up(**declared)
    assert set(hub.api.get_space_secrets(repo_id)) == {"API_KEY"}
    assert hub.variables(repo_id)["MODE"] == "fast"
    assert hub.variables(repo_id)[MARK] == OUR_MARK
    engine.refresh()
    assert up(**declared) == "same"


def test_a_private_space_keeps_its_visibility_and_its_answers(engine, up, hub):
    up(visibility="private")
    assert hub.api.space_info(engine.id).private
    engine.refresh()
    assert up(visibility="private") == "same"


def test_a_protected_space_is_no_drift(engine, up):
    up(visibility="protected")
    engine.refresh()
    assert up(visibility="protected") == "same"


def test_the_token_is_in_no_output(engine, up):
    up()
    assert TOKEN not in repr(engine.outputs)


# --- files that belong to git


@pytest.fixture
def git_owned(space_inputs):
    """Inputs of a Space whose files people push, with the app as its first content."""

    def inputs(**changes):
        given = space_inputs()
        files = {"seed": given["manifest"], "seed_sources": given["sources"]}
        return {**given, "manifest": {}, "sources": {}, "build_inputs": [], **files, **changes}

    return inputs


def test_an_empty_space_is_seeded_once(engine, hub, git_owned, app_folder):
    hub.mark()
    engine.up(git_owned())
    assert hub.writes() == ["POST repos/create", "POST commit/main"]
    assert hub.titles("space", engine.id)[0] == "Seed from slipway/dev"
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    assert not engine.diff(git_owned()).changes


def test_what_people_pushed_is_never_taken_back(engine, hub, git_owned):
    engine.up(git_owned())
    theirs = hub.push("space", engine.id, {"app.py": b"print('theirs')\n"})
    hub.mark()
    engine.up(git_owned(variables={"MODE": "slow"}))
    assert "POST commit/main" not in hub.writes()
    assert hub.api.space_info(engine.id).sha == theirs


def test_a_space_that_people_filled_is_taken_over_as_it_is(engine, hub, git_owned):
    engine.up(git_owned())
    theirs = hub.push("space", engine.id, {"app.py": b"print('theirs')\n"})
    again = Engine(SpaceProvider)  # such as after the stack's state was lost
    hub.mark()
    again.up(git_owned())
    assert "POST commit/main" not in hub.writes()
    assert again.outputs["commit"] == theirs


def test_an_engine_that_died_before_the_seed_seeds_when_it_comes_back(engine, hub, git_owned):
    engine.up(git_owned(seed={}, seed_sources={}))
    Engine(SpaceProvider).up(git_owned())
    assert hub.titles("space", engine.id)[0] == "Seed from slipway/dev"
