"""torch.overrides: what `__torch_function__` of subclasses of Tensor, of classes like it, and of modes sees and decides.

Invariant: programs that define none of them pay nothing: the first one has every public function intercepted
(compat/_intercept.py), and from then on a call with such arguments, or inside a mode, goes to them first.
"""

import functools
import operator
import sys
import threading
from types import FunctionType, MethodType

import numpy as np

from funcgrad.core.site import internal, warn

from ._aliases import OPERATORS, attribute, public, separate, symbols
from ._intercept import Users, signature_of
from .devices import Device
from .dtypes import dtype
from .functions.missing import refusal as _refusal
from .functions.random import Generator
from .functions.register import FUNCTIONS, METHODS
from .graph import label
from .native import Seeing
from .nn.parameter import Parameter
from .payload import current
from .size import Size
from .tensor import Tensor, disabled

__getattr__ = _refusal(__name__)
__all__ = [
    "TorchFunctionMode", "get_default_nowrap_functions", "get_ignored_functions", "get_overridable_functions", "get_testing_overrides", "handle_torch_function", "has_torch_function",
    "has_torch_function_unary", "has_torch_function_variadic", "is_tensor_like", "is_tensor_method_or_property", "resolve_name",
    "wrap_torch_function",
]  # fmt: skip
OWN = ("detach", "requires_grad_", "numpy", "tolist", "item", "backward")  # methods that no family of functions makes
UNASKED = {  # whose arguments' classes do not matter, nor do modes
    "is_tensor", "is_storage", "typename", "as_subclass", "_make_subclass", "manual_seed", "seed", "initial_seed", "get_rng_state",
    "set_rng_state", "set_default_tensor_type", "finfo", "iinfo", "broadcast_shapes", "from_dlpack",
}  # fmt: skip
UNASKED_OF_NN = {"upsample", "upsample_bilinear", "upsample_nearest", "tanh", "sigmoid"}  # which call what is asked
MAKERS = {
    "tensor",
    "as_tensor",
    "asarray",
    "scalar_tensor",
    "from_numpy",
    "frombuffer",
}  # whose arguments' classes do not matter
IGNORED = {  # what torch says never to ask the classes of arguments
    "Tensor": (
        "__class__ __delattr__ __delitem__ __dir__ __getattribute__ __hash__ __init__ __init_subclass__ __iter__ __new__ "
        "__setattr__ __subclasshook__ __torch_function__ _make_subclass _make_wrapper_subclass _typed_storage as_subclass eig "
        "lstsq new new_empty new_empty_strided new_full new_ones new_tensor new_zeros reinforce solve stride symeig "
        "to_padded_tensor to_sparse_bsc to_sparse_bsr to_sparse_coo to_sparse_csc to_sparse_csr unflatten"
    ),
    "nn.functional": ("hardsigmoid hardswish sigmoid tanh upsample upsample_bilinear upsample_nearest"),
    "fft": ("fftfreq rfftfreq"),
    "nn.init": (
        "calculate_gain constant dirac eye kaiming_normal kaiming_uniform normal orthogonal sparse uniform xavier_normal "
        "xavier_uniform"
    ),
    "": (
        "arange are_deterministic_algorithms_enabled as_strided as_tensor asarray autocast_decrement_nesting "
        "autocast_increment_nesting bartlett_window blackman_window broadcast_shapes can_cast clear_autocast_cache compile "
        "cond default_generator device dtype empty empty_permuted empty_strided enable_grad eye fill finfo from_file "
        "from_numpy frombuffer full get_autocast_cpu_dtype get_autocast_dtype get_autocast_gpu_dtype get_default_device "
        "get_default_dtype get_deterministic_debug_mode get_device_module get_float32_matmul_precision "
        "get_num_interop_threads get_num_threads get_rng_state hamming_window hann_window iinfo inference_mode initial_seed "
        "is_anomaly_check_nan_enabled is_anomaly_enabled is_autocast_cache_enabled is_autocast_cpu_enabled "
        "is_autocast_enabled is_deterministic_algorithms_warn_only_enabled is_grad_enabled is_inference_mode_enabled "
        "is_storage is_tensor is_warn_always_enabled kaiser_window layout linspace load logspace manual_seed memory_format "
        "no_grad normal ones promote_types qscheme rand rand_like randint randint_like randn randn_like randperm range "
        "result_type save scalar_tensor seed set_anomaly_enabled set_autocast_cache_enabled set_autocast_cpu_dtype "
        "set_autocast_cpu_enabled set_autocast_dtype set_autocast_enabled set_autocast_gpu_dtype set_default_device "
        "set_default_tensor_type set_deterministic_debug_mode set_float32_matmul_precision set_flush_denormal "
        "set_grad_enabled set_num_interop_threads set_num_threads set_printoptions set_rng_state set_warn_always "
        "sparse_coo_tensor sparse_csr_tensor tensor tril_indices triu_indices typename use_deterministic_algorithms vander "
        "vmap zeros"
    ),
}
OF_NN = (  # of torch.nn.functional: what stands in another module of torch's C than the rest
    "avg_pool2d avg_pool3d elu_ gelu hardtanh_ leaky_relu_ linear one_hot scaled_dot_product_attention softplus softshrink"
)
IN_PYTHON = (  # of Tensors
    "__array__ __array_wrap__ __contains__ __deepcopy__ __dlpack__ __dlpack_device__ __floordiv__ __format__ __ipow__ "
    "__len__ __pow__ __rdiv__ __reduce_ex__ __repr__ __reversed__ __rfloordiv__ __rlshift__ __rmatmul__ __rmod__ __rpow__ "
    "__rrshift__ __rsub__ __rtruediv__ backward dim_order index is_shared istft lu module_load norm register_hook "
    "register_post_accumulate_grad_hook reinforce resize resize_as share_memory_ split stft storage storage_type "
    "to_sparse_coo unflatten unique unique_consecutive"
)


