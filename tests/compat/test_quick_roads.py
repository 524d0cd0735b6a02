"""The written-out roads of views, of functions along a dimension and of assignments give what the functions behind them give: values, strides, shared
memory, versions, the graph that torch shows, gradients, and what is refused.
"""

import numpy as np
import pytest

import compat as torch
from compat.functions import indexing
from compat.functions.register import METHODS
from funcgrad.core import state

VIEWS = [
    ("view", (4, 6)), ("view", ((-1, 3),)), ("view", (torch.Size([24]),)), ("reshape", (3, -1)), ("reshape", ((2, 12),)),
    ("flatten", ()), ("flatten", (1,)), ("unsqueeze", (0,)), ("unsqueeze", (-1,)), ("squeeze", (1,)), ("squeeze", (0,)),
    ("transpose", (0, 1)), ("transpose", (-1, 0)), ("swapaxes", (1, 2)), ("permute", (2, 0, 1)), ("permute", ((1, 0, 2),)),
    ("expand", (2, 5, 12)), ("expand", ((3, 2, 1, 12),)), ("expand", (-1, 4, -1)), ("expand", (2, 1, 12)), ("t", ()),
    ("__getitem__", (1,)), ("__getitem__", (-1,)), ("__getitem__", (slice(1, None),)), ("__getitem__", ((slice(None), 0),)),
    ("__getitem__", ((..., None),)), ("__getitem__", ((..., slice(2, 5)),)), ("__getitem__", ((0, 0),)), ("__getitem__", ((None, 1),)),
    ("__getitem__", ((slice(None), slice(None), slice(1, 9)),)), ("__getitem__", ((slice(None), slice(None)),)),
]  # fmt: skip
ALONG = [
    ("sum", (), {}), ("sum", (1,), {}), ("sum", (), {"dim": -1, "keepdim": True}), ("mean", (), {}), ("mean", (0,), {}), ("mean", (-1, True), {}),
    ("softmax", (-1,), {}), ("softmax", (), {"dim": 0}), ("log_softmax", (2,), {}), ("logsumexp", (1,), {}), ("logsumexp", (2, True), {}),
]  # fmt: skip
WRONG = [
    ("view", (5, 5)), ("view", (-2, 12)), ("reshape", ("a",)), ("flatten", (3,)), ("unsqueeze", (9,)), ("squeeze", (7,)), ("transpose", (0, 5)),
    ("permute", (0, 0, 1)), ("permute", (0, 1.0, 2)), ("permute", ((2, 1.0, 0),)), ("expand", (3, 3, 3)), ("__getitem__", (7,)), ("__getitem__", ((0, 9),)), ("__getitem__", ((0, 0, 0, 0),)),
    ("clamp", ()), ("clamp", ("a",)), ("masked_fill", (torch.ones(3, 12, dtype=torch.bool), 1.0)), ("masked_fill", (torch.ones(2, 1, 12), 1.0)), ("hardtanh", (2, 1)), ("elu", (1.0, 2, 3)), ("celu", (0,)), ("silu", (0, 1)), ("gelu", ("none",)),
    ("sum", (5,)), ("mean", ("a",)), ("softmax", (4,)), ("logsumexp", ()),
]  # fmt: skip
PLACES = torch.tensor([3, 0, 3]).expand(2, 1, 3).clone()
OF_NUMBERS = [
    ("clamp", (-1, 1.5), {}), ("clamp", (None, 3), {}), ("clip", (), {"min": 0.5}), ("clamp_min", (2,), {}), ("clamp_max", (), {"max": 2}),
    ("silu", (), {}), ("gelu", (), {}), ("logsigmoid", (), {}), ("leaky_relu", (), {}), ("leaky_relu", (0.2,), {}), ("elu", (), {}),
    ("elu", (0.5,), {"inplace": False}), ("selu", (), {}), ("celu", (), {"alpha": 2}), ("softplus", (), {}), ("softplus", (2, 3.0), {}),
    ("masked_fill", (torch.arange(24).reshape(2, 1, 12) % 5 == 0, -1.5), {}), ("masked_fill", (torch.tensor([[True], [False]]).unsqueeze(2), 3), {}),
    ("norm", (), {}), ("norm", (2, -1), {}), ("norm", (), {"dim": 0, "keepdim": True}), ("gather", (2, PLACES), {}), ("gather", (), {"dim": 0, "index": PLACES[:1]}), ("index_select", (0, torch.tensor([1, 1, 0])), {}),
    ("hardtanh", (), {}), ("hardtanh", (-2, 3), {}), ("relu6", (), {}), ("var", (), {}), ("var", (0, False), {}), ("std", (), {"dim": 2}),
    ("std", (2, True, True), {}), ("var", (), {"dim": -1, "correction": 2, "keepdim": True}),
]  # fmt: skip
OPERANDS = {
    "recorded": lambda: torch.arange(24.0).reshape(2, 1, 12).requires_grad_() * 1,
    "leaf": lambda: torch.arange(24.0).reshape(2, 1, 12).requires_grad_(),
    "plain": lambda: torch.arange(24, dtype=torch.float64).reshape(2, 1, 12),
    "view": lambda: (torch.arange(24.0).reshape(12, 2).requires_grad_() * 1).t().reshape(2, 1, 12),
    "whole numbers": lambda: torch.arange(24).reshape(2, 1, 12),
    "matrix": lambda: torch.arange(6.0).reshape(2, 3).requires_grad_() * 1,
}


