"""torch.func: funcgrad's transforms with torch's signatures, on functions of Tensors.

Invariant: nothing is differentiated or mapped here; each function checks its arguments in torch's words, renames them, and
calls the transform of funcgrad.
"""

import functools
from collections.abc import Sequence

import numpy as np

import funcgrad as fg
from funcgrad.core.aval import shape_of
from funcgrad.core.primitive import PRIMITIVES as P
from funcgrad.core.state import tick, tls
from funcgrad.core.trace import TAPE, Record, memory_below
from funcgrad.core.tracebacks import public
from funcgrad.errors import ConcreteBoolError, ConcretizationError, RandomnessError, SecondBackwardError
from funcgrad.lazy import attributes
from funcgrad.transforms.reverse_mode import pulled_once
from funcgrad.transforms.vectorize import laid_out, over_rows

from .autograd.walks import WalkInFunc, conjugated
from .funcs import DERIVATIVES
from .functions.drawing import mapped_by
from .functions.missing import refusal
from .functions.register import FUNCTIONS as T
from .graph import label
from .method_arguments import wrapped
from .names import node_name
from .native import named_as
from .nn.modules.batchnorm import _BatchNorm
from .nn.utils.stateless import called
from .payload import current
from .stores import note
from .tensor import Tensor
from .utils._pytree import broadcast_prefix, tree_flatten, tree_structure, tree_unflatten

__all__ = [
    "debug_unwrap", "functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize",
    "rearrange", "replace_all_batch_norm_modules_", "stack_module_state", "vjp", "vmap",  # noqa: F822  (the first waits)
]  # fmt: skip
__getattr__ = attributes(__name__, {"rearranging": "rearrange"}, missing=refusal("torch.func", __name__))[0]
VALUE = "grad_and_value(f)(*args)"
VJP = "vjp(f, *primals)"
JVP = "jvp(f, primals, tangents)"
NO_PACKING = "torch.func.{grad, vjp, jacrev, hessian} don't yet support saved tensor hooks. Please open an issue with your use case."


# ------------------------------------------------------------------------------------------------ what is checked
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


def check_tensors(name, leaves):
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


def within(leaves, func, *args, **kwargs):
    """func(*args, **kwargs), inside the transform that the leaves were given to: in reverse mode no_grad within func stops the
    record, and no_grad outside is no business of it. (fg.grad differentiates through what an optimiser does under no_grad.)"""
    trace = max([t.owner for t in leaves if isinstance(t, Tensor)], key=lambda owner: owner.level, default=TAPE).under
    if type(trace) is Record and tls.packing is not None:
        raise RuntimeError(NO_PACKING)
    before = tls.grad, tls.func, tls.no_packing
    around = tls.mapping
    if around is not None and around is not trace and around not in tls.func:  # (that of jacfwd)
        tls.func = (*tls.func, around)
    tls.func = (*tls.func, trace)
    if type(trace) is Record:
        trace.mode, tls.grad = tls.grad, True
        tls.no_packing = NO_PACKING
    guarded = type(trace) in DERIVATIVES  # (what stands outside may not be written: funcs.py)
    if guarded:
        trace.opened, trace.given = tick(), leaves
        note(1)
    try:
        return func(*args, **kwargs)
    except ConcretizationError as error:
        error.derived = (
            error.derived or guarded
        )  # (torch says something else of a value that is asked for in a derivative)
        raise
    finally:
        tls.grad, tls.func, tls.no_packing = before
        if guarded:
            trace.given = ()
            note(-1)


class Flat:
    """A function of trees as one of leaves that returns leaves: what the transforms of funcgrad get.

    `out` and `aux` are the structures of what the last call returned. `tells`: the arguments that it has changed in place, `written`,
    follow what is in aux."""

    def __init__(self, func, spec, name, has_aux=False, kwargs=None, check=check_tensors, tells=False):
        self.func, self.spec, self.name, self.has_aux, self.check = func, spec, name, has_aux, check
        self.tells = tells
        self.kwargs = kwargs or {}

    def __call__(self, *leaves):
        before = [x.val for x in leaves] if self.tells else ()
        got = within(leaves, self.func, *tree_unflatten(leaves, self.spec), **self.kwargs)
        aux = None
        if self.has_aux:
            if not isinstance(got, tuple) or len(got) != 2:
                raise RuntimeError(
                    f"{self.name}: output of function f should be a tuple: (output, aux) if has_aux is True"
                )
            got, aux = got
        out, self.out = tree_flatten(got)
        aux, self.aux = tree_flatten(aux) if self.has_aux else ((), None)
        if self.check is check_scalar:  # (what is looked at first is as in torch)
            check_scalar(self.name, got)
            check_aux(aux)
            out = out[0]
        else:
            check_aux(aux)
            self.check(self.name, out)
            out = tuple(out)
        self.written = [i for i, v in enumerate(before) if current(leaves[i]).val is not v]
        if self.tells:
            return out, (*aux, *[leaves[i] for i in self.written])
        return (out, tuple(aux)) if self.has_aux else out

    def shown(self, out):
        """An output as the function's own containers."""
        return tree_unflatten(out, self.out)


