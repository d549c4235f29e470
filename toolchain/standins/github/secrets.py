"""Actions secrets: written sealed, never read back, watched by the time of their last change."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any, ClassVar

from nacl.public import PublicKey, SealedBox

from toolchain.standins.github import names
from toolchain.standins.github.places import InRepository
from toolchain.standins.github.rest import ApiError
from toolchain.standins.protocol import Found, Problem, Properties, UnfinishedError

_CLEAR = ("value", "plaintextValue")  # the second is the old name of the first
_SEALED = ("valueEncrypted", "encryptedValue")
_VALUES = (*_CLEAR, *_SEALED)
_TIMES = ("createdAt", "updatedAt", "remoteUpdatedAt")


class ActionsSecret(InRepository):
    """A secret of a repository."""

    inputs: ClassVar[tuple[str, ...]] = (
        "repository",
        "secretName",
        "keyId",
        *_VALUES,
        "destroyOnDrift",
    )
    required: ClassVar[tuple[str, ...]] = ("repository", "secretName")
    replace: ClassVar[tuple[str, ...]] = required
    secret = _VALUES
    computed = (*_TIMES, "repositoryId", "keyId")
    renewed = ("updatedAt", "remoteUpdatedAt")
    place: ClassVar[tuple[str, ...]] = ("repository", "secretName")

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """Names, and one value, sealed or not."""
        yield from super().check(inputs)
        yield from names.problems_of_name("secretName", inputs["secretName"])
        given = [key for key in _VALUES if key in inputs]
        # Problems name no property that holds a secret: the engine prints its value beside them.
        if len(given) != 1:
            yield Problem("secretName", f"give exactly one of {', '.join(_VALUES)}")
        elif given[0] in _SEALED:
            if "keyId" not in inputs:
                yield Problem("keyId", f"it says with which key {given[0]} was sealed: give it")
            try:
                base64.b64decode(inputs[given[0]], validate=True)
            except (binascii.Error, ValueError):
                yield Problem("secretName", f"{given[0]} is not base64")

    def normalise(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any property's value
        """`destroyOnDrift` is accepted and without effect, as in the official plugin."""
        return None if name == "destroyOnDrift" else value

    def drifted(self, state: Properties) -> Iterator[str]:
        """Another time of change than that of our own write: somebody else wrote."""
        remote = state.get("remoteUpdatedAt")
        if remote and remote != state.get("updatedAt"):
            yield "remoteUpdatedAt"

    def create(self, inputs: Properties) -> Found:
        """Seals the value and writes it."""
        key_id = self._put(inputs)
        return Found(self.id_of(inputs), self._written(inputs, key_id))

    def read(self, id_: str, state: Properties) -> Found | None:
        """When it was last changed; the value can't be read."""
        known = self.placed(id_, state)
        found = self.connection.rest.get(*self._path(known))
        if found is None:
            return None
        changed = names.time_of(found["updated_at"])
        return Found(
            self.id_of(known),
            {
                "createdAt": names.time_of(found["created_at"]),
                "updatedAt": changed,
                "repositoryId": self.connection.repository_id(known["repository"]),
                **known,
                "remoteUpdatedAt": changed,
            },
        )

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Writes the value again."""
        del id_, state
        return self._written(inputs, self._put(inputs))

    def delete(self, id_: str, state: Properties) -> None:
        """Deletes it."""
        del id_
        self.connection.rest.delete(*self._path(state))

    def _path(self, properties: Properties) -> tuple[str, ...]:
        return (*self.base(properties, "secrets"), properties["secretName"])

    def _put(self, inputs: Properties) -> str:
        """Writes the value and returns the id of the key that sealed it."""
        sealed = next((inputs[key] for key in _SEALED if key in inputs), None)
        key_id = inputs.get("keyId")
        if sealed is None:
            key = self.connection.rest.call("GET", *self.base(inputs, "secrets"), "public-key")
            key_id = key["key_id"]
            box = SealedBox(PublicKey(base64.b64decode(key["key"])))
            clear = next(inputs[key] for key in _CLEAR if key in inputs)
            sealed = base64.b64encode(box.encrypt(clear.encode())).decode()
        body = {"encrypted_value": sealed, "key_id": key_id}
        self.connection.rest.call("PUT", *self._path(inputs), body=body)
        return str(key_id)

    def _written(self, inputs: Properties, key_id: str) -> Properties:
        state = {**inputs, "keyId": key_id}
        try:
            found = self.connection.rest.call("GET", *self._path(inputs))
            number = self.connection.repository_id(inputs["repository"])
        except ApiError as error:
            raise UnfinishedError(str(error), self.id_of(inputs), state) from None
        changed = names.time_of(found["updated_at"])
        return {
            **state,
            "repositoryId": number,
            "createdAt": names.time_of(found["created_at"]),
            "updatedAt": changed,
            "remoteUpdatedAt": changed,
        }


class ActionsEnvironmentSecret(ActionsSecret):
    """A secret of an environment, which has a key of its own."""

    inputs = ("repository", "environment", "secretName", "keyId", *_VALUES)
    required = ("repository", "environment", "secretName")
    replace = required
    place = required
    delete_before_replace = True
