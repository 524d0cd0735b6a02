"""Objects that compiled code looks at as a whole, as a text, or by way of the standard library, and what others change of them between calls. (What
is wanted is what the same function does when it is not compiled.)"""

import builtins
import dataclasses
import functools
import operator
import sys
import types
import warnings

import numpy as np
import pytest

import compat as torch

Space = types.SimpleNamespace


def each(f, between):
    """What five calls give, of each of which `between` is told before."""
    for i in range(5):
        between(i)
        yield f(torch.ones(2)).tolist()


def attributes_that_are_added(compile):
    own = Space(a=1.0)
    yield from each(compile(lambda x: x * sum(vars(own).values())), lambda i: setattr(own, f"k{i}", i))
    yield from each(compile(lambda x: x * len(own.__dict__)), lambda i: setattr(own, f"n{i}", i))
    yield from each(compile(lambda x: x * len(dir(own))), lambda i: setattr(own, f"m{i}", i))
    more = Space(part="later")
    yield from each(
        compile(lambda x: x * (2 if hasattr(own, more.part + "3") else 5)), lambda i: setattr(own, f"later{i}", i)
    )


def attributes_of_a_class_as_a_whole(compile):
    class Options:
        a, b = 1.0, 2.0

    def total(x):
        return x * sum([v for k, v in vars(Options).items() if k[0] != "_"])

    yield from each(compile(total), lambda i: setattr(Options, "b", i))


def equal_objects(compile):
    one, other, held = Space(rate=1.0), Space(rate=1.0), [Space(rate=1.0)]
    yield from each(compile(lambda x: x * (2 if one == other else 3)), lambda i: setattr(other, "rate", i % 2))
    yield from each(compile(lambda x: x * (2 if one in held else 3)), lambda i: setattr(one, "rate", i % 2))
    yield from each(compile(lambda x: x * (2 if held.count(one) else 3)), lambda i: setattr(one, "rate", i % 2))


def texts_of_objects(compile):
    class Told:
        def __init__(self):
            self.hidden, self.kept, self.shown = 1.0, 1.0, 1.0

        def __str__(self):
            return str(self.hidden)

        def __repr__(self):
            return str(self.kept)

        def __format__(self, spec):
            return str(self.shown)

    own, space = Told(), Space(rate=1.0)
    yield from each(compile(lambda x: x * float(str(own))), lambda i: setattr(own, "hidden", i))
    yield from each(compile(lambda x: x * float(f"{own!r}")), lambda i: setattr(own, "kept", i))
    yield from each(compile(lambda x: x * float(f"{own:x}")), lambda i: setattr(own, "shown", i))
    yield from each(compile(lambda x: x * float("%s" % own)), lambda i: setattr(own, "hidden", i + 1))  # noqa: UP031
    yield from each(compile(lambda x: x * float("{0.rate}".format(space))), lambda i: setattr(space, "rate", i))  # noqa: UP030, UP032
    yield from each(compile(lambda x: x * len(repr(space))), lambda i: setattr(space, "rate", 10.0**i))


def methods_with_arguments_given(compile):
    class Scaled:
        rate = 1.0

        def by(self, k, x):
            return x * k * self.rate

        twice = functools.partialmethod(by, 2.0)

    own = Scaled()
    yield from each(compile(lambda x: own.twice(x)), lambda i: setattr(Scaled, "rate", i))


def methods_by_the_class_of_an_argument(compile):
    class Scaled:
        rate = 1.0

        @functools.singledispatchmethod
        def by(self, k, x):
            return x

        @by.register
        def _(self, k: int, x):
            return x * k * self.rate

    own = Scaled()
    own.by(3, torch.ones(2))
    yield from each(compile(lambda x: own.by(3, x)), lambda i: setattr(own, "rate", i))


def functions_by_the_class_of_an_argument(compile):
    rates = [1.0]

    @functools.singledispatch
    def by(k, x):
        return x

    @by.register
    def _(k: int, x):
        return x * k * rates[0]

    by(3, torch.ones(2))
    yield from each(compile(lambda x: by(3, x)), lambda i: operator.setitem(rates, 0, i))


def what_a_metaclass_has(compile):
    class Kind(type):
        @property
        def rate(cls):
            return cls.kept * 2

    class Scaled(metaclass=Kind):
        kept = 1.0

    yield from each(compile(lambda x: x * Scaled.rate), lambda i: setattr(Scaled, "kept", i))


