"""Writes and reads our model as a GGUF file that the engine loads as any published phi-2."""

from pathlib import Path
from typing import Any, cast

import gguf
import numpy as np

from .bpe import Bpe
from .phi import Shape, Tensors

ARCHITECTURE = "phi2"


def write(path: Path, weights: Tensors, shape: Shape, bpe: Bpe, name: str) -> None:
    """Stores matrices as float16 and vectors as float32, as converters of phi-2 do."""
    writer = gguf.GGUFWriter(path, ARCHITECTURE)
    writer.add_name(name)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_block_count(shape.layers)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_eps(shape.epsilon)
    writer.add_rope_dimension_count(shape.rotary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_tokenizer_model("gpt2")
    # Without this key the engine splits words by another rule and nearly every token is wrong.
    writer.add_tokenizer_pre("phi-2")
    writer.add_token_list(bpe.vocabulary)
    writer.add_token_types(
        [
            gguf.TokenType.CONTROL if i == bpe.end_of_text else gguf.TokenType.NORMAL
            for i in range(len(bpe.vocabulary))
        ]
    )
    writer.add_token_merges([" ".join(pair) for pair in bpe.merges])
    writer.add_bos_token_id(bpe.end_of_text)
    writer.add_eos_token_id(bpe.end_of_text)
    writer.add_unk_token_id(bpe.end_of_text)
    writer.add_add_bos_token(value=False)
    for tensor, value in weights.items():
        writer.add_tensor(tensor, value.astype(np.float16 if value.ndim > 1 else np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read(path: Path) -> tuple[Tensors, Shape, Bpe]:
    """Weights as float32, ready to be trained further.

    Raises:
        ValueError: the file is another architecture, or holds quantised tensors, which cannot be
            trained in numpy.
    """
    reader = gguf.GGUFReader(path)

    def value(key: str) -> Any:  # noqa: ANN401 - the library types every field as Any
        entry = reader.fields.get(key)
        if entry is None:
            raise ValueError(f"{path.name}: key {key} is missing")
        return entry.contents()

    if (found := value("general.architecture")) != ARCHITECTURE:
        raise ValueError(f"{path.name}: architecture {found!r}, expected {ARCHITECTURE!r}")
    plain = (gguf.GGMLQuantizationType.F16, gguf.GGMLQuantizationType.F32)
    for tensor in reader.tensors:
        if tensor.tensor_type not in plain:
            raise ValueError(f"{path.name}: {tensor.name} is {tensor.tensor_type.name}, not float")
    tokens = cast("list[str]", value("tokenizer.ggml.tokens"))
    merges = cast("list[str]", value("tokenizer.ggml.merges"))
    pairs = [(left, right) for left, right in (merge.split(" ") for merge in merges)]
    shape = Shape(
        vocabulary=len(tokens),
        width=value(f"{ARCHITECTURE}.embedding_length"),
        layers=value(f"{ARCHITECTURE}.block_count"),
        heads=value(f"{ARCHITECTURE}.attention.head_count"),
        feed_forward=value(f"{ARCHITECTURE}.feed_forward_length"),
        context=value(f"{ARCHITECTURE}.context_length"),
        rotary=value(f"{ARCHITECTURE}.rope.dimension_count"),
        epsilon=value(f"{ARCHITECTURE}.attention.layer_norm_epsilon"),
    )
    weights: Tensors = {tensor.name: np.array(tensor.data, np.float32) for tensor in reader.tensors}
    return weights, shape, Bpe(tokens, pairs)
