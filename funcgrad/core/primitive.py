"""Primitives: one row of the table each, declared in one place, checked when declared.

`elementwise(...)` takes formulas, `@define` a class body with
    impl(*operands, **params)          the value, with NumPy; impl_torch where torch's last bits differ
    aval(*avals, **params)             its Aval (a tuple of them if `multi`)
exactly one derivative
    linear = (0,), transpose = (f,)    jointly linear in these operands ("all": in every one); f(ct, *operands, **params)
    bilinear = (0, 1), transpose = ..  linear in each of these operands separately
    vjp(ct, out, *operands, need, **params), jvp(tangents, out, *operands, **params)   (vjp may also stand for transpose)
    nondiff = "why"
and saves (per operand: the operand numbers and "out" its rule reads; of several results "out0", "out1" name one), again (the
operands that a rule reads only where it is recorded in turn), batch(size, args, dims, **params),
unview(up, new, **params) for views (or shares = True, if it has none; fresh: no value of it lies in memory of an operand), into(memory, *operands, **params) for in-place forms, jax (a name or function, resolved
by the tests only), samples(rng).

Rules call primitives, never NumPy, so they nest. `raw` gives the same rule code with every primitive it names bound to
its NumPy implementation, for walks that meet no handle.
"""

import functools
import inspect
import operator
import sys
import threading
from types import CellType, FunctionType

import numpy as np

from ..errors import NotDifferentiableError, PrimitiveError
from ..lazy import Table
from . import state
from .aval import PYTHON_SCALARS, Aval, aval_of, dtype_of, is_weak, promotion_key, shape_of
from .formula import Formula
from .handle import Handle, fresh

PRIMITIVES = Table()  # name -> Primitive; a family is loaded when a primitive of it is first asked for (funcgrad.ops)
helpers = Table()  # what the derived rules need of the table itself (fit, front, zeros_like, ...): filled by `helper`
FIELDS = {
    "impl", "aval", "linear", "bilinear", "transpose", "vjp", "jvp", "nondiff", "saves", "batch", "unview", "into",
    "jax", "samples", "multi", "record", "pull", "pull_handles", "numpy", "variadic", "source", "kinks",
    "domain", "dtypes", "without", "tolerance", "impl_torch", "dual", "scalar", "view", "rows", "over", "takes_numbers", "shares", "fresh", "again", "fills",
}  # fmt: skip
shared, tls = state.shared, state.tls


