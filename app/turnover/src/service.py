"""The routes."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from .access import HEADER, OPEN_PATHS, RequireKey
from .employee import Employee
from .history import History, Prediction
from .log_pipeline import Monitor
from .request_log import KEPT_LINES, RecentLines, RequestLog
from .served_model import ModelNotLoadedError, ServedModel
from .settings import Settings
from .version import VERSION

_NOT_READY, _UNPROCESSABLE = 503, 422
_YES = "Oui"
_EVEN = 0.5  # the probability from which on the answer is "Oui"

log = logging.getLogger("turnover")


class Answer(BaseModel):
    """Of `POST /predict`."""

    prediction: str  # "Oui": the employee is likely to leave; else "Non"
    probability: float  # of "Oui"


class Probabilities(BaseModel):
    """Of `POST /predict_proba`."""

    probabilities: dict[str, float]  # by label; they sum to 1


def create_app(
    settings: Settings, model: ServedModel, on_failure: Callable[[Exception], None]
) -> FastAPI:
    """The API; loading begins when the server starts, so that the port opens at once.

    Args:
        settings: what the environment decided.
        model: what answers.
        on_failure: hears of a model that can never be served.
    """
    history = History(settings.database_url) if settings.database_url else None
    recent, monitor = RecentLines(), Monitor()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        model.load_in_background(on_failure)
        yield

    app = FastAPI(
        title="Employee turnover",
        version=VERSION,
        lifespan=lifespan,
        docs_url="/docs" if settings.debug else None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.debug else None,
    )
    if settings.auth_required:
        app.add_middleware(RequireKey, key=settings.api_key)
    app.add_middleware(RequestLog, recent=recent, monitor=monitor)  # outermost: refusals show too

    _explain_errors(app)

    @app.get("/")
    async def about() -> dict[str, Any]:
        loaded = model.loaded
        return {
            "name": "Employee turnover",
            "version": VERSION,
            "model": settings.model_repo,
            "revision": loaded.revision if loaded else None,
            "sha256": loaded.sha256 if loaded else None,
            "key": HEADER if settings.auth_required else None,
            "open": sorted(OPEN_PATHS),
            "docs": app.docs_url,
        }

    @app.get("/health")
    async def health() -> JSONResponse:
        ready = model.loaded is not None
        status = "healthy" if ready else "loading"
        body = {"status": status, "model_loaded": ready, "version": VERSION}
        return JSONResponse(body, 200 if ready else _NOT_READY)

    @app.post("/predict")
    def predict(employee: Employee, request: Request) -> Answer:
        serving = model.require()
        probability = round(serving.probabilities(employee.features())[_YES], 4)
        prediction = _YES if probability >= _EVEN else "Non"
        request.state.fields = {"prediction": prediction, "probability": probability}
        log.debug("Predicted", extra={"fields": {"revision": serving.revision}})
        if history is not None:
            moment, features = datetime.now(UTC), employee.features()
            history.add(Prediction(moment, features, prediction, probability, serving.revision))
        return Answer(prediction=prediction, probability=probability)

    @app.post("/predict_proba")
    def predict_proba(employee: Employee) -> Probabilities:
        found = model.require().probabilities(employee.features())
        return Probabilities(probabilities={label: round(p, 4) for label, p in found.items()})

    @app.get("/logs")
    async def logs(
        limit: Annotated[int, Query(ge=1, le=KEPT_LINES)] = 50,
    ) -> dict[str, Any]:
        state = [{**alert.fields(), "raised": alert.raised} for alert in monitor.state()]
        return {"logs": recent.latest(limit), "alerts": state}

    return app


def _explain_errors(app: FastAPI) -> None:
    """What a caller is told."""

    @app.exception_handler(ModelNotLoadedError)
    async def not_loaded(_: Request, error: ModelNotLoadedError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, _NOT_READY)

    @app.exception_handler(RequestValidationError)
    async def not_an_employee(_: Request, error: RequestValidationError) -> JSONResponse:
        # Where and why, not what: a value such as NaN can't be said in JSON.
        detail = [{key: each[key] for key in ("loc", "msg", "type")} for each in error.errors()]
        return JSONResponse({"detail": detail}, _UNPROCESSABLE)
