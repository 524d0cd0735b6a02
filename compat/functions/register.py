"""How a torch name is declared once and becomes a function, a method, and its in-place twin.

`@operation(label)` registers f as torch.<name> and as a Tensor method. A torch operation made of several primitives is
shown as one node: the label is torch's name for it, its parents are the float Tensors it was called with, and its
derivative is that of its body. `in_place` and `rewrite` are the only ways a function here writes into a Tensor: what
torch refuses, they refuse before anything is written.
"""

import functools
import inspect
import math
import re
import sys

import numpy as np

from funcgrad.core import state
from funcgrad.core.halves import at_begin
from funcgrad.core.handle import FROZEN, Alias, Handle, root_of
from funcgrad.core.mutation import unrecorded, write
from funcgrad.core.node import extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import internal
from funcgrad.core.trace import PICK, TAPE
from funcgrad.core.tracebacks import drop
from funcgrad.lazy import Late, Table

from .. import dtypes, names_of_classes
from ..deprecations import deprecated
from ..devices import Layout, strided
from ..errors import type_name
from ..formats import base_of, memory_format, offset_in
from ..graph import label as set_label
from ..names import node_name
from ..payload import contiguous_strides, current, strides_of
from ..rewriting import grouped
from ..tensor import Tensor, read_only

FUNCTIONS = Table()  # name -> function, what `torch.` has
METHODS = Table()  # name -> what a Tensor has
NUMPYS = {"x": "input", "a": "input", "x1": "input", "x2": "other"}  # NumPy's names of operands
MISSING = object()  # the default of a parameter that has to be given: the error is torch's, not Python's
SPELLINGS = {"axis": "dim", "keepdims": "keepdim", "x": "input", "x2": "other"}  # NumPy's names, which torch takes too
OWN_NAMES = (
    "norm",
    "unique",
    "unique_consecutive",
    "stft",
    "istft",
    "split",
)  # what torch has in Python does not take those
AROUND = (
    __name__,
    f"{__package__}.kernels",
    f"{__package__}.quick_places",
    "funcgrad.written_out",
    "compat.written_out",
    "compat.intercept",
    "compat.overrides",
)  # what may stand between a registered function and its caller
tls = state.tls


def tensors_in(args):
    """The Tensors among arguments, also those in lists, in order."""
    found = []
    for a in args:
        if isinstance(a, Tensor):
            found.append(a)
        elif type(a) in (list, tuple):
            found += [b for b in a if isinstance(b, Tensor)]
    return found


def parents_in(args):
    """The Tensors among arguments that torch shows as operands of a node: not indices and masks."""
    return [t for t in tensors_in(args) if t.owner.dtype(t).kind in "fc"]


def named(out, name, args):
    """Show the node(s) of a result under torch's name, with the marks the arguments had; returns the result."""
    if isinstance(out, Tensor):
        if out.mark is not None and out.mark.plan is not None:
            operands = parents_in(args)
            for o in operands:
                if o.mark is out.mark:
                    return out
            set_label(out, name, operands)
    elif isinstance(out, (tuple, list)):
        for o in out:
            named(o, name, args)
        made = [o for o in out if isinstance(o, Tensor) and o.mark is not None and o.mark.plan is not None]
        if len({o.mark.ins[0] if o.mark.plan.prim is PICK else o.mark for o in made}) > 1:
            grouped(out, name, tuple([o.mark for o in parents_in(args)]))
    return out


def renamed(out, name):
    """Show the node of a result of one primitive under torch's name; its operands stay as they are."""
    if out.mark is not None and out.mark.plan is not None:
        set_label(out, name, None)
    return out


def released(out, by_backward):
    """A result whose node a backward uses up, or does not, whatever the node keeps: torch's nodes differ from ours here
    where a constant is an operand of ours (which is kept, and freed), and where torch keeps what no rule needs."""
    if out.mark is not None and out.mark.plan is not None:
        extra_of(out.mark).release = by_backward
    return out


def not_a_tensor(name, what, position=1, argument="input", wanted="Tensor"):
    """torch's error for an argument that is no Tensor (or nothing else that is `wanted`)."""
    text = f"{name}(): argument '{argument}' (position {position}) must be {wanted}, not {type_name(what)}"
    if isinstance(what, Handle):
        text += "\n[It is a NumPy value that a transform traces; torch.as_tensor(x) makes a Tensor of it.]"
    return TypeError(text)


