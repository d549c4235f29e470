"""Answers queries: parsed, held against the schema, measured, and resolved field by field."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from sandbox.github.graphql.errors import error_view
from sandbox.github.graphql.limits import MOST_TOKENS, require_modest
from sandbox.http.errors import Refusal

_FOLDER = Path(__file__).parent / "schema"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ONLY_TYPES = "they return conflicting types"
_MOST_ERRORS = 20  # of a query that does not fit the schema; more help nobody


@cache
def github_schema() -> GraphQLSchema:
    """The types that are imitated."""
    parts = [each.read_text(encoding="utf-8") for each in sorted(_FOLDER.glob("*.graphql"))]
    return build_schema("\n".join(parts))


def answer_to(
    query: str,
    variables: Mapping[str, Any],
    operation_name: str | None,
    *,
    roots: Mapping[OperationType, object],
) -> dict[str, Any]:
    """The whole answer to a query: `data`, `errors`, or both.

    Args:
        query: its text.
        variables: their values, as JSON brought them.
        operation_name: which of the text's operations is meant, if there are several.
        roots: what fields are looked up on first, for queries and for mutations.
    """
    try:
        document = parse(query, max_tokens=MOST_TOKENS)
    except (GraphQLSyntaxError, RecursionError) as error:
        message = error.message if isinstance(error, GraphQLError) else "The query is too deep"
        return {"errors": [{"message": message}]}
    return _answer(document, variables, operation_name, roots)


def _answer(
    document: DocumentNode,
    variables: Mapping[str, Any],
    operation_name: str | None,
    roots: Mapping[OperationType, object],
) -> dict[str, Any]:
    schema = github_schema()
    # GitHub lets a field be `String` on one type of a union and `String!` on another.
    unfit = [
        each
        for each in validate(schema, document, max_errors=_MOST_ERRORS)
        if _ONLY_TYPES not in each.message
    ]
    if unfit:
        return {"errors": [error_view(each) for each in unfit]}
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return {"errors": [{"message": "No operation of that name, or none is named"}]}
    try:
        require_modest(document, operation, {**_defaults(operation), **variables})
    except Refusal as refusal:
        return {"errors": [error_view(GraphQLError(refusal.message, original_error=refusal))]}
    result = execute_sync(
        schema,
        document,
        roots[operation.operation],
        variable_values=dict(variables),
        operation_name=operation_name,
        field_resolver=_resolve,
        type_resolver=_type_of,
    )
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [error_view(each) for each in result.errors]
    return answer


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    """Values of variables that the query itself gives."""
    return {
        each.variable.name.value: int(value)
        for each in operation.variable_definitions or ()
        if (value := getattr(each.default_value, "value", None)) is not None
        and str(value).isdecimal()
    }


def _resolve(source: Any, info: GraphQLResolveInfo[None], **arguments: Any) -> Any:  # noqa: ANN401 - any field's value
    """A field is the attribute of that name, called with the arguments if it can be."""
    name = attribute_of(info.field_name)
    value = source[name] if isinstance(source, Mapping) else getattr(source, name)
    return value(**_named(arguments)) if callable(value) else value


def _type_of(value: Any, *_about: object) -> str:  # noqa: ANN401 - an object of any type
    return str(value.typename)


def attribute_of(field: str) -> str:
    """How a field of the schema is called in Python: `mergedBy` is `merged_by`."""
    return _HUMP.sub("_", field).lower()


def _named(value: Any) -> Any:  # noqa: ANN401 - arguments of any shape
    if isinstance(value, dict):
        return {attribute_of(key): _named(each) for key, each in value.items()}
    return [_named(each) for each in value] if isinstance(value, list) else value
