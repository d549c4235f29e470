"""The AI service: serves one model over HTTP, and can teach the small one."""

import logging
import os
from dataclasses import asdict
from pathlib import Path

from flask import Flask, Response, jsonify

from . import fine_tune, generation
from .addresses import APP, Locator
from .model_settings import ModelSettings
from .served_model import ServedModel
from .settings import ServerSettings, SettingsError
from .web import (
    Json,
    body,
    configure,
    create_service,
    give_up,
    require_admin,
    require_service,
    serve,
    trace,
)

_ACCEPTED = 202
SERVICE, PORT = "gpt", 5002

log = logging.getLogger("kitchen")


def create_app(settings: ServerSettings, model: ServedModel, folder: Path) -> Flask:
    """The routes; `folder` takes fine-tuned weights."""
    main_app = Locator(APP)
    job = fine_tune.FineTune(model, folder)

    def health() -> tuple[int, Json]:
        status, found = model.health()
        return status, found | {"main_app": main_app(), "delivery": model.settings.delivery}

    app = create_service(SERVICE, settings, health)

    @app.post("/api/generate")
    def generate() -> Response:
        trace(SERVICE)
        require_service(settings)
        given = body(*generation.FIELDS)
        return jsonify(model.generate(generation.GenerateRequest.parse(given)))

    @app.post("/api/finetune/start")
    def start() -> tuple[Response, int]:
        trace(SERVICE)
        require_admin(settings)
        return jsonify(asdict(job.start(body(*fine_tune.FIELDS)))), _ACCEPTED

    @app.get("/api/finetune/status")
    def status() -> Response:
        require_service(settings)
        return jsonify(asdict(job.progress))

    return app


def main() -> int:
    """Runs until SIGTERM; exits with 1 if the model cannot be used, 2 if a variable is wrong."""
    configure(SERVICE)
    try:
        settings = ServerSettings.load(PORT)
        model = ServedModel(ModelSettings.load())
        folder = Path(os.environ.get("FINETUNE_FOLDER") or "/tmp/fine-tuned")  # noqa: S108
        app = create_app(settings, model, folder)
    except SettingsError as error:
        log.critical("cannot start: %s", error)
        return 2

    model.load_in_background(give_up)
    serve(app, settings)
    return 0
