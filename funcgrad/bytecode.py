"""Which globals a code object reads, and the same code with some of them, and some imports, turned into constants.

Invariant: a patched code object has the size, jumps, line table and stack depth of the original: a read of a global
occupies its instruction and inline caches, which is room enough for the load of a constant. Everything that is not
patched (other globals, `global` statements, builtins, `globals()`) works on the original module as before.

CPython 3.11 to 3.14. What differs between those is the order of a global and the NULL below or above it in a call,
and how the level of an import is pushed; opcode numbers and the number of caches are read off the interpreter.
"""

import dis
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any

_OP = dis.opmap
_CACHE, _NOP, _EXTENDED_ARG = _OP["CACHE"], _OP["NOP"], _OP["EXTENDED_ARG"]
_LOAD_CONST, _LOAD_GLOBAL, _LOAD_NAME = _OP["LOAD_CONST"], _OP["LOAD_GLOBAL"], _OP["LOAD_NAME"]
_IMPORT_NAME, _PUSH_NULL, _STORE_DEREF = _OP["IMPORT_NAME"], _OP["PUSH_NULL"], _OP["STORE_DEREF"]
_LOAD_SMALL_INT = _OP.get("LOAD_SMALL_INT")  # since 3.14
_NULL_FIRST = sys.version_info < (3, 13)


def read_names(code: CodeType) -> set[str]:
    """Return the names of globals (or builtins) that the code, or code nested in it, reads.

    >>> sorted(read_names((lambda xs: [len(x) + offset for x in xs]).__code__))
    ['len', 'offset']
    """
    names = set()
    for inner in _nested(code):
        local = _stored(inner, "STORE_NAME", "DELETE_NAME")
        for _, _, op, arg in _instructions(inner.co_code):
            if op == _LOAD_GLOBAL:
                names.add(inner.co_names[arg >> 1])
            elif op == _LOAD_NAME and inner.co_names[arg] not in local:
                names.add(inner.co_names[arg])
    return names


def written_names(code: CodeType) -> set[str]:
    """Return the names that the code, or code nested in it, declares `global` and writes or deletes."""
    return set().union(*[_stored(inner, "STORE_GLOBAL", "DELETE_GLOBAL") for inner in _nested(code)])


def written_free_variables(code: CodeType) -> set[str]:
    """Return the names that the code, or code nested in it, declares `nonlocal` and writes."""
    names = set()
    for inner in _nested(code):
        if inner.co_freevars and any(op == _STORE_DEREF for _, _, op, _ in _instructions(inner.co_code)):
            names |= {i.argval for i in dis.get_instructions(inner) if i.opname == "STORE_DEREF"}
    return names


def imports(code: CodeType) -> list[tuple[str, tuple[str, ...] | None, int]]:
    """Return (module name, names imported from it, level) of the import statements that `with_constants` can patch.

    >>> def f():
    ...     import os.path
    ...     from collections import deque
    >>> imports(f.__code__)
    [('os.path', None, 0), ('collections', ('deque',), 0)]
    """
    return [found[2] for inner in _nested(code) for found in _imports(inner)]


def with_constants(
    code: CodeType,
    names: Mapping[str, Any],
    module_for: Callable[[str, tuple[str, ...] | None, int], Any] = lambda name, fromlist, level: None,
) -> CodeType:
    """Return the code with reads of the globals `names` giving those values, in nested code too.

    `module_for(name, fromlist, level)` says what an import statement gives in place of the module; None leaves it.
    The class in `super(C, self)` stays as it is: it is a place in the order of resolution, which a subclass that
    stands for C does not change.

    >>> f = lambda: offset + 1
    >>> f.__code__ = with_constants(f.__code__, {"offset": 41})
    >>> f()
    42
    """
    raw = bytearray(code.co_code)
    constants = list(code.co_consts)
    places = {}  # id of a value -> its index among the constants

    def constant(value) -> int:
        if id(value) not in places:
            places[id(value)] = len(constants)
            constants.append(value)
        return places[id(value)]

    for i, inner in enumerate(code.co_consts):
        if isinstance(inner, CodeType):
            constants[i] = with_constants(inner, names, module_for)
    local = _stored(code, "STORE_NAME", "DELETE_NAME")
    before = None  # the global read by the instruction before
    for first, at, op, arg in _instructions(code.co_code):
        name = code.co_names[arg >> 1] if op == _LOAD_GLOBAL else None
        if name in names and before != "super":
            load = _load(constant(names[name]))
            if arg & 1:
                load = [_PUSH_NULL, 0, *load] if _NULL_FIRST else [*load, _PUSH_NULL, 0]
            _overwrite(raw, first, at, load)
        elif op == _LOAD_NAME and code.co_names[arg] in names and code.co_names[arg] not in local:
            _overwrite(raw, first, at, _load(constant(names[code.co_names[arg]])))
        before = name
    if not _stored(code, "STORE_GLOBAL"):  # what an import binds to a global stays what the module expects
        for first, at, statement in _imports(code):
            module = module_for(*statement)
            if module is not None:
                _overwrite(raw, first, at, _load(constant(module)))
    return code.replace(co_code=bytes(raw), co_consts=tuple(constants))


def _nested(code: CodeType) -> Iterator[CodeType]:
    todo = [code]
    while todo:
        inner = todo.pop()
        yield inner
        todo += [value for value in inner.co_consts if isinstance(value, CodeType)]


def _instructions(raw: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield (offset of the first prefix, offset, opcode, argument) of every instruction."""
    first, prefix = None, 0
    for at in range(0, len(raw), 2):
        op = raw[at]
        if op == _CACHE:
            continue
        first = at if first is None else first
        arg = prefix | raw[at + 1]
        if op == _EXTENDED_ARG:
            prefix = arg << 8
            continue
        yield first, at, op, arg
        first, prefix = None, 0


def _stored(code: CodeType, *opnames: str) -> set[str]:
    ops = {_OP[name] for name in opnames}
    return {code.co_names[arg] for _, _, op, arg in _instructions(code.co_code) if op in ops}


def _imports(code: CodeType) -> Iterator[tuple[int, int, tuple[str, tuple[str, ...] | None, int]]]:
    """Yield (first offset, last offset, statement) of every `LOAD level; LOAD fromlist; IMPORT_NAME`."""
    before = [(0, 0, None, 0)] * 2
    for instruction in _instructions(code.co_code):
        _, at, op, arg = instruction
        (first, _, level_op, level), (_, _, from_op, fromlist) = before
        if op == _IMPORT_NAME and from_op == _LOAD_CONST and level_op in (_LOAD_CONST, _LOAD_SMALL_INT):
            if level_op == _LOAD_CONST:
                level = code.co_consts[level]
            yield first, at, (code.co_names[arg], code.co_consts[fromlist], level)
        before = [before[1], instruction]


def _load(index: int) -> list[int]:
    prefixes = []
    for shift in (24, 16, 8):
        if index >> shift:
            prefixes += [_EXTENDED_ARG, index >> shift & 0xFF]
    return [*prefixes, _LOAD_CONST, index & 0xFF]


def _overwrite(raw: bytearray, first: int, at: int, instructions: list[int]) -> None:
    """Put instructions in the place of those from `first` to `at` and its caches, and fill up with NOPs."""
    end = at + 2
    while end < len(raw) and raw[end] == _CACHE:
        end += 2
    padding = end - first - len(instructions)
    if padding >= 0:  # always so but for a class body with more than 250 constants, where the read stays as it was
        raw[first:end] = bytes([*instructions, *[_NOP, 0] * (padding // 2)])
