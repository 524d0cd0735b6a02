"""A graph written as straight-line Python: each node by what its primitive says, intermediate values in reused memory.

A primitive says how it is written by
    ufunc                          called with the memory of the result as its last positional operand
    numpy(w, out, *xs, **params)   text that computes it; `out` is the text of its memory, or None where a new array is wanted
    over                           the number of the operand in whose memory that text may write the result, if it is of its form
    scalar                         a template over Python numbers ("math.exp({0})"), or (texts, node) -> text, for 0-d float64
    view                           (text, literal, **params) -> text: its implementation gives a view of its one operand
    code(n, texts, constant)       a primitive over graphs: text that calls their compiled forms
and otherwise by a call of its implementation, whose result may then be an operand or a view of one, unless it is `fresh`.

Invariants: a result is never memory that is kept for the next call; a value that something may be a view of keeps its
memory until the view is dead. 0-d float64 values are Python floats where every step allows it, and have NumPy's type again
where they leave. `careful` code computes these through NumPy too: it runs where Python raises and NumPy does not.
"""

import math
import re

import numpy as np

from ..core.aval import PYTHON_SCALARS, aval_of, ndarray
from ..core.graph import GraphNode
from ..core.site import where
from ..core.trace import PICK
from .facts import (
    CONSTANT,
    elements_read,
    is_element,
    is_number,
    is_view,
    loop_dtypes,
    read_before,
    worth_placing,
    writes_out,
)
from .numbers import FLOAT, PLAIN, Numbers, is_ufunc, within_others
from .regions import Blocks, Region, arranged, block_graph, name_of
from .slots import Place, Room, Slots
from .texts import LARGE_RESULT, OUTSIDE, Texts, Value, nbytes, wrapped

PLACED = 1 << 14  # bytes: smaller arrays are kept between calls, not laid into a result's memory anew in each
HELD = 1 << 18  # bytes: larger arrays are let go at once
METHOD = type(np.add.reduce)  # (a ufunc's methods are made anew each time they are asked for)
RESERVED = ("take", "give", "make", "failed", "apart", "error", "run", "float", "bool", "type", "len")


