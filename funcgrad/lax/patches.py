"""What convolutions are made of: patches, shapes, paddings; and products in groups of rows."""

import math

import numpy as np

from .. import numpy as fnp
from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..errors import ShapeError
from .products import (
    asked,
    conv_dimension_numbers,
    conv_general_dilated,
    dot_general,
    padding_of,
    spread_out,
    transposed_padding,
)

P = PRIMITIVES
__all__ = [
    "conv_general_dilated_local", "conv_general_dilated_patches", "conv_general_permutations", "conv_general_shape_tuple",
    "conv_shape_tuple", "conv_transpose_shape_tuple", "padtype_to_pads", "ragged_dot",
]  # fmt: skip


def spatial_rank(shape):
    return len(shape) - 2


def conv_general_dilated_patches(
    lhs, filter_shape, window_strides, padding, lhs_dilation=None, rhs_dilation=None, dimension_numbers=None, precision=None,
    preferred_element_type=None,
):  # fmt: skip
    """The windows of a convolution, flattened into the channels of the result: channel of lhs, then the window's axes.

    >>> import numpy as np
    >>> conv_general_dilated_patches(np.arange(4.0).reshape(1, 1, 4), (2,), (1,), "VALID")[0]
    array([[0., 1., 2.],
           [1., 2., 3.]])
    """
    shape = shape_of(lhs)
    texts = not hasattr(dimension_numbers, "lhs_spec")
    rhs_shape = (1, 1, *filter_shape)
    if texts and dimension_numbers is not None:
        spec = dimension_numbers[1]
        space = iter(filter_shape)
        rhs_shape = tuple([1 if c in "OI" else next(space) for c in spec])
    dn = conv_dimension_numbers(shape, rhs_shape, dimension_numbers)
    channels, taps = shape[dn.lhs_spec[1]], math.prod(filter_shape)
    kernel = np.tile(
        np.eye(taps, dtype=dtype_of(lhs)).reshape(taps, 1, *filter_shape), (channels, 1) + (1,) * len(filter_shape)
    )
    kernel = np.transpose(kernel, np.argsort(dn.rhs_spec))
    return conv_general_dilated(
        lhs, kernel, window_strides, padding, lhs_dilation, rhs_dilation, dn, channels,
        preferred_element_type=preferred_element_type,
    )  # fmt: skip


def conv_general_dilated_local(
    lhs, rhs, window_strides, padding, filter_shape, lhs_dilation=None, rhs_dilation=None, dimension_numbers=None, precision=None
):  # fmt: skip
    """A convolution with a kernel of its own at every place of the result: rhs is [out, channels * window, *places]."""
    dn = conv_dimension_numbers(shape_of(lhs), shape_of(rhs), dimension_numbers)
    rank = spatial_rank(shape_of(lhs))
    patches = conv_general_dilated_patches(
        P["transpose"](lhs, perm=tuple(dn.lhs_spec)), filter_shape, window_strides, padding, lhs_dilation, rhs_dilation
    )
    kernel = P["transpose"](rhs, perm=tuple(dn.rhs_spec))
    places = tuple(range(2, rank + 2))
    out = dot_general(kernel, patches, (((1,), (1,)), (places, places)))  # [*places, out, n]
    out = P["transpose"](out, perm=(rank + 1, rank, *range(rank)))
    return P["transpose"](out, perm=tuple(int(i) for i in np.argsort(dn.out_spec)))


# ------------------------------------------------------------------------------------------------ shapes
def padtype_to_pads(in_shape, window_shape, window_strides, padding):
    """The (low, high) of each axis that "SAME", "SAME_LOWER" or "VALID" stands for.

    >>> padtype_to_pads((5,), (2,), (1,), "SAME")
    [(0, 1)]
    """
    return list(padding_of(padding, in_shape, window_shape, window_strides))


