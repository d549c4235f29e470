"""The API of artifacts."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.errors import NotFoundError
from sandbox.github.http.requests import answer, listed, urls
from sandbox.github.runs.api.addressed_runs import ACTIONS, RUN, AddressedRuns
from sandbox.github.runs.api.artifacts import Artifact, artifact_view, artifacts_of
from sandbox.github.runs.records import Run
from sandbox.http.handlers import at

_ARTIFACT = f"{ACTIONS}/artifacts/{{artifact:int}}"


class ArtifactRoutes(AddressedRuns):
    """Endpoints of what jobs kept beside their runs."""

    @at("GET", f"{RUN}/artifacts")
    def _run_artifacts(self, request: Request) -> Response:
        return self._artifacts(request, [self._run(request)])

    @at("GET", f"{ACTIONS}/artifacts")
    def artifacts(self, request: Request) -> Response:
        """`GET R/actions/artifacts`: of all runs."""
        return self._artifacts(request, self._records.runs(self._readable(request)))

    def _artifacts(self, request: Request, runs: Sequence[Run]) -> Response:
        name = request.query_params.get("name")
        found = [
            (artifact, run)
            for run in runs
            for artifact in artifacts_of(self._runs.folder, run)
            if name in (None, artifact.name)
        ]
        return listed(
            request, found, lambda each: artifact_view(each[0], each[1], urls(request)), "artifacts"
        )

    @at("GET", _ARTIFACT)
    def artifact(self, request: Request) -> Response:
        """`GET R/actions/artifacts/{artifact}`."""
        artifact, run = self._artifact(request)
        return answer(request, artifact_view(artifact, run, urls(request)))

    @at("GET", f"{_ARTIFACT}/zip")
    def _artifact_zip(self, request: Request) -> Response:
        """On GitHub a redirect leads there."""
        artifact, _run = self._artifact(request)
        return Response(artifact.packed(), media_type="application/zip")

    def _artifact(self, request: Request) -> tuple[Artifact, Run]:
        for run in self._records.runs(self._readable(request)):
            for artifact in artifacts_of(self._runs.folder, run):
                if artifact.id == request.path_params["artifact"]:
                    return artifact, run
        raise NotFoundError
