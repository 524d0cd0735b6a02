"""jax's transforms, over the engine's: grad, jvp, vmap, jit and their kin of functions of jax's arrays.

A transform of the engine works on pytrees whose leaves are ndarrays and handles. `Lifted` is a program's function for it: what
comes in is wrapped, what goes out unwrapped, and which results were weak is noted. Invariant: nothing is differentiated, mapped or
compiled here.
"""

import functools

from .. import stages, tree
from ..compile.jit import jit as engine_jit
from ..core.aval import dtype_of
from ..errors import ConcretizationError, LeakedTracerError, ShapeError
from ..transforms import checkpoint as checkpoints
from ..transforms import custom, derived, forward_mode, linear, reverse_mode
from ..transforms import vectorize as mapping
from ..transforms.static import resolved, separate
from .arrays import entered, wrap
from .config import config
from .dtypes import PYTHON
from .errors import translated

ENGINE = (ConcretizationError, LeakedTracerError, ShapeError)


def boundary(f):
    """The engine's exceptions as jax's."""

    @functools.wraps(f, updated=())
    def call(*args, **kwargs):
        try:
            return f(*args, **kwargs)
        except ENGINE as error:
            raise translated(error) from error

    return call


def enter(trees):
    """(the same trees for the engine, the weakness of each leaf)."""
    leaves, structure = tree.flatten(trees)
    pairs = [entered(x) for x in leaves]
    return tree.unflatten(structure, [v for v, _ in pairs]), [w for _, w in pairs]


def wrapped(trees, weak=()):
    """Trees of the engine as a program's; `weak`: of each leaf, where it is known."""
    leaves, structure = tree.flatten(trees)
    weak = weak if len(weak) == len(leaves) else [False] * len(leaves)
    return tree.unflatten(structure, [wrap(x, w) for x, w in zip(leaves, weak, strict=True)])


class Lifted:
    """A program's function of values of the engine. `weak` of the leaves of its arguments; `out_weak` of those of its result."""

    def __init__(self, f, weak=()):
        if not callable(f):
            raise TypeError(f"Expected a callable value, got {f}")
        self.f, self.weak, self.out_weak = f, weak, ()
        functools.update_wrapper(self, f, updated=())

    def __call__(self, *args, **kwargs):
        args, kwargs = wrapped((args, kwargs), self.weak)
        out, self.out_weak = enter(self.f(*args, **kwargs))
        return out


# ------------------------------------------------------------------------------------------------ derivatives
def value_and_grad(fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False, reduce_axes=()):
    """A function that returns (value, gradient); with has_aux ((value, aux), gradient).

    >>> import funcgrad.jax as jax
    >>> jax.value_and_grad(lambda x: x * x)(3.0)
    (Array(9., dtype=float32, weak_type=True), Array(6., dtype=float32, weak_type=True))
    """

    @boundary
    @functools.wraps(fun)
    def call(*args, **kwargs):
        f = Lifted(fun)
        (values, named), f.weak = enter((args, kwargs))
        both = reverse_mode.value_and_grad(f, argnums, has_aux, holomorphic, allow_int)
        value, gradient = both(*values, **named)
        chosen = args[argnums] if isinstance(argnums, int) else tuple([args[i] for i in argnums])
        return wrapped(value, f.out_weak), wrapped(gradient, enter(chosen)[1])

    return call


def grad(fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False, reduce_axes=()):
    """The gradient of a scalar function, as a function of the same arguments; with has_aux (gradient, aux).

    >>> import funcgrad.jax as jax
    >>> jax.grad(lambda x: x * x)(3.0)
    Array(6., dtype=float32, weak_type=True)
    """
    both = value_and_grad(fun, argnums, has_aux, holomorphic, allow_int)

    @functools.wraps(fun)
    def call(*args, **kwargs):
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return call


def vjp(fun, *primals, has_aux=False, reduce_axes=()):
    """(value, pullback), and with has_aux (value, pullback, aux); pullback(ct) is a tuple of cotangents of the primals."""
    f = Lifted(fun)
    values, f.weak = enter(primals)
    out, pullback, *aux = boundary(reverse_mode.vjp)(f, *values, has_aux=has_aux)

    def vjp_fun(ct):
        return wrapped(boundary(pullback)(enter(ct)[0]), f.weak)

    n = len(tree.leaves(out))
    weak = f.out_weak[:n]
    return (wrapped(out, weak), vjp_fun, *[wrapped(a, f.out_weak[n:]) for a in aux])


