"""Says how large the model is that came with the image."""

import sys
from pathlib import Path

VERSION = "1"

weights = Path("models/weights.bin")
sys.stdout.write(f"{VERSION}: {weights.stat().st_size if weights.exists() else 'no model'}\n")
