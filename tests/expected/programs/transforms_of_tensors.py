"""torch.func: figures, structures and texts."""

import torch
from torch.func import (
    functional_call,
    functionalize,
    grad,
    grad_and_value,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    stack_module_state,
    vjp,
    vmap,
)


def show(f):
    try:
        print(f())
    except Exception as error:
        print(
            next(k.__name__ for k in (ValueError, IndexError, RuntimeError) if isinstance(error, k)),
            str(error).split(" [at")[0],
        )


torch.manual_seed(5)
x = torch.randn(3, 2)
model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
weights = dict(model.named_parameters())


def loss(weights, x):
    return (functional_call(model, weights, (x,)) ** 2).mean()


# what is refused
show(lambda: grad(lambda x: x)(x))
show(lambda: grad(lambda x: 1.0)(x))
show(lambda: grad(lambda x: x.sum())(2.0))
show(lambda: grad(lambda x: x.sum(), has_aux=True)(x))
show(lambda: grad(lambda x: x.sum(), argnums=3)(x))
show(lambda: grad(lambda x, y: x.sum(), argnums=(1, 1))(x, x))
show(lambda: grad(lambda x: x.sum())(torch.arange(3)))
show(lambda: vmap(lambda x: x)(3))
show(lambda: vmap(lambda x, y: x, in_dims=(0,))(x, x))
show(lambda: vmap(lambda x, y: x)(x, x[:2]))
show(lambda: vmap(lambda x: 3)(x))
show(lambda: vmap(lambda x: x, in_dims=3)(x))
show(lambda: vmap(lambda x: x, out_dims=None)(x))
show(lambda: vmap(lambda x: x, out_dims=4)(x))
show(lambda: vmap(lambda x: (x, x), out_dims=(0, 0, 0))(x))
show(lambda: vmap(lambda x: torch.randn(2))(x))
show(lambda: vmap(lambda x: x, in_dims=None)(x))
show(lambda: vmap(lambda: 1)())
show(lambda: vmap(lambda x: x)({}))
show(lambda: vmap(lambda x, y: x, in_dims=(0, 0))(x, 2))
show(lambda: vmap(lambda x: x, randomness="foo")(x))
show(lambda: jvp(lambda x: x, (x,), (x[:1],)))
show(lambda: jvp(lambda x: x, x, x))
show(lambda: jvp(lambda x: x, (x,), (x, x)))
show(lambda: jvp(lambda x: torch.ones(2), (x,), (x,), strict=True))
show(lambda: vjp(lambda x: x, x)[1](x[:1]))
show(lambda: vjp(lambda x: x, x)[1]((x, x)))
show(lambda: vjp(lambda x: 3, x))
show(lambda: jacrev(lambda x: 3)(x))
show(lambda: functional_call(model, [weights, weights], x))
show(lambda: functional_call(model, 3, x))
show(lambda: linearize(lambda x: x.sin(), x)[1](x.double()))
# what is computed
torch.manual_seed(0)
show(lambda: vmap(lambda x: (torch.randn(2), torch.rand_like(x), torch.randperm(3)), randomness="different")(x))
show(lambda: vmap(lambda x: (torch.nn.functional.dropout(x), torch.bernoulli(x.sigmoid())), randomness="different")(x))
show(lambda: vmap(lambda x: x + torch.randn(2), randomness="same")(x))
show(lambda: {k: (v.sum(), v.requires_grad) for k, v in grad(loss)(weights, x).items()})
fixed = {k: v.detach() for k, v in weights.items()}
show(lambda: {k: v.sum() for k, v in vmap(grad(loss), in_dims=(None, 0))(fixed, x).items()})
show(lambda: hessian(lambda x: (x**3).sum())(x))
show(lambda: jacrev(lambda x: {"s": x.sin(), "a": x.sum()})(x))
show(lambda: jacfwd(lambda x, y: x * y, argnums=(0, 1))(x[0], x[1]))
show(lambda: jacrev(lambda x, y: (x * y, x), argnums=1, has_aux=True)(x[0], x[1]))
show(lambda: vjp(lambda d: {"z": d["b"] * d["a"]}, {"b": x, "a": x + 1})[1]({"z": torch.ones(3, 2)}))
show(lambda: jvp(lambda x, y: (x * y).sum(0), (x, x), (x, x)))
show(lambda: grad_and_value(lambda x: ((x**2).sum(), {"k": x * 2}), has_aux=True)(x))
show(lambda: linearize(lambda x: x.sin(), x)[1](torch.ones(3, 2)))
stacked, _ = stack_module_state([torch.nn.Linear(2, 2) for _ in range(3)])
show(lambda: stacked)
show(
    lambda: vmap(lambda p, x: functional_call(torch.nn.Linear(2, 2, device="meta"), p, (x,)), in_dims=(0, None))(
        stacked, x
    )
)
w = torch.tensor([1.0, 2.0], requires_grad=True)
y = grad(lambda x: (x * w).pow(3).sum())(torch.ones(2))
y.sum().backward()
print(y.detach(), y.requires_grad, w.grad)
show(lambda: vmap(lambda x, y: (x + y, x), in_dims=(1, None), out_dims=(1, 0))(x, torch.ones(3)))
show(lambda: vmap(lambda d: d["a"] * d["b"], in_dims=({"a": 0, "b": None},))({"a": x, "b": x[0]}))
show(lambda: vmap(lambda x: (x.sum(), x), out_dims=(0, 1), chunk_size=2)(x))
show(lambda: vmap(vmap(lambda x, y: x * y, in_dims=(0, None)), in_dims=(None, 0))(x[:, 0], x[:, 1]))
show(lambda: torch.vmap(torch.sin)(x))
show(lambda: grad(lambda x, y: (x * x * y).sum(), argnums=(1, 0))(x, x + 1))
show(lambda: grad(lambda d: (d["b"] * d["a"]).sum())({"b": x, "a": x + 1}))
show(lambda: functionalize(lambda x: x.add_(1))(x.clone()))
with torch.no_grad():
    show(lambda: grad(lambda x: (x**2).sum())(x))
