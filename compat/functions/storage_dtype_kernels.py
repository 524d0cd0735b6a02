"""The kernels that torch lacks of uint16, uint32, uint64 and complex32, which it has for storage: which function ends in which.

Invariant: what is asked here is true of the arguments; storage_dtypes.py asks it of a call that is about to be refused.
"""

import functools

import numpy as np

from .. import dtypes
from ..payload import current
from ..tensor import Tensor
from .operands import NUMBERS

# kernel: the functions that end in it, whatever their arguments. Of nothing those of the second table ask nothing, of nothing and of a
# single number (a 0-d Tensor) those of the third, of a single number alone those of the fourth.
ALWAYS = """
abs_cpu: abs absolute softsign
add_stub: add sub subtract rsub cumulative_trapezoid trapezoid trapz dist l1_loss pairwise_distance hinge_embedding_loss
add_stub: margin_ranking_loss triplet_margin_loss triplet_margin_with_distance_loss
_segment_reduce_cpu: segment_reduce
addcmul_cpu_out: addcmul
addr_cpu: addr
arange_cpu: arange
bincount_cpu: bincount
bitwise_not_cpu: bitwise_not
channel_shuffle: channel_shuffle native_channel_shuffle
clamp_min_scalar_cpu: relu
clamp_scalar_cpu: hardtanh relu6
cross: cross
div_floor_cpu: floor_divide
dot: dot vdot
eye: eye
fmod_cpu: fmod
gcd_cpu: gcd
ge_cpu: ge greater_equal
gt_cpu: gt greater
heaviside_cpu: heaviside
index_copy_cpu: index_copy
index_fill_cpu: index_fill
isin_default_cpu: isin
lcm_cpu: lcm
le_cpu: le less_equal
lerp_kernel_scalar: lerp
linspace_cpu: linspace affine_grid_generator
log_normal_cpu: log_normal
logical_and_cpu: logical_and
logical_not_cpu: logical_not
logical_or_cpu: logical_or
logical_xor_cpu: logical_xor
logspace_cpu: logspace
lt_cpu: lt less gaussian_nll_loss
masked_fill: masked_fill
masked_scatter: masked_scatter
maximum_cpu: maximum fmax
minimum_cpu: minimum fmin
neg_cpu: neg negative softmin soft_margin_loss
nonzero_count_cpu: nonzero argwhere
normal_kernel_cpu: randn
pow: square lp_pool1d lp_pool2d lp_pool3d
randperm: randperm
range_cpu: range
remainder_cpu: remainder
sign_cpu: sign sgn
threshold_cpu: threshold
trace: trace
tril_indices: tril_indices
triu_indices: triu_indices
xor_sum_cpu: hash_tensor
"""
OF_SOME = """
add_stub: diff
addmm_impl_cpu_: addmm addbmm mm spmm dsmm chain_matmul multi_dot conv_tbc rnn_relu_cell rnn_tanh_cell linear_cross_entropy multi_head_attention_forward
addmv_impl_cpu: addmv mv
argmax_cpu: argmax
argmin_cpu: argmin
baddbmm: baddbmm
bmm: bmm bilinear
col2im_out_cpu: fold
masked_select: masked_select combinations
max_values_cpu: amax
min_values_cpu: amin
pixel_shuffle: pixel_shuffle
pixel_unshuffle: pixel_unshuffle
prod_out_cpu: prod
scatter_gather_tensor_cpu: gather scatter_add take_along_dim
sum_cpu: sum nansum
take_cpu: take
take_put_cpu: put
tril: tril
triu: triu
"""
OF_SEVERAL = """
add_stub: gradient
cummax_cpu: cummax
cummin_cpu: cummin
cumprod_out_cpu: cumprod
cumsum_out_cpu: cumsum
mode_cpu: mode
"""
OF_ROWS = """
kthvalue_cpu: kthvalue
topk_cpu: topk
"""


