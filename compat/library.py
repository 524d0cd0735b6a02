"""torch.library: operations of one's own, by a schema, with kernels, gradients, batching rules and shapes that are registered for them.

Invariant: a call is bound to the schema before anything runs; a kernel runs without being recorded, and what is recorded of the call is one
node, by the rule that was registered.
"""

import contextlib
import functools
import inspect

import numpy as np

from funcgrad.core.site import here, warn
from funcgrad.core.state import tls
from funcgrad.core.trace import PICK

from ._schemas import Schema, infer_schema
from ._unusable import put
from .autograd.function import Function
from .autograd.function_context import show_as_function
from .autograd.grad_mode import is_grad_enabled, no_grad
from .autograd.graph import increment_version
from .functions.levels import concrete_or_none
from .functions.mapped_by_loop import on_values
from .functions.missing import refusal as _refusal
from .functions.register import FUNCTIONS as T
from .ops import OPERATIONS, Namespace
from .payload import current
from .tensor import Tensor

__getattr__ = _refusal(__name__)
__all__ = [
    "Library", "custom_op", "define", "impl", "impl_abstract", "infer_schema", "opcheck", "register_autograd", "register_fake", "register_kernel",
    "register_vmap", "triton_op",
]  # fmt: skip
COMPOSITE = ("CompositeImplicitAutograd", "", "Autograd", "AutogradCPU")
KEYS = (
    *COMPOSITE,
    "CPU",
    "cpu",
    "default",
    "CompositeExplicitAutograd",
    "Meta",
    "CUDA",
    "cuda",
    "AutogradCUDA",
    "BackendSelect",
)


NO_RULE = (
    "{}: an autograd kernel was not registered to the Autograd key(s) but we are trying to backprop through it. This may lead to silently "
    "incorrect behavior. This behavior is deprecated and will be removed in a future version of PyTorch. If your operator is differentiable, "
    "please ensure you have registered an autograd kernel to the correct Autograd key (e.g. DispatchKey::Autograd, "
    "DispatchKey::CompositeImplicitAutograd). If your operator is not differentiable, or to squash this warning and use the previous "
    "behavior, please register torch::CppFunction::makeFallthrough() to DispatchKey::Autograd."
)


