"""Teaches the small model a few answers while it goes on serving, one job at a time.

Real gradient steps in numpy. They are possible for the small model only: the gradients of phi-2's
2.7 billion weights would need more than ten times the memory of a small plan.
"""

import hashlib
import logging
import os
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

# Before numpy: products this small only get slower when threads share them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from .generation import GenerateRequest
from .served_model import Loaded, ServedModel
from .web import Json, ServiceError, number, text, whole

if TYPE_CHECKING:
    from app.language_model import gguf_file, phi
    from app.language_model.adamw import AdamW
    from app.language_model.bpe import Bpe
    from app.language_model.layers import Tokens
else:  # the same modules, where repository.py puts them
    from .language_model import gguf_file, phi
    from .language_model.adamw import AdamW

_LARGEST_FILE = 16_000_000  # bytes of float16; training takes ten times as much memory and more
_BATCH, _LENGTH = 4, 96  # sequences and tokens per step; the small model peaks at 130 MB in all
_REHEARSALS, _SHARE_NEW = 32, 0.5
_MOST_EXAMPLES, _LONGEST_TEXT = 16, 400
_CONFLICT, _UNPROCESSABLE = 409, 422
FIELDS = ("examples", "steps", "rate")

log = logging.getLogger("kitchen")


@dataclass(frozen=True)
class Material:
    """Everything a job needs, checked before the caller hears that it started."""

    served: Loaded
    weights: "phi.Tensors"
    shape: "phi.Shape"
    tokenizer: "Bpe"
    documents: "list[Tokens]"
    steps: int
    rate: float


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What `/status` tells."""

    state: Literal["idle", "running", "done", "failed"] = "idle"
    examples: int = 0
    step: int = 0
    steps: int = 0
    loss_before: float | None = None  # nats per token over the examples
    loss_after: float | None = None
    rehearsed_loss_before: float | None = None  # the same over what the model could do already
    rehearsed_loss_after: float | None = None
    sha256_before: str | None = None
    sha256_after: str | None = None
    seconds: float | None = None
    error: str | None = None


class FineTune:
    """The job, if there is one. Its result is lost when the container is replaced."""

    def __init__(self, model: ServedModel, folder: Path) -> None:
        self._model, self._folder = model, folder
        self._busy = threading.Lock()
        self.progress = Progress()

    def start(self, given: Json) -> Progress:
        """Begins a job in the background.

        Raises:
            ServiceError: 409 while one is running, 422 if the model or the examples do not allow
                it, 503 while the model is loading.
        """
        if not self._busy.acquire(blocking=False):
            raise ServiceError(_CONFLICT, "a fine-tune is running; ask /api/finetune/status")
        try:
            material = _prepare(self._model.current(), given)
            self.progress = Progress(
                state="running",
                examples=len(material.documents),
                steps=material.steps,
                sha256_before=material.served.file.sha256,
            )
            started = self.progress
            threading.Thread(
                target=self._run, args=(material,), name="fine-tune", daemon=True
            ).start()
        except BaseException:
            self._busy.release()
            raise
        return started

    def _run(self, material: Material) -> None:
        clock = time.perf_counter()
        try:
            own = _rehearsal(material)
            before, own_before = _loss(material, material.documents), _loss(material, own)
            self._note(loss_before=before, rehearsed_loss_before=own_before)
            optimizer, draw = AdamW(material.weights), np.random.default_rng(7)
            for step in range(material.steps):
                self._note(step=step + 1)
                tokens, targets = _batch(material, own, draw)
                _, gradients = phi.loss_and_gradients(
                    material.weights, material.shape, tokens, targets
                )
                optimizer.step(gradients, material.rate)
            after, own_after = _loss(material, material.documents), _loss(material, own)
            self._note(loss_after=after, rehearsed_loss_after=own_after)
            sha256 = self._serve(material)
            seconds = round(time.perf_counter() - clock, 2)
            self._note(state="done", sha256_after=sha256, seconds=seconds)
            log.info("fine-tuned", extra={"fields": {"sha256": sha256, "loss_after": after}})
        except Exception as error:
            log.exception("fine-tune failed")
            self._note(state="failed", error=f"{type(error).__name__}: the weights are unchanged")
        finally:
            self._busy.release()

    def _note(self, **changes: object) -> None:
        self.progress = replace(self.progress, **changes)  # type: ignore[arg-type]

    def _serve(self, material: Material) -> str:
        """Writes the new weights, loads them beside the old ones, then swaps."""
        old = material.served.file
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "fine-tuned.gguf"
        writing = path.with_suffix(".writing")
        gguf_file.write(writing, material.weights, material.shape, material.tokenizer, old.repo)
        # Renamed, not overwritten: the engine still reads the file of an earlier job.
        writing.replace(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        file = replace(old, path=path, sha256=sha256, size=path.stat().st_size)
        self._model.replace(self._model.load_file(file))
        return sha256


def _prepare(served: Loaded, given: Json) -> Material:
    file = served.file
    if file.size > _LARGEST_FILE:
        raise ServiceError(
            _UNPROCESSABLE,
            f"{file.repo} cannot be fine-tuned here: {file.size / 1e6:.0f} MB of weights, and only"
            f" the small model (up to {_LARGEST_FILE / 1e6:.0f} MB) fits. Set IA_MODEL=tiny.",
        )
    steps = whole(given, "steps", 80, 1, 300)
    rate = float(number(given, "rate", 1e-3, 1e-5, 1e-2))
    pairs = _examples(given)
    try:
        tensors, shape, tokenizer = gguf_file.read(file.path)
    except ValueError as error:
        raise ServiceError(_UNPROCESSABLE, f"{file.repo} cannot be fine-tuned: {error}") from error
    documents = [
        np.array([*tokenizer.encode(f"Q: {question}\nA: {answer}"), tokenizer.end_of_text])
        for question, answer in pairs
    ]
    longest = max(document.size for document in documents)
    if longest > shape.context:
        raise ServiceError(
            _UNPROCESSABLE, f"an example has {longest} tokens; the model reads {shape.context}"
        )
    return Material(served, tensors, shape, tokenizer, documents, steps, rate)


def _rehearsal(material: Material) -> "list[Tokens]":
    """Texts of the model's own; without them a few steps on two examples ruin everything else."""
    tokenizer, documents = material.tokenizer, []
    for seed in range(_REHEARSALS):
        request = GenerateRequest("Q:", max_new_tokens=80, temperature=0.8, seed=seed)
        written = material.served.engine.generate(request).text
        tokens = [*tokenizer.encode(f"Q:{written}"), tokenizer.end_of_text]
        documents.append(np.array(tokens[: material.shape.context]))
    return documents


