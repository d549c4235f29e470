"""The deploy of a service, as the components declare it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input, Output, Resource, ResourceOptions

from slipway.core.arguments import LONGEST_TIMEOUT, check_between, check_types
from slipway.errors import ConfigError
from slipway.render.resources import DeployResource, StaticSiteResource, WebServiceResource

ON_SUSPENDED = ("fail", "resume", "skip")
AUTO_DEPLOY = ("off", "commit", "checksPass")
DELETE_POLICIES = ("delete", "suspend", "retain")


@dataclass(frozen=True, kw_only=True)
class DeployArgs:
    """What a caller decides about the deploys of a service."""

    trigger: Input[str] = ""  # any text; another one deploys again
    expect: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    """JSON values that the app's answer to the probe must hold before a deploy counts as done."""
    timeout_seconds: int = 3600  # from the deploy's start to live; Render's build limit is 120 min
    retries: int = 1  # of a deploy that failed for what may pass, such as memory or a time-out
    rollback: bool = False  # to the deploy before, when the app of a live one answers wrongly
    clear_cache: bool = False  # build without what earlier builds left
    on_suspended: str = "fail"  # or "resume", or "skip": leave a suspended service undeployed

    def check(self, what: str) -> None:
        """Refuses what can't work.

        Raises:
            ConfigError: names the value and the rule.
        """
        check_types(f"{what}, deploy", self)
        one_of(what, "on_suspended", self.on_suspended, ON_SUSPENDED)
        check_between(what, "timeout_seconds", self.timeout_seconds, 1, LONGEST_TIMEOUT)
        check_between(what, "retries", self.retries, 0, 5)  # each may take half an hour


def declare_deploy(
    name: str,
    parent: Resource,
    service: WebServiceResource | StaticSiteResource,
    args: DeployArgs,
    *,
    probe_path: str,
    wanted_commit: Input[str] = "",
    wanted_digest: Input[str] = "",
    wiring: Input[str] = "",
    secret_names: list[str],
) -> DeployResource:
    """Declares the deploy that comes after all writes to a service."""
    return DeployResource(
        f"{name}-deploy",
        {
            "service_id": service.id,
            "url": service.url,
            "first_deploy": service.first_deploy,
            "revision": service.revision,
            "wiring": wiring,
            "trigger": args.trigger,
            "wanted_commit": wanted_commit,
            "wanted_digest": wanted_digest,
            "probe_path": probe_path,
            "expect": dict(args.expect),
            "secret_names": secret_names,
            "retries": args.retries,
            "rollback": args.rollback,
            "clear_cache": args.clear_cache,
            "on_suspended": args.on_suspended,
            "timeout_seconds": args.timeout_seconds,
        },
        ResourceOptions(parent=parent),
    )


def deployed_url(
    service: WebServiceResource | StaticSiteResource, deploy: DeployResource
) -> Output[str]:
    """The service's address, known once it answers there."""
    url: Output[str] = Output.all(service.url, deploy.status).apply(lambda pair: str(pair[0]))
    return url


def one_of(what: str, key: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuses a value that is not among the allowed.

    Raises:
        ConfigError: names the value and lists the allowed.
    """
    if value not in allowed:
        raise ConfigError(f"{what}: {key} {value!r}; use one of {', '.join(allowed)}.")
