"""The dtypes for which torch has no kernel of a function of several primitives, in its words; `refusing` makes a function say so.

Invariant: a float operand costs one look at its dtype, and where a shape or a dimension is wrong too that is said first, as in
torch, whose kernels are looked for when all else has been checked. (The functions of one primitive: refusals.py.)
"""

import functools
import sys
from types import FunctionType

import numpy as np

from funcgrad.core.halves import BFLOAT16
from funcgrad.core.handle import Handle
from funcgrad.core.tracebacks import trim

from .. import dtypes

KINDS = {"b": "?", "I": "bBhil", "S": "bBhi", "u": "B", "c": "FD", "h": "e"}
KINDS = {kind: [np.dtype(c) for c in chars] for kind, chars in KINDS.items()}
KINDS["H"] = [*KINDS["h"], BFLOAT16]
# names: kinds of dtypes (b: bool, I: integers, S: integers but int64, u: uint8, c: complex, h: float16, H: both
# halves; 1: of the first operand, whatever the others are), the kernel
LATE = """
addbmm: b addmm_impl_cpu_
baddbmm: b baddbmm
bilinear einsum: b bmm
addcmul: b addcmul_cpu_out
avg_pool1d avg_pool2d: bSc avg_pool2d
avg_pool3d local_response_norm: bSc avg_pool3d_out_frame
binary_cross_entropy: c binary_cross_entropy
bucketize: c searchsorted_out_cpu
cholesky_inverse: bIH cholesky_inverse_out_cpu
conv1d conv2d: b slow_conv2d_cpu
conv3d: b compute_columns3d
conv_transpose1d conv_transpose2d: bS slow_conv_transpose2d_out_cpu
conv_transpose3d: bS slow_conv_transpose3d_out_cpu
cross linalg_cross: b cross
fold: I col2im_out_cpu
unfold: I im2col_out_cpu
fractional_max_pool2d fractional_max_pool2d_with_indices: bIc fractional_max_pool2d_out_frame
fractional_max_pool3d fractional_max_pool3d_with_indices: bIc fractional_max_pool3d_out_frame
grid_sample: bIc1 grid_sampler_2d_cpu_kernel_impl
huber_loss: b huber_cpu
max_unpool1d max_unpool2d: bIc max_unpool2d
max_unpool3d: bIc max_unpool3d
mse_loss: b mse_cpu
multi_margin_loss: bIc multi_margin_loss_cpu_kernel
multilabel_margin_loss: bIc multilabel_margin_loss_forward_out_frame
prelu: bIc prelu_cpu
searchsorted: b searchsorted_out_cpu
segment_reduce: bIc _segment_reduce_cpu
smooth_l1_loss: b smooth_l1_cpu
threshold threshold_: bc threshold_cpu
unique: c unique
"""
# the same, with the type of the error and its whole text, in which % is the dtype: said before anything else is looked at
EARLY = """
cholesky: bI NotImplementedError "cholesky_cpu" not implemented for '%'
corrcoef cov: b RuntimeError cov(): bool dtype is not supported for input
cosine_similarity: c RuntimeError expected common dtype to be floating point, yet common dtype is %
gradient: u RuntimeError torch.gradient does not support uint8 input.
hardtanh hardtanh_: b RuntimeError Bool inputs not supported for hardtanh
hardtanh hardtanh_ relu6: c NotImplementedError clamp is not supported for complex types
heaviside: c RuntimeError heaviside is not yet implemented for complex tensors.
isin: bc RuntimeError Unsupported input type encountered for isin(): %
isneginf: c RuntimeError isneginf does not support complex inputs.
isposinf: c RuntimeError isposinf does not support complex inputs.
kl_div: c RuntimeError kl_div: Complex inputs not supported.
linalg_vander: b RuntimeError linalg.vander supports floating point, complex, and integer tensors, but got Bool
linalg_matrix_norm: bI RuntimeError linalg.matrix_norm: Expected a floating point or complex tensor as input. Got %
linalg_vecdot: bI RuntimeError linalg.vecdot: Expected a floating point or complex tensor as input. Got %
logdet: bI RuntimeError logdet: Expected a floating point or complex tensor as input. Got %
logdet: H RuntimeError logdet: Low precision dtypes not supported. Got %
pdist: bIc RuntimeError pdist only supports floating-point dtypes
"""
ERRORS = {"RuntimeError": RuntimeError, "NotImplementedError": NotImplementedError}


@functools.cache
def rows():
    """{name of a function: {NumPy dtype: (said before all else?, error, its text)}}."""
    found = {}
    for table, early in ((LATE, False), (EARLY, True)):
        for line in table.strip().split("\n"):
            names, _, rest = line.partition(": ")
            kinds, said = rest.split(" ", 1)
            error, text = (
                said.split(" ", 1) if early else ("NotImplementedError", f"\"{said}\" not implemented for '%'")
            )
            for name in names.split():
                row = found.setdefault(name, {})
                row.update({d: (early, ERRORS[error], text) for k in kinds.strip("1") for d in KINDS[k]})
                if kinds[-1] == "1":
                    row[None] = True
    return found


