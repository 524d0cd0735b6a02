"""autograd: modes, hooks, Function, saved values, complex gradients. The figures are torch 2.13's, or follow by hand."""

import gc
import weakref

import numpy as np
import pytest

import compat as torch
import funcgrad as fg
from compat import autograd
from compat.autograd.function import once_differentiable


def leaf(*values, dtype=None):
    return torch.tensor(list(values), dtype=dtype, requires_grad=True)


# ------------------------------------------------------------------------------------------------ saved values
def test_what_is_not_saved_may_change():
    w, x = leaf(2.0), torch.tensor([3.0])
    y = w * x
    with torch.no_grad():
        w += 1
    y.backward()
    assert w.grad.tolist() == [3.0]
    y = w * x
    x += 1
    with pytest.raises(RuntimeError, match="has been modified by an inplace operation") as error:
        y.backward()
    lines = [int(part.split()[0].rstrip(";.")) for part in str(error.value).split("test_autograd.py:")[1:]]
    assert len(lines) == 2 and lines[1] == lines[0] + 1  # of the save, and of the change


def test_a_second_backward_is_legal_where_nothing_is_saved():
    x = leaf(1.0, 2.0)
    y = (x + x).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [4.0, 4.0]
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_a_product_with_a_number_saves_nothing_but_with_a_tensor_it_does():
    x = leaf(1.0, 2.0)
    y = (x * torch.tensor([2.0, 2.0])).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        y.backward()


# ------------------------------------------------------------------------------------------------ grad and backward
def test_grad_s_options():
    w, x = leaf(1.0, 1.0), leaf(1.0, 1.0)
    with pytest.raises(RuntimeError, match="The differentiated Tensor at index 1 appears to not have been used"):
        autograd.grad((w * 2).sum(), [w, x])
    assert autograd.grad((w * 2).sum(), [w, x], allow_unused=True)[1] is None
    assert autograd.grad((w * 2).sum(), [w, x], materialize_grads=True)[1].tolist() == [0.0, 0.0]
    with pytest.raises(ValueError, match="Expected allow_unused to be True or not passed"):
        autograd.grad((w * 2).sum(), [w], allow_unused=False, materialize_grads=True)
    (rows,) = autograd.grad(w * 2, [w], torch.eye(2), is_grads_batched=True)
    assert rows.tolist() == [[2.0, 0.0], [0.0, 2.0]]
    assert w.grad is None and x.grad is None


def test_backward_into_inputs_only():
    w = leaf(1.0, 2.0)
    y = w * 2
    (y * 3).sum().backward(inputs=[y])
    assert y.grad.tolist() == [3.0, 3.0] and w.grad is None
    with pytest.raises(RuntimeError, match="cannot be empty"):
        (w * 2).sum().backward(inputs=[])


def test_only_what_leads_to_the_inputs_is_walked():
    w, x = leaf(1.0), leaf(2.0)
    other = x * x
    loss = (w * 3 + other).sum()
    other.register_hook(lambda g: pytest.fail("not on the way to w"))
    assert autograd.grad(loss, [w])[0].tolist() == [3.0]


# ------------------------------------------------------------------------------------------------ hooks
def test_hooks_run_in_order_and_may_replace():
    w = leaf(1.0, 2.0)
    seen = []
    first = w.register_hook(lambda g: g * 2)
    w.register_hook(lambda g: seen.append(g.tolist()))
    w.sum().backward()
    assert w.grad.tolist() == [2.0, 2.0] and seen == [[2.0, 2.0]]
    first.remove()
    w.sum().backward()
    assert w.grad.tolist() == [3.0, 3.0]


@pytest.mark.parametrize(
    "hook, error, text",
    [
        (lambda g: 3, TypeError, "expected Variable, but hook returned 'int'"),
        (lambda g: torch.ones(3), RuntimeError, "has changed the size of value"),
    ],
)
def test_hooks_that_return_something_else(hook, error, text):
    y = leaf(1.0, 2.0) * 2
    y.register_hook(hook)
    with pytest.raises(error, match=text):
        y.sum().backward()


