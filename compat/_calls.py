"""What torch says of a call whose arguments do not fit: its parser of arguments, run once a call has failed.

`refusal(...)` binds arguments to torch's own signatures (functions/signatures.py), in its order and with its checks, and gives
the TypeError that torch raises, or None where torch would take them. Nothing here runs unless an error passes.
"""

import functools
import operator
import re
import types

import numpy as np

from funcgrad.core.handle import Handle

from . import dtypes
from .devices import Device, Layout
from .dtypes import LONG, OVERFLOW, beyond
from .errors import type_name
from .formats import memory_format
from .size import Size
from .tensor import Tensor

KINDS = {  # the letter of a parameter's type in signatures.py: torch's words for it
    "T": "Tensor", "S": "Number", "I": "int", "N": "int", "F": "float", "B": "bool", "A": "tuple of ints", "L": "tuple of Tensors",
    "R": "tuple of floats", "C": "tuple of Scalars", "D": "torch.dtype", "Y": "torch.layout", "M": "torch.memory_format",
    "V": "torch.device", "G": "torch.Generator", "Q": "str", "O": "object", "P": "torch.Storage",
}  # fmt: skip
PARAMETER = re.compile(r"([A-Z])(\d*)(\??)(\w+)(?:=(.*))?")
NUMPY_NAMES = {"dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1"), "other": ("x2",)}
WITH_NUMBERS = frozenset(
    n + end
    for n in "add sub mul div divide multiply subtract true_divide floor_divide to copy".split()
    for end in ("", "_")
)  # functions that take a number for a Tensor


# ------------------------------------------------------------------------------------------------ signatures
class Parameter:
    """One parameter of a signature: its torch type, its default as text, and whether None is taken."""

    def __init__(self, text, keyword_only):
        letter, size, nullable, self.name, self.default = PARAMETER.fullmatch(text).groups()
        self.kind = "I" if letter == "N" else letter
        self.symbolic = letter in "NA"  # does torch take for its ints all that has an __index__?
        self.size = int(size or 0)
        self.optional = self.default is not None
        self.takes_none = bool(nullable) or self.default == "None"
        self.keyword_only = keyword_only
        self.type_name = KINDS[self.kind]

    def __str__(self):
        return f"{self.type_name} {self.name}" + (f" = {self.default}" if self.optional else "")


class Signature:
    """One of the ways to call a function; a hidden one is taken but not told of."""

    def __init__(self, text):
        self.hidden = text.endswith("|")
        keyword_only, self.parameters = False, []
        for part in text.rstrip("|").split():
            if part == "*":
                keyword_only = True
            elif part:
                self.parameters.append(Parameter(part, keyword_only))
        self.most = len(self.parameters)
        self.least = sum(not p.optional for p in self.parameters)
        self.positional = sum(not p.keyword_only for p in self.parameters)

    def __str__(self):
        parts = [str(p) for p in self.parameters]
        if self.positional < self.most:
            parts.insert(self.positional, "*")
        return f"({', '.join(parts)})"

    def misfit(self, name, args, kwargs):
        """The TypeError of this call by this signature, or None if it fits."""
        sizes = self.spread(args)
        if len(args) > self.positional and not sizes:
            return self.too_many(name, len(args))
        at, left = 0, len(kwargs)
        for number, p in enumerate(self.parameters):
            given, by_name = (), at >= len(args)
            if not by_name:
                if p.keyword_only:
                    return self.too_many(name, len(args))
                given = args[at : at + 1]
            else:
                given = next(((kwargs[n],) for n in (p.name, *NUMPY_NAMES.get(p.name, ())) if n in kwargs), ())
            if not given:
                if not p.optional:
                    return self.missing(name, number)
            elif not (given[0] is None and p.takes_none):
                (value,) = given
                fits = check(p, value, name, number)
                if isinstance(fits, TypeError):
                    return fits
                if not fits:
                    if sizes and at == 0 and not by_name:
                        at = len(args)
                        continue
                    return unfit(name, p, value, None if by_name else at + 1)
            if not by_name:
                at += 1
            elif given:
                left -= 1
        return self.unknown(name, args, kwargs) if left > 0 else None

    def spread(self, args):
        """Are these the ints of its only argument, one by one: f(2, 3) for f((2, 3))?"""
        one = self.positional == 1 and self.parameters[0].kind == "A" and len(args) > 0
        return one and not isinstance(args[0], (tuple, list)) and check(self.parameters[0], args, "", 0)

    def too_many(self, name, given):
        low, high = self.least, self.positional
        if low != high:
            return TypeError(f"{name}() takes from {low} to {high} positional arguments but {given} were given")
        were = "was" if given == 1 else "were"
        return TypeError(f"{name}() takes {high} positional argument{'s' * (high != 1)} but {given} {were} given")

    def missing(self, name, first):
        names = [f'"{p.name}"' for p in self.parameters[first:] if not p.optional]
        return TypeError(
            f"{name}() missing {len(names)} required positional argument{'s' * (len(names) == 1)}: {', '.join(names)}"
        )

    def unknown(self, name, args, kwargs):
        places = {p.name: i for i, p in enumerate(self.parameters)}
        for key in kwargs:
            if key not in places:
                return TypeError(f"{name}() got an unexpected keyword argument '{key}'")
            if places[key] < len(args):
                return TypeError(f"{name}() got multiple values for argument '{key}'")
        return TypeError("invalid keyword arguments")


