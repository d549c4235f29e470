"""Protects a run's first seconds: all waits for a platform share one process, however many."""

from slipway.core.cancelling import CALLS_AT_A_TIME
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.render.service.web_service import Image, WebService, WebServiceArgs
from tests.components.recorder import record

MANY = 7


def declare():
    for number in range(MANY):
        Space(f"space-{number}", SpaceArgs(repo_id=f"acme/s{number}", payload=None))
        image = Image(ref="ghcr.io/acme/api:1")
        WebService(f"api-{number}", WebServiceArgs(name=f"api-{number}", image=image))


def test_many_waits_are_one_process_for_each_platform(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_canary-that-writes")
    monkeypatch.setenv("HF_READ_TOKEN", "hf_canary-that-reads")
    monkeypatch.setenv("RENDER_API_KEY", "rnd_canary")
    recorder = record(declare)
    started = {each.name for each in recorder.of_type("pulumi:providers:pulumi-python")}
    assert started == {"huggingface-waits", "render-waits"}
    waits = ("SpaceReady", "Deploy")
    waiting = [each for each in recorder.resources.values() if each.type.endswith(waits)]
    assert len(waiting) == 2 * MANY
    assert {each.provider for each in waiting} == started
    assert len(waiting) // 2 < CALLS_AT_A_TIME, "each of them gets its turn at once"
