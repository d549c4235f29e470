"""Databases as the API tells of them: rules, statuses, pages, secrets, and what survives a stop."""

import base64
import hashlib
import hmac
import json
import socket

import pytest
from render.public_api.api.postgres import (
    create_postgres,
    delete_postgres,
    list_postgres,
    resume_postgres,
    retrieve_postgres,
    retrieve_postgres_connection_info,
    suspend_postgres,
    update_postgres,
)
from render.public_api.models import (
    PostgresPATCHInput,
    PostgresPlans,
    PostgresPOSTInput,
    PostgresVersion,
    Region,
)

from sandbox.machine.postgres_probe import takes_sessions
from sandbox.render.postgres.server import scram_verifier
from tests.sandbox.render.live import OWNER, LiveRender, until
from tests.sandbox.render.postgres_machine import BROKEN, SERVER, PostgresMachine

OTHER = "tea-11111111111111111111"


@pytest.fixture
def machine(tmp_path):
    folder = tmp_path / "machine"
    folder.mkdir()
    made = PostgresMachine(folder)
    yield made
    made.close()


def body(name="shop", /, **changes):
    return {"name": name, "ownerId": OWNER, "plan": "basic_256mb", "version": "15", **changes}


def made(render, name="shop", /, **changes):
    answer = render.http.post("/postgres", json=body(name, **changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


def ask(render, database):
    answer = render.http.get(f"/postgres/{database['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def reaches(render, database, status):
    def look():
        found = ask(render, database)
        return found if found["status"] == status else None

    return until(look, seconds=60)  # a busy computer starts a server slowly


def connect(render, database):
    answer = render.http.get(f"/postgres/{database['id']}/connection-info")
    assert answer.status_code == 200, answer.text
    return answer.json()


def port_of(info):
    return int(info["externalConnectionString"].rpartition("@")[2].split(":")[1].split("/")[0])


# --- from nothing to gone


def test_it_is_created_becomes_available_and_is_deleted_with_its_data(render, machine):
    database = made(render)
    assert database["status"] == "creating"
    assert database["id"].startswith("dpg-")
    assert database["id"].endswith("-a")
    found = reaches(render, database, "available")
    assert found["databaseName"].startswith("shop_")
    assert found["databaseUser"] == "shop_user"
    assert "expiresAt" not in found
    assert len(machine.volumes) == 1
    assert render.http.delete(f"/postgres/{database['id']}").status_code == 204
    assert render.http.get(f"/postgres/{database['id']}").status_code == 404
    assert render.http.delete(f"/postgres/{database['id']}").status_code == 404
    until(lambda: not machine.volumes and not machine.names() and not render.addresses.ports())
    assert machine.tags() == set()


def test_the_name_of_a_deleted_one_is_free_at_once(render):
    first = made(render)
    render.http.delete(f"/postgres/{first['id']}")
    assert made(render)["id"] != first["id"]


def test_connection_info_is_what_the_parts_make(render):
    database = reaches(render, made(render), "available")
    info = connect(render, database)
    login = f"postgresql://{database['databaseUser']}:{info['password']}@"
    name = database["databaseName"]
    assert info["internalConnectionString"] == f"{login}{database['id']}/{name}"
    assert info["externalConnectionString"] == f"{login}127.0.0.1:{port_of(info)}/{name}"
    assert f"PGPASSWORD={info['password']} psql" in info["psqlCommand"]
    assert takes_sessions(port_of(info), database["databaseUser"], name)


def test_two_databases_share_nothing_but_their_image(render, machine):
    one, two = (reaches(render, made(render, name), "available") for name in ("one", "two"))
    assert port_of(connect(render, one)) != port_of(connect(render, two))
    assert connect(render, one)["password"] != connect(render, two)["password"]
    assert len(machine.volumes) == 2
    assert len(machine.pulls) == 1


def test_the_container_is_given_a_verifier_and_never_the_password(render, machine):
    database = reaches(render, made(render), "available")
    password = connect(render, database)["password"]
    [request] = machine.requests
    assert password not in repr(request)
    assert "SCRAM-SHA-256$" in repr(request.files)
    assert request.memory_bytes == 256 * 1024**2
    assert request.private_network.alias == database["id"]


def test_a_verifier_proves_the_password_as_rfc_5803_says():
    text = scram_verifier("pencil")
    head, keys = text.removeprefix("SCRAM-SHA-256$").split("$")
    rounds, salt = head.split(":")
    stored, _server = (base64.b64decode(each) for each in keys.split(":"))
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", base64.b64decode(salt), int(rounds))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    assert hashlib.sha256(client_key).digest() == stored
    assert scram_verifier("pencil") != text, "each has a salt of its own"


# --- what is done to it


def test_a_suspended_one_keeps_its_data_and_takes_nobody_until_it_is_resumed(render, machine):
    database = reaches(render, made(render), "available")
    port = port_of(connect(render, database))
    assert render.http.post(f"/postgres/{database['id']}/suspend").status_code == 202
    found = reaches(render, database, "suspended")
    assert (found["suspended"], found["suspenders"]) == ("suspended", ["user"])
    until(lambda: not machine.names())
    assert not takes_sessions(port, "u", "d")
    assert render.http.post(f"/postgres/{database['id']}/restart").status_code == 400
    volumes = dict(machine.volumes)
    assert render.http.post(f"/postgres/{database['id']}/resume").status_code == 202
    reaches(render, database, "available")
    assert machine.volumes == volumes
    assert port_of(connect(render, database)) == port


def test_restart_and_another_plan_start_the_server_afresh_with_the_same_data(render, machine):
    database = reaches(render, made(render), "available")
    path, volumes = f"/postgres/{database['id']}", dict(machine.volumes)
    assert render.http.post(f"{path}/restart").status_code == 202
    until(lambda: len(machine.requests) == 2)
    reaches(render, database, "available")
    changed = render.http.patch(path, json={"plan": "basic_1gb"})
    assert changed.json()["plan"] == "basic_1gb"
    until(lambda: len(machine.requests) == 3)
    reaches(render, database, "available")
    assert machine.requests[-1].memory_bytes == 1024**3
    assert machine.volumes == volumes


def test_a_change_leaves_what_it_does_not_name(render, machine):
    database = reaches(render, made(render, diskSizeGB=5), "available")
    path = f"/postgres/{database['id']}"
    allowed = [{"cidrBlock": "203.0.113.0/24", "description": "office"}]
    render.http.patch(path, json={"name": "store", "ipAllowList": allowed})
    found = render.http.patch(path, json={"diskSizeGB": 10}).json()
    assert (found["name"], found["diskSizeGB"], found["ipAllowList"]) == ("store", 10, allowed)
    assert found["plan"] == "basic_256mb"
    assert len(machine.requests) == 1, "none of this needs another server"
    shrunk = render.http.patch(path, json={"diskSizeGB": 5})
    assert shrunk.status_code == 400
    assert "cannot shrink" in shrunk.json()["message"]


def test_who_may_connect_from_outside_is_decided_at_every_connection(render):
    database = reaches(render, made(render, ipAllowList=[]), "available")
    port = port_of(connect(render, database))
    assert not takes_sessions(port, "u", "d")
    for block, admitted in (("127.0.0.1/32", True), ("10.0.0.0/8", False), ("0.0.0.0/0", True)):
        allowed = [{"cidrBlock": block, "description": ""}]
        render.http.patch(f"/postgres/{database['id']}", json={"ipAllowList": allowed})
        assert takes_sessions(port, "u", "d") is admitted, block


def test_a_server_that_ends_is_unavailable_and_started_again(render, machine):
    database = reaches(render, made(render), "available")
    machine.registry["postgres:15"] = SERVER
    [name] = machine.names()
    machine.kill(name)
    until(lambda: len(machine.requests) == 2)
    reaches(render, database, "available")


def test_one_whose_server_does_not_start_is_tried_again_until_it_does(render, machine):
    machine.registry["postgres:15"] = BROKEN
    database = made(render)
    until(lambda: len(machine.requests) >= 2, seconds=60)
    assert ask(render, database)["status"] == "creating"
    [image] = {machine.images[tag] for tag in machine.images if tag.startswith("render/postgres")}
    (image / "app.py").write_text(SERVER)
    reaches(render, database, "available")


def test_deleting_one_that_is_being_created_leaves_nothing(render, machine):
    machine.registry["postgres:15"] = "import time; time.sleep(600)"
    database = made(render)
    until(machine.names)
    render.http.delete(f"/postgres/{database['id']}")
    until(lambda: not machine.volumes and not machine.names() and not render.addresses.ports())


# --- rules


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"plan": "huge"}, "invalid plan"),
        ({"plan": None}, "plan is required"),
        ({"version": "10"}, "invalid version"),
        ({"version": None}, "version is required"),
        ({"region": "paris"}, "invalid region"),
        ({"ownerId": "tea-nobody"}, "invalid ownerId"),
        ({"name": " "}, "name is required"),
        ({"databaseName": "a-b"}, "invalid databaseName"),
        ({"databaseUser": "postgres"}, "invalid databaseUser"),
        ({"databaseUser": "pg_me"}, "invalid databaseUser"),
        ({"databaseUser": 'x"; drop'}, "invalid databaseUser"),
        ({"diskSizeGB": 7}, "multiple of 5"),
        ({"diskSizeGB": 0}, "diskSizeGB"),
        ({"ipAllowList": [{"cidrBlock": "all", "description": ""}]}, "invalid cidrBlock"),
        ({"plan": "free", "diskSizeGB": 5}, "not supported for free"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_makes_nothing(render, changes, said):
    answer = render.http.post("/postgres", json=body(**changes))
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert render.http.get("/postgres").json() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "17"}, "this machine has 15 and 16 only"),
        ({"enableHighAvailability": True}, "high availability"),
        ({"readReplicas": [{"name": "r"}]}, "read replicas"),
        ({"parameterOverrides": {"work_mem": "1MB"}}, "parameter overrides"),
        ({"connectionPool": "pgbouncer"}, "connection pools"),
        ({"environmentId": "evm-1"}, "environments"),
    ],
)
def test_what_is_not_imitated_is_said(render, changes, said):
    answer = render.http.post("/postgres", json=body(**changes))
    assert answer.status_code == 501
    assert said in answer.json()["message"]
    assert render.http.get("/postgres").json() == []


