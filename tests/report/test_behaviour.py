"""Findings of systems that were run: told whole, bounded, and inert whoever wrote them."""

import html
import json
import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from report.behaviour.lines import LISTED
from report.behaviour.reading import read_behaviour
from report.behaviour.section import LIMIT as SECTION
from report.comment import LIMIT, render_comment
from report.labels import label
from report.markdown import length
from report.plan import Plan
from report.reading import UnreadablePlanError
from report.terminal import render_behaviour, render_terminal
from tests.e2e.leaks import encodings
from tests.report.test_comment import HOSTILE, change

MIB = 1 << 20


def latency(request="a prompt", ratio=1.0, verdict="alike"):
    bounds = {"low": ratio * 0.9, "high": ratio * 1.1, "pairs": 15}
    return {"request": request, "ratio": ratio, "verdict": verdict, **bounds}


def memory(verdict="alike", grown=0):
    sides = {"before": 80 * MIB, "after": 81 * MIB, "grown_before": 0, "grown_after": grown}
    return {"name": "acme/demo", "requests": 100, "verdict": verdict, **sides}


def size(name, before, after, *, other=False):
    return {"name": name, "before": before, "after": after, "other": other}


def found(**changes):
    given = {
        "system": "inference",
        "because": ["app/inference/app/generation.py"],
        "failed": {},
        "answers": {"same": 3, "changed": [], "unsteady": []},
        "latency": [latency()],
        "memory": [memory()],
        "images": [size("acme/demo", 500 * MIB, 500 * MIB)],
        "weights": [size("acme/model", 5 * MIB, 5 * MIB)],
        "pages": [{"name": "page", "verdict": "same", "pictures": []}],
        "no_pictures": "",
        "seconds": 61.0,
    }
    return {**given, **changes}


@pytest.fixture
def read(tmp_path):
    def reading(*systems):
        path = tmp_path / "behaviour.json"
        path.write_text(json.dumps({"systems": systems}))
        return read_behaviour(path)

    return reading


def answers(*parts, status=(200, 200)):
    changed = [{"request": "a prompt", "status": status, "parts": parts}]
    return {"same": 2, "changed": changed, "unsteady": []}


def visible(comment):
    shown = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(comment)
    return html.unescape(re.sub(r"<[^>]+>", "", shown))


@pytest.mark.parametrize(
    ("changes", "verdict", "told"),
    [
        ({}, "inference: behaves as before", "0 of 3 changed, 3 the same"),
        (
            {"answers": answers(("text", "Bake it.", "Fry it."))},
            "inference: answers change",
            "Fry it.",
        ),
        (
            {"weights": [size("acme/model", 5 * MIB, 6 * MIB, other=True)]},
            "inference: other weights",
            "5.2 MB → 6.3 MB (+1,048,576 bytes), others than before",
        ),
        (
            {"latency": [latency(ratio=2.1, verdict="slower")]},
            "inference: slower",
            "2.10 of before (1.89 to 2.31 with 95 %, 15 pairs): slower",
        ),
        (
            {"memory": [memory("leaks", 10 * MIB)]},
            "inference: leaks memory",
            "grows by +0.0 kB → +104.9 kB a request over 100: it leaks",
        ),
        (
            {"pages": [{"name": "page", "verdict": "changed", "pictures": ["a.png", "b.png"]}]},
            "inference: pages change",
            "looks otherwise; pictures in the artifact: a.png, b.png",
        ),
        ({"failed": {"head": "it broke"}}, "inference: head does not come up", "it broke"),
    ],
)
def test_each_finding_is_summed_up_and_told(read, changes, verdict, told):
    systems = read(found(**changes))
    plan = Plan(stack="dev", behaviour=systems)
    for said in (visible(render_comment(plan)), render_behaviour(systems)):
        assert verdict in said
        assert told in said
    assert told in render_terminal(plan)


