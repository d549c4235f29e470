"""What happens in the story, one act after the other; each ends with what was seen."""

import json
import re
import sys
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from doors.story.narration import Narration
from doors.story.stage import STACKS, WHERE, Stage
from doors.story.waiting import ended_run, job_log, newest, until
from report.github.rest import PostingError
from toolchain.progress import SetupError

PAGE = "app/board/index.html"
FIRST, NEW = "The first notice.", "Lunch is at noon."
VIOLATION = "      API_KEY: opens-the-door\n"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # all is on this machine
_SECONDS = 30


@dataclass
class Story:
    """The acts, in the order of `play`."""

    stage: Stage
    say: Narration
    seen: dict[str, str] = field(default_factory=dict[str, str])  # addresses of what was seen

    def play(self) -> None:
        """All of it.

        Raises:
            SetupError: something did not happen as it has to; the text says what.
        """
        self.raise_both()
        pull = self.propose()
        self.break_a_rule(pull)
        self.mend(pull)
        self.merge_and_deploy(pull, "dev")
        self.promote()
        self.drift()
        self.repair()

    # --- the acts

    def raise_both(self) -> None:
        """The repository with its two branches, and both stacks raised once by hand."""
        stage = self.stage
        self.say.act("dev and prod are raised once, by hand")
        with ThreadPoolExecutor() as both:
            list(both.map(stage.seal_tokens, STACKS))
        stage.git("checkout", "-q", "-b", "dev")
        # From the first `up` on both branches are under rules, and nobody pushes to them any more.
        stage.commit("The notice board [skip ci]", *STACKS.values())
        with ThreadPoolExecutor() as both:
            list(both.map(stage.raise_by_hand, STACKS))
            list(both.map(stage.keep_snapshot, STACKS))
        variables = {name: stage.environment[name] for name in WHERE}
        variables |= {"SLIPWAY_DEPLOYS": "true", "SLIPWAY_SNAPSHOTS": "true"}
        for name, value in variables.items():
            stage.ask("POST", "actions/variables", {"name": name, "value": value})
        for stack in STACKS:
            self.say.line(f"{stack} answers at {stage.output(stack, 'page')}: {self._page(stack)}")
        self.say.line("The platforms' tokens are sealed in the stacks' files. What opens them lies")
        self.say.line("in the repository's environments, of which each belongs to one branch. Each")
        self.say.line("state lies without its secrets on the branch snapshots, for previews.")
        self.say.line(f"The repository: {stage.page}")

    def propose(self) -> int:
        """A pull request, its workflows, and the comment."""
        stage = self.stage
        self.say.act("A pull request: another notice")
        stage.git("checkout", "-q", "-b", "notice")
        stage.change(PAGE, FIRST, NEW)
        before = newest(stage, "comment.yml")
        commit = stage.commit("Lunch", "notice")
        body = {"title": "Say when lunch is", "head": "notice", "base": "dev", "body": "Hungry?"}
        pull = int(stage.ask("POST", "pulls", body)["number"])
        self.seen["pull"] = f"{stage.page}/pull/{pull}"
        self.say.line(f"Opened: {self.seen['pull']}")
        self._previewed(commit, before, "success")
        self._tell_comment(pull)
        return pull

    def break_a_rule(self, pull: int) -> None:
        """A commit that no rule lets pass, a check that fails, and a merge that is refused."""
        stage = self.stage
        self.say.act("Somebody adds a key as a plain variable")
        stage.change("Pulumi.dev.yaml", "    variables:\n", f"    variables:\n{VIOLATION}")
        before = newest(stage, "comment.yml")
        commit = stage.commit("A key for the door", "notice")
        run = self._previewed(commit, before, "failure")
        self.seen["check"] = str(run["html_url"])
        self.say.line(f"The check preview fails: {self.seen['check']}")
        self._tell_comment(pull)
        self.seen["stopped"] = self.seen["pull"]
        try:
            stage.ask("PUT", f"pulls/{pull}/merge", {})
        except PostingError as refused:
            self.say.line(f"Merging it is refused: {refused.status}")
            return
        raise SetupError("A pull request whose check failed was merged all the same.")

    def mend(self, pull: int) -> None:
        """The commit that takes it back."""
        stage = self.stage
        self.say.act("It is taken out again")
        stage.change("Pulumi.dev.yaml", VIOLATION, "")
        before = newest(stage, "comment.yml")
        self._previewed(stage.commit("No key in the open", "notice"), before, "success")
        self._tell_comment(pull)

    def merge_and_deploy(self, pull: int, stack: str) -> None:
        """A merge, the plan that is approved, and the page that it makes."""
        stage = self.stage
        self.say.act(f"Merged: {stack} deploys the plan that was approved")
        before = newest(stage, "deploy.yml")
        stage.ask("PUT", f"pulls/{pull}/merge", {"merge_method": "merge"})
        self._deployed(stack, before, NEW)

    def promote(self) -> None:
        """The pull request from dev to main, and prod."""
        stage = self.stage
        self.say.act("What dev runs is proposed to main")
        before = newest(stage, "comment.yml")
        promotion = ("-m", "report.github.promotion", "--from", "dev", "--to", "main")
        said = stage.run(sys.executable, *promotion, environment=stage.as_a_job())
        self.say.line(said)
        found = re.search(r"/pull/(\d+)", said)
        if found is None:
            raise SetupError(f"The promotion named no pull request: {said}")
        pull = int(found[1])
        self.seen["promotion"] = f"{stage.page}/pull/{pull}"
        head = stage.ask("GET", f"pulls/{pull}")["head"]["sha"]
        self._previewed(head, before, "success")
        self.merge_and_deploy(pull, "prod")

    def drift(self) -> None:
        """Somebody changes prod on the Space's page, and an issue says so."""
        stage = self.stage
        self.say.act("Somebody changes prod on the Space's page")
        hub, token = stage.environment["HF_ENDPOINT"], stage.environment["HF_TOKEN"]
        request = urllib.request.Request(  # noqa: S310 - the sandbox's own address
            f"{hub}/api/spaces/slipway/board/variables",
            data=json.dumps({"key": "AUDIENCE", "value": "nobody"}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            method="POST",
        )
        with _DIRECT.open(request, timeout=_SECONDS):
            self.say.line("AUDIENCE is nobody now")
        self._looked()
        [issue] = self._issues()
        self.seen["issue"] = f"{stage.page}/issues/{issue['number']}"
        self.say.line(f"The night's look opened {self.seen['issue']}: {issue['title']}")
        self._quote(issue["body"])

    def repair(self) -> None:
        """The deployment that undoes it, and the end of the issue."""
        stage = self.stage
        self.say.act("Deploy is run again: what the program says holds")
        before = newest(stage, "deploy.yml")
        stage.ask("POST", "actions/workflows/deploy.yml/dispatches", {"ref": "main"})
        self._deployed("prod", before, NEW)
        self._looked()
        if self._issues():
            raise SetupError("Nothing differs any more, and the issue is still open.")
        self.say.line("The next look closed the issue")

    # --- what is seen

    def _previewed(self, commit: str, comments: int, conclusion: str) -> Mapping[str, Any]:
        """The run of the preview of a commit, once its comment was written."""
        run = ended_run(self.stage, "preview.yml", 0, head_sha=commit)
        self._expect(run, conclusion)
        self._expect(ended_run(self.stage, "comment.yml", comments), "success")
        return run

    def _deployed(self, stack: str, before: int, notice: str) -> None:
        stage = self.stage
        run = ended_run(stage, "deploy.yml", before)
        self._expect(run, "success")
        self.seen[f"deploy {stack}"] = str(run["html_url"])
        self.say.line(f"Planned, approved and applied: {run['html_url']}")
        until(lambda: self._page(stack) == notice or None, f"{stack} to say {notice!r}", 60)
        self.say.line(f"{stack} says: {notice}")

    def _looked(self) -> None:
        before = newest(self.stage, "drift.yml")
        self.stage.ask("POST", "actions/workflows/drift.yml/dispatches", {"ref": "main"})
        self._expect(ended_run(self.stage, "drift.yml", before), "success")

    def _expect(self, run: Mapping[str, Any], conclusion: str) -> None:
        if run["conclusion"] != conclusion:
            raise SetupError(
                f"{run['name']} ended with {run['conclusion']} instead of {conclusion}: "
                f"{run['html_url']} ({job_log(self.stage, run)})"
            )

    def _tell_comment(self, pull: int) -> None:
        [comment] = self.stage.github.pages(f"issues/{pull}/comments")
        labels = ", ".join(
            each["name"] for each in self.stage.github.pages(f"issues/{pull}/labels")
        )
        self.say.line(f"Label: {labels}. The comment of {comment['user']['login']}:")
        self._quote(comment["body"])

    def _quote(self, body: str) -> None:
        lines = [line for line in body.splitlines() if line.strip() and not line.startswith("<!--")]
        self.say.quote(lines)

    def _issues(self) -> list[Mapping[str, Any]]:
        found = self.stage.github.pages("issues?state=open")
        return [each for each in found if "pull_request" not in each]

    def _page(self, stack: str) -> str:
        """The notice that a stack's page shows."""
        with _DIRECT.open(self.stage.output(stack, "page"), timeout=_SECONDS) as answer:
            text = answer.read().decode()
        found = re.search(r"<p>(.*?)</p>", text)
        return found[1] if found else text
