"""What goes wrong in a query, in the form and the words of GitHub's GraphQL."""

import logging
import re
from typing import Any

from graphql import GraphQLError

from sandbox.github.graphql.limits import TooMuchError
from sandbox.github.http.errors import ForbiddenError, GitHubError, NotFoundError
from sandbox.http.errors import NotImitatedError, Refusal

_LOG = logging.getLogger(__name__)
_NO_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")
_NO_ARGUMENT = re.compile(r"Unknown argument '(\w+)' on field '(\w+)\.(\w+)'")
_NO_INPUT = re.compile(r"Field '(\w+)' is not defined by type '(\w+)'")
_NO_TYPE = re.compile(r"Unknown type '(\w+)'")


class UnresolvedError(NotFoundError):
    """What a query names is not there, or nothing that the caller may know of."""

    def __init__(self, kind: str, what: str) -> None:
        article = "an" if kind[0].lower() in "aeio" else "a"
        super().__init__(f"Could not resolve to {article} {kind} with {what}.")


def error_view(error: GraphQLError) -> dict[str, Any]:
    """An error as the answer's list has it."""
    cause = error.original_error
    shown: dict[str, Any] = {}
    if isinstance(cause, Refusal):
        shown["type"] = _type(cause)
        message = message_of(cause)
    elif cause is not None and not isinstance(cause, GraphQLError):
        _LOG.error("A resolver failed at %s", error.path, exc_info=cause)
        message = "Something went wrong while executing your query."
    else:
        message, extensions = _refused(error.message)
        if extensions:
            shown["extensions"] = extensions
    if error.path:
        shown["path"] = error.path
    if error.locations:
        shown["locations"] = [{"line": e.line, "column": e.column} for e in error.locations]
    return {**shown, "message": message}


def message_of(refusal: Refusal) -> str:
    """What a refusal says in one sentence, where REST has a list besides."""
    errors = refusal.errors if isinstance(refusal, GitHubError) else None
    if isinstance(errors, str):
        return errors
    said = [
        str(each.get("message") or f"{each.get('field')}: {each.get('code')}")
        for each in errors or ()
    ]
    return ", ".join(said) or refusal.message


def _type(refusal: Refusal) -> str:
    if isinstance(refusal, NotFoundError):
        return "NOT_FOUND"
    if isinstance(refusal, ForbiddenError):
        return "FORBIDDEN"
    if isinstance(refusal, NotImitatedError):
        return "NOT_IMITATED"
    return "MAX_NODE_LIMIT_EXCEEDED" if isinstance(refusal, TooMuchError) else "UNPROCESSABLE"


def _refused(message: str) -> tuple[str, dict[str, str]]:
    """A query that does not fit the schema: what is missing in it is what is not imitated."""
    field, argument = _NO_FIELD.match(message), _NO_ARGUMENT.match(message)
    if field:
        said = f"Field '{field[1]}' doesn't exist on type '{field[2]}'"
        found = {"code": "undefinedField", "typeName": field[2], "fieldName": field[1]}
    elif argument:
        said = f"Field '{argument[3]}' doesn't accept argument '{argument[1]}'"
        found = {
            "code": "argumentNotAccepted",
            "name": argument[3],
            "typeName": "Field",
            "argumentName": argument[1],
        }
    elif named := _NO_INPUT.search(message):
        said = f"InputObject '{named[2]}' doesn't accept argument '{named[1]}'"
        found = {"code": "argumentNotAccepted", "name": named[2], "argumentName": named[1]}
    elif kind := _NO_TYPE.match(message):
        said, found = f"No such type {kind[1]}", {"code": "undefinedType", "typeName": kind[1]}
    else:
        return message, {}
    return f"{said}: not imitated by the sandbox, if GitHub has it", found
