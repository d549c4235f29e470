"""A repositories half over bare git repositories, as small as the runs half lets it be."""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Repositories:
    """What runs read, from real git; secrets and rules are what a test says."""

    folder: Path
    secret_values: dict[tuple[str, str | None], dict[str, str]] = field(default_factory=dict)
    variable_values: dict[tuple[str, str | None], dict[str, str]] = field(default_factory=dict)
    deployments: list[list[dict[str, str]]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)  # which no other repository may use
    closed: dict[tuple[str, str], str] = field(default_factory=dict)  # environment -> open ref
    statuses: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self):
        self._writing = threading.Lock()

    def commit(
        self,
        repository: str,
        files: Mapping[str, str],
        *,
        branch: str = "main",
        message: str = "Change",
    ) -> tuple[str, str]:
        """Commits files and pushes them; (commit before, new commit)."""
        bare = self._bare(repository)
        if not bare.exists():
            git(self.folder, "init", "-q", "--bare", "--initial-branch=main", str(bare))
        work = self.folder / "work" / repository.replace("/", "-")
        if not work.exists():
            git(self.folder, "clone", "-q", str(bare), str(work))
        before = self.resolve(repository, f"refs/heads/{branch}")
        git(work, "checkout", "-q", *([branch] if before else ["-B", branch]))
        for name, content in files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_text(content)
        git(work, "add", "-A")
        git(work, "commit", "-q", "--allow-empty", "-m", message)
        git(work, "push", "-q", "origin", branch)
        return before or "0" * 40, git(work, "rev-parse", "HEAD").strip()

    def repositories(self) -> Sequence[str]:
        found = self.folder.glob("*/*.git")
        return sorted(str(each.relative_to(self.folder)).removesuffix(".git") for each in found)

    def exists(self, repository: str) -> bool:
        return self._bare(repository).is_dir()

    def may_use(self, caller: str, repository: str) -> bool:
        return self.exists(repository) and (repository not in self.hidden or caller == repository)

    def default_branch(self, repository: str) -> str:
        del repository
        return "main"

    def resolve(self, repository: str, ref: str) -> str | None:
        bare = self._bare(repository)
        if not bare.is_dir():
            return None
        asked = ["git", "rev-parse", "--verify", "-q", f"{ref}^{{commit}}"]
        said = subprocess.run(asked, cwd=bare, capture_output=True, text=True, check=False)
        return said.stdout.strip() or None

    def list_files(self, repository: str, commit: str, folder: str) -> Sequence[str]:
        listed = git(self._bare(repository), "ls-tree", "--name-only", commit, f"{folder}/")
        return [line.rpartition("/")[2] for line in listed.splitlines()]

    def read_file(self, repository: str, commit: str, path: str) -> bytes | None:
        asked = ["git", "show", f"{commit}:{path.removeprefix('./')}"]
        said = subprocess.run(asked, cwd=self._bare(repository), capture_output=True, check=False)
        return said.stdout if said.returncode == 0 else None

    def export(self, repository: str, commit: str, destination: Path) -> None:
        git(destination, "clone", "-q", str(self._bare(repository)), ".")
        git(destination, "checkout", "-q", "--detach", commit)

    def secrets(self, repository: str, environment: str | None) -> Mapping[str, str]:
        own = self.secret_values.get((repository, environment), {}) if environment else {}
        return {**self.secret_values.get((repository, None), {}), **own}

    def environment_secrets(self, repository: str, environment: str) -> Mapping[str, str]:
        return self.secret_values.get((repository, environment), {})

    def variables(self, repository: str, environment: str | None) -> Mapping[str, str]:
        own = self.variable_values.get((repository, environment), {}) if environment else {}
        return {**self.variable_values.get((repository, None), {}), **own}

    def environment_refusal(self, repository: str, environment: str, ref: str) -> str | None:
        allowed = self.closed.get((repository, environment), ref)
        if ref == allowed:
            return None
        branch = ref.removeprefix("refs/heads/")
        return (
            f'Branch "{branch}" is not allowed to deploy to {environment} due to environment'
            " protection rules."
        )

    def begin_deployment(self, repository: str, commit: str, **said: str) -> int:
        with self._writing:
            self.deployments.append([{"repository": repository, "commit": commit, **said}])
            return len(self.deployments)

    def end_deployment(self, repository: str, deployment: int, **said: str) -> None:
        self.deployments[deployment - 1].append({"repository": repository, **said})

    def set_status(self, repository: str, commit: str, **status: str) -> None:
        with self._writing:
            self.statuses.append({"repository": repository, "commit": commit, **status})

    def last_states(self, commit: str) -> dict[str, str]:
        """context -> state, as a commit shows them."""
        return {s["context"]: s["state"] for s in self.statuses if s["commit"] == commit}

    def _bare(self, repository: str) -> Path:
        return self.folder / f"{repository}.git"


def git(folder: Path, *arguments: str) -> str:
    named = ["-c", "user.name=Test", "-c", "user.email=test@localhost"]
    done = subprocess.run(
        ["git", *named, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