@pytest.mark.parametrize("part", ["credentials", "export", "recovery", "parameter-overrides"])
def test_other_endpoints_say_that_they_are_not_imitated(render, part):
    database = made(render)
    assert render.http.get(f"/postgres/{database['id']}/{part}").status_code == 501


def test_names_are_unique_within_a_workspace(render):
    made(render)
    again = render.http.post("/postgres", json=body())
    assert (again.status_code, "unique" in again.text) == (400, True)
    made(render, ownerId=OTHER)
    second = made(render, "second")
    renamed = render.http.patch(f"/postgres/{second['id']}", json={"name": "shop"})
    assert renamed.status_code == 400


def test_a_workspace_has_one_free_database_and_it_expires(render):
    free = made(render, plan="free")
    assert free["expiresAt"] > free["createdAt"]
    assert free["diskSizeGB"] == 1
    more = render.http.post("/postgres", json=body("more", plan="free"))
    assert (more.status_code, "more than one" in more.text) == (400, True)
    made(render, plan="free", ownerId=OTHER)
    paid = render.http.patch(f"/postgres/{free['id']}", json={"plan": "basic_256mb"}).json()
    assert "expiresAt" not in paid
    back = render.http.patch(f"/postgres/{free['id']}", json={"plan": "free"})
    assert (back.status_code, "free plan" in back.text) == (400, True)
    made(render, "more", plan="free")


