"""A small phi-2-shaped decoder in numpy: forward pass and hand-written backward pass.

The graph is phi-2's: LayerNorm with bias, one fused query/key/value projection, attention and
feed-forward in parallel on the same normed input, rotary positions on the first part of every
head, GELU in its tanh form, an output matrix of its own with a bias. Tensor names are those of a
GGUF file with architecture `phi2`, so a checkpoint needs no renaming.

Shapes in the docstrings: B sequences, T positions, N = B*T, D width, H heads, K = D/H head width,
F feed-forward width, V vocabulary. A weight matrix is (outputs, inputs).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .layers import (
    Array,
    Norm,
    Tokens,
    gelu,
    gelu_back,
    layer_norm,
    layer_norm_back,
    rotary_tables,
    rotate,
    softmax,
    softmax_back,
)

Tensors = dict[str, Array]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Sizes of a model."""

    vocabulary: int
    width: int = 128
    layers: int = 4
    heads: int = 4
    feed_forward: int = 512
    context: int = 256  # longest sequence the rotary positions were trained for
    rotary: int = 16  # features of each head that are rotated, as pairs
    epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        """K."""
        return self.width // self.heads


class _Block(NamedTuple):
    """What one layer's backward pass needs of its forward pass."""

    normed: Array  # (N, D)
    norm: Norm
    query: Array  # (B, H, T, K), rotated
    key: Array  # (B, H, T, K), rotated
    value: Array  # (B, H, T, K)
    attention: Array  # (B, H, T, T), rows sum to 1
    mixed: Array  # (N, D), heads side by side
    up: Array  # (N, F), before GELU
    tanh: Array  # (N, F)
    active: Array  # (N, F), after GELU


def init(shape: Shape, seed: int) -> Tensors:
    """Fresh float32 weights; matrices that write into the residual stream start smaller."""
    draw = np.random.default_rng(seed)

    def normal(rows: int, columns: int, deviation: float = 0.02) -> Array:
        return draw.standard_normal((rows, columns), dtype=np.float32) * np.float32(deviation)

    def constant(value: float, size: int) -> Array:
        return np.full(size, value, np.float32)

    d, f, v = shape.width, shape.feed_forward, shape.vocabulary
    residual = 0.02 / float(np.sqrt(2 * shape.layers))
    weights: Tensors = {
        "token_embd.weight": normal(v, d),
        "output_norm.weight": constant(1, d),
        "output_norm.bias": constant(0, d),
        "output.weight": normal(v, d),
        "output.bias": constant(0, v),
    }
    for layer in range(shape.layers):
        block = {
            "attn_norm.weight": constant(1, d),
            "attn_norm.bias": constant(0, d),
            "attn_qkv.weight": normal(3 * d, d),
            "attn_qkv.bias": constant(0, 3 * d),
            "attn_output.weight": normal(d, d, residual),
            "attn_output.bias": constant(0, d),
            "ffn_up.weight": normal(f, d),
            "ffn_up.bias": constant(0, f),
            "ffn_down.weight": normal(d, f, residual),
            "ffn_down.bias": constant(0, d),
        }
        weights |= {f"blk.{layer}.{name}": value for name, value in block.items()}
    return weights


def _layer(weights: Tensors, layer: int) -> Tensors:
    """One layer's weights under their short names."""
    prefix = f"blk.{layer}."
    return {
        name.removeprefix(prefix): value
        for name, value in weights.items()
        if name.startswith(prefix)
    }


def _forward(weights: Tensors, shape: Shape, tokens: Tokens) -> tuple[Array, Norm, list[_Block]]:
    """(B, T) token ids -> the last norm's output (N, D) and what the backward pass needs."""
    batch, length = tokens.shape
    x: Array = weights["token_embd.weight"][tokens.ravel()]
    cosine, sine = rotary_tables(shape.rotary, length, x.dtype)
    future = np.triu(np.full((length, length), -1e9, x.dtype), 1)
    scale = float(1 / np.sqrt(shape.head_width))
    blocks: list[_Block] = []
    for layer in range(shape.layers):
        w = _layer(weights, layer)
        normed, norm = layer_norm(x, w["attn_norm.weight"], w["attn_norm.bias"], shape.epsilon)
        fused = normed @ w["attn_qkv.weight"].T + w["attn_qkv.bias"]
        split = fused.reshape(batch, length, 3, shape.heads, shape.head_width)
        query, key, value = np.ascontiguousarray(split.transpose(2, 0, 3, 1, 4))
        query, key = rotate(query, cosine, sine), rotate(key, cosine, sine)
        attention = softmax(query @ key.swapaxes(2, 3) * scale + future)
        mixed = (attention @ value).swapaxes(1, 2).reshape(-1, shape.width)
        up = normed @ w["ffn_up.weight"].T + w["ffn_up.bias"]
        active, tanh = gelu(up)
        x = (
            x
            + (mixed @ w["attn_output.weight"].T + w["attn_output.bias"])
            + (active @ w["ffn_down.weight"].T + w["ffn_down.bias"])
        )
        blocks.append(_Block(normed, norm, query, key, value, attention, mixed, up, tanh, active))
    last, norm = layer_norm(
        x, weights["output_norm.weight"], weights["output_norm.bias"], shape.epsilon
    )
    return last, norm, blocks


