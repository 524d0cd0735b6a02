"""The dtypes that torch's functions take for out=, in its words where they take no other.

Invariant: a function that is not listed takes whatever its result's dtype can be cast to, of the same or a higher kind.
"""

from .. import dtypes
from ..dtypes import C_NAMES

# how a row reads: functions, and the error where out= is of another dtype than the result; {own} and {got} are the dtypes of out= and of
# the result, {c_own} and {c_got} the same in C, {name} the function. `~`: only where the result cannot be cast, `^`: only where out= is of
# another kind, `?`: only where it is neither bool nor uint8.
TEXTS = """
linalg_cross linalg_det linalg_eigvalsh linalg_eigh linalg_inv linalg_ldl_solve linalg_lu_solve linalg_solve linalg_svdvals linalg_qr
linalg_vector_norm linalg_slogdet slogdet linalg_cholesky cholesky_ex inv_ex solve_ex linalg_lu linalg_lu_factor linalg_lu_factor_ex lu_solve lu_unpack
avg_pool2d avg_pool3d linear matmul mm mv bmm addmm addmv baddbmm argsort alias_copy argmax argmin
as_strided_copy cross detach_copy diag diagonal_copy expand_copy gather index_add index_copy index_reduce inverse isin log_softmax msort
norm frobenius_norm permute_copy cumsum cumprod nansum renorm scatter scatter_add scatter_reduce select_copy slice_copy slice_scatter softmax squeeze_copy t_copy take_along_dim
transpose_copy tril triu unfold_copy unsqueeze_copy view_as_complex_copy view_as_real_copy view_copy sort topk max_pair min_pair aminmax
  Expected out tensor to have dtype {c_got}, but got {c_own} instead
abs absolute bitwise_not ceil clamp clamp_max clamp_min clip conj_physical fix floor frac gelu hardshrink neg negative round sgn sign
softplus softshrink trunc
  Found dtype {own} but expected {got}
matrix_power linalg_matrix_power linalg_tensorinv linalg_tensorsolve cholesky cholesky_inverse cholesky_solve
  ~{name}: Expected result to be safely castable from {got} dtype, but got result with dtype {own}
linalg_cond linalg_pinv
  ~linalg.{name}: Expected result to be safely castable from {got} dtype, but got result with dtype {own}
linalg_matrix_rank linalg_householder_product
  ~torch.linalg.{name}: Expected result to be safely castable from {got} dtype, but got result with dtype {own}
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
  ~logsumexp(): Expected floating point type for result tensor, but got: {own}
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
  ~mvlgamma: result type {own} can't be cast to the desired output type {got}
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
complex polar
  Expected object of scalar type {got} but got scalar type {own} for argument 'out'
linalg_solve_triangular
  expected scalar type {got} but found {own}
chain_matmul linalg_multi_dot
  multi_dot(): expected out tensor to have dtype {c_got} but got {c_own}
kthvalue
  output values must be of same type as input
cummax cummin logcumsumexp
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


def type_text(d, device="CPU"):
    """The name of a Tensor's type in C++, which some of torch's errors have."""
    name = dtypes.SPOKEN.get(dtypes.name_of(d), dtypes.name_of(d))
    old = d.kind not in "bc" and name != "BFloat16" and d not in dtypes.UNSIGNED and device == "CPU"
    return f"torch.{name}Tensor" if old else f"{device}{name}Type"


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


def check_out(name, own, got, bounded=False):
    """Raise what torch says where a result of dtype `got` may not be written into an out= of dtype `own`. `bounded`: a clamp was given
    Tensors, which torch has another kernel for."""
    text = None if bounded and name.startswith("cl") else ROWS.get(name)
    castable = dtypes.CATEGORY[got.kind] <= dtypes.CATEGORY[own.kind]
    if own == got or castable and (text is None or text[0] == "~"):
        return
    if text is not None and (
        text[0] == "^" and own.kind == got.kind or text[0] == "?" and own.name in ("bool", "uint8")
    ):
        return
    spoken = [dtypes.name_of(d) for d in (own, got)]
    said = [dtypes.SPOKEN.get(n, n) for n in spoken]
    if text is None:
        raise RuntimeError(f"result type {said[1]} can't be cast to the desired output type {said[0]}")
    c_own, c_got = (C_NAMES.get(n, n) for n in spoken)
    error = TypeError if text.startswith("~torch.cat") else RuntimeError
    told = {
        "type_own": type_text(own),
        "type_got": type_text(got),
        "name": name.removeprefix("linalg_"),
        "own": said[0],
        "got": said[1],
        "c_own": c_own,
        "c_got": c_got,
    }
    raise error(text.lstrip("~^?").format(**told, flag=got.itemsize == 4))
