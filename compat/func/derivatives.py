"""grad, vjp, jvp and what is made of them: funcgrad's with torch's signatures."""

import functools
import operator

import numpy as np

import funcgrad as fg
from funcgrad.core.state import tls
from funcgrad.core.tracebacks import public
from funcgrad.errors import ConcretizationError, RandomnessError, SecondBackwardError
from funcgrad.transforms.reverse_mode import pulled_once

from ..autograd.gradient_layout import as_primal, conjugated
from ..autograd.walks import WalkInFunc
from ..errors import no_scalar
from ..functions.levels import mapped_by
from ..native import named_as
from ..payload import current, memory_below
from ..tensor import Tensor
from ..utils._pytree import tree_flatten, tree_map, tree_unflatten
from .checks import (
    brief,
    check_differentiable,
    check_each,
    check_primals,
    check_pulled,
    check_real,
    check_scalar,
    check_tensors,
    need_float,
)
from .leaves import Chosen, Flat, mapped_as
from .mapped_values import in_torchs_words
from .mapping import check_randomness, of_randomness

PULLED = functools.partial(pulled_once, int_result=True)
VALUE = "grad_and_value(f)(*args)"
VJP = "vjp(f, *primals)"
JVP = "jvp(f, primals, tangents)"


def walked(f, *args):
    """f(*args), which walks a record that autograd.grad may have walked before: RuntimeError if that freed it."""
    before, tls.walking = tls.walking, WalkInFunc()
    try:
        return f(*args)
    except SecondBackwardError as error:
        raise RuntimeError(str(error)) from None
    finally:
        tls.walking = before


def grad_and_value(func, argnums=0, has_aux=False):
    """A function that returns (gradient, value) of func, or (gradient, (value, aux))."""

    @public
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        return gradient_and_value(func, argnums, has_aux, args, kwargs)

    return wrapper


def gradient_and_value(func, argnums, has_aux, args, kwargs):
    chosen = Chosen(args, argnums)
    flat = Flat(func, chosen.spec, VALUE, has_aux, kwargs, check_scalar)
    leaves = list(chosen.leaves)
    positions = chosen.positions

    def of_chosen(inputs):
        for i, x in zip(positions, inputs):
            leaves[i] = x
        return flat(*leaves)

    value, aux, gradient = walked(PULLED, of_chosen, [leaves[i] for i in positions], positions, has_aux)
    if has_aux:
        value = value, tree_unflatten(aux, flat.aux)
    return chosen.shown([conjugated(g) for g in gradient]), value


def grad(func, argnums=0, has_aux=False):
    """The gradient of a function that returns a Tensor without dimensions; (gradient, aux) with has_aux.

    >>> import compat as torch
    >>> torch.func.grad(lambda x: (x ** 2).sum())(torch.tensor([1.0, 3.0]))
    tensor([2., 6.])
    """

    @public
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        gradient, value = gradient_and_value(func, argnums, has_aux, args, kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapper


@public
def vjp(func, *primals, has_aux=False):
    """(output, vjp_fn), or (output, vjp_fn, aux): vjp_fn(cotangents) is a tuple with one entry a primal.

    >>> import compat as torch
    >>> out, vjp_fn = torch.func.vjp(torch.sin, torch.zeros(2))
    >>> vjp_fn(torch.tensor([1.0, 2.0]))
    (tensor([1., 2.]),)
    """
    leaves, spec = tree_flatten(primals)
    check_differentiable(leaves)
    flat = Flat(func, spec, VJP, has_aux, check=check_pulled)
    out, pullback, *aux = fg.vjp(flat, *leaves, has_aux=has_aux)

    @public
    @named_as("_vjp_with_argnums.<locals>.wrapper")
    def vjp_fn(cotangents, retain_graph=True, create_graph=None):
        given, structure = tree_flatten(cotangents)
        if structure != flat.out:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. "
                f"cotangents: {brief(structure)}, primal output: {brief(flat.out)}"
            )
        for i, (c, y) in enumerate(zip(given, out, strict=True)):
            if c is None and tuple(y.shape):
                raise no_scalar(y)
            if c is None:
                given[i] = c = y.new_ones(())
            if not isinstance(c, Tensor):
                raise TypeError(f"gradients can be either Tensors or None, but got {type(c).__name__}")
            if tuple(c.shape) != tuple(y.shape):
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{i}] has a shape of {c.shape} and output[{i}] has a shape of {y.shape}."
                )
        for x in (retain_graph, create_graph):  # (what torch's C part takes for a bool)
            x is None or operator.index(x)
        got = [conjugated(g) for g in walked(pullback, tuple(map(conjugated, given)))]
        if tls.mapping is not None:
            got = [g if np.any(memory_below(g)) else mapped_as(g, x) for g, x in zip(got, leaves, strict=True)]
        return tree_unflatten(got, spec)

    return flat.shown(out), vjp_fn, *[tree_unflatten(a, flat.aux) for a in aux]


