"""A key that is drawn once and then stays, although the platform never gives it back."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.credentials import passphrase
from slipway.github.provider import GitHubProvider
from slipway.github.secrets.kept_key import (
    draw,
    find_kept,
    keep,
    kept_as_today,
    open_kept,
)

OUTPUTS = ("kept",)


class GeneratedKeyProvider(GitHubProvider):
    """Inputs: name, rotation. Adds: kept, the key sealed as `kept_key` says.

    Another `rotation` draws another key, and nothing else does. One that is sealed otherwise than
    keys are today is sealed anew, and stays the same.
    """

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """A new key is wanted, or the old one is to be sealed anew.

        One that can't be opened is no difference: the program, which needs it, says so in every
        preview and `up`, while a refresh does without.
        """
        return DiffResult(changes=not _wanted(olds, news) or self._outdated(str(olds["kept"])))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Draws the key."""
        return CreateResult(props["name"], self._drawn(props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """It stands nowhere but in the state."""
        inputs = {key: value for key, value in props.items() if key not in OUTPUTS}
        return ReadResult(id_, props, inputs)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Draws another one, or seals the one there is."""
        if not _wanted(olds, news):
            return UpdateResult(self._drawn(news))
        value = open_kept(self.token, str(olds["kept"]), news["name"])
        return UpdateResult({**news, "kept": keep(self.token, value)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """It is forgotten with the state."""

    def _drawn(self, props: dict[str, Any]) -> dict[str, Any]:
        if not passphrase():
            pulumi.log.warn(
                f"{props['name']}: drawn, and sealed under GITHUB_TOKEN, since the environment has "
                "no PULUMI_CONFIG_PASSPHRASE. No other token opens it: export the passphrase and "
                "run `pulumi up` again while this token is there, or give a key of your own."
            )
        return {**props, "kept": keep(self.token, draw())}

    def _outdated(self, kept: str) -> bool:
        return not kept_as_today(kept) and find_kept(self.token, kept) is not None


def _wanted(olds: dict[str, Any], news: dict[str, Any]) -> bool:
    return bool(olds.get("rotation") == news.get("rotation"))
