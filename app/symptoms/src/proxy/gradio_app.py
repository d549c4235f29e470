"""The developers' page: every route of the API, its answer as raw JSON.

    python -m src.proxy.gradio_app        at http://localhost:7860, for an API at API_URL

It runs on a developer's machine only; a Space serves `src.ui`.
"""

import json
import logging
import sys
from typing import Any

import gradio as gr

from .. import json_log
from ..config import Settings, SettingsError
from ..port import require_free_port
from .client import Answer, APIProxyClient

EXAMPLE = {"age": 34, "temperature_c": 38.9, "symptoms": ["cough", "fatigue", "muscle_ache"]}
_INVALID = 422

log = logging.getLogger("symptoms")


def build_page(client: APIProxyClient) -> gr.Blocks:
    """The page around a client."""

    def shown(answer: Answer) -> dict[str, Any]:
        response, status = answer
        return {"status": status, "response": response}

    def patient(text: str) -> dict[str, Any]:
        given = json.loads(text)
        if not isinstance(given, dict):
            raise TypeError
        return given

    def send(text: str, *, proba: bool) -> dict[str, Any]:
        try:
            body = patient(text)
        except (ValueError, TypeError):
            return shown(({"detail": "the request is no JSON object"}, _INVALID))
        return shown(client.post_predict_proba(body) if proba else client.post_predict(body))

    with gr.Blocks(title="Symptoms API", analytics_enabled=False) as page:
        gr.Markdown(f"# Symptoms API\nEvery route of `{client.api_url}`, raw.")
        output = gr.JSON(label="Answer")
        with gr.Row():
            info, health = gr.Button("GET /"), gr.Button("GET /health")
            connection = gr.Button("Check the connection")
        body = gr.Code(json.dumps(EXAMPLE, indent=2), language="json", label="Request")
        with gr.Row():
            predict, proba = gr.Button("POST /predict"), gr.Button("POST /predict_proba")
        limit = gr.Number(50, precision=0, minimum=1, maximum=1000, label="GET /logs: limit")
        with gr.Row():
            logs, clear = gr.Button("GET /logs"), gr.Button("DELETE /logs", variant="stop")
        info.click(lambda: shown(client.get_info()), None, output, api_name="info")
        health.click(lambda: shown(client.get_health()), None, output, api_name="health")
        connection.click(
            lambda: {"api_url": client.api_url, "connected": client.check_connection()},
            None,
            output,
            api_name="check_connection",
        )
        predict.click(lambda text: send(text, proba=False), body, output, api_name="predict")
        proba.click(lambda text: send(text, proba=True), body, output, api_name="predict_proba")
        logs.click(lambda n: shown(client.get_logs(int(n))), limit, output, api_name="logs")
        clear.click(lambda: shown(client.delete_logs()), None, output, api_name="clear_logs")
    return page


def main() -> int:
    """Serves the page on this machine only; ends with 2 if a variable is wrong."""
    json_log.configure()
    try:
        settings = Settings.load()
        require_free_port("127.0.0.1", settings.ui_port, "UI_PORT")
    except SettingsError as error:
        log.critical("cannot start: %s", error)
        return 2
    client = APIProxyClient(
        settings.api_url,
        api_key=settings.api_key,
        timeout_seconds=settings.api_timeout_seconds,
    )
    log.info("developers' page at http://localhost:%d", settings.ui_port)
    build_page(client).launch(
        server_name="127.0.0.1",
        server_port=settings.ui_port,
        share=False,
        ssr_mode=False,
        theme=gr.themes.Base(font=["system-ui"], font_mono=["monospace"]),
        quiet=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
