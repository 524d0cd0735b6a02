"""Functions of the engine as a jax program calls them: operands promoted by jax's rules, results wrapped.

`face(function, rule)` is all there is to most names of jax.numpy, jax.lax, jax.random, jax.nn and jax.scipy. A rule says which
positional arguments are operands and what becomes of their dtypes:

    promote     to their common dtype                  list        not at all; a tuple of results is a list
    inexact     likewise, and integers to floats       keep        not at all
    whole       likewise, and bool to integers         weakly      as inexact; of integers the result is weak
    single      as inexact, in 32 bits at least        softly      as inexact; of bool the result is weak
    sequence    keep, and the operands stand in a sequence, which promotes as a whole
    tell        keep; the result is no array

    arrays      as inexact, and Python's numbers are arrays of the dtype: for functions of several steps
    merge       as promote, and Python's numbers are arrays of the dtype
    strong      as arrays; the result is not weak
    floats      as arrays; the result is as weak as the common dtype

followed by the positions ("promote 0 1"), or nothing for all. What else is passed reaches the function as it is, arrays and
functions in it taken to the engine's. Invariant: a derivative is never written here; casts are primitives like any other.
"""

import functools
import sys
from importlib import import_module

import numpy as np

from ..core import quiet
from ..lazy import NoSuchName, is_submodule, submodule
from ..random.keys import KeyArray
from . import bfloat16, errors, signatures
from .arrays import Array, Tracer, cast, described, entered, raw, wrap
from .bfloat16 import asked
from .config import config as options
from .dtypes import PYTHON, Scalar, default, inexact, joined, requested


# ------------------------------------------------------------------------------------------------ operands
def promoted(name, args, kind):
    """(operands in the engine's form and one dtype, are all of them weak?)."""
    try:
        pairs = [described(a) for a in args]
    except TypeError as error:
        bad = next(i for i, a in enumerate(args) if not numeric(a))
        raise TypeError(f"{name} {error} at position {bad}.") from None
    dtype, weak = joined(*pairs)
    if kind == "inexact":
        dtype = inexact(dtype)
    elif kind == "weakly" and dtype.kind in "biu" or kind == "softly" and dtype.kind == "b":
        dtype, weak = default(float), True
    elif kind in ("weakly", "softly", "arrays", "strong", "floats"):
        dtype = inexact(dtype)
    elif kind == "single":
        dtype = np.dtype(np.float32) if inexact(dtype).itemsize < 4 else inexact(dtype)
    elif kind == "whole" and dtype.kind == "b":
        dtype = default(int)
    arrays = [type(a) not in PYTHON for a in args]
    numbers = (
        True in arrays and kind not in MADE_ARRAYS
    )  # (then a Python number may stay one: what it meets has the dtype)
    return [
        number_for(a, dtype)
        if numbers and not is_array
        else in_dtype(a, pair[0], dtype if is_array else real_for(a, dtype))
        for a, pair, is_array in zip(args, pairs, arrays, strict=True)
    ], weak and kind != "strong"


def fits(args, kind):
    """Are these one array of floats, or two of one dtype and weakness, or one and a Python float?"""
    x = args[0] if args else None
    if (type(x) is not Array and type(x) is not Tracer) or kind not in PROMOTING:
        return False
    dtype = x.dtype
    if dtype.kind != "f" or len(args) > 2:
        return False
    if len(args) == 2:
        y = args[1]
        if type(y) is float:
            return True
        return (type(y) is Array or type(y) is Tracer) and y.dtype is dtype and x.weak_type is y.weak_type
    return True


def number_for(x, dtype):
    """A Python number beside operands of a dtype: of that kind, and an integer around its ends."""
    if dtype.kind in "iu" and not np.iinfo(dtype).min <= x <= np.iinfo(dtype).max:
        return np.asarray(x).astype(dtype)
    if not dtype.isnative:
        return float(cast(x, dtype))
    return float(x) if dtype.kind == "f" else x


def real_for(x, dtype):
    """The dtype of a Python number among operands of a dtype: a real number needs no complex one."""
    return np.zeros((), dtype).real.dtype if dtype.kind == "c" and type(x) is not complex else dtype


PROMOTING = "promote", "inexact", "whole", "weakly", "softly", "arrays", "merge"
MADE_ARRAYS = "arrays", "strong", "floats", "merge"


def numeric(a):
    try:
        described(a)
    except TypeError:
        return False
    return True


def in_dtype(a, own, dtype):
    if type(a) in PYTHON:
        return cast(a, dtype)
    v = raw(a.__jax_array__()) if hasattr(a, "__jax_array__") else raw(a)
    return v if own == dtype and getattr(v, "dtype", None) == dtype else cast(v, dtype)


