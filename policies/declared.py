"""From the resources of a Pulumi program to what the rules are about."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from policies.resource import Resource
from policies.things import (
    Build,
    Database,
    Dockerfile,
    Everything,
    Image,
    Kept,
    ModelRepo,
    Service,
    StoredDigests,
    StoredValue,
    Thing,
)
from policies.values import UNKNOWN, Unknown, Value, names, number, text, texts
from slipway.dockerfile.broken_rule import BrokenRule

_DYNAMIC = "pulumi-python:dynamic/"


def thing_of(resource: Resource) -> Thing | None:
    """What a resource is to the rules; None if they have nothing to say of it."""
    made = _KINDS.get(resource.type)
    return made(resource) if made else None


def everything_of(resources: Iterable[Resource]) -> Everything:
    """All things of a stack."""
    known = {each.urn: each for each in resources}
    reached = {urn: _reached(urn, known) for urn in known}
    things = []
    for each in known.values():
        origins = {
            key: frozenset().union(urns, *(reached.get(urn, frozenset()) for urn in urns))
            for key, urns in each.origins.items()
        }
        if (thing := thing_of(each.with_origins(each.parent, origins))) is not None:
            things.append(thing)
    return Everything(things, {urn: each.parent for urn, each in known.items()})


def _reached(start: str, known: Mapping[str, Resource]) -> frozenset[str]:
    """The resources that one is made from, near and far."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        each = known.get(waiting.pop())
        for urns in each.origins.values() if each else ():
            waiting += urns - found
            found |= urns
    return frozenset(found)


def dockerfile_of(given: object) -> Dockerfile | None:
    """What `slipway.dockerfile.summary` made; None where there is no Dockerfile."""
    if not isinstance(given, Mapping) or not given:
        return None
    broken = [each for each in given.get("broken") or () if isinstance(each, Mapping)]
    return Dockerfile(
        exposed_ports=tuple(int(port) for port in given.get("exposed_ports") or ()),
        required_secrets=frozenset(given.get("required_secrets") or ()),
        bakes_model=bool(given.get("bakes_model")),
        bases=tuple(given.get("bases") or ()),
        broken=tuple(BrokenRule(e["rule"], e["problem"], e["remedy"]) for e in broken),
    )


def _label(kind: str, resource: Resource, key: str) -> str:
    """A name for people; the logical one while the platform's is not known."""
    given = text(resource.inputs.get(key))
    return f"{kind} {resource.name if isinstance(given, Unknown) or not given else given}"


def _origins(resource: Resource, *keys: str) -> frozenset[str]:
    return frozenset().union(*(resource.origins.get(key, frozenset()) for key in keys))


def _flag(given: object) -> bool:
    """Whether something is so; what is not known is not claimed."""
    return given is True


def _service(resource: Resource, kind: str, label: str, **more: Any) -> Service:  # noqa: ANN401 - fields
    inputs = resource.inputs
    variables = "variables" if kind == "space" else "env"
    return Service(
        urn=resource.urn,
        label=label,
        kind=kind,
        variables=texts(inputs.get(variables)),
        secrets=names(inputs.get("secret_names")),
        digests=texts(inputs.get("secret_digests")),
        model_origins=_origins(resource, variables),
        dockerfile=dockerfile_of(inputs.get("dockerfile")),
        **more,
    )


def _space(resource: Resource) -> Thing:
    return _service(
        resource,
        "space",
        _label("Space", resource, "repo_id"),
        plan=text(resource.inputs.get("hardware")),
        port=number(resource.inputs.get("app_port")),
        files_by_git=_flag(resource.inputs.get("files_by_git")),
    )


def _web_service(resource: Resource) -> Thing:
    inputs = resource.inputs
    instances = number(inputs.get("instances"))
    image = inputs.get("image")
    return _service(
        resource,
        "web_service",
        _label("Render service", resource, "name"),
        plan=text(inputs.get("plan")),
        region=text(inputs.get("region")),
        port=number(inputs.get("port")),
        image=None if image is None else text(image),
        image_origins=_origins(resource, "image"),
        instances=instances if isinstance(instances, int) else 1,
        pushes_deploy=text(inputs.get("auto_deploy")) is not UNKNOWN
        and inputs.get("auto_deploy") in ("commit", "checksPass"),
        hook_stored=_flag(inputs.get("has_deploy_hook")),
    )


def _static_site(resource: Resource) -> Thing:
    return _service(resource, "static_site", _label("Render static site", resource, "name"))


