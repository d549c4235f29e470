"""Runs the API until SIGTERM: `python -m src.api`.

Ends with 1 if the model can't be served, with 2 if a variable is wrong or the port is taken.
"""

import logging
import sys

import uvicorn

from .. import json_log
from ..config import Settings, SettingsError
from ..model.model_file import ModelFileError, read_model_file
from ..port import require_free_port

log = logging.getLogger("symptoms")


def main() -> int:
    """Loads the model, then opens the port."""
    json_log.configure()
    try:
        settings = Settings.load()
        json_log.configure(settings.log_level)
        key = settings.required_key()
        require_free_port(settings.api_host, settings.api_port, "API_PORT")
        read_model_file(settings.model_folder)
        # Seconds go by until scikit-learn is loaded; what is wrong above is said at once.
        from ..model.predictor import Predictor  # noqa: PLC0415

        predictor = Predictor.load(settings.model_folder)
    except (SettingsError, ModelFileError) as error:
        log.critical("cannot start: %s", error)
        return 2 if isinstance(error, SettingsError) else 1
    from ..logs_pipeline.store import LogStore  # noqa: PLC0415
    from .app import create_app  # noqa: PLC0415

    store = LogStore(settings.redis_url, settings.log_capacity)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(predictor, store, key),
            host=settings.api_host,
            port=settings.api_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=3,  # seconds; platforms kill after about ten
        )
    )
    server.run()
    return 0 if server.started else 2


if __name__ == "__main__":
    sys.exit(main())
