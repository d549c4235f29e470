"""A Space of three programs: raised, checked as the guide checks it, closed where prod says so."""

import json

import docker
import pytest

from app.symptoms.src.verify import _call
from tests.e2e.clone import Clone, get_json
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

PATIENT = [34, 38.9, ["cough", "fatigue", "muscle_ache", "headache"]]
LISTENING = "0A"
NAMES = {"dev": "slipway/symptoms-dev", "prod": "slipway/symptoms"}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """A clone with dev raised."""
    made = Clone.make(tmp_path_factory.mktemp("clinic"), systems="symptoms")
    try:
        made.up("dev")
        yield made
    finally:
        made.sandbox("reset")


@pytest.fixture(scope="module")
def page(clinic):
    """Where dev's page answers."""
    return url(clinic)


@pytest.fixture(scope="module")
def prod(clinic):
    """The same with prod beside it; its address."""
    clinic.up("prod")
    return url(clinic, "prod")


@pytest.fixture(scope="module")
def engine():
    with ensure_engine(Progress()) as running:
        client = docker.DockerClient(base_url=running.address.docker_host)
        yield client
        client.close()


@pytest.fixture
def container(page, engine):
    """The container that serves dev."""
    host = page.removeprefix("http://")
    [found] = [
        each
        for each in engine.containers.list()
        if f"SPACE_HOST={host}" in each.attrs["Config"]["Env"]
        and f"SPACE_ID={NAMES['dev']}" in each.attrs["Config"]["Env"]
    ]
    return found


def url(clone, stack="dev"):
    return clone.outputs(stack)["symptoms"]["url"]


def run(container, *command):
    status, output = container.exec_run(list(command))
    return status, output.decode()


def run_log(clone, name):
    shown = clone.sandbox("run", "--", "hf", "spaces", "logs", name)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def verified(clone, stack):
    """The guide's check after a deploy."""
    return clone.sandbox(
        *("run", "--", "python", "-m", "app.symptoms.src.verify"),
        *(url(clone, stack), "--space", NAMES[stack]),
    )


def test_the_check_after_a_deploy_passes(clinic):
    ended = verified(clinic, "dev")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "ok   files: src/proxy" in ended.stdout
    assert "ok   prediction: Most likely: influenza" in ended.stdout


def test_the_page_predicts_logs_and_clears(page):
    _call(page, "clear_logs", [""])
    assert _call(page, "predict", PATIENT)[0].startswith("### Most likely: influenza")
    said, chances = _call(page, "predict_proba", PATIENT)
    assert chances["label"] == "influenza"
    assert len(chances["confidences"]) == 5
    said, table = _call(page, "logs", [""])
    assert said == "2 entries, kept in redis."
    assert [row[1] for row in table["data"]] == ["POST /predict_proba", "POST /predict"]
    assert _call(page, "clear_logs", [""])[0] == "2 entries cleared."
    assert _call(page, "logs", [""])[0] == "0 entries, kept in redis."
    assert _call(page, "health", [])[0]["status"] == "healthy"


def test_an_invalid_form_is_explained_on_the_page(page):
    [said] = _call(page, "predict", [None, 37, []])
    assert said.startswith("**No prediction.** Please check the form: age")


def test_the_model_is_the_one_that_was_trained_and_travelled_by_lfs(clinic, page):
    metadata = json.loads((clinic.folder / "app/symptoms/model/metadata.json").read_text())
    assert get_json(page + "/health")["model_sha256"] == metadata["sha256"]
    program = (
        "import json; from huggingface_hub import HfApi; "
        "[f] = [e for e in HfApi().list_repo_tree('slipway/symptoms-dev', 'model', "
        "repo_type='space') if e.path.endswith('.pkl')]; print(f.lfs.sha256)"
    )
    shown = clinic.sandbox("run", "--", "python", "-c", program)
    assert shown.stdout.split() == [metadata["sha256"]], shown.stderr


def test_only_the_page_listens_beyond_the_containers_own_loopback(container):
    _, table = run(container, "cat", "/proc/net/tcp")
    listening = {}
    for line in table.splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        address, port = local.split(":")
        if state == LISTENING:
            listening[int(port, 16)] = address
    assert (listening[8000], listening[6379]) == ("0100007F", "0100007F")
    # 127.0.0.0/8, whose last byte stands first; the engine's own name server is there as well.
    beyond = {port for port, address in listening.items() if not address.endswith("7F")}
    assert beyond == {7860}


def test_three_programs_run_as_the_spaces_user_and_no_developers_page(container):
    script = "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null; echo; done; id -u"
    _, said = run(container, "sh", "-c", script)
    *programs, uid = [line.strip() for line in said.splitlines() if line.strip()]
    assert uid == "1000"
    for name in ("src.supervisor", "redis-server 127.0.0.1:6379", "src.api", "src.ui"):
        assert any(name in each for each in programs), name
    assert not any("gradio_app" in each for each in programs)


def test_they_became_ready_in_order(clinic):
    lines = run_log(clinic, NAMES["dev"]).splitlines()
    said = [json.loads(line) for line in lines if '"supervisor: ' in line]
    ready = [each["program"] for each in said if each["message"] == "supervisor: ready"]
    assert ready[-3:] == ["redis", "api", "ui"]
    assert said[-1]["message"] == "supervisor: all ready"


def test_in_the_container_lies_what_the_guide_lists(clinic, container):
    _, said = run(container, "ls", "/app/src/proxy")
    assert said.split() == ["README.md", "__init__.py", "client.py", "gradio_app.py"]
    _, said = run(container, "ls", "/app/src")
    assert {"api", "config.py", "logs_pipeline", "model", "proxy", "simulator", "ui"} <= set(
        said.split()
    )
    _, said = run(container, "cat", "/app/.env")
    assert said == (clinic.folder / "app/symptoms/.env.example").read_text()
    assert run(container, "test", "-s", "/app/model/model.pkl")[0] == 0


