"""funcgrad.scipy.special against SciPy's values and jax's derivatives; SciPy's own ufuncs on traced arrays."""

import jax
import jax.scipy.special as theirs
import numpy as np
import pytest
import scipy.special

import funcgrad as fg
import funcgrad.scipy.special as ours

P = np.array([0.3, 0.9, 1.7, 4.2])  # positive
Q = np.array([0.2, 1.1, 0.4, 2.5])
R = np.array([-3.3, -0.7, 0.4, 2.6])  # real
U = np.array([0.05, 0.4, 0.6, 0.93])  # in the unit interval
M = np.array([[0.3, -1.2, 2.0], [1.5, 0.1, -0.4]])
CASES = {
    "expit": (R,), "logit": (U,), "log_expit": (R * 20,), "gammaln": (P,), "psi": (P,), "digamma": (P,), "gamma": (R,),
    "rgamma": (P,), "erf": (R,), "erfc": (R,), "erfinv": (U,), "xlogy": (P, Q), "xlog1py": (P, Q), "i0": (R,), "i1": (R,),
    "i0e": (R,), "i1e": (R,), "betaln": (P, Q), "beta": (P, Q), "entr": (P,), "rel_entr": (P, Q), "kl_div": (P, Q),
    "ndtr": (R,), "log_ndtr": (np.array([-60.0, -12.0, -9.0, -2.0, 0.3, 5.0]),),
}  # fmt: skip


def same(a, b, rtol=1e-10):
    np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-14)


def theirs_of(name):
    return getattr(scipy.special, name)


@pytest.mark.parametrize("name", CASES)
def test_function(name):
    xs, f = CASES[name], getattr(ours, name)
    same(f(*xs), getattr(scipy.special, name)(*xs))
    oracle = getattr(theirs, name, None)
    numbers = tuple(range(len(xs)))
    got = fg.grad(lambda *a: f(*a).sum(), numbers)(*xs)
    if oracle is not None and name != "log_ndtr":
        for g, w in zip(got, jax.grad(lambda *a: oracle(*a).sum(), numbers)(*xs), strict=True):
            same(g, w, 1e-9)
    else:
        h = 1e-6
        for i, g in enumerate(got):
            up, down = (theirs_of(name)(*[x + s * h * (i == j) for j, x in enumerate(xs)]) for s in (1, -1))
            same(g, (up - down) / (2 * h), 1e-6)
    same(fg.jit(f)(*xs), f(*xs), 1e-14)
    same(fg.vmap(f)(*xs), f(*xs), 1e-14)
    for g, w in zip(fg.vmap(fg.grad(f, numbers))(*xs), got, strict=True):
        same(g, w)


UFUNCS = [n for n in CASES if isinstance(getattr(scipy.special, n), np.ufunc)] + ["cbrt", "exp2", "expm1", "log1p"]


@pytest.mark.parametrize("name", UFUNCS)
def test_ufuncs_of_scipy_on_traced_arrays(name):
    xs, f = CASES.get(name, (P,)), getattr(scipy.special, name)
    numbers = tuple(range(len(xs)))
    mine = getattr(ours, name, None) or getattr(np, name)
    for g, w in zip(
        fg.grad(lambda *a: f(*a).sum(), numbers)(*xs), fg.grad(lambda *a: mine(*a).sum(), numbers)(*xs), strict=True
    ):
        same(g, w)
    same(fg.jit(f)(*xs), f(*xs), 1e-10)


AXES = [{}, {"axis": 1}, {"axis": (0, 1), "keepdims": True}, {"axis": 0, "keepdims": True}]
WEIGHTS = np.array([[1.0, 2.0, 0.5], [0.0, 1.5, 1.0]])


@pytest.mark.parametrize("weights", [{}, {"b": WEIGHTS}], ids=["plain", "weighed"])
@pytest.mark.parametrize("axes", AXES, ids=repr)
def test_logsumexp(axes, weights):
    same(ours.logsumexp(M, **axes, **weights), scipy.special.logsumexp(M, **axes, **weights))
    same(
        fg.grad(lambda x: (ours.logsumexp(x, **axes, **weights) ** 2).sum())(M),
        jax.grad(lambda x: (theirs.logsumexp(x, **axes, **weights) ** 2).sum())(M),
    )


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax(name, axis):
    f, g = getattr(ours, name), getattr(jax.nn, name)
    same(f(M, axis), theirs_of(name)(M, axis))
    want = jax.grad(lambda x: (g(x, (0, 1) if axis is None else axis) ** 2).sum())(M)
    same(fg.grad(lambda x: (f(x, axis) ** 2).sum())(M), want)


def test_logsumexp_with_signs():
    b = np.array([[1.0, -2.0, 0.5], [-4.0, 1.5, 1.0]])
    for ours_, theirs_ in zip(
        ours.logsumexp(M, 1, b, return_sign=True), scipy.special.logsumexp(M, 1, b, return_sign=True), strict=True
    ):
        same(ours_, theirs_)
    assert ours.logsumexp([1000.0, 1000.0]) == 1000 + np.log(2)


def test_polygamma_and_multigammaln():
    for n in (0, 1, 2):
        same(ours.polygamma(n, P), scipy.special.polygamma(n, P), 1e-9)
        same(fg.grad(lambda x, n=n: ours.polygamma(n, x).sum())(P), scipy.special.polygamma(n + 1, P), 1e-9)
    same(ours.multigammaln(P + 2, 3), scipy.special.multigammaln(P + 2, 3))


def test_dtypes_and_integers():
    for name in ("expit", "gammaln", "erf", "ndtr", "softplus"):
        f = getattr(ours, name)
        assert f(P.astype(np.float32)).dtype == np.float32
        assert fg.grad(lambda x, f=f: f(x).sum())(P.astype(np.float32)).dtype == np.float32
    same(ours.gammaln(np.array([1, 2, 5])), scipy.special.gammaln([1, 2, 5]))