# the same of complex numbers of two halves; @: the kernel that the same function ends in of whole numbers
COMPLEX_ALWAYS = """
@: addr arange bmm addbmm addmm addmv baddbmm channel_shuffle native_channel_shuffle chain_matmul conv_tbc cross dot dsmm eye flip fliplr flipud hash_tensor lerp linear
@: linear_cross_entropy logical_and logical_not logical_or logical_xor masked_scatter matmul mm multi_dot mv spmm tensordot trace
@: inner put scatter rnn_tanh_cell rot90 isin linspace logspace affine_grid_generator pixel_shuffle pixel_unshuffle matrix_power histogram histogramdd histc
@: alpha_dropout feature_alpha_dropout bilinear rnn_tanh rnn_relu rnn_relu_cell multi_head_attention_forward scatter_reduce
sum_cpu: trapezoid trapz corrcoef cov cosine_embedding_loss vecdot
bmm: matrix_exp scaled_dot_product_attention
addmm_impl_cpu_: gru gru_cell lstm lstm_cell svd_lowrank
addcdiv_cpu_out: addcdiv
angle_cpu: angle
acos_vml_cpu: acos arccos
acosh_cpu: acosh arccosh
asin_vml_cpu: asin arcsin
asinh_cpu: asinh arcsinh
atan_vml_cpu: atan arctan
atanh_cpu: atanh arctanh
cos_vml_cpu: cos
cosh_cpu: cosh
cumprod_out_cpu: vander
cumsum_out_cpu: cumulative_trapezoid
div_cpu: gradient normalize softsign true_divide
exp2: exp2
exp_vml_cpu: exp logsumexp soft_margin_loss
expm1_vml_cpu: expm1
log10_vml_cpu: log10
log1p_vml_cpu: log1p
log2_vml_cpu: log2
log_vml_cpu: log
logaddexp_cpu: logaddexp
logcumsumexp_out_cpu: logcumsumexp
nan_to_num: nan_to_num
pow: square ldexp lp_pool1d lp_pool2d lp_pool3d
reciprocal_cpu: reciprocal
rms_norm: rms_norm
rsqrt_cpu: rsqrt
sigmoid_cpu: sigmoid expit
silu_cpu: silu
sin_vml_cpu: sin
sinc_cpu: sinc
sinh_cpu: sinh
sqrt_vml_cpu: sqrt
tan_vml_cpu: tan
tanh_vml_cpu: tanh tanhshrink
vdot: vdot
"""
COMPLEX_OF_SOME = """
@: prod take gather scatter_add take_along_dim
cholesky_cpu: cholesky cholesky_ex
ldl_factor_kernel_cpu: ldl_factor ldl_factor_ex
lu_cpu: det
sum_cpu: sum
col2im_out_cpu: fold
"""
COMPLEX_OF_SEVERAL = """
@: cumprod cumsum
"""


def given(args, kwargs, place, name):
    """An argument by its place or its name, or None."""
    return kwargs.get(name) if len(args) <= place else args[place]


def dtype_at(t):
    t = current(t)
    return t.owner.dtype(t)


# ------------------------------------------------------------------------------------------------ kernels that arguments choose
def of_clamp(args, kwargs):
    low, high = given(args, kwargs, 1, "min"), given(args, kwargs, 2, "max")
    if isinstance(low, Tensor) or isinstance(high, Tensor):
        return "clamp_cpu" if low is not None and high is not None else "minimum_cpu" if low is None else "maximum_cpu"
    return f"clamp{'_min' * (high is None)}{'_max' * (low is None)}_scalar_cpu"


def of_clamp_min(args, kwargs):
    return "maximum_cpu" if isinstance(given(args, kwargs, 1, "min"), Tensor) else "clamp_min_scalar_cpu"


def of_clamp_max(args, kwargs):
    return "minimum_cpu" if isinstance(given(args, kwargs, 1, "max"), Tensor) else "clamp_max_scalar_cpu"


def of_extreme(name):
    def kernel(args, kwargs):
        second = args[1] if len(args) > 1 else kwargs.get("dim", kwargs.get("other"))
        if isinstance(second, Tensor):
            return f"{name}imum_cpu"
        if second is None:
            return f"{name}_all"
        return f"{name}_cpu" if args[0].numel() and args[0].dim() else None

    return kernel


def of_both_extremes(args, kwargs):
    return "aminmax_cpu" if args[0].dim() or kwargs.get("dim") is None else None