def unfit(name, p, value, position):
    """The error of one argument of the wrong type."""
    where = "" if position is None else f" (position {position})"
    got = f"not {type_of(value)}"
    if p.kind in "ALRC" and isinstance(value, (tuple, list)) and len(value) and position is not None:
        got = f"but found element of type {type_of(value[0])} at pos 0"
        return TypeError(f"{name}(): argument '{p.name}'{where} must be {p.type_name}, {got}")
    return TypeError(f"{name}(): argument '{p.name}'{where} must be {p.type_name}, {got}")


def type_of(x):
    """The name that torch gives the type of an argument."""
    cls = type(x)
    module = cls.__module__
    if cls is Tensor or isinstance(x, types.FunctionType):
        return cls.__name__
    own = {dtypes.dtype: "torch.dtype", Device: "torch.device", Layout: "torch.layout", Size: "torch.Size"}.get(cls)
    if own is None and cls.__name__ == "Generator" and module.startswith(("compat", "torch")):
        return "torch._C.Generator"
    return own or type_name(x)


# ------------------------------------------------------------------------------------------------ does an argument fit?
def is_int(x):
    if isinstance(x, Tensor):
        return scalar(x) and x.dtype.numpy.kind in "iu"
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool) or is_traced(x)


def has_index(x):
    """Does Python take it for an int, as an index?"""
    if isinstance(x, bool) or not hasattr(type(x), "__index__"):
        return False
    try:
        operator.index(x)
    except Exception:  # (whatever an __index__ of somebody's own raises, torch drops)
        return False
    return True


def is_number(x):
    return scalar(x) if isinstance(x, Tensor) else isinstance(x, (int, float, np.number, np.bool_)) or is_traced(x)


def is_traced(x):
    """Is it a value that a transform traces, which may stand for a number or an array?"""
    return isinstance(x, Handle) and not isinstance(x, Tensor)


def scalar(t):
    return not t.requires_grad and t.dim() == 0


def is_list_of_ints(x):
    """torch looks at the first element only; the others are looked at when they are read."""
    return isinstance(x, (tuple, list)) and (len(x) == 0 or is_int(x[0]))


def is_tensor(x):
    return isinstance(x, (Tensor, Handle)) or hasattr(type(x), "__torch_function__")


def is_sequence(x):
    return isinstance(x, (tuple, list))


def fits_ints(p, x):
    if is_sequence(x):
        return is_list_of_ints(x) or p.symbolic and has_index(x[0])
    return p.size > 0 and (is_int(x) or p.symbolic and has_index(x))


def fits_numbers(p, x):
    return is_sequence(x) and (not x or not isinstance(x[0], Tensor) and is_number_or_complex(x[0]))


def is_number_or_complex(x):
    return is_number(x) or isinstance(x, (complex, np.complexfloating))


FITS = {  # sort of a parameter: does x fit one that is of it?
    "I": lambda p, x: is_int(x) or p.symbolic and has_index(x),
    "A": fits_ints,
    "S": lambda p, x: is_number_or_complex(x),
    "F": lambda p, x: is_number(x),
    "B": lambda p, x: isinstance(x, bool) or is_traced(x),
    "Q": lambda p, x: isinstance(x, (str, bytes)),
    "R": fits_numbers,
    "C": fits_numbers,
    "D": lambda p, x: isinstance(x, dtypes.dtype) or isinstance(x, type) and x in (float, int, bool, complex),
    "V": lambda p, x: isinstance(x, (str, bytes, int, np.integer, Device)) and not isinstance(x, bool),
    "Y": lambda p, x: isinstance(x, Layout),
    "M": lambda p, x: isinstance(x, memory_format),
    "G": lambda p, x: type(x).__name__.endswith("Generator"),
    "P": lambda p, x: type(x).__name__.endswith("Storage"),
    "O": lambda p, x: True,
}


