"""Windows of signal processing (torch.hann_window, ...), and the short-time Fourier transform and its inverse.

Invariant: a periodic window of n points is the symmetric one of n + 1 without its last point.
"""

import math

import numpy as np

from funcgrad.core.halves import HALVES
from funcgrad.core.trace import TAPE

from .. import dtypes
from ..deprecations import once
from ..method_arguments import wrapped
from ..payload import current
from ..tensor import Tensor
from .creation import completed
from .mapped_by_loop import stacked
from .nodes import renamed
from .operands import P, dtype_of, float_argument, integer, new, shape_of
from .out_rules import C_NAMES, type_text
from .refusals import refuse
from .register import FUNCTIONS, operation
from .writing import spoken


# ------------------------------------------------------------------------------------------------ windows
def window(name, values):
    """torch.<name>(n, periodic=True, *parameters); values(k, last, *parameters) of the positions k."""

    def f(
        window_length,
        periodic=True,
        *args,
        dtype=None,
        layout=None,
        device=None,
        pin_memory=False,
        requires_grad=False,
        **kwargs,
    ):
        n = int(window_length)
        if n < 0:
            raise RuntimeError(f"{name} requires non-negative window_length, got window_length={n}")
        d = float_argument(dtype)
        if d.kind not in "fc":
            raise RuntimeError(
                f"{name} expects floating point dtypes, got: TensorOptions(dtype={C_NAMES[dtypes.name_of(d)]}, device=cpu, "
                "layout=Strided (default), requires_grad=false (default), pinned_memory=false, memory_format=(nullopt))"
            )
        last = n if periodic else n - 1
        if n < 2:
            return completed(name, new(np.ones(n).astype(d)), None, device, requires_grad)
        made = values(FUNCTIONS["arange"](n, dtype=dtypes.BY_NUMPY[d]), last, *args, **kwargs).detach()
        return completed(name, made, None, device, requires_grad)

    f.__name__ = name
    f.__doc__ = f"The {name.replace('_', ' ')} of so many points, periodic or symmetric."
    operation(name=name, method=False)(f)