def parameter(x):
    """What is no operand, for the engine: arrays, functions and dtypes in it in its form."""
    t = type(x)
    if t is Array or t is Tracer:
        return raw(x)
    if t is tuple or t is list:
        return t([parameter(v) for v in x])
    if t is dict:
        return {k: parameter(v) for k, v in x.items()}
    if isinstance(x, KeyArray):
        return KeyArray(raw(x.words))
    if isinstance(x, (Scalar, bfloat16.DType)):
        return x.dtype
    if callable(x) and not isinstance(x, type):
        return getattr(x, "engine", None) or inside(x)
    return x


def inside(f):
    """A program's function, for the engine to call."""

    @functools.wraps(f, updated=())
    def called(*args, **kwargs):
        out = f(*[wrap(a) for a in args], **{k: wrap(v) for k, v in kwargs.items()})
        return parameter(out) if isinstance(out, (tuple, list, dict)) else entered(out)[0]

    return called


# ------------------------------------------------------------------------------------------------ operands by rule
# Each takes (name, kind, where, args, kwargs) of a call, and gives (args in the engine's form, is the result weak?).
def as_they_are(refused, name, kind, where, args, kwargs):
    """keep, tell, list. (An ndarray of the program's is copied: a result may share its memory, and is immutable.)"""
    alone = args != () and where == (0,)
    weak = alone and (type(args[0]) in (int, float, complex) or getattr(args[0], "weak_type", False))
    args = [np.array(entered(a)[0]) if type(a) is np.ndarray else parameter(a) for a in args]
    if args and where and type(args[0]) in refused:
        args[0] = operand_of(args[0], name)
    return args, weak


AS_THEY_ARE = [
    functools.partial(as_they_are, (list, *PYTHON, *more)) for more in ((), (tuple,))
]  # (lax has operands in tuples)


def in_sequence(name, kind, where, args, kwargs):
    (k,) = where
    args = [parameter(a) if i != k else a for i, a in enumerate(args)]
    if not isinstance(args[k], (tuple, list)):
        args[k] = raw(args[k])
        return args, False
    args[k], weak = promoted(name, args[k], "promote")
    if (dtype := kwargs.pop("dtype", None)) is not None:
        args[k], weak = [cast(v, dtype) for v in args[k]], False
    return args, weak


def every_one(name, kind, where, args, kwargs):
    return promoted(name, args, kind)


def at_positions(name, kind, where, args, kwargs):
    chosen = [i for i in where if i < len(args) and args[i] is not None]
    operands, weak = promoted(name, [args[i] for i in chosen], kind)
    if kind == "arrays":  # (of several steps, in which each operand takes part: all must be weak)
        weak = all(type(args[i]) is bool or described(args[i])[1] for i in chosen)
    operands = dict(zip(chosen, operands, strict=True))
    args = [operands[i] if i in operands else parameter(a) for i, a in enumerate(args)]
    return args, weak and kind in ("weakly", "arrays", "floats", "merge")  # (what is reduced is not weak)


# ------------------------------------------------------------------------------------------------ faces
def face(f, rule, name=None, space=None):
    """A function of the engine, as a program calls it; jax's exceptions for the engine's. `space`: that of jax whose name it is."""
    name = name or f.__name__
    kind, *positions = rule.split()
    where = None if not positions else tuple(map(int, positions))
    at_dtype = dtype_position(f)
    plain, most, binder = frozenset(), -1, None
    signature = signatures.signature_of(f"{space}.{name}", f) if space else None
    if kind in ("keep", "tell", "list"):
        prepared = AS_THEY_ARE[space == "numpy"]
    else:
        prepared = in_sequence if kind == "sequence" else every_one if where is None else at_positions

    def call(*args, **kwargs):
        nonlocal plain, most, binder
        if len(args) > most or kwargs and not plain.issuperset(kwargs):
            if binder is None:
                binder = signatures.Binder(f, name, signature, where if where or kind in PROMOTING else ())
                plain, most = binder.plain, binder.most
            if len(args) > most or not plain.issuperset(kwargs):
                args, kwargs = binder.bind(args, kwargs)
        wanted = None
        if kwargs.get("dtype") is not None:
            kwargs["dtype"] = requested(kwargs["dtype"], name)
            if binder is not None and binder.own is not None and "dtype" not in binder.own and kind != "sequence":
                wanted = kwargs.pop("dtype")  # (what the engine's function cannot be asked for)
        elif at_dtype is not None and len(args) > at_dtype:
            args = (*args[:at_dtype], requested(args[at_dtype], name), *args[at_dtype + 1 :])
        weak = False
        if where is None and kwargs == {} and fits(args, kind):  # (most calls: nothing to promote)
            weak = args[0].weak_type
            args = [a if type(a) is float else raw(a) for a in args]
        elif where == (0,) and fits(args[:1], kind):
            args = [raw(args[0]), *map(parameter, args[1:])]
        else:
            args, weak = prepared(name, kind, where, args, kwargs)
        if kwargs:
            if kwargs.pop("promote_integers", True) is False:
                own = described(args[0])[0]
                kwargs["dtype"] = own if own.kind != "b" else np.dtype(np.int32)
            kwargs = {k: parameter(v) for k, v in kwargs.items()}
        token = quiet.enter(quiet.IGNORE)
        try:
            out = f(*args, **kwargs) if not asked.bfloat16 else bfloat16.call(f, name, at_dtype, args, kwargs)
        except (ValueError, TypeError, RuntimeError) as error:
            ours = errors.translated(error)
            if ours is None:
                raise
            raise ours from error
        finally:
            quiet.leave(token)
        if options.jax_debug_nans:
            refuse_nan(out, name)
        if wanted is not None:
            out = cast(out, wanted)
        return out if kind == "tell" else wrap([*out] if kind == "list" else out, weak is True)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f.__doc__
    call.engine = f
    if signature is not None:
        call.__signature__ = signature
    return call


