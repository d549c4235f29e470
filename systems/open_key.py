# ruff: noqa: T201 - a command line: it says the key
"""Says a key that was drawn for a stack, to whoever holds the stack's passphrase.

    pulumi stack export --show-secrets --stack prod | python -m systems.open_key symptoms-api-key

The state holds the key sealed under the passphrase of the stack's secrets or, where it has none,
under GitHub's token; the same must be in the environment (see `slipway.github.secrets.kept_key`).
"""

import json
import os
import sys
from typing import Any

from slipway.core.credentials import GITHUB_TOKEN
from slipway.errors import DeployError
from slipway.github.secrets.kept_key import open_kept


def main(arguments: list[str], exported: str) -> int:
    """Ends with 1 if there is no such key, or if it can't be opened."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    [name] = arguments
    resources = json.loads(exported)["deployment"].get("resources") or []
    kept = [_kept(each) for each in resources if each["urn"].endswith(f"::{name}")]
    if not kept or not kept[0]:
        print(f"This stack has drawn no key {name}.", file=sys.stderr)
        return 1
    try:
        print(open_kept(os.environ.get(GITHUB_TOKEN.variable, ""), kept[0]))
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _kept(resource: dict[str, Any]) -> str:
    """The ciphertext; with --show-secrets the engine wraps it, as JSON, in a mark of its own."""
    value = (resource.get("outputs") or {}).get("kept", "")
    if isinstance(value, dict):
        value = json.loads(value.get("plaintext", '""'))
    return str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin.read()))