class Primitive:
    """A primitive: calling it with any handle among the operands lets that handle's trace process it."""

    elementwise = multi = variadic = False
    written = False  # is calling it a function that was written out for it (core/written_any.py)?
    formulas = transpose = linear = bilinear = vjp = jvp = batch = aval = nondiff = unview = into = record = pull = None
    jax = samples = numpy = ufunc = symbol = pull_handles = kinks = impl_torch = None
    again = ()
    tape = False  # has it formulas of its own for a tape?
    users = False  # are its rules written by the user?
    shares = False  # may its value lie in its operand's memory? (every primitive with an unview)
    scalar = view = rows = over = None  # how compiled code writes it, with `numpy` (compile/writer.py)
    takes_numbers = False  # ... its operands without axes as Python numbers, where they are float64
    domain, dtypes, without, tolerance = "real", "f", {}, 1.0  # what its samples are (core/sample.py), and how exact
    dtype_kept = True  # the result has the dtype of its float operands
    source = False  # has no operands: asks the Stage of this thread
    dual = None  # (ts, vals, params) -> (results, tangents): both at once, where that saves doing something twice
    fills = True  # with several results: its rule gets zeros for the cotangents of those that nothing reached

    def __init__(self, name, namespace, **fields):
        if PRIMITIVES.taken(name, namespace.get("__name__")):
            raise PrimitiveError(
                f"{name}: a primitive of this name exists already, or is to come from another file by its index"
            )
        self.name = name
        self.namespace = namespace
        self.plans = {}
        self.__dict__.update(fields)
        PRIMITIVES[name] = self

    def __repr__(self):
        return f"<primitive {self.name}>"

    def __reduce__(self):
        return lookup, (self.name,)

    def __call__(self, *args, **params):
        """The first call of a primitive writes its function out (core/written_any.py); from then on that is what calling it is."""
        from .written_any import write_out

        write_out(self)
        return self(*args, **params)

    def general(self, *args, **params):
        """The value for any operands: the highest trace among them processes the call (core/written.py: there are shorter roads)."""
        stage = tls.stage if shared.staging else None
        if stage is not None:
            args = stage.capture(args)
        top = None
        level = -1
        for a in args:
            if isinstance(a, Handle):
                if a.alias is not None:
                    fresh(a)
                t = a.owner
                if t.level > level:
                    top = t
                    level = t.level
        if top is None:
            return self.impl(*args, **params) if stage is None or not self.source else stage.process(self, args, params)
        if stage is None or level >= stage.level:
            return top.process(self, args, params)
        tls.stage = stage.enclosing(
            level
        )  # an operation of an outer level: what its rule makes is no business of this Stage
        try:
            return top.process(self, args, params)
        finally:
            tls.stage = stage

    @functools.cached_property
    def plain(self):
        """Is it one function of its operands, with one result?"""
        return not (self.multi or self.record or self.users or self.source)

    @functools.cached_property
    def batch_of_arrays(self):
        """The batching rule over arrays, with torch's NumPy functions."""
        return raw(self.batch, "torch")

    @functools.cached_property
    def fast(self):
        """The written-out function of this primitive for the functional face, or the primitive itself."""
        from .written_elementwise import written_out

        return written_out(self)

    def plan(self, need, kink=None, face="numpy", label=None):
        """The Plan for the operands in the bit mask `need`, one choice at kinks, and one face's NumPy functions and name."""
        key = need, kink, face, label
        got = self.plans.get(key)
        if got is None:
            got = self.plans[key] = Plan(self, need, kink, face, label)
        return got

    def value(self, face):
        """The NumPy function of one face: torch adds up in another order."""
        return self.impl_torch or self.impl if face == "torch" else self.impl


def lookup(name):
    return PRIMITIVES[name]


def helper(f):
    """Declare a function of the table that derived rules use."""
    helpers[f.__name__] = f
    return f