def looked_at(f, x, args, named):
    """All that can be seen of f(x, *args, **named)."""
    try:
        y = f(x, *args, **named)
    except Exception as error:
        return type(error), str(error)
    seen = [y.tolist(), y.dtype, y.shape, y.stride(), y.storage_offset(), y._is_view(), y.requires_grad]
    seen += [np.shares_memory(y.detach().numpy(), x.detach().numpy()), y.grad_fn and y.grad_fn.name()]
    if y.grad_fn is not None:
        seen += [[n and n.name() for n, _ in y.grad_fn.next_functions], y.is_leaf]
        (g,) = torch.autograd.grad((y * y).sum(), x)
        seen += [g.tolist(), g.stride()]
    with torch.no_grad():
        if seen[5] and not any(s == 0 for s in y.stride()):
            y.add_(1)
            seen += [x.tolist(), x._version, y._version]
    return seen


@pytest.mark.parametrize("operand", OPERANDS)
def test_as_the_function_behind(operand):
    make = OPERANDS[operand]
    for name, args, named in [*[(*v, {}) for v in (*VIEWS, *WRONG)], *ALONG, *OF_NUMBERS]:
        f = METHODS.get(name) or getattr(torch.nn.functional, name)
        quick, slow = looked_at(f, make(), args, named), looked_at(f.__wrapped__, make(), args, named)
        if isinstance(slow, tuple) and isinstance(
            quick, tuple
        ):  # (where a call stands decides how torch counts its arguments)
            assert quick[0] is slow[0]
        else:
            assert quick == slow, (name, args, named)


@pytest.mark.parametrize("halves", [False, True])
def test_the_commonest_calls_take_it(monkeypatch, halves):
    """Nothing falls back to the function behind in silence, also where half precision has been used in a process."""
    monkeypatch.setattr(state.shared, "halves", halves)
    x, called = OPERANDS["recorded"](), []
    for name in ("view", "transpose", "__getitem__", "sum", "softmax"):
        f = METHODS[name]
        f(x, *{"view": (24,), "transpose": (0, 2), "__getitem__": (1,), "sum": (1,), "softmax": (1,)}[name])
        monkeypatch.setitem(f.__globals__, "slow", lambda *args, **named: called.append(args))
        f(x, *{"view": (24,), "transpose": (0, 2), "__getitem__": (1,), "sum": (1,), "softmax": (1,)}[name])
    assert not called
    METHODS["view"](x, "a")
    assert len(called) == 1


ROWS, COLUMNS, MASK = torch.tensor([0, 1, 2]), torch.tensor([3, 0, 3]), torch.tensor([True, False, True])
INDICES = [
    0, -1, slice(1, None), slice(None, None, 2), ..., (0, 1), (slice(None), 2), (..., 0), ROWS, MASK, (ROWS, COLUMNS), (slice(None), COLUMNS),
    (MASK, 1), (0, COLUMNS), (ROWS, slice(1, 3)), 9, (0, 9), torch.tensor([7]), torch.tensor([True]), slice(None, None, -1), None, True,
    torch.tensor([0, 1], dtype=torch.uint8), [0, 1], ROWS.view(3, 1),
]  # fmt: skip
VALUES = [
    1,
    2.5,
    True,
    torch.tensor(3.0),
    torch.ones(4),
    torch.ones(2, 4),
    torch.ones(3),
    torch.ones(1, 1, 4),
    torch.ones(5),
    torch.arange(4),
    1j,
]


def assignment(make, index, value):
    x = make()
    try:
        x[index] = value
    except Exception as error:
        return type(error), str(error), x.tolist(), x._version
    return x.tolist(), x._version, x.grad_fn and x.grad_fn.name()


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.zeros(3, 4),
        lambda: torch.zeros(3, 4, dtype=torch.int64),
        lambda: torch.zeros(2, 3, 4)[1],
        lambda: torch.zeros(4, 3).t(),
        lambda: torch.zeros(3, 4, requires_grad=True) * 1,
        lambda: torch.zeros(1, 4).expand(3, 4),
    ],
)
def test_assignments_as_without_it(make, monkeypatch):
    for index in INDICES:
        for value in VALUES:
            quick = assignment(make, index, value)
            with monkeypatch.context() as patched:
                patched.setattr(indexing, "assigned", lambda *args: False)
                slow = assignment(make, index, value)
            assert quick == slow, (index, value)


