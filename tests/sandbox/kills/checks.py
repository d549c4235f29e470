"""What holds of a sandbox after every start: everything lists, nothing is doubled or lost."""

import httpx

from sandbox.store.database import Database
from tests.sandbox.kills.world import NAMESPACE, Beliefs, Space, World

_OPEN = {"created", "queued", "build_in_progress", "update_in_progress"}


def settle(world: World, wish: Beliefs | None) -> None:
    """Learns what became of an operation that was cut off, and holds it against both beliefs."""
    _spaces(world, wish or world.sure)
    _models(world, wish or world.sure)
    _repositories(world, wish or world.sure)
    _services(world, wish or world.sure)
    _nothing_half_made(world)


def _either(what: str, found, *allowed):
    assert found in allowed, f"{what}: {found}, and not {' or '.join(map(str, allowed))}"
    return found


def _spaces(world: World, wish: Beliefs) -> None:
    listed = world.hub.get("/api/spaces")
    assert listed.status_code == 200, listed.text
    assert world.hub.get("/").status_code == 200
    found: dict[str, Space] = {}
    for each in listed.json():
        name = each["id"].partition("/")[2]
        found[name] = _space(world, name)
    names = set(found)
    _either("Spaces", names, set(world.sure.spaces), set(wish.spaces))
    for name, space in found.items():
        beliefs = [b.spaces[name] for b in (world.sure, wish) if name in b.spaces]
        _either(f"Space {name}", space, *beliefs)
        if space.page is not None:
            _serves(world, name, space.page)
    for name in {*world.sure.spaces, *wish.spaces} - names:
        gone = world.hub.get(f"/api/spaces/{NAMESPACE}/{name}")
        # A former name leads to the Space that has it now, as long as there is one.
        led = gone.headers.get("location", "").rpartition("/")[2]
        assert (gone.status_code, led in names) in {(404, False), (307, True)}
    world.sure.spaces = found


def _space(world: World, name: str) -> Space:
    place = f"/api/spaces/{NAMESPACE}/{name}"
    info = world.hub.get(place)
    assert info.status_code == 200, info.text
    page = world.hub.get(f"/spaces/{NAMESPACE}/{name}/resolve/main/index.html")
    written = "index.html" in {each["rfilename"] for each in info.json()["siblings"]}
    text = page.text if written and "<!--" in page.text else None
    secrets, variables = (
        tuple(sorted(world.hub.get(f"{place}/{kind}").json())) for kind in ("secrets", "variables")
    )
    return Space(text, secrets, variables)


def _serves(world: World, name: str, page: str) -> None:
    info = world.hub.get(f"/api/spaces/{NAMESPACE}/{name}").json()

    def answer() -> str:
        try:
            return httpx.get(info["host"], timeout=10).text
        except httpx.TransportError as error:
            return repr(error)

    world.until(lambda: page in answer(), lambda: f"Space {name} does not serve: {answer()}")


def _models(world: World, wish: Beliefs) -> None:
    listed = world.hub.get("/api/models?full=true")
    assert listed.status_code == 200, listed.text
    found = {}
    for each in listed.json():
        name = each["id"].partition("/")[2]
        files = {f["rfilename"] for f in each["siblings"]}
        size = 0
        if "w.bin" in files:
            content = world.hub.get(
                f"/{NAMESPACE}/{name}/resolve/main/w.bin", follow_redirects=True
            )
            assert content.status_code == 200
            size = len(content.content)
        found[name] = size
        _either(f"model {name}", size, 0, world.sure.models.get(name), wish.models.get(name))
        if world.sure.models.get(name):
            assert size == world.sure.models[name], f"model {name} lost its file"
    assert {*world.sure.models} & {*wish.models} <= {*found}
    assert {*found} <= {*world.sure.models, *wish.models}
    world.sure.models = found


