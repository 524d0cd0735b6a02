"""debug.print and debug.callback: what is seen, when and how often, under every transform. jax says what the logs are."""

import inspect
import pathlib
import types

import jax
import numpy as np
import pytest

import compat as torch
import funcgrad as fg

HERE = pathlib.Path(__file__).name
X = np.array([1.0, 2.0, 3.0])
JIT = pytest.mark.parametrize("jit", [fg.jit, lambda f: f], ids=["jit", "eager"])

OURS = types.SimpleNamespace(
    numpy=np,
    **{
        name: getattr(fg, name)
        for name in "jit grad jvp vjp linearize checkpoint custom_vjp hessian jacfwd jacrev".split()
    },
)


def call(lib, log, *args, **kwargs):
    """Note the values, as lists, in the log."""

    def note(*args, **kwargs):
        log.append(jax.tree.map(lambda v: v if isinstance(v, str) else np.asarray(v).tolist(), (args, kwargs)))

    debug = fg.debug if lib is OURS else jax.debug
    debug.callback(note, *args, ordered=True, **kwargs)


def seen_by(f, lib, log):
    def g(x):
        call(lib, log, "x", x, twice={"x": (x * 2.0, None)})
        y = f(lib, x)
        call(lib, log, y, "y")
        call(lib, log, "nothing")
        return y

    return g


def body(lib, x):
    return lib.numpy.sin(x) * x


def with_rule(lib, log):
    f = lib.custom_vjp(lambda x: (call(lib, log, "value", x), x * 3.0)[1])

    def forward(x):
        call(lib, log, "forward", x)
        return x * 3.0, x

    def backward(x, ct):
        call(lib, log, "backward")
        call(lib, log, x, ct)
        return (ct * x,)

    f.defvjp(forward, backward)
    return f


def twice(lib, f):
    pull = lib.vjp(f, 2.0)[1]
    return pull(1.0), pull(3.0)


def linear(lib, f):
    push = lib.linearize(f, 2.0)[1]
    return push(1.0), push(3.0)


PROGRAMS = {
    "jit": lambda lib, f: lib.jit(f)(2.0),
    "eager": lambda lib, f: f(2.0),
    "result not used": lambda lib, f: lib.jit(lambda x: (lib.jit(f)(x), 1.0)[1])(2.0),
    "grad of jit": lambda lib, f: lib.grad(lib.jit(f))(2.0),
    "jit of grad": lambda lib, f: lib.jit(lib.grad(f))(2.0),
    "grad": lambda lib, f: lib.grad(f)(2.0),
    "jvp of jit": lambda lib, f: lib.jvp(lib.jit(f), (2.0,), (1.0,)),
    "jit of jvp": lambda lib, f: lib.jit(lambda x: lib.jvp(f, (x,), (1.0,)))(2.0),
    "pulled back twice": lambda lib, f: twice(lib, lib.jit(f)),
    "linearize": lambda lib, f: linear(lib, f),
    "linearize of jit": lambda lib, f: linear(lib, lib.jit(f)),
    "grad of grad of jit": lambda lib, f: lib.grad(lib.grad(lib.jit(f)))(2.0),
    "grad of jit of checkpoint": lambda lib, f: lib.grad(lib.jit(lib.checkpoint(f)))(2.0),
    "jit of grad of checkpoint": lambda lib, f: lib.jit(lib.grad(lib.checkpoint(f)))(2.0),
    "jacfwd of jit": lambda lib, f: lib.jacfwd(lib.jit(f))(X),
    "jacrev of jit": lambda lib, f: lib.jacrev(lib.jit(f))(X),
    "hessian of jit": lambda lib, f: lib.hessian(lambda x: lib.numpy.sum(lib.jit(f)(x)))(X),
    "outer value in jit": lambda lib, f: lib.grad(lambda x: lib.jit(lambda y: (f(x), y * x)[1])(1.0))(2.0),
}
RULES = {
    "jit": lambda lib, f: lib.jit(f)(2.0),
    "grad of jit": lambda lib, f: lib.grad(lib.jit(f))(2.0),
    "jit of grad": lambda lib, f: lib.jit(lib.grad(f))(2.0),
    "pulled back twice": lambda lib, f: twice(lib, lib.jit(f)),
}


def logged(lib, program, make):
    log = []
    program(lib, make(lib, log))
    program(lib, make(lib, log))
    jax.effects_barrier()
    return log