def jvp(fun, primals, tangents, has_aux=False):
    """(value, tangent), and with has_aux (value, tangent, aux)."""
    if not (isinstance(primals, (tuple, list)) and isinstance(tangents, (tuple, list))):
        raise TypeError(
            f"primal and tangent arguments to jax.jvp must be tuples or lists; found {type(primals).__name__} and "
            f"{type(tangents).__name__}."
        )
    f = Lifted(fun)
    values, f.weak = enter(tuple(primals))
    for x, t in zip(tree.leaves(values), tree.leaves(enter(tuple(tangents))[0]), strict=False):
        if dtype_of(x).kind in "fc" and dtype_of(t) != dtype_of(x):
            raise TypeError(
                "primal and tangent arguments to jax.jvp do not match; dtypes must be equal, or in case of int/bool primal dtype the "
                f"tangent dtype must be float0. Got primal dtype {dtype_of(x)} and tangent dtype {dtype_of(t)}."
            )
    out, t, *aux = boundary(forward_mode.jvp)(f, values, enter(tuple(tangents))[0], has_aux=has_aux)
    n = len(tree.leaves(out))
    return (wrapped(out, f.out_weak[:n]), wrapped(t, f.out_weak[:n]), *[wrapped(a, f.out_weak[n:]) for a in aux])


def linearize(fun, *primals, has_aux=False):
    """(value, the linear map from tangents), and with has_aux (value, map, aux)."""
    f = Lifted(fun)
    values, f.weak = enter(primals)
    out, push, *aux = boundary(linear.linearize)(f, *values, **({"has_aux": True} if has_aux else {}))
    n = len(tree.leaves(out))

    def f_jvp(*tangents):
        return wrapped(boundary(push)(*enter(tangents)[0]), f.out_weak[:n])

    return (wrapped(out, f.out_weak[:n]), f_jvp, *[wrapped(a, f.out_weak[n:]) for a in aux])


def linear_transpose(fun, *primals, reduce_axes=()):
    """The transpose of a linear function: a function of a cotangent of its value that returns a tuple."""
    f = Lifted(fun)
    avals = tree.map(lambda x: x if isinstance(x, stages.ShapeDtypeStruct) else entered(x)[0], primals)
    transposed = boundary(linear.linear_transpose)(f, *avals)
    weak = enter(primals)[1]
    return lambda ct: wrapped(boundary(transposed)(enter(ct)[0]), weak)


def _of_kinds(what, trees, kinds, holomorphic):
    """Refuses leaves whose dtype is none of these kinds; with holomorphic those that are not complex."""
    for x in tree.leaves(trees):
        dtype = dtype_of(x)
        if holomorphic and dtype.kind != "c":
            raise TypeError(f"{what} must be complex with holomorphic=True, not {dtype.name}.")
        if not holomorphic and dtype.kind not in kinds:
            cure = "holomorphic=True or jax.vjp or jax.jvp" if dtype.kind == "c" else "jax.vjp or jax.jvp"
            raise TypeError(f"{what} may not be {dtype.name}; use {cure}.")


def jacobian_by(engine, takes, gives, weak_of):
    """A transform that gives Jacobians, of arguments and results of the kinds of dtypes given (jax takes those that have one meaning only).
    `weak_of`: the weakness of the Jacobian's leaves, from that of the arguments' and the results' leaves."""

    def transform(fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False):
        name = engine.__name__

        @boundary
        @functools.wraps(fun)
        def call(*args, **kwargs):
            f = Lifted(fun)
            (values, named), f.weak = enter((args, kwargs))
            positions = (argnums,) if isinstance(argnums, int) else argnums
            chosen = [values[i] for i in positions]
            _of_kinds(f"an argument of a function given to {name}", chosen, takes + "biu" * allow_int, holomorphic)

            @functools.wraps(fun, updated=())
            def checked(*args, **kwargs):
                out = f(*args, **kwargs)
                _of_kinds(f"the result of a function given to {name}", out[0] if has_aux else out, gives, holomorphic)
                return out

            options = {"has_aux": has_aux, "holomorphic": holomorphic, "allow_int": allow_int}
            options = {k: v for k, v in options.items() if v}
            got = engine(checked, argnums, **options)(*values, **named)
            n = len(f.out_weak) - (len(tree.leaves(got[1])) if has_aux else 0)
            weak = weak_of(enter([args[i] for i in positions])[1], f.out_weak[:n])
            return wrapped(got, [*weak, *f.out_weak[n:]])

        return call

    transform.__name__ = transform.__qualname__ = engine.__name__
    transform.__doc__ = engine.__doc__
    return transform