class Plan:
    """What recording and pulling back one primitive needs to know for one set of operands that need a derivative."""

    __slots__ = ("prim", "need", "operands", "reads", "keeps", "results", "pull", "face", "kink", "label", "__dict__")
    shown = False  # does the face show those operands alone that need a derivative?
    spelling = None  # how the face writes the operation as several, if it does so wherever this plan stands (see Extra)

    def __init__(self, prim, need, kink=None, face="numpy", label=None):
        self.prim = prim
        self.label = label  # what the face calls the operation, where its primitive does not say
        self.face = face
        self.half = face == "half"  # torch's face of half precision: the rules run in float32 (core/halves.py)
        self.kink = kink = kink or ("jax" if face == "numpy" or not prim.tape else "torch")
        self.need = need
        self.operands = tuple(i for i in range(need.bit_length()) if need >> i & 1)
        rules = prim.formulas[kink] if prim.formulas else None
        reads = set()
        for i in self.operands:
            saves = rules[i].saves(len(rules)) if rules else prim.saves[i] if i < len(prim.saves) else ()
            reads |= set(saves)
        results = {r for r in reads if type(r) is str}
        self.keeps = bool(results)
        self.results = None if "out" in results else tuple(sorted([int(r.removeprefix("out")) for r in results]))
        self.reads = tuple(sorted(reads - results))
        self.pull = self.first_pull if self.half else prim.pull or self.first_pull

    @functools.cached_property
    def kept_of(self):
        """(operand, its place among the parents or None) of each operand that a node keeps."""
        return [(i, self.operands.index(i) if i in self.operands else None) for i in self.reads]

    def first_pull(self, n, ct, cts, owned):
        """Write the pull of a plan when it is first wanted: import does not pay for it."""
        prim = self.prim
        if self.half:
            from .halves import pull

            self.pull = functools.partial(pull, prim.plan(self.need, self.kink, "torch", self.label))
        elif prim.formulas:
            from .rules import elementwise_pull

            self.pull = elementwise_pull(prim, self)
        else:
            self.pull = self.ruled
        self.pull(n, ct, cts, owned)

    @functools.cached_property
    def ruled(self):
        """The pull made of the primitive's rule, which one written by hand leaves its less common cases to."""
        from . import rules

        prim = self.prim
        if not prim.variadic:
            return rules.rule_pull(prim, self)
        pull = rules.general_pull(self, raw(prim.vjp, self.face))
        return lambda n, t, cts, owned: pull(n, t, cts, n.saved)

    @functools.cached_property
    def traced(self):
        """The pull over handles: traced(node, cotangent, cts, what the node saved)."""
        from . import rules

        prim = self.prim
        if self.half:
            from .halves import rule

            return rules.general_pull(self, functools.partial(rule, prim))
        if prim.formulas:
            return rules.elementwise_pull(prim, self, traced=True)
        return rules.general_pull(self, prim.vjp) if prim.variadic else rules.rule_pull(prim, self, traced=True)

    def labelled(self, label):
        return self.prim.plan(self.need, self.kink, self.face, label)

    def keep(self, vals, out):
        """(saved, avals) of a node: what the rules read, and what is left of the operands they do not."""
        saved = tuple([vals[i] for i in self.reads if i < len(vals)])
        if self.keeps:
            if self.results is not None:  # (of the others what they are like)
                out = tuple([o if k in self.results else aval_of(o) for k, o in enumerate(out)])
            saved += (out,)
        if not self.prim.elementwise:
            return saved, tuple([None if i in self.reads else aval_of(v) for i, v in enumerate(vals)])
        shape, dtype = shape_of(out), dtype_of(out)
        if all(shape_of(v) == shape and dtype_of(v) == dtype for v in [vals[i] for i in self.operands]):
            if all([keeps_dtype(vals[i], dtype) for i in self.reads]):
                return saved, None
        return saved, tuple([aval_of(v) if i in self.operands else None for i, v in enumerate(vals)])

    def operands_of(self, n, saved):
        """(operands, result) as a rule sees them: the value where saved, else its Aval, else (as the result's) None."""
        xs = [None] * self.prim.arity if n.avals is None else list(n.avals)
        for i, v in zip(self.reads, saved[:-1] if self.keeps else saved, strict=False):
            xs[i] = v
        return xs, saved[-1] if self.keeps else None


def keeps_dtype(v, dtype):
    """Does a product of v and an array of this dtype have it too? (Not if v is wider, in `x *= v`.)"""
    return type(v) in PYTHON_SCALARS or dtype_of(v) == dtype or dtype_of(v).kind == "b"


# ------------------------------------------------------------------------------------------------ rules over plain arrays
_raw_functions = {}
_raw_namespaces = {}
_unfinished = [{}, {}]  # those being made, which no other thread may call: their namespaces are not full yet
_raw_lock = threading.RLock()


def raw(f, face="numpy"):
    """f with every primitive it can name bound to that primitive's NumPy implementation."""
    if isinstance(f, Primitive):
        return f.value(face)
    if type(f) is not FunctionType or not f.__module__.startswith("funcgrad.ops"):
        return f
    f = getattr(f, "plain", f)  # (a shorter way to the same over plain arrays)
    got = _raw_functions.get((f, face))
    return made(raw_function, f, face) if got is None else got