# ------------------------------------------------------------------------------------------------ operations
class Operation:
    """What has been registered for one schema of one name."""

    def __init__(self, qualname, schema, maker=None):
        self.qualname, self.overload = qualname.partition(".")[0], qualname.partition(".")[2] or "default"
        self.schema, self.maker, self.at = schema, maker, here()
        self.kernels, self.fake, self.composite, self.backward, self.setup, self.batched = (
            {},
            None,
            None,
            None,
            None,
            None,
        )

    def __call__(self, *args, **kwargs):
        values = self.schema.bound(self.qualname, args, kwargs)
        if self.composite is not None:
            return self.run(self.composite, values)
        tensors = [
            t for v in values.values() for t in (v if isinstance(v, (list, tuple)) else (v,)) if isinstance(t, Tensor)
        ]
        written = [values[a.name] for a in self.schema.arguments if a.written and values[a.name] is not None]
        if (tls.func or is_grad_enabled() and any([t.requires_grad for t in tensors])) and not written:
            kernel = self.kernels.get("cpu", self.kernels.get("default"))
            ruled = tls.func or kernel is None or any([t.is_meta for t in tensors])
            ruled = ruled or self.fake is not None and any([concrete_or_none(current(t)) is None for t in tensors])
            if self.maker is self.backward is None and not ruled:  # (what is computed in it is recorded)
                return self.without_rule(self.run(kernel, values), tensors)
            return self.recorded(values)
        with no_grad():
            out = self.computed(values, tensors)
        if written:
            increment_version([t for w in written for t in (w if isinstance(w, (list, tuple)) else (w,))])
        return out

    def without_rule(self, out, tensors):
        """Results whose backward says that nobody has told how to go back through this operation."""
        if isinstance(out, (list, tuple)):
            return type(out)([self.without_rule(o, tensors) for o in out])
        if not isinstance(out, Tensor) or not (out.is_floating_point() or out.is_complex()):
            return out
        if not out.requires_grad:
            return self.dead_end(out, *tensors)
        out.register_hook(lambda g: warn(NO_RULE.format(self.qualname)))
        return out

    def dead_end(self, out, *tensors):
        """What the kernel has made outside the tape, as a result of these Tensors, to which no gradient goes."""
        rules = {
            "forward": lambda ctx, *given: out,
            "backward": lambda ctx, *grads: self.unknown(len(tensors)),
        }
        made = type("WarnNotImplemented", (Function,), {n: staticmethod(f) for n, f in rules.items()}).apply(*tensors)
        n = made.mark.ins[0] if made.mark.plan.prim is PICK else made.mark
        n.params["spec"].name = n.extra.label = "WarnNotImplemented"  # (without "Backward")
        show_as_function(n.extra.label)
        return made

    def unknown(self, count):
        """No gradients, and the warning that this is so."""
        warn(NO_RULE.format(self.qualname))
        return (None,) * count

    def run(self, f, values):
        """f of the values, those by keyword only by name."""
        places = [values[a.name] for a in self.schema.arguments if not a.keyword]
        return f(*places, **{a.name: values[a.name] for a in self.schema.arguments if a.keyword})

    def computed(self, values, tensors):
        """What the kernel (of the meta device: the fake) gives."""
        if any([t.is_meta for t in tensors]):
            if self.fake is None:
                raise RuntimeError(
                    f"There was no fake impl registered for <CustomOpDef({self.qualname})>. This is necessary for torch.compile/export/fx "
                    f"tracing to work. Please use `{self.kernels['default'].__name__}.register_fake` to add an fake impl."
                )
            return self.run(self.fake, values)
        kernel = self.kernels.get("cpu", self.kernels.get("default"))
        if kernel is None:
            raise NotImplementedError(
                f"Could not run '{self.qualname}' with arguments from the 'CPU' backend. No kernel has been registered for it."
            )
        writes = any([a.written for a in self.schema.arguments])  # (what it does to its arguments no graph is told)
        if self.fake is not None and not writes and any([concrete_or_none(current(t)) is None for t in tensors]):
            return self.staged(kernel, values)
        values = {n: detached(v) for n, v in values.items()}  # (as torch's kernels, it may look at the memory)
        tensors = [t for v in values.values() for t in (v if listed(v) else (v,)) if isinstance(t, Tensor)]
        out = self.run(kernel, values)
        given = out if isinstance(out, (list, tuple)) else (out,)
        if self.maker and any([o is t for o in given for t in tensors if isinstance(o, Tensor)]):
            raise RuntimeError(
                f"{kernel.__name__} (with implementation in {inspect.getmodule(kernel)}): The output of this custom operator (1) must not also be "
                "an input to this custom operator and (2) may not alias any inputs to this custom operator or other returns. The most common way "
                "to trigger this error is if we have y = custom_op(x) and y and x are the same Tensor. Please instead return a clone of the "
                "offending output tensor(s) (e.g. return x.clone()) or refactor the custom operator to not return y."
            )
        return out

    def staged(self, kernel, values):
        """What the kernel gives in each run of a graph: its fake says the shapes, so that it may look at the memory."""

        def part(v, of):
            return type(v)(map(of, v)) if listed(v) else of(v)

        def fake(v):
            return T["empty"](v.shape, dtype=v.dtype, device="meta") if isinstance(v, Tensor) else v

        stage, tls.stage = tls.stage, None  # (shapes are known as the graph is made: nothing of this is in it)
        try:
            fakes = {n: part(v, fake) for n, v in values.items()}
            given = self.run(self.fake, fakes)
            results = [(tuple(t.shape), t.dtype.numpy) for t in (given if listed(given) else (given,))]
        finally:
            tls.stage = stage
        tensors = [t for v in values.values() for t in (v if listed(v) else (v,)) if isinstance(t, Tensor)]

        def run(*arrays):
            arrays = iter(arrays)

            def real(v):
                return T["from_numpy"](np.array(next(arrays))) if isinstance(v, Tensor) else v

            out = self.run(kernel, {n: part(v, real) for n, v in fakes.items()})
            return [t.detach().numpy() for t in (out if listed(out) else (out,))]

        outs = on_values(run, results, *tensors)
        return type(given)(outs) if listed(given) else outs[0]

    def recorded(self, values):
        """The result as one node of the tape: lists among the arguments and results lie flat in it."""
        names, sizes = list(values), [len(v) if listed(v) else None for v in values.values()]
        flat = [t for v in values.values() for t in (v if listed(v) else (v,))]
        many, count = None, 0

        def whole(given):
            given = iter(given)
            return {n: next(given) if k is None else [next(given) for _ in range(k)] for n, k in zip(names, sizes)}

        def forward(*given):
            nonlocal many, count
            out = self.computed(whole(given), [t for t in given if isinstance(t, Tensor)])
            many, count = (type(out), len(out)) if isinstance(out, (list, tuple)) else (None, 0)
            return tuple(out) if many else out

        def setup_context(ctx, inputs, output):
            if self.setup is not None:
                values = whole(inputs)
                output = many(output) if many else output
                by_name = {a.name: values[a.name] for a in self.schema.arguments if a.keyword}
                more = {"keyword_only_inputs": by_name} if by_name else {}
                self.setup(
                    ctx=ctx, inputs=tuple([v for n, v in values.items() if n not in by_name]), output=output, **more
                )

        def backward(ctx, *grads):
            if self.backward is self.maker is None:
                return self.unknown(len(flat))
            if self.backward is None:
                raise RuntimeError(
                    f"Trying to backward through {self.qualname.replace('::', '.')}.{self.overload} but no autograd formula was registered. "
                    "Please use register_autograd to add one."
                )
            got = self.backward(ctx, list(grads)) if many is list else self.backward(ctx, *grads)
            got = [*(got if isinstance(got, tuple) else (got,)), *[None for a in self.schema.arguments if a.keyword]]
            return tuple(
                [g for v, k in zip(got, sizes) for g in ((v,) if k is None else [None] * k if v is None else v)]
            )

        def vmap(info, in_dims, *given):
            if self.batched is None:
                return one_by_one(lambda *given: self.recorded(whole(given)), info, in_dims, given)
            return self.run(functools.partial(self.batched, info, tuple(whole(in_dims).values())), whole(given))

        rules = {"forward": forward, "setup_context": setup_context, "backward": backward, "vmap": vmap}
        if self.backward is self.maker is None:  # (nothing is known of tangents either: torch takes zeros)
            rules["jvp"] = lambda ctx, *tangents: (None,) * count if many else None
        name = f"GeneratedBackwardFor_{self.qualname.replace('::', '_')}_{self.overload}"
        out = type(name, (Function,), {n: staticmethod(f) for n, f in rules.items()}).apply(*flat)
        return many(out) if many else out

    def register(self, key, f):
        """Take f for what runs under a dispatch key."""
        if key not in KEYS:
            raise RuntimeError(f"could not parse dispatch key: {key}")
        if key == "Meta":
            self.fake = f
        elif key in COMPOSITE:
            self.composite = f
        elif "cuda" not in key.lower() and key != "BackendSelect":
            self.kernels["cpu" if key.lower() == "cpu" else "default"] = f