def to_places(operands, named, names=("input", "other")):
    """The operands of a function whose parameters are by place only, with those that were given by name, which leave `named`. (So
    torch, not Python, says what is wrong with a call that gives one twice.)"""
    for numpys in named.keys() & NUMPYS.keys():
        if NUMPYS[numpys] in names and NUMPYS[numpys] not in named and operands[names.index(NUMPYS[numpys])] is MISSING:
            named[NUMPYS[numpys]] = named.pop(numpys)
    return [named.pop(n, MISSING) if o is MISSING else o for o, n in zip(operands, names)]


def unusual(f, args, kwargs, error):
    """f's result for an argument that is no Tensor but has a __torch_function__, which is asked; raises the error otherwise."""
    try:
        if any(
            [hasattr(type(a), "__torch_function__") and not isinstance(a, Tensor) for a in (*args, *kwargs.values())]
        ):
            from ..overrides import watch

            watch()
            return f(*args, **kwargs)
        error = answer(error, f.__name__, args, kwargs, 3)
        raise error
    except BaseException as error:
        drop(error)
        raise


def answer(error, own, args, kwargs=None, above=2):
    """What is raised where a call of torch.<own> has failed with an error: torch's TypeError if torch does not take these
    arguments, else the error itself, without frames of ours. `above`: how many frames the caller of that function is above this one."""
    if isinstance(error, Exception):
        from ..calls import told

        frame = sys._getframe(above)
        while frame.f_globals.get("__name__") in AROUND:
            frame = frame.f_back
        refused = told(error, own, args, kwargs or {}, frame)
        if refused is not None:
            refused.__suppress_context__ = True
            return refused
        from .order import earlier

        sooner = earlier(error, own, args, kwargs or {})
        if sooner is not None:
            sooner.__suppress_context__ = True
            error = sooner
        if (
            own[-1] == "_"
            and own != "fill_diagonal_"
            and isinstance(error, (IndexError, RuntimeError))
            and not re.search("grad|inplace", str(error))
        ):
            return leaf_first(error, args)
    return drop(error)


def leaf_first(error, args):
    """That a Tensor may not be written is said, in torch, before its operands are looked at; that it shares memory with one, before
    their shapes are."""
    try:
        operands = [a for a in args[1:] if isinstance(a, Tensor)]
        args[0].refuse(operands)
        if re.search("^The size of tensor|the broadcast shape", str(error)):
            check_apart(current(args[0]), map(current, operands))
    except RuntimeError as refused:
        return drop(refused)
    return drop(error)


def need_options(own, args, kwargs):
    """torch's error for options that are none."""
    if any([type(kwargs[name]) not in (bool, type(None), Layout, memory_format) for name in UNUSED & kwargs.keys()]):
        refused = answer(TypeError(), own, args, kwargs, 3)
        if str(refused):
            raise refused
    if kwargs.get("pin_memory"):
        raise RuntimeError(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available on this system."
        )
    layout = kwargs.get("layout")
    if layout is not None and layout is not strided:
        raise NotImplementedError(
            f"compat has no Tensors of the layout {layout}: Tensors are dense here (leave layout= out)"
        )


UNUSED = {
    "layout",
    "memory_format",
    "pin_memory",
    "requires_grad",
}  # options whose values are asked for nothing but their type


def answering(f, options=False):
    """f, which says of wrong arguments what torch says. (0.1 us a call: an operation that is called for every small Tensor
    asks `answer` where it fails instead.) `options`: it takes some that nothing else looks at."""
    own = f.__name__

    @functools.wraps(f)
    def g(*args, **kwargs):
        try:
            if options and kwargs and not UNUSED.isdisjoint(kwargs):
                need_options(own, args, kwargs)
            return f(*args, **kwargs)
        except BaseException as error:
            error = answer(error, own, args, kwargs)
            raise error

    return g


