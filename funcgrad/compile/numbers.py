"""0-d values over Python numbers: how the Writer writes what is no array.

Invariant: a float64 or weak value is a Python number where every step has such a form; float32 values are NumPy's scalars, so that they
round and overflow as such. What raises where NumPy would not is written through NumPy in `careful` code.
"""

import math
import re

import numpy as np

from ..core.aval import PYTHON_SCALARS, Aval, aval_of
from ..core.graph import GraphNode
from .texts import Value

FLOAT, SINGLE, BOOL = np.dtype(np.float64), np.dtype(np.float32), np.dtype(bool)
PLAIN = (FLOAT, BOOL)  # what a Python number stands for in code over elements (elements.py)
ARITHMETIC = {"+", "-", "*", "/", "**", "//", "%"}
ONE = np.float32(1)
WHOLE = re.compile(r"math\.\w+\(\{0\}\)$")
LONGEST = 100  # letters of what is written within another operation's text
MATH = re.compile(r"math\.(\w+)")


class Numbers:
    """The part of the Writer that is about numbers."""

    def number(self, x, as_float=False):
        """The text of a 0-d operand as a Python number."""
        if type(x) is not GraphNode:
            x = x if type(x) in PYTHON_SCALARS else x.item()
            return self.literal(float(x) if as_float and type(x) is int else x)
        v = self.values[x]
        if v.number is None:
            given = x.prim is None  # (where a strong float is due a Python float may come)
            v.number = self.say(
                f"{'float' if v.aval.dtype == FLOAT else 'bool'}({v.array})"
                if given and v.aval.dtype in (FLOAT, BOOL)
                else f"{v.array}.item()"
            )
        return v.number

    def as_number(self, n):
        """Write a 0-d node over Python numbers, if it has such a form."""
        prim, aval = n.prim, n.aval
        if aval.dtype == SINGLE and not aval.weak and self.as_rounded(n):
            return True
        if not (aval.weak or aval.dtype == FLOAT or aval.dtype == BOOL):
            return self.as_numpy_scalar(n)
        known = [x.aval if type(x) is GraphNode else aval_of(x) for x in n.ins]
        if any([a.shape != () or (a.dtype.kind == "c" and not aval.weak) for a in known]):
            return False
        text = scalar_text(prim)
        if text is None or (aval.dtype == BOOL and not aval.weak and prim.symbol in ARITHMETIC):
            return self.as_numpy_scalar(n)
        numbers = [
            self.number(x, as_float=not aval.weak and aval.dtype == FLOAT and prim.symbol != "**") for x in n.ins
        ]
        narrow = narrow_among(known)
        if narrow is not None:  # (a comparison: NumPy rounds a Python number to the other's dtype first)
            numbers = [
                self.rounded(t, x, narrow) if a.weak else t for t, x, a in zip(numbers, n.ins, known, strict=True)
            ]
        if callable(text):
            text = text(numbers, n)
            if text is None:
                return self.as_numpy_scalar(n)
        else:
            text = text.format(*numbers)
        if text in numbers:  # (the identity)
            for x in n.ins:
                self.owned.pop(x if type(x) is GraphNode else None, None)  # (its name lives as long as either)
            self.values[n] = Value(aval, number=text)
            return True
        if self.careful and aval.dtype.kind != "c" and prim.elementwise:
            whole = is_ufunc(prim)
            f = prim.ufunc if whole else prim.bare
            typed = numbers if whole else [f"{self.numpy_type(FLOAT)}({t})" for t in numbers]
            text = f"{self.name(f, prim.name)}({', '.join(typed + self.params(n))}).item()"
            self.arrays = True
        else:
            self.raises = True
            text = MATH.sub(self.from_math, text)
        if n in self.nested and len(text) < LONGEST:
            self.values[n] = Value(aval, number=f"({text})")
            return True
        name = self.owned[n] = self.fresh_name()
        self.line(f"{name} = {text}", n)
        self.values[n] = Value(aval, number=name)
        return True

    def rounded(self, text, x, dtype):
        """The text of a Python number, rounded to a narrower float dtype."""
        if type(x) is not GraphNode:
            with np.errstate(all="ignore"):
                return self.literal(dtype.type(x).item())
        self.arrays = True
        return self.say(f"{self.numpy_type(dtype)}({text}).item()")

    def as_rounded(self, n):
        """A function of one float32 number: that of `math`, rounded, in a third of the time of a ufunc's call. (To multiply by one makes
        it a float32 in a quarter of the time that the type itself takes.)"""
        template = n.prim.scalar
        if self.careful or type(template) is not str or n.prim.arity != 1:
            return False
        if type(n.ins[0]) is not GraphNode or n.ins[0].aval != Aval((), SINGLE):
            return False
        text = template.format(self.array(n.ins[0]))
        self.arrays = True
        if "math." in template or " if " in template:
            self.raises = True
            whole = WHOLE.match(template) is not None
            text = f"{self.name(ONE)} * {text if whole else f'({text})'}"
        self.assign(n, MATH.sub(self.from_math, text))
        return True

    def from_math(self, found):
        name = f"math_{found[1]}"
        self.env[name] = getattr(math, found[1])
        return name

    def as_numpy_scalar(self, n):
        """Operators on NumPy's scalars: a quarter of what a ufunc takes for one number."""
        prim = n.prim
        if n.aval.weak or prim.symbol not in ARITHMETIC or prim.symbol == "**" or not n.aval.dtype.kind == "f":
            return False
        if any([x.aval.shape != () if type(x) is GraphNode else np.ndim(x) for x in n.ins]):
            return False
        texts = []
        for x in n.ins:
            if type(x) is GraphNode and x.prim is None and not x.aval.weak and self.array(x)[0] == "a":
                self.values[x].array = self.say(f"{self.values[x].array}[()]")  # (it may be an array without axes)
            if type(x) in PYTHON_SCALARS and type(x) is not complex:
                with np.errstate(all="ignore"):
                    x = self.kept.setdefault(("number", n.aval.dtype, repr(x)), n.aval.dtype.type(x))
            texts.append(self.array(x))
        self.arrays = True
        self.assign(n, prim.symbol + texts[0] if len(texts) == 1 else f" {prim.symbol} ".join(texts))
        return True


