"""Files of a stranger's workflow: whatever stands in any place of any of them, it stays a text.

Each leaf of a good file is replaced in turn, so that a field that is added is asked as well.
"""

import copy
import json
import re
import time
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from report.__main__ import _plan
from report.comment import LIMIT, marker, render_comment
from report.labels import LABELS, label
from report.markdown import length
from report.plan import Plan
from report.sources import plan_from_files
from report.terminal import render_terminal
from tests.report.test_behaviour import answers, found, size
from tests.report.test_comment import HOSTILE

RECORDED = Path(__file__).parent / "recorded"
MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
DIGEST = f"{'a' * 40}:{'b' * 64}"
TYPE = "pulumi-python:dynamic/render:WebService"
WRONG = [
    "null",
    "true",
    "-1",
    "0.5",
    "1e999",
    "NaN",
    "-Infinity",
    "9" * 400,
    "9" * 5000,
    "[]",
    "{}",
]
WRONG += [
    "[" * 900 + "]" * 900,
    '{"a":' * 900 + "1" + "}" * 900,
    '["a"]',
    '{"a": "b"}',
    '"\\ud800"',
]
SLOW = ["://" * 200_000, "_" * 500_000, "sealed:" * 50_000, "a:" * 200_000, "@" * 500_000]


def object_of(name, number):
    return {
        "urn": f"urn:pulumi:dev::slipway::slipway:render:WebService${TYPE}::shop-{name}-service",
        "parent": "urn:pulumi:dev::slipway::slipway:render:WebService::shop",
        "inputs": {
            "env": {"A": f"{number}"},
            "list": [f"{number}"],
            "manifest": {"app.py": DIGEST},
        },
        "outputs": {"url": f"https://shop-{number}.example"},
    }


def step(op, name, **more):
    old, new = object_of(name, 1), object_of(name, 2)
    states = {"oldState": old, "newState": new}
    return {"op": op, "urn": old["urn"], "keys": ["region"], **states, **more}


def event(op, name):
    return {"op": op, "urn": object_of(name, 1)["urn"], "keys": [], "old": object_of(name, 1)} | {
        "new": object_of(name, 2)
    }


def good():
    """Every file that is read, with every field that is shown."""
    steps = [step("replace", "a"), step("delete", "b"), step("update", "c"), step("same", "d")]
    said = [{"severity": "error", "message": "error: it broke"}]
    head = {"steps": steps, "diagnostics": said, "changeSummary": {"same": 3}}
    policy = {"policyName": "auth", "enforcementLevel": "advisory", "severity": "high"}
    policy |= {"resourceUrn": steps[0]["urn"], "message": "Needs keys.\nGive some."}
    drift = [
        {"resourcePreEvent": {"metadata": event("refresh", "e")}},
        {"resOutputsEvent": {"metadata": event("update", "e")}},
        {"policyEvent": policy},
        {"diagnosticEvent": said[0]},
    ]
    rule = {"rule": "auth", "severity": "high", "object": "shop", "why": "W", "remedy": "R"}
    rule |= {"level": "advisory", "outcome": "broken"}
    cost = {"label": "shop", "plan": "starter", "dollars": 7.0, "as_of": "2026-08"}
    behaviour = found(
        answers={**answers(("text", "a", "b")), "unsteady": ["a prompt"]},
        weights=[size("acme/model", 5, 6, other=True)],
        pages=[{"name": "page", "verdict": "changed", "pictures": ["a.png"]}],
        no_pictures="no browser",
    )
    failed = found(system="other", failed={"head": "it broke", "base": "it broke"})
    files = {
        "head.json": head,
        "base.json": {"steps": [step("create", "c", keys=[])], "diagnostics": []},
        "drift.json": drift,
        "policies.json": [rule],
        "costs-before.json": [cost],
        "costs-after.json": [{**cost, "dollars": 25.0}],
        "behaviour.json": {"systems": [behaviour, failed]},
    }
    return json.loads(json.dumps(files))


