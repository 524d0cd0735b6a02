"""Schemas of operations, "name(Tensor x, SymInt k=2) -> Tensor": made of annotations, read, and calls bound to them.

Invariant: what a schema prints is the text that it was made of.
"""

import inspect
import re
import types as pytypes
import typing

from .devices import Device
from .dtypes import dtype
from .errors import type_name
from .tensor import Tensor

KINDS = {
    Tensor: "Tensor",
    int: "SymInt",
    float: "float",
    bool: "bool",
    str: "str",
    Device: "Device",
    dtype: "ScalarType",
}
SINGLE = {
    "Tensor": Tensor,
    "float": (int, float),
    "SymInt": int,
    "int": int,
    "bool": bool,
    "str": str,
    "Scalar": (int, float, complex),
}


def kind_of(annotation, name, signature):
    """The schema's word for the type of a parameter or result."""
    if annotation in KINDS:
        return KINDS[annotation]
    if annotation == int | float | bool:
        return "Scalar"
    of, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if of in (typing.Union, pytypes.UnionType) and type(None) in parts and len(parts) == 2:
        return kind_of(next(p for p in parts if p is not type(None)), name, signature) + "?"
    if of is not None and issubclass(of, typing.Sequence) and of is not tuple and len(parts) == 1:
        return kind_of(parts[0], name, signature) + "[]"
    raise ValueError(
        f"infer_schema(func): Parameter {name} has unsupported type {annotation}. The valid types are: Tensor, int, float, bool, str, device, "
        f"dtype, and Sequence or Optional of them. Got func with signature {signature})"
    )


def infer_schema(prototype_function, /, *, mutates_args, op_name=None):
    """The schema of an annotated function: "(Tensor x, SymInt k=2) -> Tensor".

    >>> import compat as torch
    >>> def f(x: torch.Tensor, k: int = 2) -> torch.Tensor: ...
    >>> torch.library.infer_schema(f, mutates_args=())
    '(Tensor x, SymInt k=2) -> Tensor'
    """
    signature = inspect.signature(prototype_function, eval_str=True)
    told = f"Got func with signature {signature})"
    missing = [] if mutates_args == "unknown" else [n for n in mutates_args if n not in signature.parameters]
    if missing:
        raise ValueError(
            f"infer_schema(func): {set(missing)} in mutates_args were not found in the custom op's signature. mutates_args should contain the "
            f"names of all args that the custom op mutates, or just the string 'unknown' if you don't know. {told}"
        )
    rows, star, letters = [], False, 0
    for name, p in signature.parameters.items():
        if p.annotation is p.empty:
            raise ValueError(f"infer_schema(func): Parameter {name} must have a type annotation. {told}")
        if p.kind is p.KEYWORD_ONLY and not star:
            star = True
            rows.append("*")
        kind = kind_of(p.annotation, name, signature)
        if kind.startswith("Tensor") and (mutates_args == "unknown" or name in mutates_args):
            kind, letters = kind.replace("Tensor", f"Tensor(a{letters}!)", 1), letters + 1
        value = "" if p.default is p.empty else f'="{p.default}"' if isinstance(p.default, str) else f"={p.default}"
        rows.append(f"{kind} {name}{value}")
    back = signature.return_annotation
    if back is signature.empty:
        raise ValueError(f"infer_schema(func): No return type annotation was provided. Please add one. {told}")
    parts = () if back is None else typing.get_args(back) if typing.get_origin(back) is tuple else (back,)
    results = [kind_of(p, "return", signature) for p in parts]
    return (
        f"{op_name or ''}({', '.join(rows)}) -> {results[0] if len(results) == 1 else '(' + ', '.join(results) + ')'}"
    )


