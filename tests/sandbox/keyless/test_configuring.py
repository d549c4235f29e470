"""What the command `publishers` takes and says."""

import pytest

from sandbox.cli import main
from sandbox.hub.repositories.names import RepoKind, RepoName
from sandbox.hub.repositories.registry import Registry
from sandbox.server.home import Home


@pytest.fixture
def publishers(tmp_path, capsys):
    """Runs the command over a home with the repository ada/model."""
    home = Home(tmp_path / "home")
    registry = Registry(home.open_database(), home.repositories)
    registry.add("uid", RepoName(RepoKind.MODEL, "ada", "model"), "public")
    registry.add("app", RepoName(RepoKind.SPACE, "ada", "app"), "public")

    def run(*words: str) -> tuple[int, str]:
        code = main(["publishers", "--home", str(home.folder), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


TRUST = ("--trust", "ada/model", "--claim", "repository=ada/training")


def test_what_is_added_is_listed_until_it_is_removed(publishers):
    assert publishers(*TRUST, "--claim", "branch=main", "--claim", "workflow=p.yml") == (0, "1\n")
    assert publishers("--trust", "spaces/ada/app", "--claim", "repository=ada/x") == (0, "2\n")
    code, text = publishers()
    assert code == 0
    first, second = text.splitlines()[2:]
    assert first.split()[:3] == ["1", "ada/model", "github"]
    assert '{"repository": "ada/training", "branch": "main", "workflow": "p.yml"}' in first
    assert first.endswith("never")
    assert second.split()[1] == "spaces/ada/app"
    assert publishers("--distrust", "1")[0] == 0
    assert "ada/model" not in publishers()[1]
    code, text = publishers("--distrust", "1")
    assert (code, "no publisher with the number 1" in text) == (1, True)


def test_what_is_trusted_already_is_not_added_again(publishers):
    assert publishers(*TRUST) == (0, "1\n")
    assert publishers(*TRUST) == (0, "1\n")
    assert publishers(*TRUST, "--claim", "branch=main") == (0, "2\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--trust", "ada/not", "--claim", "repository=a/b"), "no repository ada/not"),
        (("--trust", "datasets/ada/model", "--claim", "repository=a/b"), "no repository datasets/"),
        (("--trust", "kernels/ada/model", "--claim", "repository=a/b"), "no repository kernels/"),
        (("--trust", "a/b/c", "--claim", "repository=a/b"), "resource is namespace/name"),
        (("--trust", "ada", "--claim", "repository=a/b"), "publishers of users"),
        (("--trust", "ada/model"), "the claim 'repository' is needed"),
        (("--trust", "ada/model", "--claim", "branch=main"), "the claim 'repository' is needed"),
        ((*TRUST, "--claim", "workflow=.github/workflows/p.yml"), "name of the file alone"),
        ((*TRUST, "--claim", "color=red"), "no claim is called 'color'"),
        ((*TRUST, "--claim", "branch"), "the claim 'branch' needs a value"),
        ((*TRUST, "--claim", "repository=ada/y"), "given twice"),
        (("--trust", "ada/model", "--claim", "repository=training"), "owner/name"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_cannot_be_trusted_is_refused_with_the_reason(publishers, words, said):
    code, text = publishers(*words)
    assert (code, said in text) == (1, True), text
    assert len(publishers()[1].splitlines()) == 2, "nothing was added"
