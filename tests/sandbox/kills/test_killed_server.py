"""kill -9 of the server at any moment: the next one lists everything and has lost nothing."""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import httpx
import pytest

from tests.sandbox.kills.checks import settle
from tests.sandbox.kills.server import Server
from tests.sandbox.kills.world import Beliefs, CutOffError, World

_MOST = 3  # of a kind at a time: every check looks at all of them


@pytest.fixture
def world(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "clones").mkdir()
    with Server(tmp_path / "home") as server:
        made = World(server, tmp_path / "clones")
        yield made
        made.close()


Operation = tuple[Callable[[], Beliefs], int]  # and about how many steps it takes


def operations(world: World, draw: random.Random) -> dict[str, Operation]:
    """What a client could do now, by name."""
    text = f"<!-- {draw.getrandbits(64):x} -->"
    hub = hub_operations(world, draw, text)
    return hub | github_operations(world, text) | render_operations(world, draw)


def hub_operations(world: World, draw: random.Random, text: str) -> dict[str, Operation]:
    found: dict[str, Operation] = {}
    spaces = sorted(world.sure.spaces)
    if len(spaces) < _MOST:
        found["create Space"] = (lambda: world.create_space(world.fresh("space")), 40)
    if spaces:
        space = draw.choice(spaces)
        found["rename Space"] = (lambda: world.rename_space(space, world.fresh("space")), 25)
        found["commit to Space"] = (lambda: world.commit_space(space, text), 40)
        found["push to Space"] = (lambda: world.push_space(space, text), 60)
        if len(spaces) == _MOST:
            found["delete Space"] = (lambda: world.delete_space(space), 40)
    if len(world.sure.models) < _MOST:
        found["upload model"] = (lambda: world.upload_model(world.fresh("model"), 50_000), 50)
    else:
        model = draw.choice(sorted(world.sure.models))
        found["delete model"] = (lambda: world.delete_model(model), 25)
    return found


def github_operations(world: World, text: str) -> dict[str, Operation]:
    found: dict[str, Operation] = {}
    sure = world.sure
    if len(sure.repositories) < _MOST:
        found["create repository"] = (lambda: world.create_repository(world.fresh("repo")), 25)
    for name, commits in sorted(sure.repositories.items()):
        found[f"push to {name}"] = (partial(world.push_repository, name, text), 80)
        if commits:
            found[f"commit to {name}"] = (partial(world.commit_repository, name, text), 60)
        if name not in sure.services.values() and len(sure.repositories) == _MOST:
            found["delete repository"] = (partial(world.delete_repository, name), 25)
    return found


def render_operations(world: World, draw: random.Random) -> dict[str, Operation]:
    found: dict[str, Operation] = {}
    services = sorted(world.sure.services)
    deployable = sorted(name for name, commits in world.sure.repositories.items() if commits)
    if deployable and len(services) < _MOST:
        repository = draw.choice(deployable)
        found["create service"] = (
            lambda: world.create_service(world.fresh("web"), repository),
            60,
        )
    if services:
        service = draw.choice(services)
        found["deploy"] = (lambda: world.deploy(service), 60)
        if len(services) == _MOST:
            found["delete service"] = (lambda: world.delete_service(service), 30)
    return found


def killed_once(world: World, seed: str) -> None:
    """One operation, cut off somewhere, and what the next server makes of it."""
    draw = random.Random(seed)  # noqa: S311 - the same moments every time
    possible = operations(world, draw)
    name = draw.choice(sorted(possible))
    operation, steps = possible[name]
    moment = world.server.arm_by(draw, steps)
    try:
        wish: Beliefs | None = None
        with suppress(httpx.TransportError, CutOffError):
            world.sure = wish = operation()
        world.server.kill()
        world.server.start()
        settle(world, wish or world.wish)
    except BaseException as error:
        error.add_note(f"{seed}: {name}, killed at {moment}; {world.server.log()}")
        raise


# Of the long tier; 500 take seven minutes.
MANY = int(os.environ.get("SLIPWAY_KILLS", "100"))


def run(world: World, seeds: range) -> None:
    for seed in seeds:
        killed_once(world, f"seed {seed}")


def test_a_server_killed_at_forty_moments_loses_and_doubles_nothing(world):
    run(world, range(40))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_server_killed_at_many_more_moments_loses_and_doubles_nothing(world):
    run(world, range(1000, 1000 + MANY))
