"""funcgrad.scipy against SciPy: values, gradients against differences of SciPy's values, under jit; and what SciPy lacks."""

import pathlib
import sys

import numpy as np
import pytest
import scipy.fft
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats

import funcgrad as fg
from funcgrad.scipy import fft, linalg, optimize, signal, special, stats

FOLDER = pathlib.Path(__file__).parent / "expected"
sys.path.insert(0, str(FOLDER))
from scipy_cases import CASES, SPD, SQUARE, VECTOR, found, parts  # noqa: E402

from tests.raised import refused  # noqa: E402

MODULES = {"fft": fft, "linalg": linalg, "signal": signal, "special": special, "stats": stats}


def listed(f):
    """f with its results as a list of float arrays."""

    def of(*args):
        with np.errstate(all="ignore"):
            return [np.asarray(v) for v in parts(f(*args))]

    return of


def total_of(f, args, by, shapes):
    """The sum of the results times fixed weights, where they are finite, as a function of the operands `by`."""

    def total(*xs):
        full = list(args)
        for i, x in zip(by, xs, strict=True):
            full[i] = x
        terms = []
        for v, keep in zip(parts(f(*full)), shapes, strict=True):
            terms.append(np.sum(np.where(keep, v, 0.0) * np.cos(np.arange(keep.size).reshape(keep.shape))))
        return sum(terms[1:], terms[0])

    return total


def slopes(f, xs):
    """The gradient by central differences."""
    out = []
    for i, x in enumerate(xs):
        g = np.zeros_like(x)
        for at in np.ndindex(x.shape):
            h = np.zeros_like(x)
            h[at] = 1e-5
            g[at] = (f(*xs[:i], x + h, *xs[i + 1 :]) - f(*xs[:i], x - h, *xs[i + 1 :])) / 2e-5
        out.append(g)
    return out


@pytest.mark.parametrize("label", CASES)
def test_as_scipy(label):
    module, path, args, by = CASES[label]
    f, theirs = found(MODULES[module], path), found(getattr(scipy, module), path)
    want = listed(theirs)(*args)
    for got, value in zip(listed(f)(*args), want, strict=True):
        np.testing.assert_allclose(got, value, rtol=1e-9, atol=1e-11, err_msg=label)
    if not by:
        return
    total = total_of(f, args, by, [np.isfinite(v) for v in want])
    reference = total_of(theirs, args, by, [np.isfinite(v) for v in want])
    xs = [np.asarray(args[i], float) for i in by]
    with np.errstate(all="ignore"):
        grads = fg.grad(total, tuple(range(len(by))))(*xs)
        for g, value in zip(grads, slopes(reference, xs), strict=True):
            np.testing.assert_allclose(g, value, rtol=1e-5, atol=1e-6, err_msg=f"{label} gradient")


COMPILED = (
    "stats.norm.logcdf",
    "stats.gamma.cdf",
    "stats.truncnorm.cdf",
    "special.betainc",
    "special.expn 2",
    "linalg.expm",
    "linalg.lu",
)


@pytest.mark.parametrize("label", COMPILED)
def test_under_jit(label):
    module, path, args, by = CASES[label]
    f = found(MODULES[module], path)
    total = total_of(f, args, by, [np.isfinite(v) for v in listed(f)(*args)])
    xs = [np.asarray(args[i], float) for i in by]
    grad = fg.grad(total, tuple(range(len(by))))
    for g, value in zip(fg.jit(grad)(*xs), grad(*xs), strict=True):
        np.testing.assert_allclose(g, value, rtol=1e-9, atol=1e-12)


def test_incomplete_functions_by_their_parameters():
    """What jax refuses: derivatives of betainc by a and b, and second derivatives by a; against central differences."""
    a, b, x, h = 1.7, 2.3, 0.4, 1e-5
    beta = scipy.special.betainc
    da, db = fg.grad(special.betainc, (0, 1))(a, b, x)
    np.testing.assert_allclose(da, (beta(a + h, b, x) - beta(a - h, b, x)) / (2 * h), rtol=1e-8)
    np.testing.assert_allclose(db, (beta(a, b + h, x) - beta(a, b - h, x)) / (2 * h), rtol=1e-8)
    gamma = scipy.special.gammainc
    second = fg.grad(fg.grad(special.gammainc))(a, x)
    np.testing.assert_allclose(second, (gamma(a + 1e-3, x) - 2 * gamma(a, x) + gamma(a - 1e-3, x)) / 1e-6, rtol=1e-5)


