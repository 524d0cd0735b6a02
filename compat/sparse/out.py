"""`out=` of functions of sparse Tensors: what they give, written into a dense Tensor or a sparse one.

Invariant: the last of the families, since it puts a layer around what the others answer.
"""

import functools

from funcgrad.core import state

from . import arithmetic
from .coordinates import Sparse
from .meeting import ANSWERS
from .refused import refusal
from .writing import PRODUCT, QUOTIENT, SUM, check_leaf, check_result

tls = state.tls
PRODUCTS = "mm spmm dsmm matmul addmm bmm".split()
SAID = {"mul": PRODUCT, "multiply": PRODUCT} | dict.fromkeys("div divide true_divide floor_divide".split(), QUOTIENT)
SUMS = "add sub subtract".split()
TAKEN = {
    *PRODUCTS, *arithmetic.BY_VALUES, *SAID, *SUMS, "hspmm", "neg", "negative", "pow",
}  # fmt: skip
REFUSED = dict.fromkeys("cat concat concatenate stack hstack vstack row_stack dstack column_stack".split(), "cat.out")
REFUSED["mv"] = "addmv.out"
UNALIKE = "Expected {} to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)"


def with_out(name, f):
    """f, which answers torch's function of this name, with `out=`."""

    @functools.wraps(f)
    def call(*args, out=None, **kwargs):
        if out is None:
            return f(*args, **kwargs)
        if name in REFUSED:
            raise refusal(REFUSED[name])
        if not any([isinstance(x, Sparse) for x in (*args, *kwargs.values())]):
            raise RuntimeError(
                UNALIKE.format("!r.is_sparse()" if name in SUMS else "self.is_sparse() && result.is_sparse()")
            )
        if name in PRODUCTS and all([isinstance(x, Sparse) for x in args]):
            raise RuntimeError("expand is unsupported for Sparse tensors")
        return written(name, out, f(*args, **kwargs))

    return call


def written(name, out, got):
    """out, with what a function of this name has given in it."""
    if tls.grad and (got.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad."
        )
    if isinstance(out, Sparse) != isinstance(got, Sparse):
        if name in PRODUCTS and isinstance(out, Sparse):
            raise RuntimeError("addmm_sparse_dense: expected strided result tensor, got tensor with layout Sparse")
        if name in arithmetic.BY_VALUES:
            raise RuntimeError(UNALIKE.format("self.is_sparse() && result.is_sparse()"))
        kinds = ["sparse" if isinstance(t, Sparse) else "dense" for t in (got, out)]
        raise RuntimeError(f"{name}(): a {kinds[0]} result cannot be written into a {kinds[1]} out=")
    if name in PRODUCTS and out.dtype != got.dtype:
        own, of = [t.type().rpartition(".")[2].removesuffix("Tensor") for t in (out, got)]
        raise RuntimeError(f"expected scalar type {of} but found {own}")
    check_result(SAID.get(name, SUM), out.owner.dtype(out), got.owner.dtype(got))
    if isinstance(out, Sparse):
        check_leaf(out)
        e = got.val
        out.become(e if got.dtype == out.dtype else e.like(e.values.to(out.dtype)))
        return out
    if out.shape != got.shape:
        out.resize_(got.shape)
    return out.copy_(got)


for _name in {*TAKEN, *REFUSED} & ANSWERS.keys():
    ANSWERS[_name] = with_out(_name, ANSWERS[_name])
