"""What torch does with out=, function by function: which dtypes it takes, in torch's words where it takes no other; whether it may stand for
a derivative, share memory, repeat elements, and when it is resized.

Invariant: what is in no row is as most are: a function takes whatever its result's dtype can be cast to, of the same or a higher kind, one that
has a derivative says so under its own name, one of single elements refuses memory that is shared in part, memory that stands for several
elements is refused, and another shape is warned of once. (Every row was asked of torch 2.13; tests/random_outs.py compares.)
"""

from .. import dtypes
from ..dtypes import C_NAMES

# how a row reads: functions, and the error where out= is of another dtype than the result; {own} and {got} are the dtypes of out= and of
# the result, {c_own} and {c_got} the same in C, {name} the function. `~`: only where the result cannot be cast, `^`: only where out= is of
# another kind, `?`: only where it is neither bool nor uint8,
# `|`: only where it is of whole numbers. NAME/KIND: of an out= of that kind alone.
TEXTS = """
linalg_cross linalg_det linalg_eigvalsh linalg_eigh linalg_inv linalg_ldl_solve linalg_lu_solve linalg_solve linalg_svdvals linalg_qr
linalg_ldl_factor linalg_ldl_factor_ex linalg_svd qr split_with_sizes_copy svd triangular_solve unbind_copy linalg_vector_norm linalg_slogdet slogdet linalg_cholesky cholesky_ex inv_ex solve_ex linalg_lu linalg_lu_factor linalg_lu_factor_ex lu_solve lu_unpack
avg_pool2d avg_pool3d linear matmul mm power mv bmm addmm addmv baddbmm argsort alias_copy argmax argmin
as_strided_copy cross detach_copy diag diagonal_copy expand_copy gather index_add index_copy index_reduce inverse isin log_softmax msort
norm frobenius_norm permute_copy cumsum cumprod nansum renorm scatter scatter_add scatter_reduce select_copy slice_copy slice_scatter softmax squeeze_copy t_copy take_along_dim
transpose_copy tril triu unfold_copy unsqueeze_copy view_as_complex_copy view_as_real_copy view_copy sort topk max_pair min_pair aminmax
  Expected out tensor to have dtype {c_got}, but got {c_own} instead
mv_over
  addmv input tensors must have the same dtype, but got {own}, {got}, and {got}
mean
  ~result type Float can't be cast to the desired output type {own}
abs absolute bitwise_not ceil clamp clamp_max clamp_min clip conj_physical fix floor frac gelu hardshrink neg negative round sgn sign
softplus softshrink trunc
  Found dtype {own} but expected {got}
matrix_power linalg_matrix_power linalg_tensorinv linalg_tensorsolve cholesky cholesky_inverse cholesky_solve
  ~{name}: Expected result to be safely castable from {got} dtype, but got result with dtype {own}
linalg_cond linalg_pinv
  ~linalg.{name}: Expected result to be safely castable from {got} dtype, but got result with dtype {own}
linalg_matrix_rank linalg_householder_product
  ~torch.linalg.{name}: Expected result to be safely castable from {got} dtype, but got result with dtype {own}
linalg_eig linalg_eigvals
  ~torch.linalg.{name}: Expected eigenvalues to be safely castable from {got} dtype, but got eigenvalues with dtype {own}
linalg_eig[1]
  ~torch.linalg.eig: Expected eigenvectors to be safely castable from {got} dtype, but got eigenvectors with dtype {own}
linalg_lstsq
  ~torch.linalg.lstsq: Expected solution to be safely castable from {got} dtype, but got solution with dtype {own}
geqrf
  ~torch.geqrf: Expected a to be safely castable from {got} dtype, but got a with dtype {own}
geqrf[1]
  ~torch.geqrf: Expected tau to be safely castable from {got} dtype, but got tau with dtype {own}
max min
  ~Expected canCast( typeMetaToScalarType(self.dtype()), typeMetaToScalarType(out.dtype())) to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)
narrow_copy
  Expected self.dtype() == output.dtype() to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)
diag_embed
  ~diag: result type {got} can't be cast to the desired out= type {own}
linalg_vecdot
  linalg.vecdot: Expected out of dtype{got} but found {own}
linalg_matrix_norm linalg_norm
  linalg.{name} expected out tensor dtype {got} but got: {own}
hash_tensor
  Expected result to be of dtype uint64, but got {own}
nan_to_num
  {name}: dtype of out: {own} should be same as input: {got}
isposinf isneginf signbit
  {name} does not support non-boolean outputs.
amax amin
  Expected the dtype for input and out to match, but got {got} for input's dtype and {own} for out's dtype.
all any
  ?{name} only supports bool tensor for result, got: {own}
logsumexp
  |logsumexp(): Expected floating point type for result tensor, but got: {own}
fft ifft rfft ihfft
  ^{name} expects a complex output tensor, but got {own}
fft2 ifft2 fftn ifftn
  ^fftn expects a complex output tensor, but got {own}
rfft2 rfftn
  ^rfftn expects a complex output tensor, but got {own}
ihfft2 ihfftn
  ^ihfftn expects a complex output tensor, but got {own}
irfft hfft
  ^{name} expects a floating point output tensor, but got {own}
irfft2 irfftn
  ^irfftn expects a floating point output tensor, but got {own}
hfft2 hfftn
  ^hfftn expects a floating point output tensor, but got {own}
searchsorted bucketize
  torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) depending on whether out_int32 flag is True, but we got output tensor's dtype {own} and out_int32 flag is {flag}
median nanmedian
  Expected tensor for 'values' to have the same type as tensor for argument #2 'self'; but type {type_own} does not equal {type_got} (while checking arguments for median)
median[1] nanmedian[1]
  Expected tensor for argument #1 'indices' to have scalar type Long; but got {type_own} instead (while checking arguments for median)
kthvalue[1]
  output indices must be of scalar type Long
frexp
  torch.frexp() expects mantissa to have dtype {c_got} but got {c_own}
frexp[1]
  torch.frexp() expects exponent to have int dtype but got {c_own}
histogram
  torch.histogram: input tensor and hist tensor should have the same dtype, but got input {c_got} and hist {c_own}
histogram[1]
  torch.histogram: input tensor and bin_edges tensor should have the same dtype, but got input {c_got} and bin_edges {c_own} for dimension 0
mode[1]
  expected scalar type '{got}' but got '{own}' for indices output
mode
  expected scalar type '{got}' but got '{own}' for values output
cat concat concatenate stack hstack vstack row_stack dstack column_stack
  ~torch.cat(): input types can't be cast to the desired output type {own}
ldexp
  ~ldexp can't be cast to the desired output type {own}
mvlgamma
  ~mvlgamma: result type {first} can't be cast to the desired output type {got}
dot vdot
  result dtype {own} does not match input dtype {got}
index_select masked_select
  {name}(): self and result must have the same scalar type
addbmm
  self and mat2 must have the same dtype, but got {own} and {got}
ormqr
  torch.ormqr: Expected input and result to have the same dtype, but input has dtype{got} and result has dtype {own}
nonzero nonzero_static
  {name}: Expected out tensor to have scalar type Long but got scalar type{own}
float_power
  the output given to {name} has dtype {own} but the operation's result requires dtype {got}
heaviside
  {name} is not yet implemented for tensors with different dtypes.
heaviside/c
  {name} is not yet implemented for complex tensors.
lerp_of_tensors
  Found dtype {own} but expected {got}
complex polar
  Expected object of scalar type {got} but got scalar type {own} for argument 'out'
linalg_solve_triangular
  expected scalar type {got} but found {own}
chain_matmul linalg_multi_dot
  multi_dot(): expected out tensor to have dtype {c_got} but got {c_own}
kthvalue
  output values must be of same type as input
cummax cummin logcumsumexp diff_of_none
  expected scalar_type {got} but found {own}
where
  Expected out type to be {got} but got {own}
quantile nanquantile
  quantile() out tensor must be same dtype as the input tensor
multinomial
  multinomial expects Long tensor out, got: {own}
histc
  torch.histogram: input tensor and hist tensor should have the same dtype, but got input {c_got} and hist {c_own}
tensordot inner
  tensordot: Expected the output tensor to have dtype {got}, but got an output tensor with dtype {own}
take
  take(): self and out expected to have the same dtype, but got self.dtype = {got} and out.dtype = {own}
"""


