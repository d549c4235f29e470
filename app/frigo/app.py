"""Starts the main app: `python app.py`."""

import sys

from kitchen.main_app import main  # type: ignore[import-not-found]  # beside this file

if __name__ == "__main__":
    sys.exit(main())
