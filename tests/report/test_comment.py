"""The comment: complete where it fits, honest where it does not, and inert whatever it shows."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from report.comment import LIMIT, headline, marker, render_comment
from report.comparison import compare
from report.labels import label
from report.markdown import length
from report.plan import MASK, Change, Cost, Operation, Plan, PolicyResult
from report.reading import UnreadablePlanError, read_plan
from report.terminal import render_terminal
from tests.bench.comment import COUNTS, rendered
from tests.bench.comment import plan as plan_of
from tests.e2e.leaks import encodings, holds

RECORDED = Path(__file__).parent / "recorded"
DIGEST, OTHER = f"{'a' * 40}:{'b' * 64}", f"{'c' * 40}:{'d' * 64}"
TYPE = "pulumi-python:dynamic/render:WebService"
HOSTILE = [
    "`code` ``` fence",
    "a | b |\n| c",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "--> <!-- slipway-report prod -->",
    "@octocat @acme/owners #1 acme/shop#2",
    "[click](https://evil.example) ![x](https://evil.example/x.png) https://evil.example www.a.b",
    "</code></details></td>\n\n## Approved\n\n* [x] done",
    "\u202eevil\u202c \u200b\x1b[31m\x00",
    "&lt;b&gt; &#64;octocat :tada: $x^2$ ~~gone~~ **bold** _it_",
    "\\`\\|",
    "x" * 5000,
]


def change(number=0, operation=Operation.UPDATE, kind=TYPE, **values):
    urn = f"urn:pulumi:dev::slipway::{kind}::shop-{number}-service"
    given = {"old": {"env": {"A": "1"}}, "new": {"env": {"A": "2"}}, **values}
    return Change(operation=operation, urn=urn, system="shop", **given)


def recorded():
    return [read_plan((RECORDED / n).read_text(), "dev") for n in ("preview.json", "events.jsonl")]


def visible(comment):
    """What a reader sees: text of the rendered comment."""
    shown = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(comment)
    return html.unescape(re.sub(r"<[^>]+>", "", shown))


@pytest.mark.parametrize("goes", [True, False])
def test_a_database_is_lost_only_if_its_data_may_go(goes):
    kind = "pulumi-python:dynamic/render:Postgres"
    gone = change(1, Operation.DELETE, kind, old={"name": "db", "delete_data": goes}, new={})
    said = visible(render_comment(Plan(stack="dev", changes=[gone])))
    assert ("every row in it" in said) is goes


def test_both_formats_of_the_engine_tell_the_same_and_secrets_are_masked():
    by_json, by_events = recorded()
    told = [
        {(c.name, c.operation, c.system) for c in plan.changes} for plan in (by_json, by_events)
    ]
    assert told[0] == told[1]
    assert len(told[0]) == 8
    for plan in (by_json, by_events):
        comment = render_comment(plan)
        assert comment.index("| system |") < comment.index("### What is lost")
        assert "frankfurt" in comment
        assert "oregon" in comment
        assert MASK in visible(comment)
        assert plan.unchanged > 0


def test_what_the_rules_say_in_events_is_told_once_and_without_marks_of_colour():
    event = {"policyName": "auth", "enforcementLevel": "mandatory", "severity": "critical"}
    event |= {"resourceUrn": "urn:a::b::c::shop", "message": "<{%reset%}>Needs keys.\nGive some.\n"}
    failed = {"severity": "error", "message": "<{%fg 1%}>error: preview failed<{%reset%}>"}
    events = [{"policyEvent": event}, {"policyEvent": event}, {"diagnosticEvent": failed}]
    plan = read_plan("\n".join(json.dumps(each) for each in events), "prod")
    (said,) = plan.policies
    assert (said.rule, said.object, said.why, said.remedy) == (
        "auth",
        "shop",
        "Needs keys",
        "Give some.",
    )
    assert said.stops
    assert plan.errors == ("preview failed",)
    assert label([plan]) == "preview: fails"
    assert headline(plan).endswith("there is no plan; 1 broken policy stops it")
    # What it would have done is known all the same, and that a rule ends it is said where it is.
    [change] = recorded()[0].changes[:1]
    planned = replace(plan, changes=[change])
    assert headline(planned).endswith(" 1 deleted; 1 broken policy stops it")
    assert "What went wrong" not in render_comment(planned)
    broken_off = replace(planned, errors=("preview failed", "no such stack"))
    assert "there is no plan" in headline(broken_off)
    assert "no such stack" in render_comment(broken_off)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"steps": 3}', "error: no", "[[" * 9999])
def test_what_is_no_plan_is_refused_in_words(text):
    with pytest.raises(UnreadablePlanError, match=r"^Stack dev: this is no plan of Pulumi's"):
        read_plan(text, "dev")


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_value_is_shown_and_never_read_as_markup(hostile):
    safe, bad = "harmless", hostile

    def comment(value):
        shown = change(
            old={f"a{value}": value, "m": {value: DIGEST}},
            new={f"a{value}": value + "2", "m": {"x": DIGEST}},
        )
        shown = replace(shown, urn=shown.urn + value.replace("::", ""), system=value)
        said = PolicyResult(rule=value, severity=value, object=value, why=value, remedy=value)
        cost = Cost(label=value, plan=value, dollars=1.0)
        plan = Plan(stack="dev", changes=[shown], errors=[value], policies=[said])
        return render_comment(replace(plan, costs_after=[cost], drift=[shown]))

    def tags(value):
        shown = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(comment(value))
        return re.findall(r"<[^>]*>", shown)

    assert tags(bad) == tags(safe)
    made = comment(bad)
    assert made.count("<!--") == made.count("-->") == 1
    raw = re.sub(r"&#\d+;\u200b?", "", made)
    assert not re.search(
        r"@\w|https?://|www\.|\]\(|\x1b|\x00|\u202e", raw.replace(marker("dev"), "")
    )
    assert "`" not in raw
    for outside in re.sub(r"<code>.*?</code>", "", made).split("&#64;")[1:]:
        assert outside.startswith("\u200b")  # a mention's filter reads references
    assert not re.search(r"\x1b|\x00|\u202e", render_terminal(Plan(stack="dev", errors=[bad])))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("heavy", [False, True])
def test_it_fits_whatever_the_number_of_changes_and_says_what_it_left_out(count, heavy):
    comment, seconds = rendered(plan_of(count, hostile=heavy))
    assert length(comment) <= LIMIT
    head = comment[:1500]
    assert head.startswith(marker("dev"))
    assert str(count) in head
    assert "| system |" in head
    if found := re.search(r"(\d+) of (\d+) changes .* (\d+) by name, (\d+) not at all", comment):
        shown, whole, brief, left = map(int, found.groups())
        assert whole == count == shown + brief + left
        assert comment.count("<details>") <= shown
    else:
        assert comment.count("<details>") == count
        assert not heavy or count == 1
    assert comment.count("<details>") == comment.count("</details>")
    assert seconds < 5


def test_files_of_a_payload_are_told_one_by_one():
    old = {"manifest": {"same": DIGEST, "gone.py": DIGEST, "app.py": DIGEST}}
    new = {"manifest": {"same": DIGEST, "new.py": DIGEST, "app.py": OTHER}}
    comment = visible(render_comment(Plan(stack="dev", changes=[change(old=old, new=new)])))
    for said in (
        "1 files added",
        "new.py",
        "1 files changed",
        "app.py",
        "1 files removed",
        "gone.py",
    ):
        assert said in comment
    assert "same" not in comment


def test_a_canary_in_any_place_for_secrets_appears_in_no_encoding_and_a_planted_leak_is_found():
    canaries = {f"c{i}": f"canary+{i:02}/{'%x' % (i * 7919 + 10**9)}" for i in range(20)}
    places = ("secrets", "secret_files", "salt", "sealed", "apiKey", "DB_PASSWORD", "HF_TOKEN")
    for place in places:
        for form in {f for c in canaries.values() for f in encodings(c)}:
            text = form.decode()
            shown = change(old={place: {"K": text}}, new={place: text, "list": [{place: text}]})
            plan = Plan(stack="dev", changes=[shown])
            both = render_comment(plan) + render_terminal(plan)
            assert text not in both
            assert text not in visible(both)
    url = change(new={"url": f"postgres://u:{canaries['c1']}@host/db"})
    assert (
        holds(visible(render_comment(Plan(stack="d", changes=[url]))).encode(), canaries) == set()
    )
    leak = change(new={"env": {"GREETING": canaries["c3"]}})
    planted = visible(render_comment(Plan(stack="dev", changes=[leak])))
    assert holds(planted.encode(), canaries) == {"c3"}


def test_a_marker_holds_nothing_but_the_stack_s_name():
    assert marker("dev") == "<!-- slipway-report dev -->"
    assert marker("a--> @x <b>") == "<!-- slipway-report a-xb -->"
    assert marker("dev") != marker("prod")


def test_policies_cost_and_drift_are_told_where_somebody_asked():
    broken = PolicyResult(
        rule="auth", severity="critical", level="mandatory", object="s", why="W", remedy="R"
    )
    before, after = (
        Cost(label="s", plan=p, dollars=d, as_of="2026-08")
        for p, d in (("starter", 7.0), ("pro", None))
    )
    plan = Plan(stack="dev", changes=[change()], policies=[broken], drift=[change(7)])
    plan = replace(plan, costs_before=[before], costs_after=[after])
    said = visible(render_comment(plan))
    assert "1 broken policy stops it" in said
    assert "$7.00 → $0.00 and 1 of unknown price (list prices of 2026-08)" in said
    assert "Changed outside of this stack" in said
    unknown = visible(render_comment(replace(plan, costs_before=None)))
    assert "→ $0.00" not in unknown
    assert label([plan]) == "preview: fails"
    assert "Policies" not in visible(render_comment(replace(plan, policies=None)))


@pytest.mark.parametrize(
    ("operation", "word"),
    [("create", "adds"), ("update", "changes"), ("replace", "destroys"), ("delete", "destroys")],
)
def test_a_label_tells_the_worst(operation, word):
    worst = change(1, Operation(operation))
    plans = [Plan(stack="dev"), Plan(stack="prod", changes=[change(2, Operation.CREATE), worst])]
    assert label(plans) == f"preview: {word}"
    assert label(plans[:1]) == "preview: no changes"


def test_two_plans_from_nothing_are_compared_and_drawn_names_are_no_difference():
    def plan(*changes):
        return Plan(stack="dev", changes=changes)

    new = Operation.CREATE
    base = plan(change(1, new, new={"name": "a-1234567"}), change(2, new), change(3, new))
    head = plan(change(1, new, new={"name": "a-89abcde"}), change(2, new, new={}), change(4, new))
    found = compare(base, head)
    assert [(c.name, c.operation.value) for c in found.changes] == [
        ("shop-3-service", "delete"),
        ("shop-2-service", "update"),
        ("shop-4-service", "create"),
    ]
    assert found.unchanged == 1
    broken = replace(head, errors=("it broke off",))
    assert not any(c.operation is Operation.DELETE for c in compare(base, broken).changes)


def test_recorded_plans_hold_no_address_of_a_machine():
    for path in RECORDED.iterdir():
        text = path.read_text()
        assert not re.search(r'"/(?:home|root|tmp|work)/', text)
    assert json.loads((RECORDED / "preview.json").read_text())["steps"]