# (a tangent is as weak as the result, a cotangent as the argument; a Hessian is of tangents of cotangents)
jacfwd = jacobian_by(derived.jacfwd, "f", "biufc", lambda ins, outs: [w for w in outs for _ in ins])
jacrev = jacobian_by(derived.jacrev, "fc", "f", lambda ins, outs: ins * len(outs))
hessian = jacobian_by(derived.hessian, "f", "f", lambda ins, outs: [w for w in ins for _ in ins] * len(outs))
jacobian = jacrev


# ------------------------------------------------------------------------------------------------ maps
def vmap(fun, in_axes=0, out_axes=0, axis_name=None, axis_size=None, spmd_axis_name=None):
    """fun mapped over an axis of its arguments.

    >>> import funcgrad.jax as jax, funcgrad.jax.numpy as jnp
    >>> jax.vmap(jnp.dot)(jnp.ones((2, 3)), jnp.ones((2, 3)))
    Array([3., 3.], dtype=float32)
    """
    in_axes = tuple(in_axes) if isinstance(in_axes, list) else in_axes

    @boundary
    @functools.wraps(fun)
    def call(*args, **kwargs):
        f = Lifted(fun)
        (values, named), f.weak = enter((args, kwargs))
        out = mapping.vmap(f, in_axes, out_axes, axis_name, axis_size, randomness="same")(*values, **named)
        return wrapped(out, f.out_weak)

    return call


def pmap(fun, axis_name=None, *, in_axes=0, out_axes=0, static_broadcasted_argnums=(), axis_size=None, **options):
    """vmap: there is one device, which does all of it."""
    if static_broadcasted_argnums != ():
        in_axes = (in_axes,) if isinstance(in_axes, int) else in_axes
    return vmap(fun, in_axes, out_axes, axis_name, axis_size)


# ------------------------------------------------------------------------------------------------ jit
class Jitted:
    """A function compiled by jit: for every signature (structure and, of each leaf, shape, dtype and weakness; static arguments) a
    function of a flat list of the engine's values, with the structure and weakness of its results."""

    def __init__(self, f, options):
        if not callable(f):
            raise TypeError(f"Expected a callable value, got {f}")
        self.f = f
        functools.update_wrapper(self, f, updated=())
        self.static = resolved(f, *options)
        self.made = {}

    def __call__(self, *args, **kwargs):
        if config.values["jax_disable_jit"]:
            return self.f(*args, **kwargs)
        f, static = self.f, ()
        if self.static[0] or self.static[1]:
            f, args, kwargs, static = separate(f, *self.static, args, kwargs)
        leaves, structure = tree.flatten((args, kwargs))
        values, key = [], [structure, static, config.jax_enable_x64]
        for x in leaves:
            v, weak = entered(x)
            values.append(v)
            key.append((v.shape, v.dtype, weak) if hasattr(v, "dtype") else refuse(x))
        key = tuple(key)
        made = self.made.get(key)
        if made is None:
            made = self.made[key] = Signature(f, structure, [k[2] for k in key[3:]])
        try:
            out = made.engine(*values)
        except ENGINE as error:
            raise translated(error) from error
        return tree.unflatten(made.structure, [wrap(x, w) for x, w in zip(out, made.weak, strict=True)])

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)

    def __repr__(self):
        return f"<PjitFunction of {self.f!r}>"

    def lower(self, *args, **kwargs):
        """The stages of jax: as_text(), compile(), cost_analysis()."""
        return self.trace(*args, **kwargs).lower()

    def trace(self, *args, **kwargs):
        numbers, names = self.static
        values = [a if i in numbers else described(a) for i, a in enumerate(args)]
        named = {k: v if k in names else described(v) for k, v in kwargs.items()}
        made = engine_jit(Lifted(self.f), static_argnums=numbers or None, static_argnames=names or None)
        bound = functools.partial(self.f, **{k: v for k, v in kwargs.items() if k in names})
        moving = {k: v for k, v in kwargs.items() if k not in names}
        static = tuple([i for i in numbers if i < len(args)])
        return Traced(boundary(made.trace)(*values, **named), lambda: make_jaxpr(bound, static)(*args, **moving))

    def eval_shape(self, *args, **kwargs):
        return eval_shape(self.f, *args, **kwargs)

    def clear_cache(self):
        self.made.clear()


