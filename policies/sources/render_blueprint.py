"""A Blueprint of Render's, anybody's `render.yaml`: services, databases, groups of variables."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from policies.declared import dockerfile_of
from policies.things import Database, Dockerfile, Everything, Service, Thing
from policies.values import UNKNOWN, Value, number, text
from slipway.dockerfile.summary import summary_of_text
from slipway.errors import ConfigError

_KINDS = {
    "web": "web_service",
    "pserv": "private_service",
    "worker": "worker",
    "cron": "cron",
    "keyvalue": "keyvalue",
    "redis": "keyvalue",
}
_DEFAULT_REGION = "oregon"  # Render's own, where a Blueprint names none


def read(path: Path) -> Everything:
    """What a Blueprint declares.

    Args:
        path: the file; Dockerfiles are looked for beside it.

    Raises:
        ConfigError: no such file, no YAML, or nothing of a Blueprint in it.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigError(f"{path}: no such file.") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is no YAML: {getattr(error, 'problem', error)}.") from None
    if not isinstance(content, dict) or not {"services", "databases"} & set(content):
        raise ConfigError(f"{path}: neither services nor databases: that is no Blueprint.")
    groups = {
        str(group.get("name")): list(group.get("envVars") or ())
        for group in _mappings(content.get("envVarGroups"))
    }
    things: list[Thing] = [
        _service(path, each, groups) for each in _mappings(content.get("services"))
    ]
    things += [_database(path, each) for each in _mappings(content.get("databases"))]
    return Everything(things)


def _mappings(given: object) -> Iterator[Mapping[str, Any]]:
    for each in given if isinstance(given, list) else ():
        if isinstance(each, Mapping):
            yield each


def _service(
    path: Path, given: Mapping[str, Any], groups: Mapping[str, list[Mapping[str, Any]]]
) -> Service:
    static = given.get("type") == "static" or given.get("runtime", given.get("env")) == "static"
    kind = "static_site" if static else _KINDS.get(str(given.get("type")), "web_service")
    variables, secrets = _variables(given.get("envVars"), groups)
    instances = number(given.get("numInstances"))
    image = given.get("image")
    port = variables.get("PORT")
    return Service(
        urn=str(path),
        label=f"Render {'static site' if static else 'service'} {given.get('name')}",
        kind=kind,
        variables=variables,
        secrets=frozenset(secrets),
        plan="" if static else text(given.get("plan") or "starter"),
        region="" if static else text(given.get("region") or _DEFAULT_REGION),
        port=number(port) if port is not None else None,
        image=text(image.get("url")) if isinstance(image, Mapping) else None,
        dockerfile=_dockerfile(path.parent, given),
        instances=instances if isinstance(instances, int) else 1,
        pushes_deploy=given.get("autoDeployTrigger", "commit") != "off"
        and given.get("autoDeploy", True) is not False,
    )


def _variables(
    given: object, groups: Mapping[str, list[Mapping[str, Any]]]
) -> tuple[dict[str, Value], set[str]]:
    """(variables, names of secrets): what the file shows, and what it leaves to Render."""
    variables: dict[str, Value] = {}
    secrets: set[str] = set()
    for each in _mappings(given):
        if "fromGroup" in each:
            more, hidden = _variables(groups.get(str(each["fromGroup"])), {})
            variables |= more
            secrets |= hidden
        elif each.get("sync") is False or each.get("generateValue"):
            secrets.add(str(each.get("key")))
        elif "fromDatabase" in each:
            secrets.add(str(each.get("key")))  # its address holds its password
        elif "fromService" in each:
            variables[str(each.get("key"))] = UNKNOWN
        else:
            variables[str(each.get("key"))] = text(each.get("value"))
    return variables, secrets


def _dockerfile(folder: Path, given: Mapping[str, Any]) -> Dockerfile | None:
    if given.get("runtime", given.get("env")) != "docker":
        return None
    name = str(given.get("dockerfilePath") or "./Dockerfile")
    file = (folder / str(given.get("rootDir") or ".") / name).resolve()
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        return None
    return dockerfile_of(summary_of_text(file.read_text(encoding="utf-8")))


def _database(path: Path, given: Mapping[str, Any]) -> Database:
    return Database(
        urn=str(path),
        label=f"Render Postgres {given.get('name')}",
        plan=str(given.get("plan") or "").replace("-", "_"),
        region=text(given.get("region") or _DEFAULT_REGION),
    )
