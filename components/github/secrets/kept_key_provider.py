"""A key that is drawn once and then stays, although the platform never gives it back."""

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.github.provider import GitHubProvider
from slipway.github.secrets.kept_key import draw, find_kept, keep, kept_as_today

OUTPUTS = ("kept",)
DRAWS = ("name", "rotation")


class GeneratedKeyProvider(GitHubProvider):
    """Inputs: name, rotation. Adds: kept, the key as ciphertext of our own; see `kept_key`.

    Another `rotation` draws another key; so does one that can't be opened any more. One that is
    sealed otherwise than keys are today is sealed anew, and stays the same.
    """

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """A new key is wanted, or the old one is lost or to be sealed anew."""
        return DiffResult(
            changes=self._still(olds, news) is None or not kept_as_today(str(olds["kept"]))
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
        if any(olds.get(key) != news.get(key) for key in DRAWS):
            return None
        return find_kept(self.token, str(olds["kept"]))