def of_median(args, kwargs):
    return "median_out" if given(args, kwargs, 1, "dim") is not None else "median_cpu" if args[0].numel() > 0 else None


def of_quotient(args, kwargs):
    mode = given(args, kwargs, 2, "rounding_mode")
    return f"div_{mode}_cpu" if mode in ("floor", "trunc") else None


def of_power(args, kwargs):
    base, exponent = args[0], given(args, kwargs, 1, "exponent")
    plain = isinstance(exponent, NUMBERS) and exponent in (0, 1) or isinstance(base, NUMBERS) and base == 1
    return None if plain else "pow"


def of_product(args, kwargs):
    x, y = args[0], given(args, kwargs, 1, "other")
    n, m = x.dim(), y.dim()
    if not x.numel() or not y.numel():
        return "dot" if n == m == 1 else None
    if n == m == 1:
        return "dot"
    if m == 1:
        return "addmv_impl_cpu"
    return "addmm_impl_cpu_" if m == 2 and (n < 3 or x.is_contiguous()) else "bmm"


def of_linear(args, kwargs):
    y, bias = given(args, kwargs, 1, "weight"), given(args, kwargs, 2, "bias")
    if y.dim() == 1:
        return of_product((args[0], y), {})
    if bias is not None and args[0].dim() == 2:
        return "addmm_impl_cpu_"
    return of_product((args[0].unsqueeze(0) if args[0].dim() == 1 else args[0], y), {})


def of_convolution(args, kwargs):
    dilation = given(args, kwargs, 5, "dilation") or 1
    if any([d != 1 for d in ([dilation] if isinstance(dilation, int) else dilation)]):
        return "slow_conv_dilated<>"
    return "compute_columns3d" if given(args, kwargs, 1, "weight").dim() == 5 else "slow_conv2d_cpu"


def of_transposed(args, kwargs):
    return f"slow_conv_transpose{3 if given(args, kwargs, 1, 'weight').dim() == 5 else 2}d_out_cpu"


def of_any_convolution(args, kwargs):
    own = of_transposed if given(args, kwargs, 6, "transposed") else of_convolution
    return own(args, kwargs)


def of_scatter(args, kwargs):
    if not args[0].numel():
        return None
    value = args[3] if len(args) > 3 else kwargs.get("src", kwargs.get("value"))
    return f"scatter_gather_{'tensor' if isinstance(value, Tensor) else 'scalar'}_cpu"


def of_scatter_reduce(args, kwargs):
    if not args[0].numel():
        return None
    if kwargs.get("include_self") is False:
        return "scatter_reduce_exclude_input_init"
    reduce = given(args, kwargs, 4, "reduce")
    return "scatter_gather_tensor_cpu" + (f"_reduce_{reduce}" if reduce in ("mean", "amax", "amin") else "")


def of_index_reduce(args, kwargs):
    if kwargs.get("include_self") is False:
        return "index_reduce_func_exclude_input_init"
    return {"mean": "add_stub", "amax": "maximum_cpu", "amin": "minimum_cpu"}.get(given(args, kwargs, 4, "reduce"))


def of_index_add(args, kwargs):
    if args[0].dim() < 2:
        return "index_add_"
    return "scatter_gather_tensor_cpu" if kwargs.get("alpha", 1) == 1 else "add_stub"


def of_places(args, kwargs):
    """Of `index_put`: a mask is filled with a single value."""
    where, value = given(args, kwargs, 1, "indices"), given(args, kwargs, 2, "values")
    where = where if isinstance(where, (tuple, list)) else (where,)
    masks = [w for w in where if isinstance(w, Tensor) and w.dtype.numpy.kind == "b"]
    others = [w for w in where if isinstance(w, Tensor) and w.dtype.numpy.kind != "b"]
    single = not isinstance(value, Tensor) or value.numel() == 1
    accumulates = given(args, kwargs, 3, "accumulate")
    return "masked_fill" if len(masks) == 1 and not others and single and not accumulates else "index_put"


def of_assignment(args, kwargs):
    where = args[1] if isinstance(args[1], tuple) else (args[1],)
    advanced = [isinstance(w, (list, np.ndarray)) or isinstance(w, Tensor) and w.dim() > 0 for w in where]
    return of_places((args[0], where, args[2]), {}) if any(advanced) else None


