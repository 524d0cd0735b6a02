"""Differential samples: one call of an operation, run under torch or compat in one dtype, and what it gives as a digest.

Invariant: nothing here differs between the two libraries. A call is text over the names of OPERANDS, which are the same
figures in every dtype. A digest is dtype, shape and a projection on fixed irrational weights: an element that is off by
more than rounding moves it, and it takes 30 bytes.
"""

import math
import warnings
import zlib
from functools import cache

import numpy as np

from tests.compat.evaluation import error_of, figures, tensors_of

DTYPES = "float64 float32 float16 bfloat16 complex128 complex64 int64 int32 int16 int8 uint8 bool".split()
SHAPES = {  # name: (shape, low, high, phase); one that starts like another has its shape
    "a": ((2, 3), -2.0, 2.0, 0.0),
    "b": ((2, 3), -2.0, 2.0, 0.7),
    "p": ((2, 3), 0.1, 0.9, 0.0),
    "q": ((2, 3), 1.1, 3.0, 0.2),
    "r": ((1, 3), -2.0, 2.0, 0.25),
    "v": ((3,), -2.0, 2.0, 0.1),
    "w": ((3,), -2.0, 2.0, 0.6),
    "s": ((), -2.0, 2.0, 0.0),
    "m": ((3, 3), -2.0, 2.0, 0.4),
    "n": ((3, 2), -2.0, 2.0, 0.5),
    "t": ((2, 3, 4), -2.0, 2.0, 0.8),
    "x": ((2, 3, 3), -2.0, 2.0, 0.9),
    "y": ((2, 3, 2), -2.0, 2.0, 0.35),
    "img": ((2, 2, 4, 5), -2.0, 2.0, 0.3),
    "vol": ((1, 2, 3, 4, 3), -2.0, 2.0, 0.3),
    "seq": ((2, 2, 7), -2.0, 2.0, 0.3),
    "e": ((0, 3), -2.0, 2.0, 0.0),
    "big": ((2, 3), 3.0, 20.0, 0.0),
}
FIXED = {  # operands of a dtype of their own: indices and masks
    "i": np.array([[0, 2, 1], [2, 0, 1]]),
    "j": np.array([1, 0, 1]),
    "g": np.array([[0, 1, 1], [1, 1, 0]]),
    "k": np.array([[True, False, True], [False, False, True]]),
    "o": np.array([2, 0, 1]),
    "cls": np.array([2, 0]),
}
# what of a projection rounding may move, relative to the sum of the absolute terms (torch's polygamma has 9 digits)
TOLERANCE = {
    "float16": 1e-2,
    "complex32": 1e-2,
    "bfloat16": 3e-2,
    "float32": 1e-5,
    "complex64": 1e-5,
    "float64": 2e-9,
    "complex128": 2e-9,
}


KEPT_IN = {
    "bfloat16": "float32",
    "complex32": "complex64",
}  # dtypes that NumPy has none of: in which their figures are given


def in_numpy(t):
    """A Tensor in a dtype that NumPy has."""
    kept = KEPT_IN.get(str(t.dtype).partition(".")[2])
    return t if kept is None else t.float() if kept == "float32" else t.cfloat()


@cache
def array_of(name, dtype):
    """The figures behind the name of an operand, in a dtype."""
    if name in FIXED:
        return FIXED[name]
    if name == "spd":
        base = array_of("m", dtype)
        whole = base @ np.conj(base.T) + 2 * np.eye(3)
        return ((whole + np.conj(whole.T)) / 2).astype(dtype)
    shape, low, high, phase = SHAPES[name]
    real = figures(shape, low, high, phase)
    kind = np.dtype(dtype).kind
    if kind == "c":
        return (real + 1j * figures(shape, low, high, phase + 0.37)).astype(dtype)
    if kind == "b":
        return real > (low + high) / 2
    if kind in "iu":
        whole = np.rint(real if high > 5 else 2 * real)
        return (np.abs(whole) if kind == "u" else whole).astype(dtype)
    return real.astype(dtype)


