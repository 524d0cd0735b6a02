"""torch.testing, torch.utils.checkpoint, torch.random and torch.jit."""

import copy
import functools
import pickle
import warnings

import torch
from torch.testing import assert_close, make_tensor
from torch.utils.checkpoint import checkpoint, checkpoint_sequential


def show(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, error)


nan = float("nan")
a = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
for actual, expected, options in (
    (a, a + 1e-9, {}),
    (a, a + torch.tensor([0, 1e-3]), {}),
    (a, a.double(), {}),
    (a, a.double() + 1, {"check_dtype": False}),
    (a, a[0], {}),
    (a, a + 1, {"rtol": 0, "atol": 0}),
    (a, a + 1, {"rtol": 0}),
    (a, a + 1, {"msg": "no"}),
    (a, a + 1, {"msg": lambda text: text + "!"}),
    (a, a.t(), {"check_stride": True}),
    ([1, 2.0, a], [1, 2.0, a + 1], {}),
    ({"x": [a]}, {"x": [a + 1]}, {}),
    ({"a": 1}, {"b": 1}, {}),
    ([1], [1, 2], {}),
    (1.0, 1, {}),
    (1.0, 1.1, {}),
    (1, 2, {}),
    (None, 1, {}),
    (True, False, {}),
    ("a", "b", {}),
    (torch.tensor(1.0), torch.tensor(2.0), {}),
    (torch.tensor([1, 2]), torch.tensor([1, 5]), {}),
    (torch.tensor([nan]), torch.tensor([nan]), {}),
    (torch.tensor([nan]), torch.tensor([nan]), {"equal_nan": True}),
    (torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.0]), {}),
    (torch.tensor([True]), torch.tensor([False]), {}),
):
    show(functools.partial(assert_close, actual, expected, **options))
torch.manual_seed(0)
for d in (torch.float32, torch.int64, torch.bool, torch.uint8, torch.complex64, torch.float64):
    print(make_tensor(2, 3, dtype=d, device="cpu"))
    print(make_tensor((2,), dtype=d, device="cpu", low=0, high=2, noncontiguous=True, exclude_zero=True))
show(lambda: make_tensor(2, dtype=torch.int32, device="cpu", requires_grad=True))
show(lambda: make_tensor(2, dtype=torch.int8, device="cpu", low=300))

model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Dropout(), torch.nn.Tanh(), torch.nn.Linear(4, 2))
x = torch.randn(3, 2, requires_grad=True)
runs = [0]


def counted(x):
    runs[0] += 1
    return model(x)


for run in (
    lambda: checkpoint(counted, x, use_reentrant=False),
    lambda: checkpoint(counted, x, use_reentrant=True),
    lambda: checkpoint_sequential(model, 2, x, use_reentrant=False),
):
    model.zero_grad()
    x.grad = None
    torch.manual_seed(1)
    run().pow(2).sum().backward()
    print(x.grad, model[0].weight.grad.sum(), torch.rand(1), runs)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    show(lambda: checkpoint(counted, x.detach(), use_reentrant=True).requires_grad)
    show(lambda: checkpoint(counted, x.detach(), use_reentrant=False).requires_grad)
    show(lambda: checkpoint(counted, x).requires_grad)
    print(*[w.message for w in seen], sep="\n")
y = checkpoint(torch.sin, x, use_reentrant=False)
(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
print(torch.autograd.grad(g.sum(), x))
with torch.random.fork_rng():
    torch.rand(3)
print(torch.rand(1), torch.random.initial_seed())


@torch.jit.script
def doubled(x: torch.Tensor) -> torch.Tensor:
    return x * 2


print(doubled(a), torch.jit.trace(model.eval(), x)(x).detach(), torch.jit.is_scripting())
p = torch.nn.Parameter(a.clone())
print(pickle.loads(pickle.dumps(p)), copy.deepcopy(p), copy.copy(p))
print(pickle.loads(pickle.dumps(model)), copy.deepcopy(model)[0].weight is model[0].weight)

torch.manual_seed(0)
layers = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.GELU(), torch.nn.LayerNorm(8), torch.nn.Linear(8, 3))
for reentrant in (False, True):
    x = torch.randn(5, 4, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):  # the second run computes in the dtypes of the first
        out = checkpoint(layers, x, use_reentrant=reentrant)
    out.float().pow(2).sum().backward()
    print(out.dtype, x.grad.norm())


# ------------------------------------------------------------------------------------------------ the last that is saved is a norm's
torch.manual_seed(0)
linear = torch.nn.Linear(3, 3)
for norm in (torch.nn.BatchNorm1d(3), torch.nn.LayerNorm(3), torch.nn.GroupNorm(3, 3)):
    linear.zero_grad()
    x = torch.linspace(-1.0, 1.0, 12).reshape(4, 3).requires_grad_()
    loss = torch.utils.checkpoint.checkpoint(lambda v: norm(linear(v)), x, use_reentrant=False)[:, 0].pow(3).sum()
    loss.backward()
    print(
        type(norm).__name__,
        round(loss.item(), 4),
        round(linear.weight.grad.norm().item(), 4),
        getattr(norm, "num_batches_tracked", None),
    )


# Gradients that are not there, which gradcheck asks rules about
class Halves(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, rule):
        ctx.set_materialize_grads(False)
        ctx.rule = rule
        return x * 2, x * 3

    @staticmethod
    def backward(ctx, g, h):
        return ctx.rule(g, h), None


def both(g, h):
    return None if g is None and h is None else (0 if g is None else 2 * g) + (0 if h is None else 3 * h)


point = torch.tensor([0.3, 1.2], dtype=torch.float64, requires_grad=True)
for rule in (
    both,
    lambda g, h: (0 if g is None else 2 * g) + (0 if h is None else 3 * h),
    lambda g, h: torch.ones(2) if g is None and h is None else both(g, h),
    lambda g, h: 2 * g + 3 * h,
):
    for options in ({}, {"fast_mode": True}, {"check_undefined_grad": False}, {"raise_exception": False}):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            show(lambda: torch.autograd.gradcheck(lambda x: Halves.apply(x, rule), (point,), **options))
        print([str(w.message)[:60] for w in caught])

with torch.autograd.profiler.profile() as prof:
    with torch.autograd.profiler.record_function("step"):
        point * 2
print([e.name for e in prof.function_events if e.name == "step"])
