"""numpy.fft on traced arrays, over the primitives fft, rfft and irfft."""

import operator

import numpy as np

from ..core.aval import shape_of
from ..core.primitive import PRIMITIVES
from .arguments import as_array, axis_of, into
from .protocol import implements

P = PRIMITIVES
OPPOSITE = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


def norm_of(norm):
    norm = "backward" if norm is None else norm
    if norm not in OPPOSITE:
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    return norm


def points(k):
    k = operator.index(k)
    if k < 1:
        raise ValueError(f"Invalid number of FFT data points ({k}) specified.")
    return k


def transform(a, n, axes, norm, out, prim, **params):
    """One primitive over axes, of n points each."""
    return into(out, P[prim](a, axes=axes, n=tuple(map(points, n)), norm=norm_of(norm), **params), "numpy.fft")


def one_axis(prim, half=False, **params):
    """fft and its kin along one axis; `half`: the operand holds the frequencies from 0 to n // 2."""

    def f(a, n=None, axis=-1, norm=None, out=None):
        a = as_array(a)
        axis = axis_of(axis, len(a.shape))
        n = (2 * (a.shape[axis] - 1) if half else a.shape[axis]) if n is None else n
        return transform(a, (n,), (axis,), norm, out, prim, **params)

    return f


fft = implements(np.fft.fft)(one_axis("fft", inverse=False))
ifft = implements(np.fft.ifft)(one_axis("fft", inverse=True))
rfft = implements(np.fft.rfft)(one_axis("rfft"))
irfft = implements(np.fft.irfft)(one_axis("irfft", half=True))


@implements(np.fft.hfft)
def hfft(a, n=None, axis=-1, norm=None, out=None):
    return irfft(np.conj(as_array(a)), n, axis, OPPOSITE[norm_of(norm)], out)


@implements(np.fft.ihfft)
def ihfft(a, n=None, axis=-1, norm=None, out=None):
    return into(out, np.conj(rfft(a, n, axis, OPPOSITE[norm_of(norm)])), "numpy.fft.ihfft")


def several_axes(prim, half=False, default=None, **params):
    """fftn and its kin: over all axes, or as many of the last as `s` has entries, or those given."""

    def f(a, s=None, axes=default, norm=None, out=None):
        a = as_array(a)
        ndim = len(a.shape)
        if axes is None:
            axes = range(ndim) if s is None else range(-len(s), 0)
        axes = tuple(axis_of(d, ndim) for d in axes)
        if s is None:
            s = [a.shape[d] for d in axes]
            if half and axes:
                s[-1] = 2 * (s[-1] - 1)
        elif len(s) != len(axes):
            raise ValueError("Shape and axes have different lengths.")
        s = [a.shape[d] if k == -1 else k for k, d in zip(s, axes, strict=True)]
        return transform(a, s, axes, norm, out, prim, **params)

    return f


LAST = (-2, -1)
fftn = implements(np.fft.fftn)(several_axes("fft", inverse=False))
ifftn = implements(np.fft.ifftn)(several_axes("fft", inverse=True))
rfftn = implements(np.fft.rfftn)(several_axes("rfft"))
irfftn = implements(np.fft.irfftn)(several_axes("irfft", half=True))
fft2 = implements(np.fft.fft2)(several_axes("fft", default=LAST, inverse=False))
ifft2 = implements(np.fft.ifft2)(several_axes("fft", default=LAST, inverse=True))
rfft2 = implements(np.fft.rfft2)(several_axes("rfft", default=LAST))
irfft2 = implements(np.fft.irfft2)(several_axes("irfft", half=True, default=LAST))


def shifted(sign):
    def shift(x, axes=None):
        shape = shape_of(x)
        axes = tuple(range(len(shape))) if axes is None else (axes,) if np.ndim(axes) == 0 else tuple(axes)
        by = tuple(shape[d] // 2 if sign > 0 else -(shape[d] // 2) for d in axes)
        return np.roll(x, by, axes)

    return shift


fftshift = implements(np.fft.fftshift)(shifted(1))
ifftshift = implements(np.fft.ifftshift)(shifted(-1))
