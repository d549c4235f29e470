"""Where this GitHub's repositories lie on disk, for platforms that may read private ones too."""

from collections.abc import Callable

from sandbox.github.repositories.registry import Registry

REAL = "https://github.com"  # what names a repository there names the one of this GitHub here


def located(registry: Registry, url: str) -> Callable[[str], str]:
    """Turns addresses of repositories below `url` into paths, and leaves all others as they are.

    On the platforms a user lets Render read their private repositories; here both are theirs. An
    address of the real GitHub is taken for one of ours where there is such a repository.
    """
    hosts = {url, url.replace("127.0.0.1", "localhost"), REAL}

    def place(address: str) -> str:
        for host in hosts:
            if address.startswith(f"{host}/"):
                name = address.removeprefix(f"{host}/").rstrip("/").removesuffix(".git")
                found = registry.find_full(name)
                return address if found is None else str(found.path)
        return address

    return place
