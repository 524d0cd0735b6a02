"""What `grad(f, numpy=True)` traces and no protocol of NumPy's could: sequences of traced values, Python's math, SciPy's functions in Python."""

import math
from math import sqrt

import numpy as np
import pytest
import scipy.fft
import scipy.linalg as sl
import scipy.special
from numpy import sum as total
from scipy.special import logsumexp

import funcgrad as fg
from funcgrad.errors import ArgumentError, ConversionError

X = np.array([0.5, -1.2, 2.0])
M = np.array([[2.0, 0.3, 0.1], [0.3, 1.5, 0.2], [0.1, 0.2, 3.0]])
SEQUENCES = [
    lambda x: np.sum([x[0], x[1] * x[2], 3]),
    lambda x: total((x[0], x[1] * x[2])),
    lambda x: np.mean([x[0] * x[0], 2.0]) * np.max([x[0], x[2]]) + np.std(list(x)),
    lambda x: np.cumsum([x[0], x[1]]) @ np.sort([x[2], x[0]]),
    lambda x: np.dot([x[0], x[1]], [x[2], 2.0]) + np.linalg.norm([x[0], x[1]]),
    lambda x: np.linalg.det([[x[0], 1.0], [2.0, x[1]]]) * np.linalg.solve([[x[0], 1], [2, x[1]]], [1.0, x[2]])[0],
    lambda x: np.vstack([[x[0], 1.0], [2.0, x[1]]])[1] @ np.concatenate([[x[0]], [x[1] ** 2]]),
    lambda x: np.cross([x[0], 0.0, 1.0], [0.0, x[1], 2.0]) @ np.where([True, False, True], [x[0], x[1], x[2]], 2.0),
    lambda x: np.select([x > 0], [[v * v for v in x]], 1.0).sum() + np.interp(0.3, [0.0, 1.0], [x[0], x[1]]),
    lambda x: (
        np.average([x[0], x[1]], weights=[x[2], 1.0]) + np.median(a=[x[0], x[1], x[2]]) + np.trapezoid([x[0], x[1]])
    ),
    lambda x: (
        np.hstack([x, [x[0], 1.0]]).sum() * np.stack([x[0], 2.0])[0] + np.block([[x[:2], x[2]], [1.0, x[1:]]]).sum()
    ),
    lambda x: np.fft.fft([x[0], x[1]]).real @ np.convolve([x[0], 1.0], [x[1]]),
    lambda x: np.einsum("i,i", [x[0], x[1]], [x[2], 1.0]) + np.sum(x, axis=(0,)) + np.reshape(x, (3, 1))[x.argmax(), 0],
]
MATH = [
    lambda x: (
        sqrt(x[2]) * math.exp(x[0])
        + math.log(x[2]) * math.log(x[0], 3.0)
        + math.atan2(x[0], x[1])
        + math.pow(x[2], x[0])
    ),
    lambda x: (
        math.hypot(x[0], x[1], x[2])
        + math.hypot(x[1])
        + math.dist([x[0], x[1]], [x[2], 1.0])
        + math.fsum([x[0], x[1] ** 2, 1.0])
    ),
    lambda x: (
        math.erf(x[0]) * math.gamma(x[2])
        + math.lgamma(x[0])
        + math.fabs(x[1])
        + math.degrees(x[0])
        + math.sqrt(4.0) * math.pi
    ),
]
SCIPY = [
    lambda x: logsumexp(x) + scipy.special.softmax(x)[0] + scipy.special.logsumexp(a=x * 2) + scipy.special.erf(x)[1],
    lambda x: scipy.fft.fft(x).real @ scipy.fft.rfft(np.arange(3.0) * x, 5).imag[[0, 1, 2]],
    lambda x: (
        sl.cholesky(M * x[2], lower=True)[1, 0]
        + sl.solve_triangular(np.tril(M), x, lower=True)[2]
        + sl.expm(M * x[0] / 9)[0, 1]
        + sl.norm(x)
    ),
]


def slopes(f, x, h=1e-6):
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


@pytest.mark.parametrize("f", [*SEQUENCES, *MATH, *SCIPY])
def test_gradients(f):
    expected = slopes(f, X)
    grad = fg.grad(f, numpy=True)
    np.testing.assert_allclose(fg.value_and_grad(f, numpy=True)(X)[0], f(X), rtol=1e-13)
    np.testing.assert_allclose(grad(X), expected, rtol=2e-7, atol=1e-8)
    np.testing.assert_allclose(fg.vmap(grad)(X[None])[0], expected, rtol=2e-7, atol=1e-8)
    if "argmax" not in f.__code__.co_names:
        np.testing.assert_allclose(fg.jit(grad)(X), expected, rtol=2e-7, atol=1e-8)


def test_numbers_that_nobody_traces_go_to_the_original():
    seen = []
    f = fg.trace_numpy(
        lambda x: (seen.append((math.sqrt(4.0), logsumexp([0.0, 0.0]), math.floor(2.5), math.tau)), x * 2)[1]
    )
    assert fg.grad(f)(3.0) == 2.0
    assert seen == [(2.0, np.log(2.0), 2, math.tau)] and [type(v) for v in seen[0]] == [float, np.float64, int, float]
    with pytest.raises(ValueError, match="math domain|nonnegative"):
        fg.grad(lambda x: x * math.sqrt(-1.0), numpy=True)(3.0)


