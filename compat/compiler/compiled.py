"""compat.compile: a function of Tensors, a module or a training step, staged once per signature and run as one program.

Invariant: a compiled function gives the results, and leaves the state, that the function itself would. Where that cannot be
promised it is run as it is, and one warning says why.
"""

import functools
import threading
import time
import types
import weakref

import numpy as np

from funcgrad.compile.stats import Compilation, Stats
from funcgrad.core import nans, state
from funcgrad.core.handle import fresh
from funcgrad.core.site import warn
from funcgrad.core.trace import TAPE
from funcgrad.errors import ConcretizationError
from funcgrad.transforms.boundary import as_tensor

from ..autograd.walks import Accumulation
from ..devices import Default as DefaultDevice
from ..functions.symbolic_floats import Moving
from ..native import Seeing
from ..nn.modules.module import Module
from ..tensor import Tensor
from .conditions import SMALL
from .entry import MISS, written
from .options import check_options, get_default_backend
from .region import FirstStepError, program, reason_of
from .stance import STANCE
from .trees import apart, has_one_twice, together
from .watch import Replaced, Unfit, Watch


class Parts:
    """The modules that a function names, the outermost ones, each with a Compiled for its call."""

    def __init__(self, f, modules, compiled):
        modules = list(modules)
        own = attribute(f, "__self__", f)
        if isinstance(own, Module):  # (a module's forward: its parts are its children)
            modules = [m for m in modules if m is not own]
        inner = {id(c) for m in modules for c in m.modules() if c is not m}
        self.parts = [(m, compiled(m._call_impl)) for m in modules if id(m) not in inner]

    def run(self, f, args, kwargs):
        """f(*args, **kwargs), in which these modules are called compiled."""
        taken = []
        try:
            for m, compiled in self.parts:
                own = vars(m)
                if own.get("_compiled_call_impl") is None:  # (not the user's m.compile(), not another thread's run)
                    own["_compiled_call_impl"] = compiled
                    taken.append(own)
            return f(*args, **kwargs)
        finally:
            for own in taken:
                own.pop("_compiled_call_impl", None)


CALL = Module.__call__
tls, shared = state.tls, state.shared
MOST = 8  # programs of one function, unless it asks for others
FUNCTIONS = types.FunctionType, types.MethodType, types.BuiltinFunctionType
LOCK = threading.RLock()
KEPT_OUT = "torch.compiler.disable"  # who asked for that wants nothing compiled
ALIVE = weakref.WeakSet()  # what torch.compiler.reset() reaches


