"""What a function does while it is staged that each call has to do anew: it draws from a generator of Python's or NumPy's, asks the clock, reads or
writes files, or fills a container that outlives it.

Invariant: calls of functions written in C are looked at before they happen (sys.setprofile), so that what is refused has not been done; a container
is copied before it is changed, and is what it was where staging fails. What a function of NumPy's changes shows by the state of its generators.
"""

import builtins
import contextlib
import os
import sys
from functools import partial

import numpy as np

from funcgrad.compile.baked import Draws
from funcgrad.core.site import internal
from funcgrad.core.state import tls

from .known import acts, may_act
from .reach import Reach
from .watch import Unfit

FILES = frozenset(
    "load save loadtxt savetxt genfromtxt savez savez_compressed dump open_memmap from_file".split()
)  # ours and NumPy's, that may open one
LIBRARY = os.path.dirname(os.__file__) + os.sep


def asked_by_user(frame):
    """Does code of the user's call, perhaps by way of the standard library, and none of ours in between? (An import is no call.)"""
    while frame is not None:
        name, file = frame.f_globals.get("__name__"), frame.f_code.co_filename
        if internal[name] or file.startswith("<frozen importlib") or name == "linecache":
            return False
        if not file.startswith((LIBRARY, "<frozen")) or "site-packages" in file:
            return True
        frame = frame.f_back
    return False


def from_outside(frame):
    """Does somebody call it who means to, and not Python to import a module or to show a line?"""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib") or frame.f_globals.get("__name__") == "linecache":
            return False
        frame = frame.f_back
    return True


def frozen(state):
    """The state of a generator of NumPy's, to be compared."""
    if isinstance(state, (dict, tuple)):
        return tuple([frozen(v) for v in (state.values() if isinstance(state, dict) else state)])
    return state.tobytes() if isinstance(state, np.ndarray) else state


def streams(draws, reached):
    """(state, how it is put back, how it is asked for) of the generators of NumPy's that a function may draw from."""
    if "numpy.random" not in sys.modules:
        return []
    found = [(np.random.get_state, np.random.set_state)]
    generators = [g for g, _ in draws.generators.values()]
    for g in {id(g): g for g in generators + [x for x in reached if isinstance(x, draws.kinds)]}.values():
        if isinstance(g, np.random.RandomState):
            found.append((g.get_state, g.set_state))
        else:
            found.append((partial(getattr, g.bit_generator, "state"), partial(setattr, g.bit_generator, "state")))
    return [(get(), put, get) for get, put in found]


class printing_refused:
    """While a function that names `print` is staged, printing raises: it is for each call, not for the first."""

    def __init__(self, watch):
        self.on = "print" in watch.reader.builtins

    def __enter__(self):
        if self.on:
            self.before = before = builtins.print

            def refusing(*args, **kwargs):
                if tls.stage is not None:
                    raise Unfit("it prints")
                return before(*args, **kwargs)

            builtins.print = refusing

    def __exit__(self, *error):
        if self.on:
            builtins.print = self.before


class Effects:
    """A block in which a function is staged; afterwards `refuse()` raises Unfit, `restore()` takes back what was changed."""

    def __init__(self, f, watch, tensors):
        self.tensors = [(t, dict(vars(t))) for t in tensors]
        for name in {k for _, own in self.tensors for k in own}:
            if name in watch.reader.loaded:
                raise Unfit(f"it may read the attribute {name!r} of a Tensor it is given")
        self.reach = Reach(*watch.roots())
        draws = Draws(f)
        if draws.unseeded():
            raise Unfit("it makes a generator of NumPy's without a seed, which each call would have to do anew")
        self.streams = streams(draws, self.reach.alive)
        self.refused = None
        values = [v for *_, v, _ in watch.places.values()] + watch.objects
        files = not (
            FILES.isdisjoint(watch.asked | watch.reader.foreign) and watch.reader.builtins.isdisjoint(("open", "input"))
        )
        self.looks = files or any(map(may_act, values))

    def __enter__(self):
        if self.looks:
            if sys.getprofile() is not None:
                raise Unfit("a profiler is on, and it may have effects that only a profiler sees")
            sys.setprofile(self.look)
        return self

    def __exit__(self, *error):
        if self.looks:
            sys.setprofile(None)

    @contextlib.contextmanager
    def guarded(self, watch):
        """A block, in which nothing may be done that each call would have to do: what is changed there is changed back."""
        try:
            with printing_refused(watch), self:
                yield
            self.refuse(watch)
        except BaseException:
            self.restore()
            raise

    def look(self, frame, event, f):
        if event != "c_call":
            return
        if acts(f) and (asked_by_user(frame) or f is open and from_outside(frame)):
            self.refused = Unfit(f"it calls {f.__qualname__}, which each call would have to do anew")
            raise self.refused

    def refuse(self, watch):
        """Raise Unfit for what each call would have to do anew."""
        if self.refused is not None:
            raise self.refused
        if left := watch.changed():
            raise Unfit(f"it changes {left[0][3]}, which each call would have to do anew")
        if any(
            [
                vars(t).keys() != own.keys() or any([vars(t)[k] is not v for k, v in own.items()])
                for t, own in self.tensors
            ]
        ):
            raise Unfit("it gives an attribute to a Tensor, which each call would have to do anew")
        for x in self.reach.changed():
            raise Unfit(
                f"it changes a {type(x).__name__} that outlives the call, which each call would have to do anew"
            )
        if any([frozen(get()) != frozen(state) for state, _, get in self.streams]):
            raise Unfit("it draws from a generator of NumPy's, which each call would have to do anew")

    def restore(self):
        self.reach.restore()
        for state, put, _ in self.streams:
            put(state)
        for t, own in self.tensors:
            vars(t).clear()
            vars(t).update(own)


__all__ = ["Effects"]
