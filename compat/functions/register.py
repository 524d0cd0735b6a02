"""How a torch name is declared once and becomes a function, a method, and its in-place twin.

`@operation(label)` registers f as torch.<name> and as a Tensor method. A torch operation made of several primitives is
shown as one node: the label is torch's name for it, its parents are the float Tensors it was called with, and its
derivative is that of its body.
"""

import functools
import inspect

from funcgrad.core import state
from funcgrad.core.halves import at_begin
from funcgrad.core.mutation import lies_with
from funcgrad.lazy import Late, Table

from .. import names_of_classes
from ..inference import written_outside
from ..payload import current
from ..tensor import Tensor, read_only
from ..unrecorded_writes import done_at_once
from .call_errors import (
    MISTAKEN,
    answer,
    answering,
    counted,
    examine,
    holds_alike,
    not_a_tensor,
    older,
    too_long,
    types_in,
    unusual,
)
from .nodes import named, parents_in
from .writing import as_it_was, check_apart, check_writable, kept, rewrite, rewritten_at_once, stands_apart

FUNCTIONS = Table()  # name -> function, what `torch.` has
METHODS = Table()  # name -> what a Tensor has
SPELLINGS = {"axis": "dim", "keepdims": "keepdim", "x": "input", "x2": "other"}  # NumPy's names, which torch takes too
OWN_NAMES = ("norm", "unique", "unique_consecutive", "stft", "istft", "split")  # what torch has in Python: not there
NO_KERNEL = "not implemented for '"
tls, shared = state.tls, state.shared
QUICK = frozenset(  # what a model calls for every small Tensor: wrong arguments are looked at there once something fails
    "view reshape view_as transpose permute t flatten unflatten unsqueeze squeeze expand expand_as contiguous clone detach cat stack "
    "split chunk narrow select softmax log_softmax mm bmm mv dot addmm matmul dropout gather scatter_ index_select masked_fill "
    "masked_fill_ where zero_ fill_ copy_ var std norm cumsum square lerp addcmul addcdiv neg softplus pow any all "
    "amax amin argmax argmin logsumexp clamp to type_as item size repeat outer unbind square_ round".split()
)


ONE_SEQUENCE = (
    "flip",
    "tile",
    "permute",
    "reshape",
    "broadcast_to",
    "squeeze",
)  # of whose ints as single arguments only the method is told
BY_OUT = frozenset(
    "sum prod mean nansum cumsum cumprod".split()
)  # what works in the dtype of out=, unless told otherwise


def publish(g, names, function, method):
    """Enter a function under its names, as torch.<name> and as a Tensor method."""
    g.__qualname__ = g.__name__  # (which Python's own errors name)
    said = g if not function or isinstance(g, type) or {"answer", "unusual"} & {*g.__code__.co_names} else answering(g)
    if function and g.__name__ in names:
        said.__module__ = names_of_classes.TOP[0]  # (where pickle finds it)
    if g.__doc__ is None:
        said.__doc__ = g.__doc__ = (
            f"{names[0].rstrip('_')}, in place." if names[0].endswith("_") else f"torch.{names[0]}."
        )
    for n in names:
        if function:
            FUNCTIONS[n] = said
        if method:
            install(n, g)
    return g


def install(name, value):
    """Make it an attribute of Tensor: at once, unless the attribute waits for this family (functions/__init__.py)."""
    if type(value) is property and value.fset is None:
        value = read_only(name, value.fget)
    METHODS[name] = value
    if not isinstance(vars(Tensor).get(name), Late):
        setattr(Tensor, name, value)


def parameters_of(f):
    """The names of a function's parameters, read off its code: inspect.signature costs 25 times as much."""
    code = inspect.unwrap(f).__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def by_place(f, own, parameters, args, kwargs):
    """(args, kwargs) with the names that torch's signature has, and f has not, given by place; None if there is none, or no way. `own`:
    torch's name of it as a function."""
    f = inspect.unwrap(f)
    unknown = kwargs.keys() - {*parameters}
    if not unknown or f.__code__.co_flags & inspect.CO_VARKEYWORDS:
        return None
    from .._calls import in_python, signatures_of

    for table, first in ((FUNCTIONS, []), (METHODS, ["self"])):
        known = [n for n, h in dict.items(table) if callable(h) and inspect.unwrap(h) is f]
        for name in known if first or known else [own]:
            for s in signatures_of(name, bool(first)) or () if in_python(name, bool(first)) is None else ():
                names = first + [p.name for p in s.parameters[: s.positional]]
                if s.hidden or not unknown <= {*names}:
                    continue
                rest, placed = dict(kwargs), list(args)
                for n in names[len(args) :]:
                    if n not in rest:
                        break
                    placed.append(rest.pop(n))
                if not rest.keys() - {*parameters}:
                    return placed, rest
    return None