def _container(resource: Resource) -> Thing:
    return _service(
        resource,
        "container",
        _label("Docker service", resource, "name"),
        image=text(resource.inputs.get("image")),
        image_origins=_origins(resource, "image"),
    )


def _image(resource: Resource) -> Thing:
    inputs = resource.inputs
    return Image(
        urn=resource.urn,
        label=_label("Image", resource, "repository"),
        model=text(inputs.get("model")),
        model_file=text(inputs.get("model_file")),
        model_revision=text(inputs.get("model_revision")),
        delivery=text(inputs.get("delivery")),
        model_origins=_origins(resource, "model", "model_revision"),
        dockerfile=dockerfile_of(inputs.get("dockerfile")),
    )


def _build(resource: Resource) -> Thing:
    """Of `pulumi_docker_build`, or of `pulumi_docker`, which has its settings one level deeper."""
    given = resource.inputs
    build = given.get("build")
    arguments = given.get("buildArgs")
    if isinstance(build, Unknown):
        arguments = build
    elif isinstance(build, Mapping):
        arguments = build.get("args", build.get("buildArgs"))
    return Build(urn=resource.urn, label=f"Build {resource.name}", arguments=texts(arguments))


def _model_repo(resource: Resource) -> Thing:
    return ModelRepo(
        urn=resource.urn,
        label=_label("Model repository", resource, "repo_id"),
        repo=text(resource.inputs.get("repo_id")),
        megabytes=texts(resource.inputs.get("megabytes")),
    )


def _database(resource: Resource) -> Thing:
    return Database(
        urn=resource.urn,
        label=_label("Render Postgres", resource, "name"),
        plan=text(resource.inputs.get("plan")),
        region=text(resource.inputs.get("region")),
    )


def _stored(resource: Resource, key: str, *, secret: bool) -> Thing:
    place = text(resource.inputs.get("environment"))
    where = place if not isinstance(place, Unknown) and place else resource.name
    name: Value = text(resource.inputs.get(key))
    kind = "GitHub secret" if secret else "GitHub variable"
    return StoredValue(
        urn=resource.urn,
        label=f"{kind} {'?' if isinstance(name, Unknown) else name} ({where})",
        name=name,
        secret=secret,
        value="" if secret else text(resource.inputs.get("value")),
    )


def _stored_digests(resource: Resource) -> Thing:
    return StoredDigests(
        urn=resource.urn,
        label=_label("GitHub repository", resource, "repository"),
        digests=texts(resource.inputs.get("secret_digests")),
    )


def _kept(label: str, key: str) -> Callable[[Resource], Thing]:
    def make(resource: Resource) -> Thing:
        return Kept(urn=resource.urn, label=_label(label, resource, key), protect=resource.protect)

    return make


def _secret(resource: Resource) -> Thing:
    return _stored(resource, "secretName", secret=True)


def _variable(resource: Resource) -> Thing:
    return _stored(resource, "variableName", secret=False)


_KINDS: Mapping[str, Callable[[Resource], Thing]] = {
    "slipway:huggingface:Space": _space,
    "slipway:huggingface:ModelRepo": _model_repo,
    "slipway:render:WebService": _web_service,
    "slipway:render:StaticSite": _static_site,
    "slipway:render:Postgres": _database,
    "slipway:docker:DockerService": _container,
    "slipway:docker:ModelImage": _image,
    "slipway:github:RepositorySettings": _stored_digests,
    "docker-build:index:Image": _build,
    "docker:index/image:Image": _build,
    "docker:index/remoteImage:RemoteImage": _build,
    "github:index/actionsSecret:ActionsSecret": _secret,
    "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret": _secret,
    "github:index/actionsVariable:ActionsVariable": _variable,
    "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable": _variable,
    f"{_DYNAMIC}huggingface:Space": _kept("Space", "repo_id"),
    f"{_DYNAMIC}huggingface:ModelRepo": _kept("Model repository", "repo_id"),
    f"{_DYNAMIC}render:WebService": _kept("Render service", "name"),
    f"{_DYNAMIC}render:StaticSite": _kept("Render static site", "name"),
    f"{_DYNAMIC}render:Postgres": _kept("Render Postgres", "name"),
    "github:index/repositoryEnvironment:RepositoryEnvironment": _kept(
        "GitHub environment", "environment"
    ),
    "github:index/repositoryRuleset:RepositoryRuleset": _kept("GitHub rules", "name"),
}
