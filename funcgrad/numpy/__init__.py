"""funcgrad.numpy: NumPy's names, for traced arrays and plain ones alike.

A name whose behaviour is NumPy's *is* NumPy's function object: traced arrays answer it through NumPy's own protocols.
Others are those that make arrays: inside a transform they return arrays that may be assigned to.
A module of ours is loaded when a function that it stands for first meets a traced array.
"""

import numpy as _numpy

from .. import ops  # noqa: F401
from ..lazy import attributes as _attributes
from ..lazy import delegated as _delegated
from ..lazy import submodule as _submodule
from . import concrete, indexing, methods, protocol  # noqa: F401

for _module in (protocol, concrete, indexing, methods):
    _module.install()
__all__ = _numpy.__all__
_text = "numpy.linalg's names, so that `import funcgrad.numpy.linalg` works; on traced arrays they answer through NumPy's protocols."
_submodule(__name__, "linalg", _text, _delegated("numpy.linalg"))

FUNCTIONS = {  # NumPy's functions, by the module of ours that says what they do on traced arrays
    "calculus": "diff ediff1d gradient trapezoid interp unwrap convolve correlate polyval polyadd polysub polymul "
    "polyder polyint polyfit poly roots polydiv",
    "contraction": "einsum einsum_path",
    "creation": "zeros_like ones_like empty_like full_like copy linspace logspace geomspace meshgrid vander",
    "elementwise": "real imag angle iscomplex isreal iscomplexobj isrealobj real_if_close round around fix clip "
    "nan_to_num sinc i0 isclose allclose array_equal array_equiv isneginf isposinf astype result_type can_cast "
    "min_scalar_type common_type shares_memory may_share_memory array_repr array_str array2string",
    "fourier": "fft.fft fft.ifft fft.rfft fft.irfft fft.hfft fft.ihfft fft.fftn fft.ifftn fft.rfftn fft.irfftn "
    "fft.fft2 fft.ifft2 fft.rfft2 fft.irfft2 fft.fftshift fft.ifftshift",
    "functional": "apply_along_axis apply_over_axes",
    "histograms": "histogram_bin_edges histogram histogramdd histogram2d",
    "joining": "concatenate stack vstack row_stack hstack dstack column_stack block append split array_split hsplit "
    "vsplit dsplit unstack tile repeat resize delete insert trim_zeros",
    "linear_algebra": "linalg.cholesky linalg.eigh linalg.eigvalsh linalg.eig linalg.eigvals linalg.svd "
    "linalg.svdvals linalg.qr linalg.solve linalg.inv linalg.det linalg.slogdet linalg.pinv linalg.lstsq "
    "linalg.tensorsolve linalg.tensorinv linalg.norm linalg.vector_norm linalg.matrix_norm linalg.cond "
    "linalg.matrix_rank linalg.matrix_power linalg.multi_dot linalg.matmul linalg.vecdot",
    "padding": "pad",
    "products": "dot vdot inner outer linalg.outer tensordot linalg.tensordot kron cross linalg.cross",
    "reductions": "sum prod max amax min amin ptp argmax argmin any all count_nonzero cumsum cumprod cumulative_sum "
    "cumulative_prod nansum nanprod nancumsum nancumprod nanmax nanmin nanargmax nanargmin",
    "selection": "where select piecewise extract compress choose nonzero flatnonzero argwhere take take_along_axis "
    "ix_ diagonal linalg.diagonal diag diagflat trace linalg.trace tril triu tril_indices_from triu_indices_from "
    "diag_indices_from",
    "shapes": "reshape ravel expand_dims squeeze atleast_1d atleast_2d atleast_3d transpose matrix_transpose "
    "linalg.matrix_transpose swapaxes moveaxis rollaxis flip flipud fliplr rot90 roll broadcast_to broadcast_arrays "
    "lib.stride_tricks.sliding_window_view shape ndim size",
    "sorting": "sort argsort partition argpartition lexsort sort_complex unique unique_all unique_counts "
    "unique_inverse unique_values union1d intersect1d setdiff1d setxor1d isin searchsorted digitize bincount "
    "ravel_multi_index unravel_index",
    "statistics": "mean var std average quantile percentile median nanmean nanvar nanstd nanquantile nanpercentile "
    "nanmedian cov corrcoef",
    "targets": "copyto put place putmask put_along_axis fill_diagonal",
}
UFUNCS = {  # its ufuncs that are no single primitive
    "products": "matmul vecdot matvec vecmat",
    "ufuncs": "divmod fabs float_power modf frexp degrees rad2deg radians isnat",
}
METHODS = {  # of its ufuncs
    "ufuncs": "outer reduce accumulate reduceat at",
}
NAMES = {  # names of this module that are not NumPy's own functions
    "creation": "arange array asanyarray asarray asarray_chkfinite ascontiguousarray asfortranarray copy diag diagflat empty "
    "empty_like eye frombuffer fromfunction fromiter fromstring full full_like geomspace identity indices linspace logspace "
    "meshgrid ones ones_like tri vander zeros zeros_like",
    "functional": "vectorize",
    "joining": "c_ r_",
    "standard": "argsort sort",
}
NEWER = {  # NumPy's since 2.1 and 2.2: where it has them not, ours are these names
    "joining": "unstack",
    "products": "matvec vecmat",
    "reductions": "cumulative_sum cumulative_prod",
}
_newer, _ = _attributes(__name__, NEWER)
protocol.FUNCTIONS.index(__name__, FUNCTIONS)
protocol.UFUNCS.index(__name__, UFUNCS)
protocol.METHODS.index(__name__, METHODS)


def _of_numpy(name):
    try:
        return getattr(_numpy, name)
    except AttributeError as error:
        if str(error) != f"module 'numpy' has no attribute {name!r}":
            raise  # NumPy knows what became of it
    return _newer(name)


__getattr__, _ours = _attributes(__name__, NAMES, missing=_of_numpy)


def __dir__():
    return sorted({*_numpy.__all__, "linalg", "fft", "random"})
