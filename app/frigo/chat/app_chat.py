"""Starts the chat service: `python -m chat.app_chat`."""

import sys

from kitchen.chat_service import main  # type: ignore[import-not-found]  # at the image's root

if __name__ == "__main__":
    sys.exit(main())
