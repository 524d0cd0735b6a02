"""Discrete Fourier transforms: what torch.fft holds, over the primitives fft, rfft and irfft.

Invariant: a real input stays real until the transform needs it complex; lengths and dimensions are checked as torch
does.
"""

import numpy as np

from funcgrad.core.elementwise_layout import noted
from funcgrad.core.halves import COMPLEX32, WIDER
from funcgrad.core.trace import TAPE
from funcgrad.ops.fft import arranged as laid

from .. import dtypes
from ..method_arguments import wrapped
from ..payload import current
from ..tensor import Tensor
from .mapped_by_loop import stacked
from .nodes import named
from .operands import P, cast, dtype_of, float_argument, integer, like_image, new, shape_of
from .out_argument import need_its_dtype, store
from .refusals import refuse
from .register import FUNCTIONS, operation
from .writing import spoken

NORMS = (None, "backward", "ortho", "forward")
SEVERAL = "rfftn expects a real-valued input tensor,"  # (torch's error for rfft2 too)
OPPOSITE = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def fft_operation(name):
    return operation(name=name, function=False, method=False, prefix="fft_")


def transform_axes(t, s, dim, default, along=False, least=""):
    """(axes, lengths) of a transform over several dimensions, or `along` one. `least`: the name of one that needs a dimension."""
    n = len(shape_of(t))
    dim, s = (x if x is None or isinstance(x, (tuple, list)) else (integer(x),) for x in (dim, s))
    if not n and dim is not None:
        raise IndexError(f"Dimension specified as {dim[0]} but tensor has no dimensions")
    if dim is None and s is not None and len(s) > n:
        raise RuntimeError(f"Got shape with {len(s)} values but input tensor only has {n} dimensions.")
    if dim is None:
        dims = list(range(n))[-len(s) :] if s is not None else list(default(n))
    else:
        dims = [wrapped(+d, n) for d in dim]
    if least and not dims:
        raise RuntimeError(f"{least} must transform at least one axis")
    if len({*dims}) < len(dims):
        raise RuntimeError("FFT dims must be unique")
    lengths = [shape_of(t)[d] for d in dims] if s is None else list(s)
    if len(lengths) != len(dims):
        raise RuntimeError("When given, dim and shape arguments must have the same length")
    return tuple(dims), tuple([shape_of(t)[d] if k == -1 and not along else k for d, k in zip(dims, lengths)])


def checked(t, axes, n, norm):
    """(the Tensor as torch transforms it, the norm); RuntimeError for lengths, then dtypes, then norms that it does not take, then where
    there is nothing along the other axes."""
    for k in n:
        if k < 1:
            raise RuntimeError(f"Invalid number of data points ({k}) specified")
    t = as_float(t)
    if norm not in NORMS:
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    if axes and 0 in [k for d, k in enumerate(shape_of(t)) if d not in axes]:
        raise RuntimeError("MKL FFT error: Intel oneMKL DFTI ERROR: Inconsistent configuration parameters")
    return t, norm or "backward"


def as_float(t):
    """Integers as the default float: what torch transforms. RuntimeError for halves."""
    need_whole(t)
    return P["cast"](t, dtype=dtypes.Default.numpy) if dtype_of(t).kind in "biu" else t


def need_whole(t):
    """torch's error for a Tensor of halves, which a transform along one dimension raises before it looks at the dimension."""
    if dtype_of(t) == COMPLEX32:
        raise RuntimeError("MKL FFT doesn't support tensors of type: Half")
    if dtype_of(t) in WIDER:
        raise RuntimeError(f"Unsupported dtype {spoken(dtype_of(t))}")
    return t


def need_real(t, name):
    """The same for complex numbers where only real ones are taken."""
    if dtype_of(t).kind == "c":
        raise RuntimeError(f"{name} but got {spoken(dtype_of(t))}")
    return t


def along_one(t, n, dim):
    """(axes, lengths) of a transform along one dimension."""
    return transform_axes(t, None if n is None else (n,), (dim,), every, True)


def as_complex(t):
    return cast(t, dtypes.complex_of(dtype_of(t))) if dtype_of(t).kind == "f" else t


def arranged(out, t, n, *rounds):
    """A result, laid as that of a new Tensor where t was filled up with zeros."""
    if out.owner is not TAPE or t.owner is not TAPE:
        return out
    if any([k > t.val.shape[d] for d, k in zip([d for axes in rounds for d in axes], n)]):
        out.val = laid(out.val, like_image(new(np.empty(t.val.shape, np.int8)), t).val, *rounds)
    return noted(out)