show(lambda: grad(grad(lambda x: x**3))(x[0, 0]))
show(lambda: vmap(lambda x, k=1: x * k)(x, k=3))


def inner(x):  # backward inside a transform
    w = torch.ones(2, requires_grad=True)
    (g,) = torch.autograd.grad(((w * x) ** 2).sum(), w, create_graph=True)
    return (g**2).sum()


show(lambda: grad(inner)(x[0]).detach())

# ---------------------------------------------------------------------- rearranged, looked into, in memory of another order
x = torch.arange(24.0).view(2, 3, 4)
for pattern, lengths in (
    ("a b c -> c b a", {}), ("a b c -> a (b c)", {}), ("a b (c d) -> (a c) b d", {"c": 2}), ("... c -> c ...", {}),
    ("a b c -> a 1 b c 1", {}), ("a b c -> () a b c", {}), ("a ... -> a (...)", {}), ("(p q) b c -> q p b c", {"p": 1}),
    ("a b c -> b a", {}), ("a b -> b a", {}), ("a a b -> a b", {}), ("a b c -> a b c", {"z": 3}), ("a (b c d", {}), ("a b", {}),
    ("a ((b) c) d -> a b c d", {}), ("a b $ -> a b", {}),
):  # fmt: skip
    try:
        y = torch.func.rearrange(x, pattern, **lengths)
        print(pattern, tuple(y.shape), y.flatten()[:5].tolist(), y.data_ptr() == x.data_ptr())
    except ValueError:
        print(pattern, "ValueError")
print(torch.func.rearrange([x, x], "n a b c -> a (n b) c").shape)
print(torch.func.vmap(lambda t: torch.func.rearrange(t, "a b -> b a"))(x).shape)
unwrap = torch.func.debug_unwrap
print(torch.func.grad(lambda t: (print(unwrap(t)), t.sum())[1])(x[0, 0]), unwrap(x) is x)
print(torch.func.vmap(torch.func.grad(lambda t: (print(unwrap(t)), t.sum())[1]))(x[0]))
future = torch.jit.fork(lambda a: a + 1, torch.ones(1))
print(future.wait(), torch.jit.wait(future), future.done(), torch.jit.annotate(int, 3))
layers = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 2), torch.nn.ConvTranspose2d(3, 2, 2), torch.nn.Conv1d(2, 2, 2))
torch.nn.utils.convert_conv2d_weight_memory_format(layers, torch.channels_last)
print([p.stride() for p in layers.parameters()])
