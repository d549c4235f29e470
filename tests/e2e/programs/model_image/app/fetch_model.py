"""Fetches one file of a model repository with nothing but the standard library."""

import os
import sys
import urllib.request
from pathlib import Path

URL = "{HF_ENDPOINT}/{BASE_MODEL}/resolve/{BASE_MODEL_REVISION}/{BASE_MODEL_FILE}"

folder = Path(sys.argv[1])
folder.mkdir(parents=True)
token = Path("/run/secrets/HF_TOKEN").read_text(encoding="utf-8").strip()
request = urllib.request.Request(
    URL.format_map(os.environ), headers={"Authorization": f"Bearer {token}"}
)
with urllib.request.urlopen(request, timeout=60) as response:
    (folder / os.environ["BASE_MODEL_FILE"]).write_bytes(response.read())