def common_dtype(args):
    """The dtype of the first of arguments; that in which the Tensors meet if it is of a higher kind. (Many others are indices.)"""
    found = [(t.owner.dtype(t), 2 if t.owner.shape(t) else 1) for t in args if isinstance(t, Handle)]
    first, common = found[0][0], dtypes.result_dtype(found)
    return common if dtypes.CATEGORY[common.kind] > max(dtypes.CATEGORY[first.kind], 1) else first


def about_shapes(error):
    """Is it an error of shapes, dimensions or values, which torch raises before it looks for a kernel?"""
    text = str(error)
    return isinstance(error, (RuntimeError, IndexError, ValueError)) and not (
        isinstance(error, NotImplementedError) or "bool tensor" in text
    )


def unless_wrong(refused, name, args, kwargs):
    """A refusal, or the TypeError of arguments that torch's function of that name does not take, which comes before it."""
    from ..calls import NATIVE, told

    return name in NATIVE and told(refused, name, args, kwargs, sys._getframe(3)) or refused


def refusing(name, f):
    """f, the function of that name, which refuses the dtypes that torch has no kernel for; f itself if there are none."""
    row = rows().get(name)
    if row is None:
        return f

    @functools.wraps(f)
    def g(*args, **kwargs):
        try:
            plain = args[0].val.dtype not in row
        except (AttributeError, IndexError):  # (a traced value, or nothing: f sees to it)
            plain = True
        try:
            return f(*args, **kwargs) if plain else minded(args, kwargs)
        except BaseException as error:
            refused = in_torchs_words(error) if isinstance(error, WRONG) else None
            if refused is not None:
                raise refused from None
            trim(error)
            raise

    def minded(args, kwargs):
        d = common_dtype(args[:1] if None in row else args)
        if d not in row:
            return f(*args, **kwargs)
        early, error, text = row[d]
        refused = error(text.replace("%", dtypes.SPOKEN.get(dtypes.name_of(d), d.name)))
        if early:
            raise unless_wrong(refused, name, args, kwargs)
        try:
            got = f(*args, **kwargs)
        except Exception as other:
            if about_shapes(other):
                raise
            raise refused from None
        if 0 in args[0].shape:
            return got
        raise unless_wrong(refused, name, args, kwargs)

    return g


# Functions that no kernel's dtypes are minded for, and that take long enough for a frame around them not to show.
ANSWERING = set(
    "pad alpha_dropout feature_alpha_dropout pixel_shuffle pixel_unshuffle channel_shuffle poisson_nll_loss gaussian_nll_loss "
    "soft_margin_loss hinge_embedding_loss margin_ranking_loss cosine_embedding_loss triplet_margin_loss ctc_loss "
    "triplet_margin_with_distance_loss multilabel_soft_margin_loss pairwise_distance interpolate instance_norm embedding_bag "
    "max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d max_unpool1d max_unpool2d max_unpool3d adaptive_max_pool1d "
    "adaptive_max_pool2d adaptive_max_pool3d bilinear prelu rrelu pdist fractional_max_pool2d fractional_max_pool3d "
    "binary_cross_entropy_with_logits gumbel_softmax linear_cross_entropy local_response_norm group_norm glu l1_loss "
    "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d dropout1d dropout2d dropout3d fold unfold kl_div multi_margin_loss "
    "multilabel_margin_loss cosine_similarity lp_pool1d lp_pool2d lp_pool3d".split()
)
WRONG = (
    TypeError,
    AttributeError,
    ValueError,
    IndexError,
)  # what NumPy and Python say of arguments that a function was not made for


def in_torchs_words(error):
    """What torch says where a function of nn.functional has got a wrong argument, or None."""
    from ..nn.functional.native_calls import in_torchs_words

    return in_torchs_words(error)


def answering(f):
    """f, a function of nn.functional, which says of wrong arguments what torch says."""

    @functools.wraps(f)
    def g(*args, **kwargs):
        try:
            return f(*args, **kwargs)
        except BaseException as error:
            refused = in_torchs_words(error) if isinstance(error, WRONG) else None
            if refused is not None:
                raise refused from None
            trim(error)
            raise

    return g


def refuse_in(namespace):
    """Make the functions of a module's namespace refuse what torch does."""
    for name, f in namespace.items():  # (so that they can be pickled, and Python's own errors name them)
        if type(f) is FunctionType and "<locals>" in f.__qualname__:
            f.__qualname__, f.__module__ = name, namespace["__name__"]
    for name in rows().keys() & namespace.keys():
        namespace[name] = refusing(name, namespace[name])
    for name in (ANSWERING & namespace.keys()) - rows().keys():
        namespace[name] = answering(namespace[name])
