"""Forward mode: jvp, tangents computed beside values."""

from .. import tree
from ..core.aval import PYTHON_SCALARS, ndarray
from ..core.primitive import helpers
from ..core.site import here
from ..core.trace import Jvp
from ..core.tracebacks import public
from ..errors import ArgumentError
from .boundary import as_value, enter, inside, leave, like_argument, show_all, tangent_for
from .reverse_mode import face_of, pair, plain_tree


def zero_tangent(v):
    if type(v) in PYTHON_SCALARS:
        return type(v)(0)
    return helpers["zeros_like"](v)


def check_tuples(transform, primals, tangents):
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise ArgumentError(
            f"{transform}: primals and tangents must be tuples, one entry an argument; got {type(primals).__name__} and "
            f"{type(tangents).__name__}. Write {transform}(f, (x,), (t,)). [at {here()}]"
        )


@public
def jvp(fun, primals, tangents, has_aux=False):
    """The value of fun at the primals, and its derivative in the direction of the tangents.

    `primals` and `tangents` are tuples (or lists) of pytrees of equal structure, shapes and dtypes. Returns
    `(out, tangent_out)`, with has_aux `(out, tangent_out, aux)`. Raises TypeError where the structures differ and
    ValueError where shapes do.

    >>> import funcgrad as fg
    >>> fg.jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    """
    check_tuples("jvp", primals, tangents)
    leaves, structure = tree.flatten(tuple(primals))
    ts, t_structure = tree.flatten(tuple(tangents))
    if structure != t_structure:
        raise ArgumentError(
            f"jvp: the tangents must have the structure of the primals, {structure}; got {t_structure}. [at {here()}]"
        )
    trace = Jvp()
    args = []
    for i, (x, t) in enumerate(zip(leaves, ts, strict=True)):
        x = leaves[i] = as_value(x, "jvp", f"primal {i}")
        t = tangent_for(x, t, "jvp", i)
        args.append(x if t is None else enter(trace, x, t))
    with inside(trace):
        out = fun(*tree.unflatten(structure, args))
        aux = None
        if has_aux:
            out, aux = pair(out, "jvp")
            aux = plain_tree(trace, aux, [*leaves, *ts])
        outs, out_structure = tree.flatten(out)
        low = [leave(trace, o, "jvp") for o in outs]
    values = [v.copy() if v is o and type(v) is ndarray else v for o, (v, _, _) in zip(outs, low, strict=True)]
    out_ts = [zero_tangent(v) if t is None else like_argument(t, v) for v, t, _ in low]
    faces = [face for _, _, face in low]
    shown = show_all(values + out_ts, faces + faces, [*leaves, *ts])
    k = len(values)
    value, tangent = tree.unflatten(out_structure, shown[:k]), tree.unflatten(out_structure, shown[k:])
    return (value, tangent, aux) if has_aux else (value, tangent)


__all__ = ["face_of", "jvp"]