class State(threading.local):
    """Of this thread: the modes that are on, the last innermost; is no subclass asked?"""

    def __init__(self):
        self.modes = []
        self.off = False


state = State()


# ------------------------------------------------------------------------------------------------ who is asked
def asked(cls):
    """Has a class a __torch_function__ that is to be called?"""
    if cls is Tensor or state.off and issubclass(cls, Tensor):
        return False
    f = getattr(cls, "__torch_function__", None)
    return f is not None and f is not disabled


def _get_overloaded_args(args, get_type_fn=type, *, plain=False):
    """The arguments with a __torch_function__ (with `plain` ordinary Tensors, too), one of each type, subclasses before what they come from."""
    found = []
    for a in args:
        for x in a if type(a) in (list, tuple) else (a,):
            cls = get_type_fn(x)
            if (not plain if cls is Tensor else not asked(cls)) or any([get_type_fn(o) is cls for o in found]):
                continue
            at = next((i for i, o in enumerate(found) if issubclass(cls, get_type_fn(o))), len(found))
            found.insert(at, x)
    return found


def has_torch_function(relevant_args):
    """Is there a __torch_function__ among these arguments, or a mode?"""
    return bool(state.modes) or bool(_get_overloaded_args(relevant_args))


def has_torch_function_unary(arg):
    """has_torch_function((arg,))."""
    return has_torch_function((arg,))


def has_torch_function_variadic(*args):
    """has_torch_function(args)."""
    return has_torch_function(args)


def is_tensor_like(inp):
    """Is this a Tensor, or has its type a __torch_function__?"""
    return type(inp) is Tensor or hasattr(inp, "__torch_function__")


def handle_torch_function(public_api, relevant_args, *args, **kwargs):
    """What the __torch_function__ of the arguments (or the innermost mode) makes of public_api(*args, **kwargs).

    TypeError if each of them returns NotImplemented.
    """
    got = handled(public_api, relevant_args, args, kwargs)
    if got is NotImplemented:
        name = resolve_name(public_api) or f"{public_api.__module__}.{public_api.__name__}"
        types = list(map(type, _get_overloaded_args(relevant_args)))
        if not in_c(public_api):
            raise TypeError(f"no implementation found for '{name}' on types that implement __torch_function__: {types}")
        raise TypeError(
            f"Multiple dispatch failed for '{name.replace('.nn.functional.', '.nn.')}'; all __torch_function__ handlers returned "
            "NotImplemented:\n\n"
            + "".join([f"  - tensor subclass {t}\n" for t in types])
            + "\nFor more information, try re-running with TORCH_LOGS=not_implemented"
        )
    return got