class Signature:
    """A function for arguments of one structure, shapes, dtypes and weakness, compiled."""

    def __init__(self, f, structure, weak):
        def flat(*values):
            args, kwargs = tree.unflatten(structure, [wrap(x, w) for x, w in zip(values, weak, strict=True)])
            outs, self.structure = tree.flatten(f(*args, **kwargs))
            pairs = [entered(x) for x in outs]
            self.weak = [w for _, w in pairs]
            return [v for v, _ in pairs]

        functools.update_wrapper(flat, f)
        self.engine = engine_jit(flat)


def refuse(x):
    raise TypeError(
        f"jit: an argument must be an array, a number or a pytree of them; got {x!r} of type {type(x)}. Mark it static "
        "(static_argnums, static_argnames), or close over it."
    )


class Stage:
    """A stage of a compilation: the engine's, whose functions take and give a program's arrays."""

    def __init__(self, engine):
        self.engine = engine

    def __getattr__(self, name):
        return getattr(self.engine, name)

    def lower(self, **options):
        return Stage(self.engine.lower())

    def compile(self, compiler_options=None):
        return Stage(self.engine.compile())

    def __call__(self, *args, **kwargs):
        args, kwargs = enter((args, kwargs))[0]
        return wrapped(boundary(self.engine)(*args, **kwargs))


class Traced(Stage):
    """The first stage: `jaxpr` is what make_jaxpr shows of the function."""

    def __init__(self, engine, make):
        super().__init__(engine)
        self.make = make

    @property
    def jaxpr(self):
        return self.make()


def described(x):
    return tree.map(lambda v: v if isinstance(v, stages.ShapeDtypeStruct) else entered(v)[0], x)


def jit(
    fun=None, /, *, in_shardings=None, out_shardings=None, static_argnums=None, static_argnames=None, donate_argnums=None,
    donate_argnames=None, keep_unused=False, device=None, backend=None, inline=False, abstracted_axes=None,
    compiler_options=None,
):  # fmt: skip
    """fun, staged once per signature and compiled. What concerns devices, shardings and donation changes nothing.

    >>> import funcgrad.jax as jax, funcgrad.jax.numpy as jnp
    >>> jax.jit(lambda x: jnp.sin(x) * 2)(jnp.zeros(2))
    Array([0., 0.], dtype=float32)
    """
    if fun is None:
        return functools.partial(jit, static_argnums=static_argnums, static_argnames=static_argnames)
    return Jitted(fun, (static_argnums, static_argnames))


def eval_shape(fun, *args, **kwargs):
    """Shapes and dtypes of what fun would return, as ShapeDtypeStructs; nothing is computed."""
    return boundary(stages.eval_shape)(Lifted(fun), *described(args), **described(kwargs))


def make_jaxpr(fun, static_argnums=(), axis_env=None, return_shape=False):
    """A function that returns the jaxpr of fun at its arguments: funcgrad's operations, as jax shows its own.

    >>> import funcgrad.jax as jax, funcgrad.jax.numpy as jnp
    >>> jax.make_jaxpr(lambda x: jnp.sin(x) * 2.0)(jnp.ones(3))
    { lambda ; a:f32[3]. let b:f32[3] = sin a; c:f32[3] = mul b 2.0:f32[] in (c,) }
    """

    from .jaxprs import ClosedJaxpr

    @functools.wraps(fun)
    def call(*args, **kwargs):
        static = (static_argnums,) if isinstance(static_argnums, int) else static_argnums
        weak = enter(([a for i, a in enumerate(args) if i not in static], kwargs))[1]
        args = [a if i in static else described(a) for i, a in enumerate(args)]
        graph = boundary(stages.make_graph(Lifted(fun, weak), static or None, return_shape))(*args, **described(kwargs))
        return (ClosedJaxpr(graph[0], weak), graph[1]) if return_shape else ClosedJaxpr(graph, weak)

    return call