def mapped_as(g, x):
    """The derivative by x (or a tangent of it), mapped by every vmap that x is: as torch's is, also where nothing depends on x."""
    x, trace = current(x), tls.mapping
    while trace is not None and (not mapped_by(trace, x) or mapped_by(trace, current(g))):
        trace = trace.around
    return g if trace is None else g + T["zeros_like"](x).sum().to(g.dtype)


class Chosen:
    """The arguments that argnums names, among the leaves of all."""

    def __init__(self, args, argnums, sized=False):
        self.leaves, self.spec = tree_flatten(args)
        self.single = not isinstance(argnums, tuple)
        self.specs, self.positions = [], []
        starts = [0]
        for below in self.spec.children_specs:
            starts.append(starts[-1] + below.num_leaves)
        for k in check_argnums(argnums, len(args)):
            self.specs.append(self.spec.children_specs[k])
            self.positions += range(starts[k], starts[k + 1])
        chosen = [self.leaves[i] for i in self.positions]
        if sized:  # (torch asks how many elements each has, before what it is)
            for leaf in chosen:
                leaf.numel()
        check_differentiable(chosen)

    def shown(self, leaves, as_given=True):
        """One derivative by each leaf of those arguments, in their containers; `as_given`: mapped if that is."""
        if tls.mapping is not None and as_given:
            leaves = [mapped_as(g, self.leaves[i]) for g, i in zip(leaves, self.positions, strict=True)]
        leaves = iter(leaves)
        parts = [tree_unflatten([next(leaves) for _ in range(s.num_leaves)], s) for s in self.specs]
        return parts[0] if self.single else tuple(parts)


# ------------------------------------------------------------------------------------------------ derivatives
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


PULLED = functools.partial(pulled_once, int_result=True)


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
            if tuple(c.shape) != tuple(y.shape):
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{i}] has a shape of {c.shape} and output[{i}] has a shape of {y.shape}."
                )
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
    if not leaves:
        raise RuntimeError(f"{JVP}: Expected primals to contain at least one Tensor.")
    given, structure = tree_flatten(tangents)
    if structure != spec:
        raise RuntimeError(
            f"{JVP}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple of 3 "
            f"tensors, tangents also must be. Got primals with structure {spec} and tangents with structure {structure}"
        )
    check_differentiable(leaves)
    for t, x in zip(given, leaves, strict=True):
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
    return flat.shown(out), flat.shown(tangent), *([tree_unflatten(aux[:count], flat.aux)] if has_aux else ())


@public
def linearize(func, *primals):
    """(output, jvp_fn): jvp_fn(*tangents) is the derivative at the primals; func is run once, and may not branch on values.

    >>> import compat as torch
    >>> out, push = torch.func.linearize(torch.sin, torch.zeros(2))
    >>> push(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """
    leaves, spec = tree_flatten(primals)
    check_differentiable(leaves)
    flat = Flat(func, spec, JVP)
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


def check_real(caller, leaves, what):
    """RuntimeError in torch's words if one of the Tensors is complex."""
    for i, t in enumerate(leaves):
        if isinstance(t, Tensor) and t.is_complex():
            raise RuntimeError(
                f"{caller}: Expected all {what} to be real but received complex tensor at flattened input idx: {i}"
            )


