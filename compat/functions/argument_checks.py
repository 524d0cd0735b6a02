"""What those functions of torch, and methods of its Tensors, that it has written in Python ask of their arguments, in torch's order
(nn/functional/argument_checks.py says how it is read).

Invariant: nothing is worked out here.
"""

# ruff: noqa: B015, B018 (an attribute or a comparison is asked for, and what it gives is not needed)
from collections.abc import Sequence

from .._calls import C, dispatched


def one_or_all(tensors):
    return tensors[0] if len(tensors) == 1 else tensors


def atleast_1d(*tensors):
    C.atleast_1d(one_or_all(tensors))


def atleast_2d(*tensors):
    C.atleast_2d(one_or_all(tensors))


def atleast_3d(*tensors):
    C.atleast_3d(one_or_all(tensors))


def block_diag(*tensors):
    C.block_diag(tensors)


def broadcast_tensors(*tensors):
    C.broadcast_tensors(tensors)


def broadcast_shapes(*shapes):
    pass


def cartesian_prod(*tensors):
    C.cartesian_prod(tensors)


def chain_matmul(*matrices, out=None):
    C.chain_matmul(matrices, **({} if out is None else {"out": out}))


def meshgrid(*tensors, indexing=None):
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    C.meshgrid(tensors, **({} if indexing is None else {"indexing": indexing}))


def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    if isinstance(compute_mode, str) and "mm_for_euclid_dist" in compute_mode:
        C.cdist(x1, x2, p, None)


def einsum(*args):
    if len(args) < 2 or hasattr(args[0], "dim"):
        return
    equation, *operands = args
    while len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    C.einsum(equation, tuple(operands))


def tensordot(a, b, dims=2, out=None):
    if isinstance(dims, (tuple, list)):
        dims_a, dims_b = dims
    elif isinstance(dims, int):
        if dims < 0 or dims > min(a.dim(), b.dim()):
            return
        dims_a = dims_b = list(range(dims))
    elif hasattr(dims, "numel"):
        dims_a = dims_b = []
    else:
        return
    C.tensordot(a, b, dims_a, dims_b, **({} if out is None else {"out": out}))


def split(tensor, split_size_or_sections, dim=0):
    if isinstance(tensor, str):
        tensor.split(split_size_or_sections, dim)
    tensor.split
    Tensor.split(tensor, split_size_or_sections, dim)


def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    input.layout
    dims = [dim] if isinstance(dim, int) else dim
    more = {"dtype": dtype} | ({} if out is None else {"out": out})
    if not isinstance(p, str):
        C.linalg_vector_norm(input, 2.0 if p is None else p, dims, keepdim, **more)
    elif p == "fro" and (dims is None or len(dims) <= 2):
        C.linalg_vector_norm(input, 2, dims, keepdim, **more)
    else:
        C.linalg_matrix_norm(input, p, list(range(input.dim())) if dims is None else dims, keepdim, **more)


