"""The files of the symptoms Space, brought together in a folder of their own."""

from pathlib import Path
from tempfile import TemporaryDirectory

from app.symptoms.payload import APP, PayloadError, prepare
from slipway.errors import ConfigError
from slipway.images.composed_context import compose_context
from slipway.payload.files import Payload, payload_from_files

MODEL = APP / "model"  # trained here; git-ignored
PREPARED = Path("build/symptoms")  # what the Space is given; git-ignored


def symptoms_payload() -> Payload:
    """The prepared tree; `PREPARED` holds it until the next one is prepared.

    Raises:
        ConfigError: the model is not trained yet, or a file is missing.
    """
    with TemporaryDirectory() as folder:
        try:
            tree = prepare(APP, Path(folder) / "space", MODEL)
        except PayloadError as error:
            raise ConfigError(f"slipway:symptoms: {error}.") from None
        files = {each.relative_to(tree).as_posix(): each for each in _files(tree)}
        # What is the same is not written again: another stack's program may be reading it.
        composed = compose_context(files, PREPARED)
    return payload_from_files({name: composed / name for name in files}, what=str(PREPARED))


def _files(tree: Path) -> list[Path]:
    return sorted(path for path in tree.rglob("*") if path.is_file())
