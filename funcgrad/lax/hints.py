"""What programs say to jax's compiler: algorithms, accuracies, tokens. Taken wherever jax takes it, and it changes nothing here, where
products are computed in full and effects happen in the order of the program."""

import enum
from typing import Any, NamedTuple

from .products import ConvDimensionNumbers, Precision

AccuracyMode = enum.Enum("AccuracyMode", "HIGHEST DEFAULT")
RandomAlgorithm = enum.IntEnum("RandomAlgorithm", "RNG_DEFAULT RNG_THREE_FRY RNG_PHILOX", start=0)
DotAlgorithmPreset = enum.Enum(
    "DotAlgorithmPreset",
    "DEFAULT ANY_F8_ANY_F8_F32 ANY_F8_ANY_F8_F32_FAST_ACCUM ANY_F8_ANY_F8_ANY ANY_F8_ANY_F8_ANY_FAST_ACCUM F16_F16_F16 F16_F16_F32 "
    "BF16_BF16_BF16 BF16_BF16_F32 BF16_BF16_F32_X3 BF16_BF16_F32_X6 BF16_BF16_F32_X9 TF32_TF32_F32 TF32_TF32_F32_X3 F32_F32_F32 F64_F64_F64",
)


class DotAlgorithm(NamedTuple):
    """The dtypes in which a product is to be computed, and how."""

    lhs_precision_type: Any
    rhs_precision_type: Any
    accumulation_type: Any
    lhs_component_count: int = 1
    rhs_component_count: int = 1
    num_primitive_operations: int = 1
    allow_imprecise_accumulation: bool = False


class Tolerance:
    """How far a result may be off."""

    def __init__(self, atol=0.0, rtol=0.0, ulps=0):
        self.atol, self.rtol, self.ulps = atol, rtol, ulps


class Token:
    """What orders effects in jax's compiler."""


PrecisionLike = None | str | Precision | tuple | DotAlgorithm | DotAlgorithmPreset
ConvGeneralDilatedDimensionNumbers = None | tuple | ConvDimensionNumbers


def create_token(_=None):
    """A token."""
    return Token()


def after_all(*operands):
    """A token for after these."""
    return Token()


def dce_sink(val, *, prevent_mlir_dce=False):
    """Nothing: val is computed anyhow."""


def pcast(x, axis_name, *, to):
    """x: over axes of one device everything is alike."""
    return x