def same(ours, theirs):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        a, b = jax.tree.flatten(a), jax.tree.flatten(b)
        assert a[1] == b[1]
        for v, w in zip(a[0], b[0], strict=True):
            assert v == w if isinstance(v, str) else np.allclose(v, w, rtol=1e-12)


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_seen_is_what_jax_shows(name):
    def make(lib, log):
        return seen_by(body, lib, log)

    same(logged(OURS, PROGRAMS[name], make), logged(jax, PROGRAMS[name], make))


@pytest.mark.parametrize("name", RULES)
def test_rules_are_seen_as_jax_shows_them(name):
    same(logged(OURS, RULES[name], with_rule), logged(jax, RULES[name], with_rule))


# ------------------------------------------------------------------------------------------------ vmap
@JIT
def test_vmap_shows_all_samples_at_once_where_jax_shows_each(jit):
    """The rows of what we show are what jax shows, one sample after another."""

    def f(lib, log):
        return lambda x, k: (call(lib, log, x, x * k), call(lib, log, k))[0]

    ours, theirs = [], []
    fg.vmap(jit(f(OURS, ours)), (1, None))(np.arange(6.0).reshape(2, 3), 5.0)
    jax.vmap(f(jax, theirs), (1, None))(np.arange(6.0).reshape(2, 3), 5.0)
    jax.effects_barrier()
    (((x, y), _), ((k,), _)) = ours
    each = [args for args, _ in theirs if len(args) == 2]
    assert sorted(zip(x, y, strict=True)) == sorted(map(tuple, each))
    assert len(x) == 3
    assert k == 5.0


@JIT
def test_nested_vmap_puts_the_outer_axis_first(jit, capsys):
    f = jit(lambda x, y: (fg.debug.print("{} {}", x, x + y), x)[1])
    fg.vmap(fg.vmap(f, (None, 0)), (0, None))(np.array([0.0, 10.0]), np.array([1.0, 2.0, 3.0]))
    assert capsys.readouterr().out == "[ 0. 10.] [[ 1.  2.  3.]\n [11. 12. 13.]]\n"


# ------------------------------------------------------------------------------------------------ printing
@JIT
def test_print_takes_what_a_format_string_takes(jit, capsys):
    @jit
    def f(x):
        fg.debug.print("{:>4d} {a} {b[0]} {s!r} {t} {x:.2f}", 7, a=None, b=[x], s="s", t=("t", x), x=x)
        fg.debug.print("plain")
        return x

    f(2.5)
    f(2.5)
    assert capsys.readouterr().out == "   7 None 2.5 's' ('t', 2.5) 2.50\nplain\n" * 2


@JIT
def test_print_of_arrays(jit, capsys):
    jit(lambda x: fg.debug.print("{} {:.1f} {y:.2e}", x, x[0], y=np.sin(x)))(np.zeros(2))
    assert capsys.readouterr().out == "[0. 0.] 0.0 [0.00e+00 0.00e+00]\n"


def test_every_run_prints_also_on_the_quick_road(capsys):
    f = fg.jit(lambda x: (fg.debug.print("{}", x), x * 2.0)[1])
    for k in range(3):
        f(np.array(float(k)))
    assert capsys.readouterr().out == "0.0\n1.0\n2.0\n"


def test_looking_at_shapes_prints_nothing(capsys):
    f = lambda x: (fg.debug.print("{}", x), x)[1]  # noqa: E731
    fg.eval_shape(f, 1.0)
    fg.make_graph(f)(1.0)
    fg.jit(f).source(1.0)
    assert capsys.readouterr().out == ""


def test_outer_values_are_those_of_each_call(capsys):
    """The compiled function is kept between calls; what it shows of an enclosing transform's value is not."""
    inner = fg.jit(lambda y, box: (fg.debug.print("{}", box[0]), y)[1], static_argnums=1)

    class Box(list):
        __hash__ = object.__hash__

    box = Box([None])

    def f(x):
        box[0] = x
        return inner(1.0, box) * x

    fg.grad(f)(2.0)
    fg.grad(f)(3.0)
    assert capsys.readouterr().out == "2.0\n3.0\n"


