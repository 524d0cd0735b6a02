"""The NumPy engine behind jit: what its code computes, what it hands out, and what it does where Python's numbers raise."""

import linecache
import math
import operator
import subprocess
import sys
import threading
import warnings
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.compile.regions import BLOCK, LARGE
from funcgrad.compile.source import compiled
from funcgrad.core import workers
from funcgrad.scipy import special

jax.config.update("jax_enable_x64", True)
RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 8))
W = RNG.normal(size=(8, 8))


def steps(x):
    """Views of results, results of views, results twice, arguments and constants as results."""
    y = np.tanh(x @ W) * 2.0 + 1.0
    z = fnp.reshape(y * y, (4, 12))
    return y, y.T, z, z[1:, ::2], fnp.sum(y, axis=0), x, x.T, fnp.ones((2, 3)), y, fnp.where(y > 0.5, y, 0.0)


PROGRAMS = {
    "steps": steps,
    "gradient": lambda x: fg.value_and_grad(lambda v: fnp.sum(np.tanh(v @ W) * v))(x),
    "softmax": lambda x: (special.softmax(x, axis=1), special.log_softmax(x, axis=0), special.logsumexp(x, axis=1)),
    "products": lambda x: (x @ W, x.T @ x, fnp.einsum("ij,kj->ki", x, x), x[None] @ W, fnp.tensordot(x, x, 2)),
    "powers": lambda x: (x**2, x**3, abs(x) ** 0.5, x**0, (x * x + 1.0) ** -1.5, 2.0 ** (x * 0.25)),
    "assignment": lambda x: fg.at(x)[1:3].set(x[2:4] * 2.0),
    "joined": lambda x: (fnp.concatenate([x * 2.0, x + 1.0], 1), fnp.stack([x, x * x])),
    "numbers": lambda x: (fnp.mean(x) / 3.0, fnp.sum(x) * fnp.max(x), fnp.min(x, axis=1)),
    "casts": lambda x: (fnp.astype(x, np.float32) * 2, fnp.astype(x > 0, int) + 1),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled_equals_eager(name):
    f = PROGRAMS[name]
    jitted = fg.jit(f)
    for x in (X, X + 1.0, X[:, ::-1], np.asfortranarray(X)):
        for got, want in zip(fg.tree.leaves(jitted(x)), fg.tree.leaves(f(x)), strict=True):
            assert (type(got) is type(want) or not np.ndim(want)) and got.dtype == want.dtype
            np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", PROGRAMS)
def test_results_are_nobodys_memory(name):
    """Writing into every result changes no argument, no other result and no later call."""
    jitted = fg.jit(PROGRAMS[name])
    x = X.copy()
    want = [np.copy(v) for v in fg.tree.leaves(jitted(x))]
    for _ in range(3):
        got = [v for v in fg.tree.leaves(jitted(x)) if isinstance(v, np.ndarray)]
        for i, v in enumerate(got):
            assert v.flags.owndata and v.flags.writeable
            assert not np.shares_memory(v, x) and not any(np.shares_memory(v, u) for u in got[:i])
            v[...] = 77
    np.testing.assert_array_equal(x, X)
    for v, u in zip(fg.tree.leaves(jitted(x)), want, strict=True):
        np.testing.assert_array_equal(v, u)


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_result_is_memory_that_is_kept(name):
    """Of the compiled code itself, before what jit does: the next call changes no result of this one."""
    graph = fg.jit(PROGRAMS[name]).graph(X)
    run = compiled(graph)
    first = run(X)
    kept = [np.copy(v) for v in first]
    run(X + 1.0)
    for v, u in zip(first, kept, strict=True):
        np.testing.assert_array_equal(v, u)


def at_once(work, count):
    """work(0), work(1), ... in as many threads, which take turns as often as Python lets them."""
    threads = [threading.Thread(target=work, args=(k,)) for k in range(count)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    finally:
        sys.setswitchinterval(interval)


def test_calls_that_overlap_in_threads():
    f = fg.jit(PROGRAMS["gradient"])
    xs = [RNG.normal(size=(6, 8)) for _ in range(8)]
    want = [PROGRAMS["gradient"](x) for x in xs]
    wrong = []

    def work(k):
        for _ in range(200):
            value, g = f(xs[k])
            if not np.allclose(value, want[k][0]) or not np.allclose(g, want[k][1]):
                wrong.append(k)

    at_once(work, 8)
    assert not wrong


def test_a_call_inside_a_call():
    """A callback calls the same compiled function while the outer call's values are alive."""
    depth, seen = [], []

    def again(y):
        if len(depth) < 3:
            depth.append(y)
            seen.append((y, f(y * 0.5)))

    def program(x):
        a = np.sin(x) * 2.0
        b = np.exp(a) + a
        fg.debug.callback(again, b)
        return a * b + b

    f = fg.jit(program)

    def want(x):
        a = np.sin(x) * 2.0
        b = np.exp(a) + a
        return a * b + b, b

    np.testing.assert_allclose(f(X), want(X)[0])
    np.testing.assert_allclose(depth[0], want(X)[1])
    for y, got in seen:
        np.testing.assert_allclose(got, want(y * 0.5)[0])
    assert len(seen) == 3


def test_what_a_callback_keeps_stays():
    kept = []
    f = fg.jit(
        lambda x: (fg.debug.callback(lambda v: kept.append(v), np.sin(x) * 2.0), np.cos(np.sin(x) * 3.0) + 1.0)[1]
    )
    f(X)
    f(X + 1.0)
    np.testing.assert_allclose(kept[0], np.sin(X) * 2.0)
    np.testing.assert_allclose(kept[1], np.sin(X + 1.0) * 2.0)


# ------------------------------------------------------------------------------------------------ Python numbers
NUMBERS = {
    "exp": lambda x: np.exp(x * x),
    "log": lambda x: np.log(x) + 1.0,
    "sqrt": lambda x: np.sqrt(x) * 2.0,
    "quotient": lambda x: np.sin(x) / np.sin(x * 0.0 + x),
    "power": lambda x: np.abs(x) ** -0.5 + x**3,
    "root": lambda x: fnp.power(x, 1 / 3),
    "tanh": lambda x: np.tanh(x) * np.cosh(x),
    "where": lambda x: fnp.where(x > 1.0, np.log(x), x * 2.0),
    "extremes": lambda x: fnp.maximum(x, 1.0) + fnp.minimum(x * x, 3.0),
    "inverse": lambda x: np.arcsin(x) + np.arctanh(x) + np.arccosh(x),
    "remainder": lambda x: (x % 0.7) + (2.5 // (x * x + 1.0)),
}
POINTS = (0.0, -0.0, 1.0, -1.0, 0.5, -8.0, 30.0, 1e200, -1e200, 1e-320, math.inf, -math.inf, math.nan)


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_what_numpy_makes_of_them(name):
    """inf and nan where NumPy has them, and silence, also where math and Python raise; value and gradient."""
    f = NUMBERS[name]
    jitted, gradient = fg.jit(f), fg.jit(fg.grad(f))
    for x in POINTS:
        with np.errstate(all="ignore"):
            want, slope = f(np.float64(x)), fg.grad(f)(np.float64(x))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for got, due in ((jitted(x), want), (gradient(x), slope)):
                assert isinstance(got, float)
                np.testing.assert_allclose(float(got), float(due), rtol=1e-9, err_msg=f"{name} at {x}")


def test_the_types_of_numbers_are_those_of_eager():
    for f in (lambda x: x * 2.0, lambda x: np.sin(x), lambda x: x > 1.0, lambda x: (np.sin(x) > 1.0, x * x, x + 1)):
        for x in (1.5, np.float64(1.5), np.float32(1.5), 2, np.array(1.5)):
            for _ in range(2):
                for got, want in zip(fg.tree.leaves(fg.jit(f)(x)), fg.tree.leaves(f(x)), strict=True):
                    assert type(got) is type(want) or (np.ndim(x) == 0 and isinstance(x, np.ndarray))
                    np.testing.assert_allclose(got, want, rtol=1e-6)


def test_division_by_zero_of_python_floats():
    f = fg.jit(lambda x: 1.0 / x)
    assert f(2.0) == 0.5 and f(0.0) == math.inf and f(-0.0) == -math.inf and f(4.0) == 0.25
    assert fg.jit(fg.grad(lambda x: x**0.5))(0.0) == math.inf
    assert math.isnan(fg.jit(lambda x: x**0.5)(-1.0))  # (Python's own would be complex)


def test_numbers_need_no_numpy():
    source = fg.jit(fg.grad(NUMBERS["tanh"])).source(0.5)
    assert "math_tanh" in source and "take()" not in source


# ------------------------------------------------------------------------------------------------ blocks
def wave(x):
    y = np.tanh(x) * x
    return fnp.sum(np.log(y * y + 1.0) * x), y + 1.0


def wave_jax(x):
    y = jnp.tanh(x) * x
    return jnp.sum(jnp.log(y * y + 1.0) * x), y + 1.0


@pytest.mark.parametrize("n", [LARGE - 1, LARGE, LARGE + 1, LARGE + BLOCK // 3])
def test_blocks_of_a_vector(n):
    x = np.random.default_rng(n).normal(size=n)
    f = fg.jit(fg.value_and_grad(wave, has_aux=True))
    (value, aux), g = f(x)
    (want, want_aux), want_g = jax.jit(jax.value_and_grad(wave_jax, has_aux=True))(x)
    np.testing.assert_allclose(value, want, rtol=1e-10)
    np.testing.assert_allclose(aux, want_aux, rtol=1e-12)
    np.testing.assert_allclose(g, want_g, rtol=1e-9, atol=1e-12)
    assert ("blocks" in f.source(x)) == (n >= LARGE)


@pytest.mark.parametrize("shape", [(1025, 513), (700, 7, 130), (LARGE // 2 + 3, 2)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_blocks_of_rows(shape, order):
    x = np.asarray(np.random.default_rng(1).normal(size=shape), order=order)
    w = np.random.default_rng(2).normal(size=shape[-1])

    def loss(np_, softmax, logsumexp):
        def f(x, w):
            c = x - np_.mean(x, axis=-1, keepdims=True)
            y = c / np_.sqrt(np_.mean(c * c, axis=-1, keepdims=True) + 1e-5) * w
            s = softmax(y, axis=-1)
            return np_.sum(s * x) + np_.max(logsumexp(y, axis=-1)) + np_.sum(np_.sum(y * s, axis=0) * 0.5)

        return f

    f = fg.jit(fg.value_and_grad(loss(fnp, special.softmax, special.logsumexp), (0, 1)))
    value, (gx, gw) = f(x, w)
    want, (wx, ww) = jax.jit(jax.value_and_grad(loss(jnp, jax.nn.softmax, jax.nn.logsumexp), (0, 1)))(x, w)
    assert "blocks" in f.source(x, w)
    np.testing.assert_allclose(value, want, rtol=1e-9)
    np.testing.assert_allclose(gx, wx, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(gw, ww, rtol=1e-6, atol=1e-7)


def of_rows(x):
    y = x - fnp.mean(x, axis=1, keepdims=True)
    return fnp.sum(special.softmax(y, axis=1) * x) + fnp.max(special.logsumexp(y, axis=1)), fnp.sum(y * y, axis=0)


@pytest.mark.parametrize("f, shape", [(wave, LARGE * 2 + 77), (of_rows, (LARGE // 300 + 5, 601))])
def test_threads_change_no_bit(f, shape):
    x = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    found = []
    for n in (1, 2, 5):
        with fg.config(threads=n):
            g = fg.jit(fg.value_and_grad(f, has_aux=True))
            found.append([np.copy(v) for v in fg.tree.leaves(g(x))])
    assert "blocks" in g.source(x)
    for values in found[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(values, found[0], strict=True))


@pytest.mark.parametrize("axes", [None, (1, 2, 3), (2, 3), (0, 3), (0, 2, 3), (3,)], ids=str)
def test_sums_over_several_short_axes(axes):
    """Rows that follow one another are one row: the sums are NumPy's."""
    x = np.random.default_rng(5).normal(size=(90, 20, 5, 7))
    f = fg.jit(lambda x: (fnp.sum(np.tanh(x) * (x + 1.0), axis=axes), fnp.sum(np.sin(x), axis=axes)))
    np.testing.assert_allclose(f(x)[0], np.sum(np.tanh(x) * (x + 1.0), axis=axes), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(f(x)[1], np.sum(np.sin(x), axis=axes), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("shape", [(3000,), (7, 9, 70), (70_000,), (2, 513), (400, 2)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_the_larger_of_an_array_and_a_number(shape, dtype):
    """Bit for bit NumPy's, zeros of both signs and nan among the operands."""
    some = [-1, 0, 2, 3] if dtype == "int64" else [-1.0, 0.0, -0.0, 2.0, np.nan, np.inf, -np.inf]
    x = np.random.default_rng(1).choice(some, shape).astype(dtype)
    for number in (0, -0.0, 1.5, np.nan) if dtype != "int64" else (0, 2):
        f = fg.jit(lambda x, number=number: (np.maximum(x, number), np.minimum(number, x), np.maximum(x.T, number)))
        for got, want in zip(
            f(x), (np.maximum(x, number), np.minimum(number, x), np.maximum(x.T, number)), strict=True
        ):
            assert got.dtype == want.dtype and got.tobytes() == want.tobytes()
    assert ("repeated" in f.source(x)) == (dtype != "int64" and shape != (70_000,))


def test_no_more_threads_than_asked_for(monkeypatch):
    monkeypatch.setattr(workers.Current, "pool", workers.Pool())
    for n, parts in ((1, 1), (3, 3), (7, 6)):
        seen = []
        with fg.config(threads=n):
            workers.spread(lambda first, last, seen=seen: seen.append((first, last)), 6)
        assert sorted(seen)[0][0] == 0 and len(seen) == parts
    with pytest.raises(ValueError, match="threads must be 0"):
        fg.config(threads=-1)


def test_an_error_in_a_worker_is_raised_and_the_workers_go_on(monkeypatch):
    monkeypatch.setattr(workers, "cpus", lambda: 3)
    monkeypatch.setattr(workers.Current, "pool", workers.Pool())

    def run(first, last):
        done.extend(range(first, last))
        if first <= 5 < last:
            raise KeyError("five")

    for _ in range(2):
        done = []
        with pytest.raises(KeyError, match="five"):
            workers.spread(run, 6)
        assert sorted(done) == list(range(6))
    done = []
    workers.spread(lambda first, last: workers.spread(lambda a, b: done.extend(range(a, b)), last - first), 6)
    assert len(done) == 6


def test_an_interrupt_is_raised_at_once_and_the_next_job_gets_new_workers(monkeypatch):
    """As Ctrl-C does while the caller waits: the worker still runs, and nothing of it is taken for the next job's."""
    monkeypatch.setattr(workers.Current, "pool", workers.Pool())
    gate = threading.Event()
    monkeypatch.setattr(workers.Worker, "wait", interrupted)
    with fg.config(threads=2):
        with pytest.raises(KeyboardInterrupt):
            workers.spread(lambda first, last: first and gate.wait(10), 2)
        monkeypatch.undo()
        with fg.config(threads=2):
            done = []
            workers.spread(lambda first, last: done.append((first, last)), 2)
    gate.set()
    assert sorted(done) == [(0, 1), (1, 2)]


def interrupted(worker):
    raise KeyboardInterrupt


def test_where_no_thread_can_be_started_the_caller_does_all(monkeypatch):
    monkeypatch.setattr(workers.Current, "pool", workers.Pool())

    def refused(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    done = []
    with fg.config(threads=3):
        workers.spread(lambda first, last: done.append((first, last)), 5)
    assert done == [(0, 5)]


@pytest.mark.parametrize(
    "files, asked, want",
    [
        ([("150000 100000\n",)], "", 2),
        ([("max 100000\n",)], "", math.inf),
        ([(), ("50000", "100000")], "", 1),
        ([(), ("-1", "100000")], "", math.inf),
        ([("800000 100000\n",)], "3,2", 3),
        ([], "many", math.inf),
    ],
)
def test_threads_keep_within_a_quota_and_omp_num_threads(monkeypatch, tmp_path, files, asked, want):
    names = []
    for i, texts in enumerate(files):
        names.append([tmp_path / f"{i}-{j}" for j in range(max(len(texts), 1))])
        for path, text in zip(names[-1], texts, strict=False):
            path.write_text(text)
    monkeypatch.setattr(workers, "QUOTAS", names)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert workers.allowed.__wrapped__() == want


def test_after_a_fork_the_child_has_workers_of_its_own():
    program = """
import os, signal
import numpy as np
import funcgrad as fg
from funcgrad.core import workers
x = np.ones(1 << 20)
f = fg.jit(lambda x: np.sin(x) * 2.0)
with fg.config(threads=2):
    want = f(x)
    before = workers.Current.pool
    child = os.fork()
    if not child:
        signal.alarm(30)
        same = np.array_equal(f(x), want) and workers.Current.pool is not before and len(workers.Current.pool.workers) == 1
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert np.array_equal(f(x), want) and workers.Current.pool is before and len(before.workers) == 1
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_large_results_are_new_to_whoever_holds_one():
    x = np.ones(LARGE)
    f = fg.jit(lambda x: np.sin(x) * 2.0)
    first = f(x)
    part = f(x + 1.0)[3:5]  # (only a view is held)
    memory = memoryview(f(x + 2.0))
    others = [f(x + k) for k in range(3, 8)]
    np.testing.assert_array_equal(first, np.sin(x) * 2.0)
    np.testing.assert_array_equal(part, np.sin(x + 1.0)[3:5] * 2.0)
    assert memory[7] == math.sin(3.0) * 2.0 or math.isclose(memory[7], math.sin(3.0) * 2.0)
    assert len({a.ctypes.data for a in [first, *others]}) == 6
    del memory
    address = others.pop().ctypes.data
    assert f(x).ctypes.data == address  # what nobody holds is taken again


@pytest.mark.parametrize(
    "change", ["flags.writeable = False", "shape = (-1, 2)", "dtype = 'int64'", "resize(5, refcheck=False)", "weak"]
)
def test_what_was_changed_in_place_is_not_taken_again(change):
    """A result is its holder's: read-only, of another shape or type, or known to somebody weakly, it is nobody's memory later."""
    x, noted = np.ones((LARGE, 1)), []
    f = fg.jit(lambda x: np.sin(x) * 2.0)
    for _ in range(2):
        y = f(x)
        if change == "weak":
            weakref.finalize(y, noted.append, 1)
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                exec(f"y.{change}", {"y": y})
        del y
        np.testing.assert_array_equal(f(x), np.sin(x) * 2.0)
    assert noted == [1, 1] * (change == "weak")


# ------------------------------------------------------------------------------------------------ callbacks that raise, loops
@pytest.mark.parametrize(
    "inside",
    [
        lambda look, x: (look(x), np.sin(x) * 2.0)[1],
        lambda look, x: fg.lax.scan(lambda c, r: (look(c), (c * r, c))[1], x, np.arange(1.0, 4.0))[0],
        lambda look, x: fg.lax.cond(np.sum(x) > -1e9, lambda y: (look(y), y * 2.0)[1], lambda y: y, x),
    ],
    ids=["plainly", "in a loop", "in a branch"],
)
def test_an_error_in_a_callback_is_itself_and_the_engine_goes_on(inside):
    state = {"raise": False}

    def seen(v):
        if state["raise"]:
            raise LookupError("the user's own")

    f = fg.jit(lambda x: np.exp(inside(lambda v: fg.debug.callback(seen, v), x)) + np.cos(x))
    want = f(X)
    for g in (f, fg.grad(lambda x: f(x).sum()), fg.vmap(f)):
        state["raise"] = True
        with pytest.raises(LookupError, match="the user's own"):
            g(X)
        state["raise"] = False
        g(X)
        np.testing.assert_array_equal(f(X), want)


def test_loops_that_overlap_in_threads():
    def step(c, r):
        y = np.tanh(c @ W) + r
        return y, fnp.sum(y * y, axis=1)

    f = fg.jit(lambda x: fg.lax.scan(step, x, np.arange(20.0)))
    xs = [RNG.normal(size=(6, 8)) for _ in range(4)]
    want = [f(x) for x in xs]
    wrong = []

    def work(k):
        for _ in range(20):
            last, ys = f(xs[k])
            if not (np.array_equal(last, want[k][0]) and np.array_equal(ys, want[k][1])):
                wrong.append(k)

    at_once(work, 4)
    assert not wrong


# ------------------------------------------------------------------------------------------------ signatures
def test_every_signature_gets_its_own_code():
    f = fg.jit(lambda p, k: {"a": p["w"] * k * 2 + 1, "b": [p["b"], None, k]})

    def check(p, k):
        for _ in range(2):
            got = f(p, k)
            assert list(got) == ["a", "b"] and type(got["b"]) is list and got["b"][1] is None
            want = p["w"] * k * 2 + 1
            assert type(got["a"]) is type(want) and np.asarray(got["a"]).dtype == np.asarray(want).dtype
            np.testing.assert_array_equal(got["a"], want)
            assert np.array_equal(got["b"][2], k)

    for w in (np.ones(3), np.ones(4), np.ones((3, 1)), np.ones(3, np.float32), np.float32(2.0), 2.0, 2, True):
        for k in (2.0, 3, np.float32(1.5), np.arange(3.0).reshape(3, 1)):
            check({"w": w, "b": 1.0}, k)
            check({"b": np.ones(2), "w": w}, k)
    with pytest.raises(KeyError):
        f({"w": 1.0, "c": 1.0}, 2.0)
    with pytest.raises(TypeError):
        f({"w": 1.0, "b": 1.0})
    with pytest.raises(TypeError):
        f({"w": 1.0, "b": 1.0}, 1.0, 2.0)
    np.testing.assert_array_equal(f(k=2.0, p={"w": np.ones(3), "b": 1.0})["a"], 5 * np.ones(3))
    np.testing.assert_array_equal(f({"w": np.ones(3).view(np.matrix), "b": 1.0}, 2.0)["a"], 5 * np.ones((1, 3)))


def test_a_compiled_function_in_every_role():
    """After plain calls (which take the short road) it still differentiates, maps, stages and follows what it reads."""
    f = fg.jit(lambda x: np.sin(x) * x)
    x = X[0]
    for _ in range(2):
        np.testing.assert_allclose(f(x), np.sin(x) * x)
        np.testing.assert_allclose(fg.grad(lambda v: f(v).sum())(x), np.cos(x) * x + np.sin(x))
        np.testing.assert_allclose(fg.vmap(f)(X), np.sin(X) * X)
        np.testing.assert_allclose(fg.jit(lambda v: f(v) + f(2.0 * v))(x), np.sin(x) * x + np.sin(2 * x) * 2 * x)
    assert isinstance(f, type(fg.jit(np.sin)).__mro__[0]) and f.__name__ == "<lambda>"
    f.clear_cache()
    np.testing.assert_allclose(f(x), np.sin(x) * x)


def test_nan_traps_see_compiled_functions():
    f = fg.jit(lambda x: np.log(x) * 2.0)
    f(X[0])
    f(X[0])
    with fg.config(check_nans=True), pytest.raises(FloatingPointError, match="log"):
        f(-np.ones(8))
    assert np.isnan(f(-np.ones(8))).all()


def test_stats_count_and_explain():
    f = fg.jit(lambda x, p: x * 2 + p["w"], static_argnames=())
    for x in (1.0, 2.0, np.ones(3), np.ones((2, 3), np.float32), 3.0):
        f(x, {"w": 2.0})
    f(x=1.0, p={"w": 1.0})
    fg.grad(f)(1.0, {"w": 2.0})
    stats = f.stats()
    assert stats.calls == 7 and [c.reason.split(":")[0] for c in stats.compilations] == [
        "the first call",
        "args[0] is float64[3], not a Python float",
        "args[0] is float32[2,3], not a Python float",
        "arguments of another structure",
    ]
    assert stats.compilations[1].nodes == 2 and stats.compilations[1].nbytes == 24
    g = fg.jit(lambda x, n: x * n, static_argnums=1)
    g(1.0, 2), g(1.0, 3), g(1.0, 3)
    assert [c.reason for c in g.stats().compilations] == ["the first call", "other static arguments: 1: 3, not 1: 2"]
    large = fg.jit(lambda x: np.sin(x) * 2.0)
    large(np.ones(LARGE))
    assert large.stats().compilations[0].blocks == 1 and "a region of 2 operations" in str(large.stats())


def test_under_grad_the_short_road_makes_the_node_that_the_general_one_makes():
    """Values, gradients of arrays and numbers, of several arguments and results, with constants between, nested, and twice."""

    def program(p, x, k):
        return np.sum(np.sin(x * p["w"]) * k) + p["b"], np.argmax(x), x * p["b"]

    def loss(f):
        def g(p, x, k):
            a, n, b = f(p, x, k)
            return a * a + fnp.sum(b) * (n + 1)

        return g

    jitted = fg.jit(program)
    x = np.array([0.5, -1.0, 2.0])
    for p, k in (
        ({"w": 1.5, "b": 2.0}, 2.0),
        ({"w": x + 1.0, "b": np.float64(2.0)}, x),
        ({"w": 2, "b": 3.0}, np.float32(2.0)),
    ):
        on = (0, 1) if isinstance(p["w"], float) or isinstance(p["w"], np.ndarray) else 1
        want = fg.grad(loss(program), on)(p, x, k)
        for _ in range(3):
            got = fg.grad(loss(jitted), on)(p, x, k)
            for a, b in zip(fg.tree.leaves(got), fg.tree.leaves(want), strict=True):
                assert type(a) is type(b)
                np.testing.assert_allclose(a, b, rtol=1e-12)
    s = fg.jit(lambda x: x**3)
    for _ in range(3):
        assert (
            fg.grad(s)(2.0) == 12.0
            and fg.grad(fg.grad(s))(2.0) == 12.0
            and fg.vmap(fg.grad(s))(x).tolist() == [0.75, 3.0, 12.0]
        )
    assert fg.grad(fg.jit(lambda x: 1.0 / x))(0.0) == -math.inf


# ------------------------------------------------------------------------------------------------ errors, source
def test_an_error_names_the_users_line():
    def program(a):
        b = a * 0.0
        return np.linalg.inv(b)  # the line

    f = fg.jit(program)
    with pytest.raises(np.linalg.LinAlgError) as caught:
        f(np.eye(3))
    line = program.__code__.co_firstlineno + 2
    assert any(f"{__file__}:{line}" in note for note in caught.value.__notes__)


def test_source_stands_in_linecache_and_quotes_what_users_write():
    key = "'] + __import__('os').abort() + ['\n\"\"\""
    f = fg.jit(lambda p: {key: p[key] * 2.0})
    for _ in range(3):
        assert f({key: 2.0}) == {key: 4.0}
    source = f.source({key: 2.0})
    assert "os" not in source
    assert any(source == "".join(entry[2]) for entry in list(linecache.cache.values()) if len(entry) == 4)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("number", [0.1, 1.14, 1e300, 2, 16777217, float("nan")])
def test_a_number_is_compared_in_the_dtype_of_what_stands_beside_it(dtype, number):
    """NumPy rounds a Python number to a narrower dtype before it compares, and compiled scalars do as well."""
    with np.errstate(all="ignore"):
        for f in (operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge):
            x = dtype(number)
            for given, g in (
                ((x,), lambda x: f(x, number)),  # noqa: B023
                ((x,), lambda x: f(number, x * dtype(1))),  # noqa: B023
                ((x, number), f),
            ):
                assert bool(fg.jit(g)(*given)) == bool(g(*given)), (f, given)


SINGLES = {
    "sin": lambda x: np.sin(x) * 2.0 + x,
    "tanh": lambda x: np.tanh(x * 0.3) ** 2,
    "gelu": lambda x: x * 0.5 * (1.0 + np.tanh(0.8 * (x + 0.044715 * x * x * x))),
    "quotient": lambda x: 1.0 / (x * x + 1e-20),
    "relu": lambda x: fnp.maximum(x, 0.0) * 3,
    "atan": lambda x: np.arctan(x) + np.floor(x),
    "root": lambda x: np.sqrt(np.abs(x)) + np.exp(x),
}


@pytest.mark.parametrize("name", SINGLES)
def test_numbers_of_float32_round_at_every_step(name):
    """Type and value are those of NumPy's scalars, within the rounding of a function; inf, nan and zeros are the same; no warning."""
    f = SINGLES[name]
    jitted, gradient = fg.jit(f), fg.jit(fg.grad(f))
    points = [p for p in (*POINTS, 1e20, 3e38, 88.5, 200.0) if abs(p) < 3.4e38 or not math.isfinite(p)]
    for x in [*map(np.float32, points), np.array(0.7, np.float32)]:
        with np.errstate(all="ignore"):
            want, slope = f(x), fg.grad(f)(x)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for got, due in ((jitted(x), want), (gradient(x), slope)):
                assert type(got) is np.float32 and got.dtype == due.dtype
                np.testing.assert_allclose(got, due, rtol=1e-6, err_msg=f"{name} at {x}")


def test_writes_into_kept_memory_follow_one_another():
    """An array that is written into, and dead then, is not copied for it; one that is read later is."""

    def f(x):
        return fnp.sum(fnp.sin(x[:, 0]) * x[:, 1]) + fnp.sum(x[:, 0] ** 2)

    x = np.arange(80.0).reshape(40, 2)
    slope = np.stack([np.cos(x[:, 0]) * x[:, 1] + 2 * x[:, 0], np.sin(x[:, 0])], axis=1)
    compiled = fg.jit(lambda x: x - fg.grad(f)(x))
    assert "copyto" not in compiled.source(x)  # (the zeros are written all over)
    for _ in range(2):
        np.testing.assert_allclose(compiled(x), x - slope)

    def g(x):
        y = fnp.sin(x)
        a = fg.at(y)[0].set(2.0)
        b = fg.at(fg.at(a)[1:].set(a[:-1]))[2].multiply(3.0)
        return b * y

    a = np.sin(x)
    a[0] = 2.0
    a[1:] = a[:-1].copy()
    a[2] *= 3.0
    np.testing.assert_allclose(fg.jit(g)(x), a * np.sin(x))


@pytest.mark.parametrize("c", [0.25, np.arange(5.0)], ids=["number", "array"])
def test_a_constant_taken_off_twice_beside_doublings(c):
    x = np.linspace(-1.0, 1.0, 5)
    assert np.array_equal(fg.jit(lambda x: x - c - c - 2 * x * 0.5)(x), x - c - c - 2 * x * 0.5)


@pytest.mark.parametrize("shape", [(64, 24), (1280, 24), (3, 20, 24), (7, 5), (4099, 3)], ids=str)
def test_sums_of_rows_are_products_with_ones(shape):
    """Along the first axes; in parts for which BLAS takes no threads; inf and nan stay in their column."""
    axes = tuple(range(len(shape) - 1))
    x = np.random.default_rng(0).standard_normal(shape)
    f = fg.jit(lambda x: fnp.sum(fnp.sin(x), axis=axes))
    assert ("ones.dot" in f.source(x) or "matmul(ones" in f.source(x)) == (shape not in ((7, 5), (4099, 3)))
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 3e-5)):
        got = f(x.astype(dtype))
        np.testing.assert_allclose(got, np.sum(np.sin(x), axes), rtol=tolerance, atol=tolerance)
        assert got.dtype == dtype
    x[(*[2] * len(axes), 1)] = np.nan
    x[(*[1] * len(axes), 0)] = np.inf
    doubled = fg.jit(lambda x: fnp.sum(2 * x, axis=axes))(x)
    assert np.isnan(doubled[1]) and doubled[0] == np.inf and np.isfinite(doubled[2:]).all()


def test_indices_in_range_are_taken_into_memory_that_is_there():
    """An index that is not seen to be in range is refused where it is run; what is added up at one place comes one after the other."""
    rng = np.random.default_rng(0)
    x, i, v = rng.standard_normal(50), rng.integers(-50, 50, (7, 9)), rng.standard_normal((7, 9))

    def f(x, i, v):
        return (
            fg.at(x * 2)[i].add(v),
            fg.at(fnp.zeros(50))[i % 50].add(v * x[i]),
            x[i % 50] * 2,
            x[i],
            fg.at(x)[i].add(v),
        )

    compiled, before = fg.jit(f), x.copy()
    assert compiled.source(x, i, v).count(".take(") == 1 and compiled.source(x, i, v).count("add_at(") == 3
    want = x * 2, np.zeros(50), x[i % 50] * 2, x[i], x.copy()
    for out, index, values in ((want[0], i, v), (want[1], i, v * x[i]), (want[4], i, v)):
        np.add.at(out, index, values)
    for _ in range(2):
        for got, due in zip(compiled(x, i, v), want, strict=True):
            assert np.array_equal(got, due)
        assert np.array_equal(x, before)
    with pytest.raises(IndexError, match="60"):
        compiled(x, np.full((7, 9), 60), v)


def test_rows_of_a_scan_take_memory_that_nobody_holds():
    """Whoever holds a stack of rows keeps it; the operand that each step repeats is repeated once."""

    def f(b, xs):
        return fg.lax.scan(lambda c, x: (fnp.tanh(c + b) * x, c + b), fnp.zeros((16, 8)), xs)

    xs, b = np.linspace(0.5, 1.5, 40), np.linspace(-1.0, 1.0, 8)
    compiled = fg.jit(f)
    first, second = compiled(b, xs)[1], compiled(2 * b, xs)[1]
    at = first.__array_interface__["data"][0]
    kept = first[3]
    values = kept.copy()
    for part, shift in ((first, b), (second, 2 * b)):
        c = np.zeros((16, 8))
        for x, row in zip(xs, part, strict=True):
            np.testing.assert_allclose(row, c + shift)
            c = np.tanh(c + shift) * x
    del first, part
    third = compiled(3 * b, xs)[1]
    assert third.__array_interface__["data"][0] != at  # (a view of it is still held)
    assert np.array_equal(kept, values)
    del kept, third
    fourth = compiled(4 * b, xs)[1]
    np.testing.assert_allclose(fourth[0], np.broadcast_to(4 * b, (16, 8)))


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_few_elements_are_reduced_slice_by_slice(axis):
    """To the bits that NumPy's reductions give; bools are counted, not joined."""
    x = np.random.default_rng(0).standard_normal((40, 3, 2))
    x[3, 1, 0], x[4, 2, 1] = np.nan, -np.inf
    f = fg.jit(lambda x: (x.sum(axis), fnp.max(x * 2, axis), fnp.min(x, axis), fnp.sum(x > 0, axis)))
    assert f.source(x).count("reduce(") == 1
    for got, want in zip(f(x), (x.sum(axis), (x * 2).max(axis), x.min(axis), (x > 0).sum(axis)), strict=True):
        assert np.array_equal(got, want, equal_nan=True) and got.dtype == want.dtype


def test_an_array_that_is_written_all_over_is_not_copied_before():
    x = np.random.default_rng(0).standard_normal((40, 2))

    def swapped(x, y):
        return fg.at(fg.at(fnp.sin(x) + y)[:, 0].set(x[:, 1]))[:, 1].set(x[:, 0]) * 2.0

    def partly(x):
        return fg.at(fg.at(x)[:, 0].set(x[:, 1] * 2.0))[1:, 1].set(x[1:, 0]) * 2.0

    f = fg.jit(lambda x: swapped(x, fg.at(x)[0].set(0.0)) + fnp.cos(x))
    np.testing.assert_allclose(f(x), 2 * x[:, ::-1] + np.cos(x))
    g = fg.jit(lambda x: fg.grad(lambda x: fnp.sum(x[:, 0] * fnp.sin(x[:, 1])))(x) * 3.0)
    assert "copyto" not in g.source(x)
    np.testing.assert_allclose(g(x), 3 * np.stack([np.sin(x[:, 1]), x[:, 0] * np.cos(x[:, 1])], 1))
    h, want = fg.jit(partly), x.copy()
    want[:, 0] = x[:, 1] * 2
    want[1:, 1] = x[1:, 0]
    for _ in range(2):
        np.testing.assert_allclose(h(x), 2 * want)