def what_stands_above(compile):
    class First:
        rate = 1.0

        @property
        def kept(self):
            return self.own

    class Second(First):
        rate, own = 9.0, 1.0

        def scaled(self, x):
            return x * super().rate + super().kept

    own = Second()

    def between(i):
        First.rate, own.own = float(i), float(i * i)

    yield from each(compile(own.scaled), between)


def variables_by_way_of_a_function(compile):
    given = {"rate": 1.0}
    exec("def f(): pass", given)
    yield from each(compile(lambda x: x * given["f"].__globals__["rate"]), lambda i: given.update(rate=i))
    module = sys.modules["module_of_rates"] = types.ModuleType("module_of_rates")
    try:
        yield from each(compile(lambda x: x * __import__("module_of_rates").rate), lambda i: setattr(module, "rate", i))
    finally:
        del sys.modules["module_of_rates"]


def classes_that_came_since(compile):
    class First:
        pass

    held = []
    yield from each(
        compile(lambda x: x * len(First.__subclasses__())), lambda i: held.append(type("Own", (First,), {}))
    )


def options_by_the_standard_library(compile):
    @dataclasses.dataclass
    class Options:
        a: float = 1.0
        b: float = 2.0

    own = Options()
    yield from each(compile(lambda x: x * sum(dataclasses.asdict(own).values())), lambda i: setattr(own, "b", i))
    yield from each(compile(lambda x: x * operator.attrgetter("a")(own)), lambda i: setattr(own, "a", i))


def distributions_that_are_changed(compile):
    normal = torch.distributions.Normal(torch.zeros(2), torch.ones(2))
    apart = torch.distributions.Independent(torch.distributions.Normal(torch.zeros(2), torch.ones(2)), 1)
    yield from each(compile(lambda x: normal.log_prob(x)), lambda i: setattr(normal, "loc", torch.full((2,), float(i))))
    yield from each(
        compile(lambda x: apart.log_prob(x)), lambda i: setattr(apart.base_dist, "scale", torch.full((2,), i + 1.0))
    )


def distributions_that_keep_what_they_find(compile):
    kept = torch.distributions.Categorical(torch.ones(2))  # (its logits are made when they are first asked for)
    yield from each(compile(lambda x: kept.log_prob(torch.tensor(1)) * x), lambda i: None)
    yield "logits" in vars(kept)


def which_tensor_an_argument_is(compile):
    outside = torch.ones(2)
    table, scales, members = {id(outside): 2.0}, {outside: 3.0}, {outside}
    programs = [
        lambda x: x * (2 if x is outside else 3),
        lambda x: x * table.get(id(x), 1.0),
        lambda x: x * scales.get(x, 1.0),
        lambda x: x * (4 if x in members else 5),
        lambda x: x * (2 if x in frozenset((outside,)) else 3),
    ]
    for f in map(compile, programs):
        for i in (0, 1, 0, 1, 1):
            yield f(outside if i else torch.ones(2)).tolist()


def one_list_given_twice(compile):
    def f(a, b):
        a.append(a[0] * 2)
        return sum(b) * len(b)

    f = compile(f)
    for i in range(5):
        given = [torch.ones(2)]
        yield f(given, given if i % 2 else [torch.ones(2)]).tolist(), len(given)


def an_argument_that_a_rule_writes_into(compile):
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 2

    f = compile(lambda x: Doubled.apply(x))
    for _ in range(3):
        w = torch.ones(2, requires_grad=True)
        x = w * 3
        y = f(x)
        y.sum().backward()
        yield y.tolist(), x.tolist(), w.grad.tolist()


def attributes_of_the_class_of_what_is_made_inside(compile):
    class Scaled:
        rate = 1.0

    yield from each(compile(lambda x: x * Scaled().rate), lambda i: setattr(Scaled, "rate", i))


def variables_that_come_and_go(compile):
    given = {}
    exec("def f(x):\n    try:\n        return x * rate\n    except NameError:\n        return x * len([1, 2])", given)

    def between(i):
        given.pop("rate", None) if i in (0, 2) else given.update(rate=float(i))
        given.pop("len", None) if i < 2 else given.update(len=lambda x: 7)

    yield from each(compile(given["f"]), between)
    builtins.own_rate = 1.0
    try:
        exec("def g(x): return x * own_rate", given)
        yield from each(compile(given["g"]), lambda i: setattr(builtins, "own_rate", i))
    finally:
        del builtins.own_rate


