"""What a compiled function knows of itself: how often it was called, what it was staged for and why, and what its code takes.

Invariant: nothing here is counted on the path of a call but the call itself.
"""

import dataclasses

from .. import tree
from ..core.aval import PYTHON_SCALARS
from ..core.handle import Taped
from .account import shares


@dataclasses.dataclass
class Compilation:
    """One staging of a function. `reason`: what was new. `seconds`: staging and passes. Once the code is written too, what account.py
    has of it: its `nodes`, the arrays (`buffers`, `nbytes`) it keeps between calls, the bytes it holds at most (`peak`), the `regions`
    it computes in `blocks` and on how many `threads`, and `seconds_writing` it. All are None before."""

    reason: str
    seconds: float
    graph: object = dataclasses.field(repr=False)

    def __getattr__(self, name):
        if name in ("nodes", "buffers", "nbytes", "peak", "blocks", "regions", "threads", "seconds_writing"):
            return getattr(self.graph.cache.get("written"), name, None)
        raise AttributeError(name)

    def __str__(self):
        text = f"{self.reason}; {1e3 * self.seconds:.1f} ms to stage"
        if self.nodes is None:
            return text
        lines = [
            f"{text}, {1e3 * self.seconds_writing:.1f} ms to write: {self.nodes} operations, {self.buffers} buffers of {self.nbytes} "
            f"bytes, {self.peak} bytes at most"
        ]
        lines += [
            f"  a region of {nodes} operations on {rows} rows in {blocks} blocks, on {shares(parts)} threads"
            for nodes, rows, blocks, _, parts in self.regions
        ]
        return "\n  ".join(lines)


@dataclasses.dataclass
class Stats:
    """`calls` of a compiled function, its `compilations`, in order, and how many of them it keeps (`entries`)."""

    calls: int
    compilations: list
    entries: int

    def __str__(self):
        n = len(self.compilations)
        lines = [
            f"{self.calls} calls, {n} compilation{'s' * (n != 1)}, {self.entries} kept",
            *map(str, self.compilations),
        ]
        return "\n  ".join(lines)


def reason(key, keys):
    """What is new in the key of a signature, (structure, leaves, static arguments), beside those there were."""
    if not keys:
        return "the first call"
    structure, leaves, static = key
    best = max(keys, key=lambda k: (k[0] == structure, k[2] == static, sum(map(same, k[1], leaves))))
    if best[0] != structure:
        return f"arguments of another structure: {structure}, not {best[0]}"
    if best[2] != static:
        return f"other static arguments: {described(static)}, not {described(best[2])}"
    names = [
        tree.keystr(path) for path, _ in tree.leaves_with_path(tree.unflatten(structure, list(range(len(leaves)))))
    ]
    found = [
        f"{named(name)} is {text(new)}, not {text(old)}"
        for name, new, old in zip(names, leaves, best[1], strict=True)
        if new != old
    ]
    return "; ".join(found) or "what the function does depends on whether a .grad is None, and that changed"


def same(a, b):
    return a == b


def named(path):
    """`[0][1]['w']` of (args, kwargs) as a reader names it."""
    return f"args{path[3:]}" if path.startswith("[0]") else f"kwargs{path[3:]}"


def described(static):
    return ", ".join([f"{k!r}: {v!r}" for part in static[:2] for k, v in part])


def text(leaf):
    """One leaf of a key in words."""
    if leaf in PYTHON_SCALARS:
        return f"a Python {leaf.__name__}"
    shape, dtype, *rest = leaf
    grads = " that requires grad" if len(rest) > 1 and rest[1] else ""
    kind = "Tensor " if rest and issubclass(rest[0], Taped) else ""
    return f"{kind}{dtype.name}[{','.join(map(str, shape))}]{grads}"


__all__ = ["Compilation", "Stats", "reason"]