QUICK = frozenset(  # what a model calls for every small Tensor: wrong arguments are looked at there once something fails
    "view reshape view_as transpose permute t flatten unflatten unsqueeze squeeze expand expand_as contiguous clone detach cat stack "
    "split chunk narrow select softmax log_softmax mm bmm mv dot addmm matmul dropout gather scatter_ index_select masked_fill "
    "masked_fill_ where zero_ fill_ copy_ var std norm cumsum square lerp addcmul addcdiv neg softplus pow any all "
    "amax amin argmax argmin logsumexp clamp to type_as item size repeat outer unbind square_ round".split()
)


NUMBER_FIRST = ("normal",)  # what takes a number out of a Tensor in the first place too
ONE_SEQUENCE = (
    "flip",
    "tile",
    "permute",
    "reshape",
    "broadcast_to",
)  # of whose ints as single arguments only the method is told
BY_OUT = frozenset(
    "sum prod mean nansum cumsum cumprod".split()
)  # what works in the dtype of out=, unless told otherwise


def types_in(args, kwargs):
    """What torch looks at to see whether it takes arguments: their types, and of lists those of the elements."""
    kinds = [frozenset(map(type, a)) if type(a) in (list, tuple) else type(a) for a in args]
    for name, a in kwargs.items():
        kinds += (name, frozenset(map(type, a)) if type(a) in (list, tuple) else type(a))
    return tuple(kinds)


def examine(own, args, kwargs, taken, key):
    """Raise what torch says if it does not take these arguments in a call of torch.<own>; note their types if it does. What it takes
    numbers out of is given back as (args, kwargs) with those numbers."""
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__") in AROUND:
        frame = frame.f_back
    caller = frame.f_globals.get("__name__")
    if internal[caller] and not caller.startswith("numpy."):  # (NumPy's functions call methods as those of an ndarray)
        return None
    if "out" in kwargs:  # (which the function may take where the method, or an alias, does not)
        key = key, frame.f_code, frame.f_lasti
        if key in taken:
            return None
    if len(taken) > 1000:
        taken.clear()
    from ..calls import told

    error = told(TypeError(), own, args, kwargs, frame)
    if error is not None:
        raise error
    behind = args[own not in NUMBER_FIRST :]
    if any([isinstance(a, Tensor) and not a.shape for a in (*behind, *kwargs.values())]):
        from ..calls import with_numbers

        return with_numbers(own, args, kwargs)
    taken.add(key)
    return None


def publish(g, names, function, method):
    """Enter a function under its names, as torch.<name> and as a Tensor method."""
    g.__qualname__ = g.__name__  # (which Python's own errors name)
    said = g if not function or isinstance(g, type) or {"answer", "unusual"} & {*g.__code__.co_names} else answering(g)
    if function:
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


def by_place(f, parameters, args, kwargs):
    """(args, kwargs) with the names that torch's signature has, and f has not, given by place; None if there is none, or no way."""
    f = inspect.unwrap(f)
    unknown = kwargs.keys() - {*parameters}
    if not unknown or f.__code__.co_flags & inspect.CO_VARKEYWORDS:
        return None
    from ..calls import in_python, signatures_of

    for table, first in ((FUNCTIONS, []), (METHODS, ["self"])):
        for name in [n for n, h in dict.items(table) if callable(h) and inspect.unwrap(h) is f]:
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


def operation(label=None, *, name=None, method=True, function=True, aliases=(), numbers=False, once=False, module=""):
    """Register a torch operation; `label` is the name its node shows (None: that of its one primitive). With `numbers`
    the first operand may be a number. `once`: torch rounds its result once (rounding.py). `module`: what torch's own name of it
    begins with.

    The registered function also takes `out=`, and NumPy's `axis` and `keepdims` for `dim` and `keepdim`, as torch's do.
    """

    from .kernels import refusing  # (which waits, as the families do, for the first function that is asked for)

    def register(f):
        own = name or f.__name__
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
            out, given = None, kwargs
            if careful or "out" in kwargs:
                key = tuple(map(type, args))
                if kwargs or key not in taken:
                    if kwargs or list in key or tuple in key:
                        key = types_in(args, kwargs)
                    if key not in taken:
                        plain = examine(own, args, kwargs, taken, key)
                        if plain is not None:
                            args, kwargs = plain
                            given = kwargs
            if kwargs:
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
                    return unusual(g, args, kwargs, not_a_tensor(own, args[0] if args else kwargs[first]))
            try:
                got = f(*args, **kwargs)
            except BaseException as error:
                if kwargs and type(error) is TypeError:
                    placed = by_place(g, parameters, args, kwargs)
                    if placed is not None:
                        return again(g, *placed, out)
                error = answer(error, own, args, given if out is None else {**given, "out": out})
                raise error
            if label is not None:
                named(got, label, (*args, *kwargs.values()) if kwargs else args)
            return got if out is None else store(module + own, out, got, args)

        g.__name__ = own
        if own in ONE_SEQUENCE:
            publish(in_one_sequence(g), (own, *aliases), True, False)
        return publish(g, (own, *aliases), function and own not in ONE_SEQUENCE, method)

    return register