def raw_namespace(namespace, face):
    got = _raw_namespaces.get((id(namespace), face))
    return made(raw_names, namespace, face) if got is None else got


def made(make, *args):
    """make(*args); what it made is there for every thread once all that it refers to is."""
    with _raw_lock:
        outermost = not any(_unfinished)
        try:
            got = make(*args)
            if outermost:
                _raw_namespaces.update(_unfinished[1])
                _raw_functions.update(_unfinished[0])
            return got
        finally:
            if outermost:
                for being_made in _unfinished:
                    being_made.clear()


def raw_function(f, face):
    got = _raw_functions.get((f, face)) or _unfinished[0].get((f, face))
    if got is None:
        cells = f.__closure__ and tuple(CellType(raw(c.cell_contents, face)) for c in f.__closure__)
        got = FunctionType(f.__code__, raw_namespace(f.__globals__, face), f.__name__, f.__defaults__, cells)
        got.__kwdefaults__ = f.__kwdefaults__
        _unfinished[0][f, face] = got
    return got


def raw_names(namespace, face):
    key = id(namespace), face
    got = _raw_namespaces.get(key) or _unfinished[1].get(key)
    if got is None:
        got = _unfinished[1][key] = {}
        got.update({k: raw(v, face) if isinstance(v, (Primitive, FunctionType)) else v for k, v in namespace.items()})
    return got


# ------------------------------------------------------------------------------------------------ declaring primitives
def elementwise(
    name,
    ufunc,
    *formulas,
    symbol=None,
    impl=None,
    torch=None,
    tape=None,
    params=(),
    nondiff=None,
    dtype=None,
    arity=None,
    **fields,
):
    """Declare an elementwise primitive from one formula per operand; None for an operand without derivative.

    torch=(...) are the formulas where torch chose otherwise at a kink: the primitive then takes `kink="jax"` or "torch".
    tape=(...) are those of reverse mode on a tape, where torch keeps or rounds something else: its users may change the rest in place.
    symbol: Python's operator, which keeps Python scalars Python scalars. dtype: of the result, if not NumPy's own.
    """
    namespace = sys._getframe(1).f_globals
    unknown = set(fields) - FIELDS
    if unknown:
        raise PrimitiveError(f"{name}: unknown field {', '.join(sorted(unknown))}")
    arity = arity or len(formulas) or ufunc.nin
    impl = impl or (OPERATOR[symbol] if symbol in OPERATOR else ufunc)
    p = Primitive(name, namespace, impl=impl, elementwise=True, nondiff=nondiff, arity=arity, **fields)
    p.params = tuple(params)
    p.symbol = symbol
    p.saves = ((),) * arity
    p.bare = impl  # without the choice at kinks, which changes derivatives only
    if isinstance(ufunc, np.ufunc):
        p.ufunc = ufunc
        if impl is ufunc or symbol in OPERATOR:
            p.into = p.into or (lambda mem, *xs: ufunc(mem, *xs, out=mem, casting="same_kind"))
        else:  # (ufunc says which dtypes it has, and no more)
            p.into = p.into or (lambda mem, *xs, **kw: np.copyto(mem, p.impl(mem, *xs, **kw), casting="same_kind"))
    if nondiff is None:
        if not formulas:
            raise PrimitiveError(f"{name}: give one formula per operand, or nondiff='why'")
        chosen = {"jax": formulas, "torch": torch or tape or formulas}
        p.tape = tape is not None
        p.formulas = {face: tuple(Formula(f) if f else NO_FORMULA for f in fs) for face, fs in chosen.items()}
        p.kinked = torch is not None
        if p.kinked:
            p.params = (*p.params, "kink")
            p.impl = lambda *xs, kink="jax": impl(*xs)
    p.aval = p.aval or (lambda *xs, **_: elementwise_aval(p, dtype, *xs))
    p.batch = p.batch or (lambda size, xs, ds, **kw: elementwise_batch(p, size, xs, ds, **kw))
    if p.vjp is None and nondiff is None:
        p.vjp = lambda ct, out, *xs, need, **kw: elementwise_vjp(p, ct, out, *xs, need=need, **kw)
        p.jvp = lambda ts, out, *xs, **kw: elementwise_jvp(p, ts, out, *xs, **kw)
    p.compiled = {}
    return p