# ------------------------------------------------------------------------------------------------ callback
@JIT
def test_callback_is_given_plain_values(jit):
    """Numbers for numbers, ndarrays of the same dtype for arrays, anything else as it is, by position and by name."""
    seen = []
    marker = object()

    def f(x, y):
        got = fg.debug.callback(
            lambda *args, **kwargs: seen.append((args, kwargs)), x, {"b": [x + 1, marker], "a": None}, 3, "s", k=y * 2
        )
        assert got is None
        return x

    jit(f)(np.float32([1, 2]), 2.5)
    ((x, tree, three, s), kwargs) = seen[0]
    assert type(x) is np.ndarray and x.dtype == np.float32 and x.tolist() == [1, 2]
    assert tree["b"][0].tolist() == [2, 3] and tree["b"][1] is marker and tree["a"] is None
    assert (three, s, kwargs) == (3, "s", {"k": 5.0}) and type(kwargs["k"]) is float


@JIT
def test_callback_owns_what_it_is_given(jit):
    """It may write into it and keep it: nothing computed sees that, and nothing later changes what was kept."""
    kept = []

    def note(x):
        kept.append(x)
        x *= 0

    def f(x):
        fg.debug.callback(note, x)
        y = x * 2
        fg.debug.callback(note, y)
        fg.debug.callback(note, constant)
        return y + x + constant

    constant, x = np.ones(3), X.copy()
    g = jit(f)
    for _ in range(2):
        assert g(x).tolist() == [4.0, 7.0, 10.0]
        assert fg.grad(lambda x: g(x).sum())(x).tolist() == [3.0] * 3
    assert x.tolist() == X.tolist() and constant.tolist() == [1.0] * 3
    assert len(kept) == 12
    assert not any(np.shares_memory(a, b) for i, a in enumerate(kept) for b in [x, constant, *kept[:i]])


def test_callback_may_use_the_library_and_jit():
    seen = []
    inner = fg.jit(fg.grad(lambda x: np.sum(x * x)))
    fg.jit(lambda x: fg.debug.callback(lambda v: seen.append(inner(v).tolist()), x))(X)
    assert seen == [[2.0, 4.0, 6.0]]


@JIT
@pytest.mark.parametrize("transform", [lambda f: f, fg.grad, lambda f: fg.vmap(f)], ids=["plain", "grad", "vmap"])
def test_an_error_in_the_callback_is_raised_with_the_line(jit, transform):
    def refuse(x):
        raise KeyError("mine")

    def f(x):
        fg.debug.callback(refuse, x)
        return x * x

    with pytest.raises(KeyError, match="mine") as caught:
        transform(jit(f))(X if transform is not fg.grad else 2.0)
    lines, first = inspect.getsourcelines(f)
    assert f"{HERE}:{first + 1}" in caught.value.__notes__[0]


@JIT
@pytest.mark.parametrize("transform", [fg.grad, lambda f: lambda x: fg.jvp(f, (x,), (x,))], ids=["grad", "jvp"])
def test_a_callback_that_raises_is_called_once(jit, transform):
    """Also where errors of Python's arithmetic lead to a second try with NumPy's."""
    seen = []

    def refuse(x):
        seen.append(x)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        transform(jit(lambda x: (fg.debug.callback(refuse, x), x * x)[1]))(2.0)
    assert seen == [2.0]


@JIT
def test_arguments_may_have_any_name(jit, capsys):
    seen = []
    jit(lambda x: fg.debug.callback(lambda **names: seen.append(names), f=x, callback=x, structure=x))(2.0)
    jit(lambda x: fg.debug.print("{form} {callback}", form=x, callback=x))(2.0)
    assert seen == [dict.fromkeys(["f", "callback", "structure"], 2.0)] and capsys.readouterr().out == "2.0 2.0\n"


@JIT
def test_a_wrong_format_string_is_an_error_with_the_line(jit):
    def f(x):
        fg.debug.print("{} {}", x)

    with pytest.raises(IndexError) as caught:
        jit(f)(1.0)
    assert f"{HERE}:{inspect.getsourcelines(f)[1] + 1}" in caught.value.__notes__[0]


def test_callback_of_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match=r"debug.callback.*must be a function; got float.*test_debug.py:\d+"):
        fg.debug.callback(1.0)


# ------------------------------------------------------------------------------------------------ Tensors
@JIT
def test_tensors_are_seen_as_arrays(jit):
    seen = []

    def f(t):
        t = t * 2
        fg.debug.callback(seen.append, t)
        return (t * t).sum()

    t = torch.tensor([1.0, 2.0], requires_grad=True)
    (g,) = torch.autograd.grad(jit(f)(t), t, create_graph=True)
    torch.autograd.grad(g.sum(), t)
    assert [v.tolist() for v in seen] == [[2.0, 4.0]] and type(seen[0]) is np.ndarray