def test_a_part_of_its_own_memory_is_refused_as_in_torch():
    x = torch.arange(6.0)
    with pytest.raises(
        RuntimeError, match="some elements of the input tensor and the written-to tensor refer to a single memory"
    ):
        x[1:] = x[:-1]
    with pytest.raises(
        RuntimeError, match="some elements of the input tensor and the written-to tensor refer to a single memory"
    ):
        x[torch.tensor([0, 1, 2])] = x[3:]
    assert x.tolist() == [0, 1, 2, 3, 4, 5] and x._version == 0


PLACES = torch.tensor([[0, 2, 1, 0], [1, 1, 0, 2]])
PUT = [
    (0, PLACES, 1.5), (1, PLACES, torch.arange(8.0).reshape(2, 4)), (-2, PLACES, torch.arange(20.0).reshape(4, 5)), (0, PLACES[:, :2], 2), (0, PLACES, 1j),
    (1, PLACES.t(), torch.ones(4, 2)), (0, PLACES.int(), 1.0), (2, PLACES, 1.0), (0, PLACES + 1, 1.0), (0, PLACES - 1, 1.0), (0, PLACES, torch.ones(2, 3)), (0, PLACES[0], 1.0),
    (0, torch.zeros(0, 4, dtype=torch.int64), 1.0), (0, PLACES, torch.ones(2, 4, dtype=torch.float64)), (0, PLACES, torch.ones(2, 4, requires_grad=True)), (0, PLACES, "a"), ("a", PLACES, 1.0),
    (0, torch.tensor([2, 0]), torch.arange(8.0).reshape(2, 4)), (1, torch.tensor([3, 0]), torch.arange(6.0).reshape(3, 2)), (-1, torch.tensor([1]), torch.ones(3, 1)), (0, torch.tensor([1, 1]), torch.ones(2, 4)),
    (0, torch.tensor([1]), 3), (0, torch.tensor([5]), 1.0), (0, torch.tensor([1]), torch.ones(2, 4)), (0, torch.tensor(1), torch.ones(4)), (0, torch.tensor([1]), torch.tensor(2.0)), (0, torch.tensor([0.0]), 1.0),
]  # fmt: skip
WRITTEN = {
    "scatter_": ("src", "value"),
    "scatter_add_": ("src",),
    "index_add_": ("source",),
    "index_copy_": ("source",),
    "index_fill_": ("value",),
}
INTO = [
    lambda: torch.arange(12.0).reshape(3, 4), lambda: torch.arange(12).reshape(3, 4), lambda: torch.zeros(2, 3, 4)[1], lambda: torch.arange(12.0).reshape(4, 3).t(),
    lambda: torch.zeros(3, 4, requires_grad=True) * 1, lambda: torch.zeros(3, 4, requires_grad=True), lambda: torch.zeros(1, 4).expand(3, 4), lambda: torch.zeros(3, 4).detach(),
]  # fmt: skip


def put(f, make, args, named):
    x = make()
    before = x._version
    try:
        y = f(x, *args, **named)
    except Exception as error:
        return type(error), str(error).partition("[")[0], x.tolist(), x._version - before
    return y is x, x.tolist(), x._version - before, x.grad_fn and x.grad_fn.name()


@pytest.mark.parametrize("name", WRITTEN)
def test_writes_at_places_as_the_function_behind(name):
    f = METHODS[name]
    for make in INTO:
        for dim, index, value in PUT:
            calls = [((dim, index, value), {}), ((dim,), {"index": index, WRITTEN[name][-1]: value})]
            for args, named in [*calls, ((), {"dim": dim, "index": index, WRITTEN[name][0]: value})]:
                assert put(f, make, args, named) == put(f.__wrapped__, make, args, named), (dim, index, value, named)
    x = torch.zeros(4, dtype=torch.int64)
    assert put(f, lambda: x, (0, x, x), {})[0] is put(f.__wrapped__, lambda: x, (0, x, x), {})[0]
    with torch.no_grad():
        assert put(f, INTO[5], PUT[0], {}) == put(f.__wrapped__, INTO[5], PUT[0], {})


