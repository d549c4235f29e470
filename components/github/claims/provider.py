"""Looks before anything is declared: the token, the repository, and what is there already."""

from typing import Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.credentials import PLACEHOLDER
from slipway.errors import ConfigError
from slipway.github.claims.claims import OVERWRITTEN, Claim, claims_taken
from slipway.github.claims.former import refuse_loss
from slipway.github.client import GitHubClient
from slipway.github.provider import GitHubProvider

COMPARED = ("owner", "repository", "claims", "parent", "repository_id")
OUTPUTS = ("page",)


class ClaimProvider(GitHubProvider):
    """Inputs: owner, repository, claims, former_names, adopt, parent, former_parents, provider.

    Adds: repository_id, page.

    GitHub's secrets, variables and rules carry no mark of whoever made them, and a secret that is
    written replaces another one in silence. So the names a stack has claimed stand in its state,
    and what is newly claimed must not be there. All happens in `check`, which a preview asks, too,
    and before anything that depends on this resource. It changes nothing on GitHub.
    """

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuses a token that can't, a repository that is not there, names that are taken."""
        if self.token == PLACEHOLDER:
            return CheckResult({**news, "repository_id": olds.get("repository_id") or 0}, [])
        client = self.client(news)
        repository = client.repository(news["repository"])
        wanted = {Claim.from_fields(each) for each in news["claims"]}
        same = int(olds.get("repository_id") or 0) == repository.id
        if same:
            refuse_loss(olds, news)
        ours = {Claim.from_fields(each) for each in olds.get("claims") or []} if same else set()
        adopted = set(news.get("adopt") or [])
        fresh = {claim for claim in wanted - ours if str(claim) not in adopted}
        if fresh:
            _refuse_taken(client, news, fresh)
        return CheckResult({**news, "repository_id": repository.id}, [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Other names are another claim."""
        return DiffResult(changes=any(olds.get(key) != news.get(key) for key in COMPARED))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Keeps the claim in the state; `check` has looked."""
        return CreateResult(f"{props['owner']}/{props['repository']}", self._outputs(props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The repository as it is now; one that is not there, or not shown, is an error."""
        outputs = self._outputs(props)
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Keeps the other claim."""
        return UpdateResult(self._outputs(news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Nothing was made, nothing is deleted."""

    def _outputs(self, props: dict[str, Any]) -> dict[str, Any]:
        repository = self.client(props).repository(props["repository"])
        return {**props, "page": repository.page}


def _refuse_taken(client: GitHubClient, props: dict[str, Any], fresh: set[Claim]) -> None:
    repository = props["repository"]
    taken = claims_taken(fresh, client.existing(repository, fresh))
    if not taken:
        return
    names = "\n".join(f"  {claim}" for claim, _ in taken)
    commands = [
        claim.import_command(repository, there.number, props["parent"], props["provider"])
        for claim, there in taken
        if claim.kind not in OVERWRITTEN
    ]
    text = (
        f"Repository {client.owner}/{repository}: this exists already, and this stack did not make "
        f"it:\n{names}\nNothing was changed. If it did so while the component had another name "
        "or parent, tell the engine: opts=pulumi.ResourceOptions(aliases=[pulumi.Alias("
        'name="FORMER NAME")]), or aliases=["FORMER URN"] after another parent. Else choose other '
        "names, or delete them on GitHub, or take them over: list them, as written here, under "
        "slipway:repository.adopt"
    )
    if commands:
        listed = "\n".join(f"  {command}" for command in commands)
        text += f", and run this, after a `pulumi up` that stopped here:\n{listed}"
    raise ConfigError(text)