class Argument:
    """One argument of a schema: its name, type, default, and is it by keyword only, written into?"""

    def __init__(self, text, keyword):
        text, given, value = text.strip().partition("=")
        kind, self.name = text.rsplit(" ", 1)
        self.written, self.keyword = "!" in kind, keyword
        self.kind = re.sub(r"\(a\d*!?\)", "", kind).strip()
        self.required = not given
        self.default = None if not given else {"True": True, "False": False, "None": None}.get(value, value)
        if given and isinstance(self.default, str):
            self.default = (
                value[1:-1]
                if value[0] in "\"'"
                else []
                if value == "[]"
                else float(value)
                if re.search(r"[.e]", value)
                else int(value)
            )

    def takes(self, value):
        """Is a value of this type?"""
        kind = self.kind
        if kind.endswith("?"):
            return value is None or (kind[:-1] not in SINGLE or isinstance(value, SINGLE[kind[:-1]]))
        if re.search(r"\[\d*\]$", kind):
            return isinstance(value, (list, tuple))
        number = kind in ("float", "SymInt", "int", "Scalar") and isinstance(value, Tensor) and value.numel() == 1
        return kind not in SINGLE or number or isinstance(value, SINGLE[kind])


def as_printed(number):
    """A float as torch prints it in a schema: all its digits, and a point."""
    text = f"{number:.17g}"
    return text if set(text) & {".", "e"} else f"{text}."


class Schema:
    """What an operation takes and gives; `text` as torch prints it."""

    def __init__(self, text):
        self.text = re.sub(r"(float\??) (\w+)=([-+\d.e]+)", lambda m: f"{m[1]} {m[2]}={as_printed(float(m[3]))}", text)
        self.name, taken, self.gives = re.fullmatch(r"\s*([\w:.]*)\s*\((.*)\)\s*->\s*(.*)", text, re.S).groups()
        self.arguments, keyword = [], False
        for part in re.split(r",(?![^\[(]*[\])])", taken) if taken.strip() else []:
            if part.strip() == "*":
                keyword = True
            else:
                self.arguments.append(Argument(part, keyword))

    def __str__(self):
        return self.text

    __repr__ = __str__

    def bound(self, name, args, kwargs):
        """({argument: value}); RuntimeError in torch's words if the call does not fit."""
        places = [a for a in self.arguments if not a.keyword]
        if len(args) > len(places):
            raise RuntimeError(
                f"{name}() expected at most {len(places)} argument(s) but received {len(args)} argument(s). Declaration: {self}"
            )
        values = {a.name: v for a, v in zip(places, args)}
        for key, value in kwargs.items():
            if key in values:
                raise RuntimeError(
                    f"Argument '{key}' specified both as positional and keyword argument. Schema: {self}"
                )
            if not any([a.name == key for a in self.arguments]):
                raise RuntimeError(f"Unknown keyword argument '{key}' for operator '{name}'. Schema: {self}")
            values[key] = value
        for position, a in enumerate(self.arguments):
            if a.name not in values:
                if a.required:
                    raise RuntimeError(f"{name}() is missing value for argument '{a.name}'. Declaration: {self}")
                values[a.name] = a.default
            elif not a.takes(value := values[a.name]):
                wanted = a.kind.replace("SymInt", "int")
                wanted = f"List[{wanted[:-2]}]" if wanted.endswith("[]") else wanted
                why = (
                    f"Unable to cast {value} to Tensor"
                    if wanted == "Tensor"
                    else f"Unable to cast Python instance of type {type(value)} to C++ type '?' (#define PYBIND11_DETAILED_ERROR_MESSAGES or "
                    "compile in debug mode for details)"
                )
                raise RuntimeError(
                    f"{name}() Expected a value of type '{wanted}' for argument '{a.name}' but instead found type '{type_name(value)}'.\n"
                    f"Position: {position}\nValue: {value!r}\nDeclaration: {self}\nCast error details: {why}"
                )
            elif a.kind in ("float", "SymInt", "int") and isinstance(value, (Tensor, bool)):
                values[a.name] = (
                    value.item() if isinstance(value, Tensor) else (float if a.kind == "float" else int)(value)
                )
        return {a.name: values[a.name] for a in self.arguments}
