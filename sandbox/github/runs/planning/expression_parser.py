"""Reads one of GitHub's expressions into a function of its context."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.github.runs.planning.expression_values import (
    FUNCTIONS,
    ExpressionError,
    Value,
    equal,
    less,
    member,
    truth,
)

_STATUS = ("success", "failure", "always", "cancelled")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))"
    r"|(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[()\[\].,!<>*]))"
)
_COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    ">": lambda left, right: less(right, left),
    "<=": lambda left, right: less(left, right) or equal(left, right),
    ">=": lambda left, right: less(right, left) or equal(left, right),
}
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an expression may name: contexts, and how the jobs before ended."""

    values: Mapping[str, Value]
    status: Mapping[str, bool] = field(default_factory=dict)  # of success, failure and cancelled


Node = Callable[[Context], Value]


class Parser:
    """Recursive descent over one expression."""

    def __init__(self, expression: str) -> None:
        self._expression = expression.strip()
        self._tokens = list(self._scan())
        self._place = 0
        self.asks_status = False
        self.names: list[str] = []  # of the contexts it asks

    def parse(self) -> Node:
        """The expression as a function of its context; raises ExpressionError."""
        if not self._tokens:
            raise ExpressionError("An expression was expected")
        node = self._either()
        if self._place < len(self._tokens):
            raise self._unexpected(self._tokens[self._place][1])
        return node

    def _scan(self) -> Iterator[tuple[str, str]]:
        place = 0
        while place < len(self._expression):
            found = _TOKEN.match(self._expression, place)
            if found is None:
                raise self._unexpected(self._expression[place:].strip()[:1])
            yield str(found.lastgroup), found.group(str(found.lastgroup))
            place = found.end()

    def _unexpected(self, symbol: str) -> ExpressionError:
        return ExpressionError(
            f"Unexpected symbol: '{symbol}'. Located within expression: {self._expression}"
        )

    def _take(self, *signs: str) -> str | None:
        """The next token, if it is one of these signs."""
        if self._place < len(self._tokens):
            kind, text = self._tokens[self._place]
            if kind == "sign" and text in signs:
                self._place += 1
                return text
        return None

    def _expect(self, sign: str) -> None:
        if self._take(sign) is None:
            left = self._tokens[self._place :]
            raise self._unexpected(left[0][1] if left else "end of expression")

    def _either(self) -> Node:
        left = self._both()
        while self._take("||"):
            left = self._choice(left, self._both(), when=False)
        return left

    def _both(self) -> Node:
        left = self._comparison()
        while self._take("&&"):
            left = self._choice(left, self._comparison(), when=True)
        return left

    @staticmethod
    def _choice(left: Node, right: Node, *, when: bool) -> Node:
        def node(context: Context) -> Value:
            value = left(context)
            return right(context) if truth(value) is when else value

        return node

    def _comparison(self) -> Node:
        left = self._unary()
        while sign := self._take(*_COMPARISONS):
            left = self._compare(_COMPARISONS[sign], left, self._unary())
        return left

    @staticmethod
    def _compare(test: Callable[[Value, Value], bool], left: Node, right: Node) -> Node:
        return lambda context: test(left(context), right(context))

    def _unary(self) -> Node:
        if self._take("!"):
            inner = self._unary()
            return lambda context: not truth(inner(context))
        return self._members(self._primary())

    def _members(self, node: Node) -> Node:
        while sign := self._take(".", "["):
            if self._take("*"):
                node = _spread(node)
            elif sign == ".":
                kind, name = self._next()
                if kind != "name":
                    raise self._unexpected(name)
                node = _member(node, _fixed(name))
            else:
                node = _member(node, self._either())
            if sign == "[":
                self._expect("]")
        return node

    def _next(self) -> tuple[str, str]:
        if self._place >= len(self._tokens):
            raise self._unexpected("end of expression")
        self._place += 1
        return self._tokens[self._place - 1]

    def _primary(self) -> Node:
        kind, text = self._next()
        if kind == "number":
            number = int(text, 0) if "x" in text or "o" in text else float(text)
            return _fixed(number)
        if kind == "text":
            content = text[1:-1].replace("''", "'")
            return _fixed(content)
        if text == "(":
            inner = self._either()
            self._expect(")")
            return inner
        if kind == "sign":
            raise self._unexpected(text)
        if self._take("("):
            return self._call(text)
        if text in _WORDS:
            return _fixed(_WORDS[text])
        self.names.append(text)
        return lambda context: self._named(text, context)

    def _only_in_steps(self, name: str) -> Value:
        raise ExpressionError(
            f"{name} looks at files, which only a job's steps have. Located within expression: "
            f"{self._expression}"
        )

    def _named(self, name: str, context: Context) -> Value:
        if name.lower() not in context.values:
            raise ExpressionError(
                f"Unrecognized named-value: '{name}'. Located within expression: {self._expression}"
            )
        return context.values[name.lower()]

    def _call(self, name: str) -> Node:
        arguments: list[Node] = []
        if not self._take(")"):
            arguments.append(self._either())
            while self._take(","):
                arguments.append(self._either())
            self._expect(")")
        key = name.lower()
        if key in _STATUS and not arguments:
            self.asks_status = True
            return lambda context: key == "always" or context.status.get(key, key == "success")
        if key == "hashfiles":
            return lambda _context: self._only_in_steps(name)
        if key not in FUNCTIONS:
            raise ExpressionError(
                f"Unrecognized function: '{name}'. Located within expression: {self._expression}"
            )
        function, fewest, most = FUNCTIONS[key]
        if not fewest <= len(arguments) <= most:
            raise ExpressionError(
                f"Wrong number of parameters for '{name}'."
                f" Located within expression: {self._expression}"
            )
        return lambda context: function(*(argument(context) for argument in arguments))


def renamed(expression: str, name: str, replacement: str) -> str:
    """An expression in which something else stands for a context.

    Args:
        expression: without its `${{ }}`; one that cannot be read stays as it is.
        name: of the context, in small letters; members of that name are left alone.
        replacement: another expression.
    """
    made, place, before = [], 0, ""
    while found := _TOKEN.match(expression, place):
        kind = str(found.lastgroup)
        text = found.group(kind)
        is_context = kind == "name" and text.lower() == name and before != "."
        made.append(expression[place : found.start(kind)] + (replacement if is_context else text))
        place, before = found.end(), text
    return "".join(made) + expression[place:]


def _fixed(value: Value) -> Node:
    return lambda _context: value


class _Spread(list[Value]):
    """What `.*` gives: a member asked of it is asked of each item."""


def _member(node: Node, key: Node) -> Node:
    def found(context: Context) -> Value:
        value, name = node(context), key(context)
        if isinstance(value, _Spread):
            return _Spread(m for item in value if (m := member(item, name)) is not None)
        return member(value, name)

    return found


def _spread(node: Node) -> Node:
    def found(context: Context) -> Value:
        value = node(context)
        if isinstance(value, dict):
            return _Spread(value.values())
        return _Spread(value if isinstance(value, list) else [])

    return found
