"""Looking at the graph changes what stands in it, never what comes out of it: gradients, memory, other levels."""

import gc
import weakref

import numpy as np
import pytest

import compat as torch
import funcgrad as fg

A = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
B = np.array([[2.0, 1.0], [0.0, -1.0], [1.5, 3.0]])


def leaf(a):
    return torch.tensor(a.tolist(), dtype=torch.float64, requires_grad=True)


def walk(fn):
    """The names of all operations behind fn."""
    seen, stack = [], [fn]
    while stack:
        f = stack.pop()
        if f is not None:
            seen.append(type(f).__name__)
            stack += [p for p, _ in f.next_functions]
    return seen


def test_looking_in_the_middle_of_making_it():
    """What is written out when it is looked at stays before what was made from it, and after what it was made of."""
    a, b = leaf(A), leaf(B)
    y = (a * 2.0).reshape(1, 2, 3) @ b
    z = y[0, 1] * y[0, 0]
    walk(z.grad_fn)
    parts = z.split(1)
    w = parts[0] * 3.0 + parts[1][0]
    walk(parts[1].grad_fn)
    walk(w.grad_fn)
    (w * w).sum().backward()

    product = 2 * A @ B
    z = product[1] * product[0]
    w = 3 * z[0] + z[1]
    dz = 2 * w * np.array([3.0, 1.0])
    dp = np.stack([dz * product[1], dz * product[0]])
    np.testing.assert_allclose(a.grad.numpy(), 2 * dp @ B.T, rtol=1e-12)
    np.testing.assert_allclose(b.grad.numpy(), 2 * A.T @ dp, rtol=1e-12)


def test_a_result_that_was_dropped():
    a = leaf(A)
    y = a.unbind()[1]
    seen = []
    y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: seen.append((grad_inputs, grad_outputs)))
    (y * y).sum().backward()
    ((got,), (nothing, some)) = seen[0]
    assert nothing is None
    np.testing.assert_array_equal(some.numpy(), 2 * A[1])
    np.testing.assert_array_equal(got.numpy(), [[0.0, 0.0, 0.0], 2 * A[1]])
    np.testing.assert_array_equal(a.grad.numpy(), got.numpy())


def test_hooks_of_a_tensor_and_retain_grad_stay_with_the_result():
    a = leaf(A)
    first, second = a.split(1)
    second.retain_grad()
    seen = []
    first.register_hook(seen.append)
    assert first.grad_fn is second.grad_fn  # (looked at after the hooks were registered)
    (first * 2.0 + second * 5.0).sum().backward()
    assert second.grad.tolist() == [[5.0] * 3] and seen[0].tolist() == [[2.0] * 3]
    assert a.grad.tolist() == [[2.0] * 3, [5.0] * 3]


def test_double_backward_passes_no_hook_twice():
    a, b = leaf(A), leaf(A)
    y = torch.addcmul(a, a, b)
    calls = []
    y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: calls.append(1))
    (g,) = torch.autograd.grad(y.sum(), a, create_graph=True)
    (h,) = torch.autograd.grad((g * g).sum(), b)
    np.testing.assert_allclose(g.detach().numpy(), 1 + A)
    np.testing.assert_allclose(h.numpy(), 2 * (1 + A))
    assert calls == [1]


def test_looking_after_the_graph_was_freed():
    a, b = leaf(A), leaf(B)
    y = a.reshape(1, 2, 3) @ b
    y.sum().backward()
    names = ["UnsafeViewBackward0", "MmBackward0", "AccumulateGrad", "ViewBackward0", "ViewBackward0", "AccumulateGrad"]
    assert walk(y.grad_fn) == names
    with pytest.raises(RuntimeError, match="second time"):
        y.sum().backward()


def test_looking_inside_transforms():
    def f(x):
        y = x[0, 1] * x[1, 0] + torch.var_mean(x)[0] + (x.reshape(1, 2, 3) @ leaf(B)).sum()
        if y.grad_fn is not None:
            walk(y.grad_fn)
        return y

    x = leaf(A)
    f(x).backward()
    for got in (fg.grad(f)(leaf(A).detach()), fg.jit(fg.grad(f))(leaf(A).detach())):
        np.testing.assert_allclose(np.asarray(got.detach().numpy()), x.grad.numpy(), rtol=1e-12)


def test_nothing_keeps_itself_alive():
    gc.collect()
    gc.disable()
    try:
        a, b = leaf(A), leaf(B)
        y = a.reshape(1, 2, 3) @ b
        first, second = y[0, 1].split(1)
        z = first * second
        nodes = [weakref.ref(t.mark) for t in (y, first, second, z)]
        walk(z.grad_fn)
        first.grad_fn.register_hook(lambda grad_inputs, grad_outputs: None)
        z.backward()
        del y, first, second, z
        assert [r() for r in nodes] == [None] * 4
    finally:
        gc.enable()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_added_to_itself_in_place_shows_twice_what_it_was(dtype):
    x = torch.arange(4.0, dtype=getattr(torch, dtype), requires_grad=True) * 2
    before = x.grad_fn
    x.add_(x, alpha=2)
    assert [f for f, _ in x.grad_fn.next_functions] == [before, before]