def refuse_nan(out, name):
    """FloatingPointError for a nan in a result whose values are known."""
    for v in out if isinstance(out, (tuple, list)) else (out,):
        if isinstance(v, (np.ndarray, np.generic)) and v.dtype.kind in "fc" and np.isnan(v).any():
            raise FloatingPointError(
                f"invalid value (nan) encountered in {name}: jax_debug_nans is on; its operands had none, or it made them."
            )


def operand_of(x, name):
    if type(x) in (list, tuple):
        raise TypeError(f"{name} requires ndarray or scalar arguments, got {type(x)} at position 0.")
    return np.asarray(x, default(type(x)))


@functools.cache
def dtype_position(f):
    """The position of a parameter `dtype` that may be given by position, or None."""
    code = getattr(f, "__code__", None)
    if code is None:
        return {"zeros": 1, "ones": 1, "empty": 1, "full": 2, "array": 1, "asarray": 1, "sum": 2, "prod": 2, "cumsum": 2,
                "cumprod": 2, "mean": 2, "var": 2, "std": 2}.get(getattr(f, "__name__", None))  # fmt: skip
    names = code.co_varnames[: code.co_argcount]
    return names.index("dtype") if "dtype" in names else None


MISSING = object()


def faces(package, engine, rules, default_rule=None):
    """(`__getattr__`, `__dir__`) of a module whose names are faces of those of a module of the engine.

    `rules`: {rule: "name name ..."}; `default_rule`: that of names which are in none, None if there are no others. What is no
    function of the engine's is given as it is. A function that makes functions (an initialiser) has its results faced.
    """
    rule_of = {name: rule for rule, names in rules.items() for name in names.split()}
    module, space = sys.modules[package], package.removeprefix("funcgrad.jax.")

    def __getattr__(name):
        if name.startswith("_"):
            raise NoSuchName(module, name)
        if "__path__" in vars(module) and is_submodule(package, name):
            return import_module(f"{package}.{name}")
        rule = rule_of.get(name, default_rule)
        if rule is None:
            raise NoSuchName(module, name)
        value = getattr(import_module(engine), name, MISSING)
        if value is MISSING:
            raise NoSuchName(module, name)
        if rule == "maker":
            value = maker(value, name, space)
        elif callable(value) and not isinstance(value, type) and rule != "same":
            value = face(value, rule, name, space)
        setattr(module, name, value)
        return value

    def __dir__():
        others = dir(import_module(engine)) if default_rule else ()
        return sorted({*rule_of, *others, *vars(module)} - {"annotations"})

    return __getattr__, __dir__


def faced(package, name, engine, rules, default_rule=None):
    """Give a package of the swap the module of `faces` that has this name."""
    made = submodule(package, name, f"jax.{package.removeprefix('funcgrad.jax.')}.{name}: faces of {engine}.")
    made.__getattr__, made.__dir__ = faces(made.__name__, engine, rules, default_rule)


def maker(f, name, space):
    """A function that makes functions of a key, a shape and a dtype."""

    def make(*args, **kwargs):
        made = f(*map(parameter, args), **{k: parameter(v) for k, v in kwargs.items()})
        return face(made, "keep", name)

    make.__name__ = name
    make.__signature__ = signatures.signature_of(f"{space}.{name}", f)
    return make
