"""donate_argnums: the figures are those without it, the memory is taken where it can be, and what is refused is told."""

import tracemalloc
import warnings

import numpy as np
import pytest

import compat as torch
import funcgrad as fg
from funcgrad.errors import DonationWarning, StaticArgumentError

PROGRAMS = {  # (function of p and g, is p's memory taken? None: as the order of blocks has it)
    "the last to read it writes": (lambda p, g: p * 0.5 - g, True),
    "read after it could be written": (lambda p, g: (np.sin(p) + g, np.sum(p)), None),
    "read before": (lambda p, g: (np.sum(p), np.cos(g) * 2.0), True),
    "a view is read later": (lambda p, g: (lambda t: (p + g, t @ g))(p.T), None),
    "read twice by the writer": (lambda p, g: p * p + g / p, True),
    "softmax of it": (lambda p, g: np.exp(p - np.max(p, 1, keepdims=True)) / 3.0 + g * 0.0, True),
    "rows, and their sum": (lambda p, g: (lambda q: (q, np.sum(q, 0)))(p * 2.0 + g), True),
    "returned as it is": (lambda p, g: (p, p + g), True),
    "reversed": (lambda p, g: p[::-1] + g, False),
    "repeated": (lambda p, g: p[:1] + g * 2.0, False),
    "two results": (lambda p, g: (p + g, p - g), True),
    "not read at all": (lambda p, g: g * 3.0, True),
}


@pytest.mark.parametrize("shape", [(4, 4), (800, 800)], ids=str)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_figures_are_the_same(name, shape):
    f, taken = PROGRAMS[name]
    rng = np.random.default_rng(0)
    p, g = rng.uniform(0.5, 1.5, shape), rng.uniform(0.5, 1.5, shape)
    want = fg.tree.leaves(f(p, g))
    h = fg.jit(f, donate_argnums=0)
    for _ in range(2):
        given = p.copy()
        got = fg.tree.leaves(h(given, g))
        for a, b in zip(got, want, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)
        assert taken is None or any(a is given for a in got) == taken
        assert len({id(a) for a in got}) == len(got)


def test_no_second_array_is_made():
    p, g = np.ones(1 << 20), np.ones(1 << 20)
    f = fg.jit(lambda p, g: p * 0.9 - g * 0.1, donate_argnums=(0,))
    f(p.copy(), g)
    tracemalloc.start()
    for _ in range(3):
        p = f(p, g)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < p.nbytes / 4


def refused(f, *args, **kwargs):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = f(*args, **kwargs)
    assert len(caught) == 1 and caught[0].category is DonationWarning and caught[0].filename == __file__
    return got, str(caught[0].message)


def test_what_is_refused_is_told_and_left_alone():
    f = fg.jit(lambda p, g: p + g, donate_argnums=0)
    base, g = np.arange(4.0), np.ones(2)
    frozen = np.arange(2.0)
    frozen.flags.writeable = False
    whole = np.arange(2.0)
    for p, q, why in (
        (base[:2], g, "args[0] is not written over: it is a view"),
        (frozen, g, "it is not writeable"),
        (whole, whole, "it overlaps another argument"),
        (whole, whole[::-1], "it overlaps another argument"),
        (whole, np.ones((3, 2)), "no result (that is left) is of its form, float64[2]"),
        (2.0, g, "a number"),
    ):
        before = np.array(p)
        got, message = refused(f, p, q)
        assert why in message and np.array_equal(p, before) and np.array_equal(got, before + q)


def test_pytrees_names_and_mistakes():
    f = fg.jit(lambda x, *, state: {k: v + x for k, v in state.items()}, donate_argnames="state")
    state = {"a": np.zeros(2), "b": np.ones(2)}
    got = f(1.0, state=state)
    assert got["a"] is state["a"] and got["b"].tolist() == [2.0, 2.0] and got["b"] is state["b"]
    g = fg.jit(lambda n, p: p * n, static_argnums=0, donate_argnums=1)
    p = np.ones(2)
    assert g(3, p) is p and p.tolist() == [3.0, 3.0]
    with pytest.raises(StaticArgumentError, match="both static and donated"):
        fg.jit(lambda p: p, static_argnums=0, donate_argnums=0)
    with pytest.raises(StaticArgumentError, match="donate_argnums asks for argument 2"):
        fg.jit(lambda p: p, donate_argnums=2)


def test_under_other_transforms_nothing_is_donated():
    f = fg.jit(lambda p: p * p, donate_argnums=0)
    p = np.array([1.0, 2.0])
    assert fg.grad(lambda p: f(p).sum())(p).tolist() == [2.0, 4.0] and p.tolist() == [1.0, 2.0]
    assert fg.vmap(f)(p).tolist() == [1.0, 4.0] and fg.jit(lambda p: f(p) + p)(p).tolist() == [2.0, 6.0]


def test_tensors_whose_memory_others_see_are_not_donated():
    f = fg.jit(lambda p: p * 2.0, donate_argnums=0)
    alone = torch.ones(3)
    address = alone.data_ptr()
    assert f(alone).data_ptr() == address
    for share in (lambda p: p.numpy(), lambda p: p[:2], lambda p: p.detach()):
        p = torch.ones(3)
        kept = share(p)
        got, message = refused(f, p)
        assert "shared by a view, by .numpy()" in message and got.tolist() == [2.0] * 3 and p.tolist() == [1.0] * 3
        assert len(kept) and float(kept[0]) == 1.0


def test_an_error_inside_leaves_nothing_to_be_run_again():
    """Where Python's numbers raise and NumPy's do not, code with donated arguments is NumPy's from the start."""
    f = fg.jit(lambda p, s: (p + 1.0, 1.0 / s), donate_argnums=0)
    p = np.zeros(2)
    got = f(p, np.array(0.0))
    assert got[0].tolist() == [1.0, 1.0] and got[1] == np.inf
