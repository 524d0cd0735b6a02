"""What torch has no sparse kernel for: its own words for it, by the name of its operation."""

from ..devices import NO_KERNEL
from ..tensor import Tensor

OVERLOADS = {  # the operation that torch's function comes to, where that has another name
    "all": "all", "bernoulli_": "bernoulli_.float", "chunk": "as_strided", "diagonal": "as_strided", "div_": "div_.Tensor",
    "fill_": "fill_.Scalar", "isreal": "imag", "isfinite": "ne.Scalar", "log_softmax": "_log_softmax", "mean": "mean.dim", "mod": "remainder.Tensor", "narrow": "as_strided", "ones_like": "fill_.Scalar",
    "new_ones": "fill_.Scalar", "new_full": "fill_.Scalar", "full_like": "fill_.Scalar", "randn_like": "normal_", "rand_like": "uniform_", "set_": "set_.source_Tensor",
    "softmax": "_softmax", "split": "as_strided", "squeeze": "as_strided", "std": "std.correction", "var": "var.correction", "allclose": "eq.Tensor",
    "dropout": "bernoulli_.float", "as_strided": "as_strided", "view_as": "view", "std_mean": "std_mean.correction",
}  # fmt: skip
BY_OPERAND = {  # that differ with what the second operand is
    "eq", "ne", "lt", "le", "gt", "ge", "remainder", "fmod", "bitwise_and", "bitwise_or", "bitwise_xor",
}  # fmt: skip
SAID = {  # what torch says in words of its own
    "reshape": (RuntimeError, "reshape is not implemented for sparse tensors"),
    "expand": (RuntimeError, "expand is unsupported for Sparse tensors"),
    "contiguous": (RuntimeError, "unsupported memory format option Contiguous"),
    "requires_grad_": (RuntimeError, "requires_grad_ of a sparse Tensor takes no such argument"),
} | dict.fromkeys("to_sparse_csr to_sparse_csc to_sparse_bsr to_sparse_bsc".split())
for _name, _like in {
    "flatten": "reshape", "ravel": "reshape", "reshape_as": "reshape", "repeat": "expand", "expand_as": "expand", "tile": "expand",
    "broadcast_to": "expand",
}.items():  # fmt: skip
    SAID[_name] = SAID[_like]


def refusal(operation):
    """torch's error for an operation that it has no kernel of for sparse Tensors."""
    return NotImplementedError(NO_KERNEL.format(operation=operation, backend="SparseCPU"))


def not_compressed(name):
    """compat's error where torch would make a Tensor in a compressed layout."""
    return NotImplementedError(
        f"compat has no {name}: of the sparse layouts it has torch.sparse_coo alone; use to_sparse() or torch.sparse_coo_tensor, whose "
        "products are the same"
    )


def refusing(name):
    """What answers a function of torch's of which there is no sparse kernel."""
    own = name[2:-2] if name[:2] == "__" else name

    def refuse(*args, **kwargs):
        if name in SAID:
            if SAID[name] is None:
                raise not_compressed(f"Tensor.{name}")
            error, said = SAID[name]
            raise error(said)
        operation = OVERLOADS.get(own, own)
        if own in BY_OPERAND:
            operation += ".Tensor" if isinstance([*args, *kwargs.values()][1], Tensor) else ".Scalar"
        raise refusal(operation)

    return refuse
