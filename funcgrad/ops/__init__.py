"""The table of primitives, one file per family. A derivative formula lives here and nowhere else.

A family is loaded when a primitive of it is first asked for; what looks at the whole table loads every family.
"""

from ..core.primitive import PRIMITIVES, helpers
from ..lazy import attributes

FAMILIES = {
    "activations": "elu softplus_to hardtanh hardsigmoid hardswish",
    "affine": "affine trilinear",
    "assignment": "getitem put copy",
    "attended": "attended",
    "attention": "attention masked_attention",
    "bags": "bag_sum",
    "complex": "real imag conj complex as_real as_complex angle",
    "conv": "conv conv_bias",
    "cross_entropy": "binary_cross_entropy binary_cross_entropy_with_logits logits_loss probability_loss soft_margin "
    "soft_margin_error",
    "ctc": "banded_recurrence ctc_forward",
    "cumulative": "linear_recurrence cumsum cumprod cummax cummin cumlogsumexp",
    "cylinder": "bessel_j bessel_y bessel_k airy_ai",
    "deviation": "variance deviation",
    "dot": "dot_general",
    "drawn": "gamma_drawn",
    "draws": "draw",
    "dynamic": "dynamic_slice dynamic_update_slice",
    "effects": "debug_callback",
    "elementwise": "add sub mul div neg positive greater greater_equal less less_equal equal not_equal where",
    "exponential": "exp exp2 log log2 log10 log1p expm1 tanh sech_squared sigmoid sigmoid_slope softplus log_sigmoid "
    "logit logaddexp logaddexp2 xlogy xlog1py entr",
    "fft": "fft rfft irfft",
    "fused": "product_sum divided_shares over_cosh_squared",
    "gelu": "gelu gelu_slope gelu_tanh silu gated",
    "gru_layer": "gru_layer",
    "gru_cell": "gru_cell",
    "hypergeometric": "hyp1f1 hyp2f1",
    "incomplete": "lgamma_gap log_beta gamma_power incomplete_gamma beta_power incomplete_beta",
    "index": "last_written gather take_along scatter_set put_along scatter_add add_along scatter_mul mul_along "
    "scatter_max max_along scatter_min min_along",
    "integrals": "exp_quotient log_quotient expn expi dawson spence",
    "joining": "concatenate stack",
    "kinked": "abs copysign maximum minimum fmax fmin clamp relu leaky_relu nan_to_num",
    "linalg_det": "adjugate adjugate_along det slogdet",
    "linalg_eig": "over ties zeros_among tie_bases with_eigenvalues eigh eig_anchor eig",
    "linalg_factor": "cholesky lu qr",
    "linalg_solve": "triangular_solve solve inv pinv cholesky_solve",
    "linalg_svd": "svd with_singular_values",
    "logic": "logical_and logical_or logical_xor logical_not isnan isinf isfinite signbit bitwise_and bitwise_or "
    "bitwise_xor bitwise_not left_shift right_shift bitwise_count gcd lcm",
    "losses": "squared_error huber_error smooth_absolute_error terms_sum turns_sum picked_loss",
    "lstm": "lstm_state lstm_output",
    "lstm_layer": "lstm_layer",
    "matrix": "diagonal diag_embed trace",
    "matrix_exp": "matrix_exp",
    "normal": "erfcx erfc_integral bell ndtr log_ndtr ndtri zeta",
    "norms": "norm length farthest",
    "oscillating": "sine_integral cosine_integral fresnel_sine fresnel_cosine owens_t",
    "pad": "pad roll",
    "picked": "picked",
    "powers": "power integer_power square reciprocal sqrt cbrt rsqrt direction hypot",
    "random": "random_bits random_split random_fold_in random_draw random_randint fma scaled_add lerp erfinv_drawn random_gamma "
    "random_poisson random_binomial",
    "reduce": "mean prod max min shares logsumexp any all argmax argmin",
    "rnn_layer": "rnn_layer",
    "rounding": "floor ceil trunc rint spacing sign sign_or_zero round heaviside floor_divide trunc_divide remainder "
    "fmod nextafter reduce_precision ldexp frexp",
    "shape": "full broadcast reshape transpose cast stop sum",
    "softmax": "softmax log_softmax",
    "sort": "argsort sort sort_with_indices top_k searchsorted",
    "special": "gaussian erf erfc erfinv lgamma digamma polygamma i0 i1 i0e i1e bessel_decay bessel_ratio",
    "standardize": "standardize normalized",
    "strided": "strided carry_strided put_strided",
    "trigonometric": "sin cos tan sinh cosh deg2rad rad2deg one_minus_square arcsin arccos arctan arctan_slope "
    "arcsinh arccosh arctanh arctan2 polar sinc",
    "weak": "weak",
    "window": "window_sum window_mean window_argmax window_max window_argmin window_min window_gather window_scatter unfold fold "
    "sliding_windows",
}
HELPERS = {
    "half_rules": "half_rules",
    "shape": "zeros_of raw_zeros zeros_like add_cts fit fit_tangent front batched",
}
PRIMITIVES.index(__name__, FAMILIES)
helpers.index(__name__, HELPERS)
__getattr__, __dir__ = attributes(__name__, {})
__all__ = ["PRIMITIVES"]
