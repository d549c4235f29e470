"""A key that is drawn once and then stays, although the platform never gives it back."""

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.github.provider import GitHubProvider
from slipway.github.secrets.kept_key import (
    draw,
    find_kept,
    keep,
    kept_as_today,
    kept_under_a_passphrase,
)

OUTPUTS = ("kept",)
DRAWS = ("name", "rotation")
MARK = "passphrase_mark"  # see `slipway.core.stack`


class GeneratedKeyProvider(GitHubProvider):
    """Inputs: name, rotation, passphrase_mark. Adds: kept, the key sealed as `kept_key` says.

    Another `rotation` draws another key; so does one that can't be opened any more. One that is
    sealed otherwise than keys are today is sealed anew, and stays the same.
    """

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """A new key is wanted, or the old one is lost or to be sealed anew."""
        kept = str(olds["kept"])
        same_passphrase = bool(news.get(MARK)) and olds.get(MARK) == news[MARK]
        # What opened it then does so now; to try costs 0.4 s, in which the engine does no more.
        if same_passphrase and kept_under_a_passphrase(kept):
            return DiffResult(changes=not self._wanted(olds, news))
        to_be_marked = bool(news.get(MARK)) and MARK not in olds
        return DiffResult(
            changes=self._still(olds, news) is None or not kept_as_today(kept) or to_be_marked
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Draws the key."""
        return CreateResult(props["name"], self._drawn(props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """It stands nowhere but in the state."""
        inputs = {key: value for key, value in props.items() if key not in OUTPUTS}
        return ReadResult(id_, props, inputs)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Draws another one, or seals the one there is."""
        value = self._still(olds, news)
        if value is None:
            return UpdateResult(self._drawn(news))
        return UpdateResult({**news, "kept": keep(self.token, value)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """It is forgotten with the state."""

    def _drawn(self, props: dict[str, Any]) -> dict[str, Any]:
        return {**props, "kept": keep(self.token, draw())}

    def _still(self, olds: dict[str, Any], news: dict[str, Any]) -> str | None:
        """The key that is wanted and can be opened; None if one has to be drawn."""
        return find_kept(self.token, str(olds["kept"])) if self._wanted(olds, news) else None

    def _wanted(self, olds: dict[str, Any], news: dict[str, Any]) -> bool:
        return all(olds.get(key) == news.get(key) for key in DRAWS)
