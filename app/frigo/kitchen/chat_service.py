"""The chat service: holds no model; turns a conversation into a prompt and asks an AI for it."""

import logging
import os

from flask import Flask, Response, jsonify

from . import conversation
from .addresses import APP, Locator
from .settings import Environment, ServerSettings, SettingsError, http_url, whole
from .upstream import Upstream
from .web import (
    Json,
    ServiceError,
    body,
    configure,
    create_service,
    require_service,
    serve,
    text,
    trace,
)

SERVICE, PORT = "chat", 5001
_GENERATE = "/api/ia/generate"
_BAD_GATEWAY = 502

log = logging.getLogger("kitchen")


def backend(settings: ServerSettings, environment: Environment = os.environ) -> Upstream:
    """`CHAT_BACKEND_URL` is the whole address of a generate route; else the main app's is used."""
    if given := environment.get("CHAT_BACKEND_URL", "").strip():
        url = http_url("CHAT_BACKEND_URL", given)
        return Upstream(
            "chat backend", lambda: url, settings.upstream_timeout_seconds, settings.service_key
        )
    main_app = Locator(APP, environment)
    return Upstream(
        APP.name,
        lambda: main_app() + _GENERATE,
        settings.upstream_timeout_seconds,
        settings.service_key,
    )


def create_app(settings: ServerSettings, environment: Environment = os.environ) -> Flask:
    """The routes."""
    upstream = backend(settings, environment)
    most_tokens = whole(environment, "CHAT_MAX_NEW_TOKENS", 80, 512)
    # The small model reads 256 tokens of about three characters, its own answer included.
    most_characters = whole(environment, "CHAT_PROMPT_CHARACTERS", 400, 16000, smallest=50)

    def health() -> tuple[int, Json]:
        return 200, {"status": "ok", "model_loaded": False, "backend": upstream.url()}

    app = create_service(SERVICE, settings, health)

    @app.post("/api/chat")
    def chat() -> Response:
        passed = trace(SERVICE)
        require_service(settings)
        given = body("message", "history")
        message = text(given, "message", conversation.LONGEST_MESSAGE)
        prompt = conversation.render(message, conversation.read_history(given), most_characters)
        wanted = {"prompt": prompt, "max_new_tokens": most_tokens, "stop": conversation.STOP}
        _, answer = upstream.post("", wanted, passed)
        if not isinstance(answer.get("text"), str):
            raise ServiceError(
                _BAD_GATEWAY,
                f"{upstream.name} {upstream.url()}: its answer has no text",
                upstream=upstream.name,
            )
        return jsonify({"reply": answer.pop("text").strip(), **answer})

    return app


def main() -> int:
    """Runs until SIGTERM; returns 2 if a variable is wrong."""
    configure(SERVICE)
    try:
        settings = ServerSettings.load(PORT)
        app = create_app(settings)
    except SettingsError as error:
        log.critical("cannot start: %s", error)
        return 2
    serve(app, settings)
    return 0
