"""Images of other sizes: interpolate in all its modes.

Interpolation is linear in the image and goes axis by axis: each mode is a matrix of weights [out, in] for each axis.
"""

import functools

import numpy as np

from funcgrad.core.halves import rounder
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import warn
from funcgrad.core.trace import TAPE

from ...formats import suggested
from ...functions.kernels import refuse_in
from ...functions.operands import apart, dtype_of, like_image, shape_of
from ...functions.rounding import half_in, in_float32, shared
from ...graph import labelled
from ...payload import current
from .axes import mapped, picked
from .dtypes import refuse_halves, refuse_integers

P = PRIMITIVES
UINT8 = np.dtype(np.uint8)
MODES = {"linear": (1, "Linear"), "bilinear": (2, "Bilinear"), "bicubic": (2, "Bicubic"), "trilinear": (3, "Trilinear")}


def mapped_in_integers(x, axis, weights):
    """mapped, of bytes: with weights that are whole numbers of 16 bits, as many bits behind the point as the largest allows."""
    bits = next((b for b in range(22) if int(0.5 + weights.max() * (1 << b + 1)) >= 1 << 15), 22)
    whole = np.trunc(weights * (1 << bits) + np.copysign(0.5, weights))
    total = mapped(P["cast"](x, dtype=np.dtype(np.int64)), axis, whole)
    out = P["right_shift"](P["add"](total, 1 << bits - 1), bits)
    return P["cast"](P["clamp"](out, 0, 255, kink="torch"), dtype=UINT8)


# ------------------------------------------------------------------------------------------------ weights by axis
def step(n, m, align_corners, factor, d):
    """How far apart the sources of two neighbours are; in torch's precision."""
    if align_corners:
        return d(n - 1) / d(m - 1) if m > 1 else d(0)
    return d(1.0 / factor) if factor is not None and factor > 0 else d(n) / d(m)


def sources(n, m, align_corners, factor, d):
    """Where along n places each of m places comes from."""
    scale = step(n, m, align_corners, factor, d)
    at = np.arange(m, dtype=d)
    return scale * at if align_corners else scale * (at + d(0.5)) - d(0.5)


def nearest_places(n, m, factor, exact):
    """The place each of m takes its value from (float32 decides, as in torch)."""
    at = np.arange(m, dtype=np.float32) + np.float32(0.5 if exact else 0)
    return np.minimum(np.floor(at * step(n, m, False, factor, np.float32)).astype(np.int64), n - 1)


@functools.lru_cache(64)
def kept_places(n, m, factor, exact):
    """(those places, how often each of n is taken where all are taken as often, one after the other, else None)."""
    at = nearest_places(n, m, factor, exact)
    at.flags.writeable = False
    times = m // n if n else 0
    return at, times if times and np.array_equal(at, np.repeat(np.arange(n), times)) else None


def taken(x, axes):
    """An image whose axes from the third on are taken at places, as kept_places gives them."""
    shape = shape_of(x)
    if None not in [times for _, times in axes]:  # (each element several times: their derivative is a sum)
        whole = shape[:2]
        for n, (_, times) in zip(shape[2:], axes):
            whole += (n, times)
        wide = P["broadcast"](x, shape=whole, axes=tuple(range(3, len(whole), 2)))
        return P["reshape"](wide, shape=(*shape[:2], *[len(at) for at, _ in axes]))
    for axis, (at, _) in enumerate(axes, 2):
        x = picked(x, axis, at)
    return x


@functools.lru_cache(64)
def kept_weights(mode, antialias, n, m, align_corners, factor, d, half=None):
    """The matrix of weights of an axis, in the dtype d; each weight of the dtype `half`, if that is told."""
    weights = smooth_weights(mode) if antialias else cubic_weights if mode == "bicubic" else linear_weights
    own = {} if half is None else {"rounded": rounder(half)}
    out = np.asarray(weights(n, m, align_corners, factor, d, **own), d)
    out.flags.writeable = False
    return out


def linear_weights(n, m, align_corners, factor, d, rounded=np.asarray):
    if n == m:
        return np.eye(n)
    at = np.maximum(sources(n, m, align_corners, factor, d), d(0))
    low = np.minimum(at.astype(np.int64), n - 1)
    share = rounded(np.clip(at - low.astype(d), 0, 1))
    return spread(n, np.stack([low, np.minimum(low + 1, n - 1)], 1), np.stack([rounded(1 - share), share], 1))


def cubic_weights(n, m, align_corners, factor, d, rounded=np.asarray):
    at = sources(n, m, align_corners, factor, d)
    low = np.floor(at)
    shares = rounded(cubic((at - low)[:, None] - np.arange(-1, 3, dtype=d), -0.75))
    return spread(n, np.clip(low[:, None].astype(np.int64) + np.arange(-1, 3), 0, n - 1), shares)


