import time

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError

from sandbox.http.faults import Answer, AnswerAfter, CutAfter, CutBefore, CutMidway, Delay

HF = "huggingface"


def add(api, repo, path="a", **more):
    operation = CommitOperationAdd(path, b"1")
    return api.create_commit(repo, [operation], commit_message=path, **more)


def test_a_lost_response_is_a_commit_that_landed(hub, api: HfApi, space):
    parent = api.space_info(space).sha
    fault = hub.faults.set(HF, CutAfter(), path=rf"/{space}/commit/", method="POST")
    mark = hub.log.last_id()
    with pytest.raises(Exception) as cut:  # noqa: PT011 - whatever the client's transport says
        add(api, space, repo_type="space", parent_commit=parent)
    assert not isinstance(cut.value, HfHubHTTPError)
    assert hub.faults.hits(fault) == 1
    landed = api.space_info(space).sha
    assert landed != parent
    assert hub.spaces.told_of(space, "committed") == [("committed", space, landed)]
    (logged,) = [r for r in hub.log.requests(since_id=mark) if "/commit/" in r.path]
    assert (logged.status, logged.mutates) == (None, True)
    with pytest.raises(HfHubHTTPError) as stale:  # the retry: refused although all is well
        add(api, space, "b", repo_type="space", parent_commit=parent)
    assert stale.value.response.status_code == 412


def test_a_connection_cut_before_changes_nothing(hub, api: HfApi, model):
    head = api.model_info(model).sha
    hub.faults.set(HF, CutBefore(), path="/commit/")
    with hub.http() as client, pytest.raises(httpx.TransportError):
        client.post(f"/api/models/{model}/commit/main", content=b"{}")
    assert api.model_info(model).sha == head


def test_an_exhausted_rate_limit_is_waited_out_by_the_client(hub, api: HfApi, model):
    headers = {"RateLimit": '"api";r=0;t=0', "X-Error-Message": "slow down"}
    fault = hub.faults.set(HF, Answer(429, headers), path=rf"{model}/tree/")
    started = time.monotonic()
    assert api.list_repo_files(model) == [".gitattributes"]  # repo_info, no tree
    assert [e.path for e in api.list_repo_tree(model)] == [".gitattributes"]
    assert hub.faults.hits(fault) == 1
    assert time.monotonic() - started >= 1


def test_an_error_after_the_work_is_done(hub, api: HfApi, model):
    hub.faults.set(HF, AnswerAfter(503, body="busy"), path=rf"{model}/commit/")
    with pytest.raises(HfHubHTTPError) as busy:
        add(api, model)
    assert busy.value.response.status_code == 503
    assert "a" in api.list_repo_files(model)


def test_a_rule_hits_the_nth_request_and_so_many_from_there_on(hub, model):
    fault = hub.faults.set(HF, Answer(500), path=f"/api/models/{model}$", nth=2, times=2)
    with hub.http() as client:
        statuses = [client.get(f"/api/models/{model}").status_code for _ in range(5)]
        statuses.append(client.get(f"/api/models/{model}/refs").status_code)
    assert statuses == [200, 500, 500, 200, 200, 200]
    assert hub.faults.hits(fault) == 2


def test_a_rule_is_for_one_platform_and_method(hub, model):
    hub.faults.set("render", Answer(500), times=None)
    hub.faults.set(HF, Answer(500), method="DELETE", times=None)
    with hub.http() as client:
        assert client.get(f"/api/models/{model}").status_code == 200
        assert client.request("DELETE", "/api/repos/delete").status_code == 500


def test_a_delay_is_felt_and_the_rest_still_happens(hub, model):
    hub.faults.set(HF, Delay(200), path=model, times=None)
    hub.faults.set(HF, Answer(418, {"X-Odd": "yes"}, "tea"), path=model)
    mark = hub.log.last_id()
    with hub.http() as client:
        first, second = (client.get(f"/api/models/{model}") for _ in range(2))
    assert (first.status_code, first.text, first.headers["X-Odd"]) == (418, "tea", "yes")
    assert second.status_code == 200
    assert all(r.duration_ms >= 200 for r in hub.log.requests(since_id=mark))


def test_a_cleared_rule_is_gone(hub, model):
    fault = hub.faults.set(HF, Answer(500), times=None)
    other = hub.faults.set(HF, Answer(502), times=None)
    hub.faults.clear(fault)
    with hub.http() as client:
        assert client.get(f"/api/models/{model}").status_code == 502
        hub.faults.clear(other)
        assert client.get(f"/api/models/{model}").status_code == 200


def test_a_preupload_refused_by_a_fault_is_still_logged_as_reading(hub, model):
    hub.faults.set(HF, Answer(503), path="/preupload/")
    mark = hub.log.last_id()
    with hub.http() as client:
        client.post(f"/api/models/{model}/preupload/main", json={"files": []})
    assert [(r.status, r.mutates) for r in hub.log.requests(since_id=mark)] == [(503, False)]


def test_a_pattern_that_is_none_is_refused_when_set(hub):
    with pytest.raises(Exception, match="unterminated"):
        hub.faults.set(HF, Delay(1), path="[")


def test_half_of_an_answer_comes_after_all_was_done(hub, api: HfApi, model):
    hub.faults.set(HF, CutMidway(), path=rf"{model}/commit/", method="POST")
    with pytest.raises(Exception, match=r"peer closed|incomplete|disconnected|reset"):
        add(api, model)
    assert "a" in api.list_repo_files(model)
    hub.faults.set(HF, CutMidway(), path=rf"/api/models/{model}$", method="GET")
    with hub.http() as client, client.stream("GET", f"/api/models/{model}") as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.TransportError):
            answer.read()