def names_in(call):
    """The operands that a call names, in the order of their first use."""
    return [n for n in compiled(call).co_names if n in SHAPES or n in FIXED or n == "spd"]


@cache
def compiled(call):
    return compile(call, call, "eval")


def operand(torch, name, dtype, grad=False, shift=0.0):
    """A fresh Tensor of the figures of a name; `shift` moves them, for a second sample."""
    if dtype in KEPT_IN and name not in FIXED:
        return operand(torch, name, KEPT_IN[dtype], False, shift).to(getattr(torch, dtype)).requires_grad_(grad)
    array = array_of(name, KEPT_IN.get(dtype, dtype))
    if name in FIXED:
        return torch.from_numpy(np.array(array))
    if shift and array.dtype.kind in "fc":
        array = array * (1 - shift)
    return torch.from_numpy(np.array(array)).requires_grad_(grad and array.dtype.kind in "fc")


def run(torch, call, operands, dtype):
    """What a call gives of these operands."""
    torch.manual_seed(7)
    space = {"torch": torch, "F": torch.nn.functional, "inf": math.inf, "nan": math.nan, "np": np, "math": math}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(compiled(call), {**space, "dtype": getattr(torch, dtype), **operands})


def value(torch, call, dtype, out=None):
    """The result of a call in a dtype, nothing being recorded; `out`: the call is given these to write into."""
    operands = {n: operand(torch, n, dtype) for n in names_in(call)}
    if out is None:
        return run(torch, call, operands, dtype)
    return run(torch, f"{call.removesuffix(')')}, out=out)", operands | {"out": out}, dtype)


@cache
def weights(n):
    return figures((n,), 0.5, 1.5, 0.123)


def digest(result):
    """A result as text: of a Tensor "float32[2,3] 1.23456", of several these joined by "; ", of others their repr."""
    if hasattr(result, "grad_fn"):
        array, head, _ = figures_and_head(result)
        return f"{head} {figures_of(array)}"
    if isinstance(result, (tuple, list)) and not hasattr(result, "numel"):
        return "; ".join([digest(r) for r in result])
    return f"{result:.12g}" if isinstance(result, float) else repr(result)


def figures_and_head(result):
    """(the figures of a Tensor as an array, "float32[2,3]", the name of its dtype)."""
    dtype = str(result.dtype).partition(".")[2]
    array = in_numpy(result).numpy(force=True)
    return array, f"{dtype}{list(array.shape)}".replace(" ", ""), dtype


def figures_of(array):
    return " ".join([f"{p:.{11 if array.dtype.itemsize >= 8 else 7}g}" for p in projections(array)[0]])


def projections(array):
    """(projections of the real and, of complex numbers, the imaginary part; the sum of the absolute terms)."""
    flat = array.reshape(-1)
    parts = (flat.real, flat.imag) if flat.dtype.kind == "c" else (flat,)
    out, size = [], 0.0
    for part in parts:
        part = np.clip(np.nan_to_num(part.astype(float), nan=7.77, posinf=11.11, neginf=-13.13), -1e300, 1e300)
        terms = part * weights(len(part))
        out.append(float(terms.sum()))
        size += float(np.abs(terms).sum())
    return out, size


def agrees(result, wanted):
    """Is this result what a digest says, but for rounding?"""
    if hasattr(result, "grad_fn"):
        array, own_head, dtype = figures_and_head(result)
        head, *theirs = wanted.split(" ")
        if head != own_head:
            return False
        own, size = projections(array)
        room = TOLERANCE.get(dtype, 1e-6) * max(size, 1e-3)
        return len(own) == len(theirs) and all(abs(o - float(t)) <= room + 1e-11 * abs(o) for o, t in zip(own, theirs))
    if isinstance(result, (tuple, list)) and not hasattr(result, "numel"):
        parts = wanted.split("; ") if wanted else []
        if any(isinstance(r, (tuple, list)) for r in result):
            return agrees(flat_list(result), wanted)
        return len(parts) == len(result) and all(map(agrees, result, parts))
    if isinstance(result, float):
        return math.isclose(result, float(wanted), rel_tol=1e-6) or f"{result:.12g}" == wanted
    return repr(result) == wanted


