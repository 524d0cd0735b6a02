"""Images at given places: grid_sample, affine_grid."""

import functools
import math

import numpy as np

from funcgrad.core.aval import dtype_of, shape_of
from funcgrad.core.halves import FLOAT32
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import warn
from funcgrad.core.state import shared
from funcgrad.core.trace import TAPE

from ...functions.forward_mode import refuse_tangents
from ...functions.kernels import refuse_in
from ...functions.operands import INT64, KINDS_OF_INTEGER, need_scalar_type
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...graph import labelled
from ...payload import current, wrap
from ...tensor import Tensor

P = PRIMITIVES
DEFAULT = (
    "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
    "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details."
)
GRID_SAMPLE_INTERPOLATION_MODES = {"bilinear": 0, "nearest": 1, "bicubic": 2}
GRID_SAMPLE_PADDING_MODES = {"zeros": 0, "border": 1, "reflection": 2}


def like(numbers, c):
    """Numbers for the axes of places [k, ...], in their dtype."""
    return P["cast"](numbers.reshape(-1, *[1] * (len(shape_of(c)) - 1)), dtype=dtype_of(c))


def in_places(c, sizes, align_corners):
    """Coordinates from -1 to 1 as places along axes of these sizes, the last axis first."""
    if align_corners:
        return P["mul"](P["div"](P["add"](c, 1.0), 2.0), like(sizes - 1, c))
    return P["div"](P["sub"](P["mul"](P["add"](c, 1.0), like(sizes, c)), 1.0), 2.0)


def held(c, sizes):
    """Places limited to those that are there; without derivative at the limits."""
    last = like(sizes - 1, c)
    c = P["where"](P["less_equal"](c, 0.0), 0.0, c)
    return P["where"](P["greater_equal"](c, last), last, c)


def reflected(c, sizes, align_corners):
    """Places mirrored at the borders until they are there; all the same where there is but one."""
    low, span = (0.0, sizes - 1) if align_corners else (-0.5, sizes)
    single, span = span == 0, np.maximum(span, 1)
    upper, span = like(span + low, c), like(span, c)
    first = c
    c = P["abs"](P["sub"](c, low), kink="torch")
    flips = P["floor"](P["div"](P["stop"](c), span))
    extra = P["sub"](c, P["mul"](flips, span))
    even = P["equal"](P["remainder"](flips, 2.0), 0.0)
    c = P["where"](even, P["add"](extra, low), P["sub"](upper, extra))
    return P["where"](single.reshape(-1, *[1] * (len(shape_of(c)) - 1)), P["mul"](first, 0.0), c) if single.any() else c


def padded_places(c, sizes, padding_mode, align_corners):
    if padding_mode == "reflection":
        c = reflected(c, sizes, align_corners)
    return c if padding_mode == "zeros" else held(c, sizes)


ALL = slice(None)
NOWHERE = -(2.0**31)  # a place so far outside that no others bring it back


def bare(c):
    """Numbers that carry no derivative: an array, where they are known."""
    return c.val if c.owner is TAPE and not shared.staging else c


def over_axes(combine, c):
    """Numbers [k, N, m, *positions], m for each axis, the last one first, combined over all axes: [N, m**k, the number of positions]."""
    k, n, m, *middle = shape_of(c)
    c = P["reshape"](c, shape=(k, n, m, math.prod(middle)))
    out = P["getitem"](c, idx=(k - 1,))
    for axis in reversed(range(k - 1)):
        first, second = (ALL, ALL, None), (axis, ALL, None)
        out = P[combine](P["getitem"](out, idx=first), P["getitem"](c, idx=second))
        out = P["reshape"](out, shape=(n, m ** (k - axis), math.prod(middle)))
    return out


def taken(x, at):
    """The elements of x [N, C, *sizes] at integer places [k, N, m, *positions], m for each axis: [N, C, m**k, the number of positions]; 0 where
    there is none."""
    n, channels, *sizes = shape_of(x)
    if dtype_of(at).itemsize == 2:
        at = P["cast"](at, dtype=FLOAT32)
    upright = (-1, *[1] * (len(shape_of(at)) - 1))
    last = np.array(sizes[::-1], dtype_of(at)).reshape(upright) - 1
    steps = np.cumprod([1, *sizes[:0:-1]]).reshape(upright)
    there = P["logical_and"](P["greater_equal"](at, 0.0), P["less_equal"](at, last))
    flat = over_axes("add", P["mul"](P["cast"](P["where"](there, at, NOWHERE), dtype=INT64), steps))
    _, corners, positions = shape_of(flat)
    rows = P["reshape"](flat, shape=(n, corners * positions))
    rows = P["broadcast"](rows, shape=(n, channels, corners * positions), axes=(1,))
    table = P["reshape"](x, shape=(n, channels, math.prod(sizes)))
    return P["reshape"](P["window_gather"](table, rows, axes=1), shape=(n, channels, corners, positions))


