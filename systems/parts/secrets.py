"""Secrets that a system hands to its apps and workflows: given, drawn, or the stack's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pulumi import Output

from slipway.core.credentials import GITHUB_TOKEN, Credential, passphrase
from slipway.core.findings import Finding, error
from slipway.core.stack import require_stack_credential, stack_credential
from slipway.github.secrets.api_key import api_key
from systems.plan import Part


@dataclass(frozen=True)
class Given(Part):
    """A credential that the stack or its environment must hold."""

    credential: Credential

    def needs(self) -> list[Credential]:
        """The credential itself."""
        return [self.credential]

    @property
    def value(self) -> Output[str]:
        """The secret."""
        return require_stack_credential(self.credential)


@dataclass(frozen=True)
class Drawn(Part):
    """A key that is drawn, unless somebody gave it."""

    name: str  # logical name of what is drawn
    given_as: Credential
    rotation: int = 0  # another number draws another key

    def needs(self) -> list[Credential]:
        """GitHub's token, under which a key that is drawn is kept."""
        return [] if stack_credential(self.given_as) else [GITHUB_TOKEN]

    @cached_property
    def value(self) -> Output[str]:
        """The secret; declared when it is first asked for, however many share it."""
        return api_key(self.name, self.rotation, given_as=self.given_as)


@dataclass(frozen=True)
class Passphrase(Part):
    """What opens the stack's state. No state can hold its own, so the environment alone does."""

    def check(self) -> Iterator[Finding]:
        """Refuses to hand on what this process was not given."""
        if not passphrase():
            yield error(
                "slipway:repository.deploys",
                "workflows need the passphrase that opens this stack's state, and it is not set",
                "Export PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE: what is typed "
                "at the prompt reaches no program. Or set deploys to false",
            )

    @property
    def value(self) -> Output[str]:
        """The secret."""
        return Output.secret(passphrase())


Secret = Given | Drawn | Passphrase
