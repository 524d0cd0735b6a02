"""Bad input to the functional face, one test or more for each row of complaints that concerns it.

Each asserts the type a user would catch, the words that say what to do, the user's own file and line, and that what the
user owns is as it was. Figures are closed forms.
"""

import inspect
import pathlib
import warnings

import numpy as np
import pytest

import compat as torch
import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad import errors
from funcgrad.core import tracebacks
from tests.raised import line, line_in, refused, told

HERE = pathlib.Path(__file__).name


@pytest.fixture
def checking():
    with fg.config(check_nans=True):
        yield


def test_every_error_is_one_that_python_knows():
    kinds = [k for k in vars(errors).values() if inspect.isclass(k) and issubclass(k, (errors.FuncgradError, Warning))]
    assert len(kinds) > 10
    for kind in kinds:
        builtin = {b for b in kind.__mro__ if b.__module__ == "builtins"} - {Exception, BaseException, object, Warning}
        assert builtin or kind is errors.FuncgradError, kind


# ------------------------------------------------------------------------------------------------ rows 1, 11
def test_row_01_assignment_into_a_plain_array_names_the_line_and_the_remedies():
    work = np.arange(3.0)

    def f(x):
        work[1] = x * x
        return work.sum()

    text = told(
        errors.ConversionError,
        lambda: fg.grad(f)(3.0),
        "float64[]",
        "funcgrad.numpy",
        "numpy=True",
        line_in(f, "work[1]"),
    )
    assert "derivative would be lost" in text
    assert work.tolist() == [0.0, 1.0, 2.0]
    for kind in (TypeError, ValueError):  # what float(x) and what NumPy's assignment raise
        refused(kind, lambda: fg.grad(f)(3.0))


def test_row_01_assignment_into_an_array_made_inside_differentiates():
    def f(x):
        a = fnp.zeros(2)
        a[0] = x * x
        a[1] += a[0]
        return a.sum()

    assert fg.grad(f)(3.0) == 12.0


@pytest.mark.parametrize(
    "leak", [float, complex, np.asarray, lambda x: x.item(), lambda x: x.tolist(), lambda x: [0][x]]
)
def test_row_11_a_traced_value_never_becomes_a_plain_one_in_silence(leak):
    text = told(errors.ConversionError, lambda: fg.grad(lambda x: leak(x))(3.0), "derivative would be lost", "value_of")
    assert HERE in text


def test_row_11_plain_numpy_functions_differentiate():
    assert fg.grad(lambda x: np.sum(np.exp(x) * 2))(np.zeros(2)).tolist() == [2.0, 2.0]


# ------------------------------------------------------------------------------------------------ row 2
def test_row_02_a_tensor_that_a_functional_derivative_kept_names_the_save_and_the_change():
    t = torch.ones(2)

    def f(x):
        y = (x * t).sum()
        t.add_(1.0)
        return y

    text = told(errors.ModifiedError, lambda: fg.grad(f)(torch.ones(2)), "version 0 was kept", "x.clone()")
    assert f"changed in place at {pathlib.Path(__file__).parent / line_in(f, 't.add_(1.0)')}" in text
    assert f"kept by mul, called at {pathlib.Path(__file__).parent / line_in(f, 'y = (x * t)')}" in text
    assert t.tolist() == [2.0, 2.0]  # (what the function did to it)
    refused(RuntimeError, lambda: fg.grad(f)(torch.ones(2)))


def test_row_02_the_error_can_be_told_the_save():
    error = errors.ModifiedError("a value was changed.")
    error.name_save("mul", "a.py:3")
    error.name_save("add", "b.py:4")  # (an outer walk: the inner one knew better)
    assert str(error) == "a value was changed. It was kept by mul, called at a.py:3."


# ------------------------------------------------------------------------------------------------ row 6
def branch(x):
    return x * x if x > 0 else -x


def test_row_06_bool_of_a_staged_value():
    text = told(errors.ConcreteBoolError, lambda: fg.jit(branch)(3.0), "under jit", "where", "static")
    assert line_in(branch, "if x > 0") in text


def test_row_06_bool_of_a_mapped_value():
    x = np.ones(2)
    text = told(errors.ConcreteBoolError, lambda: fg.vmap(branch)(x), "under vmap", "np.where(condition, a, b)")
    assert line_in(branch, "if x > 0") in text
    assert x.tolist() == [1.0, 1.0]


