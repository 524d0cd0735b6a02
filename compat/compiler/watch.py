"""What a compiled function relies on beside its arguments: Python values, modules and optimisers, as tests that each call runs.

Invariant: a test looks, and changes nothing. Of what a function reads, `tests` are the conditions under which its graph stands;
`changed()` says what the function itself changed while it was staged, and `restore()` takes that back.
"""

import dis
import functools
import gc
import os
import types
from collections import deque
from contextvars import ContextVar
from operator import is_

import numpy as np

from funcgrad.core.handle import Cell
from funcgrad.core.site import internal
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE

from ..nn.modules import calling
from ..nn.modules.container import ModuleDict, ModuleList, Sequential
from ..nn.modules.module import Module
from ..optim import optimizer as optimizers
from ..optim.rule import FirstStepError
from ..tensor import Tensor
from ..utils.hooks import CHANGES
from .conditions import SIMPLE, Figures, Kept, Long, Test, equality, restored, same, snapshot, vast
from .reads import MISSING, NAMED, Reader, module_of_users, of_users
from .trees import entries

# of a Tensor; settings; what leads to anything
ASKS = (
    "is_leaf grad_fn _grad_fn _base _is_view _version storage_offset geterr flags is_warn_always_enabled writeable set_printoptions set_num_threads get_num_threads use_deterministic_algorithms "
    "are_deterministic_algorithms_enabled set_float32_matmul_precision get_float32_matmul_precision "
    "__globals__ __subclasses__ f_globals f_locals f_back set_default_device set_default_validate_args set_detect_anomaly detect_anomaly "
    "set_anomaly_enabled is_anomaly_enabled is_anomaly_check_nan_enabled check_sparse_tensor_invariants backends set_flush_denormal set_warn_always "
    "is_autocast_cache_enabled set_autocast_cache_enabled get_overwrite_module_params_on_conversion set_overwrite_module_params_on_conversion "
    "get_swap_module_params_on_conversion set_swap_module_params_on_conversion set_num_interop_threads get_num_interop_threads set_stance "
    "set_deterministic_debug_mode get_deterministic_debug_mode is_deterministic_algorithms_warn_only_enabled allow_tf32 memmap fromfile tofile seterr timeit "
    "blocked_autorange adaptive_autorange"
)
ASKS = frozenset(ASKS.split())
COMMON = frozenset(
    "_base flags writeable backends memmap fromfile tofile timeit".split()
)  # of them what users call their own things, too
TABLES = frozenset(vars(Module()))
CONTAINERS = Sequential, ModuleList, ModuleDict
CHANGEABLE = dict, list, set, deque, bytearray
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
STEP_HOOKS = ("_optimizer_step_pre_hooks", "_optimizer_step_post_hooks")


class Unfit(RuntimeError):
    """Why a function is run as it is instead of being compiled."""

    def __init__(self, *args):
        super().__init__(*args)
        tls.refused = self  # (whoever catches it must not have done with it)


class Replaced(Unfit):
    """An entry of a namespace holds a Tensor that is read, and then another: (namespace, key) is `place`."""

    def __init__(self, name, *place):
        super().__init__(f"it reads {name} and then puts another Tensor there")
        self.place = place


def compares_identities(code):
    """Does code ask whether two things are one, or one of several? (Not whether one is None.)"""
    ops = list(dis.get_instructions(code))
    return any(
        [
            b.opname == "CONTAINS_OP" or b.opname == "IS_OP" and not (a.opname == "LOAD_CONST" and a.argval is None)
            for a, b in zip(ops, ops[1:])
        ]
    )


