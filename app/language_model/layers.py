"""The parts of a decoder layer, each with its hand-written backward pass.

Shapes: N rows, D width, B sequences, T positions, H heads, K head width. Nothing here fixes a
number type: float32 trains, float64 checks gradients.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Tokens = npt.NDArray[np.integer[Any]]

_GELU_SLOPE = float(np.sqrt(2 / np.pi))
_GELU_CUBE = 0.044715


class Norm(NamedTuple):
    """What a LayerNorm's backward pass needs of its forward pass."""

    centred: Array  # (N, D), mean 0 and variance 1
    inverse: Array  # (N, 1), one over the standard deviation


def layer_norm(x: Array, gain: Array, bias: Array, epsilon: float) -> tuple[Array, Norm]:
    """LayerNorm over the last axis, (N, D) -> (N, D)."""
    shifted = x - x.mean(-1, keepdims=True)
    inverse = 1 / np.sqrt((shifted * shifted).mean(-1, keepdims=True) + epsilon)
    centred = shifted * inverse
    return centred * gain + bias, Norm(centred, inverse.astype(x.dtype))


def layer_norm_back(grad: Array, gain: Array, norm: Norm) -> tuple[Array, Array, Array]:
    """Gradients of the input (N, D), the gain (D) and the bias (D)."""
    centred = norm.centred
    g = grad * gain
    mean = g.mean(-1, keepdims=True)
    slope = (g * centred).mean(-1, keepdims=True)
    return norm.inverse * (g - mean - centred * slope), (grad * centred).sum(0), grad.sum(0)


def gelu(x: Array) -> tuple[Array, Array]:
    """GELU in its tanh form; also returns the tanh, which the backward pass uses again."""
    tanh = np.tanh(_GELU_SLOPE * x * (1 + _GELU_CUBE * (x * x)))
    return 0.5 * x * (1 + tanh), tanh


def gelu_back(grad: Array, x: Array, tanh: Array) -> Array:
    """Gradient of the input, from the tanh that `gelu` returned."""
    inner = _GELU_SLOPE * (1 + 3 * _GELU_CUBE * (x * x))
    return grad * (0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * inner)


def rotary_tables(rotary: int, length: int, dtype: npt.DTypeLike) -> tuple[Array, Array]:
    """Cosines and sines, each (T, rotary/2)."""
    half = rotary // 2
    frequencies = 10000.0 ** (-2.0 * np.arange(half) / rotary)
    angles = np.arange(length)[:, None] * frequencies
    return np.cos(angles).astype(dtype), np.sin(angles).astype(dtype)


def rotate(x: Array, cosine: Array, sine: Array) -> Array:
    """Rotates feature i together with i + rotary/2; (B, H, T, K) -> same.

    With the sine negated it is its own inverse, and therefore also its backward pass.
    """
    half = cosine.shape[-1]
    left, right = x[..., :half], x[..., half : 2 * half]
    turned = x.copy()
    turned[..., :half] = left * cosine - right * sine
    turned[..., half : 2 * half] = right * cosine + left * sine
    return turned


def softmax(scores: Array) -> Array:
    """Softmax over the last axis, in place."""
    scores -= scores.max(-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(-1, keepdims=True)
    return scores


def softmax_back(grad: Array, softmaxed: Array) -> Array:
    """Gradient of the scores, in place of `grad`."""
    grad -= (grad * softmaxed).sum(-1, keepdims=True)
    grad *= softmaxed
    return grad