def jacobian_by(transform, name, func, argnums, has_aux, **options):
    """A function that gives the Jacobian of func by one of funcgrad's two ways."""
    caller = transform.__name__

    @public
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        chosen = Chosen(args, argnums, sized=name == JVP)
        check_real(caller, [chosen.leaves[i] for i in chosen.positions], "inputs")

        outer, differ = tls.mapping, []

        def check(name, out):
            (check_pulled if name == VJP else check_tensors)(name, out)
            check_real(caller, out, "outputs")
            differ[:] = [outer is not None and (name == VJP or mapped_by(outer, current(y))) for y in out]

        flat = Flat(func, chosen.spec, name, has_aux, kwargs, check)
        try:
            got = walked(transform(flat, tuple(chosen.positions), has_aux, **options), *chosen.leaves)
        except RandomnessError as error:
            raise of_randomness(error) from None
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
    if chunk_size is not None and chunk_size <= 0:
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


# ------------------------------------------------------------------------------------------------ vmap
def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """func mapped over a dimension of its positional arguments, all at once (or chunk_size entries at a time).

    `in_dims`, `out_dims`: a dimension for all, or a tree of them and None. `randomness`: what a random operation inside does:
    "error", "same" (one draw for all) or "different".

    >>> import compat as torch
    >>> torch.func.vmap(torch.dot)(torch.ones(3, 2), torch.ones(3, 2))
    tensor([2., 2., 2.])
    """
    check_randomness(randomness)
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @public
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        leaves, spec = tree_flatten(args)
        dims, size = mapped_dims(func, in_dims, leaves, spec)
        out = []  # one dimension for each leaf of the output: known, and filled in, once func has run

        def check(name, results):
            out[:] = output_dims(func, out_dims, results, flat.out)

        flat = Flat(lambda *args: func(*args, **kwargs), spec, "vmap", check=check)

        plainly = [
            not isinstance(x, Tensor) or x.is_leaf for x in leaves
        ]  # may they not be written into, or lead nowhere?
        written = []  # the arguments that func has changed in place: they are results too
        same = {}  # result -> which of those it is
        others = {}  # results that are no Tensors, and go past

        def of_leaves(leaves):
            leaves = [
                x if d is None or plain or not x.requires_grad else P["reshape"](x, shape=tuple(x.shape))
                for x, d, plain in zip(leaves, dims, plainly, strict=True)
            ]
            before = [x.val if isinstance(x, Tensor) else None for x in leaves]
            results = list(flat(*leaves))
            written[:] = [
                i for i, (x, d) in enumerate(zip(leaves, dims)) if d is not None and current(x).val is not before[i]
            ]
            same.update({j: i for j, y in enumerate(results) for i in written if y is leaves[i]})
            out.extend([dims[i] for i in written])
            if None in out:
                others.update({j: y for j, y in enumerate(results) if not isinstance(y, Tensor)})
                results = [0 if j in others else y for j, y in enumerate(results)]
            return results + [leaves[i] for i in written]

        def run(leaves, size):
            try:
                outs, low = over_rows(of_leaves, leaves, dims, size, randomness)
                results = laid_out(size, outs, low, out, leaves)
                count = len(out) - len(written)
                for i, new in zip(written, results[count:]):
                    leaves[i].copy_(new)
                    if new.grad_fn is not None:
                        label(leaves[i], node_name(new.mark), None)
                for j, i in same.items():
                    results[j] = leaves[i] if dims[i] == out[j] else leaves[i].movedim(dims[i], out[j])
                for j, y in others.items():
                    results[j] = y
                del out[count:]
                return results[:count]
            except ConcretizationError as error:
                if isinstance(error, RuntimeError):  # (of a vmap inside this one)
                    raise
                text = OF_SHAPE.get(str(error).partition(":")[0]) or (
                    EITHER if error.derived else BRANCHED if isinstance(error, ConcreteBoolError) else ASKED
                )
                if text in UNNAMED.values():
                    raise RuntimeError(text).with_traceback(error.__traceback__) from None
                raise MappedValueError(f"vmap: {text}\n[{error}]").with_traceback(error.__traceback__) from None
            except RandomnessError as error:
                raise of_randomness(error) from None

        if chunk_size is None or chunk_size >= size:
            return flat.shown(run(leaves, size))
        parts = []
        state = T["get_rng_state"]() if randomness == "same" else None
        for start in range(0, size, chunk_size):
            if state is not None:
                T["set_rng_state"](state)
            count = min(chunk_size, size - start)
            parts.append(run([x if d is None else x.narrow(d, start, count) for x, d in zip(leaves, dims)], count))
        columns = zip(*parts, strict=True)
        return flat.shown([c[0] if d is None else T["cat"](list(c), d) for c, d in zip(columns, out, strict=True)])

    return wrapper


