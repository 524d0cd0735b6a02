"""torch.signal.windows: the tapers that signals are multiplied with before their spectrum is taken.

Invariant: a window of M points is a function of M equidistant angles (or places): of a whole period for `sym=False`, less its last
point, and of one that ends at the last point for `sym=True`.
"""

import math
from collections.abc import Iterable

from .. import dtypes
from ..devices import strided
from ..functions.missing import refusal as _refusal
from ..functions.register import FUNCTIONS as T

OF_COSINES = "general_hamming hamming hann nuttall"  # whose errors name the function they are made with
NUTTALL = 0.3635819, 0.4891775, 0.1365995, 0.0106411


def window(f):
    """A window of torch's arguments of f(M, last, line, **own): M points, of which `last` are steps, line(start, end) between them."""
    import functools
    import inspect

    said = "general_cosine" if f.__name__ in OF_COSINES else f.__name__
    names = [p for p in inspect.signature(f).parameters.values() if p.kind is p.KEYWORD_ONLY]

    @functools.wraps(f)
    def made(M, *, sym=True, dtype=None, layout=strided, device=None, requires_grad=False, **own):
        dtype = dtypes.get_default_dtype() if dtype is None else dtype
        unknown = own.keys() - {p.name for p in names}
        missing = [p.name for p in names if p.default is p.empty and p.name not in own]
        if unknown:
            raise TypeError(f"{f.__name__}() got an unexpected keyword argument '{min(unknown)}'")
        if missing:
            raise TypeError(f"{f.__name__}() missing 1 required keyword-only argument: '{missing[0]}'")
        if M < 0:
            raise ValueError(f"{said} requires non-negative window length, got M={M}")
        if layout is not None and layout.name != "strided":
            raise ValueError(f"{said} is implemented for strided tensors only, got: {layout}")
        if dtype.name not in ("float32", "float64"):
            raise ValueError(f"{said} expects float32 or float64 dtypes, got: {dtype}")
        how = {"dtype": dtype, "device": device, "requires_grad": requires_grad}

        def line(start, end):
            return T["linspace"](start, end, M, **how)

        return f(M, sym, line, **own) if M else T["empty"]((0,), **how)

    parameters = [
        *list(inspect.signature(f).parameters.values())[:1], *names,
        *[inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=d)
          for n, d in {"sym": True, "dtype": None, "layout": strided, "device": None, "requires_grad": False}.items()],
    ]  # fmt: skip
    made.__signature__ = inspect.Signature(parameters)
    return made


def stretch(M, sym, more=0):
    """How many steps a window spans, whose last is at its end if it is symmetric."""
    return M - 1 + more if sym or M <= 1 else M + more


@window
def exponential(M, sym, line, *, center=None, tau=1.0):
    """exp(-|n - center| / tau)."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    center = stretch(M, sym) / 2.0 if center is None else center
    scale = 1 / tau
    return (-line(-center * scale, (M - 1 - center) * scale).abs()).exp()


@window
def cosine(M, sym, line):
    """Half a period of a sine."""
    step = math.pi / stretch(M, sym, 1)
    return line(0.5 * step, (M - 0.5) * step).sin()


@window
def gaussian(M, sym, line, *, std=1.0):
    """exp(-(n / std)² / 2), n counted from the middle."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    start, scale = -stretch(M, sym) / 2.0, 1 / (std * math.sqrt(2))
    return (-(line(start * scale, (start + M - 1) * scale) ** 2)).exp()


@window
def kaiser(M, sym, line, *, beta=12.0):
    """I0(beta sqrt(1 - x²)) / I0(beta), x from -1 to 1."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    if M == 1:
        return line(1.0, 1.0)
    k = line(-beta, min(beta, -beta + (M - 1) * 2.0 * beta / stretch(M, sym)))
    beta = T["full"]((), beta, dtype=k.dtype)
    return T["i0"]((beta * beta - k**2).clamp(min=0).sqrt()) / T["i0"](beta)


@window
def bartlett(M, sym, line):
    """A triangle."""
    if M == 1:
        return line(1.0, 1.0)
    return 1 - line(-1, -1 + (M - 1) * 2 / stretch(M, sym)).abs()


def cosines(M, sym, line, a):
    """The sum of a[i] cos(i angle), with signs that alternate."""
    if M == 1:
        return line(1.0, 1.0)
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    if not a:
        raise ValueError("Coefficients cannot be empty")
    k = line(0, (M - 1) * (2 * math.pi / stretch(M, sym)))
    signed = T["tensor"]([(-1) ** i * w for i, w in enumerate(a)], dtype=k.dtype).unsqueeze(-1)
    i = T["arange"](len(a), dtype=k.dtype).unsqueeze(-1)
    return (signed * (i * k).cos()).sum(0)


@window
def general_cosine(M, sym, line, *, a):
    """A sum of cosines with weights `a`."""
    return cosines(M, sym, line, a)


@window
def general_hamming(M, sym, line, *, alpha=0.54):
    """alpha - (1 - alpha) cos."""
    return cosines(M, sym, line, [alpha, 1.0 - alpha])


@window
def hamming(M, sym, line):
    """general_hamming of 0.54."""
    return cosines(M, sym, line, [0.54, 1.0 - 0.54])


@window
def hann(M, sym, line):
    """general_hamming of 0.5."""
    return cosines(M, sym, line, [0.5, 0.5])


@window
def blackman(M, sym, line):
    """Three cosines."""
    return cosines(M, sym, line, [0.42, 0.5, 0.08])


@window
def nuttall(M, sym, line):
    """Four cosines, with low sidelobes."""
    return cosines(M, sym, line, list(NUTTALL))


__all__ = """
bartlett blackman cosine exponential gaussian general_cosine general_hamming hamming hann kaiser nuttall
""".split()
__getattr__ = _refusal(__name__)