def stft(
    input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect", normalized=False,
    onesided=None, return_complex=None, align_to_window=None,
):  # fmt: skip
    if center:
        if align_to_window is not None:
            return
        input.dim(), input.size()
        n = int(n_fft // 2)
        C.pad(input, [n, n], pad_mode)
    C.stft(input, n_fft, hop_length, win_length, window, normalized, onesided, return_complex, align_to_window)


def unravel_index(indices, shape):
    indices.is_complex()
    if not isinstance(shape, (int, Sequence)):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")


def ask_unique(input, sorted, return_inverse, return_counts, dim):
    more = {"sorted": sorted, "return_inverse": return_inverse, "return_counts": return_counts}
    if dim is None:
        C._unique2(input, **more)
    else:
        C.unique_dim(input, dim, **more)


def ask_consecutive(input, return_inverse, return_counts, dim):
    C.unique_consecutive(input, return_inverse=return_inverse, return_counts=return_counts, dim=dim)


def _return_output(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    ask_unique(input, sorted, return_inverse, return_counts, dim)


def _return_counts(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    ask_unique(input, sorted, return_inverse, return_counts, dim)


def _return_inverse(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    ask_unique(input, sorted, return_inverse, return_counts, dim)


def _return_inverse_and_counts(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    ask_unique(input, sorted, return_inverse, return_counts, dim)


def _consecutive_return_output(input, return_inverse=False, return_counts=False, dim=None):
    ask_consecutive(input, return_inverse, return_counts, dim)


def _consecutive_return_counts(input, return_inverse=False, return_counts=False, dim=None):
    ask_consecutive(input, return_inverse, return_counts, dim)


def _consecutive_return_inverse(input, return_inverse=False, return_counts=False, dim=None):
    ask_consecutive(input, return_inverse, return_counts, dim)


def _consecutive_return_inverse_and_counts(input, return_inverse=False, return_counts=False, dim=None):
    ask_consecutive(input, return_inverse, return_counts, dim)


unique = dispatched(
    "return_inverse",
    2,
    dispatched("return_counts", 3, _return_output, _return_counts),
    dispatched("return_counts", 3, _return_inverse, _return_inverse_and_counts),
)
unique_consecutive = dispatched(
    "return_inverse",
    2,
    dispatched("return_counts", 1, _consecutive_return_output, _consecutive_return_counts),
    dispatched("return_counts", 1, _consecutive_return_inverse, _consecutive_return_inverse_and_counts),
)


def _lu_no_infos(A, pivot=True, get_infos=False, out=None):
    C._lu_with_info(A, pivot=pivot, check_errors=not get_infos)


def _lu_with_infos(A, pivot=True, get_infos=False, out=None):
    C._lu_with_info(A, pivot=pivot, check_errors=not get_infos)


lu = dispatched("get_infos", 2, _lu_no_infos, _lu_with_infos)


def pca_lowrank(A, q=None, center=True, niter=2):
    m, n = A.shape[-2:]
    if q is None or q >= 0:
        niter >= 0


def svd_lowrank(A, q=6, niter=2, M=None):
    A.shape


# ------------------------------------------------------------------------------------------------ methods
class Tensor:
    """Methods of torch's Tensors; self is the Tensor."""

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        pass

    def dim_order(self, *, ambiguity_check=False):
        pass

    def is_shared(self):
        pass

    def istft(
        self, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False, onesided=None,
        length=None, return_complex=False,
    ):  # fmt: skip
        C.istft(
            self, n_fft, hop_length, win_length, window, center, normalized, onesided, length,
            return_complex=return_complex,
        )  # fmt: skip

    def lu(self, pivot=True, get_infos=False):
        C._lu_with_info(self, pivot=pivot, check_errors=not get_infos)

    def module_load(self, other, assign=False):
        pass

    def norm(self, p="fro", dim=None, keepdim=False, dtype=None):
        norm(self, p, dim, keepdim, dtype=dtype)

    def register_hook(self, hook):
        pass

    def register_post_accumulate_grad_hook(self, hook):
        pass

    def share_memory_(self):
        pass

    def split(self, split_size, dim=0):
        if hasattr(split_size, "numel"):
            split_size = int(split_size) if split_size.numel() == 1 else split_size
        (C.split if isinstance(split_size, int) else C.split_with_sizes)(self, split_size, dim)

    def stft(
        self, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect", normalized=False,
        onesided=None, return_complex=None, align_to_window=None,
    ):  # fmt: skip
        stft(
            self, n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided,
            return_complex=return_complex, align_to_window=align_to_window,
        )  # fmt: skip

    def storage(self):
        pass

    def to_sparse_coo(self):
        pass

    def unflatten(self, dim, sizes):
        if sizes:
            C.method.unflatten(dim, sizes)

    def unique(self, sorted=True, return_inverse=False, return_counts=False, dim=None):
        unique(self, sorted=sorted, return_inverse=return_inverse, return_counts=return_counts, dim=dim)

    def solve(self, other):
        pass

    def lstsq(self, other):
        pass

    def eig(self, eigenvectors=False):
        pass

    def symeig(self, eigenvectors=False):
        pass

    def unique_consecutive(self, return_inverse=False, return_counts=False, dim=None):
        unique_consecutive(self, return_inverse=return_inverse, return_counts=return_counts, dim=dim)
