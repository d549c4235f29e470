"""A repository on the sandbox's GitHub whose one workflow is pushed, runs and is read."""

import base64
import time

from tests.sandbox.keyless.whole_sandbox import WholeSandbox


class Training:
    """The repository; close `http` when done."""

    def __init__(self, cloud: WholeSandbox, name: str) -> None:
        self.name = f"{cloud.owner}/{name}"
        self.http = cloud.github_http()
        assert self.http.post("/user/repos", json={"name": name}).status_code == 201

    def put(self, path: str, text: str, message: str = "x [skip ci]") -> str:
        """Commits a file; the commit."""
        body = {"message": message, "content": base64.b64encode(text.encode()).decode()}
        answer = self.http.put(f"/repos/{self.name}/contents/{path}", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["commit"]["sha"]

    def run(self, workflow: str, *, seconds: float = 120) -> tuple[str, str, str]:
        """Pushes a workflow and waits for its run; the commit, the conclusion, the job's log."""
        sha = self.put(".github/workflows/publish.yml", workflow, "Publish")
        until, runs = time.monotonic() + seconds, f"/repos/{self.name}/actions/runs"
        while True:
            [run] = self.http.get(runs).json()["workflow_runs"]
            if run["status"] == "completed":
                break
            assert time.monotonic() < until, run
            time.sleep(0.1)
        [job] = self.http.get(f"{runs}/{run['id']}/jobs").json()["jobs"]
        logs = f"/repos/{self.name}/actions/jobs/{job['id']}/logs"
        return sha, run["conclusion"], self.http.get(logs, follow_redirects=True).text
