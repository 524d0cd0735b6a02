"""Calls of Python functions on plain values from inside transforms, with results: pure_callback and io_callback, as jax has them.

The function gets ndarrays that are its own, and returns arrays of the shapes and dtypes that were announced. Invariant: a
pure_callback may be called any number of times (also never, where its result is not used), an io_callback once each time
that its line would be reached, in the order of the program. Neither has a derivative: that is an error, not zero.
"""

import numpy as np

from . import tree
from .core.aval import Aval, describe, shape_of
from .core.handle import Handle
from .core.primitive import PRIMITIVES, Primitive, helpers
from .core.site import here, site, where
from .core.state import tls
from .errors import ArgumentError, NotDifferentiableError, ShapeError
from .ops.effects import Effect

METHODS = ("sequential", "sequential_unrolled", "expand_dims", "broadcast_all")


class Function:
    """A user's function of pytrees as one of flat values, its results checked."""

    __slots__ = ("f", "structure", "out_structure", "what", "at")

    def __init__(self, f, structure, out_structure, what, at):
        self.f, self.structure, self.out_structure, self.what, self.at = f, structure, out_structure, what, at

    def __call__(self, xs, shapes):
        args, kwargs = tree.unflatten(self.structure, [np.array(x) for x in xs])
        try:
            got = self.f(*args, **kwargs)
        except Exception as error:
            error.from_effect = True  # the user's own: nothing is to be tried again
            error.add_note(f"raised in the function of {self.what}, called at {where(self.at)}")
            raise
        outs, structure = tree.flatten(got)
        if structure != self.out_structure:
            raise ArgumentError(
                f"{self.what}: the function must return {self.out_structure}, as announced; got {structure}. [at {where(self.at)}]"
            )
        return tuple([self.checked(o, a) for o, a in zip(outs, shapes, strict=True)])

    def checked(self, out, aval):
        out = np.array(out)
        if out.shape != aval.shape or not np.can_cast(out.dtype, aval.dtype, "same_kind"):
            raise ShapeError(
                f"{self.what}: the function must return {describe(aval)}, as announced; got {describe(out)}. [at {where(self.at)}]"
            )
        out = out.astype(aval.dtype, copy=False)
        return out if aval.shape else out[()]

    def __repr__(self):
        return f"<{self.f!r} called at {where(self.at)}>"


def no_derivative(what):
    def refuse(*args, **params):
        raise NotDifferentiableError(
            f"{what} has no derivative, as in jax: call it inside a function with a rule (fg.custom_jvp or fg.custom_vjp), or of "
            f"fg.stop_gradient(x). [at {here()}]"
        )

    return refuse


def rows_of(x, d, i):
    return x if d is None else PRIMITIVES["getitem"](x, idx=(slice(None),) * d + (i,))


def one_by_one(prim, size, xs, ds, params):
    """The results of a call for each sample, stacked."""
    rows = [prim(*[rows_of(x, d, i) for x, d in zip(xs, ds, strict=True)], **params) for i in range(size)]
    return [stacked(column) for column in zip(*rows, strict=True)], [0] * len(params["shapes"])


def stacked(column):
    reshape = PRIMITIVES["reshape"]
    return PRIMITIVES["concatenate"](*[reshape(v, shape=(1, *shape_of(v))) for v in column], axis=0)


def batch_pure(size, xs, ds, *, callback, shapes, method):
    size = int(size)
    if method is None:
        raise NotDifferentiableError(
            f"vmap: pure_callback needs vmap_method=, one of {', '.join(METHODS)}: how its function takes mapped arrays. [at {here()}]"
        )
    if method.startswith("sequential") or not size:
        return one_by_one(pure_callback_p, size, xs, ds, {"callback": callback, "shapes": shapes, "method": method})
    front = [
        PRIMITIVES["reshape"](x, shape=(1, *shape_of(x))) if d is None else helpers["front"](x, d)
        for x, d in zip(xs, ds, strict=True)
    ]
    if method == "broadcast_all":
        front = [x if d is not None else helpers["batched"](size, v, d) for x, v, d in zip(front, xs, ds, strict=True)]
    wide = tuple([Aval((size, *a.shape), a.dtype) for a in shapes])
    return pure_callback_p(*front, callback=callback, shapes=wide, method=method), [0] * len(shapes)