def test_hooks_of_leaves_after_accumulation():
    w = leaf(1.0)
    seen = []
    handle = w.register_post_accumulate_grad_hook(lambda p: seen.append((p is w, p.grad.item())))
    (w * 3).sum().backward()
    handle.remove()
    (w * 3).sum().backward()
    assert seen == [(True, 3.0)]
    with pytest.raises(RuntimeError, match="cannot be registered on non-leaf tensors"):
        (w * 2).register_post_accumulate_grad_hook(print)
    with pytest.raises(RuntimeError, match="doesn't require gradient"):
        torch.ones(1).register_hook(print)


def test_hooks_of_operations():
    w, x = leaf(1.0, 1.0), leaf(1.0, 1.0)
    z = (w * 2) * x
    seen = []
    z.grad_fn.register_hook(lambda gi, go: seen.append(("after", [g.tolist() for g in gi], go[0].tolist())))
    z.grad_fn.register_prehook(lambda go: seen.append(("before", go[0].tolist())))
    z.register_hook(lambda g: seen.append(("tensor", g.tolist())))
    z.sum().backward()
    one, two = [1.0, 1.0], [2.0, 2.0]
    assert seen == [("tensor", one), ("before", one), ("after", [one, two], one)]
    z = x * 3
    z.grad_fn.register_hook(lambda gi, go: (gi[0] * 2, None))
    x.grad = None
    z.sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


# ------------------------------------------------------------------------------------------------ Function
class Exp(autograd.Function):
    @staticmethod
    def forward(ctx, x, factor=1):
        assert not torch.is_grad_enabled()
        out = x.exp()
        ctx.save_for_backward(out)
        ctx.factor = factor
        return out * factor if factor != 1 else out

    @staticmethod
    def backward(ctx, g):
        (out,) = ctx.saved_tensors
        return g * out * ctx.factor, None


class Times(autograd.Function):
    """forward without ctx, two results, one without gradient."""

    @staticmethod
    def forward(x, y):
        return x * y, (x > y).float(), "text"

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
        ctx.mark_non_differentiable(output[1])

    @staticmethod
    def backward(ctx, g, g_mask, g_text):
        assert g_text is None
        x, y = ctx.saved_tensors
        return g * y if ctx.needs_input_grad[0] else None, g * x if ctx.needs_input_grad[1] else None


def test_function_value_node_and_gradients():
    x = leaf(1.0, 2.0)
    y = Exp.apply(x, 3)
    assert y.grad_fn.name() == "ExpBackward" and repr(y.grad_fn).startswith(
        "<torch.autograd.function.ExpBackward object"
    )
    assert [f.name() for f, _ in y.grad_fn.next_functions] == ["torch::autograd::AccumulateGrad"]
    assert y.grad_fn.factor == 3 and len(y.grad_fn.saved_tensors) == 1
    y.sum().backward()
    np.testing.assert_allclose(x.grad.tolist(), 3 * np.exp([1.0, 2.0]), rtol=1e-6)
    with pytest.raises(RuntimeError, match="a second time"):
        y.sum().backward()


def test_function_differentiates_twice():
    x = leaf(0.5, 2.0, dtype=torch.float64)
    (g,) = autograd.grad(Exp.apply(x).sum(), x, create_graph=True)
    (h,) = autograd.grad(g.sum(), x, create_graph=True)
    (t,) = autograd.grad(h.sum(), x)
    for d in (g, h, t):
        np.testing.assert_allclose(d.tolist(), np.exp([0.5, 2.0]), rtol=1e-14)
    assert autograd.gradcheck(Exp.apply, (x,)) and autograd.gradgradcheck(Exp.apply, (x,))
    y = leaf(1.5, -1.0, dtype=torch.float64)
    assert autograd.gradgradcheck(lambda a, b: Times.apply(a, b)[0], (x, y))


