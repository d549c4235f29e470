"""Which hosts the real platforms have, and where in the sandbox each of them leads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


def _as_it_is(path: str) -> str:
    return path


def _upload(path: str) -> str:
    return f"/api/uploads{path}"


def _raw(path: str) -> str:
    """A file's address as a GitHub of one's own has it, which has no host for files."""
    owner, _, rest = path.lstrip("/").partition("/")
    name, _, rest = rest.partition("/")
    return f"/{owner}/{name}/raw/{rest}"


@dataclass(frozen=True)
class Imitated:
    """A host whose requests one of the sandbox's platforms answers."""

    platform: str
    path: Callable[[str], str] = _as_it_is  # a path at the real host -> at the sandbox's platform


IMITATED: Mapping[str, Imitated] = {
    "huggingface.co": Imitated("hub"),
    "www.huggingface.co": Imitated("hub"),
    "hf.co": Imitated("hub"),
    "api.render.com": Imitated("render"),
    "github.com": Imitated("github"),
    "www.github.com": Imitated("github"),
    "api.github.com": Imitated("github"),
    "uploads.github.com": Imitated("github", _upload),
    "codeload.github.com": Imitated("github"),
    "raw.githubusercontent.com": Imitated("github", _raw),
}
# Hosts that take the same tokens, or hand out what is behind them, and that nothing here imitates.
REFUSED = (
    "api-inference.huggingface.co",
    "router.huggingface.co",
    "datasets-server.huggingface.co",
    "cdn-lfs.huggingface.co",
    "cas-server.xethub.hf.co",
    "dashboard.render.com",
    "gist.github.com",
    "objects.githubusercontent.com",
    "ghcr.io",
    "docker.pkg.github.com",
    "npm.pkg.github.com",
    "models.github.ai",
)
NAMES = (*IMITATED, *REFUSED)
# Below these each name is an app's own: of a Space, of a service.
APPS: Mapping[str, str] = {"static.hf.space": "hub", "hf.space": "hub", "onrender.com": "render"}
# Domains of the platforms, which a certificate of the sandbox's may speak for and for no others.
DOMAINS = (
    "huggingface.co",
    "hf.co",
    "hf.space",
    "render.com",
    "onrender.com",
    "github.com",
    "githubusercontent.com",
    "github.ai",
    "ghcr.io",
)


def is_of_a_platform(host: str) -> bool:
    """Whether a host lies in a domain of a real platform."""
    name = host.lower().rstrip(".")
    return any(name == domain or name.endswith(f".{domain}") for domain in DOMAINS)


def app_of(host: str) -> tuple[str, str] | None:
    """Whose app has a host on the real platforms, and its name there: (platform, name).

    None for what is no app's.
    """
    name = host.lower().rstrip(".")
    for domain, platform in APPS.items():
        label = name.removesuffix(f".{domain}")
        if label != name and "." not in label:
            return platform, label
    return None


def is_of_an_app(host: str) -> bool:
    """Whether a host, with or without its port, would be an app's on a real platform."""
    return app_of(host.partition(":")[0]) is not None
