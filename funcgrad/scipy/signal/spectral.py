"""Trends and spectra: short-time Fourier transforms, Welch's averages (P. Welch, 1967), their inverse by overlapping windows."""

import math
import operator

import numpy as np

from ... import numpy as fnp
from ...at import at as placed
from ...core.aval import dtype_of, shape_of
from ...errors import ArgumentValueError, ShapeError
from ...numpy.arguments import as_array, axis_of, cast, inexact

__all__ = ["csd", "detrend", "istft", "stft", "welch"]
COSINES = {  # the windows that are sums of cosines
    "boxcar": (1.0,), "hann": (0.5, 0.5), "hamming": (0.54, 0.46), "blackman": (0.42, 0.5, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411), "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
}  # fmt: skip


def real_dtype(dtype):
    return np.empty(0, dtype).real.dtype


def window_of(name, window, n, length):
    """(weights, how many): a window by its name, of n (or 256, or as many as there are) weights; or the weights themselves."""
    if isinstance(window, str):
        n = min(256 if n is None else n, length)
        if window not in COSINES:
            raise ArgumentValueError(f"{name}: window must be one of {', '.join(COSINES)}, or an array; got {window!r}")
        if n == 1:
            return np.ones(1), 1
        at = 2 * math.pi * np.arange(n) / n
        return sum((-1) ** k * c * np.cos(k * at) for k, c in enumerate(COSINES[window])), n
    window = as_array(window)
    if len(shape_of(window)) != 1 or shape_of(window)[0] > length or (n is not None and n != shape_of(window)[0]):
        raise ShapeError(
            f"{name}: a window must be a vector of nperseg numbers, of at most {length}; got shape {shape_of(window)}, nperseg={n}"
        )
    return window, shape_of(window)[0]


def detrend(data, axis=-1, type="linear", bp=0, overwrite_data=None):  # noqa: A002
    """data less its mean (`constant`) or less the straight lines (`linear`) that fit best between the break points.

    >>> import numpy as np
    >>> np.round(detrend(np.array([1.0, 2.0, 3.0])), 9) + 0.0
    array([0., 0., 0.])
    """
    data = inexact(as_array(data))
    if type == "constant":
        return fnp.subtract(data, fnp.mean(data, axis, keepdims=True))
    if type != "linear":
        raise ArgumentValueError(f"detrend: type must be 'linear' or 'constant'; got {type!r}")
    axis = axis_of(axis, len(shape_of(data)))
    n = shape_of(data)[axis]
    ends = np.unique(np.r_[0, bp, n])
    if ends[0] < 0 or ends[-1] > n:
        raise ArgumentValueError(f"detrend: break points must lie between 0 and {n}; got {bp}")
    rows, dtype = fnp.moveaxis(data, axis, -1), dtype_of(data)
    parts = []
    for start, stop in zip(ends[:-1], ends[1:], strict=True):
        t = np.stack([np.ones(stop - start), np.arange(1, stop - start + 1) / (stop - start)])
        basis, _ = np.linalg.qr(t.T) if stop - start > 1 else (t.T[:, :1], None)
        basis = basis.astype(dtype)
        piece = rows[..., start:stop]
        parts.append(fnp.subtract(piece, fnp.matmul(fnp.matmul(piece, basis), basis.T)))
    return fnp.moveaxis(fnp.concatenate(parts, -1), -1, axis)


# ------------------------------------------------------------------------------------------------ windows of a signal
def frames(x, length, step):
    """The windows of the last axis, [..., window, length]."""
    count = (shape_of(x)[-1] - length) // step + 1
    return x[..., np.arange(count)[:, None] * step + np.arange(length)]


def extended(name, x, n, boundary):
    """n more elements at both ends."""
    if boundary is None or n == 0:
        return x
    pads = [(0, 0)] * (len(shape_of(x)) - 1) + [(n, n)]
    if boundary == "odd":
        left, right = 2 * x[..., :1] - x[..., n:0:-1], 2 * x[..., -1:] - x[..., -2 : -n - 2 : -1]
        return fnp.concatenate([left, x, right], -1)
    kinds = {"even": "reflect", "constant": "edge", "zeros": "constant"}
    if boundary not in kinds:
        raise ArgumentValueError(f"{name}: boundary must be None, odd, {', '.join(kinds)}; got {boundary!r}")
    return fnp.pad(x, pads, kinds[boundary])


