"""The hand-written backward pass against numeric derivatives."""

import numpy as np
import pytest

from app.language_model import phi

SHAPE = phi.Shape(vocabulary=40, width=16, layers=2, heads=2, feed_forward=32, context=16, rotary=4)


@pytest.fixture
def example():
    """Weights in float64, moved away from their symmetric start, and a batch."""
    draw = np.random.default_rng(0)
    weights = {
        name: value.astype(np.float64) + 0.1 * draw.standard_normal(value.shape)
        for name, value in phi.init(SHAPE, 0).items()
    }
    return weights, draw.integers(0, 40, (2, 7)), draw.integers(0, 40, (2, 7)), draw


def test_every_gradient_equals_the_numeric_derivative(example):
    weights, tokens, targets, draw = example
    _, gradients = phi.loss_and_gradients(weights, SHAPE, tokens, targets)
    assert gradients.keys() == weights.keys()
    step = 1e-5
    for name, weight in weights.items():
        for _ in range(3):
            at = tuple(draw.integers(0, size) for size in weight.shape)
            before = weight[at]
            weight[at] = before + step
            above = phi.losses(weights, SHAPE, tokens, targets).mean()
            weight[at] = before - step
            below = phi.losses(weights, SHAPE, tokens, targets).mean()
            weight[at] = before
            assert gradients[name][at] == pytest.approx(
                (above - below) / (2 * step), rel=1e-4, abs=1e-8
            ), f"{name}{at}"


def test_the_training_loss_is_the_mean_of_the_position_losses(example):
    weights, tokens, targets, _ = example
    loss, _ = phi.loss_and_gradients(weights, SHAPE, tokens, targets)
    assert loss == pytest.approx(phi.losses(weights, SHAPE, tokens, targets).mean())


def test_a_position_never_sees_later_tokens(example):
    weights, tokens, _, _ = example
    changed = tokens.copy()
    changed[:, -1] = (changed[:, -1] + 1) % SHAPE.vocabulary
    before = phi.logits(weights, SHAPE, tokens)
    after = phi.logits(weights, SHAPE, changed)
    np.testing.assert_allclose(before[:, :-1], after[:, :-1])
    assert np.abs(before[:, -1] - after[:, -1]).max() > 1e-3
