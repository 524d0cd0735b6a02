"""Reverse mode: vjp, grad, value_and_grad, by recording once and walking the record back."""

import functools

import numpy as np

from .. import tree
from ..core.aval import PYTHON_SCALARS, describe, dtype_of, ndarray, shape_of
from ..core.constants import kept as kept_array
from ..core.handle import Handle, Taped
from ..core.primitive import PRIMITIVES, helpers
from ..core.quiet import quiet
from ..core.reverse import reverse
from ..core.site import here
from ..core.trace import Record
from ..core.tracebacks import public
from ..errors import ArgumentError
from .argnums import missing, positions_of
from .boundary import as_value, check_float, cotangent_for, enter, inside, leave, like_argument, show_all

FLOAT0 = np.dtype([("float0", np.void, 0)])


def one_like(v):
    """The seed of a scalar result."""
    if isinstance(v, Handle):
        if v.weak:
            return 1.0
        return PRIMITIVES["full"](shape=(), value=1, dtype=dtype_of(v))
    return 1.0 if type(v) in PYTHON_SCALARS else v.dtype.type(1)


def zero_gradient(x):
    """The gradient of an argument that no result depends on."""
    if dtype_of(x).kind in "biu":
        return np.zeros(shape_of(x), FLOAT0)
    return helpers["zeros_like"](x) if type(x) not in PYTHON_SCALARS else type(x)(0)


def gradient_for(x, g):
    return like_argument(zero_gradient(x) if g is None else g, x)


@public
def vjp(fun, *primals, has_aux=False):
    """The value of fun at the primals, and the pullback: the linear map from cotangents of the value to those of the primals.

    Parameters: `primals` are pytrees of arrays or numbers. Returns `(out, pullback)`, or `(out, pullback, aux)` with
    `has_aux`, where fun returns `(out, aux)`. `pullback(ct)` takes the tree structure, shapes and dtypes of `out` and
    returns a tuple, one entry a primal. It may be called any number of times.

    The cotangent of an integer primal is a zero of jax's dtype float0. Raises TypeError for a primal or value that is no array,
    number or pytree of them.

    >>> import funcgrad as fg, numpy as np
    >>> out, pullback = fg.vjp(lambda x, y: x * y, 3.0, 4.0)
    >>> out, pullback(1.0)
    (12.0, (4.0, 3.0))
    """
    leaves, structure = tree.flatten(primals)
    trace = Record()
    marks = []
    args = []
    for i, x in enumerate(leaves):
        x = leaves[i] = as_value(x, "vjp")
        differentiable = check_float(x, "vjp", f"primal {i}", holomorphic=True, allow_int=True)
        mark = trace.leaf() if differentiable else None
        marks.append(mark)
        args.append(enter(trace, kept_array(x, trace), mark) if differentiable else x)
    with inside(trace):
        out = fun(*tree.unflatten(structure, args))
        aux = None
        if has_aux:
            out, aux = pair(out, "vjp")
        outs, out_structure = tree.flatten(out)
        low = [leave(trace, o, "vjp") for o in outs]
        aux = plain_tree(trace, aux, leaves, own=True)
    kept = [v.copy() if type(v) is ndarray else v for v, _, _ in low]

    pullback = Pullback(trace, leaves, structure, marks, low, out_structure)
    value = tree.unflatten(out_structure, show_all(kept, [face for _, _, face in low], leaves))
    return (value, pullback, aux) if has_aux else (value, pullback)


class Pullback:
    """The linear map that vjp returns: cotangents of the primals, from a cotangent of the value."""

    __slots__ = ("trace", "leaves", "structure", "marks", "low", "out_structure")

    def __init__(self, trace, leaves, structure, marks, low, out_structure):
        self.trace = trace
        self.leaves, self.structure, self.marks = leaves, structure, marks  # of the primals
        self.low, self.out_structure = low, out_structure  # of the value

    @public
    def __call__(self, ct):
        cts, structure = tree.flatten(ct)
        if structure != self.out_structure:
            raise ArgumentError(
                f"vjp: the cotangent must have the structure of the value, {self.out_structure}; got {structure}. [at {here()}]"
            )
        seeds = []
        for (v, m, _), c in zip(self.low, cts, strict=True):
            c = cotangent_for(v, c, "vjp")
            if m is not None:
                seeds.append((m, c))
        with quiet():
            got = reverse(seeds, self.trace, want=self.marks)
        gs = [gradient_for(x, g) for x, g in zip(self.leaves, got, strict=True)]
        return tree.unflatten(self.structure, show_all(gs, [face_of(x) for x in self.leaves], cts))


