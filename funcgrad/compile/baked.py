"""np.random drawn while a function is staged: its figures become constants of the compiled code, and the user is told so.

Invariant: no generator and no function of NumPy's is touched. The states of NumPy's global generator and of the generators that
the function can name (variables outside it, and attributes of objects in them) are compared, before and after; one that is made
inside without a seed is seen in the code.
"""

import dis
import sys
import types

from ..core.site import internal, warn, where
from ..errors import BakedWarning

MAKERS = ("default_rng", "RandomState")
LEADING = (
    "func",
    "__func__",
    "__wrapped__",
    "f",
    "forward",
)  # of a partial, a method, a decorated or compiled function, a module
MOST = 200  # functions of the user's that are looked into
UNUSED = 623  # where NumPy's global generator stands before its first draw


class Draws:
    """The generators that a function may draw from, and their states as it begins."""

    def __init__(self, f):
        module = sys.modules.get("numpy.random")
        self.kinds = () if module is None else (module.Generator, module.RandomState)
        self.codes, self.generators = [], {}  # by id: (generator, the name it goes by)
        self.functions, self.objects = [], {}  # of the user's, that it calls; and by id, what these can name
        self.look_into(f)
        self.legacy = legacy()
        self.before = {k: state_of(g) for k, (g, _) in self.generators.items()}

    def look_into(self, f):
        stack, seen = [f], set()
        while stack and len(seen) < MOST:
            f = stack.pop()
            if id(f) in seen:
                continue
            seen.add(id(f))
            own = getattr(f, "__dict__", {})
            stack += [getattr(f, k) for k in LEADING if k in own or k in vars(type(f))]
            stack += (own.get("_modules") or {}).values()
            self.attributes(getattr(f, "__self__", f))
            if not isinstance(f, types.FunctionType):
                continue
            if internal[f.__globals__.get("__name__")]:  # (a wrapper of ours)
                stack += [v for v in map(content, f.__closure__ or ()) if callable(v) and not isinstance(v, type)]
                continue
            self.functions.append(f)
            codes = codes_of(f.__code__)
            self.codes += codes
            named = [(n, f.__globals__[n]) for c in codes for n in c.co_names if n in f.__globals__]
            named += [(n, content(c)) for n, c in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True)]
            for name, value in named:
                if isinstance(value, self.kinds):
                    self.generators[id(value)] = value, name
                elif callable(value) and not isinstance(value, type):
                    stack.append(value)
                if not isinstance(value, (type, types.ModuleType, types.FunctionType)):
                    self.attributes(value)

    def attributes(self, x):
        """Note an object, and the generators among its attributes."""
        self.objects[id(x)] = x
        for name, value in list(getattr(x, "__dict__", {}).items()) if self.kinds else ():
            if isinstance(value, self.kinds):
                self.generators[id(value)] = value, name

    def warn(self):
        """Tell of each generator that has moved on."""
        if legacy() != self.legacy:
            tell("np.random", self.first(draws_from_numpy))
        for k, (g, name) in self.generators.items():
            if state_of(g) != self.before[k]:
                tell(f"{name} (a {type(g).__name__})", self.first(lambda i, name=name: i.argval == name))
        for maker, at in self.unseeded():
            tell(f"{maker}(), made without a seed,", at)

    def unseeded(self):
        """(name, where) of each generator that the code makes without a seed."""
        return [
            found for code in self.codes if any([m in code.co_names for m in MAKERS]) for found in made_inside(code)
        ]

    def first(self, test):
        """The first place in the code that a test accepts, or where the function begins."""
        for code in self.codes:
            for i in dis.get_instructions(code):
                if i.opname.startswith("LOAD_") and test(i):
                    return code, i.offset
        return (self.codes[0], 0) if self.codes else None


def draws_from_numpy(i):
    return i.argval == "random" or (type(i.argval) is str and hasattr(sys.modules["numpy.random.mtrand"], i.argval))


def made_inside(code):
    """(name, where) of each generator that a piece of code makes without a seed."""
    maker = None
    for i in dis.get_instructions(code):
        if i.opname.startswith("LOAD_") and i.argval in MAKERS:
            maker = i
        elif i.opname in ("CALL", "CALL_KW", "CALL_FUNCTION_EX") and maker is not None:
            if i.opname == "CALL" and i.arg == 0:
                yield maker.argval, (code, maker.offset)
            maker = None


def tell(what, at):
    warn(
        f"jit: {what} was drawn from while the function was staged, at {where(at)}. The figures are part of the compiled code and the "
        "same in every call. Draw outside and pass them as an argument; or draw with funcgrad.random and a key, or with compat's "
        "torch.rand and its like, which draw anew in each call.",
        BakedWarning,
    )


def legacy():
    """The state of NumPy's global generator, in short; None before its first draw."""
    module = sys.modules.get("numpy.random.mtrand")
    if module is None:
        return None
    short = state_of(module._rand)
    return None if short[0] == UNUSED else short


def state_of(g):
    """The state of a generator, in short."""
    bits = g._bit_generator
    state = bits.state
    inner = state["state"]
    return (inner["pos"], inner["key"][:4].tobytes()) if "pos" in inner else repr(state)


def content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # (nothing yet)
        return None


def codes_of(code):
    """A code object and those inside it."""
    codes = [code]
    for c in codes:
        codes += [k for k in c.co_consts if isinstance(k, types.CodeType)]
    return codes


__all__ = ["Draws", "codes_of", "content"]
