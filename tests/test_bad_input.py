"""What jit is given that it cannot keep: programs too large, shapes that overflow, Python side effects. Errors and warnings name the
user's line and what to do."""

import collections
import dataclasses
import importlib
import io
import re
import runpy
import types
import warnings

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.compile.regions import LARGE
from funcgrad.errors import GraphTooLargeError, ShapeError, SideEffectWarning

ONES = np.ones(2)


def endless(x):
    while True:
        x = x * 1.5


def test_a_program_without_an_end_is_refused():
    with fg.config(max_operations=500):
        with pytest.raises(
            RuntimeError, match="operation 501 of the function.*fg.lax.while_loop.*max_operations=1000"
        ) as e:
            fg.jit(endless)(1.0)
        assert type(e.value) is GraphTooLargeError
        assert f"{__file__}:{endless.__code__.co_firstlineno + 2}" in str(e.value)
        assert fg.jit(lambda x: fg.lax.fori_loop(0, 1000, lambda i, c: c + 1.0, x))(0.0) == 1000.0
    assert fg.jit(lambda x: x * 2.0)(1.0) == 2.0


@pytest.mark.parametrize(
    "f, given",
    [
        (lambda x: x[:, None, None] * x[None, :, None] * x[None, None, :], fg.ShapeDtypeStruct((1 << 22,), float)),
        (lambda x: fnp.zeros((1 << 40, 1 << 40)) + x, 1.0),
        (lambda x: x @ x.T, fg.ShapeDtypeStruct((1 << 40, 2), float)),
        (lambda x: fnp.concatenate([x] * 3), fg.ShapeDtypeStruct((1 << 59,), float)),
    ],
)
def test_a_shape_that_overflows_names_the_line(f, given):
    with pytest.raises(ShapeError, match="more than a computer can address") as e:
        fg.jit(f).lower(given)
    assert f"{__file__}:{f.__code__.co_firstlineno}" in str(e.value)


def test_memory_that_there_is_not_names_the_line():
    f = fg.jit(lambda x: x[:, None] * x)
    with pytest.raises(MemoryError) as e:
        f(np.broadcast_to(1.0, 1 << 22))
    assert f"in mul, from {__file__}:{f.f.__code__.co_firstlineno}" in e.value.__notes__
    assert f(ONES).tolist() == [[1.0, 1.0]] * 2  # and the engine goes on


def test_an_error_in_a_block_is_itself_and_names_the_line(monkeypatch):
    """Also where it comes up in a worker."""
    f = fg.jit(lambda x: np.exp(np.sin(x) * 2.0))
    x = np.ones(LARGE)
    want = f(x)
    run, _ = f.graph(x).cache["run"]
    (blocks,) = [v for k, v in run.__globals__.items() if k.startswith("blocks")]
    whole = blocks.whole_block

    def broken(a, out):
        if np.shares_memory(a, x[-1:]):
            raise LookupError("in the last block")
        return whole(a, out)

    for threads in (1, 2):
        with fg.config(threads=threads):
            blocks.whole_block = broken
            with pytest.raises(LookupError, match="in the last block") as e:
                f(x)
            assert f"in 3 operations in blocks, from {__file__}" in e.value.__notes__[0]
            blocks.whole_block = whole
            np.testing.assert_array_equal(f(x), want)


# ------------------------------------------------------------------------------------------------ side effects
KEPT, SEEN, count = [], set(), 0


class Model:
    def __init__(self):
        self.calls = 0

    def counts(self, x):
        self.calls += 1
        return x * 2.0

    def reads(self, x):
        return x * self.calls


def assigns(x):
    global count
    count = count + 1
    return x


def in_a_helper(x):
    return assigns(x) * 2.0


def closed_over():
    n = 0

    def f(x):
        nonlocal n
        n += 1
        return x

    return f


class Slotted:
    __slots__ = ("calls", "log")

    def __init__(self):
        self.calls, self.log = 0, []

    def counts(self, x):
        self.calls += 1
        return x


def keeps(kept, change):
    def f(x):
        change(kept, x)
        return x

    return f


def raised(kept, x):
    kept["calls"] += 1


def written(kept, x):
    kept[1] = 7.0