def again(g, args, kwargs, out):
    """g once more, as if nothing had been said."""
    try:
        return g(*args, **kwargs) if out is None else g(*args, **kwargs, out=out)
    except BaseException as error:
        error.__suppress_context__ = True
        raise


def operation(
    label=None, *, name=None, method=True, function=True, aliases=(), numbers=False, once=False, module="", prefix=None
):
    """Register a torch operation; `label` is the name its node shows (None: that of its one primitive). With `numbers`
    the first operand may be a number. `once`: torch rounds its result once (rounding.py). `module`: what torch's own name of it
    begins with; `prefix`, where it is only in what torch says of arguments.

    The registered function also takes `out=`, and NumPy's `axis` and `keepdims` for `dim` and `keepdim`, as torch's do.
    """

    from .kernels import refusing  # (which waits, as the families do, for the first function that is asked for)

    def register(f):
        own = name or f.__name__
        torchs = (prefix or module) + own
        f = refusing(module + own, f) if function or module else f
        careful = own not in QUICK
        taken = set()  # the types of arguments that torch is known to take
        parameters = parameters_of(f)
        first = parameters[0] if parameters else None
        checked = first in ("input", "self") and not numbers
        has_out = "out" in parameters
        if once:

            def mind_halves():
                nonlocal f
                from .rounding import rounds_once

                f = rounds_once(f)

            at_begin(mind_halves)

        @functools.wraps(f)
        def g(*args, **kwargs):
            if shared.staging and tls.packing is not None and not tls.packing.within:
                return tls.packing.around(g, *args, **kwargs)
            out, given = None, kwargs
            if careful or "out" in kwargs:
                key = tuple(map(type, args))
                if kwargs or key not in taken or int in key and too_long(args):
                    if kwargs or list in key or tuple in key:
                        key = types_in(args, kwargs)
                    if key not in taken or too_long((*args, *kwargs.values())):
                        plain = examine(torchs, args, kwargs, taken, key)
                        if plain is not None:
                            args, kwargs = plain
                            given = kwargs
            if kwargs:
                if kwargs.get("out") is not None:
                    from .out_argument import begin

                    begin(module + own, kwargs["out"], args, kwargs)
                if not has_out:
                    out = kwargs.pop("out", None)
                    if out is not None and own in BY_OUT and "dtype" not in kwargs and isinstance(out, Tensor):
                        kwargs = {**kwargs, "dtype": out.dtype}
                for theirs in SPELLINGS.keys() & kwargs.keys():
                    if theirs not in parameters and own not in OWN_NAMES:
                        if kwargs is given:
                            kwargs = given.copy()
                        kwargs[SPELLINGS[theirs]] = kwargs.pop(theirs)
            if checked and not (isinstance(args[0], Tensor) if args else isinstance(kwargs.get(first), Tensor)):
                if args or first in kwargs:
                    return unusual(g, args, kwargs, not_a_tensor(torchs, args[0] if args else kwargs[first]))
            try:
                got = f(*args, **kwargs)
            except BaseException as error:
                if type(error) in MISTAKEN and holds_alike(args, kwargs):
                    return unusual(g, args, given if out is None else {**given, "out": out}, error)
                placed = None
                if type(error) is TypeError:
                    placed = by_place(g, torchs, parameters, args, kwargs) if kwargs else None
                    placed = placed or older(torchs, args, kwargs, 3)
                if type(error) in (TypeError, ValueError):
                    placed = placed or counted(torchs, args, kwargs)
                    if placed is not None:
                        return again(g, *placed, out)
                if (
                    type(error) is NotImplementedError
                    and NO_KERNEL in str(error)
                    and (out is not None or kwargs.get("out") is not None)
                ):
                    from .out_argument import shaped_first

                    rest = {n: v for n, v in kwargs.items() if n != "out"}
                    shaped_first(module + own, kwargs.get("out") if out is None else out, f, args, rest)
                error = answer(error, own, args, given if out is None else {**given, "out": out}, 2, torchs)
                raise error
            if label is not None:
                named(got, label, (*args, *kwargs.values()) if kwargs else args)
            if out is None:
                return got
            from .out_argument import store

            return store(module + own, out, got, args, lambda *operands: f(*operands, **kwargs), kwargs)

        g.__name__, g.torchs = own, torchs
        if home := module or prefix:
            names_of_classes.found_as(g, own, f".{home[:-1]}")
        if own in ONE_SEQUENCE:
            publish(in_one_sequence(g), (own, *aliases), True, False)
        return publish(g, (own, *aliases), function and own not in ONE_SEQUENCE, method)

    return register