def type_text(d, device="CPU", sparse=False):
    """The name of a Tensor's type in C++, which some of torch's errors have."""
    name = dtypes.SPOKEN.get(dtypes.name_of(d), dtypes.name_of(d))
    old = d.kind not in "bc" and name != "BFloat16" and d not in dtypes.UNSIGNED and device == "CPU"
    return f"torch.{'sparse.' * sparse}{name}Tensor" if old else f"{'Sparse' * sparse}{device}{name}Type"


def rows():
    """{name: its text}."""
    found, names = {}, []
    for line in TEXTS.strip("\n").split("\n"):
        if line.startswith("  "):
            found.update(dict.fromkeys(names, line.strip()))
            names = []
        else:
            names += line.split()
    return found


ROWS = rows()


OF_PARTS = ("abs", "absolute")  # whose result, of complex numbers, is real, and written into what that can be cast to


def check_out(name, own, got, bounded=False, operands=()):
    """Raise what torch says where a result of dtype `got` may not be written into an out= of dtype `own`. `bounded`: a clamp was given
    Tensors, which torch has another kernel for."""
    text = ROWS.get(f"{name}/{own.kind}", ROWS.get(name))
    if bounded and name.startswith("cl") or name in OF_PARTS and operands and operands[0].is_complex():
        text = None
    castable = dtypes.CATEGORY[got.kind] <= dtypes.CATEGORY[own.kind]
    if own == got or castable and (text is None or text[0] == "~"):
        return
    if text is not None and (
        text[0] == "^"
        and own.kind == got.kind
        or text[0] == "?"
        and own.name in ("bool", "uint8")
        or text[0] == "|"
        and own.kind in "fc"
    ):
        return
    spoken = [dtypes.name_of(d) for d in (own, got)]
    said = [dtypes.SPOKEN.get(n, n) for n in spoken]
    if text is None:
        raise RuntimeError(f"result type {said[1]} can't be cast to the desired output type {said[0]}")
    c_own, c_got = (C_NAMES.get(n, n) for n in spoken)
    first = operands[0].dtype.name if operands and hasattr(operands[0], "dtype") else said[0]
    error = TypeError if text.startswith("~torch.cat") else RuntimeError
    told = {
        "type_own": type_text(own),
        "type_got": type_text(got),
        "name": name.removeprefix("linalg_"),
        "own": said[0],
        "got": said[1],
        "c_own": c_own,
        "c_got": c_got,
        "first": dtypes.SPOKEN.get(first, first),
    }
    raise error(text.lstrip("~^?|").format(**told, flag=got.itemsize == 4))


