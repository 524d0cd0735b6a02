"""Sums, means of windows and 2-norms are torch's to the last bit: of vectors, of rows and of columns of matrices, over any axes of any memory."""

import json
import zlib
from pathlib import Path

import numpy as np
import pytest

import compat as torch
from funcgrad.ops.torch_order import down
from tests.expected.torch_sums_cases import computed

EXPECTED = json.loads((Path(__file__).parents[1] / "expected" / "torch_sums.json").read_text())


@pytest.mark.parametrize(
    ("what", "least"),
    [
        ("sums", 1900),
        ("sums over axes", 300),
        ("means of windows", 70),
        ("norms", 1900),
        ("norms of several", 200),
        ("terms of classes", 790),
        ("sums of sizes", 3500),
    ],
)
def test_bits(what, least):
    found = {name: zlib.crc32(x.numpy().tobytes()) for name, x in computed(torch)[what]}
    assert [name for name, sum_ in found.items() if sum_ != EXPECTED[what][name]] == []
    assert len(EXPECTED[what]) == len(found) > least


@pytest.mark.parametrize(("what", "least"), [("entropies", 590), ("means beside variances", 750)])
def test_bits_of_most(what, least):
    """What exponentials are in is torch's but for a few of these; so are means that are rounded from float64, but for those midway."""
    found = {name: zlib.crc32(x.numpy().tobytes()) for name, x in computed(torch)[what]}
    same = [name for name, sum_ in found.items() if sum_ == EXPECTED[what][name]]
    assert len(same) > 0.93 * len(found) and len(found) > least


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_are_added_one_after_the_other(dtype):
    """Of memory in order and of slices of it, with NumPy's own calls and einsum's: another order would round otherwise."""
    rng = np.random.default_rng(0)
    for lanes in (2, 3, 5, 8, 16, 31, 32, 100, 128, 129, 300):
        for rows in (1, 2, 3, 7, 16, 45):
            whole = (rng.standard_normal((3, rows + 2, lanes)) * 10.0 ** rng.integers(-3, 4, lanes)).astype(dtype)
            for x in (whole[0], whole, whole[:, 1:-1]):
                total = np.zeros_like(x[..., 0, :])
                for at in range(x.shape[-2]):
                    total = total + x[..., at, :]
                np.testing.assert_array_equal(down(x), total)
