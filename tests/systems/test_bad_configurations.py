"""Protects that every bad value of a stack is refused before anything is declared, and how.

Each case changes one value of the real stack file of prod. What is said names the key as the stack
file writes it, shows the value, and tells what may stand there.
"""

import json
import re
import runpy
from dataclasses import fields

import pulumi
import pytest

from systems.config import camel
from systems.frigo import FrigoSettings
from systems.inference import InferenceSettings
from systems.repository import RepositoryValues
from systems.retraining import RetrainingSettings
from systems.symptoms import SymptomsSettings
from systems.turnover import TurnoverSettings
from tests.components.recorder import Recorder, run
from tests.systems.conftest import CHECKOUT

LONG = "x" * 3000
HUGE = 10**30
ODD_TEXTS = ["", " ", LONG, "a\nb", "a\x00b", "naïve name ☃", "../../etc", "a b/c", "-", "${HOME}"]
WRONG_TEXT = [7, True, None, ["a"], {"a": "b"}, 1.5]
WRONG_FLAG = ["true", "yes", 1, 0, None, [True], "", {}]
WRONG_COUNT = ["2", True, 1.5, None, [1], -7, HUGE, -HUGE, {}]
WRONG_LIST = ["lint", {"a": 1}, 7, True, None]

# What is no value of a key, besides what is none of its type. Texts are bad where ODD_TEXTS are.
TEXTS = {
    "inference": {
        "space": ["a--b", "a/b/c", "a.git", "-a", "x" * 97],
        "modelRepo": ["a--b", "a/b/c", "a/", "/b"],
        "modelFile": ["/abs", "a//b", "a/../b", "a\\b"],
        "modelRevision": ["main", "HEAD", "d" * 39, "D" * 40, "d" * 41],
        "modelSha256": ["f" * 63, "F" * 64, "sha256:" + "f" * 64],
        "hardware": ["CPU-basic", "cpu_basic", "gpu", "t4"],
        "logLevel": ["debug", "LOUD", "WARN"],
        "remoteEngineUrl": ["engine.example", "ftp://a", "http://", "http://a:port", "http://[a"],
        "engineSpace": ["a--b", "inference"],
    },
    "symptoms": {
        "space": ["a--b", "a/b/c"],
        "hardware": ["cpu-golden"],
        "logLevel": ["loud", "TRACE"],
    },
    "frigo": {
        "names": ["frigo", "{}{}", "frigo-{name}", "frigo-{0}", "{", "{}}", "-{}", "{}-" + LONG],
        "model": ["Phi", "phi-2", "gpt3"],
        "modelRepo": ["a--b"],
        "modelFile": ["/abs"],
        "modelRevision": ["main"],
        "modelSha256": ["f" * 63],
        "delivery": ["bake", "lfs", "Baked"],
        "region": ["Frankfurt", "eu", "mars"],
        "plan": ["Premium 50GB", "huge"],
        "databasePlan": ["basic", "Basic_256mb"],
        "databaseVersion": ["8", "15.2", "latest"],
        "host": ["Docker", "moon"],
    },
    "turnover": {
        "space": ["a--b"],
        "modelRepo": ["a--b"],
        "modelFile": ["/abs"],
        "modelRevision": ["main"],
        "modelSha256": ["f" * 63],
        "environment": ["x" * 256],
        "branch": ["refs/heads/main", "~ALL", "a..b", "a b", "a.lock", "/a"],
        "logLevel": ["debug"],
        "hardware": ["cpu-golden"],
        "devSpace": ["a--b"],
        "repository": ["owner/name", ".."],
    },
    "retraining": {
        "backend": ["-a", "a-", "x" * 101],
        "frontend": ["-a", "a/b"],
        "modelRepo": ["a--b"],
        "environment": ["x" * 256],
        "branch": ["refs/heads/main"],
        "modelRevision": ["main"],
        "repository": ["owner/name"],
        "region": ["mars"],
        "plan": ["huge"],
    },
    "repository": {
        "environment": ["x" * 256],
        "branch": ["refs/heads/main"],
        "name": ["owner/name", ".."],
        "deployHookService": ["srv", "dep-0123456789abcdefghij", "https://api.render.com/deploy"],
    },
}
# Texts that are none, and may be all the same: an environment's name, and files with blanks.
MAY_BE = {
    "environment": ["naïve name ☃", "../../etc", "a b/c", "-", "${HOME}"],
    "branch": ["../../etc", "${HOME}", "-"],
    "repository": ["-"],
    "name": ["-"],
    "modelFile": ["naïve name ☃", "-", "${HOME}", "a b/c"],
}
FLAGS = {
    "inference": ["trainHere", "hybridRemoteGeneration"],
    "symptoms": ["authRequired"],
    "frigo": ["trainHere", "authRequired", "database", "deleteData"],
    "turnover": ["trainHere", "modelPrivate", "authRequired", "debug", "storedToken"],
    "retraining": ["authRequired", "storedToken"],
    "repository": ["adminsBypass", "deploys", "storedToken"],
}
COUNTS = {
    "inference": {"modelMegabytes": []},
    "symptoms": {"logCapacity": [0, 100_001], "apiKeyRotation": []},
    "frigo": {
        "modelMegabytes": [],
        "buildLimitMinutes": [0],
        "diskGigabytes": [],
        "keyRotation": [],
        "dockerPort": [65_536],
    },
    "turnover": {"apiKeyRotation": []},
    "retraining": {"apiKeyRotation": []},
    "repository": {"reviews": [11], "apiKeyRotation": []},
}
LISTS = {
    "checks": [[""], [" "], [7], ["lint", "lint"], [["lint"]], [None]],
    "reviewers": [[0], [-3], ["ann"], [True], [7, 7], [HUGE], [1.5]],
    "adopt": [[""], [7], [{"a": 1}]],
}
NEAR_MISSES = {
    "inference": {"modelRevison": "modelRevision", "hardwear": "hardware", "Space": "space"},
    "symptoms": {"authRequire": "authRequired", "log_level": "logLevel"},
    "frigo": {"pln": "plan", "databasePlans": "databasePlan"},
    "turnover": {"dbug": "debug", "devspace": "devSpace"},
    "retraining": {"backEnd": "backend", "model_repo": "modelRepo"},
    "repository": {"reviewer": "reviewers", "ownsRepository": ""},
}
# As the engine hands them over: text as it is, the rest as JSON.
TOP = [
    ("systems", "inference"),
    ("systems", '"inference"'),
    ("systems", "{}"),
    ("systems", "[7]"),
    ("systems", '["inference", "inference"]'),
    ("systems", '["inferense"]'),
    ("systems", '["inference", 7]'),
    ("systems", "["),
    ("systems", ""),
    ("hfNamespace", ""),
    ("hfNamespace", "a/b"),
    ("hfNamespace", "a--b"),
    ("hfNamespace", " "),
    ("hfNamespace", LONG),
    ("hfNamespace", "näme"),
    ("protect", "yes"),
    ("protect", "1"),
    ("protect", "True"),
    ("protect", ""),
    ("protect", "[]"),
    ("githubOwner", "a/b"),
    ("githubOwner", "-a"),
    ("githubOwner", "a" * 41),
    ("githubOwner", "näme"),
    ("dockerHost", "localhost"),
    ("dockerHost", "tcp://0.0.0.0:2375"),
    ("dockerHost", "tcp://127.0.0.1:port"),
    ("dockerHost", "tcp://127.0.0.1:99999"),
    ("dockerHost", "ssh://"),
    ("dockerHost", "unix://docker.sock"),
    ("dockerHost", "tcp://[::1"),
    *((system, text) for system in TEXTS for text in ("", "[]", '"a"', "7", "true", "null", "{")),
]