def weighed(x, at, shares):
    """The elements of x at integer places, each with the product of its shares, added up: [N, C, *positions]."""
    weights = over_axes("mul", shares)
    n, corners, positions = shape_of(weights)
    values = P["mul"](taken(x, at), P["reshape"](weights, shape=(n, 1, corners, positions)))
    return shaped(functools.reduce(P["add"], [P["getitem"](values, idx=(ALL, ALL, i)) for i in range(corners)]), at)


def shaped(out, at):
    """A result [N, C, the number of positions] with the shape of the positions."""
    n, channels = shape_of(out)[:2]
    return P["reshape"](out, shape=(n, channels, *shape_of(at)[3:]))


def neighbours(low, first, count):
    """So many integer places from one on that stands before or behind each of `low`: [k, N, *positions] -> [k, N, count, *positions]."""
    rank = len(shape_of(low)) - 2
    steps = np.arange(first, first + count, dtype=FLOAT32).reshape(-1, *[1] * rank)
    return P["add"](P["getitem"](low, idx=(ALL, ALL, None)), steps)


def between(x, places):
    """Multilinear interpolation at places."""
    low = P["floor"](P["stop"](places))
    share = P["sub"](places, low)
    return weighed(x, neighbours(bare(low), 0, 2), P["stack"](P["sub"](1.0, share), share, axis=2))


def cubic_between(x, places, sizes, padding_mode, align_corners):
    """Bicubic interpolation at places; each of the 16 neighbours is padded by itself."""
    low = P["floor"](P["stop"](places))
    at = padded_places(neighbours(bare(low), -1, 4), sizes, padding_mode, align_corners)
    return weighed(x, at, P["stack"](*taps_of(P["sub"](places, low)), axis=2))


def taps_of(t, a=-0.75):
    """Keys' weights of the four neighbours, t being the distance from the second."""

    def inner(x):
        return P["add"](P["mul"](P["mul"](P["sub"](P["mul"](x, a + 2), a + 3), x), x), 1.0)

    def outer(x):
        y = P["mul"](P["add"](P["mul"](P["sub"](x, 5.0), x), 8.0), x)
        return P["mul"](P["sub"](y, 4.0), a)

    return outer(P["add"](t, 1.0)), inner(t), inner(P["sub"](1.0, t)), outer(P["sub"](2.0, t))


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """An image [N, C, *sizes] at the places of a grid [N, *positions, k]; -1 and 1 are its borders, the last axis first."""
    for what, value, known in (
        ("mode", mode, "'bilinear', 'nearest' or 'bicubic'"),
        ("padding_mode", padding_mode, "'zeros', 'border', or 'reflection'"),
    ):
        table = GRID_SAMPLE_INTERPOLATION_MODES if what == "mode" else GRID_SAMPLE_PADDING_MODES
        if value not in (*table,):
            raise ValueError(f"nn.functional.grid_sample(): expected {what} to be {known}, but got: '{value}'")
    if align_corners is None:
        warn(DEFAULT)
        align_corners = False
    return sampled(input, grid, mode, padding_mode, align_corners)


