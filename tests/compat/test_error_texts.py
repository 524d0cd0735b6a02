"""Bad input to compat: torch's own words, with the user's lines; one test or more for each row of complaints.

Nothing that the user owns is changed by an operation that fails. torch's sentences are those of torch 2.13.
"""

import inspect
import pathlib
import sys
import warnings

import numpy as np
import pytest

import compat as torch
import funcgrad as fg

tensor_module = sys.modules[torch.Tensor.__module__]
HERE = pathlib.Path(__file__).name


def line():
    """`file:line` of the caller."""
    return f"{HERE}:{sys._getframe(1).f_lineno}"


def line_in(f, text):
    """`file:line` of the line of f that holds `text`."""
    lines, first = inspect.getsourcelines(f)
    (k,) = [k for k, one in enumerate(lines) if text in one and "line_in" not in one]
    return f"{HERE}:{first + k}"


def refused(kind, f, *words):
    """f() raises `kind` with these words; returns the error."""
    with pytest.raises(kind) as caught:
        f()
    for word in words:
        assert word in str(caught.value), str(caught.value)
    return caught.value


# ------------------------------------------------------------------------------------------------ row 2
def test_row_02_modified_in_place_names_the_save_and_the_change_on_the_first_run():
    w = torch.tensor([1.0, 2.0], requires_grad=True)

    def program():
        y = w * 1.0
        z = (y * y).sum()
        y.add_(1.0)
        z.backward()

    error = refused(
        RuntimeError,
        program,
        "one of the variables needed for gradient computation has been modified by an inplace operation",
    )
    assert line_in(program, "z = (y * y)") in str(error)
    assert line_in(program, "y.add_(1.0)") in str(error)
    assert "Clone it before the change" in str(error)
    assert w.grad is None and w.tolist() == [1.0, 2.0]


def test_row_02_backward_twice_names_the_recording():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    z = (w * w).sum()
    made = f"{HERE}:{sys._getframe().f_lineno - 1}"
    z.backward()
    refused(RuntimeError, z.backward, "Trying to backward through the graph a second time", "retain_graph=True", made)
    assert w.grad.tolist() == [2.0, 4.0]


# ------------------------------------------------------------------------------------------------ row 3
def test_row_03_nothing_to_differentiate():
    w = torch.tensor([1.0], requires_grad=True)
    loss = (w * 2).detach().sum()
    words = "element 0 of tensors does not require grad and does not have a grad_fn"
    refused(RuntimeError, lambda: loss.backward(), words, line(), ".detach()", "no_grad()", "argmax")
    assert w.grad is None


def test_row_03_integers_are_named():
    counts = torch.tensor([1, 2]).sum()
    refused(RuntimeError, lambda: counts.backward(), "The Tensor is torch.int64", "integers carry no gradient", line())


def test_row_03_integers_refuse_requires_grad():
    refused(
        RuntimeError,
        lambda: torch.tensor([1, 2], requires_grad=True),
        "Only Tensors of floating point and complex dtype can require gradients",
    )


# ------------------------------------------------------------------------------------------------ row 11
def test_row_11_numpy_of_a_tracked_tensor_refuses():
    w = torch.ones(2, requires_grad=True)
    refused(RuntimeError, lambda: w.numpy(), "Can't call numpy() on Tensor that requires grad.", "detach().numpy()")
    refused(RuntimeError, lambda: np.asarray(w), "detach().numpy()")


# ------------------------------------------------------------------------------------------------ row 15
def test_row_15_detect_anomaly_names_the_line():
    x = torch.zeros((), requires_grad=True)

    def program():
        y = x.sqrt()
        (y * 0).backward()

    with warnings.catch_warnings(action="ignore"), torch.autograd.detect_anomaly():
        refused(
            RuntimeError, program, "Function 'SqrtBackward0' returned nan values in its 0th output.",
            line_in(program, "y = x.sqrt()"),
        )  # fmt: skip


def test_row_15_check_nans_serves_both_faces():
    x = torch.zeros(2, requires_grad=True)

    def program():
        y = x / x
        return y.sum()

    def later():
        y = x.sqrt()
        (y * 0).sum().backward()

    with fg.config(check_nans=True):
        refused(FloatingPointError, program, "div", line_in(program, "y = x / x"), "[0., 0.]")
        refused(FloatingPointError, later, "the derivative of sqrt", line_in(later, "y = x.sqrt()"))
    assert program().isnan().item()
    assert x.tolist() == [0.0, 0.0]