def of_systems():
    for system, keys in TEXTS.items():
        for key, bad in keys.items():
            odd = [text for text in ODD_TEXTS if text not in MAY_BE.get(key, ())]
            yield from ((system, key, value) for value in [*WRONG_TEXT, *odd, *bad])
    for system, keys in FLAGS.items():
        yield from ((system, key, value) for key in keys for value in WRONG_FLAG)
    for system, keys in COUNTS.items():
        for key, bad in keys.items():
            yield from ((system, key, value) for value in [*WRONG_COUNT, *bad])
    for key, bad in LISTS.items():
        yield from (("repository", key, value) for value in [*WRONG_LIST, *bad])


@pytest.fixture
def refusal(stack_values, monkeypatch, tmp_path):
    """What is said when prod is raised with one value changed, and that nothing was declared."""
    monkeypatch.setattr(pulumi, "export", lambda *_: None)
    for name in ("app", "Pulumi.yaml", "__main__.py"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    monkeypatch.chdir(tmp_path)

    def change(system, key=None, value=None, *, text=None, beside=None):
        values = stack_values("prod")
        if key is not None:
            text = json.dumps({**json.loads(values[f"slipway:{system}"]), key: value})
        values[f"slipway:{system}"] = text
        if system in TEXTS:
            raised = [system] if beside in (None, system) else [beside, system]
            values["slipway:systems"] = json.dumps(raised)
        recorder = Recorder()
        with pytest.raises(pulumi.RunError) as refused:
            run(recorder, lambda: runpy.run_path(str(CHECKOUT / "__main__.py")), values)
        assert recorder.resources == {}
        said = str(refused.value)
        assert "Traceback" not in said
        assert len(said) < 2000, "a value is shown as far as it helps"
        return said

    return change


KINDS = {
    "inference": InferenceSettings,
    "symptoms": SymptomsSettings,
    "frigo": FrigoSettings,
    "turnover": TurnoverSettings,
    "retraining": RetrainingSettings,
    "repository": RepositoryValues,
}


def keys_of(system):
    """The default of every setting, by its key: what says that there is none is no bad value."""
    return {camel(each.name): each.default for each in fields(KINDS[system])}


CASES = [
    case
    for case in of_systems()
    if (type(case[2]), case[2]) != (type(keys_of(case[0])[case[1]]), keys_of(case[0])[case[1]])
]


def test_the_cases_are_many_and_walk_every_setting_there_is():
    assert len(CASES) >= 200
    walked = {(system, key) for system, key, _ in CASES}
    for system in TEXTS:
        assert {key for of, key in walked if of == system} == set(keys_of(system))


@pytest.mark.parametrize(
    ("system", "key", "value"),
    CASES,
    ids=lambda each: repr(each)[:40].encode("unicode-escape").decode(),
)
def test_a_bad_value_is_refused_with_key_value_rule_and_remedy(refusal, system, key, value):
    said = refusal(system, key, value)
    where = rf"slipway:{system}\.{key}\b"
    assert re.search(where, said), said
    assert re.search(r"must be|[Uu]se one of|lacks|twice|give ", said), said
    plain = repr(value)
    assert plain[:20] in said or isinstance(value, list), said
    assert len(said) < 1500


@pytest.mark.parametrize(
    ("system", "wrong", "meant"),
    [(system, *pair) for system, names in NEAR_MISSES.items() for pair in names.items()],
)
def test_a_name_that_is_nearly_right_is_refused_with_the_right_one(refusal, system, wrong, meant):
    said = refusal(system, wrong, True)
    assert f"slipway:{system}.{wrong} is unknown." in said
    assert f"Is {meant} meant?" in said or not meant
    assert "Known are " in said


@pytest.mark.parametrize("wrong", ["inferense", "protekt", "hfNamespaces", "hfTokn", "x"])
def test_a_key_of_the_stack_that_nobody_reads_is_refused(refusal, wrong):
    said = refusal(wrong, text="true")
    assert f"Stack value slipway:{wrong} is unknown." in said


@pytest.mark.parametrize(("key", "text"), TOP, ids=lambda each: ascii(each)[:40])
def test_a_bad_value_of_the_stack_itself_is_refused_the_same(refusal, key, text):
    said = refusal(key, text=text)
    assert f"slipway:{key}" in said
    assert re.search(r"must be|known are|twice|lacks", said), said


SAME = [
    ("symptoms", "space", "inference.space"),
    ("symptoms", "space", "inference.engineSpace"),
    ("turnover", "space", "inference.space"),
    ("turnover", "modelRepo", "inference.modelRepo"),
    ("retraining", "modelRepo", "frigo.modelRepo"),
    ("retraining", "environment", "turnover.environment"),
    ("repository", "environment", "retraining.environment"),
    ("retraining", "frontend", "retraining.backend"),
]


@pytest.mark.parametrize(("system", "key", "other"), SAME)
def test_two_systems_that_name_one_object_are_refused(
    refusal, stack_values, monkeypatch, system, key, other
):
    monkeypatch.setenv("RENDER_API_KEY", "rnd_canary")
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.example/me")
    theirs, _, setting = other.partition(".")
    values = stack_values("prod")
    name = json.loads(values[f"slipway:{theirs}"])[setting]
    said = refusal(system, key, name.upper() if key == "environment" else name, beside=theirs)
    both = sorted({f"slipway:{system}.{key}", f"slipway:{other}"})
    line = next(line for line in said.splitlines() if "both name the " in line)
    assert all(each in line for each in both), said
    assert "Give each its own name" in line


def test_the_tests_environment_of_turnover_is_nobody_elses(refusal):
    said = refusal("repository", "environment", "turnover-prod-tests", beside="turnover")
    assert "both name the GitHub environment 'turnover-prod-tests'" in said


def test_all_that_is_wrong_with_a_system_is_said_at_once(refusal):
    own = {"space": "a--b", "authRequired": "yes", "logCapacity": 0, "hardwear": "x"}
    said = refusal("symptoms", text=json.dumps(own))
    for part in (
        "symptoms.space is 'a--b'",
        "authRequired is 'yes'",
        "logCapacity is 0",
        "hardwear",
    ):
        assert part in said
