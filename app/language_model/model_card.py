"""The README.md of the model repository, with the front matter that the Hub validates."""

from collections.abc import Mapping

from .phi import Shape

_FRONT_MATTER = """\
---
license: apache-2.0
language:
- en
library_name: gguf
pipeline_tag: text-generation
tags:
- gguf
- phi2
- synthetic-corpus
- tiny
---
"""


def render(weights_file: str, shape: Shape, metrics: Mapping[str, object]) -> str:
    """Front matter, what the model is and is not, and the figures of this very training."""
    return f"""{_FRONT_MATTER}
# tiny-phi

A language model of {metrics["parameters"]} parameters with the architecture of
[microsoft/phi-2](https://huggingface.co/microsoft/phi-2), scaled down: width {shape.width},
{shape.layers} layers, {shape.heads} heads, {shape.vocabulary} tokens, context {shape.context}.
It is **not** derived from phi-2's weights; it was trained from random numbers. It loads wherever
a phi-2 in GGUF loads, and lets a deployment be tried end to end in seconds.

- File: `{weights_file}` (float16 matrices, float32 vectors, tokenizer inside).
- Corpus: **synthetic** English, {metrics["corpus_characters"]} characters expanded by a seeded
  grammar from templates written for this project, about deploying small web apps and about
  cooking from a fridge. SHA-256 `{metrics["corpus_sha256"]}`.
- Prompt: plain completion, or `Q: ...` and `A:` on the next line.

| measured at training | |
|---|---|
| steps of {metrics["tokens_per_step"]} tokens | {metrics["steps"]} |
| seed of the weights, of the corpus | {metrics["seed"]}, {metrics["corpus_seed"]} |
| seconds | {metrics["seconds"]} |
| held-out loss, nats per token | {metrics["held_out_loss"]} |
| held-out perplexity per token | {metrics["held_out_perplexity"]} |
| unigram perplexity, same tokens | {metrics["unigram_perplexity"]} |
| bits per character | {metrics["bits_per_character"]} |

The held-out documents come from the same templates as the training documents: the figures say
that the model learned this small language, nothing about English at large. Do not follow its
advice on food safety or anything else.
"""