def conv_shape_tuple(lhs_shape, rhs_shape, strides, pads, batch_group_count=1):
    """The shape of a convolution without dilation of NCHW and OIHW operands."""
    pads = padding_of(pads, lhs_shape[2:], rhs_shape[2:], strides)
    if lhs_shape[0] % batch_group_count:
        raise ShapeError(
            f"conv_shape_tuple: batch_group_count={batch_group_count} must divide the batch, {lhs_shape[0]}"
        )
    sizes = [
        max((n + low + high - k) // s + 1, 0)
        for n, k, s, (low, high) in zip(lhs_shape[2:], rhs_shape[2:], strides, pads, strict=True)
    ]
    return (lhs_shape[0] // batch_group_count, rhs_shape[0], *sizes)


def conv_general_shape_tuple(lhs_shape, rhs_shape, window_strides, padding, dimension_numbers):
    """The shape of a convolution without dilation, its axes where dimension_numbers has them."""
    dn = conv_dimension_numbers(lhs_shape, rhs_shape, dimension_numbers)
    lhs, rhs = ([shape[i] for i in spec] for shape, spec in ((lhs_shape, dn.lhs_spec), (rhs_shape, dn.rhs_spec)))
    out = conv_shape_tuple(lhs, rhs, window_strides, padding)
    return tuple([out[i] for i in np.argsort(dn.out_spec)])


def conv_transpose_shape_tuple(lhs_shape, rhs_shape, window_strides, padding, dimension_numbers):
    """The shape of a transposed convolution."""
    dn = conv_dimension_numbers(lhs_shape, rhs_shape, dimension_numbers)
    lhs, rhs = ([shape[i] for i in spec] for shape, spec in ((lhs_shape, dn.lhs_spec), (rhs_shape, dn.rhs_spec)))
    if isinstance(padding, str):
        padding = [transposed_padding(k, s, padding) for k, s in zip(rhs[2:], window_strides, strict=True)]
    lhs[2:] = spread_out(lhs[2:], window_strides)
    out = conv_shape_tuple(lhs, rhs, (1,) * len(window_strides), padding)
    return tuple([out[i] for i in np.argsort(dn.out_spec)])


def conv_general_permutations(dimension_numbers):
    """The permutations that bring lhs to NCHW, rhs to OIHW, and the result from NCHW, of three texts."""
    lhs, rhs, out = dimension_numbers
    space = [c for c in rhs if c not in "OI"]
    return (
        tuple([lhs.index(c) for c in ("N", "C", *space)]),
        tuple([rhs.index(c) for c in ("O", "I", *space)]),
        tuple([out.index(c) for c in ("N", "C", *space)]),
    )


# ------------------------------------------------------------------------------------------------ groups of rows
def ragged_dot(
    lhs, rhs, group_sizes, precision=None, preferred_element_type=None, group_offset=None, out_sharding=None
):  # fmt: skip
    """The rows of lhs (m, k) times the matrix of their group in rhs (g, k, n): the first group_sizes[0] rows, and so on.

    Rows beyond the last group give zeros. NotImplementedError for a group_offset.

    >>> import numpy as np
    >>> ragged_dot(np.ones((3, 1)), np.array([[[2.0]], [[5.0]]]), np.array([1, 2]))[:, 0]
    array([2., 5., 5.])
    """
    if group_offset is not None:
        raise NotImplementedError("ragged_dot: group_offset is not supported; leave the groups before it out of rhs")
    rows, groups = shape_of(lhs)[0], shape_of(rhs)[0]
    ends = fnp.cumsum(group_sizes)
    number = fnp.arange(rows)[:, None]
    inside = fnp.logical_and(number < ends, number >= ends - group_sizes)  # [m, g]
    weights = P["cast"](inside, dtype=dtype_of(lhs))
    spread = P["mul"](
        P["reshape"](weights, shape=(rows, groups, 1)), P["reshape"](lhs, shape=(rows, 1, shape_of(lhs)[1]))
    )
    return asked(dot_general(spread, rhs, (((1, 2), (0, 1)), ((), ()))), preferred_element_type)
