"""The page: a form for symptoms, the prediction, and the log for who knows the key."""

from typing import Any

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from ..config import VERSION
from ..model.features import AGES, TEMPERATURES
from . import wording
from .backend import (
    api_clear_logs_proxy,
    api_health_proxy,
    api_logs_proxy,
    api_predict_proba_proxy,
    api_predict_proxy,
)

TITLE = "Symptom checker"
_INTRODUCTION = f"""# {TITLE}
Enter symptoms and see which of five common conditions they resemble most.

*A demonstration: the model was trained on synthetic patients. It is no medical advice.*"""
_LOG_LIMIT = 50


def build_page() -> gr.Blocks:
    """The page; its five functions are named, so that programs may call them as well."""
    with gr.Blocks(title=TITLE, analytics_enabled=False) as page:
        gr.Markdown(_INTRODUCTION)
        with gr.Tab("Prediction"), gr.Row():
            with gr.Column():
                age = gr.Number(
                    34, label="Age (years)", precision=0, minimum=AGES[0], maximum=AGES[1]
                )
                temperature = gr.Slider(
                    *TEMPERATURES, value=37.0, step=0.1, label="Temperature (°C)"
                )
                symptoms = gr.CheckboxGroup(wording.CHOICES, label="Symptoms")
                predict = gr.Button("Predict", variant="primary")
                more = gr.Button("All probabilities")
            with gr.Column():
                said = gr.Markdown("Nothing asked yet.", label="Result", elem_id="result")
                chances = gr.Label(label="Probabilities")
        with gr.Tab("Recent logs"):
            gr.Markdown("Requests and predictions, never what was entered.")
            key = gr.Textbox(label="Key", type="password")
            with gr.Row():
                refresh = gr.Button("Show logs", variant="primary")
                clear = gr.Button("Clear logs", variant="stop")
            log_said = gr.Markdown(elem_id="log-result")
            table = gr.Dataframe(headers=list(wording.LOG_COLUMNS), interactive=False, wrap=True)
        with gr.Tab("Service"):
            check = gr.Button("Check")
            state = gr.JSON(label="Health")
        form = [age, temperature, symptoms]
        predict.click(_predict, form, said, api_name="predict")
        more.click(_predict_proba, form, [said, chances], api_name="predict_proba")
        refresh.click(_logs, key, [log_said, table], api_name="logs")
        clear.click(_clear_logs, key, [log_said, table], api_name="clear_logs")
        check.click(_health, None, state, api_name="health")
        # Whoever needs no key is not asked for one.
        page.load(_key_field, None, key, api_visibility="private")
    return page


def create_app() -> FastAPI:
    """The page and, beside it, `/health`: that of the API, without which the page is of no use."""
    app = FastAPI(title=TITLE, version=VERSION, openapi_url=None)

    @app.get("/health")
    def health() -> JSONResponse:
        response, status = api_health_proxy()
        return JSONResponse(response, status)

    gr.mount_gradio_app(
        app,
        build_page(),
        path="",
        ssr_mode=False,
        # No fonts from elsewhere: a visitor's browser talks to this address alone.
        theme=gr.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        footer_links=[],
        run_history=False,
        show_error=True,
        max_file_size="1kb",  # nothing here takes a file
    )
    return app


def _predict(age: float | None, temperature: float | None, symptoms: list[str]) -> str:
    return wording.result(*api_predict_proxy(wording.patient(age, temperature, symptoms)))


def _predict_proba(
    age: float | None, temperature: float | None, symptoms: list[str]
) -> tuple[str, dict[str, float]]:
    response, status = api_predict_proba_proxy(wording.patient(age, temperature, symptoms))
    if status != wording.GOOD:
        return wording.result(response, status), {}
    found: dict[str, float] = response["probabilities"]
    label, probability = next(iter(found.items()))
    return wording.result({"prediction": label, "probability": probability}, status), found


def _logs(key: str) -> tuple[str, list[Any]]:
    response, status = api_logs_proxy(_LOG_LIMIT, key)
    if status != wording.GOOD:
        return f"**No logs.** {wording.trouble(response, status)}", []
    said = f"{response['count']} entries, kept in {response['store']}."
    return said, wording.log_rows(response["logs"])


def _clear_logs(key: str) -> tuple[str, list[Any]]:
    response, status = api_clear_logs_proxy(key)
    if status != wording.GOOD:
        return f"**Not cleared.** {wording.trouble(response, status)}", []
    return f"{response['deleted']} entries cleared.", []


def _key_field() -> dict[str, Any]:
    response, _ = api_health_proxy()
    shown: dict[str, Any] = gr.update(visible=response.get("auth_required", True))
    return shown


def _health() -> dict[str, Any]:
    return api_health_proxy()[0]
