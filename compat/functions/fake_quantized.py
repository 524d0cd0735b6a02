"""Values rounded to a grid of few steps, as quantised training has them: fake_quantize_per_tensor_affine and _per_channel_affine.

Invariant: the derivative is 1 where a value falls on a step of the grid, and 0 where it is held at an end of it.
"""

import numpy as np

from funcgrad.core.halves import BFLOAT16

from ..dtypes import SPOKEN
from ..payload import current
from ..tensor import Tensor
from .forward_mode import refuse_tangents
from .gathering import known
from .refusals import refuse
from .register import FUNCTIONS, operation


def on_grid(x, scale, zero, low, high):
    """x at the nearest step scale * (q - zero), q in [low, high]."""
    step = FUNCTIONS["round"](x.detach() * (1 / scale)) + zero
    inside = (step >= low) & (step <= high)
    held = ((step.clamp(low, high) - zero) * scale).to(x.dtype)
    through = FUNCTIONS["where"](inside, x, 0.0)
    return held + (through - through.detach())


def bounds(quant_min, quant_max):
    if quant_min > quant_max:
        raise RuntimeError("`quant_min` should be less than or         equal to `quant_max`.")


@operation("FakeQuantizePerTensorAffineCachemaskBackward0", method=False)
def fake_quantize_per_tensor_affine(input, scale, zero_point, quant_min, quant_max):
    """input at the nearest of the numbers scale * (q - zero_point), q from quant_min to quant_max."""
    refuse_tangents("fake_quantize_per_tensor_affine_cachemask", input)
    for given in (scale, zero_point):
        if isinstance(given, Tensor) and given.numel() != 1:
            raise RuntimeError(f"a Tensor with {given.numel()} elements cannot be converted to Scalar")
    bounds(quant_min, quant_max)
    if not isinstance(zero_point, Tensor) and not quant_min <= zero_point <= quant_max:
        raise RuntimeError("`zero_point` must be between `quant_min` and `quant_max`.")
    if not input.is_floating_point():
        refuse("fake_quantize_tensor_cachemask_kernel_type_handling", input.dtype.numpy)
    return on_grid(input, scale, zero_point, quant_min, quant_max)


@operation("FakeQuantizePerChannelAffineCachemaskBackward0", method=False)
def fake_quantize_per_channel_affine(input, scale, zero_point, axis, quant_min, quant_max):
    """The same with a scale and a zero point for each index along an axis."""
    d = scale.dtype.numpy
    if d not in (np.float32, BFLOAT16):
        raise RuntimeError(f"Scale must be Float or BFloat16, found {SPOKEN[scale.dtype.name]}")
    if zero_point.dtype.name not in ("int32", "float32", "float16"):
        raise RuntimeError(f"Zero-point must be Int32, Float or Half, found {SPOKEN[zero_point.dtype.name]}")
    for what, t in (("scale", scale), ("zero point", zero_point)):
        if t.dim() != 1:
            raise RuntimeError(f"{what} should be a 1-D tensor")
    if len(scale) != len(zero_point):
        raise RuntimeError("scale and zero-point need to have the same dimensions")
    if len(scale) != input.size(axis):
        raise RuntimeError("dimensions of scale and zero-point are not consistent with input tensor")
    bounds(quant_min, quant_max)
    zeros = known(current(zero_point)) if zero_point.dtype.name == "int32" else None
    if zeros is not None and not ((zeros >= quant_min) & (zeros <= quant_max)).all():
        raise RuntimeError("`zero_point` must be between `quant_min` and `quant_max`.")
    if not 0 <= axis <= input.dim():
        raise RuntimeError("`axis` must be between 0 and number of dimensions of input")
    if not input.is_floating_point():
        refuse("fake_quantize_channel_cachemask_cpu_type_handling", input.dtype.numpy)
    shape = [-1 if d == axis else 1 for d in range(input.dim())]
    return on_grid(input, scale.reshape(shape), zero_point.reshape(shape), quant_min, quant_max)