def within_others(items, results):
    """The numbers that one operation alone reads, and once: they are written within its text."""
    readers = {}
    for n in items:
        for i, x in enumerate(n.ins):
            if type(x) is GraphNode and type(x.aval) is Aval and x.aval.shape == ():
                readers[x] = None if x in readers or type(n) is not GraphNode else (n, i)
    return {x for x, reader in readers.items() if reader and x.prim and x not in results and reads_once(x, *reader)}


def reads_once(x, n, i):
    """Does the text of a node have its operand of this number once, and more than that?"""
    if x.aval.dtype not in PLAIN or x.aval.weak or type(n.aval) is tuple or n.aval.shape or n.aval.dtype not in PLAIN:
        return False
    text = scalar_text(n.prim)
    return type(text) is str and text.count(f"{{{i}}}") == 1 and text != "{0}"


def narrow_among(avals):
    """The float dtype below float64 that Python numbers are brought to beside these operands; None where there is none."""
    strong = [a.dtype for a in avals if not a.weak]
    if not strong or len(strong) == len(avals):
        return None
    dtype = np.result_type(*strong)
    return dtype if dtype.kind == "f" and dtype.itemsize < 8 else None


def is_ufunc(prim):
    return (
        prim.ufunc is not None
        and (prim.bare is prim.ufunc or prim.symbol is not None)
        and prim.params in ((), ("kink",))
    )


def scalar_text(prim):
    """How a primitive is written over Python numbers: a template, or a function of (texts, node)."""
    if prim.scalar is not None:
        return prim.scalar
    if prim.symbol is None:
        return None
    if prim.arity == 1:
        return prim.symbol + "{0}" if prim.symbol in "+-" else prim.symbol + "({0})"
    return f"{{0}} {prim.symbol} {{1}}"


__all__ = ["Numbers", "is_ufunc", "within_others"]