def spread(n, places, shares):
    """A matrix [out, n] that has shares at places, added up where they repeat."""
    out = np.zeros((len(places), n))
    at = np.arange(len(places))[:, None], places
    np.add.at(out, at, shares)
    out[at] = np.where(out[at] == 0, -0.0, out[at])
    return out


def cubic(x, a):
    """Keys' kernel of convolution."""
    x = np.abs(x)
    inner = ((a + 2) * x - (a + 3)) * x * x + 1
    outer = ((x - 5) * x + 8) * x * a - 4 * a
    return np.where(x <= 1, inner, np.where(x < 2, outer, 0))


def lanczos(x):
    x = np.asarray(x, float)
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


# width of the kernel, kernel
SMOOTH = {
    "bilinear": (2, lambda x: np.maximum(1 - np.abs(x), 0)),
    "bicubic": (4, lambda x: cubic(x, -0.5)),
    "lanczos": (6, lanczos),
}


def smooth_weights(mode):
    """Weights with antialias: the kernel widens as the image shrinks."""
    width, kernel = SMOOTH[mode]

    def weights(n, m, align_corners, factor, d):
        scale = step(n, m, align_corners, factor, d)
        wide = max(scale, 1.0)
        centre = scale * (np.arange(m) + 0.5)
        support = width / 2 * wide
        first = np.maximum((centre - support + 0.5).astype(np.int64), 0)
        last = np.minimum((centre + support + 0.5).astype(np.int64), n)
        place = np.arange(n)
        inside = (place >= first[:, None]) & (place < last[:, None])
        out = np.where(inside, kernel((place + 0.5 - centre[:, None]) / wide), 0)
        return out / out.sum(1, keepdims=True)

    return weights


# ------------------------------------------------------------------------------------------------ interpolate
def target_sizes(input, size, scale_factor, mode, recompute):
    """(output sizes or None, scale factors or None) of interpolate's arguments, for each axis, as they are given."""
    k = input.dim() - 2
    shape = list(input.shape[2:])
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if size is not None:
        many = isinstance(size, (list, tuple))
        if many and len(size) != k:
            raise ValueError(
                "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of "
                f"{shape} and output size of {size}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output "
                "size in (o1, o2, ...,oK) format."
            )
        if many and not all(hasattr(n, "__index__") for n in size):
            raise TypeError(
                "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], but got size with "
                f"types {[type(n) for n in size]}"
            )
        if recompute:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        return (size if many else [size] * k), None
    factors = scale_factor if isinstance(scale_factor, (list, tuple)) else [scale_factor] * k
    if factors is scale_factor and len(factors) != k:
        raise ValueError(
            "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of "
            f"{shape} and scale_factor of shape {scale_factor}. Please provide input tensor in (N, C, d1, d2, ...,dK) format "
            "and scale_factor in (s1, s2, ...,sK) format."
        )
    if recompute or mode == "area":
        return [int(n * f) for n, f in zip(shape, factors)], None
    return None, factors


def interpolate(
    input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, antialias=False
):  # fmt: skip
    """An image [N, C, *sizes] in another size.

    mode: nearest, nearest-exact, linear (3-D), bilinear, bicubic, lanczos (4-D), trilinear (5-D), area. ValueError or
    NotImplementedError for what does not go together.
    """
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None:
            raise ValueError(
                "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
            )
    elif align_corners is None:
        align_corners = False
    k = input.dim() - 2
    sizes, factors = target_sizes(input, size, scale_factor, mode, recompute_scale_factor)
    if antialias and not (mode in (*SMOOTH,) and k == 2):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    if k in (1, 2, 3) and mode == "area":
        from . import adaptive

        return getattr(adaptive, f"adaptive_avg_pool{k}d")(input, sizes)
    check_mode(input, mode, k, align_corners, antialias)
    x = current(input)
    factors = [None] * k if factors is None else [float(f) for f in factors]
    sizes = [int(n * f) for n, f in zip(shape_of(x)[2:], factors)] if sizes is None else [int(n) for n in sizes]
    check_sizes(input, sizes)
    if dtype_of(x) != UINT8 or k != 2 and not mode.startswith("nearest"):
        refuse_integers(kernel_of(mode, k, antialias), input)
    if antialias:
        refuse_halves(kernel_of(mode, k, antialias), input)
    if shared.halves and (d := half_in(x)):
        own = d if mode in MODES and not in_vectors(x, mode, sizes) else None
        return in_float32(d, resampled, input, sizes, factors, mode, align_corners, antialias, own)
    return resampled(input, sizes, factors, mode, align_corners, antialias)


