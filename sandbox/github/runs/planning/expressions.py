"""GitHub's expressions where a run, and not a job, evaluates them.

`act` evaluates what stands inside steps. Which jobs run, with which matrix, in which environment
and under which name is decided here, because each job is one `act` of its own.
"""

import json
import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from sandbox.github.runs.planning.expression_parser import Context, Parser, renamed
from sandbox.github.runs.planning.expression_values import ExpressionError, Value, text_of, truth

_CLOSING = re.compile(r"(?:'[^']*'|[^'}]|\}(?!\}))*?\}\}", re.DOTALL)


def evaluate(expression: str, context: Context) -> Value:
    """The value of an expression without its `${{ }}`."""
    return Parser(expression).parse()(context)


def render(template: Any, context: Context) -> Any:  # noqa: ANN401 - as YAML has it
    """A value of a workflow file with its `${{ }}` evaluated, inside lists and mappings too."""
    if isinstance(template, dict):
        return {str(render(key, context)): render(v, context) for key, v in template.items()}
    if isinstance(template, list):
        return [render(item, context) for item in template]
    if not isinstance(template, str):
        return template
    parts = list(_parts(template))
    if len(parts) == 1 and parts[0][1]:
        return evaluate(parts[0][0], context)  # alone, an expression keeps its type
    return "".join(text_of(evaluate(text, context)) if is_code else text for text, is_code in parts)


def condition(written: Any, context: Context) -> bool:  # noqa: ANN401 - as YAML has it
    """Whether an `if` holds; without a status function it also asks that all went well before."""
    code = _condition_code(written)
    parser = Parser(code)
    node = parser.parse()
    if not parser.asks_status and not context.status.get("success", True):
        return False
    return truth(node(context))


def check_template(
    template: Any,  # noqa: ANN401 - as YAML has it
    *,
    bare: bool = False,
    known: Container[str] | None = None,
) -> None:
    """Raises ExpressionError if a value holds an expression that cannot be read.

    Args:
        template: a value of a workflow file.
        bare: the value is an `if`, an expression without `${{ }}` around it.
        known: the contexts that it may name, in small letters; None where that is not asked.
    """
    if bare and template is not None:
        _check_code(_condition_code(template), known)
    elif isinstance(template, dict):
        for value in template.values():
            check_template(value, known=known)
    elif isinstance(template, list):
        for value in template:
            check_template(value, known=known)
    elif isinstance(template, str):
        for text, is_code in _parts(template):
            if is_code:
                _check_code(text, known)


def _check_code(code: str, known: Container[str] | None) -> None:
    parser = Parser(code)
    parser.parse()
    for name in parser.names:
        if known is not None and name.lower() not in known:
            raise ExpressionError(
                f"Unrecognized named-value: '{name}'. Located within expression: {code.strip()}"
            )


def with_inputs(template: Any, inputs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as YAML has it
    """The same value, whose expressions have the values of `inputs` in place of its name.

    act knows the inputs of an event alone, and not those with which a workflow is called.
    """
    written = json.dumps(inputs, ensure_ascii=False).replace("'", "''")
    literal = f"fromJSON('{written}')"

    def replaced(value: Any, *, bare: bool = False) -> Any:  # noqa: ANN401 - as above
        if isinstance(value, dict):
            return {key: replaced(item, bare=key == "if") for key, item in value.items()}
        if isinstance(value, list):
            return [replaced(item) for item in value]
        if not isinstance(value, str):
            return value
        if bare and "${{" not in value:
            return renamed(value, "inputs", literal)
        return "".join(
            f"${{{{{renamed(text, 'inputs', literal)}}}}}" if is_code else text
            for text, is_code in _parts(value)
        )

    return replaced(template)


def _condition_code(written: Any) -> str:  # noqa: ANN401 - as YAML has it
    if written is None or written == "":
        return "success()"
    parts = list(_parts(text_of(written)))
    if len(parts) == 1:
        return parts[0][0]
    if not any(is_code for _, is_code in parts):
        return text_of(written)
    # `${{ a }} && b`: with text around it GitHub formats, and a text that is not empty is true.
    quoted = ("'" + text.replace("'", "''") + "'" for text, is_code in parts if not is_code)
    codes = (text for text, is_code in parts if is_code)
    joined = [next(codes) if is_code else next(quoted) for _, is_code in parts]
    holes = "".join(f"{{{number}}}" for number in range(len(joined)))
    return f"format('{holes}', {', '.join(joined)})"


def _parts(template: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text, and whether each is an expression."""
    place = 0
    while (start := template.find("${{", place)) >= 0:
        if start > place:
            yield template[place:start], False
        end = _CLOSING.match(template, start + 3)
        if end is None:
            raise ExpressionError(f"The expression is not closed: {template[start:]}")
        yield template[start + 3 : end.end() - 2], True
        place = end.end()
    if place < len(template) or not template:
        yield template[place:], False