@functools.cache
def in_c(f):
    """Has torch this function, method or attribute in C? (Its __torch_function__ is given None where there are no keyword arguments.)"""
    from ._how_called import NATIVE

    name = resolve_name(f) or ""
    last = name.rpartition(".")[2]
    space = name.rpartition(".")[0]
    if space == "torch.nn.functional":
        return last in NATIVE
    if space in ("torch.functional", "torch"):
        return last == "istft" or space == "torch" and last != "lobpcg"
    return bool(name) and (space != "torch.Tensor" or last not in IN_PYTHON.split())


COMPLETED = set(
    "backward cdist lobpcg lu norm pca_lowrank split stft svd_lowrank tensordot unique unique_consecutive unravel_index".split()
)
NEEDED = {
    "unravel_index": 1,
    "multi_head_attention_forward": 13,
}  # whose first so many arguments are handed on by place


@functools.cache
def handed_on(f):
    """What torch's function in Python hands on: the names of its first parameters, and the others with their defaults; None if f is none."""
    from ._calls import in_python

    name = resolve_name(f) or ""
    last = name.rpartition(".")[2]
    of_nn = name.startswith("torch.nn.functional.")
    if in_c(f) or name and not of_nn and last not in COMPLETED:
        return None
    own = None if of_nn else in_python(last, name.startswith("torch.Tensor."))
    taken = signature_of(own or f)
    if any([p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in taken.parameters.values()]):
        return None
    needed = NEEDED.get(last, sum([p.default is p.empty for p in taken.parameters.values()]))
    return (
        taken,
        list(taken.parameters)[:needed],
        [k for k in taken.parameters if (last, k) != ("l1_loss", "weight") and k != "grad_variables"][needed:],
    )


def completed(f, args, kwargs):
    """The arguments as torch's function in Python hands them on: what it needs by place, all else by name, defaults too."""
    known = handed_on(f)
    if known is None:
        while f.__name__ == "einsum" and len(args) == 2 and isinstance(args[1], (list, tuple)):
            args = (args[0], *args[1])  # (torch takes the operands out of a list before it asks them)
        return args, kwargs
    taken, needed, others = known
    bound = taken.bind(*args, **kwargs)
    bound.apply_defaults()
    given = bound.arguments
    return tuple([given[name] for name in needed]), {name: given[name] for name in others}


def handled(public_api, relevant_args, args, kwargs):
    """handle_torch_function, with NotImplemented if everybody returns that."""
    of_c = in_c(public_api)
    found = _get_overloaded_args(relevant_args, plain=not of_c)
    types = tuple(map(type, found))
    kwargs = kwargs or (None if of_c else kwargs)
    if state.modes:
        mode = state.modes.pop()
        try:
            got = mode.__torch_function__(public_api, types, args, kwargs)
        finally:
            state.modes.append(mode)
        if got is not NotImplemented:
            return got
    for x in found:
        ask = x.__torch_function__
        if getattr(ask, "__self__", None) is x:
            warn(
                "Defining your `__torch_function__` as a plain method is deprecated and will be an error in future, please define it as a "
                "classmethod."
            )
        got = ask(public_api, types, args, kwargs)
        if got is not NotImplemented:
            return got
    return NotImplemented


def dispatching(inner, f):
    """The layer around a public function."""
    given = public(f)
    asks = f.__name__ not in MAKERS
    direct = f in symbols or getattr(given, "__name__", "") == "__get__"

    def call(*args, **kwargs):
        if state.modes or asks and (_get_overloaded_args(args) or kwargs and _get_overloaded_args(kwargs.values())):
            relevant = (*args, *kwargs.values())
            if direct:
                return handled(given, relevant, args, kwargs)
            try:
                args, kwargs = completed(given, args, kwargs)
            except TypeError:  # (arguments that do not fit, which the function says)
                return inner(*args, **kwargs)
            return handle_torch_function(given, relevant, *args, **kwargs)
        return inner(*args, **kwargs)

    return call


