"""How a call that has failed was written: the function by its name in the program, its arguments by position and by name; and what torch
says of it."""

import dis
import inspect
import types

from funcgrad.core.site import internal

from ._calls import in_python, misused, refusal, signatures_of
from ._intercept import in_use
from .functions.call_errors import MISSING
from .tensor import Tensor

LOADS_NAME = "LOAD_NAME LOAD_GLOBAL LOAD_FAST LOAD_FAST_BORROW LOAD_FAST_CHECK LOAD_DEREF LOAD_CLASSDEREF".split()
LOADS_ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD")
PREFIXES = {"linalg": "linalg_", "fft": "fft_", "special": "special_"}  # torch's own names of what these modules have
OF_MODULES = tuple(PREFIXES.values())
NATIVE = frozenset(  # what torch.nn.functional has that is not written in Python
    "adaptive_avg_pool1d avg_pool1d avg_pool2d avg_pool3d bilinear celu_ channel_shuffle conv1d conv2d conv3d conv_tbc "
    "conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity elu_ gelu hardshrink hardtanh_ leaky_relu_ linear logsigmoid "
    "native_channel_shuffle one_hot pairwise_distance pdist pixel_shuffle pixel_unshuffle prelu relu_ rrelu_ "
    "scaled_dot_product_attention selu_ softplus softshrink threshold_".split()
)


SPREAD = dis.opmap["CALL_FUNCTION_EX"]  # f(*args), f(**named)


def code_at(frame):
    """The instruction that a frame is at."""
    return frame.f_code.co_code[frame.f_lasti]


ONE_SEQUENCE = "the ints stand in one sequence"  # (that of what is no method: functions/register.py)
RENAMED = "renamed"  # in the place of the module: the function is called by a name that is not its own


def called_as(frame, own):
    """(the name of a function as the running line of a frame calls it, whether as a method, the names it gives to its last
    arguments, the module it names), read off the code; `own` where that cannot be seen."""
    code, bare = frame.f_code, next((own.removeprefix(p) for p in OF_MODULES if own.startswith(p)), own)
    spans = list(code.co_positions())
    *before, call = [i for i in dis.get_instructions(code) if i.offset <= frame.f_lasti]
    line, _, column, _ = spans[call.offset // 2]
    parts, named = [], ()
    for i in before:
        if i.opname in ("KW_NAMES", "CALL"):  # (up to Python 3.12)
            named = code.co_consts[i.arg] if i.opname == "KW_NAMES" else ()
        start = spans[i.offset // 2]  # what is loaded from where the call begins: its function
        if (start[0], start[2]) == (line, column) and i.opname not in ("PUSH_NULL", "PRECALL", "NOP", "EXTENDED_ARG"):
            parts.append(i)
    if call.opname == "CALL_KW":  # (from Python 3.13 on)
        named = before[-1].argval
    last = next((k for k in range(len(parts) - 1, -1, -1) if parts[k].opname in LOADS_ATTRIBUTE), None)
    if last is None or line is None or column is None:
        held = held_by(frame, parts[:1])
        if isinstance(held, types.MethodDescriptorType) or isinstance(getattr(held, "__self__", None), Tensor):
            return own, True, named, "Tensor"
        renamed = any([i.opname.startswith("LOAD_") and i.argval != bare for i in parts])
        return own, own[-1] == "_" and bool(internal[frame.f_globals.get("__name__")]), named, RENAMED * renamed
    name = parts[last].argval
    holder = held_by(frame, parts[:last])
    if isinstance(holder, type) and issubclass(holder, Tensor):
        return name, True, named, "Tensor"
    if not isinstance(holder, types.ModuleType):
        return name, True, named, ""
    above, _, module = holder.__name__.rpartition(".")
    module = (
        "" if module == "functional" and not above.endswith("nn") else module
    )  # (torch.functional has what torch has)
    return PREFIXES.get(module, "") + name, False, named, module


def held_by(frame, loads):
    """What a chain of loads of modules' attributes ends at, or None if there is something else in it."""
    if not loads or loads[0].opname not in LOADS_NAME or any(i.opname not in LOADS_ATTRIBUTE for i in loads[1:]):
        return None
    name = loads[0].argval
    held = next((space[name] for space in (frame.f_locals, frame.f_globals) if name in space), None)
    for i in loads[1:]:
        held = getattr(held, i.argval, None) if isinstance(held, types.ModuleType) else None
    return held


def told(error, own, args, kwargs, frame):
    """What torch says, in the place of an error, of a call of `own` by the code of a frame; None if torch would take the arguments,
    and of a call of our own also if the error is none of types."""
    if internal[frame.f_globals.get("__name__")] and type(error) not in (TypeError, AttributeError, ValueError):
        return None
    args = [a for a in args if a is not MISSING]
    if str(frame.f_globals.get("__name__")).startswith("numpy."):  # (whose functions look for methods by name)
        name, method, named, module = own, True, (), ""
        if "axis" in kwargs and "out" not in kwargs:  # (which they always give, and ours leave off)
            kwargs = {**kwargs, "out": None}
    else:
        name, method, named, module = called_as(frame, own)
        if method and own.startswith(OF_MODULES) and own != getattr(vars(Tensor).get(name), "torchs", ""):
            # (a function that a class or an object keeps, no method)
            name, method = own, False
    if signatures_of(name, method) is None and in_python(name, method) is None:
        name, method, named = own, signatures_of(own, False) is None and in_python(own, False) is None, ()
    bound = bool(args) and isinstance(args[0], Tensor)
    method = method and (bound or module == "Tensor" and in_python(name, True) is not None)
    if (
        module == RENAMED
        and in_use("function")  # (`func` of a __torch_function__: a method too is called so)
        and bound
        and not method
        and signatures_of(own, True) is not None
        and str(error) != ONE_SEQUENCE
        and refusal(own, True, tuple(args[1:]), kwargs) is None
    ):
        return None
    asked = None if module == "functional" else in_python(name, method)
    if asked is not None:
        by_place = inspect.signature(asked).parameters
    else:
        shown = [s for s in signatures_of(name, method) or () if not s.hidden]
        by_place = {p.name for s in shown for p in s.parameters[: s.positional]}
    if "out" in named and "out" not in kwargs:  # (None, which ours leave off)
        kwargs = {**kwargs, "out": None}
    order = named
    if "alpha" in named and "alpha" not in kwargs and name.rstrip("_") in ("add", "sub", "subtract"):
        kwargs = {**kwargs, "alpha": 1}  # (which ours leave off)
    named = [n for n in named if n not in kwargs and n in by_place]  # (which a function of ours has taken by position)
    if named and len(named) <= len(args) - method:
        kwargs = dict(zip(named, args[-len(named) :])) | kwargs
        args = args[: -len(named)]
    kwargs = {n: kwargs[n] for n in order if n in kwargs} | kwargs  # (in the order of the call)
    if asked is not None:
        return misused(asked, args, kwargs)
    refused = refusal(name, method, tuple(args[method:]), kwargs)
    if (
        method and str(refused).startswith("TensorBase.") and code_at(frame) == SPREAD
    ):  # (of a method that is bound first)
        return TypeError(str(refused).replace("TensorBase", type(args[0]).__name__, 1))
    if refused is not None and module == "functional" and name not in NATIVE and " must be " not in str(refused):
        return None  # (Python binds the arguments there)
    return refused
