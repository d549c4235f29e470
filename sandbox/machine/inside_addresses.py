"""Makes addresses of this sandbox usable inside a container.

Loopback inside a container is the container itself, so in the values a platform hands to an app the
loopback address of a port of this sandbox is replaced by the address under which containers reach
it. Ports that are not this sandbox's are the app's own business and stay.
"""

import re
from collections.abc import Collection, Mapping

_LOOPBACK_URL = re.compile(r"(?<=://)(?:127\.0\.0\.1|localhost):(\d{1,5})(?!\d)")
_LOOPBACK_URL_WITH_USER = re.compile(r"(://[^/\s@]*@)(?:127\.0\.0\.1|localhost):(\d{1,5})(?!\d)")


def reachable_inside(
    values: Mapping[str, str], inside_host: str, ports: Collection[int]
) -> dict[str, str]:
    """The values with the loopback addresses of `ports` replaced by `inside_host`."""

    def plain(match: re.Match[str]) -> str:
        return f"{inside_host}:{match[1]}" if int(match[1]) in ports else match[0]

    def with_user(match: re.Match[str]) -> str:
        return f"{match[1]}{inside_host}:{match[2]}" if int(match[2]) in ports else match[0]

    return {
        name: _LOOPBACK_URL_WITH_USER.sub(with_user, _LOOPBACK_URL.sub(plain, value))
        for name, value in values.items()
    }
