"""A secret's value, sealed for GitHub before Pulumi's engine hands it to another provider.

The engine writes every property into its verbose log in clear, secrets included. What our own
provider gets is sealed by us (`slipway.core.secrecy.sealing`); Pulumi's provider for GitHub could
not open that. But GitHub takes secrets sealed with its public key: so that is done here, and no
engine, log or state ever sees more than ciphertext that only GitHub opens.
"""

from typing import Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.secrecy.digests import keyed_digest, new_salt
from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError, DeployError
from slipway.github.names import check_size
from slipway.github.provider import GitHubProvider
from slipway.github.secrets.sealed_box import seal_for

PLACE = ("owner", "repository", "environment", "name")
OUTPUTS = ("encrypted", "key_id", "salt", "digest")


class SealedSecretProvider(GitHubProvider):
    """Inputs: owner, repository, environment, name, sealed. Adds: encrypted, key_id, salt, digest.

    The ciphertext stays while value, place and GitHub's key do: sealing is random, and another
    ciphertext of the same value would be another write.
    """

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuses a value that is too large, in a preview already if it is known then."""
        if isinstance(news["sealed"], str):
            where = f"Repository {news['owner']}/{news['repository']}"
            value = unseal(self.token, news["sealed"])
            if not value:
                raise ConfigError(f"{where}: secret {news['name']} is empty. Give it a value.")
            check_size(where, "secret", news["name"], value)
        return CheckResult(news, [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another value or place; the same value sealed under another token is no other value."""
        moved = any(olds.get(key) != news.get(key) for key in PLACE)
        return DiffResult(changes=moved or not self._same_value(olds, news))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Seals the value with GitHub's key."""
        id_ = "/".join(filter(None, (str(props[key]) for key in PLACE)))
        return CreateResult(id_, self._seal(props, new_salt()))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Whether GitHub's key still is the one it was sealed with; empty if its place is gone."""
        key = self.client(props).public_key(props["repository"], props["environment"])
        if key is None:
            return ReadResult("", {})
        outputs = dict(props)
        if key.key_id != props["key_id"]:  # as after an environment was deleted and made again
            outputs |= {"key_id": key.key_id, "digest": ""}
        inputs = {name: value for name, value in outputs.items() if name not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Seals anew."""
        return UpdateResult(self._seal(news, olds["salt"]))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Nothing was made on GitHub, nothing is deleted there."""

    def _same_value(self, olds: dict[str, Any], news: dict[str, Any]) -> bool:
        if not isinstance(news["sealed"], str) or not olds.get("digest"):
            return False
        if news["sealed"] == olds.get("sealed"):
            return True
        try:
            value = unseal(self.token, news["sealed"])
        except DeployError:
            # A refresh compares with the inputs in the state, sealed under a token rotated since.
            return False
        return bool(keyed_digest(olds["salt"], news["name"], value) == olds["digest"])

    def _seal(self, props: dict[str, Any], salt: str) -> dict[str, Any]:
        value = unseal(self.token, props["sealed"])
        key = self.client(props).public_key(props["repository"], props["environment"])
        if key is None:
            raise DeployError(
                f"Secret {props['name']}: repository {props['owner']}/{props['repository']} has no "
                f"environment {props['environment']}. Run `pulumi up --refresh`."
            )
        return {
            **props,
            "encrypted": seal_for(key.key, value),
            "key_id": key.key_id,
            "salt": salt,
            "digest": keyed_digest(salt, props["name"], value),
        }