def complex_transform(input, axes, n, norm, inverse, alone=False):
    """The complex transform of a real or complex Tensor; `alone`: along one axis, of a function that takes no others."""
    t, norm = checked(current(input), axes, n, norm)
    real = dtype_of(t).kind == "f"
    if real and alone and inverse:  # (the conjugate of the transform, as a view)
        return complex_transform(input, axes, n, OPPOSITE[norm], False, True).conj()
    t = t if alone else as_complex(t)
    out = arranged(P["fft"](t, axes=axes, n=n, norm=norm, inverse=inverse), t, n, axes)
    return named(out, "FftR2CBackward0" if real and alone else "FftC2CBackward0", (input,))


def real_transform(input, axes, n, norm):
    t, norm = checked(current(input), axes, n, norm)
    out = P["rfft"](t, axes=axes, n=n, norm=norm)
    return named(arranged(out, t, n, axes, axes[-1:]), "FftR2CBackward0", (input,))


def back_to_real(input, axes, n, norm):
    t, norm = checked(current(input), axes, n, norm)
    t = as_complex(t)
    out = P["irfft"](t, axes=axes, n=n, norm=norm)
    return named(arranged(out, t, n[:-1], axes[:-1], axes[-1:]), "FftC2RBackward0", (input,))


def last(n):
    return range(n)[-2:]


def every(n):
    return range(n)


def family(inverse):
    prefix = "i" if inverse else ""

    def one(input, n=None, dim=-1, norm=None):
        axes, lengths = along_one(need_whole(current(input)), n, dim)
        return complex_transform(input, axes, lengths, norm, inverse, alone=True)

    def two(input, s=None, dim=(-2, -1), norm=None):
        return complex_transform(input, *transform_axes(current(input), s, dim, last), norm, inverse)

    def many(input, s=None, dim=None, norm=None):
        return complex_transform(input, *transform_axes(current(input), s, dim, every), norm, inverse)

    what = "inverse transform" if inverse else "transform"
    for f, of in ((one, "along a dimension"), (two, "over two dimensions"), (many, "over dimensions")):
        f.__doc__ = f"The discrete Fourier {what} {of}, complex."
    return [fft_operation(prefix + name)(f) for name, f in (("fft", one), ("fft2", two), ("fftn", many))]


fft, fft2, fftn = family(False)
ifft, ifft2, ifftn = family(True)


@fft_operation("rfft")
def rfft(input, n=None, dim=-1, norm=None):
    """The transform of a real Tensor along a dimension: its frequencies 0 .. n // 2."""
    t = need_whole(need_real(current(input), "rfft expects a real input tensor,"))
    return real_transform(input, *along_one(t, n, dim), norm)


@fft_operation("rfft2")
def rfft2(input, s=None, dim=(-2, -1), norm=None):
    """The transform of a real Tensor over two dimensions, half of the last."""
    return real_transform(input, *transform_axes(need_real(current(input), SEVERAL), s, dim, last), norm)


@fft_operation("rfftn")
def rfftn(input, s=None, dim=None, norm=None):
    """The transform of a real Tensor over dimensions, half of the last."""
    t = need_real(current(input), SEVERAL)
    return real_transform(input, *transform_axes(t, s, dim, every, least="rfftn"), norm)


def ended(s):
    """The lengths that are given, None if the last of them is left open."""
    return None if s is None or (s[-1] if isinstance(s, (tuple, list)) and s else s) == -1 else s


def halved(t, axes, n, given):
    """The lengths of an inverse of rfft: without one, the last is 2 (m - 1)."""
    if given is None:
        return axes, (*n[:-1], 2 * (shape_of(t)[axes[-1]] - 1))
    return axes, n


@fft_operation("irfft")
def irfft(input, n=None, dim=-1, norm=None):
    """The inverse of rfft: n real points, an even number unless n says otherwise."""
    t = need_whole(current(input))
    return back_to_real(input, *halved(t, *along_one(t, n, dim), n), norm)


@fft_operation("irfft2")
def irfft2(input, s=None, dim=(-2, -1), norm=None):
    """The inverse of rfft2."""
    t = current(input)
    return back_to_real(input, *halved(t, *transform_axes(t, s, dim, last), ended(s)), norm)


@fft_operation("irfftn")
def irfftn(input, s=None, dim=None, norm=None):
    """The inverse of rfftn."""
    t = current(input)
    return back_to_real(input, *halved(t, *transform_axes(t, s, dim, every, least="irfftn"), ended(s)), norm)


@fft_operation("hfft")
def hfft(input, n=None, dim=-1, norm=None):
    """The real transform of a signal of which half is given, the rest being its conjugate."""
    return irfft(first_of(input, n, dim).conj(), n, dim, OPPOSITE.get(norm, norm))


def first_of(t, n, dim):
    """What counts of the half of a signal, of which torch forgets the rest before anything else."""
    count = n // 2 + 1 if type(n) is int and n > 0 and t.dim() else t.size(dim) if t.dim() else 0
    return as_complex(as_float(t)).narrow(dim, 0, count) if t.dim() and t.size(dim) > count else t