def test_lists_are_pages_newest_first_and_filtered(render):
    names = [f"db-{number}" for number in range(5)]
    for name in names:
        made(render, name, region="ohio" if name.endswith("4") else "oregon")

    def listed(**query):
        answer = render.http.get("/postgres", params=query)
        assert answer.status_code == 200
        return answer.json()

    first = listed(limit=3)
    rest = listed(limit=3, cursor=first[-1]["cursor"])
    assert [each["postgres"]["name"] for each in first + rest] == names[::-1]
    assert [each["postgres"]["name"] for each in listed(name="db-1,db-2")] == ["db-2", "db-1"]
    assert [each["postgres"]["name"] for each in listed(region="ohio")] == ["db-4"]
    assert listed(ownerId=OTHER) == []
    assert listed(suspended="suspended") == []


# --- secrets, stops


def test_the_password_is_in_its_answer_and_in_no_log(render, machine):
    database = reaches(render, made(render), "available")
    password = connect(render, database)["password"]
    assert password not in json.dumps(ask(render, database))
    assert all(password not in repr(each) for each in render.log.requests())
    machine.registry["docker.io/acme/app:1"] = (
        f"print('my password is {password}', flush=True)\n"
        "import http.server, os\n"
        "http.server.HTTPServer(('127.0.0.1', int(os.environ['LISTEN'])),"
        " http.server.SimpleHTTPRequestHandler).serve_forever()"
    )
    service, deploy = render.create(image={"ownerId": OWNER, "imagePath": "acme/app:1"})
    assert render.settled(service["id"], deploy)["status"] == "live"
    assert "my password is ***" in render.logs(service["id"])