class Writer(Numbers, Texts):
    """The text of a graph, line by line, and the environment it runs in."""

    def __init__(self, graph, careful=False, given=(), donated=(), into=(), roomy=(), plain=False):
        """`given`: results that are written into memory the caller passes, behind the inputs; `roomy`: those of them whose memory is
        nobody else's before. `donated`: numbers of inputs whose
        memory results may take once they are dead. `into`: (number of a result, number of an input) whose memory it is to end up
        in; run gives None for it. `plain`: float64 numbers and bools come and go as Python's."""
        self.graph, self.careful, self.plain = graph, careful, plain
        self.given = {n: f"o{i}" for i, n in enumerate(given)}
        self.donated = [graph.ins[i] for i in donated]
        self.into = dict(into)
        self.targets = {
            graph.outs[o]: graph.ins[i] for o, i in into if worth_placing(graph, o, i)
        }  # results that are written there at once, if that can be
        self.placed = set()
        self.items = graph.nodes if given else arranged(graph)
        self.env = dict.fromkeys(RESERVED)
        self.numbers = {}  # how often a name was taken
        self.named = {}  # id of an object -> its name in env
        self.lines = []
        self.sites = []
        self.now = None  # the node that is being written
        self.values = {}
        self.slots = Slots()
        self.free_names = []
        self.kept = {}  # constants that the texts of primitives need
        self.read_apart = elements_read(self.items)
        self.readers = None  # node -> the one operation that reads it, or None, once that has been asked for
        self.blocks = {}  # region -> what runs it
        self.owned = {}  # node -> the name that was made for its array
        self.names = 0
        self.raises = False  # has it steps of Python numbers, which may raise where NumPy's do not?
        self.arrays = False  # has it steps of NumPy, which may warn?
        self.results = {o for o in graph.outs if type(o) is GraphNode}
        self.seen = set()  # what effects are given, and what that may be a view of
        self.nested = set() if careful else within_others(self.items, self.results)
        self.end = self.ends()
        self.dying = {}
        for n, at in self.end.items():
            self.dying.setdefault(at, []).append(n)
        self.rooms = self.rooms_of_results(roomy)

    # -------------------------------------------------------------------------------------------- liveness
    def ends(self):
        """The number of the last node that reads each value, or a value that may be a view of it; of results, none."""
        end = {}
        for i, n in enumerate(self.items):
            for made in [*n.outs, *n.totals] if type(n) is Region else (n,):
                end[made] = i
            for x in n.ins:
                if type(x) is GraphNode:
                    end[x] = i
        never = len(self.items)
        for o in self.results:
            end[o] = never
        for n in reversed(self.items):
            if type(n) is not Region and (n.effect or n in self.nested or not writes_out(n)):
                for x in n.ins:
                    if type(x) is GraphNode:
                        end[x] = max(end[x], end[n])
                        if n.effect or n in self.seen:  # (who is shown a value may keep it)
                            self.seen.add(x)
        return end

    def rooms_of_results(self, roomy):
        """{result: Room} of the results whose memory other values may use before they are written: large ones, and the roomy."""
        rooms = {}
        for i, item in enumerate(self.items if not self.donated and not self.into else ()):
            for n in item.outs if type(item) is Region else (item,):
                if n in self.given:
                    name = self.given[n] if n in roomy else None
                else:
                    large = n in self.results and type(n.aval) is not tuple and nbytes(n.aval) >= LARGE_RESULT
                    name = f"early{len(rooms)}" if large and (type(item) is Region or writes_out(n)) else None
                if name is not None:
                    rooms[n] = Room(name, nbytes(n.aval), i)
        self.slots.rooms = list(rooms.values())
        return rooms

    def early(self, n):
        """The name of a result's memory, if that has been there from the start; None if nobody has used it."""
        room = self.rooms.get(n)
        return room.name if room is not None and room.recipes else None

    # -------------------------------------------------------------------------------------------- names
    def name(self, x, hint="c"):
        """The name of an object in the environment of the text."""
        key = (x.__self__, x.__name__) if type(x) is METHOD else id(x)
        got = self.named.get(key)
        if got is None:
            got = hint
            while got in self.env or len(got) == 1:
                self.numbers[hint] = self.numbers.get(hint, -1) + 1
                got = f"{hint}{self.numbers[hint]}"
            self.env[got] = x
            self.named[key] = got
        return got

    def literal(self, x):
        """The text of a Python number or any other constant."""
        if x is None or type(x) in (int, bool) and x >= 0:
            return repr(x)
        if type(x) is int or (type(x) is float and math.isfinite(x)):
            return f"({x!r})" if x < 0 or repr(x)[0] == "-" else repr(x)
        return self.name(x)

    def fresh_name(self):
        if self.free_names:
            return self.free_names.pop()
        self.names += 1
        return f"v{self.names - 1}"

    def line(self, text, n=None):
        self.lines.append(text)
        self.sites.append(n or self.now)

    def say(self, text, n=None):
        """A new name for what the text computes."""
        self.names += 1
        name = f"v{self.names - 1}"
        self.line(f"{name} = {text}", n)
        return name

    # -------------------------------------------------------------------------------------------- operands
    def value(self, x):
        if type(x) is GraphNode:
            return self.values[x]
        return Value(aval_of(x), constant=True)

    def array(self, x, like=None):
        """The text of an operand for NumPy. `like`: the dtype in which a ufunc takes it, for constants."""
        if type(x) is not GraphNode:
            if type(x) in PYTHON_SCALARS and like is not None:
                x = wrapped(x, like)
            return self.literal(x) if type(x) in PYTHON_SCALARS else self.name(x)
        v = self.values[x]
        if v.array is None:
            if v.node is not None:
                self.late_view(v)
            elif v.aval.weak:
                return v.number
            else:
                v.array = self.say(f"{self.numpy_type(v.aval.dtype)}({v.number})")
        return v.array

    def numpy_type(self, dtype):
        return self.name(dtype.type, dtype.type.__name__)

    def operand(self, x):
        """An operand as the text of a primitive takes it: str() of it is its name, and it knows its aval."""
        text = self.array(x)
        if type(x) is not GraphNode:
            v = Value(aval_of(x), text, constant=True)
            v.python = x if type(x) in PYTHON_SCALARS else None
            return v
        v = self.values[x]
        return v if v.array is not None else Value(v.aval, text)

    # -------------------------------------------------------------------------------------------- nodes
    def write(self):
        graph = self.graph
        for i, n in enumerate(graph.ins):
            a = n.aval
            self.values[n] = Value(a, number=f"a{i}") if a.weak or self.is_plain(n) else Value(a, f"a{i}")
        for i, n in enumerate(self.items):
            self.scratched = []
            self.at, self.now = i, n
            try:
                self.region(n) if type(n) is Region else self.node(n)
            except MemoryError as error:  # (memory that is kept is asked for here first)
                error.add_note(f"in {name_of(n)}, from {where(n.site)}")
                raise
            if n in self.given and self.values[n].array != self.given[n]:
                self.line(f"{self.given[n]}[...] = {self.array(n)}", n)
            for slot in self.scratched:
                self.slots.give(slot)
            for x in self.dying.get(i, ()):
                self.release(x)
        self.now = None
        return self

    def release(self, x):
        v = self.values.get(x)
        if v is None or x.prim is None:
            return
        if v.pooled and v.slots is not None and not is_view(x) and len(v.slots) == 1:
            (slot,) = v.slots
            if not self.slots.is_free(slot):
                self.slots.give(slot)
        name = self.owned.pop(x, None)  # (a view may have the same name)
        if name is not None:
            self.free_names.append(name)
            if type(x.aval) is tuple or nbytes(x.aval) >= HELD:
                self.line(f"{name} = None")  # (else it would be there until the name is given to another)

    def node(self, n):
        prim = n.prim
        if type(n.aval) is tuple:
            return self.general(n)
        if n.aval.shape == () and prim is not PICK and (self.as_element(n) or self.as_number(n)):
            return None
        self.arrays = True
        if prim is PICK:
            v = self.values[n.ins[0]]
            self.assign(n, f"{v.array}[{n.params['i']}]", v.slots)
        elif is_view(n) and self.as_view(n):
            pass
        elif prim.source and prim.numpy is CONSTANT:
            made = prim.impl(**n.params)
            made.flags.writeable = False
            self.values[n] = Value(n.aval, self.name(made if n.aval.shape else made[()]), constant=True)
        elif writes_out(n) and self.as_written(n):
            pass
        else:
            self.general(n)
        return None

    def as_element(self, n):
        """One of several elements that are read of an array: all of them are made Python numbers when the first one is."""
        read = self.read_apart.get(n.ins[0]) if is_element(n) else None
        if read is None:
            return False
        if not read:
            x = n.ins[0]
            first, last = self.names, self.names + math.prod(x.aval.shape)
            self.names = last
            names = [f"v{i}" for i in range(first, last)]
            flat = "" if len(x.aval.shape) == 1 else ".ravel()"
            self.line(f"{', '.join(names)}, = {self.array(x)}{flat}.tolist()", n)
            read.update(zip(np.ndindex(x.aval.shape), names, strict=True))
        self.values[n] = Value(n.aval, number=read[n.params["idx"]])
        return True

    def region(self, region):
        """A call that computes a region block by block, into memory of the set or new arrays."""
        self.arrays = True
        outs, roomy = [], []
        operands = [self.array(x) for x in region.sliced], [self.array(x) for x in region.whole]
        for n in region.outs:
            if n in self.results or n in self.seen:
                out = self.taken(n, read_before(region, n))
                if out is None:
                    roomy.append(n)
                    out = self.early(n) or self.memory(None, n.aval)
                self.values[n] = Value(n.aval, out)
            else:
                slot = self.inherited(n, read_before(region, n))
                if slot is None:
                    roomy.append(n)
                out = self.pooled(n, slot)
            outs.append(out)
        names = []
        for n in region.totals:
            names.append(self.fresh_name())
            self.values[n] = Value(n.aval, names[-1])
        texts = [f"({''.join([t + ', ' for t in part])})" for part in (*operands, outs)]
        self.blocks[region] = blocks_of(region, roomy)
        call = f"{self.name(self.blocks[region], 'blocks')}({', '.join(texts)})"
        self.line(f"{''.join([v + ', ' for v in names])}= {call}" if names else call, region)

    def assign(self, n, text, slots=OUTSIDE):
        """A name for the result of a node that is not in memory of the set."""
        name = self.fresh_name()
        if type(n.aval) is tuple or n.aval.shape:
            self.owned[n] = name
        self.line(f"{name} = {text}", n)
        if type(n.aval) is not tuple and n.aval.weak:
            self.values[n] = Value(n.aval, number=name, slots=slots)
        else:
            self.values[n] = Value(n.aval, name, slots=slots)

    def params(self, n):
        return [f"{k}={self.literal(v)}" for k, v in (n.params or {}).items() if k not in ("avals", "kink")]

    def general(self, n):
        """A call of the implementation; its result may be an operand, or a view of one."""
        self.arrays = True
        prim = n.prim
        args = [self.array(x) for x in n.ins]
        code = getattr(prim, "code", None)
        text = None
        if code is not None:
            text = code(n, args, self.literal)
        elif prim.view is not None and not is_number(n.ins[0]):
            text = prim.view(*args, self.literal, **(n.params or {}))
        if text is None:
            impl = getattr(prim, "bare", prim.impl)
            text = f"{self.name(impl, f'f_{prim.name}')}({', '.join(args + self.params(n))})"
        if n.aval == ():
            self.line(text, n)
            self.values[n] = Value(n.aval)
            return
        own = getattr(prim, "fresh", False)
        self.assign(
            n, text, OUTSIDE if own else OUTSIDE.union(*[self.values[x].slots for x in n.ins if type(x) is GraphNode])
        )

    # -------------------------------------------------------------------------------------------- arrays
    def as_view(self, n):
        """A view of memory of the set or of a constant is made with it, and costs a call nothing; any other is written
        where it is first read, if it is."""
        source = n.ins[0]
        x = self.values[source] if type(source) is GraphNode else self.operand(source)
        impl, params = n.prim.impl, n.params or {}
        if x.constant and x.array is not None and x.array in self.env:
            made = impl(self.env[x.array], **params)
            self.values[n] = Value(n.aval, self.name(made), constant=True)
            return True
        if not x.pooled:
            if x.aval.weak and x.aval.shape == ():
                return False
            self.values[n] = Value(n.aval, slots=x.slots, node=n)
            return True
        got = self.slots.view(x.array, f" {n.prim.name} {params!r}", lambda a: impl(a, **params))
        if got is None:
            return self.as_copy(n, x) if n not in self.results and n not in self.seen else False
        self.values[n] = Value(n.aval, got, pooled=True, slots=x.slots)
        return True

    def as_copy(self, n, x):
        """A reshape whose elements do not lie in order."""
        out = self.pooled(n)
        inside = self.slots.view(out, f".reshape({x.aval.shape!r})", lambda a: a.reshape(x.aval.shape))
        self.copy(inside, x)
        return True

    def late_view(self, v):
        n = v.node
        text = self.array(n.ins[0])
        aval = n.ins[0].aval if type(n.ins[0]) is GraphNode else aval_of(n.ins[0])
        got = n.prim.view(text, self.literal, **(n.params or {})) if aval.shape else None
        if got is None:
            got = f"{self.name(n.prim.impl, f'f_{n.prim.name}')}({', '.join([text, *self.params(n)])})"
        v.array = got if got == text else self.say(got, n)

    def inherited(self, n, over):
        """The slot of an operand in `over` that dies here and has the form of the result, or None."""
        for x in over:
            v = self.values.get(x) if type(x) is GraphNode else None
            if (
                v is not None
                and v.pooled
                and v.slots is not None
                and self.end[x] == self.at
                and not is_view(x)
                and v.aval.shape == n.aval.shape
                and v.aval.dtype == n.aval.dtype
                and self.outlived(n, *v.slots)
            ):
                (slot,) = v.slots
                v.slots = None
                return slot
        return None

    def pooled(self, n, slot=None):
        """Memory of the set for the result of a node: the slot it has inherited, or another."""
        if slot is None:
            slot = self.place(n) or self.slots.take(nbytes(n.aval))
        out = self.slots.array(slot, n.aval.shape, n.aval.dtype)
        self.values[n] = Value(n.aval, out, pooled=True, slots=frozenset([slot]))
        return out

    def place(self, n):
        """Memory of a result that is still to be written, where there is any; what a ufunc turns into the result may be in its place."""
        if nbytes(n.aval) < PLACED:
            return None
        end = self.end[n]
        got = self.slots.place(nbytes(n.aval), end)
        if got is None and end < len(self.items):
            room = self.rooms.get(self.items[end])
            if room is not None and self.turns_into(n, self.items[end]):
                got = room.take_whole()
        return got

    def turns_into(self, n, m):
        """May a node be written over this operand of it?"""
        over = (
            m.ins if is_ufunc(m.prim) and m.prim.numpy is None else () if m.prim.over is None else [m.ins[m.prim.over]]
        )
        return n.aval == m.aval and any([x is n for x in over])

    def outlived(self, n, slot):
        """Is a value dead before the result is written in whose memory this slot lies, or what that is written over?"""
        if type(slot) is not Place or self.end[n] < slot.room.until:
            return True
        m = self.items[slot.room.until]
        whole = slot.offset == 0 and slot.size == slot.room.size
        return whole and self.end[n] == slot.room.until and type(m) is not Region and self.turns_into(n, m)

    def unpool(self, n, over):
        """Take back what `pooled` gave."""
        slots = self.values.pop(n).slots
        for x in over:
            if type(x) is GraphNode and self.values[x].slots is None:
                self.values[x].slots = slots
                return
        self.slots.give(*slots)

    def large(self, n, over=()):
        """Memory of a result so large that it is worth taking again what the caller has let go."""
        return (
            self.taken(n, over)
            or self.early(n)
            or (self.memory(None, n.aval) if nbytes(n.aval) >= LARGE_RESULT else None)
        )

    def taken(self, n, over=()):
        """The memory of an input of a result's form that may be written over, and is dead, or in `over` and dies here; None if there
        is none."""
        if n not in self.results:
            return None
        for x in [self.targets[n]] if n in self.targets else self.donated:
            dead = self.end.get(x, -1)
            if x.aval == n.aval and x.aval.shape and (dead < self.at or (dead == self.at and x in over)):
                if n in self.targets:
                    self.placed.add(n)
                else:
                    self.donated.remove(x)
                return self.values[x].array
        return None

    def as_written(self, n):
        """Write a node by its primitive's own text or ufunc; its result in memory of the set, or a new array."""
        prim = n.prim
        pool = n.aval.shape != () and n not in self.results and n not in self.seen
        if prim.numpy is not None:
            xs = self.numbers_of(n) if prim.takes_numbers else None
            xs = xs or [self.operand(x) for x in n.ins]
            over = () if prim.over is None else [n.ins[prim.over]]
            out = self.given.get(n) or (self.pooled(n, self.inherited(n, over)) if pool else self.large(n))
            text = prim.numpy(
                self, out, *xs, **{k: v for k, v in (n.params or {}).items() if k not in ("avals", "kink")}
            )
            if text is None:  # it does not know these operands
                if pool and n not in self.given:
                    self.unpool(n, over)
                return self.by_ufunc(n, pool) if is_ufunc(prim) else False
            self.finish(n, text, out)
            return True
        return self.by_ufunc(n, pool)

    def numbers_of(self, n):
        """The operands of a node as Python numbers, if they are what is computed with as such; else None."""
        avals = [x.aval if type(x) is GraphNode else aval_of(x) for x in n.ins]
        if self.careful or n.aval.dtype != FLOAT or any([a.shape or a.dtype.kind not in "fiub" for a in avals]):
            return None
        return [Value(a, self.number(x, as_float=True)) for x, a in zip(n.ins, avals, strict=True)]

    def by_ufunc(self, n, pool):
        likes = loop_dtypes(n)
        xs = [self.array(self.peeled(n, x), like) for x, like in zip(n.ins, likes, strict=True)]
        out = self.given.get(n) or (self.pooled(n, self.inherited(n, n.ins)) if pool else self.large(n, n.ins))
        ufunc, xs = self.spelled(n, xs)
        self.finish(n, self.call(ufunc, ufunc.__name__, xs, out), out)
        return True

    def peeled(self, n, x):
        """The number behind an operand that is one number repeated, where another operand has the result's shape."""
        if type(x) is GraphNode and x.prim is not None and x.prim.name == "broadcast":
            y = x.ins[0]
            aval = y.aval if type(y) is GraphNode else aval_of(y)
            if aval.shape == () and not aval.weak:
                others = [o for o in n.ins if o is not x]
                if any([(o.aval if type(o) is GraphNode else aval_of(o)).shape == n.aval.shape for o in others]):
                    return y
        return x

    def finish(self, n, text, out):
        if out is None:
            self.assign(n, text)
        else:
            if text != out:
                self.line(text, n)
            if n not in self.values or not self.values[n].pooled:
                self.values[n] = Value(n.aval, out)

    # -------------------------------------------------------------------------------------------- the whole
    def result(self, o):
        """The text of a result: never memory of the set, never an array of the graph."""
        if self.is_plain(o):
            return self.number(o)
        if type(o) is not GraphNode:
            text = self.array(o)
            return f"{text}.copy()" if isinstance(o, ndarray) else text
        text = self.array(o)
        v = self.values[o]
        if v.pooled or v.constant:
            return f"{text}.copy()"
        if v.slots:
            arrays = [name for key, name in self.slots.names.items() if name and key[0] in v.slots]
            self.env["apart"] = apart
            return f"apart({text}, ({''.join([a + ', ' for a in arrays])}))"
        if self.into and v.array is not None and (o.prim is None or not writes_out(o)):
            return f"{self.name(np.array, 'array')}({text})"  # (it may be an input, or a view of one, that is about to change)
        return text

    def is_plain(self, x):
        """Does this input or result pass as a Python number?"""
        aval = x.aval if type(x) is GraphNode else aval_of(x)
        return self.plain and aval.shape == () and aval.dtype in PLAIN

    def copies(self):
        """(lines that set results aside which may be inputs or views of them, lines that copy results into inputs)."""
        temps, copies = [], []
        for o, i in self.into.items():
            n = self.graph.outs[o]
            if n in self.placed:
                continue
            v = self.values[n] if type(n) is GraphNode else None
            text = v.number if v is not None and v.array is None and v.node is None else self.array(n)
            if (
                v is not None
                and v.array is not None
                and not (v.pooled or v.constant or (n.prim is not None and writes_out(n)))
            ):
                temps.append(f"w{o} = {text}.copy()")
                text = f"w{o}"
            copies.append(f"{self.name(np.copyto, 'copyto')}(a{i}, {text})")
        return temps, copies

    def room_lines(self, words):
        """The lines that make what lies in the memory of results, and these where nobody gives them."""
        lines = []
        for i, (n, room) in enumerate(self.rooms.items()):
            if room.recipes:
                if n not in self.given:
                    lines.append(f"{room.name} = {self.new_memory(n.aval)}")
                used = [name for name, _ in room.recipes if name in words]
                if used:
                    self.env[f"room{i}"] = room.maker(used)
                    lines.append(f"{''.join([u + ', ' for u in used])}= room{i}({room.name})")
        return lines

    def text(self):
        """The text of `def run(...)`; `env` is what it runs in."""
        self.write()
        temps, copies = self.copies()
        outs = [
            "None" if i in self.into else self.result(o)
            for i, o in enumerate(self.graph.outs)
            if type(o) is not GraphNode or o not in self.given
        ]
        body = self.lines
        body_sites = self.sites
        head, tail = [], []
        words = set()
        for line in [*body, *outs, *temps, *copies]:
            words.update(words_of(line))
        used = [name for name, _ in self.slots.recipes if name in words]
        if used:
            pool = []
            self.env.update(take=pool.pop, give=pool.append, make=self.slots.maker(used), IndexError=IndexError)
            head = [
                "try:",
                "    b = take()",
                "except IndexError:",
                "    b = make()",
                f"{''.join([u + ', ' for u in used])}= b",
            ]
            r = [f"r{i}" for i in range(len(outs))]
            tail = [f"{name} = {out}" for name, out in zip(r, outs, strict=True) if not out.isidentifier()]
            outs = [out if out.isidentifier() else name for name, out in zip(r, outs, strict=True)]
        tail += [*temps, *copies]  # (all has been computed: nothing can go wrong any more)
        head += self.room_lines(words)
        if used:
            tail.append("give(b)")
        tail.append(f"return ({''.join([o + ', ' for o in outs])})")
        parameters = ", ".join([*[f"a{i}" for i in range(len(self.graph.ins))], *self.given.values()])
        lines = [f"def run({parameters}):", "    try:"]
        lines += ["        " + line for line in [*head, *body, *tail]]
        rest = f", {parameters}" if parameters else ""
        lines += ["    except Exception as error:", f"        return failed(error{rest})"]
        offset = 3 + len(head)
        self.lines_of = {offset + i: n for i, n in enumerate(body_sites) if n is not None}
        return "\n".join(lines)


def blocks_of(region, roomy):
    """What runs a region: its code for a block of each size that occurs. `roomy`: results whose memory is nobody else's."""
    from .source import written

    over = len(roomy) < len(region.outs)  # some of its rows are gone once it has run: it could not be run again

    def block(k):
        graph = block_graph(region, k)
        outs = graph.outs[: len(region.outs)]
        rooms = [o for n, o in zip(region.outs, outs, strict=True) if n in roomy]
        return written(graph, careful=over, given=outs, roomy=rooms)[:2]

    last = region.rows % region.step
    whole, writer = block(region.step)
    return Blocks(region, whole, block(last)[0] if last else None, sum(writer.slots.sizes))


words_of = re.compile(r"\w+").findall


def apart(v, arrays):
    """A result that may be kept memory, or a view of it, as an array of its own."""
    if isinstance(v, tuple):
        return tuple([apart(x, arrays) for x in v])
    if type(v) is ndarray and (v.base is not None or any([v is a for a in arrays])):
        return v.copy()
    return v


__all__ = ["Value", "Writer", "words_of"]
