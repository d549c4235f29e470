"""Starts the AI service: `python -m gpt.app_ia`."""

import sys

from kitchen.ai_service import main  # type: ignore[import-not-found]  # at the image's root

if __name__ == "__main__":
    sys.exit(main())