def in_vectors(x, mode, sizes):
    """Does torch resample images of half precision in vectors, with weights of float32? (Else weights are of half precision.)"""
    if mode == "bilinear" and sum(sizes) <= 128:
        return True
    channels = shape_of(x)[1]
    wide = channels > 3 and x.owner is TAPE and suggested(x.val) is not None
    return mode == "bilinear" and channels == 3 or mode in ("bilinear", "trilinear") and wide


def summed(x, weights):
    for axis, w in enumerate(weights, 2):
        x = mapped(x, axis, w)
    return x


def resampled(input, sizes, factors, mode, align_corners, antialias, half=None):
    """interpolate, of arguments that fit together. `half`: the dtype of weights, but not of those of gradients."""
    x, k = current(input), len(sizes)
    d = np.float64 if dtype_of(x) == np.float64 else np.float32
    shape = shape_of(x)
    if mode.startswith("nearest"):
        exact = mode == "nearest-exact"
        x = taken(x, [kept_places(*given, exact) for given in zip(shape[2:], sizes, factors)])
        return labelled(
            like_image(apart(x, current(input)), current(input), back=None if k == 2 else False),
            f"UpsampleNearest{'Exact' if exact else ''}{k}DBackward0",
            (input,),
        )
    if dtype_of(x) == UINT8:
        weights = smooth_weights(mode) if antialias else cubic_weights if mode == "bicubic" else linear_weights
        for axis in reversed(range(k)):
            n, m = shape[axis + 2], sizes[axis]
            if n != m:
                x = mapped_in_integers(x, axis + 2, weights(n, m, align_corners, factors[axis], np.float64))
        return like_image(apart(x, current(input)), current(input))
    axes = [(n, m, align_corners, factor, d) for n, m, factor in zip(shape[2:], sizes, factors)]
    rough = half and summed(P["stop"](x), [kept_weights(mode, False, *axis, half) for axis in axes])
    x = summed(x, [kept_weights(mode, antialias, *axis) for axis in axes])
    if rough is not None:
        apart_by = P["where"](P["isfinite"](P["stop"](x)), P["sub"](rough, P["stop"](x)), 0.0)
        x = P["add"](x, apart_by)
    kind = mode.capitalize() + f"{k}D" + ("Aa" if antialias else "")
    x = like_image(apart(x, current(input)), current(input), back=False if mode == "bicubic" else None, turned=True)
    return labelled(x, f"Upsample{kind}Backward0", (input,))


def kernel_of(mode, k, antialias):
    """The name of torch's kernel, for its errors."""
    if antialias:
        return "compute_index_ranges_weights"
    if k == 2 and mode != "bicubic":
        return f"upsample_{mode.removesuffix('-exact')}2d_channels_last"
    kind = "cubic" if mode == "bicubic" else "nearest" if mode.startswith("nearest") else "linear"
    return f"compute_indices_weights_{kind}"


def check_mode(input, mode, k, align_corners, antialias):
    given, mode = mode, mode if isinstance(mode, str) else None
    if mode in ("nearest", "nearest-exact") and k in (1, 2, 3):
        return
    if mode == "lanczos" and k == 2:
        if align_corners:
            raise ValueError("Lanczos mode does not support align_corners=True")
        if not antialias:
            raise ValueError("Lanczos mode requires antialias=True")
        return
    wants = MODES.get(mode, (None,))[0]
    if wants == k:
        return
    if wants is not None and mode != "bicubic" and k in (1, 2, 3):
        raise NotImplementedError(f"Got {k + 2}D input, but {mode} mode needs {wants + 2}D input")
    raise NotImplementedError(
        f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {k + 2}D) for the modes: nearest | linear | bilinear | "
        f"bicubic | trilinear | lanczos | area | nearest-exact (got {given})"
    )


def check_sizes(input, sizes):
    if min(*sizes, *input.shape[2:]) > 0 and input.shape[1] == 0:
        raise RuntimeError(
            f"Non-empty {input.dim()}D data tensor expected but got a tensor with sizes {list(input.shape)}"
        )
    if min(*sizes, *input.shape[1:]) <= 0:
        letters = ("W", "HW", "DHW")[len(sizes) - 1]
        shown, wanted = (", ".join(f"{c}: {n}" for c, n in zip(letters, v)) for v in (input.shape[2:], sizes))
        also = " and" if len(sizes) == 1 else ""
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input ({shown}){also} output ({wanted})"
        )


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """interpolate, by its former name."""
    warn_of("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """interpolate with mode="nearest"."""
    warn_of("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """interpolate with mode="bilinear" and align_corners=True."""
    warn_of("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def warn_of(name):
    warn(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.")


refuse_in(globals())