def test_without_it_the_error_says_what_takes_a_list():
    with pytest.raises(ConversionError, match=r"np\.stack"):
        fg.grad(lambda x: np.sum([x[0], x[1]]))(X)


@pytest.mark.parametrize("of", [lambda x: x, lambda x: [x[0], x[1]], lambda x: [[x[0]], [2.0]]])
def test_an_array_of_objects_loses_no_derivative_in_silence(of):
    with pytest.raises(ConversionError):
        fg.grad(lambda x: np.array(of(x), dtype=object).sum(), numpy=True)(X)


@pytest.mark.parametrize(
    "f, n",
    [
        (lambda n: math.pow(n, -1), 4),
        (lambda n: math.pow(n, 20), 10),
        (lambda n: math.pow(10, n), 20),
        (lambda n: math.fmod(n, 3), -10),
        (lambda n: math.fsum([n, n, 2]), 10),
        (lambda n: math.copysign(n, -1), 10),
        (lambda n: math.hypot(n, 3), 4),
        (lambda n: math.dist([n, 3], (1, 2)), 4),
        (lambda n: math.ldexp(n, 3), 10),
        (lambda n: math.ldexp(0.5, n), 10),
        (lambda n: math.lgamma(n), 5),
        (lambda n: math.isfinite(n), 5),
    ],
)
def test_math_computes_integers_as_floats(f, n):
    got, expected = fg.jit(f, numpy=True)(n), f(n)
    assert got.dtype == np.array(expected).dtype
    np.testing.assert_allclose(got, expected, rtol=1e-14)


@pytest.mark.parametrize(
    "f, error, message",
    [
        (lambda x: math.dist([x[0]], [1.0, 2.0]), ValueError, "same number of dimensions"),
        (lambda x: math.dist(x, [1.0]), ValueError, "same number of dimensions"),
        (lambda x: math.sin(x).sum(), TypeError, "only length-1 arrays"),
        (lambda x: math.hypot(x[0], x).sum(), TypeError, "only length-1 arrays"),
        (lambda x: math.exp([x[0]]), TypeError, "must be real number, not list"),
        (lambda x: math.pow(x[0], "2"), TypeError, "must be real number, not str"),
        (lambda x: math.sqrt(x[0] * 1j).real, TypeError, "must be real number, not complex"),
    ],
)
def test_math_refuses_what_it_refuses_of_plain_numbers(f, error, message):
    with pytest.raises(error, match=message):
        fg.grad(f, numpy=True)(X)


def test_twins_are_looked_for_when_they_are_called(monkeypatch):
    """(A search imports the modules that they might be in.)"""
    searched = []
    monkeypatch.setattr(fg.tracing, "twin_of", searched.append)
    monkeypatch.setattr(fg.tracing, "made", {})
    standing = fg.tracing.replacements()
    assert not searched
    assert id(scipy.fft.fft) in standing and id(scipy.fft.fftshift) in standing
    assert id(vars(scipy)["__getattr__"]) not in standing


def test_math_remainder_is_no_function_of_numpys():
    with pytest.raises(ConversionError) as error:
        fg.grad(lambda x: math.remainder(x[0], 3.0))(X)
    assert "numpy.remainder" not in str(error.value)


def test_plain_sequences_are_not_searched_element_by_element(monkeypatch):
    searched = []
    monkeypatch.setattr(fg.tracing, "holds_number", lambda x, f=fg.tracing.holds_number: (searched.append(x), f(x))[1])
    plain = [0.5] * 1000
    assert fg.grad(lambda x: x * np.sum(plain), numpy=True)(3.0) == 500.0
    assert searched == [plain]


@pytest.mark.parametrize("x", [1.5, 2.0831e210, -2.0831e210, 1e-3 + 1])
def test_the_derivative_of_arccosh_does_not_overflow(x):
    expected = 1.0 / (math.sqrt(abs(x) - 1.0) * math.sqrt(abs(x) + 1.0))
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(fg.grad(np.arccosh)(x), expected, rtol=1e-14)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: fg.grad(lambda p: p["w"])({"w": 1.0, "n": [2.0, 5]}),
            r"grad: argument 0\['n'\]\[1\] must be float or complex; got int64",
        ),
        (
            lambda: fg.grad(lambda x, p: x, argnums=(0, 1))(1.0, (2.0, "a")),
            r"grad: argument 1\[1\] must be an array, .* got str",
        ),
        (lambda: fg.value_and_grad(np.sum)(3), r"value_and_grad: argument 0 must be float"),
        (
            lambda: fg.lax.cond(True, np.sin, 1.0, 2.0),
            "cond: false_fun must be a function; got float. Pass the function, not its value",
        ),
        (lambda: fg.lax.switch(0, np.sin, 2.0), "switch: branches must be a sequence of functions; got ufunc"),
        (lambda: fg.lax.switch(0, [np.sin, 3], 2.0), r"switch: branches\[1\] must be a function; got int"),
        (lambda: fg.lax.while_loop(True, np.sin, 2.0), "while_loop: cond_fun must be a function; got bool"),
        (
            lambda: fg.grad(ruled(lambda res, ct: ("a",)))(1.0),
            "custom_vjp: a cotangent from bwd must be an array, .* got str",
        ),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()


def ruled(bwd):
    f = fg.custom_vjp(lambda x: x)
    f.defvjp(lambda x: (x, None), bwd)
    return f
