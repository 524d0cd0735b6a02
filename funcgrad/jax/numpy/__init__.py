"""jax.numpy's names. Most are faces of funcgrad.numpy's (apply.py) by the table here; where jax's function does something else
than NumPy's, it is in a module of this package. What is loaded, and made, is what is asked for."""

import numpy as _np

from ...lazy import NoSuchName as _NoSuchName
from ...lazy import attributes as _attributes
from .. import arrays as _arrays
from ..apply import faced as _submodule
from ..apply import faces as _faces
from ..dtypes import LACKING as _LACKING
from ..dtypes import MissingDTypeError as _MissingDTypeError
from ..dtypes import Scalar as _Scalar
from ..keys import ARRANGING as _ARRANGING
from ..keys import arranging as _arranging

RULES = {
    "promote": "absolute abs add bitwise_and bitwise_count bitwise_invert bitwise_not bitwise_or "
    "bitwise_xor equal fmax fmin gcd greater greater_equal invert iscomplex "
    "isfinite isinf isnan isneginf isposinf isreal lcm left_shift less less_equal logical_and logical_not logical_or logical_xor "
    "matvec maximum minimum multiply negative not_equal sign signbit subtract vecmat",
    "whole": "bitwise_left_shift bitwise_right_shift fmod left_shift right_shift square",
    "inexact": "acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh cbrt copysign cos "
    "cosh divide exp exp2 expm1 fabs frexp heaviside hypot i0 log log2 modf nextafter "
    "reciprocal rint sin sinc sinh sqrt tan tanh true_divide",
    "promote 0": "all amax amin any argmax argmin max "
    "min nanargmax nanargmin nanmax nanmin nanprod nansum prod ptp sort_complex sum trace",
    "inexact 0 2": "average",
    "inexact 0": "log10 spacing angle bartlett blackman hamming hanning mean percentile poly polyint quantile std var",
    "inexact 0 1": "kaiser trapezoid",
    "promote 0 1": "allclose array_equal array_equiv isclose",
    "merge 0 1": "append kron outer polyadd polysub",
    "keep 0": "array_split atleast_1d atleast_2d atleast_3d broadcast_to delete diag "
    "diag_indices_from diagflat diagonal expand_dims flip fliplr flipud imag insert "
    "matrix_transpose moveaxis packbits pad partition permute_dims ravel real resize roll rollaxis rot90 split squeeze tile "
    "transpose tril_indices_from trim_zeros triu_indices_from "
    "unpackbits unstack",
    "keep": "apply_along_axis apply_over_axes block diag_indices fromfunction indices piecewise "
    "tril_indices triu_indices unravel_index",
    "list": "meshgrid",
    "tell": "array_repr array_str einsum_path iscomplexobj isrealobj isscalar iterable ndim shape",
    "sequence 0": "column_stack concat concatenate dstack hstack stack vstack",
    "same": "broadcast_shapes c_ character complexfloating dtype e euler_gamma flexible floating generic get_printoptions iinfo "
    "index_exp inexact inf integer isdtype load mgrid nan newaxis number object_ ogrid pi printoptions r_ s_ save savez "
    "set_printoptions signedinteger unsignedinteger",
}
MODULES = {
    "creation": "arange array asarray astype copy empty empty_like eye from_dlpack frombuffer fromfile fromiter fromstring full full_like "
    "geomspace identity linspace logspace ones ones_like zeros zeros_like",
    "products": "cross convolve correlate dot einsum inner matmul tensordot vdot vecdot",
    "arithmetic": "floor ceil trunc count_nonzero clip divmod floor_divide mod power pow conj conjugate vander polymul nanmean nanmedian nanvar nanstd nanquantile "
    "nanpercentile median cov corrcoef positive arctan2 atan2 log1p logaddexp logaddexp2 deg2rad radians rad2deg degrees "
    "float_power ldexp polyder cumulative_sum cumulative_prod cumsum cumprod nancumsum nancumprod remainder round around polydiv interp polyfit unwrap roots gradient",
    "changed": "argsort broadcast_arrays size choose fill_diagonal finfo flatnonzero nonzero argwhere place put put_along_axis lexsort "
    "diff ediff1d tril triu repeat reshape select sort swapaxes take take_along_axis unique vectorize where bincount "
    "histogram searchsorted nan_to_num can_cast argpartition tri histogram_bin_edges histogram2d histogramdd ix_ hsplit vsplit dsplit",
    "ufuncs": "ufunc frompyfunc",
    "sets": "union1d intersect1d setxor1d setdiff1d extract isin digitize polyval compress mask_indices ravel_multi_index unique_all unique_counts unique_inverse unique_values",
}
# those that jax makes as ufuncs, with `reduce` and its kin (logaddexp and logaddexp2 too, see arithmetic.py)
UFUNCS = "add bitwise_and bitwise_or bitwise_xor logical_and logical_or logical_xor maximum minimum multiply negative subtract".split()
SCALARS = {
    n: n
    for n in "bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
} | {
    "bool_": "bool", "bool": "bool", "single": "float32", "double": "float64", "csingle": "complex64", "cdouble": "complex128", "int_": "int64",
    "uint": "uint64", "float_": "float64", "complex_": "complex128",
}  # fmt: skip

_faced, _names = _faces(__name__, "funcgrad.numpy", RULES)


def _missing(name):
    if name in SCALARS:
        same = SCALARS[name]
        return _Scalar(same) if name in (same, "bool_") else getattr(_arrays.jnp(), same if same != "bool" else "bool_")
    if name == "ndarray":
        return _arrays.Array
    if name in ("result_type", "promote_types", "issubdtype"):
        from .. import dtypes

        return getattr(dtypes, name)
    if name in _LACKING:
        raise _MissingDTypeError(name)
    if name == "ComplexWarning":
        return _np.exceptions.ComplexWarning
    try:
        if name in UFUNCS:
            from .ufuncs import of_numpy

            return of_numpy(_faced(name), name)
        return _arranging(_faced(name)) if name in _ARRANGING else _faced(name)
    except _NoSuchName:
        raise _NoSuchName(_arrays.jnp(), name) from None


__getattr__, _ours = _attributes(__name__, MODULES, missing=_missing)
_submodule(
    __name__, "fft", "funcgrad.numpy.fft", {"keep": "fftfreq rfftfreq", "keep 0": "fftshift ifftshift"}, "single 0"
)


def __dir__():
    return sorted({*" ".join([*RULES.values(), *MODULES.values()]).split(), *SCALARS, "ndarray", "linalg", "fft", "result_type"}
                  | {"promote_types", "issubdtype", "ComplexWarning"})  # fmt: skip