def variables_by_computed_names(compile):
    module = types.ModuleType("module_of_rates")
    module.rate0, module.rate1 = 1.0, 2.0
    number = [0]

    def between(i):
        number[0] = i % 2
        setattr(module, f"rate{i % 2}", i + 0.5)

    yield from each(compile(lambda x: x * getattr(module, f"rate{number[0]}")), between)


def objects_in_long_containers(compile):
    def several(n=100):
        return [Space(rate=1.0) for _ in range(n)]

    table, row, held = dict(enumerate(several())), tuple(several()), several(2000)
    array = np.array([1.0, *several(1)], dtype=object)
    yield from each(compile(lambda x: x * table[70].rate), lambda i: setattr(table[70], "rate", i))
    yield from each(compile(lambda x: x * row[70].rate), lambda i: setattr(row[70], "rate", i))
    yield from each(compile(lambda x: x * held[70].rate), lambda i: setattr(held[70], "rate", i))
    yield from each(compile(lambda x: x * array[1].rate), lambda i: setattr(array[1], "rate", i))


def objects_with_slots_alone(compile):
    class Scaled:
        __slots__ = ("hidden",)
        rate = 1.0

        def by(self, x):
            return x * self.hidden

        @property
        def twice(self):
            return self.hidden * 2

        def __repr__(self):
            return "a" * self.hidden

    own = Scaled()
    yield from each(compile(lambda x: own.by(x)), lambda i: setattr(own, "hidden", i))
    yield from each(compile(lambda x: x * own.twice), lambda i: setattr(own, "hidden", i))
    yield from each(compile(lambda x: x * own.rate), lambda i: setattr(Scaled, "rate", i))
    yield from each(compile(lambda x: x * len(f"{[own]}")), lambda i: setattr(own, "hidden", i))
    yield from each(compile(lambda x: own.by(x)), lambda i: setattr(Scaled, "by", lambda self, x: x * i))


def static_and_class_methods(compile):
    rates = [1.0]

    class First:
        plain = staticmethod(lambda x: x * rates[0])
        given = staticmethod(functools.partial(lambda k, x: x * k[0], rates))

    class Second(First):
        above = lambda self, x: super().plain(x)  # noqa: E731

        def own(self, x):
            return self.plain(x) + self.given(x)

        @staticmethod
        def __call__(x):
            return x * rates[0]

        @classmethod
        def __len__(cls):
            return int(rates[0])

    class Net(torch.nn.Module):
        act = staticmethod(lambda x: x * rates[0])

        def forward(self, x):
            return self.act(x)

    one, held = Second(), Space(f=staticmethod(lambda x: x * rates[0]))
    for f in (
        lambda x: one.plain(x),
        lambda x: one.given(x),
        lambda x: First.given(x),
        one.above,
        one.own,
        lambda x: one(x),
        lambda x: x * len(one),
        lambda x: held.f(x),
        Net(),
    ):
        yield from each(compile(f), lambda i: operator.setitem(rates, 0, float(i)))


def a_descriptor_that_syntax_calls(compile):
    class Length:
        def __get__(self, owner, kind):
            return lambda: owner.count

    class Sized:
        count, __len__ = 1, Length()

    own = Sized()
    yield from each(compile(lambda x: x * len(own)), lambda i: setattr(own, "count", i))


def slots_beside_a_dict(compile):
    class Slotted:
        __slots__ = ("rate",)

    class Open(Slotted):
        pass

    class Net(Slotted, torch.nn.Module):
        def forward(self, x):
            return x * self.rate

    own, net = Open(), Net()
    yield from each(compile(lambda x: x * own.rate), lambda i: setattr(own, "rate", i))
    yield from each(compile(lambda x: net(x)), lambda i: setattr(net, "rate", i))


def what_a_class_body_reads(compile):
    rates = [1.0]

    def f(x):
        class Own:
            rate = rates[0]

        return x * Own.rate

    yield from each(compile(f), lambda i: operator.setitem(rates, 0, i))


