"""What a person does on the Hub's page once a stack is raised: repositories trust its workflows."""

from collections.abc import Iterator, Mapping
from typing import Any

from doors.home import Home
from toolchain.progress import SetupError

_OUTPUT = "publisher"  # of a system that has such a workflow: "REPOSITORY NAME=VALUE …"


def trust_publishers(home: Home, outputs: Mapping[str, Any]) -> Iterator[str]:
    """Has the sandbox's Hub trust the workflows that a stack names; what is trusted already stays.

    Args:
        home: the sandbox.
        outputs: the stack's.

    Yields:
        Lines for people: of each that could not be trusted, why.
    """
    systems = [each for each in outputs.values() if isinstance(each, Mapping)]
    found = [each[_OUTPUT] for each in systems if _OUTPUT in each]
    if not found:
        return
    # Not before: what it brings takes longer to load than most commands take for everything.
    from sandbox.hub.publishing.configure import TrustSettings  # noqa: PLC0415

    settings = TrustSettings(home.open_database(), home.repositories)
    for said in found:
        resource, *claims = str(said).split()
        try:
            settings.trust(resource, claims)
        except SetupError as error:
            yield f"Hub: {error}"