def listed(v):
    return isinstance(v, (list, tuple)) and any([isinstance(t, Tensor) for t in v])


def detached(v):
    """v, or what it lists, without history."""
    if isinstance(v, Tensor):
        return v.detach() if v.requires_grad else v
    return type(v)([detached(t) for t in v]) if listed(v) else v


def one_by_one(f, info, in_dims, given):
    """f over a batch, one sample after the other."""
    rows = [[v if d is None else v.select(d, i) for v, d in zip(given, in_dims)] for i in range(info.batch_size)]
    outs = [f(*row) for row in rows]
    if isinstance(outs[0], Tensor):
        return T["stack"](outs), 0
    return tuple([T["stack"](list(part)) for part in zip(*outs, strict=True)]), (0,) * len(outs[0])


def known(op):
    """The operation that a name, or a CustomOpDef or OpOverload, stands for."""
    if isinstance(op, CustomOpDef):
        return op.operation
    name = op if isinstance(op, str) else getattr(op, "qualname", str(op))
    found = OPERATIONS.get(name)
    if found is None:
        raise RuntimeError(f"operator {name} does not exist")
    return next(iter(found.values()))


def enter(qualname, schema, maker=None):
    """A new operation of a name, under torch.ops too."""
    operation = Operation(qualname, Schema(schema), maker)
    known = OPERATIONS.setdefault(operation.qualname, {})
    if maker is None and operation.overload in known:
        raise RuntimeError(
            f"Tried to register an operator ({operation.schema}) with the same name and overload name multiple times. Each overload's schema "
            f"should only be registered with a single call to def(). Duplicate registration: registered at {here()}. Original registration: "
            f"registered at {known[operation.overload].at}"
        )
    known[operation.overload] = operation
    Namespace.of(operation.qualname.partition("::")[0]).drop(operation.qualname.partition("::")[2])
    return operation


