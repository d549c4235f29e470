"""The weights in this process's memory, behind the one class that knows llama.cpp."""

import os
from pathlib import Path
from typing import Any

import xllamacpp

from .generation import Completion, GenerateRequest, GenerationError
from .model_file import ModelFile

_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_BAD_REQUEST = 400


def usable_cpus(quota_file: Path = _CPU_QUOTA) -> int:
    """Processors this container may really use; more threads than that make it slower."""
    allowed = len(os.sched_getaffinity(0))
    try:
        quota, period = quota_file.read_text().split()
    except (OSError, ValueError):
        return allowed
    return allowed if quota == "max" else max(1, min(allowed, int(quota) // int(period)))


class LocalEngine:
    """Generates text; safe to call from several threads, calls beyond `slots` wait in line."""

    def __init__(
        self, model: ModelFile, *, context_tokens: int, slots: int, threads: int | None = None
    ) -> None:
        context = min(context_tokens, model.context_length or context_tokens)
        params = xllamacpp.CommonParams()
        params.model.path = str(model.path)
        params.n_ctx = context * slots  # the engine divides it among the slots
        params.n_parallel = slots
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads or usable_cpus()
        params.no_extra_bufts = True  # no repacked copy of the weights: half the memory
        params.cache_ram_mib = 0  # by default up to 8 GB of old prompts are kept
        params.fit_params = False
        params.warmup = False
        params.ui = False
        params.port = 0  # its own HTTP listener stays on a random loopback port, unused
        params.verbosity = -1  # its log would show prompts
        self._server: Any = xllamacpp.Server(params)

    def generate(self, request: GenerateRequest) -> Completion:
        """Continues the prompt.

        Raises:
            GenerationError: 422 if the prompt does not fit the context, else 500.
        """
        answer = self._server.handle_completions(
            {
                "prompt": request.prompt,
                "max_tokens": request.max_new_tokens,
                "temperature": request.temperature,
                "stop": request.stop,
            }
            | ({} if request.seed is None else {"seed": request.seed})
        )
        if error := answer.get("error"):  # failures come back as data, not as exceptions
            status = 422 if error.get("code") == _BAD_REQUEST else 500
            raise GenerationError(status, str(error.get("message", "the engine failed")))
        return Completion(answer["choices"][0]["text"], answer["usage"]["completion_tokens"])
