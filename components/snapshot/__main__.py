"""Makes a snapshot, from a pipe to a file, so that no secret is written anywhere.

pulumi stack export --show-secrets | python -m slipway.snapshot > snapshot.json
python -m slipway.snapshot --placeholder    what stands in it for each secret, and is its passphrase
"""

import json
import os
import sys

from slipway.core.credentials import PLACEHOLDER
from slipway.errors import ConfigError
from slipway.snapshot.redaction import redacted

_HIDDEN = ("HF_TOKEN", "RENDER_API_KEY", "GITHUB_TOKEN", "PULUMI_CONFIG_PASSPHRASE")


def main() -> int:
    """Reads the export, writes the snapshot; the exit code."""
    if sys.argv[1:] == ["--placeholder"]:
        sys.stdout.write(f"{PLACEHOLDER}\n")
        return 0
    hidden = [os.environ[name] for name in _HIDDEN if os.environ.get(name)]
    try:
        snapshot = redacted(json.load(sys.stdin), hidden)
    except (ConfigError, ValueError) as refusal:
        said = str(refusal) if isinstance(refusal, ConfigError) else "The input is no JSON."
        sys.stderr.write(f"{said}\n")
        return 1
    json.dump(snapshot, sys.stdout, indent=1, sort_keys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