def bartlett(k, last):
    up = k * (2.0 / last)
    return FUNCTIONS["where"](k <= last // 2, up, 2.0 - up)


def hamming(k, last, alpha=0.54, beta=0.46):
    return (k * (math.pi * 2.0 / last)).cos() * -beta + alpha


def hann(k, last):
    return hamming(k, last, 0.5, 0.5)


def blackman(k, last):
    angle = k * (math.pi / last)
    return (angle * 4).cos() * 0.08 - (angle * 2).cos() * 0.5 + 0.42


def kaiser(k, last, beta=12.0):
    i0, at = P["i0"], k.double().numpy()
    return new(i0(beta * np.sqrt(1 - (2 * at / last - 1) ** 2)) / i0(float(beta))).to(k.dtype)


for _values in (bartlett, hamming, hann, blackman, kaiser):
    window(f"{_values.__name__}_window", _values)


# ------------------------------------------------------------------------------------------------ short-time transforms
def refuser(name, **options):
    """A function that makes torch's error of a call: it begins with the call itself."""

    def said(value):
        if isinstance(value, Tensor):
            return f"{type_text(dtype_of(current(value)))}{{{list(value.shape)}}}"
        return str(int(value) if isinstance(value, bool) else value)

    def refused(t, text, sign=" : "):
        what = type_text(dtype_of(current(t)))
        given = ", ".join([f"{k}={said(v)}" for k, v in options.items()])
        return RuntimeError(f"{name}({what}{list(t.shape)}, {given}){sign}{text}")

    return refused


def is_known(t):
    return current(t).owner is TAPE


def padded_window(t, given, win_length, n_fft, error):
    """The window, zeros at both sides up to n_fft; None if there is none and it would be ones."""
    if given is None:
        if win_length == n_fft:
            return None
        given = new(np.ones(win_length, np.empty(0, dtype_of(t)).real.dtype))
    if tuple(given.shape) != (win_length,):
        raise error
    left = (n_fft - win_length) // 2
    if win_length == n_fft:
        return given
    return P["pad"](current(given), 0.0, config=((left, n_fft - win_length - left, 0),))


def centred(input, n_fft, pad_mode, align_to_window):
    """The signal, padded so that frames have their samples in the middle."""
    from ..nn.functional import pad

    if align_to_window is not None:
        raise RuntimeError("stft align_to_window should only be set when center = false")
    shape = list(input.shape)
    d = dtype_of(current(input))
    if d.kind == "b" and pad_mode == "reflect" and n_fft // 2 < shape[-1]:
        refuse("reflection_pad1d", d)
    x = pad(input.view([1] * (3 - len(shape)) + shape), (n_fft // 2, n_fft // 2), pad_mode)
    return x.view(x.shape[3 - len(shape) :]) if len(shape) < 3 else x


def gives_complex(return_complex, is_complex):
    """Is the result of stft complex? (`return_complex=` need not be given where the input or the window is.)"""
    if return_complex is None:
        if not is_complex:
            raise RuntimeError(
                "stft requires the return_complex parameter be given for real inputs, and will further require that return_complex=True "
                "in a future PyTorch release."
            )
        return True
    if not return_complex:
        once("stft_real")
    return return_complex


@operation()
def stft(
    input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect", normalized=False,
    onesided=None, return_complex=None, align_to_window=None,
):  # fmt: skip
    """The Fourier transforms of overlapping frames, as (..., frequencies, frames)."""
    if center and isinstance(n_fft, Tensor) and n_fft.numel() != 1:  # (half of it is made a number first)
        raise ValueError("only one element tensors can be converted to Python scalars")
    n_fft = integer(n_fft)
    hop, length = n_fft // 4 if hop_length is None else hop_length, n_fft if win_length is None else win_length
    t = current(input)
    is_complex = dtype_of(t).kind == "c"
    one = (not is_complex and not (window is not None and window.is_complex())) if onesided is None else onesided
    refused = refuser(
        "stft", n_fft=n_fft, hop_length=hop, win_length=length, window=window, normalized=normalized, onesided=onesided,
        return_complex=return_complex, align_to_window=align_to_window,
    )  # fmt: skip
    rank = len(shape_of(t))
    x = centred(input, n_fft, pad_mode, align_to_window) if center else input
    if window is None:
        once("stft")
    return_complex = gives_complex(return_complex, is_complex or (window is not None and window.is_complex()))
    shown, single = x, rank == 1
    if dtype_of(t).kind not in "fc":
        raise refused(shown, "expected a tensor of floating point or complex values")
    if rank not in (1, 2):
        raise refused(shown, "expected a 1D or 2D tensor")
    x = x.unsqueeze(0) if single else x
    if not 0 < n_fft <= x.shape[1]:
        raise refused(shown, f"expected 0 < n_fft < {x.shape[1]}, but got n_fft={n_fft}")
    if hop <= 0:
        raise refused(shown, f"expected hop_length > 0, but got hop_length={hop}")
    if not 0 < length <= n_fft:
        raise refused(shown, f"expected 0 < win_length <= n_fft, but got win_length={length}")
    frames = renamed(x.unfold(1, n_fft, hop), "AsStridedBackward0")
    w = padded_window(
        t,
        window,
        length,
        n_fft,
        refused(
            shown,
            f"expected a 1D window tensor of size equal to win_length={length}, but got window with size "
            f"{None if window is None else list(window.shape)}",
        ),
    )
    frames = frames if w is None else frames * w
    if dtype_of(current(frames)) in HALVES:
        raise RuntimeError(f"MKL FFT doesn't support tensors of type: {spoken(dtype_of(current(frames)))}")
    from . import fft

    norm = "ortho" if normalized else None
    out = (fft.rfft if one and not frames.is_complex() else fft.fft)(frames, norm=norm).transpose(1, 2)
    out = stacked(current(out.squeeze(0) if single else out))
    return out if return_complex else FUNCTIONS["view_as_real"](out)


@operation()
def istft(
    input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False, onesided=None, length=None,
    return_complex=False,
):  # fmt: skip
    """The signal of which stft made these frames: their inverses, added where they overlap, over the windows' squares."""
    if window is None:
        once("istft")
    hop, wide = n_fft // 4 if hop_length is None else hop_length, n_fft if win_length is None else win_length
    t = current(input)
    refused = refuser(
        "istft", n_fft=n_fft, hop_length=hop, win_length=wide, window=window, center=center, normalized=normalized,
        onesided=onesided, length=length, return_complex=return_complex,
    )  # fmt: skip
    if dtype_of(t).kind != "c":
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True."
        )
    real_view = len(shape_of(t)) + 1
    wrapped(-2, real_view), wrapped(-3, real_view)
    if 0 in shape_of(t):
        raise refused(input, "input tensor cannot be empty.")
    if real_view not in (3, 4):
        raise refused(input, f"expected a tensor with 3 or 4 dimensions, but got {real_view}")
    single = len(shape_of(t)) == 2
    x = (input.unsqueeze(0) if single else input).transpose(1, 2)
    one = x.shape[2] != n_fft if onesided is None else onesided
    wanted = n_fft // 2 + 1 if one else n_fft
    if x.shape[2] != wanted:
        raise refused(
            input,
            f"expected the frequency dimension (3rd to the last) of the input tensor to match n_fft {'/ 2 + 1 ' if one else ''}when onesided={one}, but got {x.shape[2]}",
        )
    if not 0 < hop <= wide:
        raise refused(input, "expected 0 < hop_length <= win_length")
    if wide > n_fft:
        raise refused(input, "expected 0 < win_length <= n_fft")
    w = padded_window(
        t, window, wide, n_fft, refused(input, "Invalid window shape. window has to be 1D and length of `win_length`")
    )
    if return_complex and one:
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    if window is not None and window.is_complex() and not return_complex:
        raise RuntimeError("Complex windows are incompatible with return_complex=False")
    from . import fft

    norm = "ortho" if normalized else None
    half = x if one or return_complex else x[..., : n_fft // 2 + 1]
    frames = fft.ifft(x, norm=norm) if return_complex else fft.irfft(half, n_fft, norm=norm)
    real = np.empty(0, dtype_of(t)).real.dtype
    w = new(np.ones(n_fft, real)) if w is None else w
    count = x.shape[1]
    signal = overlapped(frames * w, n_fft, hop, count)
    weight = overlapped((w * w).expand(1, count, n_fft), n_fft, hop, count)
    start = n_fft // 2 if center else 0
    full = n_fft + hop * (count - 1)
    end = full - n_fft // 2 if length is None and center else full if length is None else start + length
    signal, weight = signal[:, start : min(end, full)], weight[:, start : min(end, full)]
    if not weight.numel():
        weight.min()
    if window is not None and is_known(window) and bool((weight.detach().float().abs() < 1e-11).any()):
        raise refused(input, "window overlap add min: 1\n[ CPUBoolType{} ]", " ")
    out = signal / weight
    if end > full:
        out = P["pad"](current(out), 0.0, config=((0, 0, 0), (0, end - full, 0)))
    return out.squeeze(0) if single else out


def overlapped(frames, n_fft, hop, count):
    """(..., count, n_fft) frames, added at hop points from one to the next."""
    at = (np.arange(count)[:, None] * hop + np.arange(n_fft)).reshape(-1)
    flat = frames.reshape(frames.shape[0], count * n_fft)
    zeros = FUNCTIONS["zeros"](frames.shape[0], n_fft + hop * (count - 1), dtype=frames.dtype)
    return zeros.index_add(1, new(at), flat)
