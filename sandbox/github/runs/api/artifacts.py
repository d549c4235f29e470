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
    """One artifact of one run."""

    run: int
    name: str
    folder: Path

    @property
    def id(self) -> int:
        """A number, the same for the same run and name."""
        return int(hashlib.sha256(f"{self.run}/{self.name}".encode()).hexdigest()[:7], 16)

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


def artifacts_of(folder: Path, run: int) -> list[Artifact]:
    """The artifacts of a run, by name."""
    place = folder / "artifacts" / str(run)
    if not place.is_dir():
        return []
    return [
        Artifact(run, each.name, each)
        for each in sorted(place.iterdir())
        if each.is_dir() and not each.is_symlink() and not each.name.startswith(".")
    ]


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
