"""autograd's differential operators, over funcgrad's transforms.

Invariant: nothing is differentiated here; each operator is a few words about vjp, jvp or grad.
"""

import functools
import inspect
import math
import warnings

import numpy as np

from .. import numpy as fnp
from .. import tree
from ..core.aval import aval_of, dtype_of, shape_of
from ..core.handle import Handle
from ..core.site import warn
from ..transforms import derived, forward_mode, reverse_mode
from ..transforms.checkpoint import checkpoint
from .wrap_util import checked, unary_to_nary

__all__ = [
    "checkpoint", "deriv", "elementwise_grad", "grad", "grad_and_aux", "grad_named", "hessian", "hessian_tensor_product",
    "hessian_vector_product", "holomorphic_grad", "jacobian", "make_ggnvp", "make_hvp", "make_jvp", "make_jvp_reversemode",
    "make_vjp", "multigrad_dict", "tensor_jacobian_product", "value_and_grad", "vector_jacobian_product",
]  # fmt: skip


def like(value, pattern):
    """A cotangent or tangent as the rules want it: the dtype (and, of a plain number, the shape) of what it belongs to."""

    def one(p, v):
        a = aval_of(p)
        if isinstance(v, (int, float, complex)) and not a.shape:
            return v if a.weak and type(v) is not int else np.asarray(v, a.dtype)[()]
        return v.astype(a.dtype) if isinstance(v, np.ndarray) and v.dtype != a.dtype else v

    return tree.map(one, pattern, value)


def ones_of(value):
    return tree.map(lambda v: np.ones(shape_of(v), dtype_of(v)), value)


def argnums_of(argnum):
    checked(argnum)
    return tuple(argnum) if isinstance(argnum, list) else argnum


@unary_to_nary
def make_vjp(fun, x):
    """make_vjp(f)(x) -> (vjp, f(x)), where vjp(g) is the gradient of the sum of g * f(x).

    >>> import funcgrad.autograd as autograd
    >>> vjp, value = autograd.make_vjp(lambda x: x ** 2)(3.0)
    >>> float(vjp(1.0)), value
    (6.0, 9.0)
    """
    value, pullback = reverse_mode.vjp(heeded(fun), x)
    return lambda g: pullback(like(g, value))[0], value


@unary_to_nary
def make_jvp(fun, x):
    """make_jvp(f)(x) -> jvp, where jvp(v) is (f(x), the derivative in the direction v)."""
    return lambda v: forward_mode.jvp(fun, (x,), (like(v, x),))


@unary_to_nary
def make_jvp_reversemode(fun, x):
    """make_jvp_reversemode(f)(x) -> jvp, where jvp(v) is the derivative in the direction v: autograd's has it from two
    reverse passes, here it is forward mode."""
    return lambda v: forward_mode.jvp(fun, (x,), (like(v, x),))[1]


def noticed(value):
    """What a function gives; a UserWarning if nothing in it is traced, so that its derivative is zero."""
    if not any(isinstance(v, Handle) and v.mark is not None for v in tree.leaves(value)):
        warn("Output seems independent of input.")
    return value


def heeded(fun):
    """fun, with a UserWarning if it gives what does not depend on its arguments."""
    return functools.wraps(fun, updated=())(lambda *args, **kwargs: noticed(fun(*args, **kwargs)))


def scalar(fun):
    """fun, and its result as a scalar where it is an array of one number (as autograd takes it): (scalar, result)."""

    @functools.wraps(fun, updated=())
    def both(*args, **kwargs):
        value = noticed(fun(*args, **kwargs))
        one = isinstance(value, (np.ndarray, Handle)) and shape_of(value) and math.prod(shape_of(value)) == 1
        return (fnp.reshape(value, ()) if one else value), value

    return both


def in_order(pattern, value):
    """value, built as pattern is, with the keys of dicts in pattern's order (the engine sorts them)."""
    if type(pattern) is dict and type(value) is dict:
        return {k: in_order(pattern[k], value[k]) for k in pattern}
    if type(pattern) in (list, tuple) and type(value) is type(pattern):
        return type(pattern)([in_order(p, v) for p, v in zip(pattern, value, strict=True)])
    return value