def check(p, x, name, number):
    """Does x fit the parameter? A TypeError if it does not in a way that torch tells apart."""
    if p.kind == "T":
        return is_tensor(x) or name in WITH_NUMBERS and isinstance(x, (int, float, complex, np.number))
    if p.kind != "L":
        return FITS[p.kind](p, x)
    if not is_sequence(x):
        return False
    others = [i for i, element in enumerate(x) if not is_tensor(element)]
    if any([x[i] is not None for i in others]):
        first = others[0]
        return TypeError(f"expected Tensor as element {first} in argument {number}, but got {type_of(x[first])}")
    return True


# ------------------------------------------------------------------------------------------------ several signatures
def described(value):
    """An argument as torch lists those of which one does not fit."""
    if not isinstance(value, (tuple, list)):
        return type_of(value)
    names = ", ".join([type_of(v) for v in value])
    return f"{type_of(value)} of " + (
        f"({names}{',' * (len(value) == 1)})" if isinstance(value, tuple) else f"[{names}]"
    )


class Option:
    """A printed signature as torch reads it back to say which arguments do not match. (What it takes for a name is what stands
    behind the last blank; of a parameter with a default, that is the default.)"""

    def __init__(self, text):
        parts = text[1:-1].split(", ")
        self.types, self.names = zip(*[part.rpartition(" ")[::2] for part in parts], strict=True)
        self.types = [t or n for t, n in zip(self.types, self.names)]

    def unmatched(self, kwargs):
        known = self.names[max(len(self.names) - len(kwargs), 0) :]
        return [k for k in kwargs if k not in known]

    def matches(self, at, value):
        wanted, got = self.types[at], type_of(value)
        return got in ("float", "int", "long") if wanted == "float" else got == wanted

    def compared(self, args, kwargs):
        """(Tensor, !int!): every argument, marked where its type is another one."""
        words = []
        for at in range(len(args) + len(kwargs)):
            by_name = at >= len(args)
            value = kwargs[self.names[at]] if by_name else args[at]
            mark = "" if self.matches(at, value) else "!"
            words.append(f"{mark}{self.names[at] + '=' if by_name else ''}{described(value)}{mark}")
        return f"({', '.join(words)}{', ' if words and not args else ''})"


MIX = 0xC6A4A7935BD1E995
BITS = (1 << 64) - 1


def hashed(name):
    """The hash that the C++ standard library of torch's Linux builds has of a text (Murmur's)."""
    data, h = name.encode(), 0xC70F6907 ^ len(name.encode()) * MIX & BITS
    for at in range(0, len(data), 8):
        word = int.from_bytes(data[at : at + 8], "little")
        if len(data) - at >= 8:
            word = word * MIX & BITS
            word = (word ^ word >> 47) * MIX & BITS
        h = (h ^ word) * MIX & BITS
    h = (h ^ h >> 47) * MIX & BITS
    return h ^ h >> 47


def in_hash_map(named):
    """A dict in the order in which that library's hash map has its first 13 names: the last first, but beside those of its bucket."""
    order = []
    for name in named:
        bucket = hashed(name) % 13
        at = next((i for i, other in enumerate(order) if hashed(other) % 13 == bucket), 0)
        order.insert(at, name)
    return {name: named[name] for name in order}


def listed(args, kwargs):
    words = [*map(type_of, args), *[f"{k}={type_of(v)}" for k, v in kwargs.items()]]
    return f"({', '.join(words)}{', ' if words and not args else ''})"


def invalid_combination(name, signatures, args, kwargs):
    shown = [str(s) for s in signatures if not s.hidden]
    head = f"{name}() received an invalid combination of arguments - got "
    kwargs = in_hash_map(kwargs)
    count = len(args) + len(kwargs)
    if len(shown) == 1:
        option = Option(shown[0])
        unknown = option.unmatched(kwargs)
        if unknown:
            return TypeError(f"{head}unrecognized keyword arguments: {', '.join(unknown)}")
        got = option.compared(args, kwargs) if len(option.names) == count else listed(args, kwargs)
        return TypeError(f"{head}{got}, but expected {shown[0]}")
    lines = [f"{head}{listed(args, kwargs)}, but expected one of:"]
    for text in shown:
        lines.append(f" * {text}")
        option = Option(text)
        if len(option.names) == count:
            unknown = option.unmatched(kwargs)
            lines.append(
                "      didn't match because some of the keywords were incorrect: " + ", ".join(unknown)
                if unknown
                else "      didn't match because some of the arguments have invalid types: "
                + option.compared(args, kwargs)
            )
    return TypeError("\n".join(lines) + "\n")


