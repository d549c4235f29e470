"""The backend as a process, against the sandbox's Hub: what it serves, and when it is ready."""

from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from huggingface_hub import HfApi

from app.retraining.models import train
from app.retraining.scripts.upload_models import upload
from tests.app.app_process import AppProcess, free_port
from tests.app.retraining.conftest import OWNER, REPO

FOLDER = Path(__file__).parents[3] / "app" / "retraining" / "backend"
DELIVERY = {"distance_km": 30, "weight_kg": 4, "stops": 9}
DELIVERY |= {"carrier": "van", "weather": "snow", "weekday": "fri"}


@pytest.fixture
def start(tmp_path):
    with ExitStack() as stack:

        def _start(hub, **variables):
            own = {"HF_ENDPOINT": hub, "HF_MODEL_REPO": REPO, "AUTH_REQUIRED": "false"}
            own |= {"HF_HUB_DISABLE_XET": "1", "HF_HOME": str(tmp_path / "hf"), **variables}
            process = AppProcess(["-m", "app.main"], FOLDER, tmp_path, own)
            return stack.enter_context(process)

        yield _start


def api(hub):
    return HfApi(endpoint=hub, token=OWNER)


def predict(server, delivery=DELIVERY, **headers):
    return httpx.post(f"{server.url}/predict", json=delivery, headers=headers, timeout=20)


def test_each_start_serves_the_latest_and_a_pinned_one_what_it_is_told(
    hub, assets, tmp_path, start
):
    first = upload(api(hub), REPO, assets).commit
    former = start(hub)
    assert former.wait_until(200).json()["revision"] == first
    train.build(tmp_path / "out", count=1600)
    second = upload(api(hub), REPO, tmp_path / "out").commit
    newer, pinned = start(hub), start(hub, MODEL_REVISION=first)
    assert newer.wait_until(200).json()["revision"] == second
    assert pinned.wait_until(200).json()["revision"] == first
    assert predict(newer).json()["revision"] == second
    assert predict(pinned).json() == predict(former).json()


def test_a_hub_that_is_away_means_not_ready_and_a_line_that_says_so(start):
    server = start(f"http://127.0.0.1:{free_port()}")
    said = server.wait_until(503).json()
    assert (said["status"], said["model_loaded"], said["revision"]) == ("loading", False, None)
    assert predict(server).status_code == 503
    server.wait_until(503)
    while "trying again" not in server.output():
        assert server.process.poll() is None
    assert "gives no answer" in server.output()
    assert server.terminate() < 10


def damaged(hub, assets):
    upload(api(hub), REPO, assets)
    api(hub).upload_file(
        path_or_fileobj=b"\x80not what was trained", path_in_repo="model.joblib", repo_id=REPO
    )
    return "model.joblib has SHA-256"


def empty(_hub, _assets):
    return "lacks a file of the model"


def foreign(hub, _assets):
    api(hub).upload_file(path_or_fileobj=b"[]", path_in_repo="metrics.json", repo_id=REPO)
    for name in train.FILES:
        api(hub).upload_file(path_or_fileobj=b"\x80x", path_in_repo=name, repo_id=REPO)
    return "is not what training writes"


@pytest.mark.parametrize("prepare", [damaged, empty, foreign])
def test_what_must_not_be_loaded_ends_the_process_and_is_named(hub, assets, start, prepare):
    says = prepare(hub, assets)
    server = start(hub)
    assert server.wait_for_exit() == 1
    assert says in server.output()
    assert '"model_loaded": true' not in server.output()
    assert all(line["message"] for line in server.log_lines())


def test_an_unknown_repository_and_revision_are_told_apart(hub, assets, start):
    upload(api(hub), REPO, assets)
    absent, unknown = start(hub, HF_MODEL_REPO="ada/none"), start(hub, MODEL_REVISION="0" * 40)
    assert (absent.wait_for_exit(), unknown.wait_for_exit()) == (1, 1)
    assert "HF_MODEL_REPO" in absent.output()
    assert "has no revision 000" in unknown.output()


def test_it_is_closed_unless_it_is_told_to_be_open(hub, assets, start):
    upload(api(hub), REPO, assets)
    keyless = start(hub, AUTH_REQUIRED="")
    assert keyless.wait_for_exit() == 2
    assert "API_KEY is empty" in keyless.output()
    server = start(hub, AUTH_REQUIRED="true", API_KEY="key-canary")
    assert server.wait_until(200).json()["auth_required"]
    assert predict(server).status_code == 401
    assert predict(server, **{"X-API-Key": "wrong"}).status_code == 401
    assert predict(server, **{"X-API-Key": "key-canary"}).status_code == 200
    assert (server.get("/openapi.json").status_code, server.get("/docs").status_code) == (404, 404)
    assert "canary" not in server.output()


def test_what_is_no_delivery_is_422_and_pages_elsewhere_may_ask(hub, assets, start):
    upload(api(hub), REPO, assets)
    server = start(hub)
    server.wait_until(200)
    for wrong in ({**DELIVERY, "carrier": "ship"}, {**DELIVERY, "stops": -1}, {}):
        assert predict(server, wrong).status_code == 422
    answer = predict(server, Origin="https://page.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert 0 <= answer.json()["probability"] <= 1