def what_calls_are_bound_to(compile):
    rates, part = [1.0], functools.partial(lambda k, x: x * k, 2.0)
    by = types.MethodType(lambda own, x: x * own[0], rates)
    yield from each(compile(lambda x: by(x)), lambda i: operator.setitem(rates, 0, i))
    others = [(lambda k, x, i=i: x * k + i) for i in range(5)]
    yield from each(compile(lambda x: part(x)), lambda i: part.__setstate__((others[i], (2.0,), {}, None)))


def what_exceptions_keep(compile):
    error, stop, shown = ValueError(1.0), StopIteration(1.0), OSError("1")
    yield from each(compile(lambda x: x * error.args[0]), lambda i: setattr(error, "args", (i,)))
    yield from each(compile(lambda x: x * stop.value), lambda i: setattr(stop, "value", i))
    yield from each(compile(lambda x: x * float(str(shown))), lambda i: setattr(shown, "args", (f"{i}",)))


def what_functions_keep(compile):
    def own(x: 1.0):
        "1"

    yield from each(compile(lambda x: x * own.__annotations__["x"]), lambda i: own.__annotations__.update(x=i))
    yield from each(compile(lambda x: x * float(own.__doc__)), lambda i: setattr(own, "__doc__", f"{i}"))


def names_that_are_computed(compile):
    own, texts = Space(rate=1.0), ["rate", "{0.rate}", "{own.rate}", "by"]

    class Scaled:
        rate = 1.0

        def by(self, k):
            return self.rate * k

    scaled = Scaled()
    methodcaller = operator.methodcaller
    f = compile(lambda x: x * methodcaller(texts[3], 2)(scaled))
    yield from each(f, lambda i: setattr(scaled, "rate", i))
    yield from each(f, lambda i: setattr(Scaled, "by", lambda self, k: k * i))
    yield from each(compile(lambda x: x * operator.attrgetter(texts[0])(own)), lambda i: setattr(own, "rate", i))
    yield from each(compile(lambda x: x * float(texts[1].format(own))), lambda i: setattr(own, "rate", i))
    yield from each(compile(lambda x: x * float(texts[2].format_map({"own": own}))), lambda i: setattr(own, "rate", i))


def modules_that_are_replaced(compile):
    def put(i):
        module = sys.modules["module_of_rates"] = types.ModuleType("module_of_rates")
        exec(f"rate = {i}\ndef by(x): return x * rate", vars(module))

    def whole(x):
        import module_of_rates

        return x * module_of_rates.rate

    def part(x):
        from module_of_rates import by

        return by(x)

    try:
        put(0)
        yield from each(compile(whole), put)
        yield from each(compile(part), put)
    finally:
        del sys.modules["module_of_rates"]


def attributes_that_are_replaced(compile):
    kept = Space(rate=1.0)
    bound = types.MethodType(lambda self, x: x * self.rate, kept)
    held = [bound]

    class Open:
        def __init__(self, **rates):
            self.__dict__ = rates

    opened = Open(rate=1.0)

    def function():
        pass

    function.rate = 1.0
    yield from each(compile(lambda x: x * opened.rate), lambda i: setattr(opened, "__dict__", {"rate": i}))
    yield from each(compile(lambda x: held[0](x)), lambda i: vars(kept).update(rate=i))
    yield from each(compile(lambda x: x * opened.rate), lambda i: opened.__init__(rate=i))
    yield from each(compile(lambda x: x * function.rate), lambda i: setattr(function, "__dict__", {"rate": i}))

    def counted(x):
        opened.__dict__ = {"rate": opened.rate + 1}
        return x * opened.rate

    yield from each(compile(counted), lambda i: None)
    yield opened.rate


def arrays_of_other_kinds(compile):
    class Own(np.ndarray):
        pass

    own = np.ones(3).view(Own)
    named = np.rec.array([(1.0, 2.0)], dtype=[("a", float), ("b", float)])
    masked = np.ma.masked_array([1.0, 2.0], [0, 1])
    objects, inside = np.array({"rate": 1.0}, dtype=object), np.empty((1, 2), object)
    inside[0, 0] = [1.0]
    yield from each(compile(lambda x: x * float(own[0])), lambda i: operator.setitem(own, 0, i))
    yield from each(compile(lambda x: x * float(named.a[0])), lambda i: operator.setitem(named.a, 0, i))
    yield from each(compile(lambda x: x * float(masked.sum())), lambda i: setattr(masked, "mask", [i % 2, 0]))
    yield from each(compile(lambda x: x * objects.item()["rate"]), lambda i: objects.item().update(rate=i))
    yield from each(compile(lambda x: x * inside[0, 0][0]), lambda i: operator.setitem(inside[0, 0], 0, i))


