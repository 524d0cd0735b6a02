"""funcgrad.lax: jax.lax's operations by their names and signatures, on the table of primitives.

Operands follow NumPy's promotion and broadcasting, where jax.lax refuses operands of different dtypes or shapes. What concerns
devices, shardings and precision is accepted and changes nothing.
"""

from ..lazy import attributes as _attributes

_CONTROL_FLOW = "cond fori_loop map scan switch while_loop"
_COLLECTIVES = "all_gather all_to_all axis_index axis_size pbroadcast pmax pmean pmin ppermute pshuffle psum psum_scatter pswapaxes"
_INDEX = {
    "arrays": "bitcast_convert_type broadcast broadcast_in_dim broadcast_like shape_as_value broadcast_shapes broadcast_to_rank broadcasted_iota collapse "
    "concatenate convert_element_type dtype empty expand_dims full full_like iota pad reshape rev split squeeze stack tile "
    "transpose unstack",
    "control": _CONTROL_FLOW
    + " "
    + _COLLECTIVES
    + " associative_scan composite optimization_barrier platform_dependent stop_gradient with_sharding_constraint",
    "elementwise": "RoundingMethod abs acos acosh add asin asinh atan atan2 atanh bessel_i0e bessel_i1e betainc bitwise_and bitwise_not "
    "bitwise_or bitwise_xor cbrt ceil clamp clz complex conj cos cosh digamma div eq erf erf_inv erfc exp exp2 expm1 floor ge gt "
    "igamma igamma_grad_a igammac imag integer_pow is_finite le lgamma log log1p logistic lt max min mul mulhi ne neg nextafter "
    "polygamma population_count pow random_gamma_grad real reduce_precision reciprocal rem round rsqrt select select_n shift_left "
    "shift_right_arithmetic shift_right_logical sign sin sinh sqrt square sub tan tanh zeta",
    "hints": "AccuracyMode ConvGeneralDilatedDimensionNumbers DotAlgorithm DotAlgorithmPreset PrecisionLike RandomAlgorithm Tolerance after_all "
    "create_token dce_sink pcast",
    "implicit": "custom_linear_solve custom_root",
    "indexing": "GatherDimensionNumbers GatherScatterMode ScatterDimensionNumbers dynamic_index_in_dim dynamic_slice "
    "dynamic_slice_in_dim dynamic_update_index_in_dim dynamic_update_slice dynamic_update_slice_in_dim gather index_in_dim "
    "index_take scatter scatter_add scatter_apply scatter_max scatter_min scatter_mul scatter_sub slice slice_in_dim",
    "patches": "conv_general_dilated_local conv_general_dilated_patches conv_general_permutations conv_general_shape_tuple "
    "conv_shape_tuple conv_transpose_shape_tuple padtype_to_pads ragged_dot",
    "products": "ConvDimensionNumbers DotDimensionNumbers FftType Precision batch_matmul conv conv_dimension_numbers "
    "conv_general_dilated conv_transpose conv_with_general_padding dot dot_general fft",
    "reductions": "approx_max_k approx_min_k argmax argmin cumlogsumexp cummax cummin cumprod cumsum reduce reduce_and "
    "reduce_max reduce_min reduce_or reduce_prod reduce_sum reduce_window reduce_window_shape_tuple reduce_xor sort sort_key_val top_k",
}
__getattr__, __dir__ = _attributes(__name__, _INDEX, modules="linalg")
__all__ = sorted(" ".join(_INDEX.values()).split())