@pytest.mark.parametrize("containers", [True, False])
def test_data_address_and_password_outlive_a_stop_of_the_sandbox(tmp_path, machine, containers):
    with LiveRender(tmp_path / "sandbox", machine) as first:
        database = reaches(first, made(first), "available")
        info, volumes = connect(first, database), dict(machine.volumes)
        first.service.stop(containers=containers)
    assert bool(machine.names()) is not containers
    with pytest.raises(OSError, match=r"."):
        socket.create_connection(("127.0.0.1", port_of(info)), 1)
    with LiveRender(tmp_path / "sandbox", machine) as second:
        reaches(second, database, "available")
        assert connect(second, database) == info
        assert machine.volumes == volumes
        assert takes_sessions(port_of(info), "u", "d")
        assert len(machine.names()) == 1


def test_a_creation_that_was_cut_short_begins_with_an_empty_volume(tmp_path, machine):
    machine.registry["postgres:15"] = "import time; time.sleep(600)"
    with LiveRender(tmp_path / "sandbox", machine) as first:
        database = made(first)
        half = until(lambda: dict(machine.volumes))
    [image] = {machine.images[tag] for tag in machine.images if tag.startswith("render/postgres")}
    (image / "app.py").write_text(SERVER)
    with LiveRender(tmp_path / "sandbox", machine) as second:
        reaches(second, database, "available")
        assert set(machine.volumes) == set(half)
        assert len([each for each in machine.requests if each.volumes]) == 2


def test_renders_own_sdk_follows_one_through_its_life(tmp_path, machine):
    with LiveRender(tmp_path / "sandbox", machine, nulls="strict") as render:
        sdk = render.sdk
        wish = PostgresPOSTInput(
            name="shop",
            owner_id=OWNER,
            plan=PostgresPlans.FREE,
            version=PostgresVersion.VALUE_4,
            region=Region.FRANKFURT,
            database_name="shop",
            database_user="keeper",
        )
        database = create_postgres.sync(client=sdk, body=wish)
        assert (database.version, database.database_user) == ("15", "keeper")
        until(lambda: retrieve_postgres.sync(database.id, client=sdk).status == "available")
        info = retrieve_postgres_connection_info.sync(database.id, client=sdk)
        assert info.password in info.internal_connection_string
        [listed] = list_postgres.sync(client=sdk, name=["shop"])
        assert listed.postgres.id == database.id
        patch = PostgresPATCHInput(plan=PostgresPlans.BASIC_256MB)
        changed = update_postgres.sync(database.id, client=sdk, body=patch)
        assert changed.plan == "basic_256mb"
        assert suspend_postgres.sync_detailed(database.id, client=sdk).status_code == 202
        assert resume_postgres.sync_detailed(database.id, client=sdk).status_code == 202
        assert delete_postgres.sync_detailed(database.id, client=sdk).status_code == 204