@pytest.mark.parametrize("seed", [0, 1])
def test_incomplete_functions_everywhere(seed):
    """Against SciPy over many scales."""
    rng = np.random.default_rng(seed)
    a = np.exp(rng.uniform(-5, 7, 300))
    x = a * np.exp(rng.normal(size=300) * np.where(a > 1, 2 / np.sqrt(a), 1.5))
    for ours, theirs in ((special.gammainc, scipy.special.gammainc), (special.gammaincc, scipy.special.gammaincc)):
        want = theirs(a, x)
        np.testing.assert_allclose(ours(a, x), want, rtol=1e-12, atol=1e-290)
    b = np.exp(rng.uniform(-4, 5, 300))
    x = rng.beta(a, b)
    np.testing.assert_allclose(special.betainc(a, b, x), scipy.special.betainc(a, b, x), rtol=1e-9, atol=1e-290)


def test_names_of_scipy_reach_them():
    """SciPy's own ufuncs, on traced arrays."""
    for f, args in ((scipy.special.gammainc, (1.5, 0.7)), (scipy.special.spence, (0.7,)), (scipy.special.exp1, (0.7,))):
        got = fg.grad(lambda x, f=f, args=args: f(*args[:-1], x))(args[-1])
        h = 1e-6
        np.testing.assert_allclose(
            got, (f(*args[:-1], args[-1] + h) - f(*args[:-1], args[-1] - h)) / (2 * h), rtol=1e-7
        )


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_minimize():
    """Eager, under jit and under vmap; the minimum is known."""
    found = optimize.minimize(rosenbrock, np.zeros(4), method="BFGS")
    assert found.success and found.status == 0
    np.testing.assert_allclose(found.x, np.ones(4), atol=1e-5)
    run = lambda x: optimize.minimize(rosenbrock, x, method="BFGS").x  # noqa: E731
    np.testing.assert_allclose(fg.jit(run)(np.zeros(4)), found.x, rtol=1e-6)
    starts = np.array([[0.0, 0.0], [-1.2, 1.0], [2.0, 2.0]])
    np.testing.assert_allclose(fg.vmap(run)(starts), np.ones((3, 2)), atol=1e-4)
    short = optimize.minimize(rosenbrock, np.zeros(4), method="BFGS", options={"maxiter": 2})
    assert not short.success and short.status == 1 and short.nit == 2
    with pytest.raises(ValueError, match="the one method is 'BFGS'"):
        optimize.minimize(rosenbrock, np.zeros(4), method="Newton")
    with pytest.raises(TypeError, match="args must be a tuple"):
        optimize.minimize(rosenbrock, np.zeros(4), 3.0, method="BFGS")