class Watch:
    """The outside of one function."""

    def __init__(self, f, args=(), kwargs=()):
        self.tests = []
        self.env = {"same": same, "MISSING": MISSING, "entry": entry_of, "same_as": is_}
        self.names = {}
        self.places = {}  # (id of a namespace, key) -> (namespace, key, what `same` compares, the value, name)
        self.modules = {}
        self.optimizers = {}
        self.tensors = {}
        self.wholes = {}
        self.objects = []  # what is neither a module, an optimizer nor a Tensor
        self.caches = {}  # id -> (function of functools.lru_cache, its misses, its keys)
        self.iterators = []  # names of what a function may take the next element of
        self.kept = {}  # id of a module -> what it had
        self.given = [v for v in (*args, *dict(kwargs).values()) if not isinstance(v, (Tensor, *SIMPLE))]
        self.reader = Reader(self.place, self.told)
        self.reader.callable(f)
        self.arguments(f, args, kwargs)
        names = self.asked = self.reader.settle()  # what attributes the user's code names
        self.compares = any(map(compares_identities, self.reader.codes))  # may it ask whether two things are one?
        self.kinds = {i: type(m) for i, m in self.modules.items()}
        for m in self.modules.values():
            self.kept[id(m)] = taken(m)
            for key, value in vars(m).items():  # (what is changed in these no attribute tells)
                if key in names and key not in TABLES and isinstance(value, CHANGEABLE):
                    self.place(vars(m), key, value, f"{type(m).__name__}.{key}")
        self.attributes_of_tensors()
        self.cached = cached_values(self.modules.values())
        self.count = CHANGES[0]
        self.moving = ()  # (a namespace, key) whose value each call takes as it is
        self.dynamic = ()  # {(id of a namespace, key)} whose value each call takes as it is
        self.states = []  # (state of an optimizer, what it had)
        self.left = {}  # (id of a namespace, key) -> may a call find out what is left there?

    def name(self, x, hint="k"):
        """The name of an object in the environment of the tests."""
        got = self.names.get(id(x))
        if got is None:
            got = self.names[id(x)] = f"{hint}{len(self.names)}"
            self.env[got] = x
        return got

    # -------------------------------------------------------------------------------------------- gathering
    def arguments(self, f, args, kwargs):
        """Read the function with the objects that it is given."""
        f, owner = (type(f).forward, f) if isinstance(f, Module) else (f, getattr(f, "__self__", MISSING))
        f = getattr(f, "__func__", f)
        if isinstance(f, types.FunctionType):
            names = f.__code__.co_varnames[owner is not MISSING : f.__code__.co_argcount]
            given = [*zip(names, args, strict=False), *dict(kwargs).items()]
            given = [(k, v) for k, v in given if not isinstance(v, (Tensor, *SIMPLE))]
            if given:
                self.reader.callable_function(f, owner, given)
            for v in self.given:
                self.reader.value(v)

    def attributes_of_tensors(self):
        """Note what somebody has given to the Tensors that the function can name, if any code names it."""
        found = [*self.tensors.values()]
        for m in self.modules.values():
            found += [*m._parameters.values(), *m._buffers.values()]
        found += [p for o in self.optimizers.values() for g in o.param_groups for p in g["params"]]
        for t in found:
            for key, value in [*vars(t).items()] if t is not None else ():
                if key in self.asked:
                    self.place(vars(t), key, value, f"{key} of a Tensor")
                    self.reader.value(value)

    def place(self, namespace, key, value, name):
        if hasattr(type(value), "__next__") or isinstance(value, ContextVar):
            kind = "ContextVar" if isinstance(value, ContextVar) else "iterator"
            self.iterators.append(f"the {kind} {name}")
        if (id(namespace), key) not in self.places:
            self.places[id(namespace), key] = namespace, key, snapshot(value), value, name

    def told(self, x):
        """Note an object that the function can name: is it one whose attributes are looked at one by one?"""
        if isinstance(x, Module):
            if id(x) not in self.modules:
                for m in x.modules():
                    if id(m) not in self.modules:
                        self.modules[id(m)] = m
                        if of_users(type(m)):  # (its methods may be called by way of a container)
                            self.reader.reached[id(m)] = m, set()
                            self.reader.syntax(m)
                        self.reader.callable(m.forward)
                        kind = next((c for c in type(m).__mro__ if "forward" in vars(c)), None)
                        self.reader.not_above(type(m), kind, "forward")
                        if of_users(kind):
                            self.place(kind, "forward", vars(kind)["forward"], f"{kind.__name__}.forward")
                        for v in vars(m).values():
                            if not isinstance(v, (Module, Tensor)) and hasattr(v, "__dict__"):
                                self.reader.value(v)
            return False
        if isinstance(x, optimizers.Optimizer):
            self.optimizers[id(x)] = x
            return not internal[type(x).__module__]
        if type(x).__name__ == "Compiled" and internal[type(x).__module__]:
            self.reader.callable(x.f)
            return False
        if x is os.environ:
            self.place(vars(x), "_data", x._data, "os.environ")
            return False
        if isinstance(x, functools._lru_cache_wrapper):
            if id(x) not in self.caches:
                n = x.cache_info().misses
                self.caches[id(x)] = x, n, {*table_of(x)}
                if n:  # (what it keeps may be of before: once it is emptied it is found anew)
                    self.add(f"{self.name(x)}.cache_info().misses >= {n}", f"what {x.__name__} keeps")
                self.reader.callable(x.__wrapped__)
            return False
        if isinstance(x, Tensor):
            self.tensors[id(x)] = x
        if isinstance(x, (Tensor, type, types.ModuleType, types.FunctionType, Cell)):
            return False
        if not internal[type(x).__module__]:
            self.objects.append(x)
            return True
        if id(x) not in self.wholes:  # (an object of ours, a schedule: what its methods do is not read)
            self.wholes[id(x)] = x
            for key, value in vars(x).items():
                self.place(vars(x), key, value, f"{type(x).__name__}.{key}")
                self.reader.value(value)
        return False

    def roots(self):
        """What the function can name, ids of what is compared attribute by attribute here, and containers of arguments."""
        containers = [x for x in self.given if entries(x) is not None]
        own = {id(getattr(x, "__dict__", None)) for x in containers}
        values = [value for namespace, *_, value, _ in self.places.values() if id(namespace) not in own]
        whole = {*self.modules, *self.optimizers, *self.wholes}
        values += map(vars, self.wholes.values())
        values += [t for m in self.modules.values() for table in (m._parameters, m._buffers) for t in table.values()]
        values += [p for o in self.optimizers.values() for g in o.param_groups for p in g["params"]]
        given = [x for x in self.given if entries(x) is None]
        objects = [x for x in self.objects if not any([x is c for c in containers])]
        return [*values, *objects, *self.modules.values(), *given], whole, Module, TABLES, containers

    def elsewhere(self, x, namespace, key, reach):
        """Does a Tensor that the function reads in an entry of a namespace stand anywhere else that it can name?"""
        entries = [(n, k, value) for n, k, _, value, _ in self.places.values()]
        tables = [t for m in self.modules.values() for t in (m._parameters, m._buffers)]
        tables += [thing for thing, *_ in reach.kept.values() if isinstance(thing, dict)]
        entries += [(t, k, value) for t in tables for k, value in dict.items(t)]
        others = [inside for thing, _, inside in reach.kept.values() if not isinstance(thing, dict)]
        return any([value is x and (n is not namespace or k != key) for n, k, value in entries]) or any(
            [value is x for inside in others for value in inside]
        )

    def names_of_its_own(self):
        """Those names of COMMON that the user has given to something."""
        own = [x.__dict__ for x, _ in self.reader.reached.values() if hasattr(x, "__dict__")]
        own += [table for m in self.modules.values() for table in (vars(m), m._modules, m._parameters, m._buffers)]
        kinds = [*self.reader.classes, *[type(x) for x, _ in self.reader.reached.values()]]
        own += [vars(c) for kind in {*kinds} for c in kind.__mro__ if of_users(c)]
        own.append({key: value for _, key, _, value, _ in self.places.values()})
        return {k for k in COMMON & self.asked if any([k in names and made_by_user(names[k]) for names in own])}

    def refuse(self):
        """Raise Unfit for what cannot be staged as it stands."""
        if told := sorted((self.asked & ASKS) - self.names_of_its_own() | self.reader.foreign & ASKS):
            raise Unfit(f"it names {told[0]}, which each call would have to do anew")
        if self.reader.anything:
            raise Unfit("it may look up any variable, by globals(), eval() or exec()")
        if self.reader.writes:
            raise Unfit(f"it assigns to the variable {self.reader.writes[0]!r} outside the function")
        if self.iterators:
            raise Unfit(f"it may take from {self.iterators[0]}, which each call would have to do anew")
        if self.reader.opaque:
            x = self.reader.opaque[0]
            what = f"the class {x.__name__}" if isinstance(x, type) else f"a {type(x).__name__}"
            raise Unfit(f"it may use {what}, which keeps what is not seen")
        for *_, kept, value, name in self.places.values():
            if (much := vast(kept)) is None:
                continue
            within = f"{name} and in it a {type(much).__name__}" if much is not value else name
            if isinstance(much, np.ndarray):
                raise Unfit(f"it reads {within}, a NumPy array of {much.size:,} elements: make it a Tensor")
            raise Unfit(f"it reads {within}, whose {len(much):,} entries no call can look at")
        if self.cached is not None and self.cached["depth"]:
            raise Unfit("values of parametrizations are kept, by cached()")
        if calling.FORWARD or calling.FORWARD_PRE or calling.BACKWARD or calling.BACKWARD_PRE:
            raise Unfit("hooks are registered for all modules")
        for m in self.modules.values():
            for table in HOOKS:
                if vars(m)[table]:
                    raise Unfit(f"a module ({type(m).__name__}) has hooks")
        self.states = [(o.state, {p: dict(d) for p, d in o.state.items()}) for o in self.optimizers.values()]
        if self.optimizers and (optimizers.GLOBAL_PRE_HOOKS or optimizers.GLOBAL_POST_HOOKS):
            raise Unfit("hooks are registered for the steps of all optimizers")
        for o in self.optimizers.values():
            for table in STEP_HOOKS:
                if vars(o)[table]:
                    raise Unfit(f"an optimizer ({type(o).__name__}) has hooks")
            for group in o.param_groups:
                for key, value in group.items():
                    if key not in ("params", "param_names"):
                        self.place(group, key, value, f"{type(o).__name__}'s {key}")

    # -------------------------------------------------------------------------------------------- after staging
    def leaves(self, namespace, key, value):
        """Note that each call puts a Tensor of its own into an entry of a module; may the next call differ by it? If nothing reads the
        entry before, it cannot. Else (it was tested for None, and no Tensor stood there) it is looked at again."""
        read = self.left[id(namespace), key] = key in self.reader.loaded
        return read and not isinstance(value, Tensor)

    def others(self):
        """The attributes, and who had them, of what has got others."""
        return [(own, x) for own, x in self.reader.dicts.values() if x.__dict__ is not own]

    def changed(self):
        """(namespace, key, old value, name) of what is not as it was."""
        found = [(x, "__dict__", own, f"the __dict__ of a {type(x).__name__}") for own, x in self.others()]
        for namespace, key, kept, value, name in self.places.values():
            now = entry_of(namespace, key)
            if not same(now, kept):
                found.append((namespace, key, value, name))
        for m in self.modules.values():
            for namespace, key, value, name in differences(m, self.kept[id(m)]):
                if not name.endswith(f".{key}") or (id(namespace), key) not in self.places:
                    found.append((namespace, key, value, name))
        return found

    def restore(self):
        """Take back what `changed` finds. (A list or dict that was changed in place is filled as it was.)"""
        for namespace, key, value, _ in self.changed():
            put_back(namespace, key, value)
        for state, kept in self.states:
            for p in [*state]:
                if p in kept:
                    state[p].clear()
                    state[p].update(kept[p])
                else:
                    del state[p]
        for _, _, kept, value, _ in self.places.values():
            restored(value, kept)
        for m in self.modules.values():
            for value, copy in self.kept[id(m)].values():
                if type(value) is not dict:  # (whose entries are put back above)
                    restored(value, copy)
        self.empty_caches()

    def empty_caches(self):
        """Take out of caches what staging has put there. Does a bounded one still hold it, in its list?"""
        held = False
        for f, misses, keys in self.caches.values():
            if f.cache_info().misses == misses:
                continue
            bounded = f.cache_parameters()["maxsize"] is not None
            if bounded and not keys:
                f.cache_clear()
                continue
            held = held or bounded
            table = table_of(f)
            for k in [k for k in table if k not in keys]:
                del table[k]
        return held

    def refuse_states(self):
        """Raise if the function has left in the state of an optimizer what each call would have to: FirstStepError if all of it is new."""
        old = [
            k in kept.get(p, ())
            for state, kept in self.states
            for p, d in state.items()
            for k, v in d.items()
            if not (isinstance(v, Tensor) and v.owner is TAPE or k in kept.get(p, ()) and same(v, kept[p][k]))
        ]
        if any(old):
            raise Unfit("it changes the state of an optimizer, which each call would have to do anew")
        if old:
            raise FirstStepError

    # -------------------------------------------------------------------------------------------- the tests
    def finish(self):
        """Write the tests."""
        groups = {id(o.param_groups) for o in self.optimizers.values()}  # (which are looked at entry by entry)
        for number, (namespace, key, kept, value, name) in self.places.items():
            if id(value) in groups or self.left.get(number) is False:
                continue
            if number in self.dynamic and isinstance(value, Tensor):
                continue
            if number in self.dynamic:
                self.tests.append(Test(f"type({self.at(namespace, key)}) is float", name))
            elif value is MISSING:
                if not isinstance(namespace, types.CellType):
                    own = vars(namespace) if isinstance(namespace, types.FunctionType) else namespace
                    if isinstance(own, (type, dict)):
                        self.add(f"{key!r} not in {self.name(own)}{'.__dict__' * isinstance(own, type)}", name)
                    else:
                        self.add(f"entry({self.name(own)}, {key!r}) is MISSING", name)
            else:
                self.value(self.at(namespace, key), kept, value, name)
        read = {id(namespace) for namespace, *_ in self.places.values()}
        for own, x in self.reader.dicts.values():
            if id(own) in read:
                self.add(f"{self.name(x)}.__dict__ is {self.name(own)}", f"the __dict__ of a {type(x).__name__}")
        for x in self.objects:
            if of_users(type(x)):
                self.add(f"type({self.name(x)}) is {self.name(type(x))}", f"the class of a {type(x).__name__}")
        for variables, names in self.reader.absent.values():
            self.add(f"{self.name(variables)}.keys().isdisjoint({self.name(names)})", "which variables a module has")
        for own, keys in self.reader.wholes.values():
            self.add(f"[*{self.name(own)}] == {self.name(keys)}", "which attributes an object has")
        self.classes()
        for o in self.optimizers.values():
            own = self.name(vars(o))
            groups = self.name(o.param_groups)
            self.add(
                f"{own}['param_groups'] is {groups} and len({groups}) == {len(o.param_groups)}", "parameter groups"
            )
            state = self.name(o.state)
            kept = self.name([*o.state.values()])
            whole = f"len({state}) == {len(o.state)} and all(map(same_as, {state}.values(), {kept}))"
            self.add(f"{own}['state'] is {state} and {whole}", "the optimizer's state")
            for number, group in enumerate(o.param_groups):
                own, params, kept = self.name(group), self.name(group["params"]), self.name([*group["params"]])
                whole = f"len({own}) == {len(group)} and {groups}[{number}] is {own} and {own}['params'] is {params}"
                self.add(
                    f"{whole} and len({params}) == {len(group['params'])} and all(map(same_as, {params}, {kept}))",
                    "parameters of a group",
                )
                for p in group["params"]:
                    d = o.state.get(p, {})
                    for key, t in d.items():  # (numbers in it matter to who reads them)
                        if isinstance(t, Tensor) or not self.reader.loaded.isdisjoint(("step", "state")):
                            self.value(f"{self.name(d)}[{key!r}]", snapshot(t), t, "the optimizer's state")
            for table in STEP_HOOKS:
                self.add(f"not {self.name(vars(o)[table])}", "hooks of the optimizer")
        for m in self.modules.values():
            self.tables(m)
        if self.modules:
            seen = [self.count]
            self.env["unchanged"] = lambda: self.unchanged(seen)
            now = f"{self.name(CHANGES)}[0]"
            self.tests.append(Test(f"{now} == {self.name(seen)}[0] or unchanged()", "a module", said="what_differs()"))
            self.env["what_differs"] = self.what_differs
        if self.cached is not None:
            self.add(f"not {self.name(self.cached)}['depth']", "whether values of parametrizations are kept")
        for table in (calling.FORWARD, calling.FORWARD_PRE, calling.BACKWARD, calling.BACKWARD_PRE):
            self.add(f"not {self.name(table)}", "hooks of all modules")
        return self.tests

    def classes(self):
        """The tests that the classes of objects have the same bases, and no further attributes."""
        kinds = {type(x): None for x in (*self.objects, *self.modules.values())} | dict.fromkeys(self.reader.classes)
        users = {c: None for kind in kinds for c in (*kind.__mro__, *type(kind).__mro__) if of_users(c)}
        for c in users:
            about = f"the class {c.__name__}"
            name = self.name(c)
            self.add(f"len({name}.__dict__) == {len(vars(c))} and {name}.__mro__ is {self.name(c.__mro__)}", about)

    def tables(self, m):
        """The tests of what is in the tables of a module, which somebody may write past it. (What is added to an empty one of a module of ours nobody is told.)"""
        own = of_users(type(m)) or isinstance(m, CONTAINERS)
        for table in ("_parameters", "_buffers", "_modules"):
            entries = vars(m)[table]
            name = self.name(entries)
            about = f"the {table[1:]} in a {type(m).__name__}"
            if table == "_modules" and len(entries) > 1:  # (their order is that of the calls)
                self.add(f"[*{name}] == {self.name([*entries])}", about)
            elif (own or entries) and not any([i == id(entries) and key not in entries for i, key in self.left]):
                self.add(f"len({name}) == {len(entries)}", about)
            for key, x in entries.items():
                if (id(entries), key) not in self.left and (id(entries), key) not in self.dynamic:
                    self.add(f"{name}[{key!r}] is {self.name(x)}", f"{type(m).__name__}.{key}")

    def flags(self):
        """The tests of a function that is run as it is: what may decide whether it can be compiled."""
        for m in self.modules.values():
            self.value(f"{self.name(vars(m))}['training']", m.training, m.training, f"training of {type(m).__name__}")
            for table in HOOKS:
                if vars(m)[table]:
                    self.add(self.name(vars(m)[table]), "hooks of a module")
        if self.cached is not None and self.cached["depth"]:
            self.add(f"{self.name(self.cached)}['depth']", "whether values of parametrizations are kept")
        for namespace, key, kept, value, name in self.places.values():
            if type(value) in (bool, str) and same(entry_of(namespace, key), kept):
                self.value(self.at(namespace, key), kept, value, name)
        return self.tests

    def add(self, text, about):
        self.tests.append(Test(text, about))

    def at(self, namespace, key):
        """The text of an entry."""
        if isinstance(namespace, types.CellType):
            return f"{self.name(namespace)}.cell_contents"
        if isinstance(namespace, type):
            return f"{self.name(namespace)}.__dict__[{key!r}]"
        if isinstance(namespace, types.FunctionType):
            return f"{self.name(namespace)}.{key}"
        if not isinstance(namespace, dict):
            return f"getattr({self.name(namespace)}, {key!r}, MISSING)"
        return f"{self.name(namespace)}[{key!r}]"

    def value(self, text, kept, value, name):
        kind = type(kept)
        if value is MISSING:
            return
        if value is None or kind is bool:
            self.tests.append(Test(f"{text} is {value!r}", name, value, text))
        elif kind in SIMPLE:
            self.tests.append(Test(equality(text, self.name(value), value), name, value, text))
        elif kind in (list, tuple, dict, Figures, Kept, Long):
            test = f"same({text}, {self.name(kept)})"
            if kind is tuple and all([type(v) in SIMPLE for v in value]):
                test = f"({text} is {self.name(value)} or {test})"
            self.tests.append(Test(test, name, value, text))
        else:
            self.tests.append(Test(f"{text} is {self.name(value)}", name))

    def unchanged(self, seen):
        now = CHANGES[0]
        if self.what_differs() is not None:
            return False
        seen[0] = now
        return True

    def what_differs(self):
        """The first attribute of a module that is not what it was, in words; or None."""
        for m in self.modules.values():
            if type(m) is not self.kinds[id(m)]:
                return f"the class of a {type(m).__name__} changed"
            for namespace, key, was, name in differences(m, self.kept[id(m)]):
                now = namespace.get(key, MISSING)
                read = self.left.get((id(namespace), key))
                if read is False or read and isinstance(now, Tensor) and isinstance(was, Tensor):
                    continue
                return f"{name} is {now!r}, not {was!r}" if type(now) in SIMPLE else f"{name} changed"
        return None