def test_row_06_values_are_known_under_grad_and_jvp():
    assert fg.grad(branch)(3.0) == 6.0 and fg.grad(branch)(-3.0) == -1.0
    assert fg.jvp(branch, (3.0,), (1.0,)) == (9.0, 6.0)


# ------------------------------------------------------------------------------------------------ rows 7, 24
def test_row_07_print_shows_the_numbers(capsys):
    look = lambda x: (print(x), x * 2.0)[1]  # noqa: E731
    fg.grad(look)(3.5)
    fg.jvp(look, (4.5,), (1.0,))
    fg.vmap(look)(np.array([5.5, 6.5]))
    fg.grad(lambda x: fg.vmap(look)(x).sum())(np.array([7.5, 8.5]))
    lines = capsys.readouterr().out.splitlines()
    assert [("3.5" in lines[0]), ("4.5" in lines[1]), ("5.5, 6.5" in lines[2]), ("7.5, 8.5" in lines[3])] == [True] * 4
    assert "grad" in lines[0] and "jvp" in lines[1] and "vmap" in lines[2]


def test_row_07_print_under_jit_shows_the_aval(capsys):
    fg.jit(lambda x: (print(x), x * 2.0)[1])(np.ones(3))
    assert "float64[3] under jit" in capsys.readouterr().out


def test_row_07_debug_print_shows_plain_values(capsys):
    def f(x):
        fg.debug.print("x={} y={y:.2f} {t}", x, y=x * 2.0, t={"k": x})
        return x * x

    assert fg.grad(f)(1.5) == 3.0
    assert fg.jvp(f, (1.5,), (1.0,)) == (2.25, 3.0)
    assert fg.vmap(f)(np.array([1.0, 2.0])).tolist() == [1.0, 4.0]
    one, two, three = capsys.readouterr().out.splitlines()
    assert one == two == "x=1.5 y=3.00 {'k': 1.5}"
    assert three.startswith("x=[1. 2.] y=[2.00 4.00]")


def test_row_07_debug_print_under_jit_shows_the_values_of_each_run(capsys):
    f = fg.jit(lambda x: (fg.debug.print("x={}", x), x * 2.0)[1])
    assert [f(1.5), f(2.5)] == [3.0, 5.0]
    assert capsys.readouterr().out.split() == ["x=1.5", "x=2.5"]


def test_row_24_value_of_reaches_through_every_level():
    seen = []

    def f(x):
        seen.append(fg.value_of(x))
        return x**3

    assert fg.grad(fg.grad(f))(2.0) == 12.0
    assert seen == [2.0]
    fg.vmap(fg.grad(f))(np.array([1.0, 2.0]))
    assert type(seen[1]) is np.ndarray and seen[1].tolist() == [1.0, 2.0]
    seen[1][0] = 9.0  # a copy: the user's to write


def test_row_24_repr_is_that_of_an_array():
    reprs = []
    fg.grad(lambda x: (reprs.append(repr(x)), x.sum())[1])(np.array([1.0, 2.0]))
    assert reprs[0].startswith("array([1., 2.])")


def test_row_24_value_of_a_staged_value_refuses():
    refused(errors.ConcretizationError, lambda: fg.jit(lambda x: fg.value_of(x))(1.0), "no value yet", line())


# ------------------------------------------------------------------------------------------------ row 10
def test_row_10_a_function_without_a_rule_is_named(tmp_path):
    target = tmp_path / "x.npy"
    f = lambda x: np.save(target, x)  # noqa: E731
    text = told(errors.NotDifferentiableError, lambda: fg.grad(f)(np.ones(2)), "numpy.save", "custom_vjp", "value_of")
    assert line_in(test_row_10_a_function_without_a_rule_is_named, "np.save(") in text
    assert not target.exists()


def test_row_10_the_nearest_covered_are_named():
    day = lambda x: np.busday_count(x, x)  # noqa: E731
    assert "bincount" in told(TypeError, lambda: fg.grad(day)(np.ones(2)), "The nearest covered:")


# ------------------------------------------------------------------------------------------------ row 15
def rooted(x):
    return np.sum(np.where(x > 0, np.sqrt(x), 0.0))


def test_row_15_the_rule_that_makes_the_first_nan_is_named(checking):
    x = np.array([0.0, 4.0])
    text = told(errors.NaNError, lambda: fg.grad(rooted)(x), "the derivative of sqrt", "cotangent = [0.", "where(ok, x")
    assert line_in(rooted, "np.sqrt") in text
    assert x.tolist() == [0.0, 4.0]
    refused(FloatingPointError, lambda: fg.grad(rooted)(x))