def what_python_is_told_of_settings_and_views(compile):
    before, array = np.geterr()["over"], np.ones(2)
    try:
        f = compile(lambda x: x * len(np.geterr()["over"]))
        yield from each(f, lambda i: np.seterr(over=("ignore", "warn", "raise", "log", "print")[i]))
    finally:
        np.seterr(over=before)
    f = compile(lambda x: x * (2 if array.flags.writeable else 3))
    yield from each(f, lambda i: array.setflags(write=bool(i % 2)))
    f = compile(lambda x: x * (2 if array.flags["WRITEABLE"] else 3))
    yield from each(f, lambda i: array.setflags(write=bool(i % 2)))
    held = [array]
    f = compile(lambda x: x * held[0].strides[0])
    yield from each(f, lambda i: operator.setitem(held, 0, np.ones((2, 2), order="CF"[i % 2])))
    for f in (lambda x: x * (2 if x._base is None else 3), lambda x: x * (2 if x._is_view() else 3)):
        f, x = compile(f), torch.ones(2)
        yield f(x).tolist(), f(x[:]).tolist(), f(x).tolist()
    was = torch.backends.cudnn.benchmark
    try:
        f = compile(lambda x: x * (2 if torch.backends.cudnn.benchmark else 3))
        yield from each(f, lambda i: setattr(torch.backends.cudnn, "benchmark", bool(i % 2)))
    finally:
        torch.backends.cudnn.benchmark = was


PROGRAMS = [
    x for x in list(globals().values()) if type(x) is types.FunctionType and x.__module__ == __name__ and x is not each
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_each_call_finds_it(program):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        found = [*program(torch.compile)]
    assert found == [*program(lambda f: f)]


def test_an_attribute_of_ones_own_may_have_any_name():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self._base, self.options = torch.nn.Linear(2, 2), Space(writeable=True)

        def forward(self, x):
            return self._base(x) if self.options.writeable else x

    net = Net()
    f, x = torch.compile(net, fullgraph=True), torch.ones(2)
    assert f(x).tolist() == net(x).tolist() != x.tolist()
    net.options.writeable = False
    assert f(x).tolist() == x.tolist()


@pytest.mark.parametrize("kind", ["Adam", "RAdam", "Adagrad", "Rprop", "momentum"])
def test_an_optimizer_that_is_made_inside_begins_anew(kind):
    """Its state was the program's own, and went on from call to call."""

    def run(compile):
        torch.manual_seed(0)
        net = torch.nn.Linear(2, 1)

        def step(x):
            own = (
                torch.optim.SGD(net.parameters(), 0.1, 0.9)
                if kind == "momentum"
                else getattr(torch.optim, kind)(net.parameters())
            )
            for _ in range(2):
                own.zero_grad()
                loss = net(x).square().sum()
                loss.backward()
                own.step()
            return loss

        step = compile(step)
        return [(step(torch.randn(2, 2)).item(), *net.weight.tolist()[0]) for _ in range(4)]

    for a, b in zip(run(torch.compile), run(lambda f: f), strict=True):
        assert a == pytest.approx(b, rel=1e-5)


def test_what_is_detached_is_a_view_of_nothing():
    f = torch.compile(lambda x: (y := x * 2, y.detach(), y.detach()[0], x.detach(), x.data, x[0].detach(), x.view(2)))
    x = torch.ones(2, requires_grad=True)
    assert [o._base is not None for o in f(x)] == [False, False, True, False, False, False, True]


def test_memory_is_looked_at_once_for_each_tensor(monkeypatch):
    """It was looked at once for each that is written and each that is read: 1,600 parameters took 1.3 million looks, and 0.7 of 2 s."""
    from compat.compiler import region

    looks = []
    monkeypatch.setattr(region, "owner_of", lambda v, of=region.owner_of: (looks.append(1), of(v))[1])
    net = torch.nn.Sequential(*[torch.nn.Linear(2, 2) for _ in range(20)])
    optimizer = torch.optim.SGD(net.parameters(), 0.1)

    def step(x):
        optimizer.zero_grad()
        net(x).sum().backward()
        optimizer.step()

    torch.compile(step, fullgraph=True)(torch.ones(1, 2))
    assert 40 <= len(looks) <= 4 * 40
