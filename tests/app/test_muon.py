"""Muon turns updates of matrices into orthogonal ones and leaves the rest to AdamW."""

import numpy as np
import pytest

from app.language_model.adamw import AdamW
from app.language_model.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(16, 48), (48, 16), (32, 32)])
def test_an_update_has_the_directions_of_the_matrix_and_no_lengths(shape):
    matrix = np.random.default_rng(1).standard_normal(shape)
    found = orthogonal(matrix)
    left, lengths, right = np.linalg.svd(matrix, full_matrices=False)
    turned = left.T @ found @ right.T
    strong = lengths > lengths.max() / 20  # five rounds bring no vanishing one to 1
    assert np.allclose(np.diag(turned)[strong], 1, atol=0.35)
    assert np.allclose(turned - np.diag(np.diag(turned)), 0, atol=1e-6)


def test_only_the_layers_matrices_are_its_own():
    draw = np.random.default_rng(2)
    weights = {
        "token_embd.weight": draw.standard_normal((8, 4)),
        "blk.0.attn_qkv.weight": draw.standard_normal((12, 4)),
        "blk.0.attn_qkv.bias": draw.standard_normal(12),
    }
    gradients = {name: draw.standard_normal(value.shape) for name, value in weights.items()}
    before = {name: value.copy() for name, value in weights.items()}
    alone = {name: value.copy() for name, value in weights.items() if "qkv.weight" not in name}
    Muon(weights).step(gradients, 0.0, 0.01)
    AdamW(alone).step({name: gradients[name] for name in alone}, 0.01)
    assert np.array_equal(weights["blk.0.attn_qkv.weight"], before["blk.0.attn_qkv.weight"])
    for name, value in alone.items():
        assert np.array_equal(weights[name], value)
        assert not np.array_equal(value, before[name])


def test_query_key_and_value_move_by_as_much_each():
    weights = {"blk.0.attn_qkv.weight": np.zeros((12, 4))}
    gradient = np.random.default_rng(3).standard_normal((12, 4))
    gradient[:4] *= 1000  # the query's would drown the others
    Muon(weights).step({"blk.0.attn_qkv.weight": gradient}, 1.0, 1.0)
    moved = [np.linalg.norm(part) for part in np.split(weights["blk.0.attn_qkv.weight"], 3)]
    assert max(moved) < 1.3 * min(moved)