def of_flip(args, kwargs):
    dims = args[1:] if len(args) > 2 else given(args, kwargs, 1, "dims")
    return flipped(args[0], dims)


def flipped(t, dims):
    """The rows of a Tensor are copied as they are; else an element is asked for."""
    n = t.dim()
    turned = [d % n for d in ((dims,) if isinstance(dims, int) else dims) if t.shape[d] > 1] if t.numel() else []
    if not turned:
        return None
    fastest = min([d for d in range(n) if t.shape[d] > 1], key=t.stride, default=None)
    return "flip_cpu" if fastest in turned or t.stride(fastest) != 1 else None


def of_turn(args, kwargs):
    k, dims = given(args, kwargs, 1, "k"), given(args, kwargs, 2, "dims") or (0, 1)
    k = (1 if k is None else k) % 4
    return flipped(args[0], {0: (), 1: dims[1:], 2: dims, 3: dims[:1]}[k])


def of_selection(args, kwargs):
    return "index_select" if args[0].dim() < 2 and args[0].numel() else None


def of_count(args, kwargs):
    return "nonzero_count_cpu" if given(args, kwargs, 1, "dim") is None else None


def of_round(args, kwargs):
    return "round_cpu" if kwargs.get("decimals") else None


def of_lerp(args, kwargs):
    return f"lerp_kernel_{'tensor' if isinstance(given(args, kwargs, 2, 'weight'), Tensor) else 'scalar'}"


def of_dropout(args, kwargs):
    p = given(args, kwargs, 1, "p")
    train = given(args, kwargs, 2, "training") if "train" not in kwargs else kwargs["train"]
    drops = args[0].numel() and train is not False and (p is None or 0 < p < 1)
    return "bernoulli_scalar_cpu_" if drops else None


def of_power_matrix(args, kwargs):
    n = given(args, kwargs, 1, "n")
    return {0: "eye", 1: None}.get(n, "addmm_impl_cpu_" if args[0].dim() == 2 else "bmm") if n >= 0 else None


def of_padding(args, kwargs):
    mode, n = given(args, kwargs, 2, "mode"), len(given(args, kwargs, 1, "pad")) // 2
    kind = {"reflect": "reflection", "replicate": "replication"}.get(mode)
    return kind and f"{kind}_pad{n}d"


def of_pooling(args, kwargs):
    return f"max_pool{3 if args[0].dim() == 5 else 2}d"


def of_rows_pooled(args, kwargs):
    return "max_pool2d" if given(args, kwargs, 6, "return_indices") else None


def of_shift(side):
    return lambda args, kwargs: f"{side}shift_cpu"


def of_inner(args, kwargs):
    n, m = args[0].dim(), given(args, kwargs, 1, "other").dim()
    return None if not n or not m else "dot" if n == m == 1 else "addmm_impl_cpu_"


def of_sums(args, kwargs):
    """Of `tensordot`: over all dimensions it is one dot product."""
    dims = given(args, kwargs, 2, "dims")
    n = dims if isinstance(dims, int) else 2 if dims is None else len(dims[0])
    return "dot" if n == args[0].dim() == args[1].dim() else "addmm_impl_cpu_"


def of_squared_error(args, kwargs):
    return "add_stub" if kwargs.get("weight") is not None else "mse_cpu"


def of_smooth_error(args, kwargs):
    return "add_stub" if kwargs.get("beta") == 0 else "smooth_l1_cpu"


def of_poisson(args, kwargs):
    return "le_cpu" if given(args, kwargs, 3, "full") else None


def of_places_in(name, place):
    """Of `searchsorted` and `bucketize`, which take a number for the values."""
    return lambda args, kwargs: "searchsorted_out_cpu" if isinstance(given(args, kwargs, place, name), Tensor) else None


def of_histogram(args, kwargs):
    return "linspace_cpu" if kwargs.get("range") is not None else None


def of_range(args, kwargs):
    """Of `histc`: where no range is given it is looked for."""
    low, high = given(args, kwargs, 2, "min") or 0, given(args, kwargs, 3, "max") or 0
    return "linspace_cpu" if low != high else "aminmax_cpu"


