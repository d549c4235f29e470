"""One request to a raised app, and its answer as it can be compared with another's."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from doors.behaviour.golden import Question

Json: TypeAlias = Any  # whatever JSON holds
_SECONDS = 120.0
_LARGEST = 1 << 20  # bytes of an answer that are read
_NO_ANSWER, _OK = 0, 200
# What listens on this machine no proxy can reach.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int  # of HTTP; 0 if nothing came
    text: str  # JSON with sorted keys where it was JSON, without what varies
    seconds: float


@dataclass(frozen=True)
class App:
    """Where one side's system answers, and which words of its answers are its sandbox's alone."""

    addresses: Mapping[str, str]  # output -> "http://HOST:PORT"
    own_words: Mapping[str, str]  # such as the commit of a repository -> what stands for it

    def ask(self, question: Question, varies: frozenset[str]) -> Answer:
        """Asks once; an error is an answer as well."""
        url = f"{self.addresses[question.at]}{question.path}"
        body = None if question.body is None else json.dumps(question.body).encode()
        started = time.perf_counter()
        status, content = _got(url, body)
        if question.follow and status == _OK:
            status, content = _got(f"{url}/{json.loads(content)[question.follow]}", None)
        seconds = time.perf_counter() - started
        return Answer(status, self.comparable(content.decode("utf-8", "replace"), varies), seconds)

    def comparable(self, text: str, varies: frozenset[str] = frozenset()) -> str:
        """The text without what is of this sandbox, or of this moment, alone."""
        for word, instead in self.own_words.items():
            text = text.replace(word, instead)
        try:
            found = json.loads(text)
        except ValueError:
            return text
        return json.dumps(_without(found, varies), sort_keys=True, ensure_ascii=False)


def _got(url: str, body: bytes | None) -> tuple[int, bytes]:
    headers = {} if body is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - a sandbox's own
    try:
        with _DIRECT.open(request, timeout=_SECONDS) as response:
            return response.status, response.read(_LARGEST)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_LARGEST)
    except OSError as error:
        return _NO_ANSWER, type(error).__name__.encode()


def _without(value: Json, varies: frozenset[str]) -> Json:
    if isinstance(value, dict):
        return {key: _without(each, varies) for key, each in value.items() if key not in varies}
    return [_without(each, varies) for each in value] if isinstance(value, list) else value


def changed_parts(old: str, new: str) -> list[tuple[str, str, str]]:
    """Where two answers differ: (place in the JSON, before, after); the place is empty for text."""
    try:
        return list(_parts("", json.loads(old), json.loads(new)))
    except ValueError:
        return [("", old, new)] if old != new else []


def _parts(place: str, old: Json, new: Json) -> list[tuple[str, str, str]]:
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            part
            for key in sorted({*old, *new})
            for part in _parts(f"{place}.{key}" if place else key, old.get(key), new.get(key))
        ]
    return [] if old == new else [(place, _said(old), _said(new))]


def _said(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