class CustomOpDef:
    """An operation that custom_op has made of a function: call it, and register rules for it."""

    def __init__(self, name, schema, f, device_types):
        self._qualname, self._name = name, name.partition("::")[2]
        self.operation = enter(name, name + schema, f)
        self._schema = schema
        for key in [device_types] if isinstance(device_types, str) else device_types or ("default",):
            self.operation.register(key, f)
        self.operation.kernels.setdefault("default", f)

    @property
    def _opoverload(self):
        return getattr(Namespace.of(self._qualname.partition("::")[0]), self._name).default

    def __repr__(self):
        return f"<CustomOpDef({self._qualname})>"

    def __call__(self, *args, **kwargs):
        return self.operation(*args, **kwargs)

    def register_kernel(self, device_types, fn=None, /):
        """The function that runs on a kind of device; None for all."""

        def take(f):
            for key in [device_types] if isinstance(device_types, str) else device_types or ("default",):
                self.operation.register(key, f)
            return f

        return take if fn is None else take(fn)

    def register_fake(self, fn, /):
        """The function that gives results of the right shape on the meta device."""
        self.operation.fake = fn
        return fn

    def register_autograd(self, backward, /, *, setup_context=None):
        """The gradient: backward(ctx, *grads), and setup_context(ctx, inputs, output), which saves what it needs."""
        self.operation.backward, self.operation.setup = backward, setup_context

    def register_vmap(self, func=None):
        """The rule under vmap: func(info, in_dims, *args), which returns (result, out_dims)."""

        def take(f):
            self.operation.batched = f
            return f

        return take if func is None else take(func)


def custom_op(name, fn=None, /, *, mutates_args, device_types=None, schema=None, tags=None):
    """An operation made of a function of Tensors, whatever it computes with: torch.ops has it, gradients are registered for it.

    >>> import compat as torch
    >>> @torch.library.custom_op("docs::twice", mutates_args=())
    ... def twice(x: torch.Tensor) -> torch.Tensor:
    ...     return torch.from_numpy(x.numpy() * 2)
    >>> twice.register_autograd(lambda ctx, grad: grad * 2)
    >>> x = torch.ones(2, requires_grad=True)
    >>> torch.ops.docs.twice(x).sum().backward()
    >>> x.grad
    tensor([2., 2.])
    """

    def make(f):
        space, name_in_it = name.split("::")
        return CustomOpDef(
            f"{space}::{name_in_it}", schema or infer_schema(f, mutates_args=mutates_args), f, device_types
        )

    return make if fn is None else make(fn)


triton_op = custom_op


def registering(method):
    def register(op, *args, lib=None, allow_override=False, **kwargs):
        operation = known(op)
        definition = object.__new__(CustomOpDef)
        definition.operation, definition._qualname = operation, operation.qualname
        return getattr(definition, method)(*args, **kwargs)

    register.__name__ = register.__qualname__ = method
    register.__doc__ = f"CustomOpDef.{method} of the operation of a name."
    return register


register_autograd = registering("register_autograd")
register_vmap = registering("register_vmap")
register_kernel = registering("register_kernel")


def register_fake(op, func=None, /, *, lib=None, _stacklevel=1, allow_override=False):
    """The function that gives results of the right shape on the meta device."""
    operation = known(op)

    def take(f):
        operation.fake = f
        return f

    return take if func is None else take(func)


impl_abstract = register_fake