# The types of arguments that ask nobody. It is empty while any mode is on, in whatever thread, so that every call is looked at.
PLAIN = set()
KNOWN = {Tensor, int, float, bool, complex, str, type(None), slice, type(...), Size, dtype, Device, Generator}
KNOWN |= {Parameter, np.ndarray, np.float64, np.float32, np.int64}
dispatching.plain = PLAIN.issuperset


def getters():
    """What gives the attributes of a Tensor that are views of it."""
    return [p.fget for p in views()]


def views():
    return [Tensor.data, *[METHODS[name] for name in ("T", "mT", "H", "mH", "real", "imag")]]


def public_functions():
    """Every function of torch, of a Tensor, and of the modules of functions; this loads them all."""
    from . import fft, linalg, special
    from .autograd import backward, grad
    from .nn import functional

    tables = [f for table in (FUNCTIONS, METHODS) for name, f in table.items() if name not in UNASKED]
    found = [*tables, *[vars(Tensor)[name] for name in OWN], *getters(), grad, backward]
    for module in (fft, linalg, special):
        found += [getattr(module, name) for name in module.__all__]
    of_nn = {name for names in functional._FAMILIES.values() for name in names.split()}
    found += [getattr(functional, name) for name in of_nn - UNASKED_OF_NN]
    return found + list(of_layers().values())


@functools.cache
def of_layers():
    """{name: function} of what `torch.` itself has of layers."""
    top, own = sys.modules[__package__], f"{__package__}.nn.functional"
    return {n: getattr(top, n) for n, home in top.__getattr__.homes.items() if home.startswith(own)}


def layers():
    name_operators()
    return [(dispatching, public_functions())]


USERS = Users("function", layers)


class Watched:
    """Is every public function intercepted for good?"""

    done = False


def watch():
    """Have every public function intercepted, from now on."""
    if not Watched.done:
        Watched.done = True
        if not Seeing.modes:
            PLAIN.update(KNOWN)
        USERS.enter()


def defines_alike(source):
    """Is there a class in this source that has a __torch_function__, and no base by whose name it is a Tensor or a mode?"""
    import ast

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and not any(
            [ast.unparse(b).endswith(("Tensor", "Parameter", "Mode")) for b in node.bases]
        ):
            if any([getattr(n, "name", None) == "__torch_function__" for n in node.body]):
                return True
    return False


def unwatch():
    """Undo `watch`: for tests. (Tensor keeps its __new__: Python does not take one back.)"""
    if Watched.done:
        Watched.done = False
        USERS.leave()


@functools.cache
def name_operators():
    """Let functions be known by the names they go under."""
    from ._subclasses import ASKED

    separate()
    for name, f in METHODS.items():
        if name.startswith("__") and type(f) is FunctionType and name not in ("__nonzero__", "__long__"):
            f.__name__ = "__rdiv__" if name == "__rtruediv__" else OPERATORS.get(name, name)
            f.__qualname__ = f"Tensor.{f.__name__}"
    for name in reversed(ASKED.split()):
        vars(Tensor)[name].__name__ = name


# ------------------------------------------------------------------------------------------------ subclasses of Tensor
class Off:
    """A block in which no subclass of Tensor is asked."""

    def __enter__(self):
        self.before, state.off = state.off, True

    def __exit__(self, *error):
        state.off = self.before


def converted(got, cls, args):
    """A result with the Tensors in it made those of a subclass."""
    if isinstance(got, Tensor):
        if isinstance(got, cls) or not issubclass(cls, Tensor):
            return got
        if type(got) is Tensor and got.mark is None and not any([got is a for a in args]):
            got.__class__ = cls  # (of what has a graph torch's result is a view, with a node of its own)
            return got
        return shared_with(got, cls)
    if isinstance(got, (tuple, list)) and type(got) is not Size:
        new = [converted(g, cls, args) for g in got]
        return type(got)(new) if type(got) in (tuple, list) else type(got)(*new)
    return got


