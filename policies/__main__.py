"""As a policy pack, when Pulumi runs this folder; as a command, with `python -m policies`."""

import sys
from pathlib import Path

if __package__:
    from policies.cli import main

    sys.exit(main(sys.argv[1:]))

# Pulumi put this folder first, where its modules would hide those of the standard library.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from policies.pack import serve  # noqa: E402 - found only now

serve()