def in_one_sequence(g):
    """The function of a method that takes several ints one by one: they have to stand in one sequence there."""
    one = g.__name__ == "squeeze"  # (it takes a single one)

    @functools.wraps(g)
    def function(*args, **kwargs):
        if len(args) > 2 or len(args) == 2 and type(args[1]) is int and not one:
            from .._how_called import ONE_SEQUENCE

            error = answer(TypeError(ONE_SEQUENCE), g.__name__, args, kwargs)
            raise error
        return g(*args, **kwargs)

    return function


def alias(of, *names, function=True, method=True):
    """Enter what is registered as `of` under more names."""
    publish(FUNCTIONS.get(of) or METHODS[of], names, function, method)


# ------------------------------------------------------------------------------------------------ writing


IN_SLICES = {"index_add_": "add", "index_fill_": "copy"}  # that go through the slices one after the other
FILLING = {"index_fill_"}  # which torch lets write memory in which elements share a place
OF_POSITIONS = {
    "index_add_",
    "index_copy_",
    "scatter_",
    "scatter_add_",
    "scatter_reduce_",
    "index_reduce_",
}  # not in their own memory


def twin(name, label, f=None, *, aliases=()):
    """Tensor.<name>_: what torch.<name> gives, written into the Tensor; its node is called `label` (a function: of the arguments)."""
    f = f or FUNCTIONS[name]

    own = name + "_"
    careful, taken = name not in QUICK and own not in QUICK, set()

    def inplace(self, /, *args, **kwargs):
        others = (*args, *kwargs.values())
        if careful:
            key = types_in((self, *args), kwargs)
            if key not in taken or too_long(others):
                examine(own, (self, *args), kwargs, taken, key)
        if own not in OF_POSITIONS and done_at_once(self, f, args, kwargs):
            return self
        try:
            shown = label if isinstance(label, str) else label(*args, **kwargs)
            early = own not in IN_SLICES and stands_apart(self, others)
            got = f(as_it_was(self) if early else kept(self, others), *args, **kwargs)
            if early and rewritten_at_once(self, got, shown, (self, *parents_in(others))):
                return self
            if got.owner.dtype(got) != self.owner.dtype(current(self)):
                from .out_rules import check_out

                check_out(name, self.owner.dtype(current(self)), got.owner.dtype(got))
            elif own in IN_SLICES:
                from .overlapping_memory import slices_in_turn

                got = slices_in_turn(IN_SLICES[own], got, current(self), *args, **kwargs)
            elif own not in OF_POSITIONS and lies_with(current(self), others):
                from .kinds import iterates
                from .overlapping_memory import in_turn

                if iterates(name):
                    names, n = [*kwargs], len(args) + 1
                    operands = self, *others
                    got = in_turn(got, current(self), operands, lambda *o: f(*o[:n], **dict(zip(names, o[n:]))))
            if own in OF_POSITIONS:
                if not written_outside(self, [o for o in others if isinstance(o, Tensor)]):
                    self.refuse(())
                check_writable(current(self))
                check_apart(current(self), others, wholly=True)
            return rewrite(self, got, shown, (self, *parents_in(others)), own in FILLING)
        except BaseException as error:
            if type(error) in MISTAKEN and holds_alike(args, kwargs):
                return unusual(inplace, (self, *args), kwargs, error)
            placed = older(own, (self, *args), kwargs, 3) if type(error) is TypeError else None
            if placed is not None:
                return again(inplace, *placed, None)
            error = answer(error, own, (self, *args), kwargs)
            raise error

    inplace.__name__ = own
    inplace.__doc__ = f"{name}, in place."
    publish(inplace, (name + "_", *[n + "_" for n in aliases]), False, True)