def spectra(
    name, x, y, fs, window, nperseg, noverlap, nfft, trend, return_onesided, scaling, axis, boundary=None, padded=False,
    density=True,
):  # fmt: skip
    """(frequencies, times, transform of each window [..., frequency, ..., window]); density: products of transforms."""
    x = inexact(as_array(x))
    axis = axis_of(axis, len(shape_of(x)))
    both = [x] if y is None else [x, inexact(as_array(y))]
    dtype = np.result_type(*map(dtype_of, both))
    both = [fnp.moveaxis(cast(v, dtype), axis, -1) for v in both]
    longest = max(shape_of(v)[-1] for v in both)
    both = [fnp.pad(v, [(0, 0)] * (len(shape_of(v)) - 1) + [(0, longest - shape_of(v)[-1])]) for v in both]
    if nperseg is not None and nperseg < 1:
        raise ArgumentValueError(f"{name}: nperseg must be a positive number; got {nperseg}")
    weights, n = window_of(name, window, nperseg, longest)
    noverlap, nfft = (
        n // 2 if noverlap is None else operator.index(noverlap),
        n if nfft is None else operator.index(nfft),
    )
    if nfft < n or noverlap >= n:
        raise ArgumentValueError(f"{name}: nfft >= nperseg > noverlap must hold; got {nfft}, {n}, {noverlap}")
    step = n - noverlap
    if boundary is not None:
        both = [extended(name, v, n // 2, boundary) for v in both]
    if padded:
        more = (-(shape_of(both[0])[-1] - n) % step) % n
        both = [fnp.pad(v, [(0, 0)] * (len(shape_of(v)) - 1) + [(0, more)]) for v in both]
    real = real_dtype(dtype)
    weights = cast(weights, real)
    if scaling not in ("density", "spectrum"):
        raise ArgumentValueError(f"{name}: scaling must be 'density' or 'spectrum'; got {scaling!r}")
    total = fs * fnp.sum(weights * weights) if scaling == "density" else fnp.sum(weights) ** 2
    onesided = return_onesided and dtype.kind != "c"
    transform, frequencies = (fnp.fft.rfft, np.fft.rfftfreq) if onesided else (fnp.fft.fft, np.fft.fftfreq)
    if isinstance(trend, str):
        flat = lambda v: detrend(v, -1, trend)  # noqa: E731
    else:
        flat = trend if callable(trend) else lambda v: v
    found = [transform(flat(frames(v, n, step)) * weights, nfft, -1) for v in both]
    if density:
        out = fnp.conj(found[0]) * found[-1] / total
        out = out if y is not None else fnp.real(out)
        if onesided:  # (what stands for two frequencies counts twice)
            twice = np.full(nfft // 2 + 1, 2.0, real)
            twice[0] = 1
            if nfft % 2 == 0:
                twice[-1] = 1
            out = out * twice
    else:
        out = found[0] / fnp.sqrt(total)
    times = np.arange(n / 2, shape_of(both[0])[-1] - n / 2 + 1, step, dtype=real) / fs
    if boundary is not None:
        times = times - n / 2 / fs
    # [..., window, frequency], of which the frequencies go where the signal was, and the windows last
    out = fnp.moveaxis(fnp.swapaxes(out, -1, -2), -2, axis)
    return frequencies(nfft, 1 / fs).astype(real), times, out


def stft(
    x, fs=1.0, window="hann", nperseg=256, noverlap=None, nfft=None, detrend=False, return_onesided=True, boundary="zeros",
    padded=True, axis=-1,
):  # fmt: skip
    """(frequencies, times, the Fourier transforms of the windows of a signal).

    >>> import numpy as np
    >>> stft(np.ones(8), nperseg=4)[2].shape
    (3, 5)
    """
    return spectra(
        "stft",
        x,
        None,
        fs,
        window,
        nperseg,
        noverlap,
        nfft,
        detrend,
        return_onesided,
        "spectrum",
        axis,
        boundary,
        padded,
        False,
    )


def csd(
    x, y, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant", return_onesided=True,
    scaling="density", axis=-1, average="mean",
):  # fmt: skip
    """(frequencies, the cross power spectrum of two signals): the mean over windows, or the median without its bias."""
    if average not in ("mean", "median"):
        raise ArgumentValueError(f"csd: average must be 'mean' or 'median'; got {average!r}")
    frequencies, _, out = spectra(
        "csd", x, y, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis
    )
    count = shape_of(out)[-1]
    if average == "mean" or count == 1:
        out = fnp.mean(out, -1)
    else:
        bias = 1 + sum(1 / (k + 1) - 1 / k for k in range(2, count, 2))
        parts = [out] if dtype_of(out).kind != "c" else [fnp.real(out), fnp.imag(out)]
        parts = [fnp.median(p, -1) / bias for p in parts]
        out = parts[0] if len(parts) == 1 else parts[0] + 1j * parts[1]
    return frequencies, out


def welch(
    x, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant", return_onesided=True,
    scaling="density", axis=-1, average="mean",
):  # fmt: skip
    """(frequencies, the power spectrum of a signal)."""
    return csd(x, None, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, average)


def istft(
    Zxx, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, input_onesided=True, boundary=True, time_axis=-1,
    freq_axis=-2,
):  # fmt: skip
    """(times, the signal of which `stft` made Zxx)."""
    rank = len(shape_of(Zxx))
    if rank < 2:
        raise ShapeError(f"istft: expected at least two axes; got shape {shape_of(Zxx)}")
    Zxx = fnp.moveaxis(as_array(Zxx), (axis_of(freq_axis, rank), axis_of(time_axis, rank)), (-1, -2))
    bins, count = shape_of(Zxx)[-1], shape_of(Zxx)[-2]
    usual = 2 * (bins - 1) if input_onesided else bins
    n = usual if nperseg is None else operator.index(nperseg)
    if nfft is None:
        nfft = usual + 1 if input_onesided and n == usual + 1 else usual
    noverlap = n // 2 if noverlap is None else operator.index(noverlap)
    if not (nfft >= n > noverlap >= 0):
        raise ArgumentValueError(f"istft: nfft >= nperseg > noverlap must hold; got {nfft}, {n}, {noverlap}")
    step = n - noverlap
    pieces = (fnp.fft.irfft if input_onesided else fnp.fft.ifft)(Zxx, nfft, -1)[..., :n]
    weights = cast(window_of("istft", window, n, n)[0], real_dtype(dtype_of(pieces)))
    length = (count - 1) * step + n
    at = (np.arange(count)[:, None] * step + np.arange(n)).reshape(-1)

    def overlapped(rows):  # [..., window, length] added up where they lie
        flat = fnp.reshape(rows, (*shape_of(rows)[:-2], count * n))
        total = fnp.zeros((*shape_of(rows)[:-2], length), dtype_of(rows))
        return placed(total)[..., at].add(flat)

    out = overlapped(pieces * (weights * fnp.sum(weights)))
    norm = overlapped(fnp.broadcast_to(weights * weights, (count, n)))
    if boundary:
        out, norm = out[..., n // 2 : length - n // 2], norm[n // 2 : length - n // 2]
    out = out / fnp.where(norm > 1e-10, norm, 1.0)
    time_axis, freq_axis = axis_of(time_axis, rank), axis_of(freq_axis, rank)
    out = fnp.moveaxis(out, -1, time_axis - (freq_axis < time_axis))
    # (as many times as the first axis is long, which is that of the signal if there is no other: so it is in SciPy and jax)
    return np.arange(shape_of(out)[0], dtype=real_dtype(dtype_of(out))) / fs, out