def _examples(given: Json) -> list[tuple[str, str]]:
    examples = given.get("examples")
    if not isinstance(examples, list) or not 1 <= len(examples) <= _MOST_EXAMPLES:
        raise ServiceError(
            _UNPROCESSABLE,
            f'examples must be a list of 1 to {_MOST_EXAMPLES} {{"question": ..., "answer": ...}}',
        )
    pairs: list[tuple[str, str]] = []
    for example in examples:
        if not isinstance(example, dict):
            raise ServiceError(_UNPROCESSABLE, "an example has a question and an answer")
        question, answer = (text(example, key, _LONGEST_TEXT) for key in ("question", "answer"))
        pairs.append((" ".join(question.split()), " ".join(answer.split())))
    return pairs


def _loss(material: Material, texts: "list[Tokens]") -> float:
    """Mean over all tokens of all texts; the first token of each is given, not guessed."""
    losses = [
        phi.losses(material.weights, material.shape, tokens[None, :-1], tokens[None, 1:])[0]
        for tokens in texts
    ]
    return round(float(np.concatenate(losses).mean()), 4)


def _batch(
    material: Material, own: "list[Tokens]", draw: np.random.Generator
) -> "tuple[Tokens, Tokens]":
    """Windows that begin where a text begins, as a prompt does; half new and half rehearsed."""
    length = min(_LENGTH, material.shape.context)
    rows = []
    for _ in range(_BATCH):
        row: list[Tokens] = []
        while sum(part.size for part in row) <= length:
            texts = material.documents if draw.random() < _SHARE_NEW else own
            row.append(texts[draw.integers(len(texts))])
        rows.append(np.concatenate(row)[: length + 1])
    tokens = np.stack(rows)
    return tokens[:, :-1], tokens[:, 1:]