def of_recurrent(args, kwargs):
    batched = not isinstance(args[3], (list, tuple))
    return "addmm_impl_cpu_" if args[3 if batched else 4] is True else "bmm"


def of_normal(args, kwargs):
    return "min_all" if isinstance(given(args, kwargs, 1, "std"), Tensor) else "normal_kernel_cpu"


def of_spectra(args, kwargs):
    padded = given(args, kwargs, 5, "center") is not False and given(args, kwargs, 6, "pad_mode") in (None, "reflect")
    return "reflection_pad1d" if padded else None


def of_sum_of_products(args, kwargs):
    """Of `einsum`: a product over an index that two operands have is one of matrices."""
    taken, _, left = args[0].replace(" ", "").partition("->") if isinstance(args[0], str) else ("", "", "")
    letters = [c for c in taken if c.isalpha()]
    common = {c for c in letters if len([part for part in taken.split(",") if c in part]) > 1}
    return "bmm" if common - {*left} else None


def meeting(d):
    """What a function that works on such Tensors and others of dtype d is refused as."""
    return lambda args, kwargs: dtypes.promote_types(dtype_at(args[0]), d)


def of_weights(args, kwargs):
    return meeting(dtypes.INT64)(args, kwargs) if kwargs.get("fweights") is not None else None


def of_native_dropout(args, kwargs):
    return meeting(dtypes.BOOL)(args, kwargs) if given(args, kwargs, 2, "train") else None


def of_random(args, kwargs):
    return "random_kernel_cpu" if len(args) == 1 and not kwargs else None


BY_ARGUMENTS = {
    "alpha_dropout": of_dropout,
    "aminmax": of_both_extremes,
    "bitwise_left_shift": of_shift("l"),
    "bitwise_right_shift": of_shift("r"),
    "bucketize": of_places_in("input", 0),
    "clamp": of_clamp,
    "clamp_max": of_clamp_max,
    "clamp_min": of_clamp_min,
    "clip": of_clamp,
    "conv1d": of_convolution,
    "conv2d": of_convolution,
    "conv3d": of_convolution,
    "conv_transpose1d": of_transposed,
    "conv_transpose2d": of_transposed,
    "conv_transpose3d": of_transposed,
    "convolution": of_any_convolution,
    "count_nonzero": of_count,
    "cov": of_weights,
    "div": of_quotient,
    "divide": of_quotient,
    "dropout": of_dropout,
    "dropout1d": of_dropout,
    "dropout2d": of_dropout,
    "dropout3d": of_dropout,
    "einsum": of_sum_of_products,
    "equal": lambda args, kwargs: None,
    "feature_alpha_dropout": of_dropout,
    "feature_dropout": of_dropout,
    "flip": of_flip,
    "fliplr": lambda args, kwargs: flipped(args[0], (1,)),
    "flipud": lambda args, kwargs: flipped(args[0], (0,)),
    "histc": of_range,
    "histogram": of_histogram,
    "histogramdd": of_histogram,
    "index_add": of_index_add,
    "index_put": of_places,
    "index_reduce": of_index_reduce,
    "index_select": of_selection,
    "inner": of_inner,
    "lerp": of_lerp,
    "linear": of_linear,
    "matmul": of_product,
    "matrix_power": of_power_matrix,
    "max": of_extreme("max"),
    "max_pool1d": of_rows_pooled,
    "max_pool1d_with_indices": of_pooling,
    "max_pool2d": of_pooling,
    "max_pool2d_with_indices": of_pooling,
    "max_pool3d": of_pooling,
    "max_pool3d_with_indices": of_pooling,
    "median": of_median,
    "min": of_extreme("min"),
    "mse_loss": of_squared_error,
    "nanmedian": of_median,
    "native_dropout": of_native_dropout,
    "normal": of_normal,
    "pad": of_padding,
    "poisson_nll_loss": of_poisson,
    "pow": of_power,
    "random": of_random,
    "rnn_relu": of_recurrent,
    "rnn_tanh": of_recurrent,
    "rot90": of_turn,
    "round": of_round,
    "scatter": of_scatter,
    "scatter_reduce": of_scatter_reduce,
    "searchsorted": of_places_in("input", 1),
    "setitem": of_assignment,
    "smooth_l1_loss": of_smooth_error,
    "stft": of_spectra,
    "tensordot": of_sums,
    "vander": meeting(dtypes.INT64),
}


