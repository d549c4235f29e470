"""The main app: the page, and the one address through which a browser reaches the others."""

import logging
import os
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from flask import Flask, Response, jsonify, request

from . import conversation
from .addresses import CHAT, GPT, Locator
from .history import Exchange, History, HistoryError, open_history
from .session import session, sessions
from .settings import Environment, ServerSettings, SettingsError, flag
from .simulator import FIELDS as SIMULATION
from .simulator import SIMULATED, Simulator
from .upstream import Upstream
from .web import (
    Json,
    ServiceError,
    body,
    configure,
    create_service,
    give_up,
    require_admin,
    require_service,
    serve,
    text,
    trace,
)

SERVICE, PORT = "app", 5000
_PAGE = Path(__file__).with_name("page.html")
_GENERATE = ("prompt", "max_new_tokens", "temperature", "seed", "stop")
_FINE_TUNE = ("examples", "steps", "rate")
_ACCEPTED, _NOT_IMPLEMENTED, _BUSY = 202, 501, 503
_SHOWN = 20  # exchanges of the history

log = logging.getLogger("kitchen")


class LocalModel(Protocol):
    """A model in this very process, see local_model.py."""

    def answer(self, given: Json) -> Json:
        """A generation, asked for by a request's body."""

    def health(self) -> tuple[int, Json]:
        """Status and body of `/health`."""


def create_app(  # noqa: C901, PLR0915 - one route after the other, each of a few lines
    settings: ServerSettings, history: History, local: LocalModel | None
) -> Flask:
    """The routes; with a local model no AI service is asked."""
    timeout = settings.upstream_timeout_seconds
    chat_service = Upstream(CHAT.name, Locator(CHAT), timeout, settings.service_key)
    ai_service = Upstream(GPT.name, Locator(GPT), timeout, settings.service_key)
    simulator = Simulator(f"http://127.0.0.1:{settings.port}/api/chat", timeout)
    # A question comes back as a generation while its own thread waits: if questions could take
    # every thread, all of them would wait for each other.
    places = threading.BoundedSemaphore(settings.threads // 2)

    def health() -> tuple[int, Json]:
        status, found = local.health() if local else (200, {"status": "ok", "model_loaded": False})
        addresses = {"chat": chat_service.url(), "ai": "here" if local else ai_service.url()}
        return status, found | {"history": history.kind} | addresses

    app = create_service(SERVICE, settings, health)
    sessions(app)

    def keep(question: str, answer: Json) -> bool:
        if SIMULATED in request.headers:
            return False
        figures = (str(answer.get(key, "")) for key in ("reply", "model", "sha256"))
        try:
            history.add(session(), Exchange(datetime.now(UTC), question, *figures))
        except HistoryError as error:
            log.warning("not kept: %s", error)
            return False
        return True

    @app.get("/")
    def page() -> Response:
        return Response(_PAGE.read_text(), mimetype="text/html")

    @app.post("/api/chat")
    def chat() -> Response:
        passed = trace(SERVICE)
        given = body("message", "history")
        question = text(given, "message", conversation.LONGEST_MESSAGE)
        conversation.read_history(given)  # refused here, before another service is asked
        if not places.acquire(blocking=False):
            raise ServiceError(_BUSY, "too many questions at the same time; ask again in a moment")
        try:
            _, answer = chat_service.post("/api/chat", given, passed)
        finally:
            places.release()
        return jsonify(answer | {"kept": keep(question, answer)})

    @app.get("/api/history")
    def past() -> Response:
        try:
            latest = history.latest(session(), _SHOWN)
        except HistoryError as error:
            raise ServiceError(_BUSY, str(error)) from error
        exchanges = [
            asdict(exchange) | {"asked_at": exchange.asked_at.isoformat()} for exchange in latest
        ]
        return jsonify({"store": history.kind, "exchanges": exchanges})

    @app.post("/api/ia/generate")
    def generate() -> Response:
        passed = trace(SERVICE)
        require_service(settings)
        given = body(*_GENERATE)
        if local is not None:
            return jsonify(local.answer(given))
        return jsonify(ai_service.post("/api/generate", given, passed)[1])

    @app.post("/api/finetune/start")
    def fine_tune() -> tuple[Response, int]:
        passed = trace(SERVICE)
        key = require_admin(settings)
        _need_ai_service(local)
        status, answer = ai_service.post(
            "/api/finetune/start", body(*_FINE_TUNE), passed, admin_key=key
        )
        return jsonify(answer), status

    @app.get("/api/finetune/status")
    def fine_tune_status() -> Response:
        require_admin(settings)
        _need_ai_service(local)
        return jsonify(ai_service.get("/api/finetune/status")[1])

    @app.post("/api/simulator/start")
    def simulate() -> tuple[Response, int]:
        require_admin(settings)
        return jsonify(simulator.start(body(*SIMULATION))), _ACCEPTED

    @app.get("/api/simulator/status")
    def simulator_status() -> Response:
        require_admin(settings)
        return jsonify(simulator.status())

    @app.post("/api/simulator/stop")
    def stop_simulator() -> Response:
        require_admin(settings)
        return jsonify(simulator.stop())

    return app


def _need_ai_service(local: LocalModel | None) -> None:
    if local is not None:
        raise ServiceError(
            _NOT_IMPLEMENTED, "this app answers by itself (LOCAL_MODEL); only the AI service learns"
        )


def wants_local_model(environment: Environment = os.environ) -> bool:
    """Whether this process answers with a model of its own: never while an AI service is named.

    By default yes in an image that holds a model, no elsewhere.
    """
    named = environment.get(GPT.variable, "").strip()
    held = environment.get("MODEL_DELIVERY", "none").strip() not in {"", "none"}
    return flag(environment, "LOCAL_MODEL", default=held) and not named


def main() -> int:
    """Runs until SIGTERM; exits with 1 if the model cannot be used, 2 if a variable is wrong."""
    configure(SERVICE)
    try:
        settings = ServerSettings.load(PORT)
        history = open_history(os.environ.get("DATABASE_URL", "").strip())
        local: LocalModel | None = None
        if wants_local_model():
            # Imported here: without a local model nothing of it takes memory or has to exist.
            from .local_model import load  # noqa: PLC0415

            local = load(give_up)
        app = create_app(settings, history, local)
    except SettingsError as error:
        log.critical("cannot start: %s", error)
        return 2
    serve(app, settings)
    return 0
