"""GitHub's expressions, where runs and not jobs evaluate them."""

import pytest

from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import ExpressionError
from sandbox.github.runs.planning.expressions import condition, evaluate, render
from sandbox.github.runs.planning.matrix import combinations
from sandbox.github.runs.planning.yaml_text import YamlError, parse_yaml

VALUES = {
    "github": {"ref": "refs/heads/main", "event": {"commits": [{"id": "a"}, {"id": "b"}]}},
    "needs": {"build": {"result": "success", "outputs": {"v": "1"}}},
    "vars": {},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("github.ref == 'REFS/heads/MAIN'", True),
        ("github['ref']", "refs/heads/main"),
        ("github.event.commits[1].id", "b"),
        ("join(github.event.commits.*.id, '-')", "a-b"),
        ("contains(github.event.commits.*.id, 'b')", True),
        ("github.nothing.at.all", None),
        ("needs.build.outputs.v == 1", True),
        ("'it''s' != 'its'", True),
        ("1 < 2 && 2 >= 2 || false", True),
        ("!(true && '')", True),
        ("false || 'other'", "other"),
        ("null == 0", True),
        ("'a' == 0", False),
        ("startsWith(github.ref, 'refs/HEADS/')", True),
        ("endsWith('abc', 'BC')", True),
        ("format('{0}{{1}} {1}', 'a', 2.0)", "a{1} 2"),
        ("fromJSON('[1, 2]')[1]", 2),
        ("toJSON(needs.build.outputs)", '{\n  "v": "1"\n}'),
        ("contains('Hello', 'ELL')", True),
        ("0x10 + ''", None),
        ("-1.5e1 < 0", True),
    ],
)
def test_values(text, expected):
    if expected is None and "+" in text:
        with pytest.raises(ExpressionError):
            evaluate(text, Context(values=VALUES))
    else:
        assert evaluate(text, Context(values=VALUES)) == expected


@pytest.mark.parametrize(
    "text", ["secrets.X", "a b", "github.", "foo(1)", "(1", "'open", "", "1 &"]
)
def test_what_cannot_be_read_is_named(text):
    with pytest.raises(ExpressionError):
        evaluate(text, Context(values=VALUES))


@pytest.mark.parametrize(
    ("written", "success", "failure", "expected"),
    [
        (None, True, False, True),
        (None, False, True, False),
        ("github.ref == 'refs/heads/main'", False, True, False),
        ("always()", False, True, True),
        ("${{ failure() }}", False, True, True),
        ("!cancelled()", False, True, True),
        ("${{ github.ref == 'x' }} && true", True, False, True),  # a text that is not empty
        (False, True, False, False),
    ],
)
def test_conditions(written, success, failure, expected):
    status = {"success": success, "failure": failure, "cancelled": False}
    assert condition(written, Context(values=VALUES, status=status)) is expected


def test_templates_keep_types_when_they_are_one_expression():
    context = Context(values=VALUES)
    assert render("${{ fromJSON('[1]') }}", context) == [1]
    assert render({"a": ["x ${{ '}}' }} ${{ 1 }}"]}, context) == {"a": ["x }} 1"]}


def test_a_matrix_of_includes_alone():
    assert combinations({"include": [{"a": 1}, {"a": 2}]}) == [{"a": 1}, {"a": 2}]


def test_includes_join_where_they_contradict_nothing():
    matrix = {
        "fruit": ["apple", "pear"],
        "animal": ["cat", "dog"],
        "include": [
            {"color": "green"},
            {"color": "pink", "animal": "cat"},
            {"fruit": "apple", "shape": "circle"},
            {"fruit": "banana"},
            {"fruit": "banana", "animal": "cat"},
        ],
    }
    assert combinations(matrix) == [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]


@pytest.mark.parametrize("matrix", [{}, {"a": []}, {"a": 1}, {"a": list(range(300))}, []])
def test_what_is_no_matrix(matrix):
    with pytest.raises(ExpressionError):
        combinations(matrix)


def test_yaml_is_read_as_of_its_version_1_2():
    text = b"on: yes\na: 012\nb: 12:30\nc: 2024-01-01\nd: 0o17\ne: 3.10\nf: ~\ng: True\n"
    assert parse_yaml(text) == {
        "on": "yes",
        "a": 12,
        "b": "12:30",
        "c": "2024-01-01",
        "d": 15,
        "e": 3.1,
        "f": None,
        "g": True,
    }
    with pytest.raises(YamlError, match=r"Line: 1"):
        parse_yaml(b"a: b: c")
