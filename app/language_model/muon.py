"""Muon: steepest descent for matrices, each update turned into the nearest orthogonal one.

As Keller Jordan describes it (2024): momentum, then five Newton-Schulz steps of a quintic whose
coefficients bring every singular value near 1. It needs half of AdamW's steps for the matrices
inside a decoder's layers; embeddings, the output matrix and vectors stay with AdamW.
"""

from dataclasses import dataclass, field

import numpy as np

from .adamw import AdamW
from .layers import Array
from .phi import Tensors

_QUINTIC = (3.4445, -4.7750, 2.0315)
_ROUNDS = 5
_FUSED = "attn_qkv.weight"  # three matrices side by side, each with directions of its own


def orthogonal(matrix: Array) -> Array:
    """A matrix of the same directions, all of about the same length; (R, C) -> (R, C)."""
    a, b, c = _QUINTIC
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = wide / (np.linalg.norm(wide) + 1e-7)
    for _ in range(_ROUNDS):
        square = x @ x.T
        x = a * x + (b * square + c * (square @ square)) @ x
    return x if wide is matrix else x.T


@dataclass
class Muon:
    """Optimizer state for one set of weights, which it changes in place."""

    weights: Tensors
    decay: float = 0.1
    momentum: float = 0.95
    others: AdamW = field(init=False, repr=False)
    _mean: Tensors = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._mean = {
            name: np.zeros_like(weight)
            for name, weight in self.weights.items()
            if name.startswith("blk.") and weight.ndim == 2  # noqa: PLR2004 - a matrix
        }
        rest = {name: weight for name, weight in self.weights.items() if name not in self._mean}
        self.others = AdamW(rest)

    def step(self, gradients: Tensors, rate: float, other_rate: float) -> None:
        """One update, with a learning rate for the matrices and one for all else."""
        self.others.step({name: gradients[name] for name in self.others.weights}, other_rate)
        for name in self._mean:
            weight, mean = self.weights[name], self._mean[name]  # both changed in place
            mean *= self.momentum
            mean += (1 - self.momentum) * gradients[name]
            ahead = self.momentum * mean + (1 - self.momentum) * gradients[name]
            parts = np.split(ahead, 3) if name.endswith(_FUSED) else [ahead]
            weight *= 1 - rate * self.decay
            weight -= rate * np.concatenate([_scaled(part) for part in parts])


def _scaled(part: Array) -> Array:
    """Orthogonal, and as long for a tall matrix as its outputs need."""
    rows, columns = part.shape
    update: Array = orthogonal(part) * part.dtype.type(max(1.0, rows / columns) ** 0.5)
    return update