KEEPS = {
    "a list": (lambda x: (KEPT.append(1), x)[1], "'KEPT', a list, was changed"),
    "a set": (lambda x: (SEEN.add(len(SEEN)), x)[1], "'SEEN', a set, was changed"),
    "a dict": (keeps({}, lambda kept, x: kept.update(x=1)), "'kept', a dict, was changed"),
    "a count in a dict": (keeps({"calls": 0}, raised), "'kept', a dict, was changed"),
    "an entry of a list": (keeps([0.0, 1.0], written), "'kept', a list, was changed"),
    "an ordered dict": (
        keeps(collections.OrderedDict(a=1), lambda kept, x: kept.popitem()),
        "'kept', an OrderedDict, was changed",
    ),
    "a deque": (keeps(collections.deque([1, 2]), lambda kept, x: kept.rotate()), "'kept', a deque, was changed"),
    "a dict of an object": (
        keeps(types.SimpleNamespace(log={}), lambda kept, x: kept.log.update(a=x)),
        "the attribute 'log' of SimpleNamespace, a dict, was",
    ),
    "an array": (keeps(np.zeros(3), written), "'kept', a ndarray, was changed"),
    "a slot": (Slotted().counts, "the attribute 'calls' of Slotted was changed"),
    "a stream": (keeps(io.StringIO(), lambda kept, x: kept.write("staged")), "'kept', a StringIO, was changed"),
    "a global": (assigns, f"'count' was changed while the function was staged at {__file__}:"),
    "a helper's global": (in_a_helper, "'count' was changed"),
    "a closure": (closed_over(), "the variable 'n' outside"),
    "an attribute": (Model().counts, "the attribute 'calls' of Model"),
    "a traced value": (keeps(([],), lambda kept, x: kept[0].append(x * 3.0)), "the traced value of mul, called at"),
}


@pytest.mark.parametrize("name", KEEPS)
def test_a_side_effect_is_warned_of_once(name):
    f, says = KEEPS[name]
    jitted = fg.jit(f)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        jitted(ONES), jitted(ONES)
    assert [w.category for w in caught] == [SideEffectWarning] and caught[0].filename == __file__
    message = str(caught[0].message)
    assert says in message and "not in each call" in message and "fg.debug.callback" in message


def test_what_is_written_to_a_file_is_warned_of(tmp_path):
    with open(tmp_path / "log", "w") as log:
        with pytest.warns(SideEffectWarning, match="'log', a TextIOWrapper, was changed"):
            fg.jit(lambda x: (print("staged", file=log), x)[1])(1.0)


def caught(x):
    kept = []
    kept.append(x * 2.0)
    try:
        float(x)
    except TypeError as error:
        kept.append(error)
    cache = {}
    cache["y"] = x
    return kept[0] + fg.grad(lambda v: (v * v).sum())(x)


TABLE = {"a": [1.0, 2.0], "b": np.arange(3.0), "c": collections.Counter("aab")}


def reads(x):
    """Reads what could be changed, and changes what it has made itself."""
    table = dict(TABLE)
    table["d"] = x * TABLE["c"]["z"]
    row = [*TABLE["a"]]
    row.append(sum(TABLE["b"].tolist()))
    return x * len(row) + sum(sorted(TABLE["a"])) + table["d"]


@pytest.mark.parametrize(
    "f",
    [
        caught,
        Model().reads,
        lambda x: len(KEPT) * x,
        reads,
        fg.grad(lambda x: (x * count).sum()),
        lambda x: fg.jit(caught)(x),
    ],
)
def test_what_stays_inside_is_not_warned_of(f):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fg.jit(f)(ONES)


SCIPY = {  # a call of SciPy's own functions: what is named in its place ("" where there is nothing)
    "special.logsumexp(x)": "funcgrad.scipy.special.logsumexp", "special.softmax(x)": "funcgrad.scipy.special.softmax",
    "stats.norm.logpdf(x)": "funcgrad.scipy.stats.norm.logpdf", "stats.gaussian_kde(x)": "funcgrad.scipy.stats.gaussian_kde",
    "stats.zscore(x)": "", "linalg.expm(x * ONES[:, None])": "funcgrad.scipy.linalg.expm", "optimize.brentq(lambda s: s - x[0], -5, 5)": "",
    "linalg.cholesky(x * ONES[:, None])": "funcgrad.scipy.linalg.cholesky", "signal.lfilter([1.0], [1.0, 0.5], x)": "",
    "signal.convolve(x, x)": "funcgrad.scipy.signal.convolve", "fft.fft(x)": "numpy.fft.fft", "fft.dct(x)": "funcgrad.scipy.fft.dct",
    "integrate.quad(lambda s: s * x[0], 0, 1)": "", "integrate.odeint(lambda y, t: -y, x, ONES)": "funcgrad.autograd.scipy.integrate.odeint",
    "interpolate.CubicSpline(ONES.cumsum(), x)": "", "optimize.minimize(lambda p: np.sum((p - x) ** 2), ONES)": "funcgrad.scipy.optimize.minimize",
}  # fmt: skip


