"""Floating-point warnings under transforms: NumPy's text at the user's line, once a place, and whatever else the user asked NumPy for."""

import inspect
import threading
import warnings

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp

ZERO, BIG = np.zeros(2), np.full(2, 1e300)


def f(x):
    y = np.log(x)  # a logarithm
    z = 1.0 / x + x * 0.0  # a quotient
    w = np.log(ZERO)  # NumPy alone
    m = np.mean(ZERO[:0])  # NumPy inside NumPy
    return (np.where(x > 0, y * z, 1.0) + np.isinf(w) + np.isnan(m)).sum()


def g(x):
    return fnp.linalg.norm(np.exp(x) * BIG) + np.exp(x)[0] * np.hypot(x, 1e308 * 2 * x)[1]  # several


RUNS = {
    "plain": lambda f, x: f(x),
    "grad": lambda f, x: fg.grad(f)(x),
    "vjp": lambda f, x: fg.vjp(f, x),
    "jvp": lambda f, x: fg.jvp(f, (x,), (x,)),
    "linearize": lambda f, x: fg.linearize(f, x)[1](x),
    "vmap": lambda f, x: fg.vmap(f)(x[None]),
    "grad of grad": lambda f, x: fg.grad(lambda x: fg.grad(f)(x).sum())(x),
    "vmap of grad": lambda f, x: fg.vmap(fg.grad(f))(x[None]),
    "hessian": lambda f, x: fg.hessian(f)(x),
}


def seen(run, action="always"):
    """{(file, line): texts} of the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(action)
        run()
    places = {}
    for w in caught:
        places.setdefault((w.filename, w.lineno), set()).add(str(w.message))
    return places


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("f, x", [(f, ZERO), (g, BIG)])
def test_they_are_those_of_numpy_at_the_line_of_the_user(run, f, x):
    want = seen(lambda: f(x))
    assert want
    got = seen(lambda: RUNS[run](f, x))
    assert got.keys() == want.keys()
    for place, texts in want.items():
        assert texts <= got[place] if f is g else texts == got[place]


def test_each_place_warns_once():
    def twice(x):
        for _ in range(2):
            y = np.log(x)
        return np.sum(np.log(x) * 0.0 + y * 0.0)

    first = inspect.getsourcelines(twice)[1]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(2):
            fg.grad(twice)(ZERO)
    lines = [w.lineno - first for w in caught if "log" in str(w.message)]
    assert lines == [2, 3] and {w.filename for w in caught} == {__file__}


def test_a_function_of_numpy_alone_warns_at_the_call_of_the_transform():
    line = inspect.currentframe().f_lineno + 1
    assert seen(lambda: fg.vmap(np.log)(ZERO)) == {(__file__, line): {"divide by zero encountered in log"}}


# ------------------------------------------------------------------------------------------------ what else the user asks for
def test_an_error_filter_raises_at_the_line():
    with warnings.catch_warnings(), pytest.raises(RuntimeWarning, match="divide by zero encountered in log"):
        warnings.simplefilter("error")
        fg.grad(f)(ZERO)


def test_errstate_inside_and_outside():
    def under(**modes):
        def h(x):
            with np.errstate(**modes):
                y = np.log(x)
            return np.sum(y * 0.0)

        return h

    line = inspect.getsourcelines(under)[1] + 4
    assert not [at for at in seen(lambda: fg.grad(under(divide="ignore"))(ZERO)) if at[1] == line - 1]
    for run in (lambda f: fg.grad(f)(ZERO), lambda f: fg.vmap(fg.grad(f))(ZERO[None])):
        with pytest.raises(FloatingPointError, match="divide by zero encountered in log"):
            run(under(divide="raise"))
        calls = []
        seen(lambda run=run, calls=calls: run(under(all="call", call=lambda *a: calls.append(a))))
        assert calls == [("divide by zero", 1)]
    for outside in (np.errstate(all="ignore"), np.errstate(all="call", call=lambda *a: None)):
        with outside:
            assert not seen(lambda: fg.grad(under(over="warn"))(ZERO))
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        fg.grad(under(over="warn"))(ZERO)


def test_the_state_outside_is_as_it_was_but_for_what_the_function_sets():
    before = np.geterr()
    fg.grad(np.sum)(ZERO)
    assert np.geterr() == before and np.geterrcall() is None
    with pytest.raises(ValueError):
        fg.grad(lambda x: x.reshape(7))(ZERO)
    assert np.geterr() == before
    with np.errstate():
        fg.grad(lambda x: (np.seterr(over="ignore"), np.sum(x))[1])(ZERO)
        assert np.geterr() == {**before, "over": "ignore"} and np.geterrcall() is None
        assert seen(lambda: np.log(ZERO)).keys() == {(__file__, inspect.currentframe().f_lineno)}
    assert np.geterr() == before


def test_threads():
    got = []
    threads = [threading.Thread(target=lambda: got.append(fg.grad(np.sum)(ZERO).tolist())) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert got == [[1.0, 1.0]] * 4
