"""What torch.func asks of arguments and results, in torch's words."""

from ..tensor import Tensor
from ..utils._pytree import tree_unflatten


def check_argnums(argnums, count):
    """The positions that argnums names, counted from the front; RuntimeError if there is no such argument, or one twice."""
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    numbers = argnums if isinstance(argnums, tuple) else (argnums,)
    if not numbers:
        raise RuntimeError("argnums must be non-empty")
    for k in numbers:
        if not isinstance(k, int):
            raise RuntimeError(f"argnum must be int, got: {type(k)}")
        if not -count <= k < count:
            raise RuntimeError(f"Got argnum={k}, but only {count} positional inputs")
    places = tuple([k % count for k in numbers])
    if len({*places}) < len(places):
        raise RuntimeError(f"argnums elements must be unique, got {places}")
    return [*places]


def check_differentiable(leaves):
    """Every leaf must be a float or complex Tensor."""
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise ValueError(f"Thing passed to transform API must be Tensor, got {type(leaf)}")
        if not (leaf.is_floating_point() or leaf.is_complex()):
            raise RuntimeError("only Tensors of floating point dtype can require gradients")


def need_float(leaf, role):
    """torch's ValueError for a Tensor that has no tangent, or can be none: `role` is "primal" or "tangent"."""
    if not (leaf.is_floating_point() or leaf.is_complex()):
        raise ValueError(f"Expected {role} to be floating point or complex, but got: {leaf.dtype}")


def check_primals(leaves):
    """Every leaf must be a Tensor that can have a tangent."""
    for leaf in leaves:
        if isinstance(leaf, Tensor):
            need_float(leaf, "primal")
    check_differentiable(leaves)


def check_tensors(name, leaves):
    if not leaves or leaves[0] is None and len(leaves) == 1:
        raise RuntimeError(f"{name}: Expected f to be a function that has non-empty output (got output = {leaves})")
    check_each(name, leaves)


def check_each(name, leaves):
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(
                f"{name}: expected f(*primals) to return only tensors, got unsupported type {type(leaf)}"
            )


def check_pulled(name, leaves):
    """What can be pulled back: Tensors of float or complex dtype."""
    check_tensors(name, leaves)
    for leaf in leaves:
        if not (leaf.is_floating_point() or leaf.is_complex()):
            raise RuntimeError(
                f"vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype {leaf.dtype}"
            )


def check_aux(leaves):
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(f"Expected tensors, got unsupported type {type(leaf)}")


def check_scalar(name, out):
    """The output of a function to be differentiated must be one Tensor without dimensions."""
    if not isinstance(out, Tensor):
        raise RuntimeError(f"{name}: Expected f(*args) to return a Tensor, got {type(out)}")
    if out.dim():
        raise RuntimeError(
            f"{name}: Expected f(*args) to return a scalar Tensor, got tensor with {out.dim()} dims. Maybe you wanted to use the "
            "vjp or jacrev APIs instead?"
        )
    if out.is_complex():
        raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {out.dtype}")


def brief(spec):
    """A structure as Python would write it."""
    return str(tree_unflatten(["*"] * spec.num_leaves, spec)).replace("'*'", "*")


def check_real(caller, leaves, what):
    """RuntimeError in torch's words if one of the Tensors is complex."""
    for i, t in enumerate(leaves):
        if isinstance(t, Tensor) and t.is_complex():
            raise RuntimeError(
                f"{caller}: Expected all {what} to be real but received complex tensor at flattened input idx: {i}"
            )