def test_row_15_the_operation_that_makes_the_first_nan_is_named(checking):
    def f(x):
        y = x - x
        z = y / y
        return np.sum(z * 2.0)

    with np.errstate(all="ignore"):
        text = told(errors.NaNError, lambda: fg.grad(f)(np.ones(2)), "div", "input 0 = [0., 0.]")
        assert line_in(f, "y / y") in text
        assert line_in(f, "y / y") in told(errors.NaNError, lambda: fg.vmap(f)(np.ones((3, 2))), "div")
        assert line_in(f, "y / y") in told(errors.NaNError, lambda: fg.jvp(f, (np.ones(2),), (np.ones(2),)), "div")


def test_row_15_where_the_infinity_began_is_named(checking):
    def norm(x):
        s = np.sum(x * x)
        return np.sqrt(s)

    text = told(errors.NaNError, lambda: fg.grad(norm)(np.zeros(2)), "the derivative of mul", "The inf came from")
    assert line_in(norm, "np.sqrt(s)") in text and line_in(norm, "np.sum(x * x)") in text


def test_row_15_second_order_and_the_tangents(checking):
    assert "sqrt" in told(errors.NaNError, lambda: fg.grad(fg.grad(rooted))(0.0))
    f = lambda x: np.sqrt(x) * 0.0  # noqa: E731
    refused(errors.NaNError, lambda: fg.jvp(f, (0.0,), (1.0,)), "the tangent", HERE)


def test_row_15_a_nan_that_was_given_is_no_error(checking):
    assert np.isnan(fg.grad(lambda x: np.sum(np.sqrt(x)))(np.array([np.nan]))).all()
    assert fg.grad(rooted)(np.array([4.0])).tolist() == [0.25]


def test_row_15_off_by_default_and_given_back():
    before = fg.core.nans.Record.process
    assert np.isnan(fg.grad(rooted)(0.0))
    with fg.config(check_nans=True) as settings:
        assert settings.check_nans
        assert fg.core.nans.Record.process is not before
        with fg.config(check_nans=False):
            assert np.isnan(fg.grad(rooted)(0.0))
        refused(errors.NaNError, lambda: fg.grad(rooted)(0.0))
    assert fg.core.nans.Record.process is before and fg.core.nans.Record.flat
    fg.config(check_nans=True)  # from now on
    try:
        refused(errors.NaNError, lambda: fg.grad(rooted)(0.0))
    finally:
        fg.config(check_nans=False)
    assert np.isnan(fg.grad(rooted)(0.0))


def test_row_15_a_wrong_setting_is_named():
    refused(TypeError, lambda: fg.config(check_nan=True), "'check_nan'", "the settings are check_nans", line())
    refused(TypeError, lambda: fg.config(check_nans=1), "must be of type bool; got 1", line())


# ------------------------------------------------------------------------------------------------ row 19
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_row_19_the_inputs_decide_the_dtype(dtype):
    x = np.ones(3, dtype)
    f = lambda x: np.sum(np.sin(x) * 2.0)  # noqa: E731
    assert fg.grad(f)(x).dtype == fg.jit(f)(x).dtype == fg.vmap(lambda x: x * 2.0)(x).dtype == dtype


# ------------------------------------------------------------------------------------------------ row 20
def test_row_20_a_dropped_update_warns():
    x = np.zeros(3)
    with pytest.warns(errors.DroppedResultWarning, match=r"the result is dropped.*x = fg.at\(x\)") as caught:
        fg.at(x)[0].set(1.0)
    assert pathlib.Path(caught[0].filename).name == HERE
    assert caught[0].lineno == int(line_in(test_row_20_a_dropped_update_warns, "[0].set(1.0)").rpartition(":")[2])
    assert x.tolist() == [0.0, 0.0, 0.0]


def test_row_20_a_used_update_does_not_warn():
    x = np.zeros(3)
    with warnings.catch_warnings(action="error"):
        y = fg.at(x)[0].set(1.0)
        assert [fg.at(y)[i].add(2.0).sum() for i in range(2)] == [3.0, 3.0]
        assert fg.grad(lambda x: x.at[0].set(1.0).sum())(x).tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "name, expected",
    [
        ("set", [7.0, 2.0, 7.0]), ("add", [15.0, 2.0, 10.0]), ("subtract", [-13.0, 2.0, -4.0]),
        ("multiply", [49.0, 2.0, 21.0]), ("divide", [1 / 49, 2.0, 3 / 7]), ("min", [1.0, 2.0, 3.0]),
        ("max", [7.0, 2.0, 7.0]),
    ],
)  # fmt: skip
def test_row_20_updates_with_repeated_indices(name, expected):
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(getattr(fg.at(x)[np.array([0, 2, 0])], name)(7.0), expected, rtol=1e-15)
    np.testing.assert_allclose(fg.jit(lambda x: getattr(x.at[np.array([0, 2, 0])], name)(7.0))(x), expected, rtol=1e-15)
    assert x.tolist() == [1.0, 2.0, 3.0]