class Compiled:
    """A function compiled by compat.compile."""

    def __init__(self, f, fullgraph=False, dynamic=None, most=None, part=False):
        """`most`: programs (MOST); what comes after is run as it is. `part`: of a function that is run as it is, and has said so."""
        self.f, self.fullgraph, self.dynamic, self.part = f, fullgraph, dynamic, part
        self.most = MOST if most is None else most
        self.parts = None
        self.entries = []  # functions of (args, kwargs), the one that ran last in front
        self.explanations = {}
        self.compilations = []
        self.fallbacks = []  # why it was run as it is
        self.calls = 0
        self.full = False
        self.floats = Floats()
        ALIVE.add(self)
        if not isinstance(f, Module):  # (whose class may have a __getattr__ of its own)
            functools.update_wrapper(self, f, updated=())

    def __reduce__(self):  # (a copy compiles for itself: programs hold the Tensors they were made for)
        return Compiled, (self.f, self.fullgraph, self.dynamic, self.most)

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)

    def __call__(self, *args, **kwargs):
        self.calls += 1
        if STANCE.instead is not None:
            return STANCE.instead(self.f, args, kwargs)
        for attempt in self.entries:
            got = attempt(args, kwargs)
            if got is not MISS:
                return got
        return self.missed(args, kwargs)

    def missed(self, args, kwargs):
        """A call for which there is no program."""
        if Module.__call__ is not CALL or Seeing.modes:  # (fx looks at the calls, and records them; and so do modes)
            return self.f(*args, **kwargs)
        if (
            DefaultDevice.elsewhere
            or shared.staging
            or tls.mapping is not None
            or nans.switch.on
            or Accumulation.report is not None
            or self.full
        ):
            return self.f(*args, **kwargs)
        if STANCE.name != "default" and STANCE.missed(self.f, self.why(args, kwargs) if self.entries else None):
            return self.f(*args, **kwargs)
        with LOCK:
            for attempt in self.entries:  # (another thread may have been here)
                got = attempt(args, kwargs)
                if got is not MISS:
                    return got
            enter = self.build(args, kwargs)
        if enter is not None:
            got = enter(args, kwargs)
            if got is not MISS:
                return got
        return self.f(*args, **kwargs)

    def build(self, args, kwargs):
        """A new entry for these arguments, or None: this call runs the function as it is."""
        leaves = []
        structure = apart((args, kwargs), leaves)
        for x in leaves:
            if isinstance(x, Tensor):
                if x.alias is not None:
                    fresh(x)
                if x.owner is not TAPE:
                    return None
        why = self.why(args, kwargs)
        if len(self.entries) >= self.most:
            self.full = True
            if not self.part:
                warn(
                    f"compile: {name_of(self.f)} was compiled {self.most} times already; it is run as it is from here on. The last reason: "
                    f"{why}"
                )
            return None
        started = time.perf_counter()
        watch = None
        try:
            watch = Watch(self.f, args, kwargs)
            watch.refuse()
            refuse_arguments(leaves, watch)
            if has_one_twice((args, kwargs)):
                raise Unfit("an argument has one list or dict in two places")
            moving, again = self.floats.moving(structure, leaves, watch), True
            while again:
                try:
                    p, enter, explain = self.staged(watch, structure, leaves, moving)
                    again = False
                except FirstStepError:
                    return None
                except Replaced as error:  # (each call takes what it finds there)
                    moving[1].append(error.place)
                except Exception:  # (a number may have to be known: its value then makes a program of its own)
                    if not self.floats.settle():
                        raise
                    moving = [], []
        except Exception as error:
            if self.fullgraph:
                if isinstance(error, (Unfit, ConcretizationError)):
                    raise Unfit(
                        f"compile(fullgraph=True): {name_of(self.f)} cannot be compiled: {reason_of(error)}"
                    ) from error
                raise
            return self.fall_back(error, watch, structure, leaves, args, kwargs)
        self.compilations.append(Compilation(why, time.perf_counter() - started, p.staged.graph))
        return self.enter(enter, explain)

    def staged(self, watch, structure, leaves, moving):
        """(program, the road into it, what explains a miss). `moving`: (numbers of leaves, places) whose floats each call looks up."""
        tensors = [i for i, x in enumerate(leaves) if isinstance(x, Tensor)]
        numbers, places = moving
        inputs = [*tensors, *numbers, *places]
        values = [leaves[i] for i in tensors]
        values += [as_tensor(np.array(leaves[i])) for i in numbers]
        found = [namespace[key] for namespace, key in places]
        values += [x if isinstance(x, Tensor) else as_tensor(np.array(x)) for x in found]
        watch.moving, watch.dynamic = places, {(id(namespace), key) for namespace, key in places}
        p, effects = program(self.of_tensors(leaves, structure, inputs), values, watch)
        if (p.keyed or watch.compares) and any([id(leaves[i]) in p.named for i in tensors]):
            raise Unfit("it asks which Tensor an argument is, and is given one from outside")
        watch.finish()
        with effects.guarded(watch):  # (derivatives are staged here: rules of the user's)
            return p, *written(self.f, watch, structure, leaves, inputs, values, p, site_of(self.f))

    def enter(self, enter, explain):
        self.entries.insert(0, enter)
        self.explanations[enter] = explain
        return enter

    def of_tensors(self, leaves, structure, inputs):
        """The function of the leaves, and of the entries (namespace, key), that `inputs` names."""

        def f(*xs):
            full, before = list(leaves), []
            try:
                for number, (place, x) in enumerate(zip(inputs, xs, strict=True)):
                    namespace, key = (full, place) if type(place) is int else place
                    value = namespace[key]
                    new = x if isinstance(value, Tensor) else Moving(x, number, value)
                    if namespace is not full:
                        before.append((namespace, key, value, new))
                    namespace[key] = new
                args, kwargs = together(structure, full, made := [])
                return self.f(*args, **kwargs), made
            finally:
                for namespace, key, value, new in before:
                    if namespace[key] is new:
                        namespace[key] = value

        return f

    def fall_back(self, error, watch, structure, leaves, args, kwargs):
        """Let calls like this one run the function as it is. If that raises, the error is the user's own, and is theirs."""
        reason = reason_of(error)
        result = self.f(*args, **kwargs)
        if reason not in self.fallbacks:
            self.fallbacks.append(reason)
            if not self.part:
                warn(f"compile: {name_of(self.f)} is run as it is, not compiled: {reason}")
        if self.parts is None and watch is not None and KEPT_OUT not in reason:
            self.parts = Parts(self.f, watch.modules.values(), functools.partial(Compiled, part=True))
        parts = self.parts if self.parts is not None and self.parts.parts else None

        def eager(args, kwargs):
            return self.f(*args, **kwargs) if parts is None else parts.run(self.f, args, kwargs)

        if watch is None:  # (what it reads could not be found out)
            self.full = True
        else:
            watch.env["eager"] = eager
            watch.flags()
            self.enter(*written(self.f, watch, structure, leaves, (), (), None, None))
        return lambda *_: result  # (of tests nothing may hold any more: it has run)

    def why(self, args, kwargs):
        """What is new in a call, beside the program that comes nearest to it."""
        if not self.entries:
            return "the first call"
        found = [self.explanations[enter]()(args, kwargs) for enter in self.entries]
        return max([f if type(f) is tuple else (0, "arguments of another structure") for f in found])[1]

    def forget(self):
        """Let the next call compile anew."""
        self.entries, self.explanations, self.full, self.floats = [], {}, False, Floats()

    # -------------------------------------------------------------------------------------------- looking
    def stats(self):
        """Calls and compilations, with the reason of each, and why the function was run as it is."""
        parts = [(type(m).__name__, c.stats()) for m, c in (self.parts.parts if self.parts is not None else ())]
        return CompileStats(self.calls, list(self.compilations), len(self.entries), list(self.fallbacks), parts)

    def graph(self, *args, **kwargs):
        """The Graph of the program that ran last, after a call with these arguments."""
        self(*args, **kwargs)
        return self.compilations[-1].graph

    def source(self, *args, **kwargs):
        """The Python source of that program."""
        return self.graph(*args, **kwargs).cache["source"]


