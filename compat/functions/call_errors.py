"""What a call gets whose arguments torch does not take: torch's own TypeError, or its refusal to write, without frames of ours."""

import functools
import inspect
import re
import sys

import numpy as np

from funcgrad.core.handle import Handle
from funcgrad.core.site import internal
from funcgrad.core.state import tls
from funcgrad.core.tracebacks import drop

from ..devices import Layout, strided
from ..dtypes import LONG
from ..errors import type_name
from ..formats import memory_format
from ..payload import current
from ..tensor import Tensor
from .writing import check_apart, check_writable

NUMPYS = {"x": "input", "a": "input", "x1": "input", "x2": "other"}  # NumPy's names of operands


MISTAKEN = (AttributeError, TypeError)  # what is raised where something is taken for a Tensor that is none
MISSING = object()  # the default of a parameter that has to be given: the error is torch's, not Python's


STUBS = "<intercepted>"  # the file that the code of a stub is of (compat/_intercept.py)
AROUND = (
    __name__,
    f"{__package__}.register",
    f"{__package__}.kernels",
    f"{__package__}.storage_dtypes",
    f"{__package__}.quick_creation",
    f"{__package__}.quick_places",
    f"{__package__}.quick_roads",
    "funcgrad.written_out",
    "compat.written_out",
    "compat._intercept",
    "compat.overrides",
    "compat._class_attributes",
    "compat.autograd.saved",
    "compat.sparse.meeting",
)  # what may stand between a registered function and its caller


def outside(frame):
    """The frame of the caller, from this one outwards: neither of what stands around a registered function nor of a stub that intercepts it."""
    while frame.f_code.co_filename == STUBS or frame.f_globals.get("__name__") in AROUND:
        frame = frame.f_back
    return frame


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


def is_alike(x):
    """Is this no Tensor, but of a class that says what torch's functions make of it?"""
    return hasattr(type(x), "__torch_function__") and not isinstance(x, Tensor)


def holds_alike(args, kwargs):
    """Is there such an argument, or such an element of a sequence?"""
    for a in (*args, *kwargs.values()):
        if any(map(is_alike, a)) if type(a) in (list, tuple) else is_alike(a):
            return True
    return False


def unusual(f, args, kwargs, error):
    """f's result for an argument that is no Tensor but has a __torch_function__, which is asked; raises the error otherwise."""
    try:
        if holds_alike(args, kwargs):
            from ..overrides import Watched, watch

            if Watched.done:  # (nothing intercepts this call)
                raise error
            watch()
            return f(*args, **kwargs)
        placed = older(f.__name__, args, kwargs, 4)
        if placed is not None:
            return f(*placed[0], **placed[1])
        error = answer(error, f.__name__, args, kwargs, 3)
        raise error
    except BaseException as error:
        drop(error)
        raise


OLDER = frozenset(
    "add addbmm addcdiv addcmul addmm addmv addr baddbmm sub".split()
)  # what older signatures are taken of


def older(own, args, kwargs, above):
    """(args, kwargs) of today's call for one by a signature of former times; None for any other."""
    if own.rstrip("_") not in OLDER:
        return None
    from .older_calls import modern

    return modern(own, args, kwargs, above)


def answer(error, own, args, kwargs=None, above=2, torchs=None):
    """What is raised where a call of torch.<own> has failed with an error: torch's TypeError if torch does not take these
    arguments, else the error itself, without frames of ours. `above`: how many frames the caller of that function is above this one.
    `torchs`: torch's own name of it, where that begins with the module's (linalg_svd)."""
    if isinstance(error, Exception):
        if tls.packing is not None and isinstance(error, RuntimeError):
            tls.packing.failed(own, args)
        from .._how_called import told

        frame = sys._getframe(above)
        frame = outside(frame)
        refused = told(error, torchs or own, args, kwargs or {}, frame)
        if refused is not None:
            refused.__suppress_context__ = True
            return refused
        from .error_order import earlier

        if not args and isinstance(kwargs and kwargs.get("input"), Tensor):
            args = (kwargs["input"],)
        sooner = earlier(error, own, args, kwargs or {})
        if sooner is not None:
            sooner.__suppress_context__ = True
            error = sooner
        if (
            own[-1] == "_"
            and own not in ("fill_diagonal_", "set_")
            and isinstance(error, (IndexError, RuntimeError))
            and not re.search("grad|inplace", str(error))
        ):
            return leaf_first(error, args)
    return drop(error)


def leaf_first(error, args):
    """That a Tensor may not be written is said, in torch, before its operands are looked at; that it shares memory with one, or with itself,
    before their shapes and dtypes are."""
    try:
        operands = [a for a in args[1:] if isinstance(a, Tensor)]
        args[0].refuse(operands)
        if re.search("^The size of tensor|the broadcast shape|^result type .* can't be cast", str(error)):
            check_writable(current(args[0]))
            check_apart(current(args[0]), map(current, operands))
    except RuntimeError as refused:
        return drop(refused)
    return drop(error)


