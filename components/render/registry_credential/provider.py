"""The life of a registry credential: what Render pulls private images with."""

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.secrecy.digests import keyed_digest, new_salt
from slipway.core.secrecy.sealing import unseal
from slipway.errors import ApiError, DeployError
from slipway.render.api.provider import RenderProvider
from slipway.render.api.transport import Json, is_gone

CHANGED_OUTSIDE = "(changed outside of this stack)"
PATH = "/registrycredentials"
OUTPUTS = ("credential_id", "salt", "token_digest", "written_at")
KEYS = ("name", "registry", "username")
COMPARED = ("owner", *KEYS, "token")


class RegistryCredentialProvider(RenderProvider):
    """Inputs: name, owner, registry, username, token (sealed), adopt. Adds: credential_id, salt,
    token_digest and written_at. The token can't be read back: that somebody else wrote it shows in
    the time of the last write.
    """  # noqa: D205 - the list of properties is the summary

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compares named keys; the token by its keyed digest."""
        replaces = ["owner"] if (olds.get("owner") or "") != (news.get("owner") or "") else []
        changed = any(olds.get(key) != news.get(key) for key in KEYS)
        other = self._digest(olds["salt"], news) != olds.get("token_digest")
        return DiffResult(
            changes=bool(replaces) or changed or other,
            replaces=replaces,
            delete_before_replace=True,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates it, or adopts one of the same name, registry and user."""
        what = f"Render registry credential {props['name']}"
        owner_id = self.client.owner_id(props.get("owner") or "")
        found = self._find(props, owner_id)
        if found is None:
            body = {**self._body(props), "ownerId": owner_id}
            made, found = self.client.create_once(
                f"{what}: create",
                PATH,
                body,
                (body["authToken"],),
                lambda: self._find(props, owner_id),
            )
            found = made or found
        else:
            same = all(found.get(key) == props[key] for key in KEYS)
            if not same and not props.get("adopt"):
                raise DeployError(
                    f"{what}: one of this name exists for another registry or user. Set adopt to "
                    "take it over, or choose another name."
                )
            found = self._patch(str(found["id"]), props)
        return CreateResult(str(found["id"]), self._outputs(found, props, new_salt()))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The credential as it is now; empty if it is gone."""
        what = f"Render registry credential {id_}: read"
        try:
            live = self.client.calls.request(what, "GET", f"{PATH}/{id_}")
        except ApiError as error:
            if is_gone(error):
                return ReadResult("", {})
            raise
        outputs = {**props, **{key: live[key] for key in KEYS}}
        if str(live.get("updatedAt")) != props.get("written_at"):
            outputs |= {"token": CHANGED_OUTSIDE, "token_digest": CHANGED_OUTSIDE}
            outputs["written_at"] = str(live.get("updatedAt"))
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Writes it anew, token included: the API takes nothing less."""
        return UpdateResult(self._outputs(self._patch(id_, news), news, olds["salt"]))

    def delete(self, id_: str, _props: dict[str, Any]) -> None:
        """Deletes it; absent is success."""
        self.client.delete(f"Render registry credential {id_}: delete", f"{PATH}/{id_}")

    def _find(self, props: dict[str, Any], owner_id: str) -> Json:
        what = f"Render registry credential {props['name']}: look for it"
        params = {"name": props["name"], "ownerId": owner_id}
        # This list is a bare array without pages.
        found = self.client.calls.request(what, "GET", PATH, params=params) or []
        return next((each for each in found if each["name"] == props["name"]), None)

    def _patch(self, id_: str, props: dict[str, Any]) -> Json:
        what = f"Render registry credential {props['name']}: change"
        body = self._body(props)
        hidden = (body["authToken"],)
        return self.client.calls.request(what, "PATCH", f"{PATH}/{id_}", body=body, hidden=hidden)

    def _body(self, props: dict[str, Any]) -> dict[str, str]:
        token = unseal(self.token, props["token"])
        return {**{key: str(props[key]) for key in KEYS}, "authToken": token}

    def _outputs(self, live: Json, props: dict[str, Any], salt: str) -> dict[str, Any]:
        return {
            **props,
            "credential_id": str(live["id"]),
            "written_at": str(live.get("updatedAt")),
            "salt": salt,
            "token_digest": self._digest(salt, props),
        }

    def _digest(self, salt: str, props: dict[str, Any]) -> str | None:
        """The token's digest, or None while it is not known, which counts as a change."""
        if not isinstance(props.get("token"), str):
            return None
        try:
            return keyed_digest(salt, "token", unseal(self.token, props["token"]))
        except DeployError:
            return None  # as in `ServiceProvider`: sealed under another key, or changed outside
