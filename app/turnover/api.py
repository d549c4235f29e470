"""The application that a server serves: `uvicorn api:app --host 0.0.0.0 --port 8000`."""

import logging
import os
import signal
import sys

from src.request_log import configure  # type: ignore[import-not-found]  # beside this file
from src.served_model import ServedModel  # type: ignore[import-not-found]  # likewise
from src.service import create_app  # type: ignore[import-not-found]  # likewise
from src.settings import Settings, SettingsError  # type: ignore[import-not-found]  # likewise

log = logging.getLogger("turnover")


def _stop(error: Exception) -> None:
    """Ends the server: its platform shows the reason, and no half-working API stays up."""
    log.critical("Cannot serve: %s", error)
    os.kill(os.getpid(), signal.SIGTERM)


configure("INFO")  # the settings' own errors are lines of the log as well
try:
    _settings = Settings.load()
except SettingsError as error:
    log.critical("Cannot start: %s", error)
    sys.exit(2)
configure(_settings.log_level)
app = create_app(_settings, ServedModel(_settings), _stop)