def in_one_sequence(g):
    """The function of a method that takes several ints one by one: they have to stand in one sequence there."""

    @functools.wraps(g)
    def function(*args, **kwargs):
        if len(args) > 2 or len(args) == 2 and type(args[1]) is int:
            error = answer(TypeError("the ints stand in one sequence"), g.__name__, args, kwargs)
            raise error
        return g(*args, **kwargs)

    return function


def alias(of, *names, function=True, method=True):
    """Enter what is registered as `of` under more names."""
    publish(FUNCTIONS.get(of) or METHODS[of], names, function, method)


# ------------------------------------------------------------------------------------------------ writing
def spoken(numpy_dtype):
    """The name of a dtype in torch's errors: Float, Long, Bool."""
    name = dtypes.name_of(numpy_dtype)
    return dtypes.SPOKEN.get(name, name)


def check_castable(own, d):
    """torch's rule for writing a result of dtype d into memory of dtype own: the category may not grow."""
    if dtypes.CATEGORY[d.kind] > dtypes.CATEGORY[own.kind]:
        raise RuntimeError(f"result type {spoken(d)} can't be cast to the desired output type {spoken(own)}")


SHARED = (
    "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the "
    "tensor before performing the operation."
)


def check_writable(t, idx=None, fills=False):
    """Refuse memory in which one number stands for several elements (of what idx selects; unless they all get the same one, by what
    `fills`), or that is read-only."""
    v = t.val
    if type(v) is np.ndarray:
        flags = v.flags
        if not flags.c_contiguous and not fills and 0 in v.strides and overlaps(v if idx is None else v[idx]):
            raise RuntimeError(SHARED)
        if not flags.writeable:
            raise RuntimeError("the Tensor's memory is read-only (it came from a read-only ndarray); clone() it first.")
    elif not fills and idx is None and t.owner is not TAPE:
        from funcgrad.core.layout import layout_of

        layout = layout_of(t)
        if layout is not None and overlaps(layout):
            raise RuntimeError(SHARED)


def same_elements(t, value):
    """Is a value that is written into t what stands there: the same Tensor, or one of the same memory, shape and strides?"""
    v, w = t.val, getattr(value, "val", None)
    if value is t or not (type(v) is type(w) is np.ndarray and v.base is not None is not w.base):
        return value is t
    same = v.shape == w.shape and v.strides == w.strides and v.dtype == w.dtype
    return same and v.__array_interface__["data"][0] == w.__array_interface__["data"][0]


def overlaps(v):
    return v.size > 0 and any([s == 0 and k > 1 for s, k in zip(v.strides, v.shape)])


def check_apart(t, others, wholly=False, idx=None):
    """Refuse operands that share part of their memory with (the part at idx of) the Tensor that is written (`wholly`: or all of it);
    torch looks at dense memory only."""
    v = t.val
    for o in others:
        if isinstance(o, Tensor):
            w = o.val
            if w is v and not wholly and idx is None:
                continue
            if type(w) is type(v) is np.ndarray and (w is v or v.base is not None or w.base is not None):
                if w is v and wholly or partly(v if idx is None else v[idx], w, wholly):
                    raise RuntimeError(
                        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
                        "location. Please clone() the tensor before performing the operation."
                    )


def partly(v, w, wholly):
    """Do two dense arrays share memory without being the same? (`wholly`: or being the same)"""
    if not np.may_share_memory(v, w):
        return False
    start, other = v.__array_interface__["data"][0], w.__array_interface__["data"][0]
    if not (start < other + w.nbytes and other < start + v.nbytes and v.size and w.size):
        return False
    if start == other and v.nbytes == w.nbytes and strides_of(v) == strides_of(w) and not wholly:
        return False
    return is_dense(v) and is_dense(w)


