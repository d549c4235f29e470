"""The API: `/health`, and `/predict` once the model is loaded.  `python -m app.main` serves it."""

import hashlib
import hmac
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from . import json_log
from .services.model_loader import Model, load_model
from .settings import Settings, SettingsError

VERSION = "1.0.0"
_UNAUTHORIZED, _NOT_READY = 401, 503
_EVEN = 0.5  # the probability from which on a delivery is said to be late

log = logging.getLogger("retraining")


class Delivery(BaseModel):
    """What is known of a delivery before it leaves."""

    model_config = ConfigDict(extra="forbid")

    distance_km: float = Field(ge=0, le=500)
    weight_kg: float = Field(ge=0, le=1000)
    stops: float = Field(ge=0, le=200)  # before this one
    carrier: Literal["bike", "van", "truck"]
    weather: Literal["clear", "rain", "snow"]
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Prediction(BaseModel):
    """Of `POST /predict`."""

    late: bool
    probability: float  # of being late
    revision: str  # commit of the model that says so


class Service:
    """What the routes share. The model changes once: from none to the one of this start."""

    def __init__(self, settings: Settings, load: Callable[[Settings], Model] = load_model) -> None:
        self.settings = settings
        self._load = load
        self.model: Model | None = None

    def load(self) -> None:
        """Waits for the model; raises ModelRefusedError if there is none that may be served."""
        self.model = self._load(self.settings)
        fields = {"model": self.model.repo, "revision": self.model.revision}
        log.info("model loaded", extra={"fields": fields})

    def health(self) -> tuple[int, dict[str, Any]]:
        """Status code and body of `/health`."""
        model = self.model
        return 200 if model else _NOT_READY, {
            "status": "healthy" if model else "loading",
            "model_loaded": model is not None,
            "version": VERSION,
            "auth_required": bool(self.settings.api_key),
            "model": self.settings.model_repo,
            "revision": model.revision if model else None,
            "sha256": model.sha256 if model else None,
            "accuracy": model.accuracy if model else None,
        }


def create_app(service: Service, on_failure: Callable[[Exception], None]) -> FastAPI:
    """The routes; loading begins when the server starts, so that the port opens at once."""

    def load() -> None:
        try:
            service.load()
        except Exception as error:  # noqa: BLE001 - whatever it is, the process must end with it
            on_failure(error)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=load, name="load", daemon=True).start()
        yield

    app = FastAPI(
        title="Late deliveries",
        version=VERSION,
        lifespan=lifespan,
        # Where callers need a key, nothing but /health answers without one.
        openapi_url=None if service.settings.api_key else "/openapi.json",
    )
    # Any page may ask: there are no cookies that a foreign one could use, the key is the caller's.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "X-API-Key"],
    )
    app.add_middleware(json_log.RequestLog)

    def require_key(x_api_key: Annotated[str, Header()] = "") -> None:
        wanted = service.settings.api_key
        if wanted and not hmac.compare_digest(_digest(x_api_key), _digest(wanted)):
            raise HTTPException(
                _UNAUTHORIZED,
                "the header X-API-Key is missing or holds another key",
                {"WWW-Authenticate": 'ApiKey header="X-API-Key"'},
            )

    @app.get("/health")
    async def health() -> JSONResponse:
        status, body = service.health()
        return JSONResponse(body, status)

    @app.post("/predict", dependencies=[Depends(require_key)])
    def predict(delivery: Delivery) -> Prediction:
        model = service.model
        if model is None:
            raise HTTPException(_NOT_READY, "the model is not loaded yet; see /health")
        probability = model.probability(delivery.model_dump())
        return Prediction(
            late=probability >= _EVEN,
            probability=round(probability, 4),
            revision=model.revision,
        )

    return app


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()  # of one length: the time says nothing


def main() -> int:
    """Runs until SIGTERM; returns 1 if no model may be served, 2 if a variable is wrong."""
    json_log.configure()
    try:
        settings = Settings.load()
    except SettingsError as error:
        log.critical("cannot start: %s", error)
        return 2
    failures: list[Exception] = []

    def stop(error: Exception) -> None:
        log.critical("cannot serve: %s", error)
        failures.append(error)
        server.should_exit = True

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(Service(settings), stop),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=3,  # seconds; platforms kill after about ten
        )
    )
    server.run()
    return 1 if failures or not server.started else 0


if __name__ == "__main__":
    sys.exit(main())