def test_the_commonest_writes_at_places_take_it(monkeypatch):
    def slow(*args, **named):
        raise AssertionError("the function behind was called")

    for name, index, value in (
        ("scatter_", PLACES, 1.0), ("scatter_", PLACES, torch.ones(2, 4)), ("scatter_add_", PLACES, torch.ones(2, 4)), ("index_add_", PLACES[0], torch.ones(4, 4)),
        ("index_copy_", PLACES[0], torch.ones(4, 4)), ("index_fill_", PLACES[0], 2),
    ):  # fmt: skip
        f = METHODS[name]
        cell = next(c for c in f.__closure__ if c.cell_contents is f.__wrapped__)
        kept, cell.cell_contents = cell.cell_contents, slow
        try:
            f(torch.zeros(3, 4), 0, index, value)
            with pytest.raises(AssertionError):
                f(torch.zeros(3, 4), 5, index, value)
        finally:
            cell.cell_contents = kept


MIXED = [
    *INDICES, (slice(None), ROWS), (ROWS, 3), (0, slice(None), ROWS), (ROWS, slice(None), 1), (slice(1, 2), ROWS, 0), (..., ROWS), (ROWS, None), (MASK, COLUMNS), (slice(None), MASK),
    (1, torch.tensor([[True, False, True, True]] * 3)), (torch.zeros(2, 3, dtype=torch.bool), 1), (ROWS, COLUMNS, 0), (slice(None, None, 2), COLUMNS), (ROWS - 3, 0), (ROWS.int(), 1),
]  # fmt: skip


def read(make, index):
    x = make()
    try:
        y = x[index]
    except Exception as error:
        return type(error), str(error)
    values = y.tolist()
    y.zero_()
    return values, y.dtype, y.stride(), y._version, x._version, y.requires_grad, x.tolist()


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.arange(12.0).reshape(3, 4),
        lambda: torch.arange(24).reshape(2, 3, 4),
        lambda: torch.arange(24.0).reshape(4, 3, 2).permute(2, 1, 0),
        lambda: torch.arange(12.0, requires_grad=True).reshape(3, 4),
        lambda: torch.arange(36).reshape(3, 3, 4) % 2 == 0,
    ],
)
def test_what_is_read_as_without_it(make, monkeypatch):
    with torch.no_grad():
        for index in MIXED:
            quick = read(make, index)
            with monkeypatch.context() as patched:
                patched.setattr(indexing, "read_at", lambda *args: None)
                slow = read(make, index)
            assert quick == slow, index


OTHER, EDGE = torch.linspace(-1, 3, 12).reshape(3, 4), torch.tensor([0.5, 1.0, 2.0, 3.0])
AT_ONCE = [
    ("clamp_", (1, 4.5), {}), ("clamp_", (), {"max": 3}), ("clamp_", (None, 2), {}), ("clamp_min_", (2.5,), {}), ("clamp_max_", (2,), {}), ("clamp_", (EDGE,), {}),
    ("clamp_", (), {}), ("clamp_", ("a",), {}), ("clamp_", (1j,), {}), ("masked_fill_", (OTHER > 1, -1), {}), ("masked_fill_", (EDGE > 1, 2.5), {}), ("masked_fill_", (OTHER, 1.0), {}),
    ("masked_fill_", (torch.ones(5, dtype=torch.bool), 1.0), {}), ("lerp_", (OTHER, 0.3), {}), ("lerp_", (OTHER, OTHER), {}), ("lerp_", (OTHER.double(), 0.3), {}), ("lerp_", (OTHER[:1], 0.7), {}),
    ("addcmul_", (OTHER, EDGE), {"value": 0.5}), ("addcdiv_", (OTHER, EDGE), {}), ("addcmul_", (OTHER, torch.ones(2, 3, 4)), {}), ("tril_", (), {}), ("tril_", (1,), {}),
    ("heaviside_", (torch.tensor(2.0),), {}), ("addcmul_", (OTHER, OTHER.requires_grad_(False)), {}), ("masked_fill_", (OTHER > 1, torch.tensor(3.0)), {}), ("polygamma_", (1,), {}),
]  # fmt: skip


@pytest.mark.parametrize("make", [*INTO, lambda: OTHER.clone(), lambda: torch.arange(12.0).half().reshape(3, 4)])
def test_in_place_functions_as_without_it(make, monkeypatch):
    from compat.functions import choosing, register, two_operands

    for name, args, named in AT_ONCE:
        f = METHODS.get(name) or getattr(torch.Tensor, name)
        quick = put(f, make, args, named)
        with monkeypatch.context() as patched:
            for module in (choosing, register, two_operands):
                patched.setattr(module, "done_at_once", lambda *args: False)
            slow = put(f, make, args, named)
        assert quick == slow, (name, args, named)
    x = torch.arange(12.0).reshape(3, 4)
    with pytest.raises(RuntimeError, match="single memory location"):
        x[1:].lerp_(x[:2], 0.5)