def test_function_results():
    x, y = leaf(1.0, 2.0), torch.tensor([3.0, 1.0])
    out, mask, text = Times.apply(x, y)
    assert text == "text" and not mask.requires_grad and mask.tolist() == [0.0, 1.0]
    out.sum().backward()
    assert x.grad.tolist() == [3.0, 1.0]
    assert not Times.apply(y, y)[0].requires_grad
    with torch.no_grad():
        assert not Times.apply(x, y)[0].requires_grad


def test_function_that_saves_nothing_may_be_walked_twice():
    class Double(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = leaf(1.0)
    y = Double.apply(x).sum()
    y.backward()
    y.backward()
    assert x.grad.item() == 4.0


def test_function_in_place():
    class AddOne(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.add_(1)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 5

    x = leaf(1.0)
    t = x * 2
    z = AddOne.apply(t)
    assert z is t and t.grad_fn.name() == "AddOneBackward" and t.item() == 3.0
    z.sum().backward()
    assert x.grad.item() == 10.0
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        AddOne.apply(leaf(1.0))


def test_function_sees_in_place_changes_of_what_it_saved():
    class Keep(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[0]

    t = leaf(1.0) * 1
    y = Keep.apply(t)
    t.add_(1)
    with pytest.raises(RuntimeError, match="KeepBackward at .*test_autograd.py"):
        y.backward()


@pytest.mark.parametrize(
    "backward, text",
    [
        (lambda ctx, g: (g, g), r"returned an incorrect number of gradients \(expected 1, got 2\)"),
        (
            lambda ctx, g: torch.ones(3),
            r"invalid gradient at index 0 - got \[3\] but expected shape compatible with \[2\]",
        ),
        (lambda ctx, g: 3, r"expected Variable or None \(got int\)"),
    ],
)
def test_function_errors(backward, text):
    wrong = type(
        "Wrong",
        (autograd.Function,),
        {"forward": staticmethod(lambda ctx, x: x * 2), "backward": staticmethod(backward)},
    )
    with pytest.raises(RuntimeError, match=text):
        wrong.apply(leaf(1.0, 2.0)).sum().backward()


def test_function_materialises_gradients_unless_told_not_to():
    seen = []

    class Two(autograd.Function):
        @staticmethod
        def forward(ctx, x, materialize):
            ctx.set_materialize_grads(materialize)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, *gs):
            seen.append([None if g is None else g.tolist() for g in gs])
            return gs[0], None

    x = leaf(1.0)
    Two.apply(x, True)[0].sum().backward()
    Two.apply(x, False)[0].sum().backward()
    assert seen == [[[1.0], [0.0]], [[1.0], None]]


def test_once_differentiable():
    class Once(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            return g * 2 * ctx.saved_tensors[0]

    x = leaf(3.0)
    (g,) = autograd.grad(Once.apply(x * 1).sum() ** 2, x, create_graph=True)
    assert g.item() == 108.0
    with pytest.raises(RuntimeError, match="trying to differentiate twice a function that was marked"):
        g.sum().backward()


def test_function_under_transforms():
    class Straight(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.round()

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[0]

    f = lambda x: Straight.apply(x).sum()  # noqa: E731
    x = torch.tensor([0.4, 1.6])
    assert fg.grad(f)(x).tolist() == x.tolist()
    rows = torch.tensor([[0.4, 1.6], [2.2, -1.2]])
    assert fg.vmap(fg.grad(f))(rows).tolist() == rows.tolist()
    assert fg.jit(fg.grad(f))(x).tolist() == x.tolist()
    assert fg.grad(lambda x: fg.grad(f)(x).sum())(x).tolist() == [1.0, 1.0]


def test_function_graphs_are_freed_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        y = Exp.apply(leaf(1.0) * 2)
        ref = weakref.ref(y.mark)
        y.sum().backward()
        del y
        assert ref() is None
    finally:
        gc.enable()


# ------------------------------------------------------------------------------------------------ modes
def test_modes_as_decorators_and_on_generators():
    seen = []

    @torch.no_grad()
    def steps():
        seen.append(torch.is_grad_enabled())
        got = yield 1
        seen.append((got, torch.is_grad_enabled()))
        yield 2

    g = steps()
    assert next(g) == 1 and torch.is_grad_enabled()
    assert g.send(5) == 2 and torch.is_grad_enabled()
    assert seen == [False, (5, False)]
    plain = torch.no_grad(lambda: torch.is_grad_enabled())
    assert plain() is False and torch.is_grad_enabled()
    with torch.inference_mode():
        assert torch.is_inference_mode_enabled() and not torch.is_grad_enabled()
        with torch.enable_grad():
            assert torch.is_grad_enabled()
    with torch.set_grad_enabled(False):
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


# ------------------------------------------------------------------------------------------------ complex
def test_complex_gradients_are_torch_s():
    w = torch.tensor([1 + 2j, 2.0], requires_grad=True)
    y = (w * w * (1 + 1j)).sum()
    (g,) = autograd.grad(y, [w], torch.tensor(1.0 + 1j))
    np.testing.assert_allclose(g.numpy(), [4 - 8j, 8], rtol=1e-6)
    t = torch.tensor([1 + 1j, 2.0], requires_grad=True)
    seen = []
    t.register_hook(lambda g: seen.append(g.numpy().copy()))
    u = t * (1 + 2j)
    u.retain_grad()
    (u * u).sum().abs().backward()
    np.testing.assert_allclose(t.grad.numpy(), [13.4164079 - 4.4721360j, 17.8885438 + 8.9442719j], rtol=1e-6)
    np.testing.assert_allclose(u.grad.numpy(), [4.4721360 + 4.4721360j, 8.9442719j], rtol=1e-6)
    np.testing.assert_allclose(seen[0], t.grad.numpy())
    with pytest.raises(RuntimeError, match="only for real scalar outputs but got torch.complex64"):
        (t * 1).sum().backward()


def test_complex_function_gets_and_gives_torch_s_gradients():
    class Square(autograd.Function):
        @staticmethod
        def forward(ctx, z):
            ctx.save_for_backward(z)
            return z * z

        @staticmethod
        def backward(ctx, g):
            return g * (2 * ctx.saved_tensors[0]).conj()

    z = torch.tensor([0.5 - 1j, 2.0 + 0.25j], dtype=torch.complex128, requires_grad=True)
    assert autograd.gradcheck(Square.apply, (z,)) and autograd.gradcheck(lambda z: z * z, (z,))


# ------------------------------------------------------------------------------------------------ the rest
def test_variable():
    x = torch.ones(2)
    v = autograd.Variable(x, requires_grad=True)
    assert v.requires_grad and isinstance(x, autograd.Variable) and np.shares_memory(x.numpy(), v.detach().numpy())
    with pytest.raises(RuntimeError, match="Only Tensors of floating point and complex dtype can require gradients"):
        autograd.Variable(torch.tensor([2, 3]), requires_grad=True)
    with pytest.raises(TypeError, match="Variable data has to be a tensor, but got list"):
        autograd.Variable([1.0])


def test_anomaly_names_the_operation_and_the_line():
    z = leaf(0.0)
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled"):
        mode = autograd.detect_anomaly()
    with mode, pytest.raises(RuntimeError, match=r"Function 'SqrtBackward0' returned nan [^\[]*\[.*test_autograd.py"):
        with pytest.warns(
            UserWarning, match="Error detected in SqrtBackward0. Traceback of forward call(.|\n)*test_autograd.py"
        ):
            (torch.sqrt(z) * 0).backward()
    (torch.sqrt(z) * 0).backward()


def test_functional():
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    F = autograd.functional
    both = lambda x, y: (x * y, (x + y).sum())  # noqa: E731
    assert F.jacobian(lambda x: x**2, x).tolist() == [[2.0, 0.0], [0.0, 4.0]]
    (a, b), (c, d) = F.jacobian(both, (x, y))
    assert [t.tolist() for t in (a, b, c, d)] == [
        [[3.0, 0.0], [0.0, 4.0]],
        [[1.0, 0.0], [0.0, 2.0]],
        [1.0, 1.0],
        [1.0, 1.0],
    ]
    assert F.jacobian(lambda x: x**2, x, vectorize=True, strategy="forward-mode").tolist() == [[2.0, 0.0], [0.0, 4.0]]
    assert F.hessian(lambda x: (x**3).sum(), x).tolist() == [[6.0, 0.0], [0.0, 12.0]]
    assert F.hvp(lambda x: (x**3).sum(), x, torch.ones(2))[1].tolist() == [6.0, 12.0]
    assert [t.tolist() for t in F.vhp(lambda x, y: (x * y).sum(), (x, y), (x, y))[1]] == [[3.0, 4.0], [1.0, 2.0]]
    assert F.jvp(lambda x: x**2, x, torch.ones(2))[1].tolist() == [2.0, 4.0]
    assert F.vjp(lambda x: x**2, x, torch.ones(2))[1].tolist() == [2.0, 4.0]
    w = leaf(1.0, 2.0)
    jacobian = F.jacobian(lambda x: x**2, w, create_graph=True)
    jacobian.sum().backward()
    assert w.grad.tolist() == [2.0, 2.0]
    with pytest.raises(RuntimeError, match="Output 0 of the user-provided function is independent of input 1"):
        F.jacobian(lambda x, y: x * 2, (x, y), strict=True)
    with pytest.raises(RuntimeError, match="should contain a single element"):
        F.hessian(lambda x: x**2, x)


def test_gradcheck_refuses_a_wrong_derivative():
    class Wrong(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * x

        @staticmethod
        def backward(ctx, g):
            return g * 3

    x = leaf(1.0, 2.0, dtype=torch.float64)
    with pytest.raises(autograd.gradcheck.__globals__["GradcheckError"], match="Jacobian mismatch for output 0"):
        autograd.gradcheck(Wrong.apply, (x,))
    assert autograd.gradcheck(Wrong.apply, (x,), raise_exception=False) is False


ALONE = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "matmul": lambda a, b: a @ b,
    "views": lambda a, b: (a.t() + b.reshape(3, 3).squeeze()) * a,
    "cat": lambda a, b: torch.cat([a, b]) * torch.arange(3),
    "clone": lambda a, b: a.clone() + b.contiguous(),
    "expand": lambda a, b: a.expand(2, 3, 3) + b,
    "where": lambda a, b: torch.where(a > b, a, b),
    "reduce": lambda a, b: a.sum() + b.mean(),
    "rows": lambda a, b: a[0] + b[1],
    "in place": lambda a, b: (a + b).relu_(),
    "copy_": lambda a, b: a.clone().copy_(b),
    "linear": lambda a, b: torch.nn.functional.linear(a, b, b[0]),
    "mse_loss": lambda a, b: torch.nn.functional.mse_loss(a, b),
}


@pytest.mark.parametrize("f", ALONE.values(), ids=ALONE)
def test_a_gradient_shares_no_memory(f):
    """A `.grad` may be the array that the walk made, if nobody else holds it: not the seed's, not another gradient's."""
    rng = np.random.default_rng(0)
    a, b = [torch.tensor(rng.random((3, 3)), requires_grad=True) for _ in range(2)]
    out = f(a, b)
    out.retain_grad()
    seed = torch.ones_like(out)
    out.backward(seed, retain_graph=True)
    held = [a.grad, b.grad, out.grad, seed, out.detach(), a.detach(), b.detach()]
    arrays = [t.numpy() for t in held if t is not None]
    assert not any(np.shares_memory(u, v) for i, u in enumerate(arrays) for v in arrays[:i])
    first = [x.grad.clone() for x in (a, b) if x.grad is not None]
    for x in (a, b):
        if x.grad is not None:
            x.grad.zero_()
            x.grad = None
    out.backward(seed)
    assert all(torch.equal(x.grad, g) for x, g in zip([x for x in (a, b) if x.grad is not None], first, strict=True))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_grad_without_elements_lies_as_its_leaf_and_is_unchanged(dtype):
    x = torch.zeros(2, 0, dtype=dtype).t().requires_grad_()
    x.t().backward(torch.zeros(2, 0, dtype=dtype))
    assert (x.grad.stride(), x.grad._version) == ((1, 1), 0)
