"""All that GitHub shows and hands out of a repository's runs, checks and conversations."""

import html
import io
import json
import re
import urllib.request
import zipfile
from collections.abc import Iterator

from report.github.rest import Rest
from tests.report.test_comment import visible

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def shown(github: Rest) -> Iterator[tuple[str, bytes]]:
    """(kind and place, content): as the API serves it, and what people see on the pages."""
    runs = _ask(github, "actions/runs?per_page=100")["workflow_runs"]
    yield "runs", json.dumps(runs).encode()
    for run in runs:
        name = f"{run['name']} {run['run_number']}"
        yield from _of_jobs(github, run["id"], name)
        yield from _unpacked(github, f"actions/runs/{run['id']}/logs", f"log {name}")
        kept = _ask(github, f"actions/runs/{run['id']}/artifacts?per_page=100")["artifacts"]
        for each in kept:
            place = f"artifact {name} {each['name']}"
            yield from _unpacked(github, f"actions/artifacts/{each['id']}/zip", place)
        yield f"page {name}", _seen(github, run["html_url"])
    for each in _ask(github, "issues?state=all&per_page=100"):
        number = each["number"]
        comments = _ask(github, f"issues/{number}/comments?per_page=100")
        yield f"issue {number}", json.dumps([each, *comments]).encode()
        said = [each["body"] or "", *(one["body"] for one in comments)]
        yield f"comment {number}", "".join(map(visible, said)).encode()
        yield f"page of {number}", _seen(github, each["html_url"])
    for name in ("dev", "prod"):
        path = f"contents/{name}.json?ref=snapshots"
        yield f"snapshot {name}", _get(github, path, "application/vnd.github.raw+json")


def _of_jobs(github: Rest, run: int, name: str) -> Iterator[tuple[str, bytes]]:
    for job in _ask(github, f"actions/runs/{run}/jobs?per_page=100")["jobs"]:
        place = f"{name} {job['name']}"
        yield f"log {place}", _get(github, f"actions/jobs/{job['id']}/logs")
        check = _ask(github, f"check-runs/{job['id']}")
        notes = _ask(github, f"check-runs/{job['id']}/annotations?per_page=100")
        assert check["output"]["annotations_count"] == len(notes)
        yield f"check {place}", json.dumps([check, job]).encode()
        yield f"annotations {place}", json.dumps(notes).encode()


def _unpacked(github: Rest, path: str, place: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(_get(github, path))) as packed:
        for each in packed.namelist():
            yield f"{place} {each}", packed.read(each)


def _seen(github: Rest, url: str) -> bytes:
    """A page's text as people read it, and its source."""
    source = _fetched(github, url, "text/html").decode()
    return f"{source}\n{html.unescape(re.sub(r'<[^>]+>', '', source))}".encode()


def _ask(github: Rest, path: str):
    return json.loads(_get(github, path))


def _get(github: Rest, path: str, kind: str = "application/vnd.github+json") -> bytes:
    return _fetched(github, f"{github.api}/repos/{github.name}/{path}", kind)


def _fetched(github: Rest, url: str, kind: str) -> bytes:
    headers = {"Accept": kind, "Authorization": f"Bearer {github.token}"}
    with _DIRECT.open(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        return answer.read()
