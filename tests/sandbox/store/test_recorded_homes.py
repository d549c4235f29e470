"""A home made by each released version opens, and everything in it answers and goes on."""

import pytest

from tests.sandbox.kills.checks import settle
from tests.sandbox.kills.server import Server
from tests.sandbox.kills.world import World
from tests.sandbox.store.recorded_home import HOMES, believed, known_answers, put_down
from tests.sandbox.store.recorded_talk import ASSET, answers, asset, resolved


@pytest.mark.parametrize("name", sorted(each.name for each in HOMES.iterdir()))
def test_a_recorded_home_opens_and_everything_in_it_answers(tmp_path, name):
    put_down(name, tmp_path / "home")
    (tmp_path / "clones").mkdir()
    with Server(tmp_path / "home") as server:
        world = World(server, tmp_path / "clones")
        believed(name, world)
        settle(world, None)
        known = known_answers(name)
        assert answers(world, list(known["answers"])) == known["answers"]
        if known["resolved"] is not None:
            assert resolved(world) == known["resolved"]
            assert asset(world) == ASSET
        world.sure = world.commit_space("first", "<!-- later -->")
        world.sure = world.push_repository("app", "three")
        settle(world, None)
        world.close()
