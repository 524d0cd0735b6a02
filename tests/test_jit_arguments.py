"""What jit takes: static arguments as jax takes them, sizes that must be known, methods; and what a jitted function is as an object."""

import copy
import functools
import inspect
import pathlib
import pickle
import subprocess
import sys
import weakref
from collections import OrderedDict, defaultdict
from typing import NamedTuple

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.errors import ConcretizationError, StaticArgumentError

HERE = pathlib.Path(__file__).name
X = np.arange(4.0)


def product(x, n):
    return x * n


def total(*args):
    return sum(args)


class Unhashable:
    __hash__ = None


# ------------------------------------------------------------------------------------------------ static arguments
@pytest.mark.filterwarnings("ignore::funcgrad.errors.SideEffectWarning")  # (it counts how often it is staged)
@pytest.mark.parametrize("numbers", [1, -1, (1, 1), (1, -1), [1], True, np.int64(1), (0, 1)])
def test_positions_count_from_either_end_and_twice_is_once(numbers):
    seen = []
    f = fg.jit(lambda x, n: (seen.append(n), product(x, n))[1], static_argnums=numbers)
    assert f(2.0, 3) == 6.0 and f(2.0, n=3) == 6.0
    assert seen and all(type(n) is int for n in seen)


def test_kinds_of_arguments():
    assert fg.jit(lambda x, n=2: x * n, static_argnums=1)(1.5) == 3.0
    assert fg.jit(total, static_argnums=5)(1.0, 2) == 3.0  # (there may be a sixth)
    assert fg.jit(total, static_argnums=-1)(1.0, 2) == 3.0
    assert fg.jit(lambda x, *, n: x * n, static_argnames="n")(1.5, n=2) == 3.0
    assert fg.jit(lambda x, **kw: x * kw["n"], static_argnames=("n", "n"))(1.5, n=2) == 3.0


def test_a_static_argument_of_another_type_is_another():
    f = fg.jit(lambda x, n: x * (2 if n is True else 3 if type(n) is int else 5), static_argnums=1)
    assert [f(1.0, n) for n in (1, 1.0, True, 1)] == [3.0, 5.0, 2.0, 3.0]


NO_SUCH = {
    r"static_argnums asks for argument 5, but product takes 2 positional arguments \(x, n\)": {"static_argnums": 5},
    r"static_argnums asks for argument -3, but product takes 2": {"static_argnums": (0, -3)},
    r"static_argnames names 'm', but the arguments of product are x, n": {"static_argnames": "m"},
    r"static_argnums takes ints; got 'n'": {"static_argnums": "n"},
    r"static_argnums takes ints; got 1\.0": {"static_argnums": 1.0},
    r"static_argnames takes names; got 1": {"static_argnames": 1},
}


@pytest.mark.parametrize("words", NO_SUCH)
def test_an_argument_that_there_is_not_is_refused(words):
    for kind in (ValueError, TypeError):  # jax raises one or the other
        with pytest.raises(kind, match=words + r".*" + HERE):
            fg.jit(product, **NO_SUCH[words])


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda f: f(1.0, [2]), r"argument 1 of product is static, so it must be hashable; got list. Use a tuple"),
        (lambda f: f(1.0, X), r"got ndarray. Arrays are not: do not mark them static"),
        (lambda f: f(1.0, n=Unhashable()), r"the argument 'n' of product is static.*got Unhashable"),
        (
            lambda f: fg.jit(lambda n: f(1.0, n))(2),
            r"static, so its value must be known; got a traced array.*outer jit",
        ),
        (lambda f: fg.grad(lambda n: f(1.0, n))(2.0), r"static, so its value must be known; got a traced array"),
    ],
)
def test_what_cannot_be_part_of_a_key_is_named(call, words):
    with pytest.raises(StaticArgumentError, match=words + r".*" + HERE):
        call(fg.jit(product, static_argnums=1))


def test_an_argument_that_is_no_array_is_told_to_be_static():
    with pytest.raises(TypeError, match=r"got str\. Pass it through a closure, or mark it static \(static_argnums\)"):
        fg.jit(product)(1.0, "n")