# the operation that refuses what requires grad, where it has another name. `=`: the result is copied, with its derivative, in torch too;
# `-`: nothing is recorded, and nothing asked; `!`: it is given another size; `@`: recorded without a derivative, and a leaf refused, as "aten::" and its name
RECORDED = """
_fft_c2c: fft2 fftn ifft2 ifftn ihfft2 ihfftn
_fft_c2r: hfft hfft2 hfftn irfft irfft2 irfftn
_fft_r2c: fft rfft rfft2 rfftn
_linalg_det: linalg_det
_linalg_eigh: linalg_eigh linalg_eigvalsh
_linalg_slogdet: slogdet linalg_slogdet
_linalg_solve_ex: linalg_solve solve_ex
_linalg_svd: linalg_svd linalg_svdvals svd
cat: column_stack dstack hstack vstack row_stack concat concatenate
gather: take_along_dim
linalg_cholesky_ex: linalg_cholesky cholesky_ex
linalg_cross: cross
linalg_inv_ex: linalg_inv inv_ex inverse
linalg_lu_factor_ex: linalg_lu_factor
linalg_lu_solve: lu_solve
linalg_qr: qr
linalg_vector_norm: norm
log_sigmoid_forward: logsigmoid
max: max_pair
min: min_pair
matmul: power
mm: chain_matmul linalg_multi_dot
mv: mv_over
lerp: lerp_of_tensors
mul: outer kron multiply
normal: normal_of normal_by
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
=: diff_of_none inner linalg_cond linalg_matrix_norm linalg_norm linalg_pinv linalg_tensorinv linalg_tensorsolve nanquantile ndtr nuclear_norm quantile tensordot
-: airy_ai all any argmax argmin bessel_j0 bessel_j1 bessel_y0 bessel_y1 bucketize chebyshev_polynomial_t chebyshev_polynomial_u
-: chebyshev_polynomial_v chebyshev_polynomial_w eq ge greater greater_equal gt hash_tensor hermite_polynomial_h hermite_polynomial_he histc
-: isin isneginf isposinf laguerre_polynomial_l le legendre_polynomial_p less less_equal linalg_matrix_rank logical_and logical_not logical_or
-: logical_xor lt modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 multinomial ne nonzero not_equal
-: scaled_modified_bessel_k0 scaled_modified_bessel_k1 searchsorted shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u
-: shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w signbit spherical_bessel_j0 split_copy split_with_sizes_copy
@: alias_copy arange as_strided_copy bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor conj_physical
@: detach_copy diagonal_copy expand_copy eye fftfreq floor_divide full gcd heaviside histogram lcm linalg_eigvals linalg_ldl_solve linspace log_softmax
@: logspace normal ones permute_copy rand randint randperm range rfftfreq select_copy slice_copy slice_scatter softmax squeeze_copy t_copy
@: transpose_copy unfold_copy unsqueeze_copy view_as_complex_copy view_copy zeros
@conj_physical: ifft ihfft
@diagonal_copy: diag
@diag_embed: diag_embed
!: empty randn
"""
# functions whose operands may share no memory with out=, not even all of it
APART = frozenset(
    "aminmax cat column_stack concat concatenate cross dstack gather hstack index_select kthvalue linalg_cross masked_select max_pair median "
    "min_pair mode nanmedian nonzero ger outer row_stack stack take take_along_dim topk vstack".split()
)
# that look for memory shared in part, beside those of single elements
PARTLY = frozenset(
    "abs addr angle bernoulli cumprod cumsum diff erf frexp gelu hardshrink index_add index_copy index_reduce kron lerp logcumsumexp nan_to_num "
    "normal normal_by normal_of positive renorm scatter scatter_add scatter_reduce sinc softplus softshrink sort where".split()
)
# whose out= may be their first operand, and no other
OVER_FIRST = frozenset("index_add index_copy index_reduce scatter scatter_add scatter_reduce".split())
# into whose out= more than one element may go to one place
REPEATED = frozenset(
    "all amax amin any argmax argmin avg_pool3d bmm cummax cummin eye frobenius_norm full hash_tensor histc histogram linalg_matrix_rank "
    "linalg_vecdot linalg_vector_norm matmul multinomial mv mv_over nansum narrow_copy norm ones prod randperm std sum threshold tril triu var "
    "zeros linear".split()
)
# that resize out= first, and look at its dtype then
RESIZED_FIRST = frozenset(
    "alias_copy as_strided_copy detach_copy diag diagonal_copy diff_of_none dot expand_copy frobenius_norm kron mean permute_copy select_copy slice_copy "
    "matmul power slice_scatter squeeze_copy t_copy transpose_copy unfold_copy unsqueeze_copy vdot view_as_complex_copy view_copy".split()
)
# that look for memory that stands for several elements before they give it another shape
WRITABLE_FIRST = frozenset(
    "complex diff ifft ihfft index_select isneginf isposinf multinomial nan_to_num nonzero normal normal_by normal_of polar scatter scatter_add "
    "scatter_reduce signbit".split()
)
# that resize without a word
SILENT = frozenset(
    "addbmm bernoulli empty eye full linspace logsigmoid logspace lu multinomial narrow_copy normal normal_of ones rand randint randn randperm range zeros".split()
)
# that warn twice of another shape where out= has another dtype than the result, or once though they are of single elements
TWICE, ONCE = (
    frozenset("clamp clamp_max clamp_min ldexp".split()),
    frozenset("addr angle diff kron logit ndtr pow".split()),
)

