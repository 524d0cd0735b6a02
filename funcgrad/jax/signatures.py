"""jax's signatures: what of a call is given by position, what by name, and what is taken but means nothing here.

Invariant: `inspect.signature` of a function of the swap is jax's (tests/test_jax_signatures.py), and a call is checked by it.
"""

import functools
import inspect

import numpy as np

from .signature_table import TABLE

# what means nothing with one device and one way to compute: taken, and dropped where the engine's function has no such name
IGNORED = frozenset(
    "out_sharding sharding device precision accuracy unroll implementation use_magma enable_eigvec_derivs allow_negative_indices "
    "assume_unique_indices".split()
)
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


# What NumPy's functions in C take, which those of NumPy before 2.4 do not tell.
UNTOLD = """
arrays, /, axis=0, out=None, *, dtype=None, casting='same_kind': concat concatenate
a, b, out=None: dot
a, b, /: inner vdot
condition, x=None, y=None, /: where
x, /, weights=None, minlength=0: bincount
multi_index, dims, mode='raise', order='C': ravel_multi_index
indices, shape, order='C': unravel_index
keys, axis=-1: lexsort
a, /, axis=None, bitorder='big': packbits
a, /, axis=None, count=None, bitorder='big': unpackbits
*arrays_and_dtypes: result_type
type1, type2, /: promote_types
from_, to, casting='safe': can_cast
start_or_stop, /, stop=None, step=1, *, dtype=None, device=None, like=None: arange
object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, ndmax=0, like=None: array
a, dtype=None, order=None, *, device=None, copy=None, like=None: asarray asanyarray
a, dtype=None, *, like=None: ascontiguousarray asfortranarray
shape, dtype=None, order='C', *, device=None, like=None: empty zeros
prototype, /, dtype=None, order='K', subok=True, shape=None, *, device=None: empty_like
buffer, dtype=None, count=-1, offset=0, *, like=None: frombuffer
file, dtype=None, count=-1, sep='', offset=0, *, like=None: fromfile
iter, dtype, count=-1, *, like=None: fromiter
x, /, *, device=None, copy=None: from_dlpack
func, /, nin, nout, **kwargs: frompyfunc
"""


@functools.cache
def untold():
    return table(UNTOLD)


def python_signature(f):
    """inspect.signature of a function of Python's, of ours or of NumPy's; ValueError for one that tells none."""
    try:
        return inspect.signature(f)
    except ValueError:
        text = untold().get(f.__name__) if getattr(np, f.__name__, None) is f else None
        if text is None:
            raise
        return of_text(text)


def of_text(text):
    return inspect.signature(eval(f"lambda {text}: 0"))


def table(lines):
    """{name: text} of lines "text: names"."""
    found = {}
    for line in lines.strip().splitlines():
        text, _, names = line.rpartition(": ")
        found |= dict.fromkeys(names.split(), text)
    return found


@functools.cache
def texts():
    """{"numpy.sum": "a, axis=None, ..."}, of the functions whose signature is not that of the engine's function."""
    return table(TABLE)


def signature_of(key, f):
    """jax's signature of a name ("numpy.sum"), whose function in the engine is f; None for one that has none."""
    text = texts().get(key)
    try:
        return python_signature(f) if text is None else of_text(text)
    except ValueError:
        return None


class Binder:
    """Calls by a signature of jax's, as the engine's function takes them: `operands` by position (None: all that may be), others by
    name, what is left at its default not at all. `plain`: the names that may stay as they are given; `most`: how many positions may."""

    def __init__(self, f, name, signature, operands):
        if isinstance(f, np.ufunc):  # (some versions of NumPy give them signatures, of `out` and `where`)
            own = {"axis": inspect.Parameter("axis", inspect.Parameter.KEYWORD_ONLY, default=-1)} if f.signature else {}
        else:
            own = python_signature(f).parameters
        self.name, self.signature, self.operands = name, signature, operands
        self.own = None if signature is None or any(p.kind is p.VAR_KEYWORD for p in own.values()) else own
        self.most, self.plain = float("inf"), frozenset()
        if signature is None:
            return
        given = list(signature.parameters.values())
        same = [p.name not in ("out", "device") and p.name in own and own[p.name].default is p.default for p in given]
        self.plain = frozenset(
            [p.name for i, p in enumerate(given) if p.kind in NAMED and same[i] and own[p.name].kind in NAMED
             and p.default is not p.empty and not self.is_operand(i, p)]
        )  # fmt: skip
        if all(p.kind is not p.VAR_POSITIONAL for p in given):
            there = [
                self.is_operand(i, p) or same[i] and [*own].index(p.name) == i and p.kind in POSITIONAL
                for i, p in enumerate(given)
            ]
            self.most = [*there, False].index(False)

    def is_operand(self, i, p):
        return (
            p.kind in POSITIONAL
            and p.name != "out"
            and (p.default is p.empty or self.operands is None or i in self.operands)
        )

    def bind(self, args, kwargs):
        """(args, kwargs) for the engine's function. TypeError for a call that the signature does not allow, NotImplementedError for
        what neither jax nor the engine has (`out`, `where` of ufuncs)."""
        if self.signature is None:
            return args, kwargs
        try:
            given = self.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{self.name}() {error}; its signature is {self.signature}") from None
        parameters = self.signature.parameters.values()
        last = max([i for i, p in enumerate(parameters) if p.name in given and self.is_operand(i, p)], default=-1)
        positional, named = [], {}
        for i, p in enumerate(parameters):
            value = given.get(p.name, p.default)
            if p.kind is p.VAR_POSITIONAL:
                positional += given.get(p.name, ())
            elif p.kind is p.VAR_KEYWORD:
                named |= given.get(p.name, {})
            elif p.kind in POSITIONAL and i <= last:
                positional.append(value)
            elif value is not p.default:
                self.name_to(named, p.name, value)
        return positional, named

    def name_to(self, named, name, value):
        if name == "out":
            error = ValueError if self.name.endswith(("median", "quantile", "percentile")) else NotImplementedError
            raise error(f"The 'out' argument to {self.name} is not supported; use the result.")
        if name in ("dtype", "promote_integers") or name != "device" and (self.own is None or name in self.own):
            named[name] = value
        elif name == "where":
            raise NotImplementedError(f"The 'where' argument to {self.name} is not supported; choose by jnp.where.")
        elif name not in IGNORED:
            raise TypeError(f"{self.name}() takes no {name} here.")