# ------------------------------------------------------------------------------------------------ sizes
SIZES = [
    "x[:n]", "x[n:, None]", "fnp.zeros(n)", "np.zeros(n)", "fnp.zeros((n, 2))", "fnp.ones((2, n))", "x.reshape(n, -1)",
    "np.reshape(x, (n, -1))", "range(n)", "fnp.arange(n)", "np.arange(n)", "fnp.full((n,), 1.0)", "fnp.full(n, 1.0)",
    "fnp.linspace(0, 1, n)", "np.linspace(0, 1, n)", "np.tile(x, n)", "np.repeat(x, n)", "np.broadcast_to(x, (n, 4))", "fnp.eye(n)", "np.split(x, n)",
    "[1, 2, 3][n]", "fg.at(x)[:n].set(0.0)", "x.__setitem__(slice(None, n), 0.0)", "np.pad(x, n)", "np.pad(x, (0, n))", "int(n)", "[0] * int(n)",
]  # fmt: skip


@pytest.mark.parametrize("text", SIZES)
def test_a_traced_size_is_refused_with_what_to_do(text):
    f = eval(f"lambda x, n: {text}", {"np": np, "fnp": fnp, "fg": fg})  # noqa: S307
    with pytest.raises(ConcretizationError) as caught:
        fg.jit(lambda x, n: (f(x, n), x)[1])(X, 2)
    message = str(caught.value)
    assert "must be known when jit stages" in message and "int64[]" in message
    for remedy in (
        "static_argnums",
        "static_argnames",
        "np.where(np.arange(len(x)) < n, x, 0)",
        "fg.lax.dynamic_slice(x, (start,), (length,))",
    ):
        assert remedy in message
    assert f"{HERE}:" in message or "<string>:1" in message
    with pytest.raises(ConcretizationError, match="same shapes.*mask"):
        fg.vmap(lambda x, n: (f(x, n), x)[1])(np.stack([X, X]), np.arange(2))
    fg.jit(lambda x, n: (f(x, n), x)[1], static_argnums=1)(X, 2)  # the first remedy


def test_the_other_remedies():
    masked = fg.jit(lambda x, n: np.where(np.arange(len(x)) < n, x, 0))
    assert masked(X, 2).tolist() == [0.0, 1.0, 0.0, 0.0] and masked(X, 3).tolist() == [0.0, 1.0, 2.0, 0.0]
    piece = fg.jit(lambda x, start: fg.lax.dynamic_slice(x, (start,), (2,)))
    assert piece(X, 2).tolist() == [2.0, 3.0] and piece(X, 1).tolist() == [1.0, 2.0]


def test_a_traced_number_says_that_it_is_not_known_yet():
    for use in (float, complex, lambda h: h.item(), np.asarray):
        with pytest.raises(
            ConcretizationError, match=r"not one known number under jit.*numpy.*static.*debug\.callback"
        ):
            fg.jit(lambda h, use=use: (use(h), h)[1])(2.0)


# ------------------------------------------------------------------------------------------------ as an object
@fg.jit
def decorated(x):
    """Twice x."""
    return x * 2


class Model:
    def __init__(self, k):
        self.k = k

    @functools.partial(fg.jit, static_argnums=0)
    def method(self, x):
        """k times x."""
        return x * self.k

    @staticmethod
    @fg.jit
    def static(x):
        return x * 2

    @classmethod
    @functools.partial(fg.jit, static_argnums=0)
    def of_class(cls, x):
        return x * 3

    def __call__(self, x):
        return x * self.k


def test_methods():
    m = Model(5)
    assert (m.method(2.0), Model(7).method(2.0), Model.method(m, 2.0)) == (10.0, 14.0, 10.0)
    assert (m.static(2.0), Model.static(2.0), m.of_class(2.0), Model.of_class(2.0)) == (4.0, 4.0, 6.0, 6.0)
    assert (m.method.__name__, m.method.__doc__, str(inspect.signature(m.method))) == ("method", "k times x.", "(x)")


@pytest.mark.parametrize("make", [fg.jit, fg.grad, fg.vmap, fg.value_and_grad, fg.checkpoint, fg.jacfwd, fg.jacrev])
def test_any_callable_is_a_function(make):
    assert str(inspect.signature(make(product))) == "(x, n)"
    assert (make(product).__name__, make(product).__module__, make(product).__wrapped__) == (
        "product",
        __name__,
        product,
    )
    for f in (Model(5), functools.partial(product, n=5), Model(5).__call__):
        out = make(f)(X if make is fg.vmap else 3.0)
        want = {fg.jit: 15.0, fg.checkpoint: 15.0, fg.vmap: X * 5, fg.value_and_grad: (15.0, 5.0)}.get(make, 5.0)
        assert np.array_equal(out, want)


