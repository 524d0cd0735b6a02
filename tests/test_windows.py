"""Convolution and windows where test_primitives.py does not look: every kernel and block size, torch's figures, errors.

Expected figures are jax's, or torch's from expected/windows.json (see make_windows.py there).
"""

import json
import pathlib

import jax
import numpy as np
import pytest

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.workers import spread
from funcgrad.ops import _conv_kernels as kernels
from funcgrad.ops import _conv_rows, _pieces, _window_kernels

conv = PRIMITIVES["conv"]
TORCH = json.loads((pathlib.Path(__file__).parent / "expected" / "windows.json").read_text(encoding="utf-8"))
CASES = {  # kernel that must serve it: (input, weight, params)
    "by_rows": [
        ((3, 3, 6, 5), (4, 3, 3, 2), {"padding": ((1, 1), (0, 1))}),
        ((3, 6, 8, 9), (6, 2, 2, 3), {"strides": (2, 1), "groups": 3, "rhs_dilation": (1, 2)}),
        ((2, 3, 9), (2, 3, 4), {"strides": (3,), "lhs_dilation": (2,), "padding": ((3, 2),)}),
        ((2, 1, 70), (1, 1, 64), {"padding": ((60, 60),)}),  # long, but not against its positions
        ((2, 9, 16, 7), (4, 9, 4, 3), {"strides": (3, 1), "rhs_dilation": (2, 1), "padding": ((5, 4), (1, 1))}),
        ((2, 20, 15), (8, 20, 9), {"padding": ((4, 3),)}),
        ((2, 4, 7, 6, 5), (3, 4, 2, 3, 2), {"padding": ((1, 0), (1, 1), (0, 1)), "strides": (2, 1, 1)}),
    ],
    "by_taps": [
        ((3, 8, 6, 5), (2, 8, 3, 2), {"padding": ((1, 1), (0, 1))}),
        ((3, 16, 4, 3), (4, 8, 3, 2), {"lhs_dilation": (2, 3), "padding": ((2, 1), (1, 3)), "groups": 2}),
    ],
    "by_positions": [
        ((3, 3, 6, 5), (4, 3, 5, 4), {}),
        ((2, 6, 9), (6, 2, 7), {"groups": 3, "rhs_dilation": (1,), "padding": ((1, 0),)}),
        ((3, 4), (2, 4), {}),
    ],
    "rows_summed": [
        ((3, 4, 19, 18), (6, 2, 17, 16), {"groups": 2, "rhs_dilation": (1, 1)}),
        ((2, 3, 300), (4, 3, 290), {"padding": ((2, 1),)}),
        ((3, 4, 38, 20), (40, 4, 17, 16), {"strides": (3, 2), "rhs_dilation": (2, 1), "padding": ((2, 1), (0, 0))}),
        ((1, 42, 41, 42), (3, 14, 39, 40), {"groups": 3, "padding": ((1, 1), (0, 1))}),
        ((2, 60, 700), (3, 20, 690), {"groups": 3, "strides": (3,), "padding": ((2, 1),)}),
    ],
    "banded": [
        ((2, 1, 300), (2, 1, 64), {"padding": ((5, 70),)}),
        ((1, 2, 3, 330), (2, 1, 2, 65), {"groups": 2, "strides": (2, 1), "padding": ((1, 0), (0, 0))}),
    ],
}


def whole(x, params):
    """Params with jax's defaults where not given."""
    k = np.ndim(x) - 2
    ones = dict.fromkeys(("strides", "lhs_dilation", "rhs_dilation"), (1,) * k)
    return {**ones, "padding": ((0, 0),) * k, "groups": 1, **params}


def array(text):
    return np.array([float(v) for v in text["values"]]).reshape(text["shape"])


def paired(values):
    return tuple((v, v) for v in values)


def window_params(case):
    k = len(case["window"])
    return {
        "window": tuple(case["window"]),
        "strides": tuple(case["stride"]),
        "padding": paired(case["padding"]),
        "base_dilation": (1,) * k,
        "window_dilation": tuple(case["dilation"]),
    }


