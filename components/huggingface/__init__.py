"""Hugging Face: Spaces and model repositories."""

import os

# huggingface_hub reads these when it is first imported, so they must stand before any module of
# this package imports it. Its chunked Xet transfer is chosen by the client alone; a compatible
# server that lacks it has no way to decline.
if os.environ.get("HF_ENDPOINT", "https://huggingface.co") != "https://huggingface.co":
    os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
