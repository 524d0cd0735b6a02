"""What derives from vjp, jvp and vmap: Jacobians, Hessians and their products with vectors."""

import functools

import numpy as np

from .. import tree
from ..core.aval import PYTHON_SCALARS, describe, dtype_of, shape_of
from ..core.tracebacks import public
from ..errors import ArgumentError
from ..ops.shape import reshape, transpose
from .argnums import check_positions, chosen_of, positions_of
from .forward_mode import check_tuples, jvp
from .reverse_mode import check_callable, check_float, grad, vjp
from .vectorize import vmap


def _basis(leaves):
    """The standard basis of a list of arrays: for each leaf, an array (total, *shape) of unit vectors."""
    sizes = [int(np.prod(shape_of(x), dtype=int)) for x in leaves]
    total = sum(sizes)
    eye = []
    at = 0
    for x, k in zip(leaves, sizes, strict=True):
        block = np.zeros((total, k), dtype_of(x))
        block[at + np.arange(k), np.arange(k)] = 1
        eye.append(block.reshape((total, *shape_of(x))))
        at += k
    return eye, sizes


def _cut(x, sizes, axis):
    """x cut along one axis into pieces of the given sizes."""
    pieces = []
    at = 0
    for k in sizes:
        pieces.append(x[(slice(None),) * axis + (slice(at, at + k),)])
        at += k
    return pieces


@public
def jacfwd(fun, argnums=0, has_aux=False, holomorphic=False, *, randomness="same"):
    """The Jacobian of fun by forward mode, one pass per input entry (at once, by vmap): cheap for few inputs.

    For every leaf of the result and every leaf of the argument an array of shape `result.shape + argument.shape`, of the
    result's dtype. `randomness`: as in vmap, of the passes. Kinks and everything else as in `jvp`. Raises TypeError for an argument that is not
    float or complex.

    >>> import funcgrad as fg, numpy as np
    >>> fg.jacfwd(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    check_callable(fun, "jacfwd")
    single, positions = positions_of(argnums, "jacfwd")

    @public
    @functools.wraps(fun)
    def jacobian_of(*args, **kwargs):
        of_chosen, chosen = chosen_of(fun, args, kwargs, positions, "jacfwd")
        leaves, structure = tree.flatten(chosen)
        for x in leaves:
            check_float(x, "jacfwd", "an argument", holomorphic=True)
        eye, sizes = _basis(leaves)

        def push(*ts):
            got = jvp(of_chosen, chosen, tree.unflatten(structure, list(ts)), has_aux=has_aux)
            return got[1:] if has_aux else (got[1],)

        out = vmap(push, out_axes=(-1, 0) if has_aux else (-1,), randomness=randomness)(*eye)
        aux = tree.map(lambda a: a[0], out[1]) if has_aux else None

        def columns(j):
            shape = shape_of(j)[:-1]
            parts = _cut(j, sizes, len(shape))
            parts = [_shaped(p, shape + shape_of(x)) for p, x in zip(parts, leaves, strict=True)]
            full = tree.unflatten(structure, parts)
            return full[0] if single else full

        jacobian = tree.map(columns, out[0])
        return (jacobian, aux) if has_aux else jacobian

    return jacobian_of


def _shaped(x, shape):
    got = reshape(x, shape=tuple(shape)) if hasattr(x, "shape") else x
    return got.copy() if type(got) is np.ndarray else got


@public
def jacrev(fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False):
    """The Jacobian of fun by reverse mode, one pass per entry of the result (at once, by vmap): cheap for few results.

    For every leaf of the result and every leaf of the argument an array of shape `result.shape + argument.shape`, of the argument's dtype;
    zeros where the result is an integer. Kinks and everything else as in `vjp`. Raises TypeError for an argument that is not float or
    complex (`allow_int=True` gives it zeros of jax's dtype float0).

    >>> import funcgrad as fg, numpy as np
    >>> fg.jacrev(lambda x: np.sum(x * x))(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    check_callable(fun, "jacrev")
    single, positions = positions_of(argnums, "jacrev")

    @public
    @functools.wraps(fun)
    def jacobian_of(*args, **kwargs):
        of_chosen, chosen = chosen_of(fun, args, kwargs, positions, "jacrev")
        for x in tree.leaves(chosen):
            check_float(x, "jacrev", "an argument", allow_int, holomorphic=True)
        got = vjp(of_chosen, *chosen, has_aux=has_aux)
        outs, out_structure = tree.flatten(got[0])
        eye, sizes = _basis(outs)
        rows = vmap(lambda *cts: got[1](tree.unflatten(out_structure, list(cts))), randomness="same")(*eye)
        row_leaves, structure = tree.flatten(rows)
        inputs = tree.leaves(chosen)
        cut = [_cut(r, sizes, 0) for r in row_leaves]
        parts = []
        for i, y in enumerate(outs):
            blocks = [_shaped(c[i], shape_of(y) + shape_of(x)) for c, x in zip(cut, inputs, strict=True)]
            full = tree.unflatten(structure, blocks)
            parts.append(full[0] if single else full)
        jacobian = tree.unflatten(out_structure, parts)
        return (jacobian, got[2]) if has_aux else jacobian

    return jacobian_of


jacobian = jacrev


@public
def hessian(fun, argnums=0, has_aux=False, holomorphic=False):
    """The matrix (or pytree of arrays) of second derivatives of a scalar function: forward mode over reverse mode.

    For an argument of shape s an array of shape `s + s` and of its dtype; of a function with a result of shape r, `r + s + s`. Raises
    TypeError for an argument that is not float or complex.

    >>> import funcgrad as fg, numpy as np
    >>> fg.hessian(lambda x: np.sum(x ** 3))(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    check_callable(fun, "hessian")
    _, positions = positions_of(argnums, "hessian")
    of_gradient = jacfwd(jacrev(fun, argnums, has_aux, holomorphic), argnums, has_aux, holomorphic)

    @public
    @functools.wraps(fun)
    def hessian_of(*args, **kwargs):
        check_positions(positions, args, "hessian")
        return of_gradient(*args, **kwargs)

    return hessian_of


@public
def hvp(fun, primals, tangents):
    """The product of the Hessian of a scalar fun at `primals` with the vector `tangents`, without making the matrix.

    `primals` and `tangents` are tuples with one entry an argument, pytrees of the same structure and shapes; the product has their shapes
    and the primals' dtypes. With one argument its product is returned itself. Raises TypeError for a fun that is not scalar, an argument that
    is not float or complex and another structure, ValueError for another shape.

    >>> import funcgrad as fg, numpy as np
    >>> fg.hvp(lambda x: np.sum(x ** 3), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    array([6., 0.])
    """
    check_tuples("hvp", primals, tangents)
    out = jvp(grad(fun, tuple(range(len(primals)))), tuple(primals), tuple(tangents))[1]
    return out[0] if len(primals) == 1 else out


__all__ = [
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "transpose",
    "ArgumentError",
    "PYTHON_SCALARS",
    "describe",
]
