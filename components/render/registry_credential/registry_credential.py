"""What Render pulls private images with."""

from dataclasses import dataclass

from pulumi import Input, Output, ResourceOptions

from slipway.core.arguments import check_types
from slipway.core.component import Component
from slipway.core.credentials import RENDER_API_KEY
from slipway.core.lineage import mark_of
from slipway.core.stack import require_stack_credential, sealed
from slipway.errors import ConfigError
from slipway.render.deploy.declaring import one_of
from slipway.render.registry_credential.hosts import REGISTRIES
from slipway.render.resources import RegistryCredentialResource


@dataclass(frozen=True, kw_only=True)
class RegistryCredentialArgs:
    """What a caller decides about a registry credential."""

    name: str
    registry: str  # one of REGISTRIES
    username: str
    token: Input[str]  # needs to read packages only
    workspace: str = ""  # its id or name; empty is the only one the API key reaches
    adopt: bool = False  # take over one of the same name for another registry or user
    protect: bool = False  # refuse to delete it

    def __post_init__(self) -> None:
        what = f"Render registry credential {self.name}"
        check_types(what, self)
        if not self.name.strip() or not self.username.strip():
            raise ConfigError(f"{what}: give it a name and a username.")
        one_of(what, "registry", self.registry, REGISTRIES)


class RegistryCredential(Component):
    """One registry credential.

    For example:

        from slipway import Image, RegistryCredential, RegistryCredentialArgs, WebServiceArgs

        login = RegistryCredential("login", RegistryCredentialArgs(
            name="acme-packages",
            registry="GITHUB",
            username="acme-bot",
            token=pulumi.Config("acme").require_secret("packagesToken"),
        ))
        image = Image(ref="ghcr.io/acme/private:1", registry_credential=login.credential_id)
        WebServiceArgs(name="acme-private", image=image)
    """

    credential_id: Output[str]  # for `Image.registry_credential`

    def __init__(
        self, name: str, args: RegistryCredentialArgs, opts: ResourceOptions | None = None
    ) -> None:
        seen_by_policies = {
            "name": args.name,
            "registry": args.registry,
            "username": args.username,
        }
        super().__init__("slipway:render:RegistryCredential", name, seen_by_policies, opts)
        key = require_stack_credential(RENDER_API_KEY)
        credential = RegistryCredentialResource(
            f"{name}-credential",
            {
                **seen_by_policies,
                "owner": args.workspace,
                "token": sealed(key, args.token),
                "mark": mark_of(self, f"{name}-credential"),
                "adopt": args.adopt,
            },
            ResourceOptions(parent=self, protect=args.protect or None),
        )
        self.credential_id = credential.id
        self.register_outputs({"credential_id": self.credential_id})