def logits(weights: Tensors, shape: Shape, tokens: Tokens) -> Array:
    """(B, T) token ids -> scores of the token that follows each position, (B, T, V)."""
    last, _, _ = _forward(weights, shape, tokens)
    scores = last @ weights["output.weight"].T + weights["output.bias"]
    return scores.reshape(*tokens.shape, shape.vocabulary)


def losses(weights: Tensors, shape: Shape, tokens: Tokens, targets: Tokens) -> Array:
    """Cross-entropy in nats of every position, (B, T)."""
    probabilities = softmax(logits(weights, shape, tokens))
    chosen: Array = np.take_along_axis(probabilities, targets[..., None], -1)[..., 0]
    surprise: Array = -np.log(chosen + 1e-20)
    return surprise


def loss_and_gradients(
    weights: Tensors, shape: Shape, tokens: Tokens, targets: Tokens
) -> tuple[float, Tensors]:
    """Mean cross-entropy in nats over (B, T) positions, and its gradient for every weight."""
    last, norm, blocks = _forward(weights, shape, tokens)
    every = np.arange(tokens.size)
    grad = softmax(last @ weights["output.weight"].T + weights["output.bias"])  # (N, V)
    loss = float(-np.log(grad[every, targets.ravel()] + 1e-20).mean())
    grad[every, targets.ravel()] -= 1
    grad /= tokens.size
    grads: Tensors = {"output.weight": grad.T @ last, "output.bias": grad.sum(0)}
    x, grads["output_norm.weight"], grads["output_norm.bias"] = layer_norm_back(
        grad @ weights["output.weight"], weights["output_norm.weight"], norm
    )
    for layer in reversed(range(shape.layers)):
        x, part = _block_back(x, _layer(weights, layer), blocks.pop(), shape, tokens.shape)
        grads |= {f"blk.{layer}.{name}": value for name, value in part.items()}
    # A product with one-hot rows adds up equal tokens much faster than np.add.at.
    one_hot = np.zeros((tokens.size, shape.vocabulary), x.dtype)
    one_hot[every, tokens.ravel()] = 1
    grads["token_embd.weight"] = one_hot.T @ x
    return loss, grads


def _block_back(
    grad: Array, w: Tensors, block: _Block, shape: Shape, size: tuple[int, ...]
) -> tuple[Array, Tensors]:
    """Gradient of a layer's output (N, D) -> of its input (N, D) and of its weights."""
    batch, length = size
    cosine, sine = rotary_tables(shape.rotary, length, grad.dtype)
    bias = grad.sum(0)  # both branches end in the same sum, so their biases share a gradient
    up = gelu_back(grad @ w["ffn_down.weight"], block.up, block.tanh)
    mixed = (grad @ w["attn_output.weight"]).reshape(batch, length, shape.heads, -1)
    mixed = np.ascontiguousarray(mixed.swapaxes(1, 2))  # (B, H, T, K)
    value = block.attention.swapaxes(2, 3) @ mixed
    scores = softmax_back(mixed @ block.value.swapaxes(2, 3), block.attention)
    scores /= float(np.sqrt(shape.head_width))
    query = rotate(scores @ block.key, cosine, -sine)
    key = rotate(scores.swapaxes(2, 3) @ block.query, cosine, -sine)
    fused = np.stack((query, key, value)).transpose(1, 3, 0, 2, 4).reshape(-1, 3 * shape.width)
    x, gain, offset = layer_norm_back(
        up @ w["ffn_up.weight"] + fused @ w["attn_qkv.weight"], w["attn_norm.weight"], block.norm
    )
    return grad + x, {
        "attn_norm.weight": gain,
        "attn_norm.bias": offset,
        "attn_qkv.weight": fused.T @ block.normed,
        "attn_qkv.bias": fused.sum(0),
        "attn_output.weight": grad.T @ block.mixed,
        "attn_output.bias": bias,
        "ffn_up.weight": up.T @ block.normed,
        "ffn_up.bias": up.sum(0),
        "ffn_down.weight": grad.T @ block.active,
        "ffn_down.bias": bias.copy(),
    }