class Floats:
    """Which Python floats, among arguments and options of optimisers, were seen to change: from then on each call looks them up,
    and there is one program for all their values. So it does from the start for the rate of an optimiser with a schedule. Where a
    program has to know one, it is a constant again, for good."""

    def __init__(self):
        self.seen = {}  # place -> the value it was staged for last
        self.moved = {}
        self.settled = set()

    def moving(self, structure, leaves, watch):
        """(numbers of leaves, (namespace, key) of options) whose value each call is to look up."""
        by_type = "type" in watch.reader.builtins  # (to which what stands for a float is none)
        numbers = [
            i for i, x in enumerate(leaves) if type(x) is float and not by_type and self.moves((structure, i), x)
        ]
        places = []
        for o in watch.optimizers.values():
            scheduled = hasattr(o.step, "_wrapped_by_lr_sched")
            options = [(g, k, v) for g in o.param_groups for k, v in g.items() if type(v) is float]
            places += [(g, k) for g, k, v in options if self.moves((id(g), k), v, scheduled and k == "lr")]
        return numbers, places

    def moves(self, place, value, will=False):
        """Is this float looked up? `will`: it is known that it will change."""
        if place in self.settled:
            return False
        if will or self.seen.setdefault(place, value) != value:
            self.moved[place] = True
        return place in self.moved

    def settle(self):
        """What moved is constant from now on; was there any?"""
        self.settled |= self.moved.keys()
        found, self.moved = bool(self.moved), {}
        return found


class CompileStats(Stats):
    """What Stats has; `fallbacks`: why a function was run as it is; `parts`: (name, CompileStats) of each module in it that is compiled by
    itself then."""

    def __init__(self, calls, compilations, entries, fallbacks, parts=()):
        super().__init__(calls, compilations, entries)
        self.fallbacks, self.parts = fallbacks, list(parts)

    def __str__(self):
        lines = [super().__str__(), *[f"run as it is: {why}" for why in self.fallbacks]]
        lines += [f"its part {name}: {stats}".replace("\n", "\n  ") for name, stats in self.parts]
        return "\n  ".join(lines)


def refuse_arguments(leaves, watch):
    """Raise Unfit for an argument that is neither a Tensor nor known by its value, and where a Tensor is known by its id()."""
    for x in leaves:
        if watch.reader.by_id and isinstance(x, Tensor):
            raise Unfit("it may ask for the id() of a Tensor it is given")
        if hasattr(type(x), "__next__"):
            raise Unfit("an argument is an iterator, from which each call would have to take anew")
        if isinstance(x, np.ndarray) and x.size > SMALL:
            raise Unfit("an argument is a NumPy array: give it as a Tensor, torch.from_numpy(x)")


def attribute(f, name, default=None):
    """An attribute of a function; the default for a module, which may say anything."""
    return default if isinstance(f, Module) else getattr(f, name, default)


