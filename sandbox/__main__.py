"""`python -m sandbox`: the program `slipway-sandbox`."""

import sys

from sandbox.cli import main

sys.exit(main())
