"""What the three Flask services have in common: JSON errors, a request log, a real server."""

import hmac
import logging
import os
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from flask import Flask, Response, g, jsonify, request
from waitress import create_server  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from . import json_log
from .settings import ServerSettings

VERSION = "1.0.0"
TRACE = "X-Kitchen-Trace"  # the routes a request has passed, to notice a circle
ADMIN, SERVICE_KEY = "X-Admin-Key", "X-Service-Key"
Json = dict[str, Any]
_LARGEST_BODY = 64 * 1024  # bytes; a question and its history are text of a few kilobytes
_UNAUTHORIZED, _FORBIDDEN, _UNPROCESSABLE = 401, 403, 422
_LOOP_DETECTED, _FAILED = 508, 500

log = logging.getLogger("kitchen")


class ServiceError(Exception):
    """A request cannot be answered; the status says whose fault it is."""

    def __init__(self, status: int, detail: str, **more: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def create_service(
    name: str, settings: ServerSettings, health: Callable[[], tuple[int, Json]]
) -> Flask:
    """An app with `/health`, which adds the service's name and version to what `health` says."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.config["KITCHEN"] = settings

    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def write_line(response: Response) -> Response:
        fields = {
            "method": request.method,
            "path": request.path,
            "status_code": response.status_code,
            "duration_ms": round((time.perf_counter() - g.started) * 1e3, 1),
        }
        log.info("request", extra={"fields": fields})
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @app.errorhandler(Exception)
    def explain(error: Exception) -> tuple[Response, int]:
        if isinstance(error, ServiceError):
            return jsonify({"detail": error.detail, **error.more}), error.status
        if isinstance(error, HTTPException):
            return jsonify({"detail": error.description}), error.code or _FAILED
        log.error("unexpected error", exc_info=error)
        detail = f"{type(error).__name__}: {error}" if settings.debug else "internal error"
        return jsonify({"detail": detail}), _FAILED

    @app.get("/health")
    def answer_health() -> tuple[Response, int]:
        status, body = health()
        return jsonify({"service": name, "version": VERSION, **body}), status

    return app


def body(*allowed: str) -> Json:
    """The request's JSON object; an empty body is an empty object, an unknown key is refused."""
    given = request.get_json(force=True) if request.get_data() else {}
    if not isinstance(given, dict):
        raise ServiceError(_UNPROCESSABLE, "the body must be a JSON object")
    if unknown := sorted(set(given) - set(allowed)):
        raise ServiceError(
            _UNPROCESSABLE, f"unknown key {unknown[0]!r}; known: {', '.join(allowed)}"
        )
    return given


def number(given: Json, key: str, default: float, smallest: float, largest: float) -> float:
    """A number within bounds."""
    value = given.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ServiceError(_UNPROCESSABLE, f"{key} must be a number")
    if not smallest <= value <= largest:
        raise ServiceError(_UNPROCESSABLE, f"{key} must be from {smallest:g} to {largest:g}")
    return value


def whole(given: Json, key: str, default: int, smallest: int, largest: int) -> int:
    """A whole number within bounds."""
    value = number(given, key, default, smallest, largest)
    if value != int(value):
        raise ServiceError(_UNPROCESSABLE, f"{key} must be a whole number")
    return int(value)


def text(given: Json, key: str, longest: int) -> str:
    """A text that says something."""
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ServiceError(_UNPROCESSABLE, f"{key} must be a text that is not empty")
    if len(value) > longest:
        raise ServiceError(_UNPROCESSABLE, f"{key} is longer than {longest} characters")
    return value


def trace(service: str) -> str:
    """The routes passed so far, this one included, for the next request onwards.

    Raises:
        ServiceError: 508, this very route was passed before: two addresses point at each other.
    """
    passed = [part for part in request.headers.get(TRACE, "").split(",") if part]
    here = f"{service}:{request.path}"
    if here in passed:
        raise ServiceError(
            _LOOP_DETECTED,
            f"the request came back to {here} by way of {' -> '.join(passed)}:"
            " an address of one service names the wrong service",
        )
    return ",".join([*passed, here])


def require_admin(settings: ServerSettings) -> str:
    """The key to pass on; what costs processor time, or tells of it, is the owner's alone.

    Raises:
        ServiceError: 401, the caller sent another key or none; 403, no key would do.
    """
    return _require(settings, ADMIN, "ADMIN_KEY", settings.admin_key)


def require_service(settings: ServerSettings) -> None:
    """Lets the other two services in, which know the key they share; people come by the page.

    Raises:
        ServiceError: 401, the caller sent another key or none; 403, no key would do.
    """
    _require(settings, SERVICE_KEY, "SERVICE_KEY", settings.service_key)


def _require(settings: ServerSettings, header: str, variable: str, key: str) -> str:
    given = request.headers.get(header, "")
    if not settings.auth_required:
        return given
    if not key:
        raise ServiceError(
            _FORBIDDEN, f"closed: this service has no {variable}; set it, or AUTH_REQUIRED=false"
        )
    if not hmac.compare_digest(given.encode(), key.encode()):
        raise ServiceError(_UNAUTHORIZED, f"send the {variable} of this service as {header}")
    return given


def serve(app: Flask, settings: ServerSettings) -> None:
    """Answers requests until SIGTERM; requests under way get a few seconds to end."""
    try:
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            # A platform's proxy ends TLS; only by this does a cookie get its Secure.
            trusted_proxy="*",
            trusted_proxy_headers={"x-forwarded-proto"},
        )
    except OSError as error:
        give_up(OSError(f"port {settings.port}: {error.strerror}"))
    signal.signal(signal.SIGTERM, _stop)
    log.info("listening", extra={"fields": {"port": settings.port}})
    server.run()
    log.info("stopped")


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    # The server catches this in its loop; as process 1 nothing else would end the program.
    raise SystemExit(0)


def give_up(error: Exception) -> NoReturn:
    """Ends the process, from any thread; a platform then shows the line and restarts."""
    log.critical("cannot serve: %s", error)
    logging.shutdown()
    os._exit(1)  # in a background thread, an exception would end that thread only


def configure(service: str) -> None:
    """Must come first, so that a wrong setting is a line of JSON too."""
    json_log.configure(service)