def is_dense(v):
    """Do the elements fill their memory, each in a place of its own?"""
    step = v.itemsize
    for s, n in sorted([(s, n) for s, n in zip(v.strides, v.shape) if n != 1]):
        if s != step:
            return False
        step *= n
    return True


def in_place(t, prim, *args, label=None, operands=None, fills=False, **params):
    """t <- prim(t, *args) in its memory; torch's CopySlices if t is a view. `label` and `operands` rename the node."""
    c = current(t)
    check_writable(c, params.get("idx"), fills)
    if args and isinstance(a := args[0], Tensor) and type(a.val) is type(c.val) is np.ndarray:
        if a.val.base is not None or c.val.base is not None or a.val is c.val:
            check_apart(c, args, False, params.get("idx"))
    if unrecorded(c, prim, args, params):
        return t
    before = root_of(c)[0].mark
    others = args if operands is None else operands[1:]
    marks = tuple([getattr(o, "mark", None) for o in others])
    if prim.into is None and t.owner is TAPE:
        t.refuse(args)
        got = prim(kept(t, args), *args, **params)
        write(t, PRIMITIVES["copy"], got)
        if got.mark is not None and label is None:
            label, operands = node_name(got.mark), (None, *args)
    else:
        write(t, prim, *args, **params)
    return written(t, label, before, marks, operands is not None)


def rewrite(t, result, label=None, operands=(), fills=False):
    """t <- result in its memory, the result being computed from `kept(t)`; for in-place forms of several primitives."""
    c = current(t)
    t.refuse(())
    check_writable(c, None, fills)
    check_apart(c, operands)
    if type(c.val) is np.ndarray is type(result.val) and c.val.shape == result.val.shape:
        if c.val.dtype == result.val.dtype and unrecorded(c, PRIMITIVES["copy"], (result,), {}):
            return t
    if tuple(result.shape) != tuple(t.shape):
        raise RuntimeError(f"output with shape {list(t.shape)} doesn't match the broadcast shape {list(result.shape)}")
    check_castable(t.owner.dtype(t), result.owner.dtype(result))
    before = root_of(c)[0].mark
    marks = tuple([getattr(o, "mark", None) for o in operands[1:]])
    write(t, PRIMITIVES["copy"], result)
    return written(t, label, before, marks, True)


def written(t, label, before, marks, whole):
    """Name the node that a write has left: CopySlices over a view's root, else `label`. `before`: the mark that the
    root had; `marks`: those of the other operands; `whole`: are these all the operands that torch shows?"""
    root, chain = root_of(current(t))
    if root.mark is not None and root.mark is not before and root.mark.plan is not None:
        extra = extra_of(root.mark)
        if chain or label is not None:
            extra.label = "CopySlices" if chain else label
            if chain or whole:
                extra.span = (before, *marks)
            if extra.label == "CopySlices":
                extra.release = True  # torch's holds the operation itself, which one backward uses up
    return t


def kept(t, args=()):
    """t's value as it is now, for a result that will be written into t: a copy if a rule may read it later."""
    c = current(t)
    if c.owner is not TAPE or not tls.grad:
        return c
    if c.mark is None and all(a.mark is None for a in args if isinstance(a, Tensor)):
        return c
    asked = type(c.alias) is Alias and c.mark is not None and c.mark.extra is not None
    return Tensor(c.val.copy(), c.mark.twin() if asked else c.mark, TAPE, FROZEN)


NO_DERIVATIVE = ("gcd", "lcm", "softmax", "log_softmax", "arange", "randint")  # (as out= functions, in torch)
MADE_BY = {
    **dict.fromkeys("hstack vstack dstack row_stack column_stack concat concatenate".split(), "cat"),
    "norm": "linalg_vector_norm",
}


def out_with_gradient(name):
    if name.startswith("bitwise_") or name in NO_DERIVATIVE or name in MADE:
        name = "aten::" + name
    name = MADE_BY.get(name, name)
    return RuntimeError(
        f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad."
    )


MADE = frozenset(
    "bernoulli empty eye full linspace logspace multinomial ones rand randint randn randperm range zeros".split()
)  # (what makes Tensors gives out= its shape without a word)