# that look at their operands before they find that something is to be differentiated
LATE = frozenset(
    "chain_matmul cross diag diff fft fft2 fftn float_power ger hfft hfft2 hfftn ifft ifft2 ifftn ihfft ihfft2 ihfftn inner irfft irfft2 "
    "irfftn linalg_matrix_power matrix_power linalg_multi_dot linalg_vecdot linear nanmean outer rfft rfft2 rfftn take_along_dim".split()
)
# that look for a kernel before they look at out=
KERNEL_FIRST = frozenset(
    "bernoulli inner linalg_householder_product logcumsumexp lu mvlgamma nanmean nansum ndtr normal normal_by normal_of special_multigammaln "
    "special_ndtr tensordot".split()
)
# of several results: those that have derivatives, where not all do
DIFFERENTIABLE = dict.fromkeys(
    "cholesky_ex cummax cummin frexp inv_ex kthvalue linalg_cholesky_ex linalg_inv_ex linalg_lu_factor linalg_lu_factor_ex "
    "linalg_solve_ex lu_factor lu_factor_ex max max_pair median min min_pair mode nanmedian solve_ex sort topk".split(),
    (0,),
) | dict.fromkeys(("linalg_lu", "lu_unpack"), (1, 2))

INDICES_FIRST = ("median", "nanmedian")  # that look at the second of two Tensors first
IN_ORDER = {"linalg_eigh": (1, 0), "linalg_svd": (0, 2, 1), "svd": (0, 2, 1)}  # that look at their results so
KEPT = {
    "kthvalue": 2,
    "mode": 1,
}  # that make them with the dimension (where it stands among the arguments), and drop it then
# that take a list, give back nothing, and what they say of another number
LISTS = {
    "split_copy": "split_copy_Tensor_out()",
    "split_with_sizes_copy": "split_with_sizes_copy_out",
    "unbind_copy": "unbind_copy_int_out",
}
# that give out= memory in C order, however the result lies
IN_ROWS = frozenset(
    "cholesky cholesky_solve lu fft fft2 fftn hfft hfft2 hfftn ifft ifft2 ifftn ihfft ihfft2 ihfftn index_add index_copy irfft irfft2 "
    "irfftn linalg_tensorinv matrix_power linalg_matrix_power nanquantile quantile rfft rfft2 rfftn".split()
)
COLUMNS = (
    "cholesky_inverse geqrf linalg_eig linalg_householder_product linalg_lstsq ormqr".split()
)  # the same, of what is not empty
AFRESH = frozenset(  # that give an out= without elements their result's strides, though it has its shape
    "cholesky_inverse geqrf linalg_eig linalg_eig[1] linalg_eigvals linalg_householder_product ormqr triangular_solve".split()
)
CONJUGATED = (
    "ifft",
    "ihfft",
)  # whose result, of real numbers, is written into out= as it lies: the conjugate of another's
COUNTED = ("arange", "fftfreq", "rfftfreq")  # that warn of how many elements there are