@pytest.mark.parametrize("block", [1, 30, 200, 1 << 18])
@pytest.mark.parametrize(("kernel", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
def test_every_kernel_gives_jax_values_in_blocks_of_any_size(kernel, case, block, monkeypatch):
    called = []
    run = getattr(kernels, kernel)
    monkeypatch.setattr(kernels, kernel, lambda *args: called.append(kernel) or run(*args))
    for module, names in ((kernels, ("BLOCK",)), (_conv_rows, ("TOGETHER", "WHOLE"))):
        for name in names:
            monkeypatch.setattr(module, name, block)
    monkeypatch.setattr(kernels, "at_once", lambda *shapes: None)
    x_shape, w_shape, params = case
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal(x_shape), rng.standard_normal(w_shape)
    params = whole(x, params)
    got = conv(x, w, **params)
    groups = params.pop("groups")
    want = jax.lax.conv_general_dilated(x, w, params.pop("strides"), feature_group_count=groups, **params)
    assert called
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "case",
    [c for c in CASES["by_rows"] + CASES["by_positions"] if len(c[0]) > 2 and "lhs_dilation" not in c[2]],
)
def test_windows_that_fit_into_one_block_give_the_bits_of_their_kernel(case, monkeypatch):
    x_shape, w_shape, params = case
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal(x_shape), rng.standard_normal(w_shape)
    params = whole(x, params)
    called = []
    run = kernels.in_one_block
    monkeypatch.setattr(kernels, "in_one_block", lambda *args: called.append(args) or run(*args))
    got = conv(x, w, **params)
    apart = conv(x.swapaxes(0, 1).copy().swapaxes(0, 1), w, **params)
    monkeypatch.setattr(kernels, "at_once", lambda *shapes: None)
    want = conv(x, w, **params)
    assert called
    assert np.array_equal(got, want)
    assert np.array_equal(apart, want)


@pytest.mark.parametrize("most", [0, 3000, 1 << 20])
@pytest.mark.parametrize("k", range(3))
def test_products_in_pieces_and_samples_shared_among_threads_give_jax_values(k, most, monkeypatch):
    """Whatever BLAS has, and with the same bits for any number of threads."""
    shapes = [((5, 3, 12, 11), (4, 3, 3, 3)), ((3, 8, 12, 11), (2, 8, 3, 3)), ((4, 3, 12, 11), (6, 3, 1, 1))][k]
    for module, changes in (
        (_pieces, dict(small_products=lambda: most, WIDE=10, ROWS=2)),
        (_conv_rows, dict(LONG=1, TOGETHER=1)),
        (kernels, dict(TOGETHER=1, at_once=lambda *shapes: None)),
    ):
        for name, value in changes.items():
            monkeypatch.setattr(module, name, value)
    _pieces.pieces.cache_clear()
    rng = np.random.default_rng(0)
    x, w = (rng.standard_normal(shape) for shape in shapes)
    shared = []
    monkeypatch.setattr(_conv_rows, "spread", lambda run, n: shared.append(n) or spread(run, n))
    found = []
    for n in (1, 2, 3):
        with fg.config(threads=n):
            found.append(conv(x, w, **whole(x, {"padding": ((1, 1), (1, 1))})))
    _pieces.pieces.cache_clear()
    want = jax.lax.conv_general_dilated(x, w, (1, 1), ((1, 1), (1, 1)))
    np.testing.assert_allclose(found[0], want, rtol=1e-12, atol=1e-12)
    assert all([np.array_equal(found[0], got) for got in found])
    assert shared == ([shapes[0][0]] * 3 if most and k == 0 else [])


def test_a_long_filter_keeps_infinities_where_they_belong():
    x = np.zeros((1, 1, 400))
    x[0, 0, 200] = np.inf
    out = conv(x, np.ones((1, 1, 64)), **whole(x, {}))
    assert np.isfinite(out[0, 0, :137]).all() and np.isinf(out[0, 0, 137:201]).all() and (out[0, 0, 201:] == 0).all()


def test_long_windows_keep_infinities_where_they_belong():
    """The last entry of a row is seen by the last position of a row alone, and not by those that the row below follows on."""
    x = np.ones((1, 2, 190, 200))
    x[0, 0, 7, 199] = np.inf
    out = conv(x, np.ones((2, 1, 188, 198)), **whole(x, {"groups": 2}))
    assert np.isinf(out[0, 0, :, 2]).all() and np.isfinite(out[0, 0, :, :2]).all() and np.isfinite(out[0, 1]).all()


@pytest.mark.parametrize("case", TORCH["convolutions"], ids=lambda c: str(c["w"]["shape"]))
def test_convolution_gives_torch_values_and_gradients(case):
    x, w = array(case["x"]), array(case["w"])
    given = {"strides": tuple(case["stride"]), "rhs_dilation": tuple(case["dilation"]), "groups": case["groups"]}
    params = whole(x, {**given, "padding": paired(case["padding"])})
    out, pull = fg.vjp(lambda x, w: conv(x, w, **params), x, w)
    for got, name in zip((out, *pull(array(case["ct"]))), ("out", "x_grad", "w_grad"), strict=True):
        np.testing.assert_allclose(got, array(case[name]), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("case", TORCH["pools"], ids=lambda c: str(c["window"]))
def test_maximum_takes_the_elements_that_torch_takes(case):
    x, params = array(case["x"]), window_params(case)
    out, pull = fg.vjp(lambda x: PRIMITIVES["window_max"](x, **params), x)
    np.testing.assert_array_equal(out, array(case["out"]))
    np.testing.assert_array_equal(pull(np.arange(1.0, out.size + 1).reshape(out.shape))[0], array(case["grad"]))
    np.testing.assert_array_equal(PRIMITIVES["window_argmax"](x, **params), array(case["where"]))
    where = PRIMITIVES["window_argmin"](-x, **params)
    np.testing.assert_array_equal(where, array(case["where"]))


@pytest.mark.parametrize("case", TORCH["folds"], ids=lambda c: str(c["x"]["shape"]))
def test_unfold_and_fold_are_torchs(case):
    x, params = array(case["x"]), window_params(case)
    columns = PRIMITIVES["unfold"](x, **params)
    folded = PRIMITIVES["fold"](columns, sizes=x.shape[2:], **params)
    np.testing.assert_array_equal(columns.reshape(case["columns"]["shape"]), array(case["columns"]))
    np.testing.assert_array_equal(folded, array(case["folded"]))


@pytest.mark.parametrize("case", TORCH["slides"], ids=lambda c: str(c["x"]["shape"]))
def test_sliding_windows_are_torchs_unfold(case):
    got = PRIMITIVES["sliding_windows"](array(case["x"]), axis=case["axis"], size=case["size"], step=case["step"])
    np.testing.assert_array_equal(got, array(case["out"]))


@pytest.mark.parametrize(
    ("x", "w", "params", "match"),
    [
        ((2, 3, 5), (4, 3), {}, r"equally many axes.*\(2, 3, 5\) and \(4, 3\)"),
        ((2, 3, 5), (4, 2, 3), {}, r"reads 2 input channels.*\(2, 3, 5\)"),
        ((2, 4, 5), (3, 2, 3), {"groups": 2}, r"3 outputs must divide by groups"),
        ((2, 3, 5), (4, 3, 3), {"strides": (1, 1)}, r"strides must have one entry per spatial axis, 1"),
        ((2, 3, 5), (4, 3, 3), {"rhs_dilation": (0,)}, r"must be 1 or more"),
    ],
)
def test_convolutions_that_do_not_fit_are_refused(x, w, params, match):
    with pytest.raises(ValueError, match=match):
        conv(np.ones(x), np.ones(w), **whole(np.ones(x), params))


@pytest.mark.parametrize(
    ("name", "params", "error", "match"),
    [
        ("window_sum", {"window": (2, 2, 2)}, ValueError, r"window over 3 axes"),
        ("window_max", {"window": (0,)}, ValueError, r"must be 1 or more"),
        ("unfold", {"window": (2,), "strides": (1, 1)}, ValueError, r"strides must have one entry per window axis, 1"),
        ("fold", {"window": (2,), "sizes": (9,)}, ValueError, r"into sizes \(9,\).*\[..., 2, 8\]"),
    ],
)
def test_windows_that_do_not_fit_are_refused(name, params, error, match):
    k = len(params["window"])
    ones = dict.fromkeys(("strides", "base_dilation", "window_dilation"), (1,) * k)
    with pytest.raises(error, match=match):
        PRIMITIVES[name](np.ones((3, 4)), **{**ones, "padding": ((0, 0),) * k, **params})


def test_complex_numbers_have_no_largest():
    params = {"strides": (1,), "padding": ((0, 0),), "base_dilation": (1,), "window_dilation": (1,)}
    with pytest.raises(TypeError, match="no order"):
        PRIMITIVES["window_max"](np.ones(3) * 1j, window=(2,), **params)


@pytest.mark.parametrize(
    "sizes, window", [((3, 4), (2, 3)), ((3, 1), (2, 4)), ((1, 5), (4, 1)), ((6,), (3,)), ((2, 3, 2), (2, 1, 3))]
)
def test_elements_are_repeated_over_windows_side_by_side(sizes, window):
    """The transpose of sums over windows that lie side by side gives each of a window's elements the window's cotangent."""
    x = np.random.default_rng(3).normal(size=(2, *sizes)).astype(np.float32)
    counts = tuple(n * w for n, w in zip(sizes, window, strict=True))
    ones = (1,) * len(window)
    padding = tuple((w - 1, w - 1) for w in window)
    assert _window_kernels.one_each(sizes, counts, window, ones, padding, window, ones)
    got = _window_kernels.sum_windows(x, window, ones, padding, window, ones)
    np.testing.assert_array_equal(got, np.kron(x, np.ones((1, *window), np.float32)))
