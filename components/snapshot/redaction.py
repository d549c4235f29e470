"""Every secret of a state replaced by one placeholder, and all that was computed from it anew.

A preview that starts from such a state, and is given the placeholder for each secret, shows what a
change does and no difference where a secret stayed: the digests that providers compare are those
of the placeholder, under a key that everybody knows.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from slipway.core.credentials import PLACEHOLDER
from slipway.core.secrecy.digests import keyed_digest, keyed_digests
from slipway.core.secrecy.masking import written_forms
from slipway.core.secrecy.sealing import seal, unseal
from slipway.core.secrecy.shapes import credential_in
from slipway.errors import ConfigError, DeployError
from slipway.github.secrets.kept_key import STRETCHED, kept_under
from slipway.render.service.provider import ServiceProvider

SALT = hashlib.sha256(PLACEHOLDER.encode()).hexdigest()
_SIGNATURE = "4dabf18193072939515e22adb298388d"  # how the engine marks what is special in a state
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, none itself
_SEALED = "sealed:"
_SHORTEST = 8  # characters; what is shorter stands in any state by chance
_DIGESTS = {  # output -> input whose values it is computed from, by name
    "secret_digests": "secrets",
    "secrets_digests": "secrets",
    "secret_files_digests": "secret_files",
}
Json: TypeAlias = Any  # whatever JSON holds


def redacted(export: Mapping[str, Json], hidden: Iterable[str] = ()) -> dict[str, Json]:
    """What `pulumi stack export --show-secrets` wrote, without any secret.

    Args:
        export: the state; its secrets in clear, since the names of most are known there alone.
        hidden: further values that may not stand in it, such as the tokens it was made with; what
            is sealed under one of them is opened and looked for as well.

    Raises:
        ConfigError: it is no such export, or a secret also stands where none is marked. The text
            names no value.
    """
    resources = (export.get("deployment") or {}).get("resources") or []
    tokens = [each for each in hidden if len(each) >= _SHORTEST]
    values = {*tokens, *_opened(set(_secrets(resources)), tokens)}
    made = [_redacted_resource(each) for each in resources]
    snapshot = {
        "version": export.get("version", 3),
        # No pending operation and none of the stack's own keys: only what anybody can open.
        "deployment": {
            "manifest": {"time": "2000-01-01T00:00:00Z"},
            "secrets_providers": {"type": "passphrase", "state": {"salt": _passphrase_state()}},
            "resources": made,
        },
    }
    for resource in made:
        _refuse_leaks(resource, values)
    return snapshot


def _passphrase_state() -> str:
    """What the engine keeps of a passphrase, here of the placeholder, to tell a wrong one.

    Its format: `v1:` salt `:v1:` nonce `:` the word "pulumi", encrypted by AES-256-GCM under
    PBKDF2-HMAC-SHA256 of the passphrase with a million rounds; the parts in base64.
    """
    salt, nonce = bytes.fromhex(SALT)[:8], bytes.fromhex(SALT)[8:20]
    key = hashlib.pbkdf2_hmac("sha256", PLACEHOLDER.encode(), salt, 1_000_000)
    word = AESGCM(key).encrypt(nonce, b"pulumi", None)
    parts = [base64.b64encode(part).decode() for part in (salt, nonce, word)]
    return "v1:{}:v1:{}:{}".format(*parts)


def _secrets(value: Json) -> Iterator[str]:
    """Every text in every secret."""
    if _is_secret(value):
        yield from _texts(_plaintext(value))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _secrets(each)
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(each)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)


def _opened(secrets: set[str], tokens: Iterable[str]) -> Iterator[str]:
    """The secrets themselves, and what is sealed in them as far as a token opens it."""
    for secret in secrets:
        if len(secret) >= _SHORTEST and not secret.startswith("http"):
            yield secret  # an address is no secret by itself, and often known from elsewhere
        for token in tokens if secret.startswith(_SEALED) else ():
            try:
                value = unseal(token, secret)
            except DeployError:
                continue
            if len(value) >= _SHORTEST:
                yield value


def _is_secret(value: Json) -> bool:
    return isinstance(value, Mapping) and value.get(_SIGNATURE) == _SECRET


def _plaintext(value: Mapping[str, Json]) -> Json:
    if "plaintext" not in value:
        raise ConfigError(
            "State: its secrets are encrypted, and so their names are. Export it with "
            "`pulumi stack export --show-secrets`, straight into this command."
        )
    return _bare(json.loads(value["plaintext"]))  # secrets lie in secrets


def _secret(value: Json) -> dict[str, Json]:
    return {_SIGNATURE: _SECRET, "plaintext": json.dumps(value)}


def _redacted_resource(resource: Mapping[str, Json]) -> dict[str, Json]:
    made = {key: _redacted(value) for key, value in resource.items()}
    outputs = made.get("outputs")
    if isinstance(outputs, dict) and "salt" in outputs:
        _recompute(outputs)
    return made


def _redacted(value: Json) -> Json:
    if _is_secret(value):
        return _secret(_placeholders(_plaintext(value)))
    if isinstance(value, Mapping):
        return {key: _redacted(each) for key, each in value.items()}
    return [_redacted(each) for each in value] if isinstance(value, list) else value


def _placeholders(value: Json) -> Json:
    """The same shape and names, without a value in it."""
    if isinstance(value, Mapping):
        return {key: _placeholders(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_placeholders(each) for each in value]
    if isinstance(value, str) and value.startswith(STRETCHED):
        return kept_under(PLACEHOLDER, SALT, PLACEHOLDER)
    if isinstance(value, str):
        return seal(PLACEHOLDER, PLACEHOLDER) if value.startswith(_SEALED) else PLACEHOLDER
    return None if value is None else type(value)()


def _bare(value: Json) -> Json:
    """A property without the marks of secrets."""
    if _is_secret(value):
        return _plaintext(value)
    if isinstance(value, Mapping):
        return {key: _bare(each) for key, each in value.items()}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def _recompute(outputs: dict[str, Json]) -> None:
    """Digests under the known key, of the placeholder."""
    outputs["salt"] = _secret(SALT)
    for name, source in _DIGESTS.items():
        if name in outputs:
            names = _bare(outputs.get(source)) or {}
            outputs[name] = _secret(keyed_digests(SALT, dict.fromkeys(names, PLACEHOLDER)))
    if "digest" in outputs:  # of one sealed secret
        outputs["digest"] = _secret(keyed_digest(SALT, str(outputs["name"]), PLACEHOLDER))
    if "token_digest" in outputs:
        outputs["token_digest"] = _secret(keyed_digest(SALT, "token", PLACEHOLDER))
    if "written" in outputs:
        provider = ServiceProvider()
        provider.token = PLACEHOLDER
        outputs["written"] = provider.written(SALT, _bare(outputs))


def _refuse_leaks(resource: Mapping[str, Json], values: Iterable[str]) -> None:
    name = str(resource.get("urn", "")).rpartition("::")[2]
    text = json.dumps(resource, ensure_ascii=False)
    kind = credential_in(text.encode())
    if kind is None and any(form in text for value in values for form in written_forms(value)):
        kind = "a value that is a secret elsewhere"
    if kind:
        raise ConfigError(
            f"State of {name}: {kind} stands in it unmarked. Make it a secret where the program "
            "sets it, run `pulumi up`, and export again."
        )
