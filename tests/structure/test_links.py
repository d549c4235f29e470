"""What the pages link to is there: files, and headings in them."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_CODE = re.compile(r"(?ms)^ *```.*?^ *```|`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def pages():
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    names = subprocess.check_output(listed, cwd=ROOT, text=True).split()
    return [name for name in names if (ROOT / name).is_file()]


def anchors(page):
    """As GitHub makes them of headings; a second one of the same words has a number."""
    found = {}
    for heading in re.findall(r"(?m)^#+ +(.*)$", re.sub(r"(?ms)^```.*?^```", "", page.read_text())):
        text = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = found[text] = found.get(text, -1) + 1
        yield f"{text}-{count}" if count else text


def test_there_are_pages():
    assert {"README.md", "docs/runbook.md"} <= set(pages())


@pytest.mark.parametrize("name", pages())
def test_every_link_of_a_page_leads_somewhere(name):
    page = ROOT / name
    for link in _LINK.findall(_CODE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue  # somebody else's
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in set(anchors(target)), link


@pytest.mark.parametrize("name", [each for each in pages() if each.startswith("docs/")])
def test_every_page_of_the_documentation_is_linked_by_another(name):
    linked = {
        (ROOT / other).parent.joinpath(link.partition("#")[0]).resolve()
        for other in pages()
        if other != name
        for link in _LINK.findall((ROOT / other).read_text())
    }
    assert (ROOT / name).resolve() in linked
