"""Donated arguments of a jitted function: arrays whose memory its results may be written into.

Invariant: only memory that a donated argument alone has is given away. What is a view, read-only, shared with another argument or
of no result's form is left as it is, and a warning says so; the call gives the same results either way.
"""

import numpy as np

from .. import tree
from ..core.aval import PYTHON_SCALARS, ndarray
from ..core.handle import Taped
from ..core.mutation import ALONE, references
from ..core.quiet import quiet
from ..core.site import here, site, warn
from ..core.trace import TAPE
from ..errors import DonationWarning, StaticArgumentError
from ..transforms.static import resolved
from .source import compiled


class Donation:
    """Which arguments are donated: positions and names."""

    def __init__(self, f, numbers, names, static_numbers, static_names):
        self.numbers, self.names = resolved(f, numbers, names, "donate")
        both = [*(set(self.numbers) & set(static_numbers)), *(set(self.names) & set(static_names))]
        if both:
            raise StaticArgumentError(f"jit: argument {both[0]!r} is both static and donated. [at {here()}]")
        self.static = set(static_numbers)

    def leaves(self, args, kwargs):
        """{number of a leaf of (args, kwargs): its name} of what is donated; args without the static ones."""
        positions = [i for i in range(len(args) + len(self.static)) if i not in self.static][: len(args)]
        found, at = {}, 0
        for i, x in zip(positions, args, strict=True):
            paths = [tree.keystr(path) for path, _ in tree.leaves_with_path(x)]
            if i in self.numbers:
                found |= {at + k: f"args[{i}]{path}" for k, path in enumerate(paths)}
            at += len(paths)
        for key in sorted(kwargs):
            paths = [tree.keystr(path) for path, _ in tree.leaves_with_path(kwargs[key])]
            if key in self.names:
                found |= {at + k: f"{key}{path}" for k, path in enumerate(paths)}
            at += len(paths)
        return found

    def run(self, t, leaves, args, kwargs):
        """The results of a staged function, in donated memory where that goes; None where the arguments are traced."""
        shared = {i for i, x in enumerate(leaves) if isinstance(x, Taped) and references(x) > ALONE}
        values = [x.val if isinstance(x, Taped) and x.owner is TAPE else x for x in leaves]
        if t.taped or not all(
            [type(v) is ndarray or type(v) in PYTHON_SCALARS or isinstance(v, np.generic) for v in values]
        ):
            return None
        wanted = [(a.shape, a.dtype) for a in t.graph.out_avals[: len(t.outs)]]
        given = []
        for i, name in self.leaves(args, kwargs).items():
            why = refusal(i, leaves, values, wanted)
            if why is None and i in shared:
                why = "its memory is shared by a view, by .numpy() or by what a graph has saved"
            if why is None:
                given.append(i)
                wanted.remove((values[i].shape, values[i].dtype))
            else:
                warn(
                    f"jit: the donated argument {name} is not written over: {why}. Its memory stays as it is, and the result has memory "
                    f"of its own. [at {here()}]",
                    DonationWarning,
                )
        inputs = [values[place] if type(place) is int else place.val for place in t.order]
        with quiet():
            got = compiled(t.graph, tuple([t.order.index(i) for i in given]))(*inputs)
        for i in given:
            if isinstance(leaves[i], Taped):
                store = leaves[i].versioned()
                store.version += 1
                store.changed = site(2)
        kept = [v for i, v in enumerate(values) if i not in given]
        return got, kept


def refusal(i, leaves, values, wanted):
    """Why the memory of a leaf may not be given away; None if it may."""
    x, v = leaves[i], values[i]
    if type(v) is not ndarray:
        return "it is a number, not an array"
    if v.base is not None or (isinstance(x, Taped) and x.alias is not None):
        return "it is a view of memory that is another array's"
    if not v.flags.writeable:
        return "it is not writeable"
    if any([j != i and type(w) is ndarray and np.may_share_memory(v, w) for j, w in enumerate(values)]):
        return "it overlaps another argument"
    if (v.shape, v.dtype) not in wanted:
        return f"no result (that is left) is of its form, {v.dtype.name}{list(v.shape)}"
    return None


__all__ = ["Donation"]