def test_nothing_is_said_where_nobody_ran_anything_and_nothing_touched_is_said():
    assert "Behaviour" not in render_comment(Plan(stack="dev"))
    assert "nothing was run" in visible(render_comment(Plan(stack="dev", behaviour=[])))
    assert "nothing was run" in render_behaviour([])


def test_a_head_that_does_not_come_up_fails_and_a_base_that_does_not_is_not_its_fault(read):
    assert label([Plan(stack="dev", behaviour=read(found(failed={"head": "x"})))]).endswith("fails")
    other = label([Plan(stack="dev", behaviour=read(found(failed={"base": "x"})))])
    assert other == "preview: no changes"


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_findings_are_shown_and_never_read_as_markup(read, hostile):
    def tags(value):
        systems = read(
            found(
                system=value,
                because=[value],
                answers={
                    "same": 1,
                    "changed": [{"request": value, "status": [1, 2], "parts": [[value] * 3]}],
                    "unsteady": [value],
                },
                latency=[latency(value, verdict=value)],
                memory=[{**memory(value), "name": value}],
                images=[size(value, 1, None)],
                pages=[{"name": value, "verdict": value, "pictures": [value]}],
                no_pictures=value,
            ),
            found(failed={value: value, "head": value}),
        )
        plan = Plan(stack="dev", behaviour=systems)
        assert not re.search(r"\x1b|\x00|\u202e", render_terminal(plan))
        shown = MarkdownIt("gfm-like", {"html": True, "linkify": False})
        return re.findall(r"<[^>]*>", shown.render(render_comment(plan)))

    assert tags(hostile) == tags("harmless")


def test_a_secret_in_an_answer_is_masked_where_its_name_says_so(read):
    for form in sorted(encodings("canary+07/3b9aca07")):
        token = form.decode()
        systems = read(
            found(answers=answers(("api_key", "", token), ("settings.PASSWORD", token, "")))
        )
        both = render_comment(Plan(stack="dev", behaviour=systems)) + render_behaviour(systems)
        assert token not in visible(both)


def test_it_stays_in_bounds_and_leaves_room_for_the_changes(read):
    changed = [
        {"request": f"r{i}", "status": [200, 500], "parts": [["|" * 400] * 3] * 10}
        for i in range(100)
    ]
    many = found(
        answers={"same": 0, "changed": changed, "unsteady": ["u" * 90] * 500},
        latency=[latency("|" * 90)] * 500,
        memory=[memory()] * 500,
        images=[size("i" * 90, 1, 2)] * 500,
        pages=[{"name": "p" * 90, "verdict": "changed", "pictures": ["x" * 90] * 9}] * 500,
    )
    alone = Plan(stack="dev", behaviour=read(many) * 40)
    comment = render_comment(replace(alone, changes=[change(i) for i in range(2000)]))
    assert length(comment) <= LIMIT
    one = render_comment(Plan(stack="dev", behaviour=read(many)))
    assert length(one) < SECTION + 1000
    assert "and more, in the artifact" in visible(one)
    assert one.count("<details>") == one.count("</details>")
    few = render_comment(Plan(stack="dev", behaviour=read(found(latency=[latency()] * 500))))
    assert f"and {200 - LISTED} more" in visible(few)  # of the 200 that are read at all


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", "{", '{"systems": 3}', '{"systems": [3]}', '{"systems": [{}]}'),
        json.dumps({"systems": [found(answers={"changed": [{"request": "x"}]})]}),
        json.dumps({"systems": [found(latency=[{"request": "x", "ratio": "fast"}])]}),
        json.dumps({"systems": [found(failed=[1, 2])]}),
        "[" * 5000,
    ],
)
def test_a_file_that_is_no_such_thing_is_refused_by_name(tmp_path, text):
    path = tmp_path / "behaviour.json"
    path.write_text(text)
    with pytest.raises(UnreadablePlanError, match=r"behaviour\.json"):
        read_behaviour(path)