def test_row_20_updates_differentiate():
    x = np.array([1.0, 2.0, 3.0])
    gx, gv = fg.grad(lambda x, v: np.sum(fg.at(x)[1:].multiply(v) ** 2), (0, 1))(x, 2.0)
    assert gx.tolist() == [2.0, 16.0, 24.0]  # 2 x, 2 x v^2
    assert gv == 52.0  # 2 v (4 + 9)
    assert fg.at(x)[1].get() == 2.0


def test_row_20_what_is_no_array_is_refused():
    refused(TypeError, lambda: fg.at([1.0, 2.0]), "got list", "np.asarray(x)", line())
    x = np.zeros(2)
    refused(IndexError, lambda: fg.at(x)[5].set(1.0), "5")
    assert x.tolist() == [0.0, 0.0]


# ------------------------------------------------------------------------------------------------ row 23
def test_row_23_integers_are_refused_with_the_cure():
    refused(errors.ArgumentError, lambda: fg.grad(np.tanh)(2), "int64[]", "Pass 2.0", "allow_int=True", line())
    x = np.arange(3)
    refused(TypeError, lambda: fg.grad(lambda x: x.sum())(x), "int64[3]", "x.astype(float)", line())
    refused(TypeError, lambda: fg.jvp(np.sin, (2,), (1.0,)), "int64[]", "Pass 2.0", line())
    assert x.tolist() == [0, 1, 2]


@pytest.mark.parametrize("transform", ["grad", "value_and_grad", "jacfwd", "jacrev", "hessian"])
def test_argnums_that_name_no_argument(transform):
    def made(argnums):
        return getattr(fg, transform)(lambda x, y: x * y * y, argnums=argnums)

    for wrong in ("y", 1.5, None, (0, "y")):
        refused(TypeError, lambda wrong=wrong: made(wrong), f"{transform}: argnums takes", repr(wrong), HERE)
    for wrong in (2, -3, (0, 5)):  # (jacfwd once counted round, and differentiated another argument)
        text = f"{transform}: argnums asks for argument"
        refused(TypeError, lambda wrong=wrong: made(wrong)(1.0, 2.0), text, HERE)
    last = made(-1)(2.0, 3.0)
    assert (last[1] if transform == "value_and_grad" else last) == (4.0 if transform == "hessian" else 12.0)


def test_a_structure_where_a_scalar_belongs_is_named():
    refused(TypeError, lambda: fg.grad(lambda x: {"a": x, "b": x})(1.0), "grad: ", "got dict of 2", "jacobian", HERE)
    refused(
        TypeError,
        lambda: fg.value_and_grad(lambda x: (x, 1))(1.0),
        "value_and_grad: ",
        "got tuple of 2",
        "has_aux=True",
    )


def test_the_body_of_a_loop_is_named_by_its_own_line():
    def body(x):
        return "a"

    refused(
        TypeError,
        lambda: fg.lax.while_loop(lambda x: x < 3, body, 0),
        "while_loop: the result of body at",
        line_in(body, "def body"),
    )


def test_row_23_other_arguments_that_cannot_be_differentiated():
    refused(TypeError, lambda: fg.grad(np.sin)("a"), "got str", line())
    refused(TypeError, lambda: fg.grad(np.sin)(1j), "holomorphic=True", line())
    refused(TypeError, lambda: fg.grad(lambda x: x * 2)(np.ones(3)), "scalar; got float64[3]", "jacobian", line())
    refused(TypeError, lambda: fg.grad(3.0), "must be a function; got float", line())
    refused(ValueError, lambda: fg.vmap(np.add)(np.ones(3), np.ones(4)), "has 3", "has 4", line())


