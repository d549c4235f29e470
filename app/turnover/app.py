"""Starts the API where the platform chooses the port: `PORT=8000 python app.py`."""

import os

import uvicorn

if __name__ == "__main__":
    uvicorn.run(
        "api:app",
        host=os.environ.get("HOST") or "0.0.0.0",  # noqa: S104 - inside a container
        port=int(os.environ.get("PORT") or 8000),
        timeout_graceful_shutdown=3,  # seconds; platforms kill after about ten
    )
