"""`python -m doors`: the sandbox's command line, which `make` and `with-sandbox` call."""

import sys

from doors.cli import main

sys.exit(main())