@pytest.mark.parametrize("transform", [fg.grad, fg.jit])
@pytest.mark.parametrize("call", SCIPY)
def test_scipys_own_functions_are_refused_by_name(call, transform):
    module, name = call.partition("(")[0].rpartition(".")[::2]
    scipy = pytest.importorskip("scipy")
    importlib.import_module(f"scipy.{call.partition('.')[0]}")
    f = eval(f"lambda x: scipy.{call}", {"scipy": scipy, "ONES": ONES, "np": np})
    with pytest.raises(TypeError, match=f"^scipy.{module}.{name}: .*(float64|bool).*at <string>:1") as e:
        transform(f)(ONES)
    assert (f"Call {SCIPY[call]}, " if SCIPY[call] else "funcgrad has no twin of it") in str(e.value)


MATH = {  # a call of Python's own functions of numbers: what is named in its place
    "math.sin(x[0]) * x[1]": "numpy.sin", "sin(x[0])": "numpy.sin", "2 * math.erf(x[0])": "funcgrad.scipy.special.erf",
    "cmath.exp(x[0])": "numpy.exp", "math.lgamma(x[0])": "funcgrad.scipy.special.gammaln",
}  # fmt: skip


@pytest.mark.parametrize("transform", [fg.grad, fg.jit, lambda f: fg.vmap(lambda x: f(x))])
@pytest.mark.parametrize("call", MATH)
def test_pythons_functions_of_numbers_are_refused_by_name(call, transform, tmp_path):
    (tmp_path / "program.py").write_text(
        f"import math, cmath\nfrom math import sin\ndef f(x): return {call}\n", encoding="utf-8"
    )
    f = runpy.run_path(str(tmp_path / "program.py"))["f"]
    module = "cmath" if call.startswith("cmath") else "math"
    with pytest.raises(
        TypeError,
        match=rf"^{module}\.{MATH[call].rpartition('.')[2].replace('gammaln', 'lgamma')}: .*float64.*program.py:3",
    ) as e:
        transform(f)(np.ones((2, 3)) if transform not in (fg.grad, fg.jit) else ONES)
    assert f"Call {MATH[call]}, which takes it, in its place." in str(e.value)


def test_a_property_is_not_run_again_for_a_message(tmp_path):
    asked = []

    class Odd:
        @property
        def number(self):
            asked.append(1)
            return float

    odd = Odd()
    with pytest.raises(TypeError, match=r"^float\(x\): a traced"):
        fg.grad(lambda x: odd.number(x))(1.0)
    assert asked == [1]


@dataclasses.dataclass
class Pair:
    a: float
    b: float


class Holder:
    pass


@pytest.mark.parametrize("transform", [fg.grad, fg.jit])
@pytest.mark.parametrize(
    ("value", "cure"),
    [(Pair(1.0, 2.0), "register_dataclass(Pair, ...)"), (Holder(), "register_pytree_node(Holder, ...)")],
)
def test_a_value_of_ones_own_class_may_be_registered(transform, value, cure):
    with pytest.raises(TypeError, match=re.escape(f"or say what is in it, fg.tree.{cure}. ")):
        transform(lambda x: 1.0)(value)


@pytest.mark.parametrize("index", [5, (0, 9), -4, (0, 0, 0)])
def test_a_wrong_index_is_said_of_the_axes_of_a_sample(index):
    x = np.ones((2, 3, 4))
    with pytest.raises(IndexError) as numpys:
        x[0][index]

    def written(v):
        v = v.copy()
        v[index] = 1.0
        return v

    for f in (lambda v: v[index], written):
        with pytest.raises(IndexError) as ours:
            fg.vmap(f)(x)
        assert str(ours.value) == str(numpys.value)
