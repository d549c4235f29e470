"""Serves the page until SIGTERM: `python -m src.ui`; ends with 2 if a variable is wrong."""

import logging
import sys

import uvicorn

from .. import json_log
from ..config import Settings, SettingsError
from ..port import require_free_port

log = logging.getLogger("symptoms")


def main() -> int:
    """Checks first, then takes the seconds that Gradio needs."""
    json_log.configure()
    try:
        settings = Settings.load()
        json_log.configure(settings.log_level)
        require_free_port(settings.ui_host, settings.ui_port, "UI_PORT")
    except SettingsError as error:
        log.critical("cannot start: %s", error)
        return 2
    from .app import create_app  # noqa: PLC0415 - a wrong variable is said at once

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(),
            host=settings.ui_host,
            port=settings.ui_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=3,  # seconds; platforms kill after about ten
        )
    )
    server.run()
    return 0 if server.started else 2


if __name__ == "__main__":
    sys.exit(main())