def test_solvers():
    """What was factored solves; every way of transposing; stacks."""
    for trans, op in ((0, SQUARE), (1, SQUARE.T)):
        np.testing.assert_allclose(op @ linalg.lu_solve(linalg.lu_factor(SQUARE), VECTOR, trans), VECTOR, atol=1e-12)
    for lower in (False, True):
        np.testing.assert_allclose(SPD @ linalg.cho_solve(linalg.cho_factor(SPD, lower), VECTOR), VECTOR, atol=1e-12)
    np.testing.assert_allclose(linalg.solve(SPD, VECTOR, assume_a="pos"), np.linalg.solve(SPD, VECTOR))
    p, low, up = linalg.lu(SQUARE[[2, 0, 1]])
    np.testing.assert_allclose(p @ low @ up, SQUARE[[2, 0, 1]], atol=1e-12)
    root = linalg.sqrtm(SQUARE)
    np.testing.assert_allclose(root @ root, SQUARE, atol=1e-10)
    stack = np.stack([SQUARE, 7 * SQUARE])
    for f in (linalg.expm, fg.vmap(linalg.expm), fg.jit(linalg.expm)):
        np.testing.assert_allclose(f(stack), scipy.linalg.expm(stack), rtol=1e-9)
    values, vectors = linalg.eigh(SPD)
    np.testing.assert_allclose(vectors * values @ vectors.T, SPD, atol=1e-12)
    gradient = fg.grad(lambda a: np.sum(linalg.cholesky(a @ a.T) * np.arange(9.0).reshape(3, 3)))(SQUARE)
    theirs = slopes(lambda a: np.sum(scipy.linalg.cholesky(a @ a.T) * np.arange(9.0).reshape(3, 3)), [SQUARE])
    np.testing.assert_allclose(gradient, theirs[0], rtol=1e-6)
    u, q = linalg.polar(SQUARE, "left")
    np.testing.assert_allclose(q @ u, SQUARE, atol=1e-12)


ERRORS = {
    "no matrix": (ValueError, "expected a matrix", lambda: linalg.cholesky(VECTOR)),
    "no fit": (ValueError, "do not fit", lambda: linalg.solve(SQUARE, np.ones(2))),
    "choice": (ValueError, "assume_a must be", lambda: linalg.solve(SQUARE, VECTOR, assume_a="x")),
    "rank method": (ValueError, "method must be", lambda: stats.rankdata(VECTOR, "x")),
    "missing": (TypeError, "missing a required argument: 'a'", lambda: stats.gamma.logpdf(1.0)),
    "no name": (AttributeError, "no attribute 'weibull'", lambda: stats.weibull),
}


@pytest.mark.parametrize("what", ERRORS)
def test_errors(what):
    error, text, f = ERRORS[what]
    refused(error, f, text)


def test_shape_of_scalars():
    assert stats.norm.pdf(0.0).shape == () and float(stats.norm.pdf(x=0.0, scale=2.0)) == pytest.approx(0.19947114)
    assert stats.norm.logpdf(np.float32(1.0)).dtype == np.float32


def test_distributions_can_be_imported_as_modules():
    import funcgrad.scipy.stats.gamma
    import funcgrad.scipy.stats.norm as norm

    assert norm is stats.norm and funcgrad.scipy.stats.gamma is stats.gamma
    with pytest.raises(ModuleNotFoundError):
        import funcgrad.scipy.stats.weibull  # noqa: F401


def test_gaussian_kde():
    """Densities, integrals and products against SciPy's; draws have the right moments; the bandwidth is differentiated."""
    rng = np.random.default_rng(2)
    points, weights = rng.normal(size=(2, 40)), rng.uniform(size=40)
    ours, theirs = stats.gaussian_kde(points, 0.4, weights), scipy.stats.gaussian_kde(points, 0.4, weights)
    np.testing.assert_allclose(ours(points[:, :5]), theirs(points[:, :5]), rtol=1e-10)
    np.testing.assert_allclose(
        ours.integrate_gaussian([0.0, 1.0], np.eye(2)), theirs.integrate_gaussian([0.0, 1.0], np.eye(2))
    )
    one, other = (f.gaussian_kde(points[0]) for f in (stats, scipy.stats))
    np.testing.assert_allclose(one.integrate_box_1d(-1.0, 0.5), other.integrate_box_1d(-1.0, 0.5))
    np.testing.assert_allclose(
        one.integrate_kde(stats.gaussian_kde(points[1])), other.integrate_kde(scipy.stats.gaussian_kde(points[1]))
    )
    draws = ours.resample(fg.random.key(0), (4000,))
    np.testing.assert_allclose(np.mean(draws, 1), np.sum(ours.weights * points, 1), atol=0.1)
    at = lambda width, f: np.sum(f(points, width, weights).logpdf(points[:, :3]))  # noqa: E731
    slope = (at(0.4 + 1e-5, scipy.stats.gaussian_kde) - at(0.4 - 1e-5, scipy.stats.gaussian_kde)) / 2e-5
    np.testing.assert_allclose(fg.grad(lambda width: at(width, stats.gaussian_kde))(0.4), slope, rtol=1e-6)