def need_options(own, args, kwargs):
    """torch's error for options that are none."""
    layout = kwargs.get("layout")
    unusual = kwargs.get("pin_memory") or layout is not None and layout is not strided
    if unusual or any(
        [type(kwargs[name]) not in (bool, type(None), Layout, memory_format) for name in UNUSED & kwargs.keys()]
    ):
        refused = answer(TypeError(), own, args, kwargs, 3)
        if str(refused):
            raise refused
    if kwargs.get("pin_memory"):
        raise RuntimeError(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available on this system."
        )
    if layout is not None and layout is not strided:
        raise NotImplementedError(
            f"compat has no Tensors of the layout {layout}: of the sparse layouts it has torch.sparse_coo alone, which to_sparse() gives (leave layout= out)"
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
    options = UNUSED.intersection(inspect.unwrap(f).__code__.co_varnames) if options else frozenset()

    @functools.wraps(f)
    def g(*args, **kwargs):
        try:
            if kwargs and not options.isdisjoint(kwargs):
                need_options(own, args, kwargs)
            return f(*args, **kwargs)
        except BaseException as error:
            if type(error) in MISTAKEN and holds_alike(args, kwargs):
                return unusual(g, args, kwargs, error)
            placed = older(own, args, kwargs, 3) if type(error) is TypeError else None
            if type(error) in (TypeError, ValueError):
                placed = placed or counted(own, args, kwargs)
            if placed is not None:
                return f(*placed[0], **placed[1])
            error = answer(error, own, args, kwargs)
            raise error

    return g


def binding(f):
    """f, of which Python's own error of arguments (one twice, one too many) is torch's too."""

    @functools.wraps(f)
    def g(*args, **kwargs):
        try:
            return f(*args, **kwargs)
        except TypeError as error:
            if error.__traceback__.tb_next is not None:
                raise
            error = answer(error, f.__name__, args, kwargs)
            raise error

    return g


NUMBER_FIRST = ("normal",)  # what takes a number out of a Tensor in the first place too


def types_in(args, kwargs):
    """What torch looks at to see whether it takes arguments: their types, and of lists those of the elements."""
    kinds = [frozenset(map(type, a)) if type(a) in (list, tuple) else type(a) for a in args]
    for name, a in kwargs.items():
        kinds += (name, frozenset(map(type, a)) if type(a) in (list, tuple) else type(a))
    return tuple(kinds)


def too_long(args):
    """Is one of them an int of more than 64 bits, of which its type does not tell?"""
    for a in args:
        if type(a) is int and not LONG[0] <= a <= LONG[1]:
            return True
    return False


ORDINARY = frozenset((int, float, bool, str, tuple, list, type(None), complex))


def stands_for_number(a):
    """Is this (or an element of a list) no number of Python's, and yet taken for one: a Tensor of one element, what has an __index__?"""
    cls = type(a)
    if cls is tuple or cls is list:
        return any([type(n) not in ORDINARY and not isinstance(n, Tensor) and stands_for_number(n) for n in a])
    if isinstance(a, Tensor):
        return a.numel() == 1
    return cls not in ORDINARY and hasattr(cls, "__index__")


AS_IT_IS = "as it is"  # beside what is remembered of arguments of which none stands for a number


def number_in(a):
    """What decides whether torch takes `a` for a number, beside its type."""
    return (a.dtype, a.requires_grad, type(a.val) is np.ndarray) if isinstance(a, Tensor) and a.numel() == 1 else None


def counted(own, args, kwargs):
    """(args, kwargs) of a call that has failed with numbers in the place of what torch takes for some; None if there is nothing such."""
    if not any(map(stands_for_number, (*args, *kwargs.values()))):
        return None
    from .._calls import in_python, with_numbers

    return None if in_python(own, True) or in_python(own, False) else with_numbers(own, args, kwargs)


def examine(own, args, kwargs, taken, key):
    """Raise what torch says if it does not take these arguments in a call of torch.<own>; note their types if it does. What it takes
    numbers out of is given back as (args, kwargs) with those numbers."""
    frame = sys._getframe(2)
    frame = outside(frame)
    caller = frame.f_globals.get("__name__")
    if internal[caller] and not caller.startswith("numpy."):  # (NumPy's functions call methods as those of an ndarray)
        return None
    if "out" in kwargs:  # (which the function may take where the method, or an alias, does not)
        key = key, frame.f_code, frame.f_lasti
        if key in taken:
            return None
    given = (*args[own not in NUMBER_FIRST :], *kwargs.values())
    number = any(map(stands_for_number, given))
    if number:  # (whether it is taken for one depends on more than its type)
        key = key, tuple(map(number_in, given))
        if (key, AS_IT_IS) in taken:
            return None
    if not number or key not in taken:
        if len(taken) > 1000:
            taken.clear()
        from .._how_called import told

        error = told(TypeError(), own, args, kwargs, frame)
        if error is not None:
            raise error
        taken.add(key)
    if not number:
        return None
    from .._calls import with_numbers

    plain = with_numbers(own, args, kwargs)
    if plain is None:
        taken.add((key, AS_IT_IS))
    return plain


OUTS = set()  # calls with out= that are known to be those of a function


def need_function(own, args, out, named=None, above=2):
    """Raise torch's error for out= in a call of a method, which takes none: called, where it is given, by what is both. `above`:
    how many frames the caller of that is above this one."""
    frame = sys._getframe(above)
    frame = outside(frame)
    key = own, type(out), frame.f_code, frame.f_lasti
    if key in OUTS or internal[frame.f_globals.get("__name__")]:
        return
    from .._how_called import called_as, told

    if (
        called_as(frame, own)[1]
        and (error := told(TypeError(), own, args, {**(named or {}), "out": out}, frame)) is not None
    ):
        raise error
    if len(OUTS) > 1000:
        OUTS.clear()
    OUTS.add(key)
