"""Runs one line of a table of expressions under torch or compat and writes down all that can be seen of its result.

Invariant: nothing here differs between the two libraries. The inputs are literal figures, every expression gets fresh
ones, and the cotangents that backward starts from are fixed; so the same record from both means the same behaviour.
"""

import contextlib
import math
import re
import warnings

import numpy as np

STEP = math.sqrt(2.0)  # irrational, so that no two inputs agree and no kink is met by chance


SPECIAL = np.array([-math.inf, -1.5, 0.0, 0.5, 2.0, math.inf])


def figures(shape, low, high, phase=0.0):
    """float64 figures between low and high that neither repeat nor round to anything special."""
    n = math.prod(shape)
    fraction = np.modf((np.arange(n) + 1.0) * STEP + phase)[0]
    return (low + (high - low) * fraction).reshape(shape)


def inputs(torch, code):
    """The names a line may use: the modules, and those of the Tensors below that it names, most of them leaves that require
    grad."""

    def leaf(array, dtype="float32", grad=True):
        return torch.tensor(array.tolist(), dtype=getattr(torch, dtype), requires_grad=grad)

    base = figures((3, 3), -1.0, 1.0, 0.3)
    made = {
        "a": lambda: leaf(figures((2, 3), -2.0, 2.0)),
        "b": lambda: leaf(figures((2, 3), -2.0, 2.0, 0.7)),
        "p": lambda: leaf(figures((2, 3), 0.1, 0.9)),
        "q": lambda: leaf(figures((2, 3), 1.1, 3.0, 0.2)),
        "v": lambda: leaf(figures((3,), -2.0, 2.0, 0.1)),
        "w": lambda: leaf(figures((3,), -2.0, 2.0, 0.6)),
        "s": lambda: leaf(figures((), -2.0, 2.0)),
        "m": lambda: leaf(figures((3, 3), -2.0, 2.0, 0.4)),
        "n": lambda: leaf(figures((3, 2), -2.0, 2.0, 0.5)),
        "t": lambda: leaf(figures((2, 3, 4), -2.0, 2.0, 0.8)),
        "x": lambda: leaf(figures((2, 3, 3), -2.0, 2.0, 0.9)),
        "spd": lambda: leaf(base @ base.T + 2.0 * np.eye(3)),
        "d": lambda: leaf(figures((2, 3), -2.0, 2.0, 0.15), "float64"),
        "c": lambda: leaf(figures((2, 3), -2.0, 2.0) + 1j * figures((2, 3), -2.0, 2.0, 0.7), "complex64", grad=False),
        "z": lambda: leaf(np.zeros(3)),
        "sp": lambda: leaf(np.array([inf_(-1), -2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5, inf_(1), inf_(0)])),
        "gx": lambda: leaf(np.tile(SPECIAL, (6, 1))),
        "gy": lambda: leaf(np.tile(SPECIAL[:, None], (1, 6))),
        "tie": lambda: leaf(np.array([[1.0, 2.0, 2.0], [3.0, 1.0, 3.0]])),
        "ab": lambda: torch.tensor([[1.5, -0.0, inf_(1)], [inf_(-1), inf_(0), 0.25]]),
        "f": lambda: leaf(figures((2, 3), -2.0, 2.0), grad=False),
        "h": lambda: leaf(figures((2, 3), -2.0, 2.0, 0.35), "float16", grad=False),
        "e": lambda: torch.zeros(0, 3),
        "i": lambda: torch.tensor([[0, 2, 1], [2, 0, -3]]),
        "j": lambda: torch.tensor([1, 0, 1, 0]),
        "g": lambda: torch.tensor([[0, 2, 1], [1, 1, 0]]),
        "k": lambda: torch.tensor([[True, False, True], [False, False, True]]),
        "u": lambda: torch.tensor([3, 0, 250], dtype=torch.uint8),
        "i32": lambda: torch.tensor([4, -5, 6], dtype=torch.int32),
    }
    named = {"torch": torch, "math": math, "np": np, "inf": math.inf, "nan": math.nan}
    return named | {name: made[name]() for name in made if re.search(rf"\b{name}\b", code)}


def inf_(sign):
    return math.inf * sign if sign else math.nan


def value_of(array):
    """An array as JSON: dtype, shape, and elements (complex ones as pairs of reals; float32 to nine figures)."""
    array = np.asarray(array)
    flat = array.reshape(-1)
    if array.dtype.kind == "c":
        flat = flat.view(flat.real.dtype)
    if array.dtype.kind == "f" or array.dtype.kind == "c":
        digits = 15 if flat.dtype == np.float64 else 9
        elements = [float(f"{v:.{digits}g}") for v in flat.tolist()]
    else:
        elements = [int(v) for v in flat.tolist()]
    return [array.dtype.name, list(array.shape), elements]


def is_tensor(x):
    return hasattr(x, "grad_fn") and hasattr(x, "requires_grad")


def tensors_of(result):
    """The Tensors of a result, in order."""
    if is_tensor(result):
        return [result]
    if isinstance(result, (tuple, list)):
        return [t for r in result for t in tensors_of(r)]
    return []


