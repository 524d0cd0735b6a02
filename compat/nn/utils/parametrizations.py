"""The parametrizations that come with the library: orthogonal, weight_norm, spectral_norm."""

import numpy as np

from ...autograd.grad_mode import call_in
from ...functions.linalg import solve
from ...functions.missing import refusal as _refusal
from ...functions.register import FUNCTIONS as T
from ...payload import wrap
from ...tensor import Tensor
from .. import functional
from ..modules.conv import _ConvTransposeNd
from ..modules.module import Module
from .norms import matrix_of, norm_except_dim, scaled_to
from .parametrize import register_parametrization

MAPS = ("matrix_exp", "cayley", "householder")


def weight_of(module, name):
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


# ------------------------------------------------------------------------------------------------ orthogonal
def reflections(a, tau):
    """The first columns of the product of reflections I - tau[i] v[i] v[i].T, where v[i] is column i of `a` below the
    diagonal, 1 on it and 0 above."""
    n, k = a.shape[-2:]
    eye = T["eye"](n, k, dtype=a.dtype)
    v = a.tril(-1) + eye
    q = eye.expand(*a.shape[:-2], n, k)
    for i in reversed(range(k)):
        column = v[..., i : i + 1]
        q = q - tau[..., i, None, None] * (column @ (column.mT @ q))
    return q


def factored(x):
    """LAPACK's factors (a, tau) of a matrix or a stack of them: reflections(a, tau) is orthogonal."""
    array = x.detach().numpy()
    flat = array.reshape(-1, *array.shape[-2:])
    pairs = [np.linalg.qr(m, mode="raw") for m in flat]
    a = np.stack([h.T for h, _ in pairs]).reshape(array.shape)
    tau = np.stack([t for _, t in pairs]).reshape(*array.shape[:-2], -1)
    return wrap(Tensor, np.ascontiguousarray(a, array.dtype)), wrap(Tensor, np.ascontiguousarray(tau, array.dtype))


def made_orthogonal(x):
    """An orthogonal matrix near what x spans, with the signs of its triangular factor."""
    a, tau = factored(x)
    return reflections(a, tau) * a.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


def is_orthogonal(q):
    n, k = q.shape[-2:]
    eye = T["eye"](k, dtype=q.dtype)
    return bool(T["allclose"](q.mT @ q, eye.expand(*q.shape[:-2], k, k), atol=10.0 * n * np.finfo(q.dtype.numpy).eps))


class _Orthogonal(Module):
    """An orthogonal matrix from any matrix, by the exponential, Cayley's map or Householder's reflections."""

    def __init__(self, weight, orthogonal_map, *, use_trivialization=True):
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x):
        n, k = x.shape[-2:]
        wide = n < k
        if wide:
            x, n, k = x.mT, k, n
        if self.orthogonal_map == "householder":
            below = x.tril(-1)
            q = reflections(below, 2.0 / (1.0 + (below * below).sum(-2)))
            q = q * x.detach().diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)
        else:
            x = x.tril()
            if n != k:
                x = T["cat"]([x, T["zeros"](*x.shape[:-2], n, n - k, dtype=x.dtype)], -1)
            skew = x - x.mH
            if self.orthogonal_map == "matrix_exp":
                q = T["matrix_exp"](skew)
            else:
                eye = T["eye"](n, dtype=skew.dtype)
                q = solve(eye - 0.5 * skew, eye + 0.5 * skew)
            q = q[..., :k] if n != k else q
        if hasattr(self, "base"):
            q = self.base @ q
        return q.mT if wide else q

    def right_inverse(self, q):
        """What the parametrization gives a matrix for."""
        return call_in(False, self._inverse, q)

    def _inverse(self, q):
        if q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {q.shape}."
            )
        given = q
        n, k = q.shape[-2:]
        wide = n < k
        if wide:
            q, n, k = q.mT, k, n
        if hasattr(self, "base"):
            if n != k:
                q = T["cat"]([q, T["randn"](*q.shape[:-2], n, n - k, dtype=q.dtype)], -1)
            self.base = q.clone() if n == k and is_orthogonal(q) else made_orthogonal(q)
            start = T["zeros_like"](given)
            start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
            return start
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                "use_trivialization=False."
            )
        a, tau = factored(q)
        diagonal = a.diagonal(dim1=-2, dim2=-1)
        diagonal.copy_(T["where"](tau == 0.0, -diagonal.sign(), diagonal.sign()))
        return a.mT if wide else a


def orthogonal(module, name="weight", orthogonal_map=None, *, use_trivialization=True):
    """Keep a matrix of a module orthogonal; orthogonal_map: matrix_exp, cayley or householder. Returns the module."""
    weight = weight_of(module, name)
    rank = weight.ndim  # (torch asks so: one that is not made yet has one)
    if rank < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {rank} dimensions.")
    if orthogonal_map is None:
        square = weight.shape[-2] == weight.shape[-1]
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return register_parametrization(module, name, made, unsafe=True)


# ------------------------------------------------------------------------------------------------ weight norm
class _WeightNorm(Module):
    """A weight from its length by slices and its direction."""

    def __init__(self, dim=0):
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g, weight_v):
        return scaled_to(weight_v, weight_g, self.dim)

    def right_inverse(self, weight):
        """(length, direction) of a weight."""
        return norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module, name="weight", dim=0):
    """Learn a weight's length (by slices along dim; None: of all) apart from its direction. Returns the module."""
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(state_dict, prefix, *rest):
        for i, letter in enumerate("gv"):
            if f"{prefix}{name}_g" in state_dict or letter == "v":
                key = f"{prefix}{name}_{letter}"
                if key in state_dict:
                    state_dict[f"{prefix}parametrizations.{name}.original{i}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(rename)
    return module


# ------------------------------------------------------------------------------------------------ spectral norm
class _SpectralNorm(Module):
    """A weight over its largest singular value, which is followed by power iterations while training."""

    def __init__(self, weight, n_power_iterations=1, dim=0, eps=1e-12):
        super().__init__()
        rank = weight.dim()
        if not -rank <= dim < rank:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{rank}, {rank - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % rank
        self.eps = eps
        if rank > 1:
            self.n_power_iterations = n_power_iterations
            matrix = matrix_of(weight.detach(), self.dim)
            for name, n in zip(("_u", "_v"), matrix.shape):
                start = T["empty"](n, dtype=weight.dtype).normal_(0, 1)
                self.register_buffer(name, functional.normalize(start, dim=0, eps=eps))
            self._power_method(matrix, 15)

    def _power_method(self, matrix, count):
        call_in(False, self._iterated, matrix, count)

    def _iterated(self, matrix, count):
        for _ in range(count):
            self._u.copy_(functional.normalize(T["mv"](matrix, self._v), dim=0, eps=self.eps))
            self._v.copy_(functional.normalize(T["mv"](matrix.t(), self._u), dim=0, eps=self.eps))

    def forward(self, weight):
        if weight.dim() == 1:
            return functional.normalize(weight, dim=0, eps=self.eps)
        matrix = matrix_of(weight, self.dim)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        return weight / T["dot"](self._u.clone(), T["mv"](matrix, self._v.clone()))

    def right_inverse(self, value):
        """The value itself: it may be taken to have the norm one."""
        return value


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Keep the largest singular value of a weight at one. Returns the module."""
    weight = weight_of(module, name)
    if dim is None:
        dim = 1 if isinstance(module, _ConvTransposeNd) else 0
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))


__getattr__ = _refusal(__name__)