def flat_list(result):
    return [x for r in result for x in (flat_list(r) if isinstance(r, (tuple, list)) else [r])]


def refusal(torch, call, dtype):
    """The error that a call raises in a dtype, as its type and a checksum of the first line of its text; None if it raises none."""
    try:
        value(torch, call, dtype)
    except Exception as error:
        kind, text = error_of(error)
        return f"{kind} {zlib.crc32(text.encode()):08x}"
    return None


# ------------------------------------------------------------------------------------------------ derivatives
def cotangents(torch, tensors, phase):
    """Fixed cotangents, of the dtypes of these."""
    made = []
    for at, t in enumerate(tensors):
        shape = tuple(t.shape)
        real = figures(shape, 0.2, 1.2, 0.37 * at + phase)
        if t.dtype.is_complex:
            real = real + 1j * figures(shape, 0.2, 1.2, 0.37 * at + phase + 0.5)
        made.append(torch.tensor(real, dtype=t.dtype))
    return made


def recorded(torch, call, dtype):
    """(results that have a history, leaves) of a call; ([], []) if nothing is differentiable."""
    operands = {n: operand(torch, n, dtype, True) for n in names_in(call)}
    leaves = [o for o in operands.values() if o.requires_grad]
    results = [t for t in tensors_of(run(torch, call, operands, dtype)) if t.grad_fn is not None]
    return results, leaves


def gradients(torch, roots, leaves, phase=0.0, **options):
    """The gradients of the leaves, zeros where there is none."""
    roots = [r for r in roots if r.requires_grad]
    if not roots:
        return [torch.zeros_like(leaf) for leaf in leaves]
    got = torch.autograd.grad(roots, leaves, cotangents(torch, roots, phase), allow_unused=True, **options)
    return [torch.zeros_like(leaf) if g is None else g for g, leaf in zip(got, leaves)]


def derivatives(torch, call, dtype):
    """(gradients, gradients of the gradients, or None if torch has none); None if nothing is differentiable."""
    results, leaves = recorded(torch, call, dtype)
    if not results:
        return None
    first = gradients(torch, results, leaves, create_graph=True)
    second = gradients(torch, first, leaves, 0.21)
    return first, second


# ------------------------------------------------------------------------------------------------ other ways to call
def empties(torch, wanted):
    """What to give as out= for such a result; None for one that holds more than Tensors."""
    if hasattr(wanted, "grad_fn"):
        return torch.empty(0, dtype=wanted.dtype)
    if not all(hasattr(w, "grad_fn") for w in wanted):
        return None
    return tuple([torch.empty(0, dtype=w.dtype) for w in wanted])


def function_of(torch, call, dtype):
    """(the call as a function of its operands that returns a tuple of Tensors, those operands)."""
    names = names_in(call)

    def f(*operands):
        result = run(torch, call, dict(zip(names, operands)), dtype)
        return tuple(tensors_of(result)) or None

    return f, [operand(torch, n, dtype) for n in names]


def mapped(torch, vmap, call, dtype):
    """What vmap of a call gives over two samples of each of its operands that is no index; None if there is none."""
    f, first = function_of(torch, call, dtype)
    names = names_in(call)
    moves = [n not in FIXED for n in names]
    if not any(moves):
        return None
    second = [operand(torch, n, dtype, shift=0.25) for n in names]
    given = [torch.stack([x, y]) if m else x for x, y, m in zip(first, second, moves)]
    return vmap(f, tuple([0 if m else None for m in moves]))(*given), (f(*first), f(*second))