def described(result):
    """A result as JSON."""
    if is_tensor(result):
        return {"t": value_of(result.detach().resolve_conj().resolve_neg().numpy())}
    if isinstance(result, (bool, int, float, str, type(None))):
        return float(f"{result:.15g}") if isinstance(result, float) else result
    if isinstance(result, (tuple, list)):
        items = [described(r) for r in result]
        fields = getattr(result, "_fields", None) or named_fields(result)
        return {"fields": fields, "items": items} if fields else items
    return repr(result)


def named_fields(result):
    """The names in a torch.return_types tuple's text, which are the only list of them that torch gives."""
    if type(result) in (tuple, list) or "return_types" not in str(type(result)):
        return None
    names = [line.split("=")[0] for line in repr(result).splitlines()[1:] if "=" in line]
    return [n for n in names if n.isidentifier()]


def node_of(t):
    """(name of the node, names of its parents)."""
    fn = t.grad_fn
    if fn is None:
        return None
    return [type(fn).__name__, [None if f is None else type(f).__name__ for f, _ in fn.next_functions]]


def graph_of(results, leaves):
    """The whole graph behind each of the results, as text: "SumBackward1(MulBackward0(a, -))". `a` is a leaf by its
    name, - a missing operand, `Name:1` the second result of an operation, #3 the fourth operation met, met again."""
    met = {}

    def text(fn, i):
        if fn is None:
            return "-"
        index = f":{i}" if i else ""
        if type(fn).__name__ == "AccumulateGrad":
            return next((name for name, leaf in leaves.items() if leaf is fn.variable), "leaf") + index
        if fn in met:
            return f"#{met[fn]}{index}"
        met[fn] = len(met)
        return f"{type(fn).__name__}{index}({', '.join([text(*edge) for edge in fn.next_functions])})"

    return [text(t.grad_fn, 0) for t in results]


def cotangent(torch, t, at):
    """A fixed cotangent for the `at`-th result."""
    return torch.tensor(figures(tuple(t.shape), 0.2, 1.2, 0.37 * (at + 1)).tolist(), dtype=t.dtype)


def error_of(error):
    """(type, first line of the text)."""
    lines = str(error).splitlines()
    return [type(error).__name__, lines[0] if lines else ""]


def outcome(torch, code, look=True):
    """What a line does: its result and what backward() then gives, or its error; without `look`, the graph is not
    looked at before that."""
    names = inputs(torch, code)
    leaves = {k: v for k, v in names.items() if is_tensor(v) and v.requires_grad}
    *statements, last = code.split(";")
    torch.manual_seed(7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for statement in statements:
                exec(statement.strip(), names)
            result = eval(last.strip(), names)
        except Exception as error:
            return {"error": error_of(error)}
        record = {"result": described(result)}
        got = tensors_of(result)
        if look:
            record["nodes"] = [node_of(t) for t in got]
            record["graph"] = graph_of(got, leaves)
        if any(t._base is not None for t in got):
            record["views"] = [t._base is not None for t in got]
        roots = [t for t in got if t.grad_fn is not None]
        if not roots:
            return record
        seeds = [cotangent(torch, t, at) for at, t in enumerate(roots)]
        try:
            torch.autograd.backward(roots, seeds)
        except Exception as error:
            record["backward"] = error_of(error)
            return record
        record["grads"] = {k: value_of(v.grad.numpy(force=True)) for k, v in leaves.items() if v.grad is not None}
        with contextlib.suppress(RuntimeError):
            torch.autograd.backward(roots, seeds)
            record["again"] = True  # legal where torch keeps nothing that the first backward frees
    return record


# ------------------------------------------------------------------------------------------------ changes before a backward
def ran(torch, code):
    """({name: Tensor} of what a line may use, the Tensors that it gives)."""
    names = inputs(torch, code)
    leaves = {k: v for k, v in names.items() if is_tensor(v)}
    *statements, last = code.split(";")
    torch.manual_seed(7)
    for statement in statements:
        exec(statement.strip(), names)
    return leaves, tensors_of(eval(last.strip(), names))


def pulled(torch, results):
    """backward() from the results, with fixed cotangents."""
    roots = [t for t in results if t.grad_fn is not None]
    torch.autograd.backward(roots, [cotangent(torch, t, at) for at, t in enumerate(roots)])


def changed(torch, t):
    """Other values in the memory of a Tensor; integers stay valid indices."""
    with torch.no_grad():
        if t.dtype == torch.bool:
            t.logical_not_()
        elif t.is_floating_point() or t.is_complex():
            t.mul_(3).add_(0.7)
        else:
            t.mul_(0)


def changeable(torch, code):
    """The names of a line's inputs, and the numbers of its results, that can be changed in place under no_grad."""
    leaves, results = ran(torch, code)
    found = []
    for key in [*[k for k in leaves if re.search(rf"\b{k}\b", code)], *range(len(results))]:
        leaves, results = ran(torch, code)
        with contextlib.suppress(RuntimeError):
            changed(torch, leaves[key] if isinstance(key, str) else results[key])
            found.append(key)
    return found