# ------------------------------------------------------------------------------------------------ row 16
def two_steps(zero):
    w = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    for _ in range(2):
        if zero:
            optimizer.zero_grad()
        w.sum().backward()
        optimizer.step()


def test_row_16_a_forgotten_zero_grad_warns_where_asked_for():
    with torch.optim.warn_if_not_zeroed():
        with pytest.warns(UserWarning, match=r"zero_grad\(\) forgotten") as caught:
            two_steps(zero=False)
    assert line_in(two_steps, "optimizer.step()") in str(caught[0].message)


def test_row_16_no_warning_unasked_or_with_zero_grad():
    with warnings.catch_warnings(action="error"):
        two_steps(zero=False)
        with torch.optim.warn_if_not_zeroed():
            two_steps(zero=True)


# ------------------------------------------------------------------------------------------------ row 17
def test_row_17_grad_of_a_non_leaf_warns_once_at_the_users_line(monkeypatch):
    monkeypatch.setattr(tensor_module, "_warned", [])
    y = torch.ones(2, requires_grad=True) * 2
    with warnings.catch_warnings(record=True, action="always") as caught:
        here, got = line(), y.grad
        y.grad  # noqa: B018
    assert got is None
    (one,) = caught
    assert f"{pathlib.Path(one.filename).name}:{one.lineno}" == here
    assert str(one.message).startswith("The .grad attribute of a Tensor that is not a leaf Tensor is being accessed.")
    assert ".retain_grad()" in str(one.message)


# ------------------------------------------------------------------------------------------------ row 18
WRITES = {
    "item": lambda t: t.__setitem__(0, 1.0),
    "add_": lambda t: t.add_(1.0),
    "view": lambda t: t[0:1].add_(1.0),
    "view of a view": lambda t: t.view(-1)[0:1].mul_(2.0),
    "+=": lambda t: t.__iadd__(1.0),
    "zero_": lambda t: t.zero_(),
}


@pytest.mark.parametrize("how", WRITES)
def test_row_18_a_write_into_a_leaf_raises_before_the_write(how):
    leaf = torch.tensor([3.0, 4.0], requires_grad=True)
    error = refused(
        RuntimeError,
        lambda: WRITES[how](leaf),
        "leaf Variable that requires grad is being used in an in-place operation.",
    )
    assert str(error).startswith("a view of a leaf" if how in ("item", "view", "view of a view") else "a leaf")
    (note,) = error.__notes__
    for word in (HERE, "nothing was written", "no_grad()", "clone()", "cat", "requires_grad=False"):
        assert word in note
    assert leaf.tolist() == [3.0, 4.0] and leaf._version == 0 and leaf.is_leaf


def test_row_18_each_remedy_works():
    leaf = torch.tensor([3.0, 4.0], requires_grad=True)
    with torch.no_grad():
        leaf.add_(1.0)
    assert leaf.tolist() == [4.0, 5.0]
    copy = leaf.clone()
    copy[0] = 7.0
    copy.sum().backward()
    assert leaf.grad.tolist() == [0.0, 1.0]
    a = torch.tensor([5.0], requires_grad=True)
    buffer = torch.zeros(2)
    buffer[0] = (a * 2)[0]
    buffer.sum().backward()
    assert a.grad.tolist() == [2.0]


# ------------------------------------------------------------------------------------------------ rows 1, 6, 7, 10
def test_row_01_sizes_that_do_not_fit_change_nothing():
    a = torch.zeros(3)
    refused(RuntimeError, lambda: a.add_(torch.ones(2)), "size of tensor")
    assert a.tolist() == [0.0, 0.0, 0.0] and a._version == 0


def test_row_06_bool_under_vmap_and_jit_names_the_line():
    def f(x):
        return x * 2 if x.sum() > 0 else x

    for transform in (fg.vmap, fg.jit):
        refused(TypeError, lambda t=transform: t(f)(torch.ones(2, 2)), line_in(f, "if x.sum()"), "where")


def test_row_07_print_shows_numbers_inside_a_transform(capsys):
    fg.grad(lambda t: (print(t), (t * t).sum())[1])(torch.tensor([1.5]))
    assert "1.5" in capsys.readouterr().out


def test_row_10_a_name_that_is_missing_says_the_nearest():
    refused(AttributeError, lambda: torch.florr, "florr", "torch.floor")


# ------------------------------------------------------------------------------------------------ row 19
def test_row_19_dtypes_are_torchs():
    assert torch.tensor([1.0]).dtype is torch.float32
    assert torch.tensor([1.0], dtype=torch.float64).sin().dtype is torch.float64
