"""closure_convert: what a function closes over, as arguments. elementwise_grad: derivatives of many independent numbers."""

import functools

from . import tree
from .compile.body import closed_graphs, operands, results, stage_body
from .core.aval import aval_of
from .core.graph import evaluate
from .core.handle import Handle, Taped
from .core.site import here
from .errors import ArgumentError
from .transforms.reverse_mode import check_callable, vjp


def closure_convert(fun, *example_args):
    """(f, values): f(*args, *values) is fun(*args), and `values` are the traced values that fun closes over.

    fun is staged on the example arguments, so its control flow may not depend on values. It is for functions with rules of
    their own, which are to differentiate by what a function they are given closes over. The example arguments are pytrees of arrays or
    numbers of any shape and dtype. Raises TypeError where fun asks for a value (`if x > 0`).

    >>> import funcgrad as fg
    >>> def f(a):
    ...     g, values = fg.closure_convert(lambda x: a * x, 1.0)
    ...     return g(3.0, *values)
    >>> fg.grad(f)(2.0)
    3.0
    """
    check_callable(fun, "closure_convert")
    leaves, structure = operands(tuple(example_args), "closure_convert", "an example argument")
    faces = [isinstance(x, Taped) for x in leaves]
    body = stage_body(fun, [aval_of(x) for x in leaves], faces, structure, "closure_convert")
    (graph,), hidden = closed_graphs([body])
    n, more = len(example_args), len(hidden)  # (`converted` may be kept with a graph: it must not hold the values)
    faces, out_structure = body.faces, body.structure
    del body, leaves

    @functools.wraps(fun)
    def converted(*args):
        given, got = operands(tuple(args[:n]), "closure_convert", "an argument")
        if got != structure or len(args) != n + more:
            raise ArgumentError(
                f"closure_convert: the converted function takes {n} arguments like those it was converted at, and then {more} "
                f"values; got {len(args)}, of structure {got} instead of {structure}. [at {here()}]"
            )
        return results(evaluate(graph, *args[n:], *given), faces, out_structure)

    del converted.__wrapped__
    return converted, list(hidden)


def elementwise_grad(f, argnums=0):
    """The derivative of each entry of f's result by the entry of the argument in its place, for f that works entry by entry.

    It is the gradient of the sum of the result, and so wrong for an f that mixes entries. The result and the argument are pytrees
    of float arrays of one shape; entries of integer arguments are zeros of jax's dtype float0. Raises what f raises.

    >>> import funcgrad as fg, numpy as np
    >>> fg.elementwise_grad(np.sin)(np.zeros(3))
    array([1., 1., 1.])
    """
    check_callable(f, "elementwise_grad")

    @functools.wraps(f)
    def derivative(*args, **kwargs):
        if not -len(args) <= argnums < len(args):
            raise ArgumentError(
                f"elementwise_grad: argnums={argnums} asks for an argument that a call with {len(args)} does not have. [at {here()}]"
            )
        at = argnums % len(args)
        out, pull = vjp(lambda x: f(*args[:at], x, *args[at + 1 :], **kwargs), args[at])
        return pull(tree.map(ones, out))[0]

    return derivative


def ones(y):
    if isinstance(y, Handle) or hasattr(y, "shape"):
        from .numpy import ones_like

        return ones_like(y)
    return type(y)(1)


__all__ = ["closure_convert", "elementwise_grad"]
