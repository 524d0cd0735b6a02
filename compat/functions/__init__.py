"""torch's operations, by family: thin spellings over the table of primitives.

A family enters its functions in register.FUNCTIONS and its methods in register.METHODS. It is loaded when a name of its
is first asked for, of `torch` or of a Tensor.
"""

from funcgrad.lazy import Late, LateProperty, attributes

from ..native import show
from ..tensor import Tensor
from . import missing, register  # noqa: F401

FUNCTIONS = {  # torch.<name>, by family
    "addends": "addmm addmv addr baddbmm addbmm",
    "arithmetic": "add sub subtract rsub mul multiply true_divide div divide floor_divide",
    "bits": "hash_tensor",
    "by_masks": "nonzero argwhere masked_select masked_scatter",
    "choosing": "where masked_fill",
    "comparison": "gt greater ge greater_equal lt less le less_equal eq ne not_equal logical_and logical_or "
    "logical_xor logical_not bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift bitwise_not "
    "isnan isinf isfinite isposinf isneginf isreal signbit isclose allclose equal isin",
    "complex_parts": "real imag conj conj_physical angle view_as_real view_as_complex is_conj resolve_conj is_neg "
    "resolve_neg",
    "conversion": "is_tensor is_floating_point is_complex is_inference is_signed is_nonzero numel is_same_size "
    "result_type promote_types can_cast finfo iinfo typename set_default_tensor_type",
    "copies": "clone tile repeat_interleave flip fliplr flipud roll rot90",
    "counting": "unique unique_consecutive bincount histc histogram",
    "creation": "tensor scalar_tensor as_tensor asarray from_numpy frombuffer zeros zeros_like ones ones_like empty "
    "empty_like full full_like empty_strided eye tril_indices triu_indices",
    "dense_only": "smm sspaddmm hspmm quantize_per_tensor quantize_per_channel sparse_coo_tensor sparse_csr_tensor eig "
    "lstsq matrix_rank solve symeig dequantize slice_inverse is_storage",
    "diagonals": "diagonal diag_embed diag diagflat tril triu",
    "einsum": "einsum",
    "extremes": "max amax argmax min amin argmin aminmax",
    "fake_quantized": "fake_quantize_per_tensor_affine fake_quantize_per_channel_affine",
    "filling": "zero_",
    "from_tensors": "meshgrid cartesian_prod combinations vander complex polar",
    "gathering": "index_select index_add index_copy index_fill gather scatter scatter_add scatter_reduce "
    "take_along_dim take put index_put unravel_index",
    "in_place": "addmv_ clamp_ clamp_max_ clamp_min_ clip_ conj_physical_ fill_ fix_ frac_ gcd_ index_put_ lcm_ "
    "ldexp_ logit_ nan_to_num_ negative_ round_ square_ xlogy_ fill dropout_ alpha_dropout_ feature_dropout_ "
    "feature_alpha_dropout_ detach detach_",
    "joining": "cat concat concatenate stack atleast_1d atleast_2d atleast_3d hstack vstack row_stack dstack "
    "column_stack block_diag split_with_sizes split chunk unbind tensor_split hsplit vsplit dsplit narrow select "
    "select_scatter slice_scatter",
    "legacy_types": "FloatTensor DoubleTensor HalfTensor LongTensor IntTensor ShortTensor CharTensor ByteTensor "
    "BoolTensor BFloat16Tensor",
    "linalg": "slogdet logdet qr svd linalg_norm det matrix_power matrix_exp",
    "low_rank": "svd_lowrank pca_lowrank lobpcg",
    "lu": "lu lu_unpack lu_solve",
    "norms": "norm frobenius_norm nuclear_norm dist cdist renorm",
    "outer": "outer ger inner tensordot kron trace cross linalg_cross chain_matmul",
    "placing": "diagonal_scatter as_strided_scatter index_reduce segment_reduce nonzero_static frexp histogramdd "
    "binomial",
    "pointwise": "exp exp_ exp2 exp2_ expm1 expm1_ log log_ log2 log2_ log10 log10_ sqrt sqrt_ rsqrt rsqrt_ sin sin_ "
    "cos cos_ tan tan_ sinh sinh_ cosh cosh_ tanh tanh_ acos arccos acos_ arccos_ asin arcsin asin_ arcsin_ atan "
    "arctan atan_ arctan_ acosh arccosh acosh_ arccosh_ asinh arcsinh asinh_ arcsinh_ atanh arctanh atanh_ arctanh_ "
    "erf erf_ erfc erfc_ erfinv digamma lgamma i0 i0_ reciprocal reciprocal_ sigmoid sigmoid_ sinc sinc_ log1p log1p_ "
    "deg2rad deg2rad_ rad2deg rad2deg_ abs absolute abs_ floor floor_ ceil ceil_ trunc trunc_ relu relu_ sign fix neg "
    "neg_ negative negative_ positive square sgn frac round logit nan_to_num polygamma mvlgamma",
    "powers": "remainder fmod pow float_power",
    "products": "matmul mm spmm dsmm mv dot vdot bmm",
    "random": "manual_seed seed initial_seed get_rng_state set_rng_state rand randn randint randperm rand_like "
    "randn_like randint_like normal bernoulli multinomial poisson",
    "ranges": "arange range linspace logspace",
    "reduction": "sum mean prod nansum nanmean logsumexp any all count_nonzero var std var_mean std_mean",
    "reflectors": "orgqr ormqr geqrf",
    "running": "cumsum cumprod logcumsumexp cummax cummin",
    "samples": "diff trapezoid trapz cumulative_trapezoid cov corrcoef gradient",
    "shape": "reshape flatten ravel unflatten squeeze unsqueeze transpose swapaxes swapdims t permute movedim "
    "moveaxis adjoint as_strided",
    "softmax": "softmax log_softmax",
    "solving": "cholesky cholesky_solve cholesky_inverse triangular_solve inverse pinverse",
    "sorting": "sort argsort msort topk kthvalue median nanmedian mode quantile nanquantile searchsorted bucketize",
    "special": "igamma igammac",
    "storage": "resize_as_ as_strided_ from_dlpack to_dlpack from_file get_device empty_permuted",
    "stretching": "broadcast_to broadcast_tensors broadcast_shapes",
    "three_operands": "lerp addcmul addcdiv",
    "two_operands": "maximum minimum fmax fmin atan2 arctan2 hypot logaddexp2 nextafter logaddexp xlogy copysign "
    "heaviside gcd lcm ldexp clamp clip clamp_min clamp_max",
    "viewed_copies": "alias_copy as_strided_copy diagonal_copy expand_copy permute_copy select_copy slice_copy "
    "split_copy split_with_sizes_copy squeeze_copy t_copy transpose_copy unbind_copy unfold_copy unsqueeze_copy "
    "view_copy view_as_complex_copy view_as_real_copy narrow_copy detach_copy unsafe_chunk unsafe_split "
    "unsafe_split_with_sizes",
    "windows": "bartlett_window hamming_window hann_window blackman_window kaiser_window stft istft",
}
METHODS = {  # attributes of a Tensor, by family
    "addends": "addmm addmm_ addmv addmv_ addr addr_ baddbmm baddbmm_ addbmm addbmm_",
    "arithmetic": "add add_ sub subtract sub_ subtract_ __add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ mul "
    "multiply mul_ multiply_ true_divide true_divide_ __mul__ __rmul__ __imul__ __truediv__ __rtruediv__ __rdiv__ __itruediv__ "
    "div divide div_ divide_ floor_divide floor_divide_ __floordiv__ __rfloordiv__ __ifloordiv__",
    "bits": "hash_tensor",
    "by_masks": "nonzero argwhere masked_select masked_scatter masked_scatter_",
    "choosing": "where masked_fill masked_fill_",
    "comparison": "gt greater gt_ greater_ __gt__ ge greater_equal ge_ greater_equal_ __ge__ lt less lt_ less_ __lt__ "
    "le less_equal le_ less_equal_ __le__ eq eq_ __eq__ ne not_equal ne_ not_equal_ __ne__ logical_and logical_and_ "
    "logical_or logical_or_ logical_xor logical_xor_ logical_not logical_not_ bitwise_and bitwise_and_ __and__ "
    "__rand__ __iand__ bitwise_or bitwise_or_ __or__ __ror__ __ior__ bitwise_xor bitwise_xor_ __xor__ __rxor__ "
    "__ixor__ bitwise_left_shift bitwise_left_shift_ __lshift__ __rlshift__ __ilshift__ bitwise_right_shift "
    "bitwise_right_shift_ __rshift__ __rrshift__ __irshift__ bitwise_not __invert__ bitwise_not_ isnan isinf isfinite "
    "isposinf isneginf isreal signbit isclose allclose equal",
    "complex_parts": "real imag conj conj_physical angle is_conj resolve_conj is_neg resolve_neg",
    "conversion": "to type type_as bool byte char short int long half bfloat16 float double chalf cfloat cdouble cpu "
    "cuda pin_memory is_pinned get_device is_signed is_nonzero is_same_size",
    "copies": "clone contiguous repeat tile repeat_interleave flip fliplr flipud roll rot90",
    "counting": "unique unique_consecutive bincount histc histogram",
    "creation": "new_zeros new_ones new_empty new_full new_tensor",
    "dense_only": "coalesce indices is_coalesced values crow_indices col_indices ccol_indices row_indices _indices "
    "_nnz _values int_repr q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale q_zero_point "
    "qscheme resize_as_sparse_ sparse_mask to_padded_tensor sparse_resize_ sparse_resize_and_clear_ to_sparse "
    "to_sparse_bsc to_sparse_bsr to_sparse_coo to_sparse_csc to_sparse_csr smm sspaddmm eig lstsq solve symeig "
    "reinforce xpu mtia ipu dense_dim sparse_dim dequantize is_distributed is_ipu is_maia is_mtia is_vulkan is_xla "
    "is_sparse_csr name is_shared share_memory_ record_stream to_mkldnn const_data_ptr storage_type slice_inverse "
    "resize resize_as index module_load new as_subclass _make_subclass _make_wrapper_subclass __copy__ __delitem__ "
    "__reversed__ __nonzero__ __long__ _is_view _grad _grad_fn grad_dtype volatile",
    "diagonals": "diagonal diag_embed diag diagflat tril tril_ triu triu_",
    "extremes": "max amax argmax min amin argmin aminmax",
    "filling": "fill_ fill_diagonal_ zero_ copy_",
    "gathering": "index_select index_add index_copy index_fill index_add_ index_copy_ index_fill_ gather scatter "
    "scatter_add scatter_reduce scatter_ scatter_add_ scatter_reduce_ take_along_dim take put put_ index_put_ "
    "index_put",
    "in_place": "ldexp_ renorm_ conj_physical_ hardshrink prelu",
    "indexing": "__getitem__ __setitem__",
    "joining": "split_with_sizes split chunk unbind tensor_split hsplit vsplit dsplit narrow select select_scatter "
    "slice_scatter",
    "linalg": "slogdet logdet qr svd det matrix_power matrix_exp",
    "lu": "lu lu_solve",
    "norms": "norm dist renorm",
    "outer": "outer ger inner kron trace cross",
    "placing": "diagonal_scatter as_strided_scatter index_reduce index_reduce_ nonzero_static frexp apply_ map_ map2_",
    "pointwise": "exp exp_ exp2 exp2_ expm1 expm1_ log log_ log2 log2_ log10 log10_ sqrt sqrt_ rsqrt rsqrt_ sin sin_ "
    "cos cos_ tan tan_ sinh sinh_ cosh cosh_ tanh tanh_ acos arccos acos_ arccos_ asin arcsin asin_ arcsin_ atan "
    "arctan atan_ arctan_ acosh arccosh acosh_ arccosh_ asinh arcsinh asinh_ arcsinh_ atanh arctanh atanh_ arctanh_ "
    "erf erf_ erfc erfc_ erfinv erfinv_ digamma digamma_ lgamma lgamma_ i0 i0_ reciprocal reciprocal_ sigmoid "
    "sigmoid_ sinc sinc_ log1p log1p_ deg2rad deg2rad_ rad2deg rad2deg_ abs absolute abs_ absolute_ floor floor_ ceil "
    "ceil_ trunc trunc_ relu relu_ sign sign_ fix fix_ __abs__ neg neg_ negative negative_ __neg__ positive __pos__ "
    "square sgn frac round logit nan_to_num polygamma mvlgamma square_ sgn_ frac_ round_ logit_ nan_to_num_ mvlgamma_ "
    "polygamma_",
    "powers": "remainder remainder_ __mod__ __rmod__ __imod__ fmod fmod_ pow pow_ __pow__ __rpow__ __ipow__ "
    "float_power",
    "products": "matmul __matmul__ __rmatmul__ mm mv dot vdot bmm",
    "random": "bernoulli multinomial normal_ uniform_ random_ exponential_ cauchy_ log_normal_ geometric_ bernoulli_",
    "reduction": "sum mean prod nansum nanmean logsumexp any all count_nonzero var std",
    "reflectors": "orgqr ormqr geqrf",
    "running": "cumsum cumsum_ cumprod cumprod_ logcumsumexp cummax cummin",
    "samples": "diff cov corrcoef",
    "shape": "view reshape view_as reshape_as flatten ravel unflatten squeeze unsqueeze transpose swapaxes swapdims t "
    "permute movedim moveaxis adjoint nbytes T mT H mH squeeze_ unsqueeze_ transpose_ swapaxes_ swapdims_ t_ "
    "as_strided unfold",
    "softmax": "softmax log_softmax",
    "solving": "cholesky cholesky_solve cholesky_inverse triangular_solve inverse pinverse",
    "sorting": "sort argsort msort topk kthvalue median nanmedian mode quantile nanquantile",
    "special": "igamma igamma_ igammac igammac_",
    "storage": "untyped_storage storage _typed_storage set_ is_set_to resize_ resize_as_ as_strided_ __dlpack__ "
    "__dlpack_device__ to_dense dim_order get_device new_empty_strided sum_to_size",
    "stretching": "expand expand_as broadcast_to",
    "three_operands": "lerp addcmul addcdiv lerp_ addcmul_ addcdiv_",
    "two_operands": "maximum minimum fmax fmin atan2 arctan2 atan2_ arctan2_ hypot hypot_ logaddexp2 nextafter "
    "nextafter_ logaddexp xlogy xlogy_ copysign copysign_ heaviside heaviside_ gcd gcd_ lcm lcm_ ldexp float_power_ "
    "clamp clip clamp_ clip_ clamp_min clamp_min_ clamp_max clamp_max_",
    "viewed_copies": "narrow_copy unsafe_chunk unsafe_split unsafe_split_with_sizes",
    "windows": "stft istft",
}
register.FUNCTIONS.index(__name__, FUNCTIONS)
register.METHODS.index(__name__, METHODS)
PROPERTIES = {
    *"real imag nbytes T mT H mH name is_ipu is_maia is_mtia is_vulkan is_xla is_sparse_csr grad_dtype volatile".split()
}
for _names in METHODS.values():
    for _name in _names.split():
        (LateProperty if _name in PROPERTIES else Late)(Tensor, _name, lambda name=_name: register.METHODS[name])
for _names in METHODS.values():
    show(_names.split())
__getattr__, __dir__ = attributes(__name__, {})