def sampled(input, grid, mode, padding_mode, align_corners):
    """grid_sample, natively: modes that torch does not know are numbers, and are refused behind all else."""
    refuse_tangents(f"grid_sampler_{len(input.shape) - 2}d", input, grid)
    check_grid(input, grid, mode)
    x, g = current(input), current(grid)
    k = len(shape_of(x)) - 2
    d = dtype_of(x)
    if 0 not in shape_of(x)[:2]:
        if d.kind in KINDS_OF_INTEGER or d.kind == "c":
            refuse("grid_sampler_2d_cpu_kernel_impl" if k == 2 else "grid_sampler3d_cpu", d)
        need_scalar_type(x, g)
    if not (isinstance(mode, str) and isinstance(padding_mode, str)):
        raise ValueError(
            f"grid_sampler has interpolation modes 0 to 2 and padding modes 0 to 2, got {mode} and {padding_mode}: torch would give back "
            "memory that nobody has written"
        )
    shape = shape_of(x)
    sizes = np.array(shape[:1:-1])
    places = P["stack"](*[P["getitem"](g, idx=(Ellipsis, axis)) for axis in range(k)], axis=0)
    places = in_places(places, sizes, align_corners)
    if mode == "bicubic":
        out = cubic_between(x, places, sizes, padding_mode, align_corners)
    else:
        places = padded_places(places, sizes, padding_mode, align_corners)
        if mode == "bilinear":
            out = between(x, places)
        else:
            at = neighbours(bare(P["rint"](P["stop"](places))), 0, 1)
            out = shaped(taken(x, at), at)
            if grid.requires_grad:  # (torch says that its derivative is zero, not that there is none)
                anything = P["sum"](g, axes=tuple(range(k + 2)))
                out = P["where"](False, P["cast"](anything, dtype=dtype_of(x)), out)
    return labelled(out, f"GridSampler{k}DBackward0", (input, grid))


def check_grid(input, grid, mode):
    if input.size(0) != grid.size(0):
        raise RuntimeError(
            "grid_sampler(): expected grid and input to have same batch size, but got input with sizes "
            f"{list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if grid.size(-1) != input.dim() - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {input.dim() - 2} in last dimension, but got grid with sizes "
            f"{list(grid.shape)}"
        )
    for axis, n in enumerate(input.shape):
        if axis > 1 and not n:
            raise RuntimeError(
                f"grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {list(input.shape)} with "
                f"dimension {axis} being empty"
            )
    if input.dim() not in (4, 5) or input.dim() != grid.dim():
        raise RuntimeError(
            f"grid_sampler(): expected {4 if input.dim() == 4 else 5}D input and grid with same number of dimensions, but got input with sizes "
            f"{list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if mode == "bicubic" and input.dim() == 5:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")


def affine_grid(theta, size, align_corners=None):
    """The grid for grid_sample that maps an image of a size by affine matrices: [N, k, k + 1] -> [N, *sizes, k]."""
    if align_corners is None:
        warn(DEFAULT)
        align_corners = False
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    if len(size) not in (4, 5):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size "
            f"{size}."
        )
    k = len(size) - 2
    if theta.dim() != 3 or tuple(theta.shape[-2:]) != (k, k + 1):
        raise ValueError(
            f"Expected a batch of {k}D affine matrices of shape Nx{k}x{k + 1} for size {size}. Got {theta.shape}."
        )
    spatial = [int(n) for n in size[2:]]
    if align_corners and min(spatial) == 1:
        warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is not "
            "an intended use case of affine_grid. See the documentation of affine_grid for details.",
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    return grid_of(theta, size, align_corners)


def line(n, align_corners, d):
    """n numbers from -1 to 1, or in the middle of as many equal parts; of integers, in their arithmetic."""
    if n < 2:
        return np.zeros(n)
    whole = np.linspace(255 if d.kind == "u" else -1, 1, n)  # (which is what -1 is to bytes)
    if d.kind in "iu":
        whole = np.trunc(whole).astype(np.int64).astype(d)
        return whole if align_corners else whole * d.type(n - 1) / n
    return whole * (1 if align_corners else (n - 1) / n)


def grid_of(theta, size, align_corners):
    """affine_grid, of arguments that fit together."""
    k, spatial = len(size) - 2, [int(n) for n in size[2:]]
    d = dtype_of(current(theta))
    if d.kind == "b":
        refuse("linspace_cpu", d)
    axes = [line(n, align_corners, d) for n in spatial]
    grid = np.meshgrid(*axes, indexing="ij")
    base = wrap(Tensor, np.stack([*reversed(grid), np.ones(spatial)], -1).reshape(-1, k + 1).astype(d))
    if theta.dim() != 3 or theta.shape[0] != size[0] or theta.shape[2] != k + 1:
        T["bmm"](base.expand(int(size[0]), *base.shape), T["transpose"](theta, 1, 2))  # (which says what is wrong)
    out = T["matmul"](base, theta.transpose(1, 2))
    out = P["reshape"](out, shape=(int(size[0]), *spatial, k))
    return labelled(out, "AffineGridGeneratorBackward0", (theta,))


refuse_in(globals())