def check_randomness(randomness):
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")


def of_randomness(error):
    """What torch raises of a draw (the traceback has the line)."""
    text = str(error).partition(" [")[0]
    text += " Please file an issue with functorch" * text.endswith("batched tensor input.")
    return RuntimeError(text).with_traceback(error.__traceback__)


class MappedValueError(ConcretizationError, RuntimeError):
    """The value of what is mapped was asked for: torch's RuntimeError, by which name it is shown."""


MappedValueError.__name__ = MappedValueError.__qualname__ = "RuntimeError"
MappedValueError.__module__ = "builtins"


BRANCHED = (
    "It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that yet, please "
    "file an issue at https://github.com/pytorch/pytorch/issues ."
)
ASKED = (
    "It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, please try to "
    "rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch internals, please file a bug "
    "report."
)


EITHER = (
    "It looks like you're either (1) calling .item() on a Tensor or (2) attempting to use a Tensor in some data-dependent control flow or "
    "(3) encountering this error in PyTorch internals. For (1): we don't support vmap over calling .item() on a Tensor, please try to rewrite "
    "what you're doing with other operations. For (2): we don't support data-dependent control flow in vmap yet, please file an issue at "
    "https://github.com/pytorch/pytorch/issues . For (3): please file an issue."
)
UNNAMED = {  # without "vmap:" before them
    "equal": "Batching rule not implemented for aten::equal. We could not generate a fallback.",
    "allclose": "vmap over torch.allclose isn't supported yet. Please file an issue at https://github.com/pytorch/pytorch/issues if you need "
    "this feature.",
}


OUTPUT = (
    "We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::{}. Please file an issue at "
    "https://github.com/pytorch/pytorch/issues if you need this feature."
)
OF_SHAPE = UNNAMED | {  # by what funcgrad says first of an operation whose shape depends on values
    "a boolean index": "We do not support batching operators that can support dynamic shape. Attempting to batch over indexing with a "
    "boolean mask.",
    "masked_select": "Attempted to vmap over `mask` in torch.masked_select(self, mask) We cannot support this because for each batch this "
    "would return a differently shaped Tensor. Please file an issue at https://github.com/pytorch/pytorch/issues if you need this feature.",
    "nonzero": OUTPUT.format("nonzero"),
    "unique": OUTPUT.format("_unique2"),
}


def name_of(func):
    if isinstance(func, functools.partial):
        return f"functools.partial({name_of(func.func)}, ...)"
    return getattr(func, "__name__", repr(func))