@pytest.mark.parametrize("name", ["cg", "bicgstab", "gmres"])
def test_iterative_solvers(name):
    """Solutions, and derivatives by the matrix and the right side, of a matrix, a function and a pytree; under jit and vmap."""
    from funcgrad.scipy.sparse import linalg as sparse

    solve = getattr(sparse, name)
    total = lambda a, b: np.sum(solve(a, b, tol=1e-12)[0] ** 3)  # noqa: E731
    want = fg.grad(lambda a, b: np.sum(np.linalg.solve(a, b) ** 3), (0, 1))(SPD, VECTOR)
    for f in (fg.grad(total, (0, 1)), fg.jit(fg.grad(total, (0, 1)))):
        for g, w in zip(f(SPD, VECTOR), want, strict=True):
            np.testing.assert_allclose(g, w, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(
        fg.vmap(lambda b: solve(SPD, b, tol=1e-12)[0])(SQUARE), np.linalg.solve(SPD, SQUARE.T).T, rtol=1e-8
    )
    tree = solve(
        lambda t: {"a": 2.0 * t["a"], "b": 4.0 * t["b"]}, {"a": np.ones(2), "b": np.array(2.0)}, M=lambda t: t
    )[0]
    assert tree["a"] == pytest.approx(0.5) and tree["b"] == pytest.approx(0.5)
    with pytest.raises(ValueError, match="square matrix"):
        solve(np.ones((2, 3)), VECTOR)


@pytest.mark.parametrize("name", ["wofz", "erfcx", "loggamma", "gamma"])
def test_of_complex_numbers(name):
    """SciPy's values over the plane, and that the derivative is one of a complex variable: along i it is i times that along 1."""
    rng = np.random.default_rng(3)
    z = rng.normal(size=500) * 4 + 1j * rng.normal(size=500) * 4
    z = np.concatenate([z, np.linspace(0.1, 9.0, 50) + 0j])
    f, theirs = getattr(special, name), getattr(scipy.special, name)
    z = z[np.isfinite(theirs(z)) & (np.abs(theirs(z)) < 1e200)]
    np.testing.assert_allclose(f(z), theirs(z), rtol=1e-11, atol=1e-13)
    one, along_i = (fg.jvp(f, (z,), (np.full_like(z, t),))[1] for t in (1.0, 1j))
    np.testing.assert_allclose(along_i, 1j * one, rtol=1e-8, atol=1e-8)
    h = 1e-5
    np.testing.assert_allclose(one, (theirs(z + h) - theirs(z - h)) / (2 * h), rtol=1e-4, atol=1e-6)
    assert f(z[np.abs(theirs(z)) < 1e30].astype(np.complex64)).dtype == np.complex64


def test_logsumexp_of_some():
    """What `where` leaves out counts in neither the value nor the gradient, be it nan; with factors and signs too."""
    x, k = np.array([[0.5, np.nan, 2.0], [1.0, -1.0, 800.0]]), np.array([[True, False, True], [True, True, False]])
    kept = [x[i][k[i]] for i in (0, 1)]
    want = [scipy.special.logsumexp(r) for r in kept]
    np.testing.assert_allclose(special.logsumexp(x, 1, where=k), want, rtol=1e-15)
    grads = fg.grad(lambda x: np.sum(special.logsumexp(x, 1, where=k)))(x)
    np.testing.assert_allclose(grads[k], np.concatenate([scipy.special.softmax(r) for r in kept]), rtol=1e-14)
    assert not grads[~k].any()
    b = np.array([-2.0, 1.0, 0.5])
    got = special.logsumexp(x, 1, b=b, return_sign=True, where=k)
    want = [scipy.special.logsumexp(r, b=b[k[i]], return_sign=True) for i, r in enumerate(kept)]
    np.testing.assert_allclose(got, np.transpose(want), rtol=1e-14)