def batch_io(size, xs, ds, *, callback, shapes):
    return one_by_one(io_callback_p, int(size), xs, ds, {"callback": callback, "shapes": shapes})


def run_io(*xs, callback, shapes):
    if tls.stage is not None:  # values that are known while staging: the effect is for every run
        return tls.stage.process(io_callback_p, xs, {"callback": callback, "shapes": shapes})
    return callback(xs, shapes)


pure_callback_p = Primitive(
    "pure_callback",
    globals(),
    __doc__="The results of a Python function of plain values.",
    variadic=True,
    multi=True,
    arity=0,
    saves=(),
    params=(),
    impl=lambda *xs, callback, shapes, method: callback(xs, shapes),
    aval=lambda *xs, callback, shapes, method: shapes,
    batch=batch_pure,
    jvp=no_derivative("pure_callback"),
    vjp=no_derivative("pure_callback"),
)
io_callback_p = Effect(
    "io_callback",
    globals(),
    __doc__="The results of a Python function of plain values, called for what it does too.",
    impl=run_io,
    aval=lambda *xs, callback, shapes: shapes,
    batch=batch_io,
    jvp=no_derivative("io_callback"),
    vjp=no_derivative("io_callback"),
)


def call(prim, what, callback, announced, args, kwargs, at, **params):
    if not callable(callback):
        raise ArgumentError(
            f"{what}: the first argument must be a function; got {type(callback).__name__}. [at {where(at)}]"
        )
    xs, structure = tree.flatten((args, kwargs))
    described, out_structure = tree.flatten(announced)
    for a in described:
        if not (hasattr(a, "shape") and hasattr(a, "dtype")):
            raise ArgumentError(
                f"{what}: result_shape_dtypes must be a pytree of ShapeDtypeStructs (or arrays); got {a!r}. [at {where(at)}]"
            )
    shapes = tuple([Aval(tuple(a.shape), np.dtype(a.dtype)) for a in described])
    xs = [x if isinstance(x, Handle) else np.asarray(x) for x in xs]
    outs = prim(*xs, callback=Function(callback, structure, out_structure, what, at), shapes=shapes, **params)
    return tree.unflatten(out_structure, list(outs))


def pure_callback(callback, result_shape_dtypes, *args, sharding=None, vmap_method=None, **kwargs):
    """The result of `callback(*args, **kwargs)`, a Python function of ndarrays without side effects, under every transform.

    `result_shape_dtypes`: a pytree of ShapeDtypeStructs, like what it returns. `vmap_method`, for calls under vmap: "sequential"
    (one call a sample), "expand_dims" or "broadcast_all" (one call for all: mapped arrays have their axis in front, the others
    one of size 1, or of all samples). It has no derivative: TypeError. Raises ValueError for a result of another shape.

    >>> import funcgrad as fg, numpy as np
    >>> f = lambda x: fg.pure_callback(np.sort, fg.ShapeDtypeStruct(x.shape, x.dtype), x, vmap_method="sequential")
    >>> fg.jit(lambda x: f(x) * 2)(np.array([3.0, 1.0]))
    array([2., 6.])
    """
    if vmap_method is not None and vmap_method not in METHODS:
        raise ArgumentError(
            f"pure_callback: vmap_method must be one of {', '.join(METHODS)}; got {vmap_method!r}. [at {here()}]"
        )
    return call(
        pure_callback_p, "pure_callback", callback, result_shape_dtypes, args, kwargs, site(2), method=vmap_method
    )


def io_callback(callback, result_shape_dtypes, *args, sharding=None, ordered=False, **kwargs):
    """The result of `callback(*args, **kwargs)`, a Python function of ndarrays that does something too, under every transform.

    It is called once each time that this line would be reached without transforms, always in order; under vmap once a sample. Else
    as `pure_callback`: TypeError where a derivative is asked for, ValueError for a result of another shape than announced.

    >>> import funcgrad as fg, numpy as np
    >>> seen = []
    >>> count = lambda x: (seen.append(float(x)), np.float64(len(seen)))[1]
    >>> f = fg.jit(lambda x: x + fg.io_callback(count, fg.ShapeDtypeStruct((), np.float64), x))
    >>> print(f(1.5), f(2.5), seen)
    2.5 4.5 [1.5, 2.5]
    """
    return call(io_callback_p, "io_callback", callback, result_shape_dtypes, args, kwargs, site(2))


__all__ = ["io_callback", "pure_callback"]