def of_complex_power(args, kwargs):
    base, exponent = args[0], given(args, kwargs, 1, "exponent")
    if isinstance(exponent, NUMBERS):
        return {0: None, 1: None, 0.5: "sqrt_vml_cpu", -1: "reciprocal_cpu", -0.5: "rsqrt_cpu"}.get(exponent, "pow")
    return None if isinstance(base, NUMBERS) and base == 1 else "pow"


def of_poisson_of_complex(args, kwargs):
    return "exp_vml_cpu" if given(args, kwargs, 2, "log_input") is not False else "log_vml_cpu"


def of_adaptive(args, kwargs):
    """Of adaptive averages: where one is left of a row, it is a mean."""
    size = given(args, kwargs, 1, "output_size")
    return "sum_cpu" if size in (1, (1,), (1, 1), [1], [1, 1]) else "adaptive_avg_pool2d"


def of_terms(args, kwargs):
    """Of `einsum`: sums over an index that one operand has."""
    taken, arrow, left = args[0].replace(" ", "").partition("->") if isinstance(args[0], str) else ("", "", "")
    lone = {c for c in taken if c.isalpha() and taken.count(c) == 1 and c not in left}
    twice = {c for part in taken.split(",") for c in part if part.count(c) > 1 and c not in left}
    return of_sum_of_products(args, kwargs) or ("sum_cpu" if arrow and lone or twice else None)


def of_weighted(plain, weighted):
    return lambda args, kwargs: plain if kwargs.get("weight") is None else weighted


COMPLEX_BY_ARGUMENTS = {
    "adaptive_avg_pool1d": of_adaptive,
    "adaptive_avg_pool2d": of_adaptive,
    "equal": lambda args, kwargs: f"equal_{'notnan_' * (args[0] is given(args, kwargs, 1, 'other'))}cpu",
    "index_reduce": lambda args, kwargs: "div_cpu" if given(args, kwargs, 4, "reduce") == "mean" else None,
    "l1_loss": of_weighted(None, "sum_cpu"),
    "mean": lambda args, kwargs: "sum_cpu" if args[0].numel() else "div_cpu",
    "mse_loss": of_weighted("mse_cpu", "pow"),
    "pca_lowrank": lambda args, kwargs: "addmm_impl_cpu_" if given(args, kwargs, 2, "center") is False else "sum_cpu",
    "sum_to_size": lambda args, kwargs: None if args[0].shape in (args[1:], args[1]) else "sum_cpu",
    "pow": of_complex_power,
    "div": lambda args, kwargs: None if given(args, kwargs, 2, "rounding_mode") else "div_cpu",
    "divide": lambda args, kwargs: None if given(args, kwargs, 2, "rounding_mode") else "div_cpu",
    "poisson_nll_loss": of_poisson_of_complex,
    "pad": of_padding,
    "stft": of_spectra,
    "einsum": of_terms,
}
TABLES = {
    "u": (BY_ARGUMENTS, ((ALWAYS, 0, 0), (OF_SOME, 1, 0), (OF_SEVERAL, 1, 1), (OF_ROWS, 0, 1))),
    "c": (COMPLEX_BY_ARGUMENTS, ((COMPLEX_ALWAYS, 0, 0), (COMPLEX_OF_SOME, 1, 0), (COMPLEX_OF_SEVERAL, 1, 1))),
}


@functools.cache
def rows(kind="u"):
    """{name of a function: (its kernel, or what finds it; the least number of elements, and of dimensions, that it is looked for of)} of the
    dtypes of one kind."""
    chosen, tables = TABLES[kind]
    found = {name: (choose, 0, 0) for name, choose in chosen.items()}
    for table, size, ndim in tables:
        for line in table.strip().split("\n"):
            kernel, _, names = line.partition(": ")
            for name in names.split():
                if name not in found:
                    found[name] = (rows()[name][0] if kernel == "@" else kernel, size, ndim)
    return found