def records():
    """{name of a function: what it is recorded as}."""
    found = {}
    for line in RECORDED.strip().split("\n"):
        said, _, names = line.partition(": ")
        found |= {
            n: "@fft_" + n if said == "@" and n.endswith("fftfreq") else said + n * (said == "@") for n in names.split()
        }
    return found


RECORDS = records()


def in_rows(name, out, operands):
    """Is this out= laid out in C order, however the result lies?"""
    if name in CONJUGATED:
        return bool(operands) and operands[0].is_complex()
    if name in COLUMNS:
        return out.numel() > 0 or out.dtype != operands[0].dtype
    return name in IN_ROWS


def recorded_as(name, operands=(), named=None):
    """`=`, `-`, or the name of the operation that refuses an out= that is to be differentiated; with `@` that of one without derivative."""
    if name in OF_ARGUMENTS:
        said = OF_ARGUMENTS[name](operands, named or {})
        if said is not None:
            return said
    return RECORDS.get(name, name)


def kernel_of(name, operands):
    """The function that one of these operands is left to."""
    dims = [x.dim() for x in operands[:2] if hasattr(x, "dim")]
    if name == "inner" and 0 in dims:
        return "mul"
    if name == "lerp" and len(operands) > 2 and hasattr(operands[2], "dim") and operands[2].dim():
        return "lerp_of_tensors"
    if name == "diff" and operands[1:2] in ((0,), [0]):
        return "diff_of_none"
    return OF_DIMS.get((name, *dims), name)


OF_DIMS = {("linalg_vecdot", 1, 1): "vdot", ("diag", 1): "diag_embed", ("matmul", 2, 1): "mv"}


def of_two(name):
    return lambda operands, named: name if "other" in named or hasattr(operands[-1], "dim") and operands[1:] else None


def of_complex(operands, named):
    return "_fft_c2c" if operands and operands[0].is_complex() else None


def of_power(operands, named):
    n = operands[1] if len(operands) > 1 else named.get("n")
    copied = type(n) is int and n.bit_count() == 1 and n not in (-1, 2, -2)  # (the last of several squares)
    return "=" if n == 0 or copied else "linalg_inv_ex" if n == -1 else "matmul"


OF_ARGUMENTS = {
    **dict.fromkeys(("fft", "ifft", "ihfft"), of_complex),
    **dict.fromkeys(("matrix_power", "linalg_matrix_power"), of_power),
    "linalg_pinv": lambda operands, named: (
        None if {"rcond", "rtol", "atol"} & named.keys() or len(operands) > 1 else "linalg_pinv"
    ),
    "max": of_two("maximum"),
    "min": of_two("minimum"),
    "normal": lambda operands, named: "normal" if any([hasattr(x, "dim") for x in operands]) else None,
    "norm": lambda operands, named: "=" if "nuc" in (*operands[1:2], named.get("p")) else None,
    "scatter": lambda operands, named: "@scatter" if "reduce" in named else None,
}