# ------------------------------------------------------------------------------------------------ rules, memory
class Custom:
    """What custom_vjp and custom_jvp share: the engine's, of lifted functions."""

    def __init__(self, fun, nondiff_argnums=(), nondiff_argnames=()):
        self.fun = fun
        self.rule = self.kind(Plain(fun), nondiff_argnums, nondiff_argnames)
        functools.update_wrapper(self, fun, updated=())

    def __call__(self, *args, **kwargs):
        static = self.rule.nondiff_argnums
        bound = custom.positional(self.fun, args, kwargs)
        values = [a if i in static else enter(a)[0] for i, a in enumerate(bound)]
        return wrapped(boundary(self.rule)(*values))

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)


class Plain(Lifted):
    """A program's function among the engine's values, whose results' weakness nobody asks for; static arguments pass."""

    def __call__(self, *args, **kwargs):
        args, kwargs = tree.map(wrapped_leaf, (args, kwargs))
        return tree.map(left_leaf, self.f(*args, **kwargs))


def wrapped_leaf(x):
    if isinstance(x, custom.CustomVJPPrimal):
        return custom.CustomVJPPrimal(wrap(x.value), x.perturbed)
    return x if type(x) in PYTHON else wrap(x)


def left_leaf(x):
    return entered(x)[0]


class custom_vjp(Custom):
    """A function whose derivative is what `defvjp(fwd, bwd)` says."""

    kind = custom.custom_vjp

    def defvjp(self, fwd, bwd, symbolic_zeros=False, optimize_remat=False):
        self.rule.defvjp(Plain(fwd), Plain(bwd), symbolic_zeros=symbolic_zeros)


class custom_jvp(Custom):
    """A function whose derivative is what `defjvp(rule)`, or `defjvps`, says."""

    kind = custom.custom_jvp

    def defjvp(self, jvp, symbolic_zeros=False):
        self.rule.defjvp(Plain(jvp), symbolic_zeros=symbolic_zeros)
        return jvp

    def defjvps(self, *jvps):
        self.rule.defjvps(*[None if f is None else Plain(f) for f in jvps])


def custom_gradient(fun):
    """A function of a fun that returns (value, the map from a cotangent of it to those of the arguments)."""

    @functools.wraps(fun)
    def call(*args):
        values, structure = tree.flatten(args)

        @custom_vjp
        def rule(*leaves):
            return fun(*tree.unflatten(structure, leaves))[0]

        def bwd(leaves, ct):
            got = fun(*tree.unflatten(structure, leaves))[1](ct)
            return tuple(tree.leaves(got if isinstance(got, tuple) else (got,)))

        rule.defvjp(lambda *leaves: (rule(*leaves), leaves), bwd)
        return rule(*values)

    return call


def checkpoint(fun=None, *, prevent_cse=True, policy=None, static_argnums=(), concrete=False):
    """fun, run again for its derivative instead of keeping what that reads."""
    if fun is None:
        return functools.partial(checkpoint, policy=policy, static_argnums=static_argnums)

    @functools.wraps(fun)
    def call(*args, **kwargs):
        static = (static_argnums,) if isinstance(static_argnums, int) else static_argnums
        moving = [i for i in range(len(args)) if i not in static and i - len(args) not in static]

        fixed = {i: a for i, a in enumerate(args) if i not in moving}  # (a graph keeps f: no traced value may be in it)

        def of_moving(*some, **named):
            whole = fixed | dict(zip(moving, some, strict=True))
            return fun(*[whole[i] for i in range(len(whole))], **named)

        f = Lifted(of_moving)
        (values, named), f.weak = enter((tuple([args[i] for i in moving]), kwargs))
        return wrapped(boundary(checkpoints.checkpoint(f, policy=policy))(*values, **named))

    return call


remat = checkpoint


def closure_convert(fun, *example_args):
    """(a function of the arguments and of what fun closes over that is differentiated, these values)."""
    from ..conversion import closure_convert as convert

    f, hidden = convert(Plain(fun), *enter(example_args)[0])
    return (lambda *args: wrapped(f(*enter(args)[0]))), wrapped(hidden)


def pure_callback(callback, result_shape_dtypes, *args, sharding=None, vmap_method=None, **kwargs):
    """callback's result (NumPy in, NumPy out), under every transform but derivatives."""
    from ..callbacks import pure_callback as call

    return wrapped(call(callback, result_shape_dtypes, *enter(args)[0], vmap_method=vmap_method, **enter(kwargs)[0]))


def typeof(x):
    """Shape, dtype and weakness of a value."""
    from .numpy import asarray

    return asarray(x).aval


def named_call(fun, *, name=None):
    """fun, under a name that only profilers would show."""
    return fun