class NoFormula:
    text = None
    names = frozenset()

    def saves(self, arity):
        return ()


NO_FORMULA = NoFormula()
OPERATOR = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow,
    "//": operator.floordiv, "%": operator.mod, "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "<<": operator.lshift, ">>": operator.rshift, ">": operator.gt, ">=": operator.ge, "<": operator.lt,
    "<=": operator.le, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def elementwise_vjp(p, ct, out, *xs, need, **params):
    """The formulas as a rule that is called, which half precision does."""
    key = "vjp", need, params.get("kink", "jax")
    rule = p.compiled.get(key)
    if rule is None:
        from .rules import elementwise_rule

        rule = p.compiled[key] = elementwise_rule(p, *key[1:])
    return rule(ct, out, xs, params)


def elementwise_jvp(p, ts, out, *xs, **params):
    need = 0
    plain = not isinstance(out, Handle)
    for i, t in enumerate(ts):
        if t is not None:
            need += 1 << i
            plain = plain and not isinstance(t, Handle)
    for x in xs if plain else ():
        plain = plain and not isinstance(x, Handle)
    key = need, params.get("kink", "jax"), plain
    push = p.compiled.get(key)
    if push is None:
        from .rules import elementwise_push

        push = p.compiled[key] = elementwise_push(p, *key)
    return push(ts, out, xs, params)


def elementwise_batch(p, size, xs, ds, **params):
    """Bring mapped axes to the front, with as many axes between as the widest operand has, and call p itself."""
    ndim = max(len(shape_of(x)) - (d is not None) for x, d in zip(xs, ds, strict=True))
    ys = []
    for x, d in zip(xs, ds, strict=True):
        if d is not None:
            x = helpers["front"](x, d)
            s = shape_of(x)
            if len(s) - 1 < ndim:
                x = PRIMITIVES["reshape"](x, shape=(size,) + (1,) * (ndim - len(s) + 1) + s[1:])
        ys.append(x)
    return p(*ys, **params), 0


AVALS = {}  # (elementwise primitive, shape, dtype and weakness of each operand) -> aval of the result
MOST_AVALS = 10_000


def elementwise_aval(p, dtype, *xs):
    known = [x if type(x) is Aval else Aval(shape_of(x), dtype_of(x), is_weak(x)) for x in xs]
    key = (p, *[k for a in known for k in (a.shape, a.dtype, a.weak)])
    got = AVALS.get(key)
    if got is None:
        if len(AVALS) >= MOST_AVALS:
            AVALS.clear()
        got = AVALS[key] = elementwise_result(p, dtype, known)
    return got


def elementwise_result(p, dtype, xs):
    shape = np.broadcast_shapes(*[x.shape for x in xs])
    weak = p.symbol is not None and all([x.weak for x in xs])
    if dtype is not None:
        return Aval(shape, dtype(*[x.dtype for x in xs]) if isinstance(dtype, FunctionType) else np.dtype(dtype), weak)
    if weak:  # Python's own arithmetic, in which True is 1
        kinds = [PYTHON_SCALARS[int] if x.dtype.kind == "b" else x.dtype for x in xs]
    else:
        kinds = [promotion_key(x) for x in xs]
    if p.ufunc is not None:
        return Aval(shape, p.ufunc.resolve_dtypes((*kinds, *(None,) * p.ufunc.nout))[-1], weak)
    return Aval(shape, np.result_type(*(k if isinstance(k, np.dtype) else k(0) for k in kinds)), weak)


