"""lerp, addcmul and addcdiv: elementwise functions of three operands."""

import numpy as np

from funcgrad.core.halves import HALVES
from funcgrad.core.quiet import quiet

from .. import dtypes
from ..payload import current
from ..tensor import Tensor
from .fused import interpolated, product_added
from .nodes import named, released
from .operands import FLOAT32, KINDS_OF_INTEGER, P, cast, check_sizes, dtype_of, iterated, need_single, rank
from .out_rules import C_NAMES
from .refusals import refuse
from .register import operation, twin
from .untracked import arrays_of, is_tame, made


def check_lerp(input, end, weight):
    """torch's errors for operands of lerp that do not go together."""
    if not isinstance(end, Tensor):
        raise TypeError("lerp() takes two Tensors, and a Tensor or a number")
    d = dtype_of(current(input))
    for what, t in (("end", end), ("weight", weight)):
        if isinstance(t, Tensor) and dtype_of(current(t)) != d and (what == "end" or t.dim()):
            a, b = (C_NAMES[dtypes.name_of(o)] for o in (d, dtype_of(current(t))))
            raise RuntimeError(f"expected dtype {a} for `{what}` but got dtype {b}")
    if d.kind in KINDS_OF_INTEGER:
        refuse("lerp_kernel_tensor" if isinstance(weight, Tensor) else "lerp_kernel_scalar", d)
    check_sizes(*[current(t) for t in (input, end, weight) if isinstance(t, Tensor)])
    if isinstance(weight, complex) and d.kind != "c":
        raise RuntimeError(f"value cannot be converted to type {C_NAMES[dtypes.name_of(d)]} without overflow")
    need_single(weight, FLOAT32 if d in HALVES else d)


def lerped(end, weight):
    """The name of lerp's node."""
    return "LerpBackward1" if isinstance(weight, Tensor) else "LerpBackward0"


@operation(once=True)
def lerp(input, end, weight):
    """input + weight * (end - input), worked out from the nearer end as torch does."""
    if type(weight) is float and (arrays := arrays_of(input, end)) is not None:
        with quiet():
            x, y = arrays
            return made(interpolated(x, y, weight).astype(x.dtype, copy=False))
    other = weight if isinstance(weight, Tensor) else end
    if (
        type(getattr(input, "val", None)) is not np.ndarray
        or not alike(input, end, other)
        or input.val.dtype.kind != "f"
        or other is end
        and (type(weight) is complex or type(weight) is float and abs(weight) > 1e38)
    ):
        check_lerp(input, end, weight)
    share, weight = weight, cast(weight, dtype_of(current(input))) if isinstance(weight, Tensor) else weight
    if dtype_of(current(input)).char in "fd" and (isinstance(weight, Tensor) or is_tame(weight)):
        out = P["lerp"](current(input), current(end), current(weight) if isinstance(weight, Tensor) else weight)
        out = out if isinstance(weight, Tensor) else released(out, False)
    elif isinstance(weight, Tensor):
        gap, near = end - input, P["less"](P["abs"](current(weight)), 0.5)
        out = P["where"](near, current(input + weight * gap), current(end - gap * (1 - weight)))
    else:
        near = abs(weight) < 0.5
        part = released((end - input) * (weight if near else 1 - weight), False)
        out = input + part if near else end - part
    return named(iterated(out, input, end, share), lerped(end, weight), (input, end, share))


def rounded_once(x):
    """Does torch's kernel round the product and the sum of this dtype in one?"""
    return dtype_of(current(x)) is FLOAT32


def alike(x, y, z):
    """Are these arrays of one dtype and shape, as far as can be seen at a glance? (Then nothing has to be checked.)"""
    try:
        return x.val.dtype is y.val.dtype is z.val.dtype and x.val.shape == y.val.shape == z.val.shape
    except AttributeError:  # (traced values, numbers)
        return False


def together(*ts):
    """Tensors in the dtype that they meet in; RuntimeError if they do not broadcast."""
    if alike(*ts):
        return ts
    check_sizes(*[current(t) for t in ts])
    d = dtypes.result_dtype([rank(t) for t in ts])
    return [cast(current(t), d) for t in ts]


@operation("AddcmulBackward0", once=True)
def addcmul(input, tensor1, tensor2, *, value=1):
    """input + value * tensor1 * tensor2."""
    if is_tame(value) and (arrays := arrays_of(input, tensor1, tensor2)) is not None:
        with quiet():
            x, y, z = arrays
            return made(product_added(x, y, z, value).astype(x.dtype, copy=False))
    input, tensor1, tensor2 = together(input, tensor1, tensor2)
    if dtype_of(current(input)).kind == "b" and input.numel():
        refuse("addcmul_cpu_out", dtype_of(current(input)))
    if isinstance(value, complex) and not input.is_complex():
        raise RuntimeError("value cannot be converted to type float without overflow")
    scaled = tensor1 if value == 1 else tensor1 * value
    if rounded_once(input):
        out = P["fma"](current(scaled), current(tensor2), current(input))
        return iterated(out, input, tensor1, tensor2)
    return input + scaled * tensor2


@operation("AddcdivBackward0", once=True)
def addcdiv(input, tensor1, tensor2, *, value=1):
    """input + value * tensor1 / tensor2."""
    if all(dtype_of(current(t)).kind in KINDS_OF_INTEGER for t in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform "
            "a true "
            "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
            "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 "
            "/ tensor2) for "
            "float inputs. The future addcdiv behavior is just the latter implementation: (input + value * "
            "tensor1 / tensor2), "
            "for all dtypes."
        )
    if is_tame(value) and (arrays := arrays_of(input, tensor1, tensor2)) is not None:
        with quiet():
            x, y, z = arrays
            return made(x + (y if value == 1 else y * value) / z)
    input, tensor1, tensor2 = together(input, tensor1, tensor2)
    if isinstance(value, complex) and not input.is_complex():
        raise RuntimeError("value cannot be converted to type float without overflow")
    return input + (tensor1 if value == 1 else tensor1 * value) / tensor2


twin("lerp", lerped)
twin("addcmul", "AddcmulBackward0")
twin("addcdiv", "AddcdivBackward0")
