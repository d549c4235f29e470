"""The mirror project: the checkout is never written to, and what was set in the sandbox stays."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from doors.home import Home
from doors.mirror import sync_mirror
from toolchain.progress import SetupError


@pytest.fixture
def home(tmp_path):
    checkout = tmp_path / "checkout"
    for folder in ("slipway", "systems", "app", "sandbox", ".venv"):
        (checkout / folder).mkdir(parents=True)
    (checkout / "__main__.py").write_text("")
    (checkout / "Pulumi.yaml").write_text("name: slipway\n")
    (checkout / "Pulumi.dev.yaml").write_text(
        "config:\n  slipway:protect: false\n  slipway:size: 3\n"
    )
    return Home(tmp_path / "home", checkout)


def stack_file(home):
    return home.project / "Pulumi.dev.yaml"


def config(home):
    return yaml.safe_load(stack_file(home).read_text())["config"]


def test_sources_are_linked_and_stack_files_copied(home):
    assert sync_mirror(home) == []
    assert (home.project / "slipway").readlink() == home.checkout / "slipway"
    assert not stack_file(home).is_symlink()
    assert stack_file(home).read_text() == (home.checkout / "Pulumi.dev.yaml").read_text()


def test_what_pulumi_itself_rewrites_is_no_change_of_the_users(home):
    sync_mirror(home)
    stack_file(home).write_text(
        'config:\n  slipway:protect: "false"\n  slipway:size: "3"\nencryptionsalt: v1:abc\n'
    )
    assert sync_mirror(home) == []


def test_a_change_of_the_checkout_arrives_and_keeps_the_sandboxs_salt(home):
    sync_mirror(home)
    stack_file(home).write_text(stack_file(home).read_text() + "encryptionsalt: v1:abc\n")
    (home.checkout / "Pulumi.dev.yaml").write_text("config:\n  slipway:size: 4\n")
    assert sync_mirror(home) == []
    assert config(home) == {"slipway:size": 4}
    assert yaml.safe_load(stack_file(home).read_text())["encryptionsalt"] == "v1:abc"


def test_a_value_set_in_the_sandbox_outlives_a_change_of_the_file_and_is_named(home):
    sync_mirror(home)
    text = stack_file(home).read_text().replace("size: 3", "size: 7")
    stack_file(home).write_text(text)
    (home.checkout / "Pulumi.dev.yaml").write_text("config:\n  slipway:size: 5\n  slipway:new: x\n")
    (note,) = sync_mirror(home)
    assert "slipway:size was set in the sandbox" in note
    assert config(home) == {"slipway:size": 7, "slipway:new": "x"}


def test_the_checkout_is_never_written_to(home):
    before = {path: path.stat().st_mtime_ns for path in home.checkout.rglob("*")}
    sync_mirror(home)
    sync_mirror(home)
    assert {path: path.stat().st_mtime_ns for path in home.checkout.rglob("*")} == before


def test_a_source_that_went_leaves_no_dangling_link(home):
    sync_mirror(home)
    (home.checkout / "app").rmdir()
    sync_mirror(home)
    assert not (home.project / "app").is_symlink()


def test_a_stack_made_in_the_sandbox_may_later_get_a_file_in_the_checkout(home):
    sync_mirror(home)
    (home.project / "Pulumi.staging.yaml").write_text("encryptionsalt: v1:abc\n")
    (home.checkout / "Pulumi.staging.yaml").write_text("config:\n  slipway:size: 9\n")
    assert sync_mirror(home) == []
    assert yaml.safe_load((home.project / "Pulumi.staging.yaml").read_text()) == {
        "config": {"slipway:size": 9},
        "encryptionsalt": "v1:abc",
    }


def test_what_only_the_users_own_passphrase_opens_stays_behind(home):
    (home.checkout / "Pulumi.dev.yaml").write_text(
        "encryptionsalt: v1:theirs\nconfig:\n  slipway:size: 3\n"
        "  slipway:hfToken:\n    secure: v1:theirs\n"
    )
    sync_mirror(home)
    assert yaml.safe_load(stack_file(home).read_text()) == {"config": {"slipway:size": 3}}


@pytest.mark.parametrize("text", ["config: [\n", "just words\n", "config: 3\n"])
def test_a_broken_stack_file_is_named(home, text):
    (home.checkout / "Pulumi.dev.yaml").write_text(text)
    with pytest.raises(SetupError, match=r"Pulumi\.dev\.yaml"):
        sync_mirror(home)


def test_two_that_bring_it_up_to_date_at_once_do_not_trip_each_other(home):
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(sync_mirror, [home] * 32)) == [[]] * 32