def misfit(name, signatures, args, kwargs):
    """torch's TypeError for arguments that none of the signatures takes, or None."""
    first = signatures[0]
    if len(signatures) == 1:
        return first.misfit(name, args, kwargs) or unreadable(name, first, args, kwargs)
    for s in signatures:
        error = s.misfit(name, args, kwargs)
        if error is None:
            return unreadable(name, s, args, kwargs)
        if str(error).startswith("expected Tensor as element"):
            return error
    count = len(args) + len(kwargs)
    plausible = [s for s in signatures if s.least <= count <= s.most and not s.hidden]
    if len(plausible) == 1:
        return plausible[0].misfit(name, args, kwargs)
    return invalid_combination(name, signatures, args, kwargs)


def unreadable(name, s, args, kwargs):
    """The error of arguments that fit a signature by their types, where one cannot be read: a number beyond 64 bits, or what stands
    in a list behind its first element (which alone torch looks at before) and is none. (They are read from the last to the first, as
    the compiler that torch is built with evaluates the arguments of a call.)"""
    if args and s.spread(args) and not s.parameters[0].size:
        args = (args,)
    for number, p in reversed([*enumerate(s.parameters)]):
        if number < len(args):
            value = args[number]
        elif p.name in kwargs:
            value = kwargs[p.name]
        else:
            continue
        if isinstance(value, (tuple, list)):
            if p.kind in "AR":
                refused = unreadable_list(name, p, value)
                if refused is not None:
                    return refused
        elif isinstance(value, int) and type(value) is not bool:
            if p.kind in "IA" and not LONG[0] <= value <= LONG[1]:
                return ValueError(OVERFLOW)
            if p.kind in "ST":
                refused = beyond(value)
                if refused is not None:
                    return refused
            if p.kind == "F" and value.bit_length() > 1024:
                return OverflowError("int too large to convert to float")
    return None


def unreadable_list(name, p, value):
    """The error of the first element that is no int (or no float), or a larger one than there is, or None."""
    for i, n in enumerate(value, 1):
        if p.kind == "R":
            if not is_number(n):
                return TypeError(
                    f"{name}(): argument '{p.name}' must be {p.type_name}, but found element of type {type_of(n)} at pos {i}"
                )
            continue
        where = f"{name}(): argument '{p.name}' failed to unpack the object at pos {i} with error"
        if isinstance(n, int) and not LONG[0] <= n <= LONG[1]:
            return TypeError(f'{where} "{OVERFLOW}"')
        one = isinstance(n, Tensor) and n.dtype.numpy.kind in "biu" and n.numel() == 1
        if not one and not is_int(n) and not isinstance(n, bool) and not (p.symbolic and has_index(n)):
            return TypeError(f'{where} "type must be tuple of ints,but got {type_of(n)}"')
    return None


# ------------------------------------------------------------------------------------------------ which signatures
TENSOR_OPTIONS = "D?dtype=None Y?layout=None V?device=None B?pin_memory=False B?requires_grad=False"
OUT = "Tout=None"


@functools.cache
def table():
    """{name (of a method with a dot before it): its signatures as text}."""
    from .functions.signatures import TEXT

    lines = [line.partition(": ") for line in TEXT.strip("\n").split("\n")]
    return {name: text for names, _, text in lines for name in names.split()}


def expanded(text):
    return text.replace("$", TENSOR_OPTIONS).replace("@", OUT)


def as_method(text):
    """A method's signature from the function's: without the Tensor and without out=."""
    parts = text.split()[1:]
    parts = [p for p in parts if not re.match(r"[TL]\d*\??out=", p)]
    if "*" in parts and parts[-1].rstrip("|") == "*":
        parts.remove("*")
    return " ".join(parts) + ("|" if text.endswith("|") and not (parts and parts[-1].endswith("|")) else "")


