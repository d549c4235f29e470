"""AdamW with gradient clipping, and the learning-rate schedule of the training script."""

import math
from dataclasses import dataclass, field

import numpy as np

from .phi import Tensors


def cosine_rate(step: int, steps: int, peak: float, warm_up: int = 40) -> float:
    """Linear warm-up, then a cosine from `peak` down to 5 % of it."""
    cosine = 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / steps))
    return peak * min(1.0, (step + 1) / warm_up) * cosine


@dataclass
class AdamW:
    """Optimizer state for one set of weights, which it changes in place."""

    weights: Tensors
    decay: float = 0.1  # on matrices only: shrinking a norm's gain or a bias helps nothing
    beta1: float = 0.9
    beta2: float = 0.95
    largest_norm: float = 1.0  # gradients longer than this are scaled down to it
    steps: int = 0
    _mean: Tensors = field(init=False, repr=False)
    _square: Tensors = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._mean = {name: np.zeros_like(weight) for name, weight in self.weights.items()}
        self._square = {name: np.zeros_like(weight) for name, weight in self.weights.items()}

    def step(self, gradients: Tensors, rate: float) -> float:
        """One update at this learning rate; returns the gradient's norm before clipping."""
        self.steps += 1
        norm = math.sqrt(sum(float(np.vdot(grad, grad)) for grad in gradients.values()))
        scale = min(1.0, self.largest_norm / (norm + 1e-6))
        unbias_mean = 1 - self.beta1**self.steps
        unbias_square = 1 - self.beta2**self.steps
        for name in self.weights:
            weight = self.weights[name]  # changed in place, so other holders see it
            grad = gradients[name] * scale
            mean, square = self._mean[name], self._square[name]
            mean *= self.beta1
            mean += (1 - self.beta1) * grad
            square *= self.beta2
            square += (1 - self.beta2) * grad * grad
            if weight.ndim > 1:
                weight *= 1 - rate * self.decay
            weight -= (rate / unbias_mean) * mean / (np.sqrt(square / unbias_square) + 1e-8)
        return norm