def test_a_jitted_function_is_pickled_by_name_and_copied_as_itself():
    for _ in range(2):
        assert pickle.loads(pickle.dumps(decorated)) is decorated
        assert copy.copy(decorated) is decorated and copy.deepcopy(decorated) is decorated
        assert decorated(2.0) == 4.0
    assert weakref.ref(decorated)() is decorated and decorated in {decorated}
    assert repr(decorated).startswith("<jit of <function decorated at")
    other = pickle.loads(pickle.dumps(fg.jit(product, static_argnums=1)))
    assert other(2.0, 3) == 6.0 and other.static_argnames == ("n",) and other.f is product
    twin = copy.copy(other)
    assert twin is not other and twin(2.0, 4) == 8.0 and len(other.cache) == 1
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(fg.jit(lambda x: x))


# ------------------------------------------------------------------------------------------------ names that there are not
@pytest.mark.parametrize(
    "text, hint",
    [
        ("fg.gradd", "'funcgrad' has no attribute 'gradd'. Did you mean grad?"),
        ("fg.nunpy", "Did you mean numpy?"),
        ("fg.scipyy", "Did you mean scipy?"),
        ("fg.numpy.sine", "'funcgrad.numpy' has no attribute 'sine'. Did you mean sin?"),
        ("fg.tree.mapp", "Did you mean map?"),
        ("fg.cor", "'funcgrad' has no attribute 'cor'"),
        ("fg.lazzy", "'funcgrad' has no attribute 'lazzy'"),
        ("fg.numpy.float_", "Use `np.float64` instead"),
    ],
)
def test_a_name_that_is_missing_leads_to_a_public_one(text, hint):
    with pytest.raises(AttributeError) as caught:
        eval(text)  # noqa: S307
    assert str(caught.value).rstrip(".").endswith(hint.rstrip("."))


def test_python_adds_no_hint_of_its_own():
    got = subprocess.run([sys.executable, "-c", "import funcgrad as fg; fg.gradd"], capture_output=True, text=True)
    assert got.stderr.splitlines()[-1].endswith("module 'funcgrad' has no attribute 'gradd'. Did you mean grad?")


def test_hvp_says_what_it_takes():
    with pytest.raises(
        TypeError, match=r"hvp: primals and tangents must be tuples.*got float and float.*hvp\(f, \(x,\)"
    ):
        fg.hvp(lambda x: x**3, 2.0, 1.0)
    with pytest.raises(TypeError, match=r"got ndarray and tuple"):
        fg.hvp(np.sum, X, (X,))


# ------------------------------------------------------------------------------------------------ containers
class Pair(NamedTuple):
    x: object
    y: object


@fg.tree.register_pytree_node_class
class Scaled:
    """A node with metadata that a result depends on."""

    def __init__(self, values, by):
        self.values, self.by = values, by

    def tree_flatten(self):
        return (self.values,), self.by

    @classmethod
    def tree_unflatten(cls, by, children):
        return cls(*children, by)


def both(t):
    """A number that depends on the class, the order and the metadata of what it is given."""
    if isinstance(t, dict):
        t = list(t.values())
    values, k = (t.values, t.by) if isinstance(t, Scaled) else (t[0] - 2 * t[1], 10 * isinstance(t, Pair))
    return type(t)(*t) if isinstance(t, Pair) else t, values * k + values


CONTAINERS = {
    "namedtuple": (Pair(3.0, X), (3.0, X)),
    "registered": (Scaled(X, 2), Scaled(X, 3)),
    "OrderedDict": (OrderedDict(b=X, a=X + 1), OrderedDict(a=X + 1, b=X)),
    "defaultdict": (defaultdict(list, a=X, b=X + 1), {"a": X, "b": X + 1}),
    "keys that are no strings": ({1: X, 2: X + 1}, {1: X, 3: X + 1}),
}


@pytest.mark.parametrize("what", CONTAINERS)
def test_containers_on_the_short_road(what):
    """What is called again runs the code of its own signature: another class, order or metadata is another function."""
    f = fg.jit(both)
    for t in [*CONTAINERS[what] * 3]:
        (tree, got), (_, want) = f(t), both(t)
        np.testing.assert_array_equal(got, want)
        assert fg.tree.structure(tree) == fg.tree.structure(both(t)[0])
    assert len(f.compilations) == 2
    assert np.all(fg.grad(lambda x: fg.jit(both)(Scaled(x, 4))[1].sum())(X) == 5.0)


def test_results_that_are_one_array_or_an_argument_are_made_apart():
    f = fg.jit(lambda x, y: (x, (z := x * 2, z), y, x))
    for _ in range(3):
        leaves = fg.tree.leaves(f(X, X))
        assert len({v.ctypes.data for v in (X, *leaves)}) == 6