def torch_function(cls, func, types, args, kwargs):
    """func(*args, **kwargs) on the Tensors as they are, its results made Tensors of this class."""
    if not all([issubclass(cls, t) for t in types]):
        return NotImplemented
    with Off():
        got = func(*args, **(kwargs or {}))
    return got if func in get_default_nowrap_functions() else converted(got, cls, args)


@functools.cache
def get_default_nowrap_functions():
    """The attributes of a Tensor that are Tensors of their own, and stay of their class."""
    name_operators()
    return {attribute(name).__get__ for name in ("_base", "grad", "_grad")}


def shared_with(t, cls):
    """A Tensor of a class over the memory of t, which it is a view of if there is a graph."""
    if not (isinstance(cls, type) and issubclass(cls, Tensor)):
        if not isinstance(cls, type):
            raise TypeError(f"cls must be a type (got {type(cls).__name__})")
        raise TypeError(
            "Creating a Tensor subclass from a class that does not inherit from Tensor is not possible. Make sure your class "
            "inherits from Tensor."
        )
    with Off():
        new = t.view(current(t).owner.shape(current(t))) if current(t).mark is not None else t.detach()
    if new.mark is not None:
        label(new, "AliasBackward0", (t,))
    new.__class__ = cls
    return new


def build(cls, *args, **kwargs):
    """Tensor.__new__, once a program has made a subclass: the subclass's own Tensors are whole before its __init__ runs."""
    own = next(c for c in cls.__mro__ if internal[c.__module__])
    self = object.__new__(cls)
    if own is not cls:
        own.__init__(self, *args, **kwargs)
    return self


def subclassed(cls):
    """A program has made a subclass of Tensor."""
    watch()
    if "__torch_dispatch__" in vars(cls):
        warn(
            f"compat has no __torch_dispatch__ yet: that of {cls.__name__} is not called; the class's __torch_function__ sees every call of "
            "torch's functions"
        )
    own = getattr(cls, "__torch_function__", disabled)
    if own is not disabled and getattr(own, "__func__", own) is not Tensor.__torch_function__.__func__:
        from ._subclasses import show

        show(cls)
    if "__new__" not in vars(Tensor):
        Tensor.__new__ = staticmethod(build)


# ------------------------------------------------------------------------------------------------ modes
class Modes:
    """Counts the modes that are on, in all threads."""

    lock = threading.Lock()

    @classmethod
    def enter(cls):
        with cls.lock:
            Seeing.modes += 1
            PLAIN.clear()

    @classmethod
    def leave(cls):
        with cls.lock:
            Seeing.modes -= 1
            if not Seeing.modes:
                PLAIN.update(KNOWN)


class TorchFunctionMode:
    """A block in which every call of a function of torch goes to this __torch_function__ first.

    >>> import compat as torch
    >>> class Names(torch.overrides.TorchFunctionMode):
    ...     def __torch_function__(self, func, types, args=(), kwargs=None):
    ...         print(func.__name__)
    ...         return func(*args, **(kwargs or {}))
    >>> with Names():
    ...     _ = torch.zeros(2).sin()
    zeros
    sin
    """

    def __init__(self):
        pass

    def __torch_function__(self, func, types, args=(), kwargs=None):
        raise NotImplementedError

    def __enter__(self):
        USERS.enter()
        Modes.enter()
        state.modes.append(self)
        return self

    def __exit__(self, *error):
        state.modes.pop()
        Modes.leave()
        USERS.leave()


