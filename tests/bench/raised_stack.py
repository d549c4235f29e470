"""The dev stack as `make up` left it: where its apps answer, and who may disturb it."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from huggingface_hub import HfApi

from doors.behaviour.golden import Question
from doors.cli import prepare
from doors.deployment import for_people
from doors.home import Home
from sandbox.console.report import addresses
from sandbox.http.faults import Faults

_STACK = "dev"
NO_ANSWER, OK = 0, 200  # of HTTP; nothing has the first


@dataclass(frozen=True)
class RaisedStack:
    """Its addresses, and the two ways to disturb it: a restart, and trouble on the Hub."""

    addresses: Mapping[str, str]  # "SYSTEM.OUTPUT" -> address
    hub: HfApi
    faults: Faults
    github: str  # of the sandbox, for people

    @classmethod
    def here(cls) -> "RaisedStack":
        """This checkout's."""
        home = Home.current()
        pulumi = prepare(home)
        endpoint = pulumi.environment["HF_ENDPOINT"]
        found = {name: for_people(url, endpoint) for name, url in addresses(pulumi.outputs(_STACK))}
        hub = HfApi(endpoint=endpoint, token=pulumi.environment["HF_TOKEN"])
        return cls(
            found,
            hub,
            Faults(home.open_database()),
            pulumi.environment["GITHUB_BASE_URL"].rstrip("/"),
        )

    def url(self, system: str, output: str) -> str:
        """The host of an output, without what stands behind it."""
        return str(httpx.URL(self.addresses[f"{system}.{output}"]).join("/")).rstrip("/")

    def restart(self, system: str) -> None:
        """Has the Hub begin the system's Space anew; its process and what it counted are gone."""
        owner, name = self.addresses[f"{system}.page"].rstrip("/").split("/")[-2:]
        self.hub.restart_space(f"{owner}/{name}")

    async def ask(self, client: httpx.AsyncClient, system: str, question: Question) -> int:
        """The status of one request, or of the answer that it leads to; 0 if nothing came."""
        url = f"{self.url(system, question.at)}{question.path}"
        try:
            answer = await client.post(url, json=question.body)
            if question.follow and answer.status_code == OK:
                answer = await client.get(f"{url}/{answer.json()[question.follow]}")
        except httpx.HTTPError:
            return NO_ANSWER
        return answer.status_code