def mapped_dims(func, in_dims, leaves, spec):
    """(the dimension, or None, of each leaf of the arguments; their common size), or ValueError in torch's words."""

    def what():
        return f"vmap({name_of(func)}, in_dims={in_dims}, ...)(<inputs>)"

    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{what()}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, got: "
            f"{type(in_dims)}."
        )
    if not spec.children_specs:
        raise ValueError(
            f"vmap({name_of(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    dims = broadcast_prefix(in_dims, spec)
    if dims is None:
        raise ValueError(
            f"{what()}: in_dims is not compatible with the structure of `inputs`. in_dims has structure {tree_structure(in_dims)} "
            f"but inputs has structure {spec}."
        )
    sizes = []
    for i, (x, d) in enumerate(zip(leaves, dims, strict=True)):
        if d is None:
            continue
        if not isinstance(d, int):
            raise ValueError(
                f"{what()}: Got in_dim={d} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(x, Tensor):
            raise ValueError(
                f"{what()}: Got in_dim={d} for an input but the input is of type {type(x)}. We cannot vmap over non-Tensor arguments, "
                "please use None as the respective in_dim"
            )
        shape = shape_of(current(x))
        rank = len(shape)
        if not -rank <= d < rank:
            raise ValueError(
                f"{what()}: Got in_dim={d} for some input, but that input is a Tensor of dimensionality {rank} so expected "
                f"in_dim to satisfy -{rank} <= in_dim < {rank}."
            )
        dims[i] = d % rank
        sizes.append(shape[d])
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped dimension"
        )
    return dims, sizes[0]


def output_dims(func, out_dims, leaves, spec):
    """The dimension, or None, of each leaf of the output of one sample; ValueError and IndexError in torch's words."""
    dims = broadcast_prefix(out_dims, spec)
    if dims is None:
        raise ValueError(
            f"vmap({name_of(func)}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of `outputs`. "
            f"out_dims has structure {tree_structure(out_dims)} but outputs has structure {spec}."
        )
    for i, (x, d) in enumerate(zip(leaves, dims, strict=True)):
        if d is None:
            if isinstance(x, Tensor) and x.owner is tls.mapping.tape and x.val.mark is not None:
                raise ValueError(
                    f"vmap({name_of(func)}, ...): `{name_of(func)}` can not return a BatchedTensor when out_dim is None"
                )
        elif not isinstance(d, int):
            raise ValueError(
                f"vmap({name_of(func)}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
                "representing where in the outputs the vmapped dimension should appear."
            )
        elif not isinstance(x, Tensor):
            raise ValueError(
                f"vmap({name_of(func)}, ...): `{name_of(func)}` must only return Tensors, got type {type(x)}. Did you mean to set out_dims= to None "
                "for output?"
            )
        else:
            dims[i] = wrapped(d, len(shape_of(current(x))) + 1)
    return dims


# ------------------------------------------------------------------------------------------------ modules
def debug_unwrap(tensor, *, recurse=True):
    """The Tensor inside a Tensor that a transform has given a function, for looking at it; `recurse`: inside all transforms.

    >>> import compat as torch
    >>> torch.func.vmap(lambda x: (print(torch.func.debug_unwrap(x)), x)[1])(torch.arange(2.0))
    tensor([0., 1.])
    tensor([0., 1.])
    """
    while isinstance(tensor, Tensor) and tensor.owner is not TAPE:
        tensor = current(tensor).val.val  # (between them stands what the transform makes of it)
        if not recurse:
            break
    return tensor


@public
def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """module(*args, **kwargs) with the Tensors of a dict (or of several) in the place of its parameters and buffers.

    >>> import compat as torch
    >>> layer = torch.nn.Linear(2, 1)
    >>> torch.func.functional_call(layer, {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}, torch.ones(2))
    tensor([2.])
    """
    dicts = parameter_and_buffer_dicts
    if isinstance(dicts, Sequence) and not isinstance(dicts, dict):
        if not all(isinstance(d, dict) for d in dicts):
            raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
        names = [k for d in dicts for k in d]
        repeated = [k for k in dict.fromkeys(names) if names.count(k) > 1]
        if repeated:
            raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
        dicts = {k: v for d in dicts for k, v in d.items()}
    elif not isinstance(dicts, dict):
        raise ValueError(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}"
        )
    return called(module, dicts, args, kwargs, tie_weights=tie_weights, strict=strict)


@public
def stack_module_state(models):
    """(parameters, buffers) of several models of one class, by name, each stacked along a new first dimension."""
    name = "stack_module_state"
    if len(models) == 0:
        raise RuntimeError(f"{name}: Expected at least one model, got 0.")
    if len({m.training for m in models}) > 1:
        raise RuntimeError(f"{name}: Expected all models to have the same training/eval mode.")
    if len({type(m) for m in models}) > 1:
        raise RuntimeError(f"{name}: Expected all models to be of the same class.")
    both = []
    for listed in ("named_parameters", "named_buffers"):
        tables = [dict(getattr(m, listed)()) for m in models]
        both.append({k: stacked([t[k] for t in tables], k) for k in tables[0]})
    return tuple(both)


def stacked(tensors, name):
    """Tensors as one leaf, which requires grad if they do."""
    wanted = tensors[0].requires_grad
    if any(t.requires_grad != wanted for t in tensors):
        raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
    return T["stack"]([t.detach() for t in tensors]).requires_grad_(wanted)


def replace_all_batch_norm_modules_(root):
    """Let every batch norm below forget its running statistics, in place: they cannot be updated under vmap. Returns root."""
    for module in root.modules():
        if isinstance(module, _BatchNorm):
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root


def functionalize(func, *, remove="mutations"):
    """func itself: changes in place are functional wherever a transform sees them here."""
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError(
            f"functionalize(f, remove='mutations'): received invalid argument for remove={remove}. Valid options are:\n"
            "     remove='mutations': all inplace and out= operators will be removed from the program, and replaced with their "
            "out-of-place equivalents.\n"
            "     remove='mutations_and_views': In addition to the above, all aliasing operators {view} will be replaced with "
            "their non-aliasing counterparts, {view}_copy.\n"
        )

    @public
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        return func(*args, **kwargs)

    return wrapper