# ------------------------------------------------------------------------------------------------ tracebacks
def entries(error):
    """[(file, function, line)] of an error's traceback, the outermost first, from the test's own file on."""
    found = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        found.append((pathlib.Path(code.co_filename), code.co_name, traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def raised_by(f):
    try:
        f()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


PACKAGES = [pathlib.Path(fg.__file__).parent, pathlib.Path(torch.__file__).parent]


def internal_entries(error):
    return [e for e in entries(error) if any(p in e[0].parents for p in PACKAGES) or e[0].name.startswith("<")]


def outer(x):
    return deepest(x)


def deepest(x):
    return x.sum() + "a"


@pytest.mark.parametrize(
    "transform",
    [fg.grad, fg.vmap, fg.jit, lambda f: fg.grad(fg.jit(fg.vmap(f))), lambda f: fg.vmap(fg.grad(fg.grad(f)))],
    ids=["grad", "vmap", "jit", "grad jit vmap", "vmap grad grad"],
)
def test_traceback_of_a_users_error_shows_the_users_frames(transform):
    error = raised_by(lambda: transform(outer)(np.ones((2, 3))))
    assert type(error) is TypeError
    assert [name for path, name, _ in entries(error) if path.name == HERE][-2:] == ["outer", "deepest"]
    assert entries(error)[-1][1] == "deepest"  # nothing of ours below the user's line, and none between the user's
    names = [path.name == HERE for path, _, _ in entries(error)]
    assert names == sorted(names[: names.index(False)], reverse=True) + sorted(names[names.index(False) :])
    assert error.__cause__ is None and error.__context__ is None


V = np.ones(3)
ENTRIES = {
    "grad": lambda f: fg.grad(f)(V),
    "value_and_grad": lambda f: fg.value_and_grad(f)(V),
    "vjp": lambda f: fg.vjp(f, V),
    "jvp": lambda f: fg.jvp(f, (V,), (V,)),
    "linearize": lambda f: fg.linearize(f, V),
    "linear_transpose": lambda f: fg.linear_transpose(f, V),
    "vmap": lambda f: fg.vmap(f)(V[None]),
    "jit": lambda f: fg.jit(f)(V),
    "make_graph": lambda f: fg.make_graph(f)(V),
    "eval_shape": lambda f: fg.eval_shape(f, V),
    "jacfwd": lambda f: fg.jacfwd(f)(V),
    "jacrev": lambda f: fg.jacrev(f)(V),
    "hessian": lambda f: fg.hessian(f)(V),
    "hvp": lambda f: fg.hvp(f, (V,), (V,)),
    "checkpoint": lambda f: fg.checkpoint(f)(V),
    "custom_jvp": lambda f: with_rule(fg.custom_jvp(f))(V),
    "scan": lambda f: fg.scan(lambda c, x: (f(x * V), c), 0.0, V),
    "cond": lambda f: fg.cond(True, f, f, V),
    "while_loop": lambda f: fg.while_loop(lambda v: True, f, V),
    "fori_loop": lambda f: fg.fori_loop(0, 3, lambda i, v: f(v), V),
    "jit grad vmap": lambda f: fg.jit(fg.grad(lambda x: fg.vmap(f)(x).sum()))(V[None]),
    "backward": lambda f: hooked(f).backward(),
}


def with_rule(f):
    f.defjvps(lambda t, out, x: t)
    return f


def hooked(f):
    t = torch.ones(3, requires_grad=True) * 1
    t.register_hook(f)
    return t.sum()


@pytest.mark.parametrize("entry", ENTRIES)
def test_traceback_has_one_entry_of_ours(entry):
    error = raised_by(lambda: ENTRIES[entry](outer))
    assert isinstance(error, TypeError) and entries(error)[-1][1] == "deepest"
    assert len(internal_entries(error)) == 1
    error = raised_by(lambda: ENTRIES[entry](lambda x: x.reshape(7)))  # an error of ours or of NumPy's, in their code
    if entry != "backward":
        assert len(internal_entries(error)) == 1
        assert entries(error)[-1][0].name == HERE


@pytest.mark.parametrize(
    "call",
    [
        lambda: fg.grad(3.0),
        lambda: fg.grad(outer)("x"),
        lambda: fg.grad(outer, argnums=3)(V),
        lambda: fg.grad(lambda x: x)(V),
        lambda: fg.vjp(lambda x: x, V)[1](1.0),
        lambda: fg.linearize(lambda x: x, V)[1](1.0),
        lambda: fg.vmap(lambda x, y: x)(V, np.ones(4)),
        lambda: fg.jit(outer)("x"),
        lambda: fg.jit(outer, static_argnums=4),
        lambda: torch.cat([torch.ones(3), torch.ones(7, 7)], 0),
    ],
)
def test_traceback_of_bad_arguments_ends_at_the_call(call):
    assert len(internal_entries(raised_by(call))) == 1


def test_traceback_of_our_error_ends_at_the_users_line():
    def f(x):
        work = np.zeros(2)
        work[0] = x
        return work.sum()

    error = raised_by(lambda: fg.grad(f)(3.0))
    assert type(error) is errors.ConversionError
    assert f"{HERE}:{entries(error)[-1][2]}" == line_in(f, "work[0] = x")
    assert error.__cause__ is None and error.__suppress_context__


def test_traceback_frames_of_the_user_are_whole():
    def f(x):
        secret = 42  # noqa: F841 (what a debugger finds)
        return x + "a"

    traceback = raised_by(lambda: fg.grad(f)(3.0)).__traceback__
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    assert traceback.tb_frame.f_locals["secret"] == 42
    assert traceback.tb_frame.f_back.f_code.co_name != "f"  # the callers are there for a debugger to walk up to


def test_traceback_keeps_what_the_user_chained():
    def caused(x):
        try:
            return x["key"]
        except IndexError as error:
            raise ValueError("no key") from error

    def during(x):
        try:
            return x["key"]
        except IndexError:
            raise ValueError("no key")  # noqa: B904

    error = raised_by(lambda: fg.grad(caused)(np.ones(2)))
    assert type(error) is ValueError and type(error.__cause__) is IndexError
    assert [name for _, name, _ in entries(error.__cause__)] == ["caused"]
    error = raised_by(lambda: fg.grad(during)(np.ones(2)))
    assert type(error.__context__) is IndexError and error.__cause__ is None and not error.__suppress_context__
    assert [name for _, name, _ in entries(error.__context__)] == ["during"]


def test_traceback_drops_an_error_that_was_raised_and_handled_inside():
    def ours(text):
        """An error that only code of the library has seen."""
        space = {"__name__": "funcgrad.somewhere"}
        exec(f"def inside():\n    raise {text}", space)
        return raised_by_library(space["inside"])

    def raised_by_library(f):
        space = {"__name__": "funcgrad.elsewhere", "f": f}
        exec("try:\n    f()\nexcept Exception as e:\n    got = e", space)
        return space["got"]

    error = ValueError("what the user sees")
    error.__context__ = ours("KeyError(1)")
    error.__context__.__context__ = user = raised_by(lambda: [][1])
    assert tracebacks.trim(error) is error
    assert error.__context__ is user


def test_traceback_of_a_mistake_of_ours_is_whole():
    space = {"__name__": "funcgrad.somewhere"}
    exec("def broken(*args, **kwargs):\n    return {}['no such key']", space)
    custom = fg.custom_vjp(lambda x: x * 2.0)
    custom.defvjp(lambda x: (x * 2.0, space["broken"]()), lambda saved, ct: (ct,))
    error = raised_by(lambda: fg.grad(custom)(1.0))
    assert type(error) is KeyError and entries(error)[-1][1] == "broken"


def test_traceback_is_left_alone_on_demand():
    f = fg.grad(fg.jit(outer))
    cut = len(internal_entries(raised_by(lambda: f(np.ones(3)))))
    with fg.config(full_tracebacks=True):
        whole = raised_by(lambda: f(np.ones(3)))
    assert len(internal_entries(whole)) > cut + 3
    assert len(internal_entries(raised_by(lambda: f(np.ones(3))))) == cut == 1


def test_row_10_the_function_of_that_name():
    refused(TypeError, lambda: fg.grad(lambda x: np.emath.sqrt(x))(1.0), "The nearest covered: numpy.sqrt.")


def test_row_23_what_can_be_done():
    """jacfwd has no allow_int, and a Python number no astype."""
    for program in (lambda: fg.jacfwd(np.tanh)(2), lambda: fg.hessian(np.tanh)(2), lambda: fg.jvp(np.tanh, (2,), (1,))):
        text = told(TypeError, program, "Pass 2.0.")
        assert "allow_int" not in text and "astype" not in text
    refused(TypeError, lambda: fg.jvp(np.tanh, (np.arange(2),), (np.ones(2),)), "Pass x.astype(float).")


def test_row_24_values_of_a_tree():
    seen = []
    fg.grad(lambda x: (seen.append(fg.value_of({"a": x, "b": [x, 2]})), x)[1])(3.0)
    assert seen == [{"a": 3.0, "b": [3.0, 2]}]