def made_by_user(value):
    """Is it no module, function or class of others?"""
    if isinstance(value, types.ModuleType):
        return module_of_users(value.__name__)
    return value is not MISSING and (not isinstance(value, NAMED) or module_of_users(value.__module__))


def entry_of(namespace, key):
    if isinstance(namespace, types.CellType):
        try:
            return namespace.cell_contents
        except ValueError:
            return MISSING
    if not isinstance(namespace, (type, dict)):
        return getattr(namespace, key, MISSING)
    return (vars(namespace) if isinstance(namespace, type) else namespace).get(key, MISSING)


def cached_values(modules):
    """What parametrize.cached() keeps, if modules have parametrizations."""
    if not any(["parametrizations" in m._modules for m in modules]):
        return None
    from ..nn.utils.parametrize import kept  # (loaded by who has put them there)

    return kept


def table_of(f):
    """The dict in which a function of functools.lru_cache keeps its results. (It comes after the results themselves.)"""
    return next((x for x in reversed(gc.get_referents(f)) if type(x) is dict and x is not vars(f)), {})


def put_back(namespace, key, value):
    if isinstance(namespace, types.CellType):
        namespace.cell_contents = value
    elif not isinstance(namespace, dict):
        delattr(namespace, key) if value is MISSING else setattr(namespace, key, value)
    elif value is MISSING:
        namespace.pop(key, None)
    else:
        namespace[key] = value


def taken(m):
    """Every attribute of a module, and every entry of its tables, as `differences` compares them."""
    return {k: (v, dict(v) if type(v) is dict or k in HOOKS else snapshot(v)) for k, v in vars(m).items()}


def differences(m, kept):
    """(namespace, key, old value, name) of each attribute or entry of a module that is not what it was."""
    own = vars(m)
    who = type(m).__name__
    for key in [*kept, *[k for k in own if k not in kept]]:
        if key == "_compiled_call_impl":
            continue
        value, copy = kept.get(key, (MISSING, MISSING))
        now = own.get(key, MISSING)
        if now is not value and not (type(value) in SIMPLE and same(now, value)):
            yield own, key, value, f"{who}.{key}"
        elif isinstance(value, dict) and type(copy) is dict:
            for k in [*copy, *[k for k in now if k not in copy]]:
                if k not in now or k not in copy or not (now[k] is copy[k] or same(now[k], copy[k])):
                    yield now, k, copy.get(k, MISSING), f"{who}.{k}"
        elif not same(now, copy):
            yield own, key, value, f"{who}.{key}"


__all__ = ["MISSING", "Unfit", "Watch"]
