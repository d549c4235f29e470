"""The routes. All but `/` and `/health` need the key, where one is required."""

import hmac
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request

from ..config import KEY_HEADER, VERSION
from ..logs_pipeline.store import LogStore
from ..model.features import AGES, SYMPTOMS, TEMPERATURES
from ..model.predictor import Predictor
from .request_log import RequestLog
from .schemas import Deleted, Logs, PatientRequest, Prediction, Probabilities

_UNAUTHORIZED = 401
_DIGITS = 4  # of a probability; more would only pretend


def create_app(predictor: Predictor, store: LogStore, required_key: str) -> FastAPI:
    """The API around a loaded model.

    Args:
        predictor: the model.
        store: of the log.
        required_key: what callers must send in `X-API-Key`; empty lets everybody in.
    """
    app = FastAPI(title="Symptoms API", version=VERSION, openapi_url=None)
    app.add_middleware(RequestLog, store=store)

    def admit(key: Annotated[str, Header(alias=KEY_HEADER)] = "") -> None:
        if not hmac.compare_digest(key.encode(), required_key.encode()) and required_key:
            raise HTTPException(_UNAUTHORIZED, f"{KEY_HEADER} is missing or wrong")

    closed = [Depends(admit)]

    @app.get("/")
    def info() -> dict[str, Any]:
        return {
            "name": "Symptoms API",
            "version": VERSION,
            "endpoints": [
                "GET /",
                "GET /health",
                "POST /predict",
                "POST /predict_proba",
                "GET /logs",
                "DELETE /logs",
            ],
            "auth_required": bool(required_key),
            "labels": list(predictor.file.labels),
            "symptoms": list(SYMPTOMS),
            "age": list(AGES),
            "temperature_c": list(TEMPERATURES),
        }

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {
            "status": "healthy",
            "model_loaded": True,  # the API does not start without
            "version": VERSION,
            "model_sha256": predictor.file.sha256,
            "log_store": store.kind(),
            "auth_required": bool(required_key),
        }

    @app.post("/predict", dependencies=closed)
    def predict(patient: PatientRequest, request: Request) -> Prediction:
        label, probability = next(iter(_ask(patient, request).items()))
        return Prediction(prediction=label, probability=probability)

    @app.post("/predict_proba", dependencies=closed)
    def predict_proba(patient: PatientRequest, request: Request) -> Probabilities:
        return Probabilities(probabilities=_ask(patient, request))

    @app.get("/logs", dependencies=closed)
    def logs(limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> Logs:
        found = [entry.as_dict() for entry in store.latest(limit)]
        return Logs(store=store.kind(), count=len(found), logs=found)

    @app.delete("/logs", dependencies=closed)
    def clear_logs() -> Deleted:
        return Deleted(deleted=store.clear())

    def _ask(patient: PatientRequest, request: Request) -> dict[str, float]:
        found = predictor.probabilities(patient.age, patient.temperature_c, patient.symptoms)
        rounded = {label: round(probability, _DIGITS) for label, probability in found.items()}
        request.state.prediction, request.state.probability = next(iter(rounded.items()))
        return rounded

    return app
