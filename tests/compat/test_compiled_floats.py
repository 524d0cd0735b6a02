"""Python floats that change from call to call of a compiled function: what stands for one gives what the float gives, and no figure away."""

import math
import warnings

import pytest

import compat as torch
from compat import nn
from compat.nn import functional as F

INTS, NUMBERS = torch.arange(3), {1.5: 10, 2.5: 20}


def a_match(x, k):
    match k:
        case float():
            return x * 2
        case torch.Tensor():
            return x * 3


class Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        ctx.k = k
        return x * k

    @staticmethod
    def backward(ctx, g):
        return g * ctx.k, None


FUNCTIONS = {
    "beside a Tensor of no dimensions": lambda x, k: [x.sum() * k, k - x.sum(), x.sum() / k, k / x.sum(), x.sum() ** k, k ** x.sum()],
    "beside integers": lambda x, k: [INTS * k, INTS + k, k - INTS, INTS // k, INTS > k, INTS == k, (INTS > 1) * k],
    "beside half precision": lambda x, k: [x.half() * k, x.bfloat16() + k, x.half().sum() * k, k / x.bfloat16()],
    "beside others": lambda x, k: [x.double() * k, x.double().sum() * k, torch.complex(x, x) * k, torch.where(x > 2, x, k)],
    "arithmetic of numbers": lambda x, k: [x * (k * 2 - 1) / (1 + k * k), x + 1 / k, x * -k + abs(k), x / (k**2), x * (k / (k + 1))],
    "made a Tensor": lambda x, k: [torch.tensor(k), torch.as_tensor(k), torch.scalar_tensor(k), torch.full((2,), k), torch.tensor([k, 1])],
    "given back": lambda x, k: (x * k, k, [k], {"k": k}),
    "given back, computed": lambda x, k: (x * k, k + 1, max(k, 2.0)),
    "its class": lambda x, k: x * (2 if isinstance(k, float) else 3 if isinstance(k, torch.Tensor) else 4),
    "its type": lambda x, k: x * (2 if type(k) is float else 3),
    "matched": a_match,
    "looked up": lambda x, k: x * NUMBERS.get(k, 7) + (k in NUMBERS),
    "a key": lambda x, k: {k: x},
    "its attributes": lambda x, k: x * k.real + hasattr(k, "shape") + k.is_integer(),
    "compared": lambda x, k: x * 2 if 2 < k else x if k == 1.5 else x * 4,
    "a truth": lambda x, k: x * k if k else x - 1,
    "a text": lambda x, k: {f"{k:.2f}{k!r}": x},
    "other mathematics": lambda x, k: x * math.sqrt(k) + int(k) + round(k) + k // 1 + k % 1,
    "an option": lambda x, k: [x.clamp(min=k), F.elu(-x, k), x.add(x, alpha=k), torch.lerp(x, x * 2, k), x.addcmul(x, x, value=k)],
    "of a rule": lambda x, k: Scaled.apply(x, k),
    "in place": lambda x, k: x.clone().mul_(k).add_(k).div_(k).sub_(k),
    "a gradient": lambda x, k: torch.func.grad(lambda t: (t * k).sum() * k)(x),
    "compared in turn": lambda x, k: x * k if 0 < k <= 1 else x - k if k == 1.5 else x / k,
    "the least": lambda x, k: (x * min(k, 2.0), max(0.5, k), sorted([k, 2.0, 1.0])),
    "caught": lambda x, k: x * (refused(k) + k),
}  # fmt: skip


def refused(k):
    try:
        return float(k)
    except Exception:
        return 100.0


def seen(x):
    """What is compared of a result: of Tensors the dtype too."""
    if isinstance(x, torch.Tensor):
        return str(x.dtype), x.tolist() if x.dtype.is_complex else [round(v, 4) for v in x.double().flatten().tolist()]
    if isinstance(x, dict):
        return [(k, seen(v)) for k, v in x.items()]
    return (type(x), [seen(v) for v in x]) if isinstance(x, (list, tuple)) else x


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.filterwarnings("ignore:compile. .* is run as it is")
def test_a_float_is_that_of_each_call(name):
    f, x = FUNCTIONS[name], torch.tensor([1.0, 2.5, -3.0])
    compiled = torch.compile(f)
    for k in (1.5, 2.5, 4.0, 0.3):
        assert str(seen(compiled(x, k))) == str(seen(f(x, k)))


def test_a_program_is_for_all_figures_that_compare_alike():
    f = torch.compile(lambda x, k: x * k if k > 1 else x - k, fullgraph=True)
    for k in (0.25, 0.5, 2.0, 3.0, 0.1, 1.0, 1.5, math.nan, math.inf):
        assert str(f(torch.ones(1), k)) == str(torch.ones(1) * k if k > 1 else torch.ones(1) - k)
    assert len(f.stats().compilations) == 3


def test_an_optimizer_of_ones_own_has_one_program_for_all_rates():
    class Plain(torch.optim.Optimizer):
        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    p.sub_(p.grad * group["lr"])

    w = torch.ones(2, requires_grad=True)
    optimizer = Plain([w], {"lr": 0.5})

    @torch.compile
    def step(x):
        optimizer.zero_grad()
        (w * x).sum().backward()
        optimizer.step()

    for k in (0.5, 0.25, 0.125, 0.0625):
        optimizer.param_groups[0]["lr"] = k
        step(torch.ones(2))
    assert w.tolist() == [0.0625, 0.0625] and len(step.stats().compilations) == 2


@pytest.mark.parametrize(
    "name", ["beside a Tensor of no dimensions", "beside integers", "arithmetic of numbers", "given back", "its class"]
)
def test_one_program_is_for_all_figures(name):
    compiled = torch.compile(FUNCTIONS[name], fullgraph=True)
    for k in (1.5, 2.5, 4.0, 0.3):
        compiled(torch.tensor([1.0, 2.5, -3.0]), k)
    assert len(compiled.stats().compilations) == 2


def test_what_python_has_errors_for():
    f = torch.compile(lambda x, k: x * (1 / k))
    g = torch.compile(lambda x, k: x * k**2)
    for k in (1.0, 2.0, 4.0):
        assert f(torch.ones(1), k).item() == 1 / k and g(torch.ones(1), k).item() == k**2
    with pytest.raises(ZeroDivisionError):
        f(torch.ones(1), 0.0)
    with pytest.raises(OverflowError):
        g(torch.ones(1), 1e200)


def test_a_rate_that_is_read_and_one_that_is_kept():
    module = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    kept = []

    class Noted(nn.Module):
        last = None

        def forward(self, x, k):
            self.last = k * 2
            return x * k

    @torch.compile
    def step(x):
        loss = module(x).sum() * optimizer.param_groups[0]["lr"]
        return loss, optimizer.param_groups[0]["lr"]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        noted = torch.compile(Noted())
        for k in (0.5, 0.25, 0.125):
            optimizer.param_groups[0]["lr"] = k
            loss, rate = step(torch.ones(1, 2))
            assert loss.dtype is torch.float32 and rate == k
            noted(torch.ones(2), k)
            kept.append(noted.last)
    assert kept == [1.0, 0.5, 0.25]


@pytest.mark.filterwarnings("ignore:compile. .* is run as it is")
def test_arguments_that_are_containers_of_other_kinds_are_changed_in_each_call():
    import collections

    def push(x, d):
        d.append(x * 2)
        return sum(d)

    def count(x, d):
        d["n"] = d["n"] + x
        return d["n"] * len(d)

    for f, make in ((push, lambda: collections.deque(maxlen=2)), (count, lambda: collections.defaultdict(lambda: torch.zeros(2)))):  # fmt: skip
        found = []
        for g in (f, torch.compile(f)):
            d = make()
            found.append([g(torch.full((2,), float(i)), d).tolist() for i in range(4)] + [len(d)])
        assert found[0] == found[1]


def test_keys_are_of_their_own_types():
    f = torch.compile(lambda d: {k: v * 2 for k, v in d.items()})
    assert [str([*f({k: torch.ones(1)})]) for k in (1, True, 1.0, 1)] == ["[1]", "[True]", "[1.0]", "[1]"]


def test_a_number_that_single_precision_has_not_is_refused_in_each_call():
    x, f = torch.ones(2), torch.compile(lambda x, k: torch.where(x > 2, x, k))
    for k in (1.5, 2.5, 3.5):
        f(x, k)
    for k in (1e308, -1e308):
        with pytest.raises(RuntimeError, match="value cannot be converted to type float without overflow"):
            f(x, k)
    assert f(x, math.inf).tolist() == [math.inf, math.inf]
    assert f(x, 4.5).tolist() == [4.5, 4.5]
    assert len(f.stats().compilations) == 2
