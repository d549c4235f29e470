"""Only what a change touches is run: files of an app, of its model, its values, its questions."""

import subprocess
from pathlib import Path

import pytest

from doors.behaviour.command import touched
from doors.behaviour.golden import all_golden
from toolchain.progress import SetupError

CHECKOUT = Path(__file__).resolve().parents[3]
STACK = "config:\n  slipway:protect: false\n  slipway:inference:\n    space: {space}\n"


@pytest.fixture
def checkout(tmp_path):
    files = {
        "app/inference/app/generation.py": "x = 1\n",
        "app/language_model/train.py": "x = 1\n",
        "app/turnover/api.py": "x = 1\n",
        "docs/preview.md": "words\n",
        "doors/behaviour/golden/symptoms.json": "{}\n",
        "Pulumi.dev.yaml": STACK.format(space="one"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
        git(tmp_path, *words)
    return tmp_path


def git(folder, *words):
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)


def systems(checkout):
    return {each.golden.system: each.because for each in touched(checkout, "HEAD", all_golden())[1]}


def test_nothing_is_run_for_a_change_of_words(checkout):
    (checkout / "docs/preview.md").write_text("other words\n")
    assert systems(checkout) == {}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("app/inference/app/generation.py", {"inference"}),
        ("app/turnover/api.py", {"turnover"}),
        ("app/language_model/train.py", {"inference", "frigo"}),
        ("app/turnover/src/deep/new.py", {"turnover"}),  # not committed, and new
        ("doors/behaviour/golden/symptoms.json", {"symptoms"}),
    ],
)
def test_a_changed_file_is_reason_to_run_its_system(checkout, changed, expected):
    (checkout / changed).parent.mkdir(parents=True, exist_ok=True)
    (checkout / changed).write_text("x = 2\n")
    found = systems(checkout)
    assert set(found) == expected
    assert all(because == [changed] for because in found.values())


def test_a_changed_value_is_reason_to_run_its_system_alone(checkout):
    (checkout / "Pulumi.dev.yaml").write_text(STACK.format(space="two"))
    assert systems(checkout) == {"inference": ["Pulumi.dev.yaml"]}


def test_what_the_base_got_meanwhile_is_no_change_of_this_one(checkout):
    git(checkout, "checkout", "-qb", "mine")
    git(checkout, "checkout", "-q", "-")
    (checkout / "app/turnover/api.py").write_text("x = 3\n")
    git(checkout, "commit", "-qam", "of others")
    git(checkout, "branch", "theirs")
    git(checkout, "checkout", "-q", "mine")
    assert touched(checkout, "theirs", all_golden())[1] == []


def test_a_base_that_does_not_exist_is_said(checkout):
    with pytest.raises(SetupError, match="nowhere"):
        touched(checkout, "nowhere", all_golden())


def test_every_system_with_an_app_has_questions_of_files_that_exist():
    golden = {each.system: each for each in all_golden()}
    apps = {each.name for each in (CHECKOUT / "app").iterdir() if each.is_dir()}
    assert set(golden) == {each for each in apps if (CHECKOUT / "systems" / f"{each}.py").exists()}
    for system, each in golden.items():
        assert each.requests
        for pattern in each.touched_by:
            assert list(CHECKOUT.glob(pattern.replace("**", "**/*"))), (system, pattern)


def test_a_golden_file_that_is_wrong_is_named(tmp_path):
    (tmp_path / "shop.json").write_text('{"touched_by": [], "requests": [{"name": "a"}]}')
    with pytest.raises(SetupError, match=r"shop\.json"):
        all_golden(tmp_path)