@public
def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """(output, its derivative along the tangents), or both and aux; primals and tangents are tuples.

    `strict`: RuntimeError for an output that does not depend on the primals.

    >>> import compat as torch
    >>> torch.func.jvp(torch.sin, (torch.zeros(1),), (torch.ones(1),))
    (tensor([0.]), tensor([1.]))
    """
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    leaves, spec = tree_flatten(primals)
    given, structure = tree_flatten(tangents)
    if structure != spec:
        raise RuntimeError(
            f"{JVP}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple of 3 "
            f"tensors, tangents also must be. Got primals with structure {spec} and tangents with structure {structure}"
        )
    if not leaves:
        raise RuntimeError(f"{JVP}: Expected primals to contain at least one Tensor.")
    for what, xs in (("primals", leaves), ("tangents", given)):
        for x in xs:
            if not isinstance(x, Tensor):
                raise RuntimeError(f"{JVP}: Expected {what} to only contain Tensors, got {type(x)}")
    for t, x in zip(given, leaves, strict=True):
        need_float(x, "primal")
        need_float(t, "tangent")
        if tuple(t.shape) != tuple(x.shape):
            raise RuntimeError(
                "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
                f"supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size {list(t.shape)}."
            )
    if tls.mapping is not None:
        given = [mapped_as(t, x) for t, x in zip(given, leaves, strict=True)]
    flat = Flat(func, spec, JVP, has_aux, tells=True)
    if strict:
        outs = flat(*[x.detach().requires_grad_() for x in leaves])
        if not all(y.requires_grad for y in outs[0]):
            raise RuntimeError(
                "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not allowed with "
                "strict=True."
            )
    out, tangent, aux = fg.jvp(flat, tuple(leaves), tuple(given), has_aux=True)
    count = len(aux) - len(flat.written)
    for i, new in zip(flat.written, aux[count:]):
        leaves[i].copy_(new)
    out, tangent = flat.shown(out), flat.shown(tangent)
    tangent = tree_map(as_primal, tangent, out)
    return out, tangent, *([tree_unflatten(aux[:count], flat.aux)] if has_aux else ())


@public
def linearize(func, *primals):
    """(output, jvp_fn): jvp_fn(*tangents) is the derivative at the primals; func is run once, and may not branch on values.

    >>> import compat as torch
    >>> out, push = torch.func.linearize(torch.sin, torch.zeros(2))
    >>> push(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """
    leaves, spec = tree_flatten(primals)
    strange = [x for x in leaves if not isinstance(x, Tensor)]
    if strange or any(
        [not (x.is_floating_point() or x.is_complex()) for x in leaves]
    ):  # (torch runs the function before it looks)
        func(*primals)
        for x in strange:
            x.new_empty(0)
    check_primals(leaves)
    flat = Flat(func, spec, JVP, check=check_each)
    out, push = fg.linearize(flat, *leaves)

    @public
    def jvp_fn(*tangents):
        given, structure = tree_flatten(tangents)
        if structure != spec:
            raise RuntimeError(f"Expected the tangents {structure} to have the same argspec as the primals {spec}")
        for i, (t, x) in enumerate(zip(given, leaves, strict=True)):
            for what in ("shape", "dtype"):
                if getattr(t, what) != getattr(x, what):
                    raise RuntimeError(
                        f"tangent:{i} with {what} {getattr(t, what)} in flattened pytree doesn't match the {what} "
                        f"{getattr(x, what)} of the corresponding primal."
                    )
        return flat.shown(push(*given))

    return flat.shown(out), jvp_fn


def jacobian_by(transform, name, func, argnums, has_aux, **options):
    """A function that gives the Jacobian of func by one of funcgrad's two ways."""
    caller = transform.__name__

    @public
    @functools.wraps(func)
    def wrapper(*args):
        chosen = Chosen(args, argnums, sized=name == JVP)
        check_real(caller, [chosen.leaves[i] for i in chosen.positions], "inputs")

        outer, differ = tls.mapping, []

        def check(name, out):
            (check_pulled if name == VJP else check_tensors)(name, out)
            check_real(caller, out, "outputs")
            differ[:] = [outer is not None and (name == VJP or mapped_by(outer, current(y))) for y in out]

        flat = Flat(func, chosen.spec, name, has_aux, check=check)
        try:
            got = walked(transform(flat, tuple(chosen.positions), has_aux, **options), *chosen.leaves)
        except RandomnessError as error:
            raise of_randomness(error) from None
        except ConcretizationError as error:
            raise in_torchs_words(error) from None
        rows, aux = got if has_aux else (got, None)
        jacobian = flat.shown([chosen.shown(row, m) for row, m in zip(rows, differ, strict=True)])
        return (jacobian, tree_unflatten(aux, flat.aux)) if has_aux else jacobian

    return wrapper


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None, _preallocate_and_copy=False):
    """All derivatives of all outputs, by reverse mode: shape (*output, *argument). `chunk_size` changes nothing here.

    >>> import compat as torch
    >>> torch.func.jacrev(torch.sin)(torch.zeros(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")
    return jacobian_by(fg.jacrev, VJP, func, argnums, has_aux)


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error"):
    """All derivatives of all outputs, by forward mode: shape (*output, *argument)."""
    check_randomness(randomness)
    return jacobian_by(fg.jacfwd, JVP, func, argnums, has_aux, randomness=randomness)


def hessian(func, argnums=0):
    """All second derivatives, by forward mode over reverse mode.

    >>> import compat as torch
    >>> torch.func.hessian(lambda x: (x ** 3).sum())(torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)
