"""What cannot work is refused in one go, and no platform hears of it."""

import pytest

pytestmark = [pytest.mark.e2e]

WRONG = """\
config:
  slipway:systems: [inference, frigo]
  slipway:inference:
    space: inference-dev
    modelRepo: TheBloke/phi-2-GGUF
    modelFile: phi-2.Q8_0.gguf
    trainHere: false
    modelRevision: 5a454d977c6438bb9fb2df233c8ca70f21c87420
    modelMegabytes: 70000
  slipway:frigo:
    names: frigo-{}-dev
    model: phi
    modelRepo: TheBloke/phi-2-GGUF
    modelFile: phi-2.Q8_0.gguf
    modelRevision: 5a454d977c6438bb9fb2df233c8ca70f21c87420
    modelMegabytes: 26000
    trainHere: false
    diskGigabytes: 20
    region: paris
    plan: starter
"""
SAID = [
    "inference-dev: the model needs about",
    "inference-dev: the image takes about 70.5 GB and the disk has 50.0 GB",
    "slipway:frigo.region: no region 'paris'. Use one of frankfurt",
    "builds end after 45",
    "the image takes about 26.5 GB and the disk has 20.0 GB",
    "plan starter has 512 MB",
    "frigo-app-dev: main_app.py imports torch and no requirement names torch",
    "COPY chat/app_chat.py",
]


@pytest.fixture
def wrong(clone):
    """The clone with a stack that is wrong in many ways, as it was before afterwards."""
    assert clone.sandbox("run", "--", "true").returncode == 0
    main, chat = (clone.folder / "app/frigo" / name for name in ("kitchen/main_app.py", "chat"))
    kept = {path: path.read_text() for path in (main, chat / "app_chat.py")}
    stack = clone.folder / "Pulumi.preflight.yaml"
    stack.write_text(WRONG)
    main.write_text("import torch\n" + main.read_text())
    (chat / "app_chat.py").unlink()
    yield clone
    for path, text in kept.items():
        path.write_text(text)
    stack.unlink()


@pytest.mark.parametrize(
    "command",
    [("preview",), pytest.param(("up", "--yes"), marks=pytest.mark.long)],
    ids=["preview", "up"],
)
def test_every_refusal_is_said_at_once_before_any_request(wrong, command):
    made = wrong.pulumi("stack", "select", "--create", "--stack", "preflight")
    assert made.returncode == 0, made.stderr
    before = wrong.last_request()
    ended = wrong.pulumi(*command, "--stack", "preflight", "--non-interactive")
    assert ended.returncode != 0
    assert [text for text in SAID if text not in ended.stdout] == [], ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout
    assert wrong.requests(before) == []
    held = wrong.pulumi("stack", "--stack", "preflight", "--show-urns").stdout
    assert "slipway:" not in held.replace("slipway:preflight", "")