def leaves(value, path=()):
    """Paths to all that is neither a list nor a mapping, and to the names in mappings."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), True
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, False


PLACES = [
    (name, path, renamed) for name, content in good().items() for path, renamed in leaves(content)
]


def with_one(files, name, path, renamed, value):
    """The files, with another value in one place, or with another name for what is there."""
    made = copy.deepcopy(files)
    if name == "head.json":
        del made["base.json"]  # with it, nothing is lost or restarts
    inner = made[name]
    for each in path[:-1]:
        inner = inner[each]
    if renamed:
        inner[value] = inner.pop(path[-1])
    else:
        inner[path[-1]] = value
    return made


def write(folder, files, **raw):
    for name, content in files.items():
        lines = content if name == "drift.json" else [content]
        text = "\n".join(json.dumps(each) for each in lines)
        for mark, instead in raw.items():
            text = text.replace(json.dumps(mark), instead)
        (folder / name).write_text(text)


def told(folder):
    """The comment, as the workflow that may write makes it of whatever it reads."""
    plan = _plan(folder, "dev")
    comment = render_comment(plan)
    assert length(comment) <= LIMIT
    assert label([plan]) in LABELS
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f\u202e\u200e\u2066-\u2069]", render_terminal(plan)
    )
    return comment


def inert(comment):
    """Whether nothing in it is markup of a value's own."""
    assert comment.count("<!--") == comment.count("-->") == 1
    raw = re.sub(r"&#\d+;\u200b?|&(?:amp|lt|gt|quot);", "", comment.replace(marker("dev"), ""))
    raw = raw.replace("`make preview`", "")
    assert not re.search(
        r"@\w|https?://|www\.|\]\(|\x1b|\x00|\u202e|`|<img|<script|~~|octocat#", raw
    )
    allowed = r"</?(?:code|i|details|summary)>|<summary>|<details>"
    assert not re.search(r"[<>]", re.sub(allowed, "", raw.replace("> **Cut to fit", "")))
    for outside in re.sub(r"<code>.*?</code>", "", comment).split("&#64;")[1:]:
        assert outside.startswith("\u200b")
    headings = [line for line in comment.splitlines() if line.startswith("#")]
    assert not [line for line in headings if "Approved" in line]
    return sorted(re.findall(r"<[^>]*>", MARKDOWN.render(comment)))


def test_the_good_files_are_told_whole(tmp_path):
    write(tmp_path, {name: each for name, each in good().items() if name != "base.json"})
    comment = told(tmp_path)
    for title in (
        *("What went wrong", "Policies", "What is lost", "What restarts", "Addresses that change"),
        *("Cost of a month", "Changed outside of this stack", "Behaviour", "Changes"),
    ):
        assert f"### {title}" in comment
    assert isinstance(plan_from_files(tmp_path, "dev"), Plan)


@pytest.mark.parametrize(
    ("name", "path", "renamed"), PLACES, ids=[f"{n}-{p}-{r}" for n, p, r in PLACES]
)
def test_a_hostile_text_in_any_place_is_shown_or_refused_and_never_read_as_markup(
    tmp_path, name, path, renamed
):
    """One text tells as much as another where a value is escaped: each place gets three of them."""
    for hostile in ("".join(HOSTILE[:4]), "".join(HOSTILE[4:7]) + HOSTILE[8], HOSTILE[7]):
        shapes = []
        for value in (hostile, "harmless"):
            write(tmp_path, with_one(good(), name, path, renamed, value))
            shapes.append(inert(told(tmp_path)))
        assert shapes[0] == shapes[1]


VALUES = [(name, path) for name, path, renamed in PLACES if not renamed]


@pytest.mark.parametrize(("name", "path"), VALUES, ids=[f"{n}-{p}" for n, p in VALUES])
def test_a_value_of_any_other_kind_is_shown_or_refused_by_the_name_of_its_file(
    tmp_path, name, path
):
    for wrong in WRONG:
        write(tmp_path, with_one(good(), name, path, False, "PUT-HERE"), **{"PUT-HERE": wrong})
        comment = told(tmp_path)
        inert(comment)
        assert not re.search(r"\bnan\b|\binf\b|9{40}", re.sub(r"<code>.*?</code>", "", comment))


@pytest.mark.parametrize("slow", SLOW, ids=[each[:3] for each in SLOW])
def test_no_text_takes_long_wherever_it_stands(tmp_path, slow):
    files = good()
    for name, path, renamed in PLACES:
        if not renamed and path[-1] not in ("urn", "op", "parent"):
            inner = files[name]
            for each in path[:-1]:
                inner = inner[each]
            if isinstance(inner[path[-1]], str):
                inner[path[-1]] = slow
    files["head.json"]["steps"][0]["newState"]["inputs"][slow] = {slow: slow}
    files["costs-after.json"][0]["as_of"] = "2026-08"
    write(tmp_path, files)
    begun = time.process_time()
    told(tmp_path)
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "month", ["2026-8", "2026-08-01", "2026-08\n", "٢٠٢٦-٠٨", "2026-08) [x](y"]
)
def test_the_date_of_a_price_is_a_month_or_the_file_is_refused(tmp_path, month):
    files = good()
    files["costs-after.json"][0]["as_of"] = month
    write(tmp_path, files)
    comment = told(tmp_path)
    assert "costs&#45;after&#46;json" in comment
    assert "Cost of a month" not in comment


def test_many_rows_of_everything_fit(tmp_path):
    files = good()
    for name in ("policies.json", "costs-before.json", "costs-after.json"):
        row = files[name][0]
        files[name] = [
            {**row, **({"label": f"shop-{each}"} if "label" in row else {})} for each in range(5000)
        ]
    files["costs-after.json"] = [
        {**each, "as_of": f"{1000 + at:04}-08"} for at, each in enumerate(files["costs-after.json"])
    ]
    files["head.json"]["steps"] = [step("replace", f"{each}") for each in range(2000)]
    files["head.json"]["diagnostics"] *= 5000
    write(tmp_path, files)
    comment = told(tmp_path)
    inert(comment)
    assert "Cost of a month" in comment
