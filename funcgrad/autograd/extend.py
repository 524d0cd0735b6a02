"""autograd.extend: functions that bring their own derivatives, by autograd's signatures.

`primitive(f)` is run on plain values, and differentiated by what defvjp and defjvp say of it: vjpmaker(ans, *args, **kwargs)
gives the function from the result's cotangent to one argument's, jvp(g, ans, *args, **kwargs) one argument's part of the tangent.
"""

import functools

from .. import tree
from ..core.aval import aval_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES, helpers
from ..errors import NotDifferentiableError
from ..numpy.concrete import value_of
from ..transforms.boundary import inner
from ..transforms.rules import Spec, call_rule, rule
from .vspaces import VSpace, vspace

__all__ = [
    "Box", "VSpace", "def_linear", "defjvp", "defjvp_argnum", "defjvp_argnums", "defvjp", "defvjp_argnum", "defvjp_argnums",
    "notrace_primitive", "primitive", "register_notrace", "vspace",
]  # fmt: skip

Box = Handle


class PrimitiveSpec(Spec):
    """The rules of one call of a primitive; `flat` maps between its arguments and the traced leaves among them."""

    def __init__(self, flat, of, kwargs):
        self.flat, self.of, self.kwargs = flat, of, kwargs
        self.name = of.__name__

    def run(self, *xs):
        return self.flat(*xs)

    def record(self, *xs):
        outs = rule(*xs, spec=self)  # (by the primitive: to the levels below, too, its rules are its derivative)
        return outs, [*outs, *xs]

    def answer(self, outs):
        return tree.unflatten(self.flat.out_structure, list(outs))

    def places(self, args):
        """For each traced leaf: (the number of its argument, its place among that argument's leaves)."""
        each = [(i, k) for i, a in enumerate(args) for k in range(len(tree.leaves(a)))]
        return [each[at] for at in self.flat.traced]

    def pull_needed(self, residuals, slots, need):
        count = len(slots.cts)
        outs, xs = residuals[:count], residuals[count:]
        args, _ = self.flat.arguments(list(xs))
        ct = self.answer(slots.filled(helpers["zeros_of"]))
        hidden = self.flat.hidden
        places = self.places(args)
        wanted = sorted({i for at, (i, _) in enumerate(places) if need >> (at + hidden) & 1})
        found = dict(zip(wanted, self.of.pull(wanted, self.answer(outs), args, self.kwargs)(ct), strict=True))
        back = [None] * hidden
        for (i, k), x in zip(places, xs[hidden:], strict=True):
            g = None if found.get(i) is None else tree.leaves(found[i])[k]
            back.append(None if g is None else helpers["fit"](inner(g), aval_of(x)))
        return back

    def push_needed(self, primals, tangents):
        outs = rule(*primals, spec=self)
        args, _ = self.flat.arguments(list(primals))
        answer, total = self.answer(outs), None
        hidden = self.flat.hidden
        given = {}
        for (i, k), t in zip(self.places(args), tangents[hidden:], strict=True):
            if t is not None:
                given.setdefault(i, {})[k] = t
        for i, leaves in given.items():
            values, structure = tree.flatten(args[i])
            zero = helpers["zeros_like"]
            g = tree.unflatten(structure, [leaves[k] if k in leaves else zero(v) for k, v in enumerate(values)])
            part = self.of.push(i, g, answer, args, self.kwargs)
            total = part if total is None else tree.map(PRIMITIVES["add"], total, part)
        return [None] * len(outs) if total is None else [inner(t) for t in tree.leaves(total)]


class primitive:
    """A function with derivatives of its own, which defvjp and defjvp give; it is run on what its own rules are run on.

    >>> import numpy as np
    >>> import funcgrad.autograd as autograd
    >>> from funcgrad.autograd.extend import defvjp, primitive
    >>> @primitive
    ... def twice(x):
    ...     return np.asarray(x) * 2
    >>> defvjp(twice, lambda ans, x: lambda g: g * 2)
    >>> float(autograd.grad(twice)(3.0))
    2.0
    """

    def __init__(self, f_raw):
        self.fun = f_raw
        self.pulls = None  # (argument numbers, ans, args, kwargs) -> (ct -> cotangents)
        self.pushes = {}  # argument number -> (g, ans, args, kwargs) -> tangent
        self.all_pushes = None
        functools.update_wrapper(self, f_raw)

    def __call__(self, *args, **kwargs):
        if not any(isinstance(x, Handle) for x in tree.leaves(args)):
            return self.fun(*args, **kwargs)
        return call_rule(lambda flat: PrimitiveSpec(flat, self, kwargs), lambda *a: self.fun(*a, **kwargs), args, {})

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)

    def pull(self, numbers, ans, args, kwargs):
        if self.pulls is None:
            raise NotDifferentiableError(
                f"VJP of {self.__name__} is not defined: give one by defvjp({self.__name__}, ...)."
            )
        return self.pulls(tuple(numbers), ans, tuple(args), kwargs)

    def push(self, number, g, ans, args, kwargs):
        if self.all_pushes is not None:
            return self.all_pushes((number,), [g], ans, tuple(args), kwargs)
        rule = self.pushes.get(number)
        if rule is None:
            raise NotDifferentiableError(
                f"JVP of {self.__name__} with respect to argument {number} is not defined: give one by "
                f"defjvp({self.__name__}, ...), or use reverse mode."
            )
        return rule(g, ans, args, kwargs)


