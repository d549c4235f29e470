"""The life of a registry credential: what Render pulls private images with."""

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.ownership import (
    Mark,
    check_may_take,
    check_still_ours,
    mark_changed,
    mark_seen,
    own_mark,
)
from slipway.core.secrecy.digests import keyed_digest, new_salt
from slipway.core.secrecy.sealing import unseal
from slipway.errors import ApiError, DeployError
from slipway.render.api.marked_name import marked, split_name
from slipway.render.api.provider import RenderProvider, tells_of_part
from slipway.render.api.transport import Json, is_gone

CHANGED_OUTSIDE = "(changed outside of this stack)"
PATH = "/registrycredentials"
OUTPUTS = ("credential_id", "owner_id", "salt", "token_digest", "written_at")
KEYS = ("name", "registry", "username")
COMPARED = ("owner", *KEYS, "token", "mark")


class RegistryCredentialProvider(RenderProvider):
    """Inputs: name, owner, registry, username, token (sealed), mark, adopt. Adds: credential_id,
    owner_id, salt, token_digest and written_at. The token can't be read back: that somebody else
    wrote it shows in the time of the last write. On Render the mark stands behind the name.
    """  # noqa: D205 - the list of properties is the summary

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compares named keys; the token by its keyed digest."""
        replaces = ["owner"] if self.another_owner(olds, news) else []
        changed = any(olds.get(key) != news.get(key) for key in KEYS) or mark_changed(olds, news)
        other = self._digest(olds["salt"], news) != olds.get("token_digest")
        return DiffResult(
            changes=bool(replaces) or changed or other,
            replaces=replaces,
            delete_before_replace=True,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates it, or adopts one that is ours or handed over."""
        what = f"Render registry credential {props['name']}"
        owner_id = self.client.owner_id(props.get("owner") or "")
        found = self._find(props, owner_id)
        if found is None:
            body = {**self._body(props, own_mark(props)), "ownerId": owner_id}
            made, found = self.client.create_once(
                f"{what}: create",
                PATH,
                body,
                (body["authToken"],),
                lambda: self._find(props, owner_id),
            )
            found = made or found
        else:
            live = split_name(found)[1]
            check_may_take(what, props, live)
            found = self._patch(str(found["id"]), props, own_mark(props).beside(live))
        outputs = self._outputs(found, props, new_salt())
        return CreateResult(str(found["id"]), {**outputs, "owner_id": owner_id})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The credential as it is now; empty if it is gone."""
        live = self._read(id_)
        if live is None:
            return ReadResult("", {})
        name, mark = split_name(live)
        outputs = {**props, **{key: live[key] for key in KEYS}, "name": name}
        outputs["mark"] = mark_seen(props, mark)
        if str(live.get("updatedAt")) != props.get("written_at"):
            outputs |= {"token": CHANGED_OUTSIDE, "token_digest": CHANGED_OUTSIDE}
            outputs["written_at"] = str(live.get("updatedAt"))
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    @tells_of_part
    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Writes it anew, token included: the API takes nothing less."""
        what = f"Render registry credential {news['name']}"
        there = self._read(id_)
        live = split_name(there)[1] if there is not None else None
        check_still_ours(what, news, live)
        mark = own_mark(news).beside(live, own_mark(olds))
        outputs = self._outputs(self._patch(id_, news, mark), news, olds["salt"])
        return UpdateResult({**outputs, "owner_id": olds.get("owner_id") or ""})

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Deletes it, if nothing else holds it; absent is success."""
        live = self._read(id_)
        if live is None:
            return
        name, mark = split_name(live)
        own = own_mark(props)
        if mark is None or not own.holds(mark):
            return  # another's by now, or nobody's: it stays
        if left := own.without(mark):
            self._patch(id_, {**props, "name": name}, left)
        else:
            self.client.delete(f"Render registry credential {id_}: delete", f"{PATH}/{id_}")

    def _read(self, id_: str) -> Json:
        what = f"Render registry credential {id_}: read"
        try:
            return self.client.calls.request(what, "GET", f"{PATH}/{id_}")
        except ApiError as error:
            if is_gone(error):
                return None
            raise

    def _find(self, props: dict[str, Any], owner_id: str) -> Json:
        what = f"Render registry credential {props['name']}: look for it"
        params = {"ownerId": owner_id}  # not the name, which the mark is part of there
        # This list is a bare array without pages.
        found = self.client.calls.request(what, "GET", PATH, params=params) or []
        own = own_mark(props)
        # Other stacks may have theirs under the same name; ours comes first, then one to adopt.
        named = [each for each in found if split_name(each)[0] == props["name"]]
        named.sort(key=lambda each: not own.may_take(split_name(each)[1]))
        if named and (own.may_take(split_name(named[0])[1]) or _in_the_way(named[0], props)):
            return named[0]
        return None

    def _patch(self, id_: str, props: dict[str, Any], mark: Mark) -> Json:
        what = f"Render registry credential {props['name']}: change"
        body = self._body(props, mark)
        hidden = (body["authToken"],)
        return self.client.calls.request(what, "PATCH", f"{PATH}/{id_}", body=body, hidden=hidden)

    def _body(self, props: dict[str, Any], mark: Mark) -> dict[str, str]:
        token = unseal(self.token, props["token"])
        named = {**{key: str(props[key]) for key in KEYS}, "name": marked(props["name"], mark)}
        return {**named, "authToken": token}

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


def _in_the_way(live: Json, props: dict[str, Any]) -> bool:
    """Whether one of this name is to be taken over, or was made by hand and must not be doubled."""
    return bool(props.get("adopt")) or split_name(live)[1] is None