def name_of(f):
    return attribute(f, "__qualname__", type(f).__name__)


def site_of(f):
    code = attribute(attribute(f, "__func__", f), "__code__")
    return None if code is None else (code, 0)


OWN = {
    "_orig_mod",
    "compiled",
    "heard",
    "training",
}  # the attributes of an OptimizedModule that are not those of its module


def hearing(name):
    """Module's method that registers hooks: from then on a call asks them."""
    register = getattr(Module, name)

    @functools.wraps(register)
    def registered(self, *args, **kwargs):
        self.heard = True
        return register(self, *args, **kwargs)

    return registered


class OptimizedModule(Module):
    """A module whose calls are compiled; its parameters, buffers and attributes are those of `_orig_mod`."""

    heard = False  # has it hooks of its own?

    def __init__(self, module, compiled):
        super().__init__()
        self.__dict__.pop("training")
        self._modules["_orig_mod"] = module
        object.__setattr__(self, "compiled", compiled)

    def __call__(self, *args, **kwargs):
        return super().__call__(*args, **kwargs) if self.heard else self.compiled(*args, **kwargs)

    def forward(self, *args, **kwargs):
        return self.compiled(*args, **kwargs)

    for _name in ("forward_pre_hook", "forward_hook", "full_backward_pre_hook", "full_backward_hook", "backward_hook"):
        locals()[f"register_{_name}"] = hearing(f"register_{_name}")

    @property
    def training(self):
        return self._modules["_orig_mod"].training

    @training.setter
    def training(self, on):
        if self._modules:  # (else it is being made)
            self._modules["_orig_mod"].training = on

    def __getattr__(self, name):
        if name == "_orig_mod":
            return self._modules["_orig_mod"]
        return getattr(self._modules["_orig_mod"], name)

    def __setattr__(self, name, value):
        if name in OWN or name[:1] == "_" or not self.__dict__.get("_modules"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._modules["_orig_mod"], name, value)

    def __delattr__(self, name):
        delattr(self if name in self.__dict__ else self._modules["_orig_mod"], name)

    def __len__(self):
        if hasattr(type(self._orig_mod), "__len__"):
            return len(self._orig_mod)
        raise TypeError(f"{type(self._orig_mod).__name__} does not support len()")

    def stats(self):
        """Calls, compilations, and why it was run as it is."""
        return self.compiled.stats()


def as_function(f, compiled):
    """A function compiled, as a function, as in torch: with its name and signature, and bound as a method of a class."""

    @functools.wraps(f)
    def compiled_function(*args, **kwargs):
        return compiled(*args, **kwargs)

    for name in ("stats", "graph", "source", "forget"):
        setattr(compiled_function, name, getattr(compiled, name))
    compiled_function._torchdynamo_orig_callable = f
    return compiled_function


def compile(
    model=None, *, fullgraph=False, dynamic=None, backend=None, mode=None, options=None, name=None, disable=False, recompile_limit=None,
    isolate_recompiles=False, shapes_spec=None,
):  # fmt: skip
    """A function, a module or a whole training step, compiled when it is called; it gives what it would without.

    `fullgraph`: raise where the function cannot be staged, instead of running it as it is with a warning that says why.
    `recompile_limit`: how many programs, 8 unless given; a call that needs one more is run as it is, and a warning says so.
    `backend`, `mode`, `options` and the others are taken and change nothing: there is one engine. `disable`: change nothing at all.
    `compile(f).stats()` tells compilations and their reasons.

    >>> import compat as torch
    >>> f = torch.compile(lambda x: torch.sin(x) * 2)
    >>> f(torch.zeros(2))
    tensor([0., 0.])
    """
    if model is None:
        options = {"backend": backend, "mode": mode, "options": options, "recompile_limit": recompile_limit}

        def fn(model):
            if model is None:
                raise RuntimeError("Model can't be None")
            return compile(model, fullgraph=fullgraph, dynamic=dynamic, disable=disable, **options)

        return fn
    if not callable(model):
        raise AssertionError(f"A callable function is expected, but {type(model)} is provided.")
    check_options(get_default_backend() if backend is None else backend, mode, options, dynamic)
    if disable:
        return model
    compiled = Compiled(model, fullgraph, dynamic, recompile_limit)
    if isinstance(model, Module):
        return OptimizedModule(model, compiled)
    return as_function(model, compiled) if isinstance(model, FUNCTIONS) else compiled


__all__ = ["Compiled", "OptimizedModule", "compile"]
