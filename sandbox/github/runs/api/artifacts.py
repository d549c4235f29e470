"""What jobs kept beside their run: one folder per artifact, packed when somebody fetches it."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.github.http.describe import node_id
from sandbox.github.http.requests import Urls
from sandbox.github.runs.records import Run
from sandbox.github.runs.runners.untrusted_files import written_files


@dataclass(frozen=True)
class Artifact:
    """One artifact of one attempt of a run."""

    run: int
    attempt: int
    name: str
    folder: Path

    @property
    def id(self) -> int:
        """A number, the same for the same run, attempt and name."""
        place = self.name if self.attempt == 1 else f".attempt-{self.attempt}/{self.name}"
        return int(hashlib.sha256(f"{self.run}/{place}".encode()).hexdigest()[:7], 16)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.size for file in written_files(self.folder))

    def packed(self) -> bytes:
        """A zip file of it."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in written_files(self.folder):
                with packed.open(file.path, "w", force_zip64=True) as entry:
                    for chunk in file.chunks():
                        entry.write(chunk)
        return buffer.getvalue()


def artifacts_of(folder: Path, run: Run) -> list[Artifact]:
    """The artifacts of a run, by name; of several attempts the newest one's.

    Those of the first attempt lie in the run's folder itself, and no artifact's name begins with a
    dot, as the folders of later attempts do.
    """
    place, found = folder / "artifacts" / str(run.id), dict[str, Artifact]()
    for attempt in range(run.whole, run.attempt + 1):
        at = place if attempt == 1 else place / f".attempt-{attempt}"
        if at.is_dir() and not at.is_symlink():
            for each in at.iterdir():
                if each.is_dir() and not each.is_symlink() and not each.name.startswith("."):
                    found[each.name] = Artifact(run.id, attempt, each.name, each)
    return [found[name] for name in sorted(found)]


def artifact_view(artifact: Artifact, run: Run, urls: Urls) -> dict[str, Any]:
    """An artifact as the API shows it."""
    api = f"{urls.api}/repos/{run.repository}/actions/artifacts/{artifact.id}"
    at = datetime.fromtimestamp(artifact.folder.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": artifact.id,
        "node_id": node_id("Artifact", artifact.id),
        "name": artifact.name,
        "size_in_bytes": artifact.size,
        "url": api,
        "archive_download_url": f"{api}/zip",
        "expired": False,
        "created_at": at,
        "updated_at": at,
        "expires_at": None,
        "workflow_run": {"id": run.id, "head_branch": run.branch, "head_sha": run.commit_id},
    }