def _repositories(world: World, wish: Beliefs) -> None:
    listed = world.github.get("/api/v3/user/repos", params={"per_page": 100})
    assert listed.status_code == 200, listed.text
    names = {each["name"] for each in listed.json()}
    _either("repositories", names, set(world.sure.repositories), set(wish.repositories))
    found = {}
    for name in names:
        place = f"/api/v3/repos/{NAMESPACE}/{name}"
        history = world.github.get(f"{place}/commits", params={"per_page": 100})
        assert history.status_code == 200, history.text
        commits = [each["sha"] for each in history.json()][::-1]
        sure, wished = world.sure.repositories.get(name), wish.repositories.get(name)
        known = sure if sure is not None else []
        assert [c for c in known if c in commits] == known, f"{name} lost a commit"
        new = [commit for commit in commits[1:] if commit not in known]  # the first is auto_init's
        assert len(new) <= 1, f"{name} has commits that nobody made: {new}"
        assert wished is not None or not new
        found[name] = [*known, *new]

        def runs(place=place) -> dict[str, int]:
            answer = world.github.get(f"{place}/actions/runs", params={"per_page": 100})
            heads = [each["head_sha"] for each in answer.json()["workflow_runs"]]
            return {head: heads.count(head) for head in heads}

        wanted = dict.fromkeys(found[name], 1)
        world.until(
            lambda runs=runs, wanted=wanted: runs() == wanted,
            lambda runs=runs, wanted=wanted, name=name: f"runs of {name}: {runs()}, not {wanted}",
        )
    world.sure.repositories = found


def _services(world: World, wish: Beliefs) -> None:
    ids = world.service_ids()
    _either("services", set(ids), set(world.sure.services), set(wish.services))
    services = {name: world.sure.services.get(name) or wish.services[name] for name in ids}
    deploys = {}
    for name, service in ids.items():
        place = f"/v1/services/{service}"
        variables = world.render.get(f"{place}/env-vars").json()
        assert {each["envVar"]["key"] for each in variables} == {"A", "B"}, f"variables of {name}"
        known = {world.sure.deploys.get(name), wish.deploys.get(name)} - {None}
        found = _settled_deploys(world, name, place, services[name])
        deploys[name] = sum(each["trigger"] == "api" for each in found)
        _either(f"deploys of {name} by the API", deploys[name], *known)
        states = [each["status"] for each in found]
        assert states.count("live") == 1, f"{name}: {states}"
        assert states[0] == "live", f"{name}: {states}"
    world.sure.services, world.sure.deploys = services, deploys


def _settled_deploys(world: World, name: str, place: str, repository: str) -> list[dict]:
    """Its deploys, newest first, once all are over and each push has its own."""
    commits = world.sure.repositories[repository]
    pushed = sorted(commits[world.followed.setdefault(name, len(commits)) :])

    def listed() -> list[dict]:
        answer = world.render.get(f"{place}/deploys", params={"limit": 100})
        assert answer.status_code == 200, answer.text
        return [each["deploy"] for each in answer.json()]

    def over() -> bool:
        found = listed()
        by_push = [each["commit"] for each in found if each["trigger"] == "new_commit"]
        ids = sorted(each["id"] if each else "" for each in by_push)  # or not fetched yet
        return ids == pushed and not {each["status"] for each in found} & _OPEN

    world.until(over, lambda: f"deploys of {name}: {listed()}, and not of {pushed}")
    return listed()


def _nothing_half_made(world: World) -> None:
    home = world.server.home
    database = Database(home.database)
    for table, folder in (("hub_repositories", "hub"), ("github_repositories", "github")):
        place = home.folder / folder / "repositories"

        def counts(table=table, place=place):
            [row] = database.query(f"SELECT count(*) AS n FROM {table}")  # noqa: S608 - named above
            return row["n"], len(list(place.iterdir()))

        world.until(
            lambda counts=counts: len(set(counts())) == 1,
            lambda counts=counts, folder=folder: f"{folder}: rows and folders {counts()}",
        )
        left = [*place.rglob("*.lock"), *place.rglob("incoming-*"), *place.rglob("tmp_objdir-*")]
        assert left == []
    for table in ("github_pending_moves", "render_notices"):
        world.until(
            lambda table=table: not database.query(f"SELECT * FROM {table}"),  # noqa: S608
            lambda table=table: f"{table} is not empty",
        )
    [row] = database.query("PRAGMA integrity_check")
    assert row[0] == "ok"