class BaseTorchFunctionMode(TorchFunctionMode):
    """A mode that makes every call as it is."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


class Disabled(Off):
    """A block in which neither a subclass of Tensor is asked nor a mode."""

    def __enter__(self):
        super().__enter__()
        self.modes, state.modes = state.modes, []

    def __exit__(self, *error):
        super().__exit__(*error)
        state.modes = self.modes


def _get_current_function_mode():
    """The innermost mode that is on, or None."""
    return state.modes[-1] if state.modes else None


def _get_current_function_mode_stack():
    """The modes that are on, the innermost last."""
    return list(state.modes)


# ------------------------------------------------------------------------------------------------ questions
@functools.cache
def named():
    """{function: its name}."""
    from . import fft, linalg, special
    from ._subclasses import ASKED, attributes
    from .functional import __all__ as written_in_python
    from .nn import functional

    name_operators()
    names = {public(p): f"torch.Tensor.{name}.__get__" for name, p in reversed(attributes().items())}
    names |= {public(vars(Tensor)[name]): f"torch.Tensor.{name}" for name in reversed((*ASKED.split(), *OWN))}
    methods = {n: public(f) for n, f in METHODS.items() if n not in OPERATORS and not isinstance(f, property)}
    names |= {f: f"torch.Tensor.{name}" for name, f in methods.items()}
    names |= {f: f"torch.{name}" for name, f in (*of_layers().items(), *FUNCTIONS.items())}
    names |= {f: f"torch.{name}" for name, f in FUNCTIONS.items() if f.__name__ == name}
    names |= {FUNCTIONS[name]: f"torch.functional.{name}" for name in written_in_python if name in FUNCTIONS}
    for module, name in ((fft, "fft"), (linalg, "linalg"), (special, "special")):
        names |= {getattr(module, n): f"torch.{name}.{n}" for n in module.__all__}
    for family in functional._FAMILIES.values():
        for n in family.split():
            if callable(f := getattr(functional, n)):
                names[f] = f"torch.nn.functional.{n}"
    return names


def resolve_name(f):
    """The name by which a function of torch is called, with its module; None for others.

    >>> import compat as torch
    >>> torch.overrides.resolve_name(torch.nn.functional.linear)
    'torch.nn.functional.linear'
    """
    return named().get(public(f)) if callable(f) else None


def own_name(f):
    """The name that a function of torch itself tells, `torch._VariableFunctionsClass.relu` of what is in C; None of others."""
    name = resolve_name(getattr(f, "__func__", f))
    if not name:
        return None
    space, _, last = name.rpartition(".")
    if not in_c(f):
        return name if space in ("torch.functional", "torch.nn.functional") else None
    if isinstance(f, MethodType) or space == "torch.Tensor":
        return f"Tensor.{last}"
    if space == "torch.nn.functional" and last in OF_NN.split():
        return f"torch._C._nn.{last}"
    return f"torch._VariableFunctionsClass.{last}" if space in ("torch", "torch.nn.functional") else None


def is_tensor_method_or_property(func):
    """Is this a method or a property of Tensor?"""
    return (resolve_name(func) or "").startswith("torch.Tensor.") or any([func is v for v in vars(Tensor).values()])


def get_overridable_functions():
    """{a module or Tensor: its functions that go through __torch_function__}."""
    import compat

    found, left_out = {}, get_ignored_functions()
    for f, name in named().items():
        if f not in left_out:
            where = compat
            for part in name.split(".")[1:-1]:
                where = getattr(where, part)
                if where is Tensor:
                    break
            found.setdefault(where, []).append(f)
    return found


def get_ignored_functions():
    """The functions that do not go through the __torch_function__ of a class."""
    name_operators()
    where = {"": sys.modules[__package__], "Tensor": Tensor}
    found = set()
    for path, names in IGNORED.items():
        space = where.get(path) or operator.attrgetter(path)(where[""])
        found |= {public(getattr(space, n)) for n in names.split()}
    return found


def get_testing_overrides():
    """{function: one that takes anything and returns -1}, of the functions that go through __torch_function__."""
    left_out = get_ignored_functions()
    asked = [
        f
        for f, name in named().items()
        if f not in left_out and (name[-1] != "_" or name[-2] == "_" or ".Tensor." in name)
    ]
    return dict.fromkeys(asked, lambda *args, **kwargs: -1)


def wrap_torch_function(dispatcher):
    """A decorator of functions of one's own: __torch_function__ of what dispatcher(*args, **kwargs) returns is asked first."""

    def decorate(f):
        @functools.wraps(f)
        def call(*args, **kwargs):
            relevant = dispatcher(*args, **kwargs)
            return (
                handle_torch_function(call, relevant, *args, **kwargs)
                if has_torch_function(relevant)
                else f(*args, **kwargs)
            )

        return call

    return decorate
