"""What people write in issues and pull requests: how much of it there may be."""

from sandbox.github.http.errors import UnprocessableError

_LONGEST = 65536  # characters of a body, a title's are fewer
_LONGEST_TITLE = 256


def fit_title(title: str | None) -> str:
    """A title; raises UnprocessableError for none, or one that is too long."""
    if title is None or not title.strip():
        raise _unfit("title", "missing_field")
    if len(title) > _LONGEST_TITLE:
        raise _too_long("title", _LONGEST_TITLE)
    return title


def fit_text(text: str | None, key: str = "body") -> str | None:
    """A text, or none; raises UnprocessableError for more than the platform keeps."""
    if text is not None and len(text) > _LONGEST:
        raise _too_long(key, _LONGEST)
    return text


def fit_comment(text: str | None) -> str:
    """A comment; raises UnprocessableError for one without words."""
    text = fit_text(text)
    if text is None or not text.strip():
        raise _unfit("body", "missing_field", "IssueComment")
    return text


def _unfit(field: str, code: str, resource: str = "Issue") -> UnprocessableError:
    error = {"resource": resource, "code": code, "field": field}
    return UnprocessableError("Validation Failed", [error])


def _too_long(field: str, longest: int) -> UnprocessableError:
    error = {
        "resource": "Issue",
        "code": "custom",
        "field": field,
        "message": f"{field} is too long (maximum is {longest} characters)",
    }
    return UnprocessableError("Validation Failed", [error])