@functools.cache
def signatures_of(name, method):
    """The signatures of a function or a method, () for one that takes no arguments at all; None where torch has none."""
    texts = table()
    own = texts.get("." + name if method else name)
    if (own is None or own == "!") and method:  # (`!`: of what its Python calls)
        of = texts.get(name) if not name.endswith("_") else texts.get("." + name[:-1]) or texts.get(name[:-1])
        if of is None:
            return None
        derived = of == "-" or name.endswith("_") and "." + name[:-1] in texts
        own = of if derived else ";".join(as_method(expanded(s)) for s in of.split(";"))
    if own is None or own == "!":
        return None
    return () if own == "-" else tuple([Signature(expanded(s)) for s in own.split(";")])


def refusal(name, method, args, kwargs):
    """torch's error for a call of torch.<name>, or Tensor.<name> (args without the Tensor), that it would not take; None where it
    would.

    >>> import compat as torch
    >>> print(refusal("neg", False, (1,), {}))
    neg(): argument 'input' (position 1) must be Tensor, not int
    """
    signatures = signatures_of(name, method)
    if signatures is None or any(map(is_traced, (*args, *kwargs.values()))):
        return None
    if not signatures:
        if kwargs:
            return TypeError(f"TensorBase.{name}() takes no keyword arguments")
        return TypeError(f"TensorBase.{name}() takes no arguments ({len(args)} given)") if args else None
    return misfit(name, signatures, args, kwargs)


# ------------------------------------------------------------------------------------------------ what torch has in Python
class Natives:
    """C.cat(...): nothing, or the TypeError of torch's native function of that name; C.method.sum(...) of a method."""

    def __init__(self, method=False):
        self.of_methods = method

    def __getattr__(self, name):
        def ask(*args, **kwargs):
            refused = refusal(name, self.of_methods, args, kwargs)
            if refused is not None:
                raise refused

        setattr(self, name, ask)
        return ask


C = Natives()
C.method = Natives(True)


def dispatched(name, position, off, on):
    """What torch makes two functions out of, by one argument that is true or false."""

    def either(*args, **kwargs):
        asked = kwargs[name] if name in kwargs else args[position] if position < len(args) else False
        return (on if asked else off)(*args, **kwargs)

    either.__wrapped__ = off  # (whose parameters it has)
    return either


TRUTH = re.compile(
    "Boolean value of Tensor|The truth value of an array"
)  # (of what a function takes for true or false)


def misused(asked, args, kwargs):
    """The error that Python, or a native function, has of these arguments in one of torch's functions in Python (argument_checks.py), or None."""
    if any(map(is_traced, (*args, *kwargs.values()))):
        return None
    try:
        asked(*args, **kwargs)
    except (TypeError, AttributeError, OverflowError) as error:
        error.__suppress_context__ = True
        return error.with_traceback(None)
    except Exception as error:  # (one of values the function itself raises)
        if str(error) == OVERFLOW or TRUTH.match(str(error)):
            return error.with_traceback(None)
    return None


def in_python(name, method):
    """What asks the arguments of torch.<name>, or of a method, for torch if torch has it in Python; None if not."""
    from .functions import argument_checks

    return vars(argument_checks.Tensor if method else argument_checks).get(name) if name[:2] != "__" else None


def indices(x):
    """x, an int or a list of them, in ints of Python's; x itself if it is."""
    if isinstance(x, (tuple, list)):
        return x if all([isinstance(n, int) for n in x]) else type(x)([operator.index(n) for n in x])
    return x if isinstance(x, int) else operator.index(x)


def with_numbers(name, args, kwargs):
    """(args, kwargs) with numbers in the place of Tensors without dimensions wherever torch takes a number, and with ints in that of what
    has an __index__ wherever it takes those; None if there are none."""
    method = signatures_of(name, False) is None
    own = args[method:]
    for s in signatures_of(name, method) or ():
        if s.misfit(name, own, kwargs) is None:
            break
    else:
        return None
    if unreadable(name, s, own, kwargs) is not None:
        return None
    if own and s.spread(own):
        whole = indices(own)
        return None if whole is own else ((*args[:method], *whole), kwargs)
    places = {p.name: at + method for at, p in enumerate(s.parameters[: s.positional])}
    args, kwargs, found = list(args), dict(kwargs), False
    for p in s.parameters:
        at = places.get(p.name, len(args))
        holder, key = (args, at) if at < len(args) else (kwargs, p.name)
        value = holder[key] if holder is args or key in kwargs else None
        if p.kind in "ISF" and isinstance(value, Tensor) and type(value.val) is np.ndarray:
            holder[key], found = value.item(), True
        elif p.symbolic and value is not None and (whole := indices(value)) is not value:
            holder[key], found = whole, True
    return (tuple(args), kwargs) if found else None


__all__ = ["refusal", "with_numbers"]