def store(name, out, got, operands=()):
    """Write a result into the Tensor(s) given as out=, which take its shape; returns them."""
    if isinstance(got, (tuple, list)):
        out = tuple(out)
        if len(out) != len(got):
            raise TypeError(f"expected tuple of {len(got)} elements but got {len(out)}")
        for o, g in zip(out, got, strict=True):
            store(name, o, g)
        return type(got)(out) if type(got) in (tuple, list) else type(got)(*out)
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type_name(out)}")
    if (got.mark is not None or out.requires_grad) and tls.grad:
        from .order import COMPARISONS

        if name not in COMPARISONS:
            raise out_with_gradient(name)
        store(name, out.detach(), got, operands)
        return out
    from .operands import is_dual
    from .results import check_out

    if (got.owner is not TAPE or out.owner is not TAPE) and (is_dual(current(got)) or is_dual(current(out))):
        raise NotImplementedError(
            f"Trying to use forward AD with {name}_out that does not support it because it is an out= function"
        )
    check_out(name, out.owner.dtype(out), got.owner.dtype(got), any([isinstance(o, Tensor) for o in operands[1:]]))
    check_apart(current(out), operands)
    if tuple(out.shape) != tuple(got.shape):
        if out.numel() and name == "arange":
            shape = tuple(got.shape)
            deprecated(
                "arange", list(out.shape), out.numel(), got.numel(), f"({got.numel()},)" if len(shape) == 1 else shape
            )
        elif out.numel() and name not in MADE:
            for _ in range(resizings(name, out, got, operands)):
                deprecated("out", list(out.shape), list(got.shape))
        strides = strides_of(got.val) if type(got.val) is np.ndarray and out.owner is TAPE else None
        resize(out, tuple(got.shape), strides).store.version -= 1  # (that and the write are one change)
    check_writable(current(out))
    write(out, PRIMITIVES["copy"], got)
    return out


def resizings(name, out, got, operands):
    """How often torch gives an out= another shape: a function of single elements computes into memory of its result's dtype first, and has
    looked whether out= may be written."""
    from .operands import rank
    from .order import ALONG, COMPARISONS
    from .results import ROWS

    if name in ROWS or name in ALONG or name.startswith("logical_"):
        return 1
    check_writable(current(out))
    computed = dtypes.result_dtype([rank(x) for x in operands]) if name in COMPARISONS else got.owner.dtype(got)
    return 1 + (out.owner.dtype(out) not in (computed, got.owner.dtype(got)))


def resize(t, shape, strides=None):
    """Give t another shape, in C order if no strides are given, over its memory, of which more is made where it does not suffice."""
    from .shape import over_other_memory, strided

    c = current(t)
    c.refuse(())
    memory = base_of(c.val)
    start = offset_in(c.val, memory)
    size = 0 if 0 in shape else math.prod(shape)  # (strides only change the order of the same slots)
    if start + size > memory.size:
        if c.store is not None and not c.store.resizable:
            raise RuntimeError("Trying to resize storage that is not resizable")
        larger = np.zeros(start + size, memory.dtype)
        larger[: memory.size] = memory
        memory = larger
    over_other_memory(c, strided(memory, shape, strides or contiguous_strides(shape), start))
    c.versioned().version += 1
    return t


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

    def inplace(self, *args, **kwargs):
        others = (*args, *kwargs.values())
        if careful:
            key = types_in((self, *args), kwargs)
            if key not in taken:
                examine(own, (self, *args), kwargs, taken, key)
        try:
            shown = label if isinstance(label, str) else label(*args, **kwargs)
            got = f(kept(self, others), *args, **kwargs)
            if got.owner.dtype(got) != self.owner.dtype(current(self)):
                from .results import check_out

                check_out(name, self.owner.dtype(current(self)), got.owner.dtype(got))
            if own in OF_POSITIONS:
                self.refuse(())
                check_writable(current(self))
                check_apart(current(self), others, wholly=True)
            return rewrite(self, got, shown, (self, *parents_in(others)), own in FILLING)
        except BaseException as error:
            error = answer(error, own, (self, *args), kwargs)
            raise error

    inplace.__name__ = own
    inplace.__doc__ = f"{name}, in place."
    publish(inplace, (name + "_", *[n + "_" for n in aliases]), False, True)
