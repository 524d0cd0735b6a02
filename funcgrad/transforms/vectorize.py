"""vmap: a function of one sample, applied along mapped axes of its arguments."""

import functools

from .. import tree
from ..core.aval import describe, ndarray, shape_of
from ..core.axes import sized
from ..core.handle import Handle
from ..core.primitive import helpers
from ..core.site import here
from ..core.trace import Batch
from ..core.tracebacks import public
from ..errors import ArgumentError, ArgumentValueError, ShapeError
from .boundary import as_value, enter, inner, inside, leave, show_all
from .reverse_mode import check_callable

RANDOMNESS = ("error", "same", "different")


@public
def vmap(fun, in_axes=0, out_axes=0, axis_name=None, axis_size=None, spmd_axis_name=None, *, randomness="error"):
    """fun mapped over an axis of its arguments, computed at once.

    `in_axes`: an axis for all arguments, or a tuple with one entry an argument: an int, None (not mapped), or a pytree
    prefix of the argument. `out_axes`: likewise for the result. `axis_size` is needed only if nothing else tells it.
    `axis_name`: what the collectives of `fg.lax` call this axis. Keyword arguments are mapped over their first axis.
    `spmd_axis_name`, jax's for many devices, changes nothing. Raises ValueError where mapped sizes differ, naming each.
    `randomness`: what compat's random operations do inside: "error" (they raise RuntimeError), "same" (one draw for all
    samples) or "different" (one each), as for torch.func.vmap.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x, y: x @ y)(np.ones((3, 2)), np.ones((3, 2)))
    array([2., 2., 2.])
    """
    check_callable(fun, "vmap")
    if randomness not in RANDOMNESS:
        raise ArgumentError(
            f"vmap: randomness must be one of {', '.join(map(repr, RANDOMNESS))}; got {randomness!r}. [at {here()}]"
        )

    @public
    @functools.wraps(fun)
    def vmapped(*args, **kwargs):
        axes = tuple(in_axes) if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ArgumentValueError(
                f"vmap: in_axes has {len(axes)} entries for {len(args)} positional arguments. [at {here()}]"
            )
        leaves, structure = tree.flatten((args, kwargs))
        n = len(tree.leaves(kwargs))
        mapped = [d for x, a in zip(args, axes, strict=True) for d in prefix_axes(a, x)] + [0] * n
        paths = None
        sizes = {}
        for i, (x, d) in enumerate(zip(leaves, mapped, strict=True)):
            if d is None:
                continue
            x = leaves[i] = as_value(x, "vmap")
            shape = shape_of(x)
            if not isinstance(d, int):
                raise ArgumentError(f"vmap: an entry of in_axes must be an int or None; got {d!r}. [at {here()}]")
            if not -len(shape) <= d < len(shape):
                paths = paths or names_of(fun, args, kwargs)
                raise ShapeError(f"vmap: {paths[i]} is {describe(x)} and has no axis {d} to map. [at {here()}]")
            mapped[i] = d % len(shape)
            sizes.setdefault(shape[d], []).append(i)
        if axis_size is not None:
            sizes.setdefault(axis_size, [])
        if len(sizes) != 1:
            paths = names_of(fun, args, kwargs)
            if not sizes:
                raise ArgumentError(
                    f"vmap: nothing is mapped; give at least one argument an axis, or axis_size. [at {here()}]"
                )
            found = "; ".join(
                f"{paths[i]} axis {mapped[i]} has {k} ({describe(leaves[i])})"
                for k, which in sizes.items()
                for i in which
            )
            raise ShapeError(f"vmap: mapped axes differ in size: {found or f'axis_size is {axis_size}'}. [at {here()}]")
        (size,) = sizes
        out = out_structure = None

        def of_leaves(inputs):
            nonlocal out, out_structure
            new_args, new_kwargs = tree.unflatten(structure, inputs)
            out = fun(*new_args, **new_kwargs)
            outs, out_structure = tree.flatten(out)
            return outs

        outs, low = over_rows(of_leaves, leaves, mapped, sized(size, axis_name), randomness)
        where = [out_axes] * len(outs) if isinstance(out_axes, int) else prefix_axes(out_axes, out)
        return tree.unflatten(out_structure, laid_out(size, outs, low, where, leaves))

    return vmapped


def over_rows(fun, leaves, mapped, size, randomness):
    """(results, and of each its value one level out, that value's mapped axis or None, and its face) of fun, which takes a list of
    inputs and gives a list of results; `mapped`: an axis of each leaf, or None."""
    trace = Batch(size, randomness)
    trace.deep = True
    with inside(trace), trace:
        outs = fun([x if d is None else enter(trace, x, d) for x, d in zip(leaves, mapped, strict=True)])
        low = [
            leave(trace, o) if isinstance(o, Handle) else (as_value(o, "vmap", "the result"), None, None) for o in outs
        ]
    return outs, low


def laid_out(size, outs, low, where, leaves):
    """The results of `over_rows` with their mapped axes where they are wanted, as the user gets them."""
    values = [out_axis(size, v, d, to) for (v, d, _), to in zip(low, where, strict=True)]
    values = [v.copy() if v is o and type(v) is ndarray else v for o, v in zip(outs, values, strict=True)]
    return show_all(values, [face for _, _, face in low], leaves)


def prefix_axes(axes, x):
    """One axis a leaf of x."""
    if axes is None or isinstance(axes, int):
        return [axes] * len(tree.leaves(x))
    return tree.broadcast_prefix(axes, x, is_leaf=lambda a: a is None)


def out_axis(size, v, d, to):
    """The mapped axis of a result put where out_axes says."""
    if to is None:
        if d is not None:
            raise ArgumentError(f"vmap: out_axes is None for a result that differs between samples. [at {here()}]")
        return inner(v)
    if d == to == 0:
        return v
    v = helpers["batched"](size, v, d)
    ndim = len(shape_of(v))
    if not -ndim <= to < ndim:
        raise ShapeError(f"vmap: out_axes {to} does not fit a result of {ndim} axes. [at {here()}]")
    to %= ndim
    if to == 0:
        return v
    from ..ops.shape import transpose

    return transpose(v, perm=(*range(1, to + 1), 0, *range(to + 1, ndim)))


def names_of(f, args, kwargs):
    """A name for every leaf, from the function's own parameter names."""
    code = getattr(f, "__code__", None)
    parameters = code.co_varnames[: code.co_argcount] if code else ()
    names = []
    for i, x in enumerate(args):
        base = parameters[i] if i < len(parameters) else f"argument {i}"
        k = len(tree.leaves(x))
        names += [base] if k == 1 else [f"{base}, leaf {j}" for j in range(k)]
    return names + [f"{k}" for k, x in kwargs.items() for _ in tree.leaves(x)]