@fft_operation("ihfft")
def ihfft(input, n=None, dim=-1, norm=None):
    """The inverse of hfft: half of the signal."""
    t = need_whole(need_real(current(input), "ihfft expects a real input tensor,"))
    return real_transform(input, *along_one(t, n, dim), OPPOSITE.get(norm, norm)).conj()


def several(name, one, default, first):
    """hfft2, hfftn and their inverses: the real transform over the last dimension, the complex one over the others."""

    def hermitian(input, s=None, dim=None, norm=None):
        t = current(input)
        whole = s is None and default is every  # (of no dimensions there is none to name)
        dims = tuple(default(t.dim())) if dim is None and (default is last_two or whole and t.dim()) else dim
        axes, lengths = transform_axes(t, s, dims, every, least=name if default is every else "")
        checked(t, axes, lengths, None)
        if not first and dtype_of(t).kind == "c":
            raise RuntimeError(f"Only supports floating-point dtypes, but found: {spoken(dtype_of(t))}")
        last_length = None if ended(s) is None and first else lengths[-1]
        rest = axes[:-1], lengths[:-1]
        if first:  # the complex transforms go first where the last becomes real, last where it was
            out = first_of(input, last_length, axes[-1])
            return one(complex_transform(out, *rest, norm, False) if rest[0] else out, last_length, axes[-1], norm)
        out = one(input, last_length, axes[-1], norm)
        return stacked(complex_transform(out, *rest, norm, True) if rest[0] else out)

    hermitian.__doc__ = f"{one.__doc__.removesuffix('.')}, over several dimensions."
    return fft_operation(name)(hermitian)


def last_two(n):
    return (-2, -1)


hfft2, hfftn = several("hfft2", hfft, last_two, True), several("hfftn", hfft, every, True)
ihfft2, ihfftn = several("ihfft2", ihfft, last_two, False), several("ihfftn", ihfft, every, False)


def counted_off(counts, length, d):
    """counts / length in a dtype: times the inverse, as torch has it, which is rounded to that dtype."""
    return counts.astype(d) * d.type(1.0 / length) if d.char in "fd" and d.isnative else (counts / length).astype(d)


def frequencies(name, counts):
    def freq(n, d=1.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
        need_its_dtype(out, dtype)
        wanted = dtype.numpy if dtype is not None else None if out is None else out.dtype.numpy
        if wanted is not None and wanted.kind not in "fc":
            raise RuntimeError(f"{name} requires a floating point or complex dtype")
        n, d = integer(n, "n"), d.item() if isinstance(d, Tensor) else d
        if wanted is not None and wanted.kind == "c":
            refuse("arange_cpu", wanted)
        length = n if name == "fftfreq" else int(n / 2) + 1
        if length < 0:
            raise RuntimeError(
                f"Trying to create tensor with negative dimension {length}: [{length}]"
                if out is None
                else "upper bound and lower bound inconsistent with step sign"
            )
        with np.errstate(all="ignore"):
            made = new(counted_off(counts(n), np.float64(n * d), float_argument(dtype)), requires_grad)
        if out is not None and out.numel() == length:
            made = made.reshape(out.shape)
        return made if out is None else store(name, out, made)

    freq.__doc__ = "The frequencies of a transform of n points, d apart."
    return fft_operation(name)(freq)


fftfreq = frequencies("fftfreq", lambda n: np.concatenate((np.arange((n + 1) // 2), np.arange(-(n // 2), 0))))
rfftfreq = frequencies("rfftfreq", lambda n: np.arange(int(n / 2) + 1))


def shifts(name, by):
    def shift(input, dim=None):
        n = input.dim()
        dim = integer(dim, "dim") if isinstance(dim, Tensor) else dim
        dims = list(range(n)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
        if not dims:
            raise RuntimeError("`shifts` required")
        if not n:
            raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
        dims = [wrapped(d, n) for d in dims]
        return FUNCTIONS["roll"](input, [by(input.shape[d]) for d in dims], dims)

    shift.__doc__ = "The zero frequency moved to the middle." if name == "fftshift" else "The inverse of fftshift."
    return fft_operation(name)(shift)


fftshift = shifts("fftshift", lambda k: k // 2)
ifftshift = shifts("ifftshift", lambda k: -(k // 2))
NAMES = {
    f.__name__: f
    for f in (
        fft, ifft, fft2, ifft2, fftn, ifftn, rfft, irfft, rfft2, irfft2, rfftn, irfftn, hfft, ihfft, hfft2, hfftn, ihfft2, ihfftn, fftfreq, rfftfreq,
        fftshift, ifftshift,
    )
}  # fmt: skip