def numbered(rules, argnums):
    return dict(zip(range(len(rules)) if argnums is None else argnums, rules, strict=True))


def defvjp(fun, *vjpmakers, **kwargs):
    """Give a primitive its reverse rules, one for each argument (or of `argnums=`): vjpmaker(ans, *args, **kwargs) -> g -> gradient.

    None stands for an argument whose gradient is zero.
    """
    rules = numbered(vjpmakers, kwargs.get("argnums"))

    def pulls(numbers, ans, args, options):
        made = []
        for i in numbers:
            if i not in rules:
                raise NotDifferentiableError(f"VJP of {fun.__name__} with respect to argument {i} is not defined.")
            made.append(None if rules[i] is None else rules[i](ans, *args, **options))
        return lambda ct: [None if m is None else m(ct) for m in made]

    fun.pulls = pulls


def defvjp_argnum(fun, vjpmaker):
    """One maker for all arguments: vjpmaker(argnum, ans, args, kwargs) -> g -> gradient."""

    def pulls(numbers, ans, args, options):
        made = [vjpmaker(i, ans, args, options) for i in numbers]
        return lambda ct: [m(ct) for m in made]

    fun.pulls = pulls


def defvjp_argnums(fun, vjpmaker):
    """One maker for several arguments at once: vjpmaker(argnums, ans, args, kwargs) -> g -> gradients."""
    fun.pulls = vjpmaker


def defjvp(fun, *jvpfuns, **kwargs):
    """Give a primitive its forward rules, one for each argument (or of `argnums=`): jvp(g, ans, *args, **kwargs) -> tangent.

    "same": the function itself is linear in this argument; None: no tangent comes from it.
    """
    for i, given in numbered(jvpfuns, kwargs.get("argnums")).items():
        fun.pushes[i] = pushing(fun, i, given)


def pushing(fun, i, rule):
    def push(g, ans, args, kwargs):
        if rule is None:
            return tree.map(helpers["zeros_like"], ans)
        if rule == "same":
            return fun(*args[:i], g, *args[i + 1 :], **kwargs)
        return rule(g, ans, *args, **kwargs)

    return push


def defjvp_argnum(fun, jvpmaker):
    """One rule for all arguments: jvpmaker(argnum, g, ans, args, kwargs) -> tangent."""
    defjvp_argnums(fun, lambda numbers, gs, ans, args, kwargs: jvpmaker(numbers[0], gs[0], ans, args, kwargs))


def defjvp_argnums(fun, jvpmaker):
    """One rule for several arguments at once: jvpmaker(argnums, gs, ans, args, kwargs) -> tangent."""
    fun.all_pushes = jvpmaker


def def_linear(fun):
    """A primitive that is linear in every argument: its forward rule is itself."""
    defjvp_argnum(fun, lambda i, g, ans, args, kwargs: fun(*args[:i], g, *args[i + 1 :], **kwargs))


def notrace_primitive(f_raw):
    """A function that has no derivative: it sees plain values, and its results are plain."""

    @functools.wraps(f_raw)
    def plain(*args, **kwargs):
        return f_raw(*[tree.map(value_of, a) for a in args], **kwargs)

    return plain


def register_notrace(trace_type, primitive_fun):
    """autograd's way to say that a primitive has no derivative in one mode; here it gets a zero one in both."""
    primitive_fun.pulls = lambda numbers, ans, args, kwargs: lambda ct: [None] * len(numbers)
    primitive_fun.all_pushes = lambda numbers, gs, ans, args, kwargs: tree.map(helpers["zeros_like"], ans)
