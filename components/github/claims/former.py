"""What a stack has made already and would make again under another URN.

The engine makes the new one first, which on GitHub writes over the old one, and then deletes the
old one, which takes both away. No such change may begin, whatever is handed over.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from slipway.errors import ConfigError
from slipway.github.claims.claims import Claim, claims_taken


def refuse_loss(olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
    """Looks at what is claimed now and was before.

    Args:
        olds: the inputs of a claim to the same repository, as they stand in the state.
        news: those of now.

    Raises:
        ConfigError: some of it would be deleted; the text says the way without.
    """
    before = {Claim.from_fields(each) for each in olds.get("claims") or []}
    kept = claims_taken({Claim.from_fields(each) for each in news["claims"]}, before)
    if not kept:
        return
    place, was = f"{news['owner']}/{news['repository']}", f"{olds['owner']}/{olds['repository']}"
    if place != was:
        _, component = _parts(olds["parent"])
        raise ConfigError(
            f"Repository {place}: this stack knows it as {was}. Everything would be written under "
            "the one name and then deleted under the other, which leads to the same place. Nothing "
            f"was changed. Say {was}; or, if GitHub calls it so no more, let the state forget what "
            "is there, which changes nothing on GitHub: `pulumi state delete URN "
            f"--target-dependents`, with the URN of {component}-claim that `pulumi stack "
            "--show-urns` says. The next `pulumi up` then says how to take it over."
        )
    problems = list(_problems(olds, news, kept))
    if problems:
        listed = "\n".join(f"  {each}" for each in problems)
        raise ConfigError(
            f"Repository {place}: this would be made a second time and then deleted, with all "
            f"that is in it:\n{listed}\nNothing was changed."
        )


def _problems(
    olds: Mapping[str, Any], news: Mapping[str, Any], kept: Collection[tuple[Claim, Claim]]
) -> Iterator[str]:
    old_parent, parents = olds["parent"], [news["parent"], *(news.get("former_parents") or [])]
    aliased = {_parts(each) for each in parents[1:]}
    if _parts(old_parent)[0] != _parts(news["parent"])[0] and _parts(old_parent) not in aliased:
        everything = ", ".join(str(claim) for claim, _ in kept)
        yield (
            f"{everything}: the component was moved to another parent. Tell the engine, with "
            f'opts=pulumi.ResourceOptions(aliases=["{old_parent}"]) where it is declared'
        )
        return
    former_names = news.get("former_names") or {}
    for claim, old in kept:
        names = {f"{_parts(each)[1]}-{former_names.get(claim.logical)}" for each in parents}
        if old.name != claim.name or old.environment != claim.environment:
            yield f"{claim}: it is the same one as {old} on GitHub; write it so"
        elif old.logical not in {claim.logical, *names}:
            yield (
                f"{claim}: the state has it as {old.logical}, after the key it had in the program. "
                "Run `pulumi up` once with that key; from then on keys may change"
            )


def _parts(urn: str) -> tuple[str, str]:
    """(types of the parents and its own, logical name)."""
    _, _, types, name = urn.split("::", 3)
    return types, name