def face_of(x):
    return Taped if isinstance(x, Taped) else None


def pair(out, transform):
    if not isinstance(out, (tuple, list)) or len(out) != 2:
        raise ArgumentError(
            f"{transform}: with has_aux=True the function must return (value, aux); got {type(out).__name__}. "
            f"[at {here()}]"
        )
    return out


def plain_tree(trace, aux, given=(), own=False):
    """Auxiliary results one level out; they share no memory with what was `given`, with one another, or with arrays from outside.
    `own`: nor with anything that a function made here may read later."""
    if aux is None:
        return None
    leaves, structure = tree.flatten(aux)
    at = [i for i, a in enumerate(leaves) if isinstance(a, Handle) or type(a) is ndarray]
    low = [leave(trace, leaves[i]) for i in at]
    values = [
        v.copy() if type(v) is ndarray and (own or leaves[i] is v) else v for i, (v, _, _) in zip(at, low, strict=True)
    ]
    shown = show_all(values, [face for _, _, face in low], given)
    for i, v in zip(at, shown, strict=True):
        leaves[i] = v
    return tree.unflatten(structure, leaves)


@public
def value_and_grad(fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False, *, numpy=False):
    """A function that returns `(f(*args), gradient)`; everything as in `grad`. With has_aux: `((value, aux), gradient)`.

    The value is f's own, the gradient has the shapes and dtypes of the argument. Raises TypeError as `grad` does.

    >>> import funcgrad as fg
    >>> fg.value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    check_callable(fun, "value_and_grad")
    return public(with_gradient(fun, argnums, has_aux, holomorphic, allow_int, numpy, "value_and_grad"))


def with_gradient(f, argnums, has_aux, holomorphic, allow_int, numpy, by):
    """What value_and_grad returns, and grad calls; `by`: which of them messages name."""
    if numpy:
        from ..tracing import trace_numpy

        f = trace_numpy(f)
    single, positions = positions_of(argnums, by)

    @functools.wraps(f)
    def value_and_grad_of(*args, **kwargs):
        args = list(args)
        leaves = []
        names = Places(args)
        structures = []
        for position in positions:
            if not -len(args) <= position < len(args):
                raise missing(position, args, by)
            own, structure = flat(args[position])
            leaves += own
            names += [position] * len(own)
            structures.append((position, structure, len(own)))

        def of_leaves(inputs):
            it = iter(inputs)
            for position, structure, k in structures:
                args[position] = (
                    next(it) if structure is None else tree.unflatten(structure, [next(it) for _ in range(k)])
                )
            return f(*args, **kwargs)

        value, aux, gradients = pulled_once(of_leaves, leaves, names, has_aux, holomorphic, allow_int, by=by)
        if single and structures[0][1] is None:
            gradient = gradients[0]
        else:
            it = iter(gradients)
            parts = [
                next(it) if s is None else tree.unflatten(s, [next(it) for _ in range(k)]) for _, s, k in structures
            ]
            gradient = parts[0] if single else tuple(parts)
        return ((value, aux) if has_aux else value), gradient

    return value_and_grad_of


class Places(list):
    """The position of the argument that each leaf is of."""

    __slots__ = ("args",)

    def __init__(self, args):
        self.args = args

    def name(self, i):
        """What an error calls leaf i: its argument, and where in it the leaf stands."""
        position = self[i]
        path, _ = tree.leaves_with_path(self.args[position])[i - self.index(position)]
        return f"argument {position}{tree.keystr(path)}"


def pulled_once(fun, leaves, names, has_aux=False, holomorphic=False, allow_int=False, int_result=False, by="grad"):
    """(value, aux or None, the gradient of each leaf) of fun, which takes a list of the leaves as its inputs; `names`: the
    `Places` of the leaves. `int_result`: the gradients of a value that is an integer are zeros, and no error."""
    trace = Record()
    inputs = []
    marks = []  # of each leaf its node (None: an integer)
    for i, x in enumerate(leaves):
        try:
            x = leaves[i] = as_value(x, by, "argument") if not isinstance(x, Handle) else x
            mark = trace.leaf() if check_float(x, by, "argument", allow_int, holomorphic) else None
        except ArgumentError as error:
            error.args = (str(error).replace("argument", names.name(i), 1),)
            raise
        inputs.append(x if mark is None else enter(trace, x, mark))
        marks.append(mark)
    aux = None
    with inside(trace):
        out = fun(inputs)
        if has_aux:
            out, aux = pair(out, by)
            aux = plain_tree(trace, aux, leaves)
        value, mark, face = leave(trace, out)
        if not int_result or dtype_of(value).kind in "fc":
            check_scalar(value, holomorphic, by)
    got = None
    if mark is not None:
        with quiet():
            got = reverse([(mark, one_like(value))], trace, want=marks)
    grads = [gradient_for(x, got and got[i]) for i, x in enumerate(leaves)]
    shown = show_all([*grads, value], [*map(face_of, leaves), face], leaves)
    value = shown.pop()
    return value, aux, shown


@public
def grad(fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False, *, numpy=False):
    """The gradient of a scalar function, as a function of the same arguments.

    `argnums`: which positional arguments to differentiate (an int, or a tuple for a tuple of gradients); each may be a
    pytree. `has_aux`: fun returns (value, aux) and the result is (gradient, aux). `holomorphic`: fun is a holomorphic
    function of complex numbers. `allow_int`: integer arguments get zeros of jax's dtype float0. `numpy`: NumPy calls in
    fun's own source are traced too (see `trace_numpy`).

    The gradient has the form of its argument: a Python float for a Python float, an array of the same shape and dtype
    for an array. Raises TypeError if the value is not a scalar, or an argument is not float.

    >>> import funcgrad as fg, numpy as np
    >>> fg.grad(lambda x: x ** 3)(2.0)
    12.0
    >>> fg.grad(lambda x: np.sum(np.sin(x)))(np.zeros(2))
    array([1., 1.])
    """
    check_callable(fun, "grad")
    both = with_gradient(fun, argnums, has_aux, holomorphic, allow_int, numpy, "grad")

    @public
    @functools.wraps(fun)
    def grad_of(*args, **kwargs):
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return grad_of


def flat(x):
    """(leaves, structure) of an argument; the structure of a single array or float is None."""
    return ([x], None) if type(x) is ndarray or type(x) is float else tree.flatten(x)


def check_callable(f, transform, name=None):
    """`name`: what the operation calls the argument, where it is not a transform of its first."""
    if not callable(f):
        cure = "Pass the function, not its value" if name else f"Write {transform}(f)(x), not {transform}(f(x))"
        raise ArgumentError(
            f"{transform}: {name or 'the first argument'} must be a function; got {type(f).__name__}. {cure}. [at {here()}]"
        )


def no_scalar(value, by):
    """The error for a value that is no array or number."""
    leaves, structure = tree.flatten(value)
    shown, cure = type(value).__name__, ""
    if structure != tree.structure(0):
        shown += f" of {len(leaves)}"
        cure = " Return one number; jacobian takes any structure."
        if isinstance(value, tuple):
            cure = " With has_aux=True the first of a pair is differentiated, and the other handed through."
    return ArgumentError(f"{by}: the function must return a scalar; got {shown}.{cure} [at {here()}]")


def check_scalar(value, holomorphic, by):
    if type(value) is float or type(value) is np.float64:
        return
    if value is None or isinstance(value, (str, bytes)):
        raise ArgumentError(
            f"{by}: the function must return a scalar; got {type(value).__name__}. Does it end with a return? [at {here()}]"
        )
    try:
        shape, dtype = shape_of(value), dtype_of(value)
    except Exception as error:
        raise no_scalar(value, by) from error
    if dtype.kind == "O":
        raise no_scalar(value, by)
    if shape != ():
        raise ArgumentError(
            f"{by}: the function must return a scalar; got {describe(value)}. Sum it, or use jacobian (all "
            f"derivatives) / vjp (one cotangent). [at {here()}]"
        )
    if dtype.kind not in "fc":
        raise ArgumentError(
            f"{by}: the function must return a float scalar; got {describe(value)}, which has no derivative. Return a float "
            f"that depends on the argument; indices, counts and comparisons do not. [at {here()}]"
        )
    if dtype.kind == "c" and not holomorphic:
        raise ArgumentError(
            f"{by}: the function returns {describe(value)}; take its real or imaginary part, or abs, or pass "
            f"holomorphic=True if it is holomorphic. [at {here()}]"
        )
