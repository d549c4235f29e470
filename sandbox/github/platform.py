"""GitHub, put into a sandbox."""

import time
from collections.abc import Mapping
from dataclasses import fields

from sandbox.github.app import create_github_app
from sandbox.github.hooks.run_events import RunWebhooks
from sandbox.github.http.access import Access
from sandbox.github.http.accounts import ACTIONS, Accounts, Token, User, fine_grained
from sandbox.github.http.job_tokens import JobTokens
from sandbox.github.http.rate_limit import Limits
from sandbox.github.http.wire import API_PREFIX, AddressesAsSent
from sandbox.github.oidc.job_identities import JobIdentities
from sandbox.github.oidc.signing_key import SigningKey, draw_pem
from sandbox.github.repositories.located import REAL, located
from sandbox.github.runs.runners.container_runner import ContainerRunner
from sandbox.github.runs.runners.host_runner import HostRunner
from sandbox.github.runs.runners.runner import Runner
from sandbox.github.runs.schedules.asked import AskedSchedules
from sandbox.github.runs.schedules.scheduler import Scheduler
from sandbox.github.runs.service import PARALLEL_JOBS, RunService
from sandbox.github.service import GitHubService
from sandbox.server.endpoints import job_environment
from sandbox.server.place import Place, Platform
from sandbox.server.public.environment import proxied_environment
from sandbox.webhooks.targets import Targets
from toolchain.act import ensure_act, ensure_linux_act
from toolchain.progress import Progress

NAME = "github"
_REAL_API = "https://api.github.com"


def github(place: Place) -> Platform:
    """The platform over a sandbox's database, with its workflow runs."""
    home, url = place.home, place.url(NAME)

    def branch_moved(repository: str, branch: str, commit: str, *, checks_passed: bool) -> None:
        for web in (url, REAL):  # as which whoever follows may know it
            address = f"{web}/{repository}"
            place.neighbours.moved(address, branch, commit, checks_passed=checks_passed)

    tokens = JobTokens()
    service = GitHubService(
        place.database,
        _accounts(place, tokens),
        folder=home.folder / "github",
        url=url,
        branch_moved=branch_moved,
        targets=Targets(
            place.addresses.bind_host, lambda: {*place.ports.values(), *place.addresses.ports()}
        ),
    )
    place.neighbours.locators.append(located(service.registry, url))
    identities = JobIdentities(
        service.registry,
        service.accounts,
        SigningKey(lambda: home.kept("github-oidc.pem", draw_pem)),
        server=url,
    )
    place.neighbours.issuers[NAME] = identities.issuer
    runs = RunService(
        place.database,
        service,
        folder=home.folder / "github-runs",
        github_url=url,
        runner=_runner(place),
        checks_passed=service.checks_passed,
        token_for=tokens.given,
        identities=identities,
        job_environment=job_environment(home, place.addresses.bind_host),
        access=Access(service.accounts, service.registry),
    )
    service.connect(runs)
    RunWebhooks(service.events, service.registry, service.accounts, url).follow(runs.records)
    clock = place.options.clock(time.time)
    scheduler = Scheduler(service, AskedSchedules(place.database), runs.triggered, clock)
    app = create_github_app(
        service,
        runs,
        limits=Limits(**place.options.quotas_of(NAME, {each.name for each in fields(Limits)})),
        clock=clock,
    )

    def start() -> None:
        service.registry.recover()
        runs.start()
        service.movements.recover()
        service.webhooks.courier.start()
        scheduler.start()

    def stop() -> None:
        scheduler.stop()
        runs.stop()
        service.webhooks.courier.stop()

    return place.platform(NAME, app, start=start, stop=stop, around=AddressesAsSent)


def _runner(place: Place) -> Runner:
    """Where jobs run."""
    if place.options.jobs == "host":
        return HostRunner(
            lambda: ensure_act(Progress()),
            place.addresses.bind_host,
            lambda environment: proxied_environment(place.home, environment),
        )
    url = place.url(NAME)
    return ContainerRunner(
        place.machine,
        lambda: ensure_linux_act(Progress()),
        ports=lambda: {*place.ports.values(), *place.addresses.ports()},
        parallel_jobs=PARALLEL_JOBS,
        known_as=(
            {
                f"{url}{API_PREFIX}": _REAL_API,
                f"{url}/api/graphql": f"{_REAL_API}/graphql",
                url: REAL,
            }
            if place.has_public_names
            else {}
        ),
    )


def _accounts(place: Place, tokens: JobTokens) -> Accounts:
    """The sandbox's users, and who speaks for its workflow runs."""
    identity = place.home.identity()
    users = [
        User(
            login=user.name,
            tokens={
                **({identity.github_token: Token()} if user is place.owner else {}),
                **{
                    token: fine_grained(may) if isinstance(may, Mapping) else Token(scopes=may)
                    for token, may in user.github_tokens.items()
                },
            },
            organizations=user.organizations,
        )
        for user in place.options.users
    ]
    owners = {name for user in users for name in (user.login, *user.organizations)}
    actions = User(login=ACTIONS, tokens={}, works_for=sorted(owners))
    return Accounts(
        [*users, actions],
        paid=place.options.paid,
        free=place.options.free,
        job_tokens=tokens,
        ends=place.options.ends_of_tokens(),
    )