def test_the_check_passes_inside_with_the_import(container):
    status, said = run(container, "python", "-m", "src.verify")
    assert status == 0, said
    assert "ok   import: APIProxyClient('http://localhost:8000') reaches the API" in said


def test_the_developers_page_shows_every_route_raw(container):
    """It is not started on a Space; here on another port of the same image."""
    program = (
        "import json\n"
        "from src.proxy import APIProxyClient\n"
        "from src.proxy.gradio_app import EXAMPLE, build_page\n"
        "page = build_page(APIProxyClient())\n"
        "named = {f.api_name: f.fn for f in page.fns.values()}\n"
        "print(json.dumps({'info': named['info'](), 'health': named['health'](),"
        " 'connection': named['check_connection'](),"
        " 'predict': named['predict'](json.dumps(EXAMPLE)),"
        " 'proba': named['predict_proba'](json.dumps(EXAMPLE)),"
        " 'invalid': named['predict']('['), 'logs': named['logs'](5),"
        " 'cleared': named['clear_logs']()}))\n"
    )
    status, said = run(container, "python", "-c", program)
    assert status == 0, said
    found = json.loads(said.splitlines()[-1])
    assert found["connection"] == {"api_url": "http://localhost:8000", "connected": True}
    assert found["info"]["response"]["endpoints"][2] == "POST /predict"
    assert found["health"]["response"]["log_store"] == "redis"
    assert found["predict"]["response"]["prediction"] == "influenza"
    assert found["proba"]["status"] == 200
    assert found["invalid"]["status"] == 422
    assert found["logs"]["response"]["logs"][0]["path"] == "/predict_proba"
    assert found["cleared"]["response"]["deleted"] >= 2


def test_simulated_traffic_is_served_and_the_alerts_stay_quiet(container):
    run(container, "python", "-c", "from src.proxy import APIProxyClient as C; C().delete_logs()")
    status, said = run(container, "python", "-m", "src.simulator", "--rate", "20", "--seconds", "5")
    assert status == 0, said
    assert json.loads(said.splitlines()[-1])["statuses"] == {"200": 100}
    status, said = run(container, "python", "-m", "src.logs_pipeline")
    assert status == 0, said
    invalid = ("--invalid-percent", "50", "--rate", "20", "--seconds", "2")
    run(container, "python", "-m", "src.simulator", *invalid)
    status, said = run(container, "python", "-m", "src.logs_pipeline")
    assert status == 1
    assert "ALERT invalid-input" in said


def test_a_second_up_changes_nothing_and_mutates_nothing(clinic):
    before = clinic.last_request()
    assert " unchanged" in clinic.up().stdout
    assert clinic.writes(before) == []


def test_one_changed_file_is_sent_alone(clinic, page):
    path = clinic.folder / "app/symptoms/src/ui/app.py"
    path.write_text(path.read_text().replace('TITLE = "Symptom checker"', 'TITLE = "Another"'))
    before = clinic.last_request()
    clinic.up()
    assert clinic.writes(before) == [("POST", "/api/spaces/slipway/symptoms-dev/commit/main")]
    assert _call(page, "predict", PATIENT)[0].startswith("### Most likely")


def drawn_key(clone):
    program = (
        "pulumi stack export --show-secrets --stack prod "
        "| python -m systems.open_key symptoms-api-key"
    )
    shown = clone.sandbox("run", "--", "sh", "-c", program)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout.strip()


def test_prod_is_checked_the_same_way_and_its_log_is_closed(clinic, prod):
    ended = verified(clinic, "prod")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "the key is required; without one: **No logs.**" in ended.stdout
    assert get_json(prod + "/health")["auth_required"] is True


@pytest.mark.parametrize("key", ["", "wrong"])
def test_prod_shows_and_clears_no_log_without_the_key(prod, key):
    assert _call(prod, "predict", PATIENT)[0].startswith("### Most likely: influenza")
    said, table = _call(prod, "logs", [key])
    assert said == "**No logs.** The key is missing or wrong."
    assert table["data"] == []
    assert _call(prod, "clear_logs", [key])[0] == "**Not cleared.** The key is missing or wrong."


def test_the_drawn_key_opens_prods_log_and_stands_nowhere_in_clear(clinic, prod):
    key = drawn_key(clinic)
    assert len(key) == 43
    _call(prod, "predict", PATIENT)
    assert _call(prod, "logs", [key])[0].endswith("entries, kept in redis.")
    assert _call(prod, "clear_logs", [key])[0].endswith("entries cleared.")
    exported = clinic.pulumi("stack", "export", "--show-secrets", "--stack", "prod").stdout
    shown = json.dumps(get_json(prod + "/config"))
    for text in (exported, run_log(clinic, NAMES["prod"]), shown):
        assert text
        assert key not in text


@pytest.mark.parametrize("program", ["redis-server", "src.api", "src.ui"])
def test_when_one_program_ends_the_container_ends_and_a_restart_brings_it_back(
    clinic, page, container, program
):
    script = (
        "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null "
        f"| grep -q '{program}' && [ $p != /proc/1 ] && [ $p != /proc/$$ ] "
        "&& kill -9 ${p#/proc/}; done; true"
    )
    run(container, "sh", "-c", script)
    assert container.wait(timeout=60)["StatusCode"] == 128 + 9
    restarted = clinic.sandbox("run", "--", "hf", "spaces", "restart", NAMES["dev"])
    assert restarted.returncode == 0, restarted.stderr
    clinic.up()
    assert get_json(page + "/health")["log_store"] == "redis"
