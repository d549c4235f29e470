"""The life of a service: its settings, environment and secret files, but not its deploys.

Creating a service always starts a deploy, so everything it needs goes into the create call. What
may fail afterwards is another resource (`Deploy`): a `create` that fails loses what it made.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.difference import Change
from slipway.core.ownership import (
    Mark,
    check_may_take,
    check_still_ours,
    mark_changed,
    mark_seen,
    own_mark,
)
from slipway.core.secrecy.digests import keyed_digest, keyed_digests, new_salt
from slipway.core.secrecy.sealing import unseal
from slipway.core.variable_names import MARK
from slipway.errors import DeployError
from slipway.render.api.client import ENV_VARS, SECRET_FILES, Service, Setting
from slipway.render.api.provider import RenderProvider, tells_of_part, whole
from slipway.render.deploy.client import DeployClient
from slipway.render.service.settings import (
    KEYS,
    WITHOUT_DEPLOY,
    check_taken_away,
    create_body,
    live_settings,
    patch_body,
    settings_to_write,
)

CHANGED_OUTSIDE = "(changed outside of this stack)"
SEALED = ("secrets", "secret_files")
REPLACES = ("type", "region", "owner")
COMPARED = (*REPLACES, *KEYS, "instances", "env", *SEALED, "mark")
OUTPUTS = (
    *("service_id", "owner_id", "slug", "url", "page", "suspended", "first_deploy", "revision"),
    *("salt", "secrets_digests", "secret_files_digests", "written"),
)


class ServiceProvider(RenderProvider):
    """Inputs: type, name, owner, region, mark, adopt, delete_policy, env, initial_env, secrets and
    secret_files (sealed), and the settings of `service_settings`. Adds: service_id, owner_id, slug,
    url, page, suspended, salt, *_digests; first_deploy, the deploy that already has these settings,
    if any; revision, another text whenever something was written that needs a deploy; and written,
    a keyed digest of all that needs a deploy, as a run that came to its end has left it.

    Only the keys that the stack declares, or once declared, are ever written or deleted, those of
    `initial_env` only when the service is made.
    """  # noqa: D205 - the list of properties is the summary

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compares named keys; secrets by their keyed digests."""
        replaces = [key for key in REPLACES[:-1] if olds.get(key) != news.get(key)]
        if self.another_owner(olds, news):
            replaces.append("owner")
        check_taken_away(f"Render service {news.get('name')}", olds, news)
        changed = self._differences(olds, news)
        return DiffResult(
            changes=bool(replaces or changed), replaces=replaces, delete_before_replace=True
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates the service in one call, or adopts it; its first deploy runs on."""
        props = _cast(props)
        owner_id = self.client.owner_id(props.get("owner") or "")
        first: str | None = None
        service = self.client.find_service(props["name"], owner_id)
        if service is None:
            values, files = self._values(props, "secrets"), self._values(props, "secret_files")
            env = {**(props.get("initial_env") or {}), **self._plain(props), **values}
            body = create_body(props, owner_id, env, files)
            hidden = (*values.values(), *files.values())
            service, first = self.client.create_service(props["name"], owner_id, body, hidden)
        if first is None:
            first = self._adopt(service, props)
        return CreateResult(service.id, self._outputs(service, props, new_salt(), first))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The service as it is now, for the keys this stack declares; empty if it is gone."""
        props = _cast(props)
        service = self.client.service(id_)
        if service is None:
            return ReadResult("", {})
        env = self.client.settings(id_, ENV_VARS)
        files = self.client.settings(id_, SECRET_FILES) if props.get("secret_files") else {}
        outputs = {**props, **live_settings(service, props), **_facts(service)}
        outputs["env"] = {key: env[key] for key in props.get("env") or {} if key in env}
        outputs["mark"] = mark_seen(props, Mark.found(env.get(MARK)))
        if "region" in service.details:
            outputs["region"] = service.details["region"]
        for key, live in (("secrets", env), ("secret_files", files)):
            outputs |= _live_secrets(key, props, live)
            if key not in props:  # as for a static site: a refresh adds nothing of its own
                del outputs[key]
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    @tells_of_part
    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Writes what is not as declared; never deploys."""
        news, olds = _cast(news), _cast(olds)
        service = self._existing(id_)
        live = Mark.found(self.client.settings(id_, ENV_VARS).get(MARK))
        check_still_ours(_called(service), news, live)
        mark = own_mark(news).beside(live, own_mark(olds))
        wrote = self._write(service, olds, news, mark)
        differs = self._differences(olds, news)
        # What differs from the state counts as well: a run that died after its writes finds nothing
        # left to write, and has yet to be deployed.
        deploys = wrote or bool(differs - WITHOUT_DEPLOY)
        outputs = self._outputs(service, news, olds["salt"], "")
        if not deploys:
            outputs |= {key: olds.get(key) or "" for key in ("first_deploy", "revision")}
        return UpdateResult(outputs)

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Deletes it, if nothing else holds it, or what its policy says; absent is success."""
        if self.client.service(id_) is None:
            return
        own, live = own_mark(props), Mark.found(self.client.settings(id_, ENV_VARS).get(MARK))
        if live is None or not own.holds(live):
            return  # another's by now, or nobody's: it stays
        left = own.without(live)
        policy = props.get("delete_policy") or "delete"
        if left is None and policy == "delete":
            self.client.delete_service(id_)
            return
        mark = {MARK: str(left or own.released)}
        self.client.write_settings(id_, ENV_VARS, Change(frozenset(), mark), (MARK,))
        if left is None and policy == "suspend":
            self.client.suspend(id_)

    def _differences(self, olds: dict[str, Any], news: dict[str, Any]) -> set[str]:
        """The declared keys that are not as they were."""
        changed = {
            key for key in (*KEYS, "env") if (olds.get(key) or None) != (news.get(key) or None)
        }
        if mark_changed(olds, news):
            changed.add("mark")
        if news.get("instances") is not None and olds.get("instances") != news["instances"]:
            changed.add("instances")  # not declared any more: nobody's business here
        for key in SEALED:
            if self._digests(olds["salt"], news, key) != (olds.get(f"{key}_digests") or {}):
                changed.add(key)
        # A run that died after its writes, and a refresh that then found them there, leave nothing
        # that differs: yet nobody has deployed it.
        if self.written(olds["salt"], news) != olds.get("written"):
            changed.add("written")
        return changed

    def written(self, salt: str, props: dict[str, Any]) -> str | None:
        """A digest of what a deploy picks up, or None while not all of it is known."""
        settings = {key: props[key] for key in KEYS if key not in WITHOUT_DEPLOY and props.get(key)}
        digests = [self._digests(salt, props, key) for key in SEALED]
        if None in digests:
            return None
        try:
            text = json.dumps([settings, props.get("env") or {}, *digests], sort_keys=True)
        except TypeError:  # something unknown among them
            return None
        return keyed_digest(salt, "written", text)

    def _adopt(self, service: Service, props: dict[str, Any]) -> str:
        """Takes over a service that is ours or handed over, and returns its first deploy.

        Raises:
            DeployError: it belongs to somebody or something else; nothing was changed.
        """
        what, own = _called(service), own_mark(props)
        live = Mark.found(self.client.settings(service.id, ENV_VARS).get(MARK))
        check_may_take(what, props, live)
        region = service.details.get("region")
        if service.raw["type"] != props["type"] or region not in (None, props.get("region")):
            where = f" in {region}" if region else ""
            raise DeployError(
                f"{what}: it is a {service.raw['type']}{where}, which can't be changed. Delete it "
                "or choose another name."
            )
        wrote = self._write(service, {}, props, own.beside(live))
        if wrote or live != own:
            return ""
        # One deploy is the one that its creation started. With more, nobody knows which of them
        # came after the last write of a run that died.
        deploys = DeployClient(self.client).newest(service.id, count=2)
        return deploys[0].id if len(deploys) == 1 else ""

    def _write(
        self, service: Service, olds: dict[str, Any], news: dict[str, Any], mark: Mark
    ) -> bool:
        """Brings it to what is declared, what works at once last; whether that needs a deploy."""
        settings = settings_to_write(live_settings(service, {**olds, **news}), news, olds)
        if body := patch_body(news, settings, service.text("ownerId")):
            self.client.patch_service(service, body)
        env = {**self._plain(news), MARK: str(mark), **self._values(news, "secrets")}
        before = {*(olds.get("env") or {}), *(olds.get("secrets") or {})}
        # A key that moved to the wiring stays: it is written there.
        before -= set(news.get("initial_env") or {})
        wrote = self._write_values(service, ENV_VARS, env, before)
        files = self._values(news, "secret_files")
        gone = set(olds.get("secret_files") or {})
        if files or gone:
            wrote = self._write_values(service, SECRET_FILES, files, gone) or wrote
        if "instances" in settings:
            self.client.scale(service.id, settings["instances"])
        return wrote or bool(set(settings) - WITHOUT_DEPLOY)

    def _write_values(
        self, service: Service, kind: Setting, values: Mapping[str, str], before: set[str]
    ) -> bool:
        live = self.client.settings(service.id, kind)
        ours = {name: value for name, value in live.items() if name in before or name in values}
        change = Change.between(ours, values)
        self.client.write_settings(service.id, kind, change, live)
        return bool(change.names - {MARK})  # the app has no use for the mark

    def _existing(self, service_id: str) -> Service:
        service = self.client.service(service_id)
        if service is None:
            raise DeployError(
                f"Render service {service_id}: it vanished meanwhile. Run `pulumi refresh`."
            )
        return service

    def _outputs(
        self, service: Service, props: dict[str, Any], salt: str, first: str
    ) -> dict[str, Any]:
        digests = {
            f"{key}_digests": keyed_digests(salt, self._values(props, key)) for key in SEALED
        }
        return {
            **props,
            **_facts(service),
            **digests,
            "salt": salt,
            "written": self.written(salt, props),
            "first_deploy": first,
            "revision": secrets.token_hex(8),
        }

    def _plain(self, props: dict[str, Any]) -> dict[str, str]:
        return {**(props.get("env") or {}), MARK: props["mark"]}

    def _values(self, props: dict[str, Any], key: str) -> dict[str, str]:
        """Secret values themselves."""
        sealed = props.get(key) or {}
        return {name: unseal(self.token, value) for name, value in sealed.items()}

    def _digests(self, salt: str, props: dict[str, Any], key: str) -> dict[str, str] | None:
        """The digests, or None while a value is not known yet, which counts as a change."""
        sealed = props.get(key) or {}
        if not isinstance(sealed, Mapping) or not all(isinstance(v, str) for v in sealed.values()):
            return None
        try:
            return keyed_digests(salt, self._values(props, key))
        except DeployError:
            # A refresh compares with the inputs in the state: sealed under a key rotated since, or
            # marked as changed outside. An update that really has to open them says why not.
            return None


def _called(service: Service) -> str:
    return f"Render service {service.name} ({service.id})"


def _facts(service: Service) -> dict[str, Any]:
    return {
        "service_id": service.id,
        "owner_id": service.text("ownerId"),
        "slug": service.text("slug"),
        "url": service.url,
        "page": service.text("dashboardUrl"),
        "suspended": service.suspended,
    }


def _live_secrets(key: str, props: dict[str, Any], live: Mapping[str, str]) -> dict[str, Any]:
    """The declared secrets as far as they are there, marked where their value is another one."""
    declared = props.get(key) or {}
    here = {name: live[name] for name in declared if name in live}
    digests = keyed_digests(props["salt"], here)
    before = props.get(f"{key}_digests") or {}
    same = {name for name in here if digests[name] == before.get(name)}
    return {
        key: {name: declared[name] if name in same else CHANGED_OUTSIDE for name in here},
        f"{key}_digests": {n: before[n] if n in same else CHANGED_OUTSIDE for n in here},
    }


def _cast(props: dict[str, Any]) -> dict[str, Any]:
    return {**props, "instances": whole(props.get("instances"))}
