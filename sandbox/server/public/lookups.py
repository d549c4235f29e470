"""Names of other hosts, looked up once for all that ask for them at about the same time.

A package manager opens fifty connections to one host at once. Each would be a lookup of its own,
and resolvers drop what comes in such bursts: the connections then take seconds, or fail.
"""

import asyncio
import socket
from collections.abc import Sequence

_KEPT_SECONDS = 30.0
_TRIES = 3  # a resolver that gave up for now may be asked again


class Lookups:
    """Addresses by host; belongs to one event loop."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Task[Sequence[str]]] = {}

    async def addresses(self, host: str) -> Sequence[str]:
        """The addresses of a host, in the resolver's order.

        Raises:
            OSError: there are none, or the resolver does not answer.
        """
        asked = self._asked.get(host)
        if asked is None:
            asked = self._asked[host] = asyncio.create_task(_addresses(host))
            asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._forget, host, asked)
        try:
            return await asyncio.shield(asked)
        except OSError:
            self._forget(host, asked)
            raise

    def _forget(self, host: str, asked: asyncio.Task[Sequence[str]]) -> None:
        if self._asked.get(host) is asked:
            del self._asked[host]


async def _addresses(host: str) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    for left in reversed(range(_TRIES)):
        try:
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            if error.errno != socket.EAI_AGAIN or left == 0:
                raise
        else:
            return tuple(dict.fromkeys(str(each[4][0]) for each in found))
    raise OSError(f"{host} has no address")
