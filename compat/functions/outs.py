"""What torch does with out=, function by function: whether it may stand for a derivative, share memory, repeat elements, and when it is resized.

Invariant: what is in no row is as most are: a function that has a derivative says so under its own name, a function of single elements refuses
memory that is shared in part, memory that stands for several elements is refused, and another shape is warned of once. (Every row was asked of
torch 2.13; tests/random_outs.py compares.)
"""

# the operation that refuses what requires grad, where it has another name. `=`: the result is copied, with its derivative, in torch too;
# `-`: nothing is recorded, and nothing asked; `@`: recorded without a derivative, and a leaf refused, as "aten::" and its name
RECORDED = """
_fft_c2c: fft2 fftn ifft2 ifftn ihfft2 ihfftn
_fft_c2r: hfft hfft2 hfftn irfft irfft2 irfftn
_fft_r2c: fft rfft rfft2 rfftn
_linalg_det: linalg_det
_linalg_eigh: linalg_eigvalsh
_linalg_slogdet: slogdet linalg_slogdet
_linalg_solve_ex: linalg_solve solve_ex
_linalg_svd: linalg_svdvals
cat: column_stack dstack hstack vstack row_stack concat concatenate
gather: take_along_dim
linalg_cholesky_ex: linalg_cholesky cholesky_ex
linalg_cross: cross
linalg_inv_ex: linalg_inv inv_ex inverse
linalg_lu_factor_ex: linalg_lu_factor
linalg_lu_solve: lu_solve
linalg_vector_norm: norm
log_sigmoid_forward: logsigmoid
max: max_pair
min: min_pair
mm: chain_matmul linalg_multi_dot
mul: outer kron multiply
nansum: nanmean
norm: frobenius_norm
pow: float_power square
sort: msort argsort
special_entr: entr
special_erfcx: erfcx
special_i0e: i0e
special_i1: i1
special_i1e: i1e
special_log_ndtr: log_ndtr
special_ndtri: ndtri
special_xlog1py: xlog1py
special_zeta: zeta
sub: diff subtract
div: true_divide divide
sum: linalg_vecdot
=: inner linalg_cond linalg_matrix_norm linalg_norm linalg_pinv linalg_tensorinv linalg_tensorsolve nanquantile ndtr nuclear_norm quantile tensordot
-: airy_ai all any argmax argmin bessel_j0 bessel_j1 bessel_y0 bessel_y1 bucketize chebyshev_polynomial_t chebyshev_polynomial_u
-: chebyshev_polynomial_v chebyshev_polynomial_w eq ge greater greater_equal gt hash_tensor hermite_polynomial_h hermite_polynomial_he histc
-: isin isneginf isposinf laguerre_polynomial_l le legendre_polynomial_p less less_equal linalg_matrix_rank logical_and logical_not logical_or
-: logical_xor lt modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 multinomial ne nonzero not_equal
-: scaled_modified_bessel_k0 scaled_modified_bessel_k1 searchsorted shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u
-: shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w signbit spherical_bessel_j0 split_copy split_with_sizes_copy
@: alias_copy arange as_strided_copy bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor conj_physical
@: detach_copy diagonal_copy expand_copy eye fftfreq floor_divide full gcd heaviside histogram lcm linalg_ldl_solve linspace log_softmax
@: logspace normal ones permute_copy rand randint randn randperm range rfftfreq select_copy slice_copy slice_scatter softmax squeeze_copy t_copy
@: transpose_copy unfold_copy unsqueeze_copy view_as_complex_copy view_copy zeros
@conj_physical: ifft ihfft
@diagonal_copy: diag
"""
# functions whose operands may share no memory with out=, not even all of it
APART = frozenset(
    "aminmax cat column_stack concat concatenate cross dstack gather hstack index_select kthvalue linalg_cross masked_select max_pair median "
    "min_pair mode nanmedian nonzero row_stack stack take take_along_dim topk vstack".split()
)
# that look for memory shared in part, beside those of single elements
PARTLY = frozenset(
    "abs addr angle bernoulli cumprod cumsum diff erf frexp gelu hardshrink index_add index_copy index_reduce kron lerp logcumsumexp nan_to_num "
    "normal outer positive renorm scatter scatter_add scatter_reduce sinc softplus softshrink sort where".split()
)
# whose out= may be their first operand, and no other
OVER_FIRST = frozenset("index_add index_copy index_reduce scatter scatter_add scatter_reduce".split())
# into whose out= more than one element may go to one place
REPEATED = frozenset(
    "all amax amin any argmax argmin avg_pool3d bmm cummax cummin eye frobenius_norm full hash_tensor histc histogram linalg_matrix_rank "
    "linalg_vecdot linalg_vector_norm matmul multinomial mv nansum narrow_copy norm ones prod randperm std sum threshold tril triu var "
    "zeros linear".split()
)
# that resize out= first, and look at its dtype then
RESIZED_FIRST = frozenset(
    "alias_copy as_strided_copy detach_copy diag diagonal_copy dot expand_copy frobenius_norm permute_copy select_copy slice_copy "
    "slice_scatter squeeze_copy t_copy transpose_copy unfold_copy unsqueeze_copy vdot view_as_complex_copy view_copy".split()
)
# that look for memory that stands for several elements before they give it another shape
WRITABLE_FIRST = frozenset(
    "complex diff ifft ihfft index_select isneginf isposinf multinomial nan_to_num nonzero normal polar scatter scatter_add "
    "scatter_reduce signbit".split()
)
# that resize without a word
SILENT = frozenset(
    "addbmm bernoulli eye full linspace logsigmoid logspace lu multinomial narrow_copy normal ones rand randint randn randperm range zeros".split()
)
# that warn twice of another shape where out= has another dtype than the result, or once though they are of single elements
TWICE, ONCE = (
    frozenset("clamp clamp_max clamp_min ldexp".split()),
    frozenset("addr angle diff kron logit ndtr pow".split()),
)