# ------------------------------------------------------------------------------------------------ libraries
class Library:
    """Definitions of operations in a namespace: "DEF" makes it, "FRAGMENT" and "IMPL" go on with one."""

    def __init__(self, ns, kind, dispatch_key=""):
        if kind not in ("IMPL", "DEF", "FRAGMENT"):
            raise ValueError(f"Unsupported kind: {kind}")
        if ns in ("prim", "prims") and kind in ("DEF", "FRAGMENT"):
            raise ValueError(ns, " is a reserved namespace. Please try creating a library with another name.")
        self.ns, self.kind, self.dispatch_key, self.made = ns, kind, dispatch_key, []

    def __repr__(self):
        return f"Library(kind={self.kind}, ns={self.ns}, dispatch_key={self.dispatch_key})>"

    def define(self, schema, alias_analysis="", *, tags=()):
        """Enter an operation by its schema, "name(Tensor x) -> Tensor"; its name."""
        name = schema.partition("(")[0]
        enter(f"{self.ns}::{name}", f"{self.ns}::{schema}")
        self.made.append(name)
        return name

    def impl(self, op_name, fn, dispatch_key="", *, with_keyset=False, allow_override=False):
        """Give an operation what runs under a dispatch key."""
        name = op_name if isinstance(op_name, str) else str(op_name)
        name, _, overload = name.removeprefix(f"{self.ns}::").partition(".")
        found = OPERATIONS.get(f"{self.ns}::{name}")
        if found is None:
            raise RuntimeError(f"compat has no operation {self.ns}::{name} to implement: define it first")
        found[overload or "default"].register(dispatch_key or self.dispatch_key, fn)

    def _destroy(self):
        for name in self.made:
            OPERATIONS.pop(f"{self.ns}::{name.partition('.')[0]}", None)
            Namespace.of(self.ns).drop(name.partition(".")[0])


@contextlib.contextmanager
def _scoped_library(*args, **kwargs):
    library = Library(*args, **kwargs)
    try:
        yield library
    finally:
        library._destroy()


def define(qualname, schema, *, lib=None, tags=()):
    """Enter an operation: define("ns::name", "(Tensor x) -> Tensor")."""
    enter(qualname, qualname + schema)


def impl(qualname, types, func=None, *, lib=None):
    """Give an operation what runs on a kind of device: impl("ns::name", "cpu", f)."""
    if isinstance(qualname, Library):  # (the older form: a decorator of a library)

        def take(f):
            qualname.impl(types, f, func or "")
            return f

        return take

    def register(f):
        for key in [types] if isinstance(types, str) else types:
            known(qualname).register(key, f)
        return f

    return register if func is None else register(func) and None


# ------------------------------------------------------------------------------------------------ checking
class OpCheckError(Exception):
    """An operation does not do what it says."""


def opcheck(op, args, kwargs=None, *, test_utils=None, raise_exception=True, atol=None, rtol=None):
    """Does an operation write into what it says, have the shapes of its fake, a gradient that runs? {test: "SUCCESS" or the error}."""
    operation, kwargs = known(op), kwargs or {}

    def schema():
        copies = [a.detach().clone() if isinstance(a, Tensor) else a for a in args]
        operation(*copies, **kwargs)
        for a, before, after in zip(operation.schema.arguments, args, copies):
            if isinstance(before, Tensor) and not a.written and not T["equal"](before.detach(), after):
                raise RuntimeError(f"Argument {a.name} is not defined as mutable but was mutated")

    def shapes():
        out = operation(*args, **kwargs)
        fake = operation(*[a.detach().to("meta") if isinstance(a, Tensor) else a for a in args], **kwargs)
        for o, f in zip(*[x if isinstance(x, (list, tuple)) else (x,) for x in (out, fake)], strict=True):
            if isinstance(o, Tensor) and (o.shape, o.dtype) != (f.shape, f.dtype):
                raise RuntimeError(f"the fake gives {list(f.shape)} {f.dtype}, the operation {list(o.shape)} {o.dtype}")

    def gradient():
        out = operation(*args, **kwargs)
        for o in out if isinstance(out, (list, tuple)) else (out,):
            if isinstance(o, Tensor) and o.requires_grad:
                o.detach().requires_grad_().sum().backward()

    tests = {
        "test_schema": schema, "test_autograd_registration": gradient, "test_faketensor": shapes, "test_aot_dispatch_dynamic": gradient,
    }  # fmt: skip
    wanted = [test_utils] if isinstance(test_utils, str) else test_utils or tests
    found = {}
    for name in wanted:
        try:
            tests[name]()
            found[name] = "SUCCESS"
        except Exception as error:
            if raise_exception:
                raise OpCheckError(
                    f"opcheck(op, ...): {name} failed with {error} (scroll up for stack trace)"
                ) from error
            found[name] = error
    return found


put(__package__, {"_custom_ops": ""})  # (what this module was called first)
