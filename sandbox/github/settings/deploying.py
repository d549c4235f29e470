"""Which references may deploy to an environment."""

from collections.abc import Sequence

from sandbox.github.settings.environments import BranchPolicy, Environment
from sandbox.github.settings.patterns import matches
from sandbox.github.settings.rulesets import Ruleset


def refusal(
    environment: Environment,
    policies: Sequence[BranchPolicy],
    ref: str,
    *,
    rulesets: Sequence[Ruleset],
    default_branch: str,
) -> str | None:
    """Why a full reference may not deploy there, in the platform's words; None if it may.

    Reviews are nothing that the sandbox can ask anybody for: who demands them is refused here.
    """
    kind, _, name = ref.removeprefix("refs/").partition("/")
    words = {"heads": "Branch", "tags": "Tag"}.get(kind, "Reference")
    refused = (
        f'{words} "{name}" is not allowed to deploy to {environment.name} due to environment '
        "protection rules."
    )
    protection = environment.protection
    if protection.branches == "custom":
        wanted = {"heads": "branch", "tags": "tag"}.get(kind)
        if not any(each.type == wanted and matches(name, each.name) for each in policies):
            return refused
    if protection.branches == "protected":
        branch_rules = [e for e in rulesets if e.target == "branch" and e.enforcement == "active"]
        # Where no branch is protected, every branch may deploy; a tag never is.
        protected = any(each.concerns(ref, default_branch) for each in branch_rules)
        if kind != "heads" or (branch_rules and not protected):
            return refused
    if protection.reviewers:
        return (
            f"{environment.name} waits for a review, which nobody can give in the sandbox: "
            "raise the stack without reviewers here."
        )
    return None