# that look at their operands before they find that something is to be differentiated
LATE = frozenset(
    "chain_matmul cross diag diff fft fft2 fftn float_power ger hfft hfft2 hfftn ifft ifft2 ifftn ihfft ihfft2 ihfftn inner irfft irfft2 "
    "irfftn linalg_multi_dot linalg_vecdot linear nanmean outer rfft rfft2 rfftn take_along_dim".split()
)
# that look for a kernel before they look at out=
KERNEL_FIRST = frozenset("bernoulli lu normal".split())
# of several results: those that have derivatives, where not all do
DIFFERENTIABLE = dict.fromkeys(
    "cholesky_ex cummax cummin frexp inv_ex kthvalue linalg_cholesky_ex linalg_inv_ex linalg_lu_factor linalg_lu_factor_ex "
    "linalg_solve_ex lu_factor lu_factor_ex max max_pair median min min_pair mode nanmedian solve_ex sort topk".split(),
    (0,),
) | dict.fromkeys(("linalg_lu", "lu_unpack"), (1, 2))

INDICES_FIRST = ("median", "nanmedian")  # that look at the second of two Tensors first
COPIED = ("split_copy",)  # whose out= is a list of Tensors that the results are copied to, in the shapes they have
# that give out= memory in C order, however the result lies
IN_ROWS = frozenset(
    "cholesky cholesky_solve fft fft2 fftn hfft hfft2 hfftn ifft ifft2 ifftn ihfft ihfft2 ihfftn index_add index_copy irfft irfft2 "
    "irfftn linalg_tensorinv matrix_power linalg_matrix_power nanquantile quantile rfft rfft2 rfftn".split()
)
CONJUGATED = (
    "ifft",
    "ihfft",
)  # whose result, of real numbers, is written into out= as it lies: the conjugate of another's
COUNTED = ("arange", "fftfreq", "rfftfreq")  # that warn of how many elements there are


def rows():
    """{name of a function: what it is recorded as}."""
    found = {}
    for line in RECORDED.strip().split("\n"):
        said, _, names = line.partition(": ")
        found |= {
            n: "@fft_" + n if said == "@" and n.endswith("fftfreq") else said + n * (said == "@") for n in names.split()
        }
    return found


RECORDS = rows()


def in_rows(name, out, operands):
    """Is this out= laid out in C order, however the result lies?"""
    if name in CONJUGATED:
        return bool(operands) and operands[0].is_complex()
    if name == "linalg_householder_product":
        return out.numel() > 0 or out.dtype != operands[0].dtype
    return name in IN_ROWS


def recorded_as(name, operands=(), named=None):
    """`=`, `-`, or the name of the operation that refuses an out= that is to be differentiated; with `@` that of one without derivative."""
    if name in OF_ARGUMENTS:
        said = OF_ARGUMENTS[name](operands, named or {})
        if said is not None:
            return said
    return RECORDS.get(name, name)


def of_complex(operands, named):
    return "_fft_c2c" if operands and operands[0].is_complex() else None


def of_power(operands, named):
    n = operands[1] if len(operands) > 1 else named.get("n")
    return "=" if n in (0, 1) else "linalg_inv_ex" if n == -1 else "matmul"


OF_ARGUMENTS = {
    **dict.fromkeys(("fft", "ifft", "ihfft"), of_complex),
    **dict.fromkeys(("matrix_power", "linalg_matrix_power"), of_power),
    "linalg_pinv": lambda operands, named: None if "rcond" in named or len(operands) > 1 else "linalg_pinv",
    "scatter": lambda operands, named: "@scatter" if "reduce" in named else None,
}