def grad(fun, argnum=0, *options, **named_options):
    """The gradient of a real scalar function by one argument, or by several as a tuple; arguments may be nested lists,
    tuples and dicts. TypeError for other results.

    >>> import funcgrad.autograd as autograd
    >>> autograd.grad(lambda x, y: x * y, 1)(2.0, 3.0)
    2.0
    """
    both = value_and_grad(fun, argnum)

    @functools.wraps(fun, updated=())
    def gradient(*args, **kwargs):
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(fun, argnum=0, *options, **named_options):
    """(value, gradient) of a real scalar function; TypeError for other results."""
    argnum = argnums_of(argnum)
    both = reverse_mode.value_and_grad(scalar(fun), argnum, has_aux=True)

    @functools.wraps(fun, updated=())
    def call(*args, **kwargs):
        (_, value), gradient = both(*args, **kwargs)
        if type(gradient) in (dict, list, tuple):
            gradient = in_order(args[argnum] if isinstance(argnum, int) else tuple([args[i] for i in argnum]), gradient)
        return value, gradient

    return call


def grad_and_aux(fun, argnum=0, *options, **named_options):
    """(gradient, aux) of a function that returns (value, aux)."""
    return reverse_mode.grad(fun, argnums_of(argnum), has_aux=True)


@unary_to_nary
def elementwise_grad(fun, x):
    """The gradient of the sum of a function's results: of an elementwise function, its derivative at each element.

    TypeError for complex results.
    """
    value, pullback = reverse_mode.vjp(heeded(fun), x)
    if any(dtype_of(v).kind == "c" for v in tree.leaves(value)):
        raise TypeError("Elementwise_grad only applies to real-output functions.")
    return pullback(ones_of(value))[0]


@unary_to_nary
def deriv(fun, x):
    """The derivative in the direction of ones, in forward mode."""
    return forward_mode.jvp(fun, (x,), (ones_of(x),))[1]


@unary_to_nary
def jacobian(fun, x):
    """The Jacobian, in the shape of the result followed by that of the argument.

    >>> import funcgrad.autograd as autograd, numpy as np
    >>> autograd.jacobian(lambda x: x ** 2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return derived.jacrev(heeded(fun))(x)


@unary_to_nary
def hessian(fun, x):
    """The Jacobian of the Jacobian."""
    return derived.jacrev(derived.jacrev(fun))(x)


@unary_to_nary
def holomorphic_grad(fun, x):
    """f'(z) of a holomorphic function; a UserWarning where the argument is real."""
    if dtype_of(x).kind != "c":
        warnings.warn("Input to holomorphic_grad is not complex", stacklevel=3)
    return reverse_mode.grad(lambda z: fnp.real(fun(z)))(x)


def grad_named(fun, argname):
    """The gradient by the argument of this name; ValueError if the function has none."""
    return grad(fun, list(inspect.signature(fun).parameters).index(argname))


def multigrad_dict(fun):
    """The gradients by all arguments at once, as a dict from their names.

    >>> import funcgrad.autograd as autograd
    >>> autograd.multigrad_dict(lambda a, b=3.0: a * b)(2.0)
    {'a': 3.0, 'b': 2.0}
    """
    signature = inspect.signature(fun)

    @functools.wraps(fun, updated=())
    def gradients(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()

        def of_dict(arguments):
            bound.arguments = arguments
            return fun(*bound.args, **bound.kwargs)

        return reverse_mode.grad(of_dict)(dict(bound.arguments))

    return gradients


@unary_to_nary
def make_hvp(fun, x):
    """make_hvp(f)(x) -> (hvp, gradient), where hvp(v) is the Hessian times v."""
    return make_vjp(reverse_mode.grad(fun))(x)


def hessian_tensor_product(fun, argnum=0):
    """f(*args, v) -> the Hessian contracted with v, an array of the argument's shape."""

    def along(*args, **kwargs):
        *args, v = args
        return fnp.tensordot(grad(fun, argnum)(*args, **kwargs), v, axes=fnp.ndim(v))

    return grad(along, argnum)


def tensor_jacobian_product(fun, argnum=0):
    """f(*args, v) -> v contracted with the Jacobian, over as many axes as v has."""

    def along(*args, **kwargs):
        *args, v = args
        return fnp.tensordot(v, fun(*args, **kwargs), axes=fnp.ndim(v))

    return jacobian(along, argnum)


hessian_vector_product, vector_jacobian_product = hessian_tensor_product, tensor_jacobian_product


def half_of_squares(x):
    return 0.5 * fnp.sum(x**2, axis=-1)


def make_ggnvp(f, g=half_of_squares, f_argnum=0):
    """make_ggnvp(f, g)(x) -> v times the generalised Gauss-Newton matrix: J.T H J, with J of f at x and H of g at f(x)."""

    @unary_to_nary
    def at(f, x):
        value, pullback = reverse_mode.vjp(f, x)

        def product(v):
            pushed = forward_mode.jvp(f, (x,), (like(v, x),))[1]
            return pullback(forward_mode.jvp(reverse_mode.grad(g), (value,), (pushed,))[1])[0]

        return product

    return at(f, f_argnum)
