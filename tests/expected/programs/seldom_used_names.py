"""Names of torch that few programs use: functorch, layers' functions as torch itself has them, contexts; and factors of matrices that
are not what they should be."""

# ruff: noqa: B023 (each function is called at once)
import functorch
import torch
from torch.utils.checkpoint import checkpoint, set_checkpoint_debug_enabled


def show(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, str(error).partition("\n")[0])


torch.manual_seed(0)
x = torch.ones(4, 2) * torch.arange(4.0)[:, None]

# ---------------------------------------------------------------------------------------- functorch
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Tanh())
f, params, buffers = functorch.make_functional_with_buffers(model)
print(f, len(params), len(buffers), params[0].requires_grad, params[0] is model[0].weight)
print(f(params, buffers, x), buffers, model[1].running_mean)
models = [torch.nn.Linear(2, 1) for _ in range(3)]
f, params, buffers = functorch.combine_state_for_ensemble(models)
print(functorch.vmap(f, in_dims=(0, 0, None))(params, buffers, x), [t.shape for t in params])
f, params = functorch.make_functional(models[0], disable_autograd_tracking=True)
print(params, functorch.grad(lambda p: f(p, x).sum())(params), functorch.jacrev(torch.sin)(x[1]))
show(lambda: functorch.combine_state_for_ensemble([]))
show(lambda: functorch.combine_state_for_ensemble([models[0], model]))
show(lambda: functorch.combine_state_for_ensemble([models[0], models[1].eval()]))

# ---------------------------------------------------------------------------------------- layers' functions
image, grid = torch.randn(1, 1, 3, 3, requires_grad=True), torch.rand(1, 2, 2, 2)
for mode in range(3):
    for padding in range(3):
        print(torch.grid_sampler(image, grid, mode, padding, False))
show(lambda: torch.grid_sampler(image, grid))
for size, corners in (((1, 1, 2, 2), True), ([1, 1, 2, 3], False), ([1, 1, 2], False), ([1, 1, 0, 2], False)):
    show(lambda: torch.affine_grid_generator(torch.eye(2, 3)[None], size, corners))
show(lambda: torch.affine_grid_generator(torch.eye(3, 4)[None], [1, 1, 2, 1, 2], False))
rows, at, starts = torch.randn(4, 3, requires_grad=True), torch.tensor([0, 1, 2, 1, 3]), torch.tensor([0, 2, 2])
for kind in range(3):
    print(
        torch.embedding_bag(rows, at, starts, mode=kind),
        torch.embedding_bag(rows, at, starts, False, kind, False, None, True),
    )
    print(
        torch.embedding_bag(rows, at, starts, False, kind, False, None, False, 1),
        torch.embedding_bag(rows.detach(), at[:0], starts[:1], mode=kind)[0],
    )
print(torch.autograd.grad(torch.embedding_bag(rows, at, starts, False, 0, False, torch.arange(5.0))[0].sum(), rows))
show(lambda: torch.embedding_bag(rows, at, starts, mode=7))
show(lambda: torch.embedding_bag(rows, at, starts, mode=1, per_sample_weights=torch.ones(5)))
show(lambda: torch.embedding_bag(rows, at))
for name in ("dropout_", "alpha_dropout_", "feature_dropout_", "feature_alpha_dropout_"):
    g = getattr(torch, name)
    y = torch.ones(2, 3, 2)
    print(g(y, 0.5, True) is y, y, type(g(image * 1, 0.5, True).grad_fn).__name__)
    show(lambda: g(torch.ones(2, 3), 1.5, True))
    show(lambda: g(image, 0.5, True))

# ---------------------------------------------------------------------------------------- contexts
with torch.autograd.set_multithreading_enabled(False) as nothing:
    print(nothing, (image * 2).sum().backward(), image.grad.sum())
mode = torch.autograd.set_multithreading_enabled(True)
print(mode.mode, mode.prev, mode.clone().mode)
show(lambda: torch.autograd.set_multithreading_enabled(1))
print(torch.autograd.set_multithreading_enabled(False)(lambda x: x + 1)(1))
with set_checkpoint_debug_enabled(True):
    print(checkpoint(torch.sin, image, use_reentrant=False).sum())


# ---------------------------------------------------------------------------------------- factors
def digits(t):
    return (torch.view_as_real(t + 0j) * 1e4).round() / 1e4 + 0