def define(body, depth=1):
    """Declare a primitive from a class body; raises PrimitiveError, naming the field, if it is not a whole primitive.

    `depth`: how many frames up the file is that declares it.
    """
    fields = {k: v for k, v in vars(body).items() if not k.startswith("__")}
    name = body.__name__.rstrip("_")
    unknown = set(fields) - FIELDS
    if unknown:
        raise PrimitiveError(
            f"{name}: unknown field {', '.join(sorted(unknown))}; a primitive has {', '.join(sorted(FIELDS))}"
        )
    for required in ("impl", "aval"):
        if required not in fields:
            raise PrimitiveError(f"{name}: {required} is missing")
    ways = [w for w in ("nondiff", "record", "linear", "bilinear", "jvp") if w in fields]
    if len(ways) != 1:
        raise PrimitiveError(
            f"{name}: exactly one of nondiff, linear, bilinear, vjp + jvp must stand; got {', '.join(ways) or 'none'}"
        )
    way = ways[0]
    if way not in ("nondiff", "record") and ("vjp" in fields) == ("transpose" in fields):
        raise PrimitiveError(f"{name}: {way} needs either transpose (one function per operand) or vjp beside it")
    operands = [
        q.name for q in inspect.signature(fields["impl"]).parameters.values() if q.kind == q.POSITIONAL_OR_KEYWORD
    ]
    fields["arity"] = len(operands)
    fields.setdefault("saves", () if fields.get("variadic") else ((),) * len(operands))
    if not fields.get("variadic") and not fields.get("source") and len(fields["saves"]) != len(operands):
        raise PrimitiveError(
            f"{name}: saves has {len(fields['saves'])} entries for {len(operands)} operands {operands}"
        )
    fields["__doc__"] = body.__doc__
    p = Primitive(name, sys._getframe(depth).f_globals, **fields)
    p.params = ()
    p.shares = p.shares or p.unview is not None
    if p.transpose is not None:
        p.vjp = transposed_vjp(p)
    if way == "linear":
        p.jvp = lambda ts, out, *xs, **kw: linear_jvp(p, ts, out, *xs, **kw)
    elif way == "bilinear":
        p.jvp = lambda ts, out, *xs, **kw: bilinear_jvp(p, ts, out, *xs, **kw)
    if p.batch is None and not p.source:
        p.batch = lambda size, xs, ds, **kw: no_batch(p)
    return p


def transposed_vjp(p):
    """The vjp of a primitive with one transpose per operand."""
    rules = dict(zip(p.linear or p.bilinear, p.transpose, strict=True))

    def vjp(ct, out, *xs, need, **params):
        return [rules[i](ct, *xs, **params) if need >> i & 1 and i in rules else None for i in range(len(xs))]

    return vjp


def linear_jvp(p, ts, out, *xs, **params):
    """Jointly linear: the primitive itself, with tangents (or zeros) for the operands it is linear in."""
    zeros_like = helpers["zeros_like"]
    on = range(len(xs)) if p.linear == "all" else p.linear
    if all(ts[i] is None for i in on):
        return None
    return p(*(x if i not in on else zeros_like(x) if ts[i] is None else ts[i] for i, x in enumerate(xs)), **params)


def bilinear_jvp(p, ts, out, *xs, **params):
    add_cts = helpers["add_cts"]
    total = None
    for i in p.bilinear:
        if ts[i] is not None:
            total = add_cts(total, p(*(ts[i] if j == i else x for j, x in enumerate(xs)), **params))
    return total


def no_batch(p):
    raise NotDifferentiableError(
        f"vmap: {p.name} has no batching rule. Map it with a Python loop over the samples and np.stack."
    )


def check_formulas():
    """Every name in every formula stands for something: called once when the table is complete."""
    for p in PRIMITIVES.values():
        for rules in (p.formulas or {}).values():
            for f in rules:
                if f.text is not None:
                    f.check_names(p.namespace, p.params)
