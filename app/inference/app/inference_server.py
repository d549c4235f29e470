"""Serves a language model over HTTP: a page for people, `/health` and `/generate` for programs."""

import logging
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from . import request_log
from .generation import GenerateRequest, GenerateResponse, GenerationError
from .local_engine import LocalEngine
from .model_file import ModelFile, ModelFileError
from .remote_engine import FORWARDED, RemoteEngine
from .settings import Settings, SettingsError

# The model repository on the Hub. The build argument of the same name has the same default: the
# image build downloads it, and this server refuses to start if the image holds another one.
BASE_MODEL = os.environ.get("BASE_MODEL") or "TheBloke/phi-2-GGUF"
VERSION = "1.0.0"
_PAGE = Path(__file__).with_name("page.html")
_LOOP_DETECTED, _NOT_READY = 508, 503

log = logging.getLogger("inference")


@dataclass
class Service:
    """What the routes share: where text is generated, and whether that is possible yet."""

    settings: Settings
    remote: RemoteEngine | None
    model: ModelFile | None  # None in hybrid mode: the weights that answer are elsewhere
    local: LocalEngine | None = None  # None until loaded

    @classmethod
    def prepare(cls, settings: Settings) -> "Service":
        """Checks what can be checked at once; `load` does the slow rest."""
        if settings.remote_engine_url:
            remote = RemoteEngine(settings.remote_engine_url, settings.remote_timeout_seconds)
            return cls(settings, remote, None)
        model = ModelFile.describe(settings.model_folder, settings.base_model)
        model.require(settings.model_sha256, "BASE_MODEL_SHA256")
        return cls(settings, None, model)

    def load(self) -> None:
        """Verifies and loads the weights; nothing to do in hybrid mode."""
        if self.model is None:
            return
        started = time.perf_counter()
        self.model.verify()
        settings = self.settings
        try:
            self.local = LocalEngine(
                self.model,
                context_tokens=settings.context_tokens,
                slots=settings.slots,
                threads=settings.threads,
            )
        except RuntimeError as error:
            raise ModelFileError(f"the engine cannot load {self.model.path}: {error}") from error
        fields = {
            "model": self.model.repo,
            "duration_ms": round((time.perf_counter() - started) * 1e3),
        }
        log.info("model loaded", extra={"fields": fields})

    def health(self) -> tuple[int, dict[str, Any]]:
        """Status code and body of `/health`."""
        ready = self.remote is not None or self.local is not None
        return 200 if ready else _NOT_READY, {
            "status": "ok" if ready else "loading",
            "model_loaded": self.local is not None,
            "version": VERSION,
            "model": self.settings.base_model,
            "revision": self.model.revision if self.model else None,
            "sha256": self.model.sha256 if self.model else None,
            "engine": "remote" if self.remote else "local",
        }

    def generate(self, request: GenerateRequest, *, forwarded: bool) -> GenerateResponse:
        """Answers from the one engine this server was configured for, or fails."""
        if self.remote is not None:
            if forwarded:
                raise GenerationError(
                    _LOOP_DETECTED,
                    "this server forwards generation itself (HYBRID_REMOTE_GENERATION):"
                    " REMOTE_ENGINE_URL must name a server that does not",
                )
            return self.remote.generate(request)
        if self.local is None or self.model is None:
            raise GenerationError(_NOT_READY, "the model is still loading")
        started = time.perf_counter()
        completion = self.local.generate(request)
        return GenerateResponse(
            text=completion.text,
            model=self.model.repo,
            revision=self.model.revision,
            sha256=self.model.sha256,
            engine="local",
            tokens=completion.tokens,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )


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

    app = FastAPI(title="Inference server", version=VERSION, lifespan=lifespan)
    app.add_middleware(request_log.RequestLog)

    @app.exception_handler(GenerationError)
    async def explain(_: Request, error: GenerationError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, error.status)

    @app.get("/", response_class=HTMLResponse)
    async def page() -> str:
        return _PAGE.read_text()

    @app.get("/health")
    async def health() -> JSONResponse:
        status, body = service.health()
        return JSONResponse(body, status)

    @app.post("/generate")
    def generate(request: GenerateRequest, http: Request) -> GenerateResponse:
        return service.generate(request, forwarded=FORWARDED in http.headers)

    return app


def main() -> int:
    """Runs until SIGTERM; returns 1 if the model cannot be used, 2 if a variable is wrong."""
    request_log.configure()
    failures: list[Exception] = []
    try:
        settings = Settings.load(BASE_MODEL)
        service = Service.prepare(settings)
    except (SettingsError, ModelFileError) as error:
        log.critical("cannot start: %s", error)
        return 2 if isinstance(error, SettingsError) else 1

    def stop(error: Exception) -> None:
        log.critical("cannot start: %s", error)
        failures.append(error)
        server.should_exit = True

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(service, stop),
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