for dtype in (torch.float64, torch.complex128):
    b = torch.linspace(0.3, 2.2, 9, dtype=torch.float64).sin().reshape(3, 3).to(dtype)
    if dtype.is_complex:
        b = b + 1j * torch.linspace(0.1, 3, 9, dtype=torch.float64).cos().reshape(3, 3)
    weight = torch.arange(9.0).reshape(3, 3).sin().to(dtype) * (1 + 2j if dtype.is_complex else 1)
    hermitian = b @ b.mH + 2 * torch.eye(3)
    for a in (hermitian, hermitian + torch.ones(3, 3).triu(1) * 0.3):
        for upper in (False, True):
            a = a.detach().requires_grad_()
            factor = torch.linalg.cholesky(a, upper=upper)
            print(factor + 0, digits(torch.autograd.grad((factor * weight).sum().real, a)[0]))
            values = torch.linalg.eigvalsh(a, UPLO="U" if upper else "L")
            print(values, digits(torch.autograd.grad(values @ torch.arange(1.0, 4.0, dtype=torch.float64), a)[0]))
show(lambda: torch.linalg.cholesky(torch.tensor([[1.0, 0.0, 5.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), upper=True))
for recorded in (False, True):
    a = torch.tensor([[2.0, float("nan"), float("inf")], [1.0, 3.0, 7.0], [0.0, 1.0, 2.0]], requires_grad=recorded)
    print(
        torch.linalg.cholesky(a).detach() + 0,
        torch.linalg.eigvalsh(a),
        torch.linalg.eigvalsh(a[1:, :2].mT[:, [1, 0]], "U"),
    )
a = torch.randn(4, 3, requires_grad=True)
q, r = torch.linalg.qr(a, "r")
print(q, r.requires_grad, type(r.grad_fn).__name__)
show(lambda: r.sum().backward())
show(lambda: torch.linalg.qr(a, mode="complete")[1].sum().backward())
for kind in ("r", "complete"):
    show(lambda: torch.func.grad(lambda a: torch.linalg.qr(a, mode=kind).R.sum())(a.detach()))
    show(lambda: torch.func.jvp(lambda a: torch.linalg.qr(a, mode=kind).R.sum(), (a.detach(),), (a.detach(),)))
    show(lambda: torch.func.vmap(torch.func.grad(lambda a: torch.linalg.qr(a, mode=kind).R.sum()))(a.detach()[None]))
print(torch.autograd.grad(torch.linalg.qr(a.mT, mode="complete")[1].abs().sum(), a))
print(torch.linalg.qr(a.detach(), mode="r")[1].abs().sum(), torch.linalg.qr(a.detach(), mode="complete")[1].shape)


# ---------------------------------------------------------------------------------------- strides of what is transformed
def restrided(x):
    y = x * torch.arange(3.0)
    y.as_strided_((2, 2), (1, 2), 1)
    return y * y


a = torch.arange(12.0).reshape(4, 3)
print(torch.func.jvp(restrided, (a,), (a + 1,)), torch.func.grad(lambda x: restrided(x).sum())(a))
with torch.autograd.forward_ad.dual_level():
    dual = torch.autograd.forward_ad.make_dual(a.clone(), a * 2)
    print(torch.autograd.forward_ad.unpack_dual(dual.as_strided_((2, 2), (1, 2), 1)))
show(lambda: torch.func.grad(lambda x: (x * 1).as_strided_((2, 2), (1,)).sum())(a))
b = (a.requires_grad_() * 1).as_strided_((2, 2), (1, 2), 1)
print(b, b.shape, torch.autograd.grad(b.square().sum(), a))

# ---------------------------------------------------------------------------------------- one saved Tensor
a, b = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)
y = a.exp()
saved = y.grad_fn._raw_saved_result
print(saved.data, saved.unpack_hook, [n for n in dir(y.grad_fn) if "saved" in n], type(saved))
saved.register_hooks(lambda t: (print("pack", t), t)[1], lambda t: (print("unpack"), t * 2)[1])
show(lambda: (saved.data, y.grad_fn._saved_result))
show(lambda: saved.register_hooks(lambda t: t, lambda t: t))
y.sum().backward()
print(a.grad, saved.data)
show(lambda: saved.register_hooks(lambda t: t, lambda t: t))
show(lambda: saved.register_hooks(3, 4))
y = a * b
y.grad_fn._raw_saved_self.register_hooks(lambda t: t * 2, lambda t: t)
y.grad_fn._raw_saved_other.register_hooks(lambda t: t * 3, lambda t: t)
print(torch.autograd.grad(y.sum(), (a, b)))
for own in ("self", "other"):
    c, d = a * 1, b * 1
    y = c * d
    getattr(y.grad_fn, f"_raw_saved_{own}").register_hooks(torch.clone, lambda t: t)
    c.mul_(2)
    show(lambda: torch.autograd.grad(y.sum(), b) if own == "self" else "kept")
show(
    lambda: (
        (a.exp() + 1).grad_fn.next_functions[0][0]._raw_saved_result.register_hooks(lambda t: t.mul_(2), lambda t: t)
    )
)
show(lambda: (a**3).grad_fn._raw_saved_exponent)
y = a * a
y.grad_fn._raw_saved_self.register_hooks(lambda t: t.tolist(), lambda t: torch.tensor(t) * 10)
print(torch.autograd.grad(y.sum(), a, create_graph=True))
