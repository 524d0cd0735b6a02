"""State that a compiled function reads, changes or gives back by roundabout ways: each call finds it as it is, and changes it. (What is wanted is
what the same function does when it is not compiled.)"""

import contextvars
import functools
import os
import types
import warnings
import weakref

import pytest

import compat as torch


class Bag(types.SimpleNamespace):
    """An object with attributes."""


def calls(f, between=lambda: None, n=3):
    found = []
    for _ in range(n):
        found.append(f(torch.ones(2)))
        between()
    return found


def a_property(compile):
    class Hidden:
        def __init__(self):
            self._kept, self.asked = {"w": [torch.ones(2)]}, 0

        @property
        def w(self):
            self.asked += 1
            return self._kept["w"][0] * self.asked

        @w.setter
        def w(self, value):
            self._kept["w"][0] = value

    a = Hidden()

    def f(x):
        a.w = a.w + x
        return a.w

    return calls(compile(f)), a.asked, a._kept


def a_descriptor(compile):
    class Through:
        def __get__(self, instance, owner=None):
            return instance.__dict__["_kept"].hidden[0]

        def __set__(self, instance, value):
            instance.__dict__["_kept"].hidden[0] = value

    class Has:
        w = Through()

    a = Has()
    a.__dict__["_kept"] = Bag(hidden=[torch.zeros(2)])

    def f(x):
        a.w = a.w + x
        return a.w * 2

    return calls(compile(f)), a.w


def attributes_by_a_method(compile):
    class Apart:
        def __init__(self):
            object.__setattr__(self, "kept", {"t": torch.zeros(2)})

        def __getattr__(self, name):
            return self.__dict__["kept"][name]

        def __setattr__(self, name, value):
            self.__dict__["kept"][name] = value

    a = Apart()

    def f(x):
        a.t = a.t + x
        return a.t * 2

    return calls(compile(f)), a.t


def slots(compile):
    class Slotted:
        __slots__ = ("kept", "n")

    a = Slotted()
    a.kept, a.n = [torch.zeros(2)], 0
    outer = Bag(inner=a)

    def f(x):
        outer.inner.kept[0] = outer.inner.kept[0] + x
        outer.inner.n += 1
        return outer.inner.kept[0] * outer.inner.n

    return calls(compile(f)), a.kept, a.n


def syntax(compile):
    class Counting:
        k = 1

        def __mul__(self, x):
            self.k += 1
            return x * self.k

        def __len__(self):
            return self.k

        def __getitem__(self, i):
            return self.k * i

        def __bool__(self):
            return self.k % 2 == 0

        def __iter__(self):
            return iter([self.k, self.k])

    a, b = Counting(), Counting()
    f = compile(lambda x: (a * x, len(a) * x, x * a[2], x if a else -x, x * sum(a)))
    g = compile(lambda x: (len(b) * x, x * b[2], x if b else -x, x * sum(b)))
    return calls(f), calls(g, lambda: setattr(b, "k", b.k + 1))


def a_computed_name(compile):
    a, which = Bag(v1=0, v2=5), [1]

    def onward():
        a.v1, a.v2, which[0] = a.v1 + 1, a.v2 + 1, 3 - which[0]

    return calls(compile(lambda x: x * getattr(a, f"v{which[0]}")), onward, 4)


HIDDEN = 1


def any_variable(compile):
    def onward():
        globals()["HIDDEN"] += 1

    globals()["HIDDEN"] = 1
    return calls(compile(lambda x: x * globals()["HIDDEN"]), onward)


def a_long_table(compile):
    read, changed = {i: i for i in range(200)}, [0] * 200

    def onward():
        read[100] += 1

    def f(x):
        changed[100] += 1
        return x * changed[100]

    return calls(compile(lambda x: x * read[100]), onward), calls(compile(f)), changed[100]


def deep_inside(compile):
    a = Bag(b=Bag(c=[Bag(v=1, table={"q": (Bag(z=1),)})]))

    def onward():
        a.b.c[0].v += 1
        a.b.c[0].table["q"][0].z += 10

    def f(x):
        onward()
        a.b.c[0].t = x
        return x * a.b.c[0].v + a.b.c[0].table["q"][0].z

    got = calls(compile(lambda x: x * a.b.c[0].v + a.b.c[0].table["q"][0].z), onward)
    return got, calls(compile(f)), a.b.c[0].v, a.b.c[0].t


def options_of_a_module(compile):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.options = {"a": {"b": 1}}

        def forward(self, x):
            return x * self.options["a"]["b"]

    net = Net()

    def onward():
        net.options["a"]["b"] += 1

    return calls(compile(net), onward)


def a_cached_property(compile):
    class Lazily:
        k = 2

        @functools.cached_property
        def w(self):
            return torch.ones(2) * self.k

    a = Lazily()
    f = compile(lambda x: x * a.w)
    first = calls(f)
    del a.w
    a.k = 5
    return first, calls(f)


def what_a_class_reads(compile):
    table = {"scale": 1.0}

    class Scaled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * table["scale"]

        @staticmethod
        def backward(ctx, ct):
            return ct * 2

    class Part:
        def of(self, x):
            return x * table["scale"]

    def onward():
        table["scale"] += 1

    return calls(compile(lambda x: Scaled.apply(x) + Part().of(x)), onward)


def what_a_backward_does(compile):
    seen = []

    class Noted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, k):
            ctx.k = k
            return x * k

        @staticmethod
        def backward(ctx, ct):
            seen.append(ctx.k)
            return ct * ctx.k, None

    f = compile(lambda x, k: Noted.apply(x, k).sum())
    for k in (1, 2, 1):
        f(torch.ones(2, requires_grad=True), k).backward()
    return seen


def autocast(compile):
    net = torch.nn.Linear(2, 2)
    f, found = compile(net), []
    for on in (False, True, False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=on):
            found.append(f(torch.ones(1, 2)).dtype)
    with torch.autocast("cpu", torch.float16):
        found.append(f(torch.ones(1, 2)).dtype)
    return found


def what_is_given_back(compile):
    w, table = torch.ones(2), {"a": [1, 2]}
    f = compile(lambda x: (w, table, x * w))
    return [(a is w, b is table) for a, b, _ in calls(f)]


def what_is_made_anew(compile):
    found = calls(compile(lambda x: ({1, 2}, x)))
    found[0][0].add(3)
    return found, [list(g) for g in calls(compile(lambda x: (x * i for i in range(3))))]


def one_view_twice(compile):
    def f(x):
        y = x[0]
        return y, x.view(-1), y

    found = []
    for _ in range(2):
        x = torch.zeros(2, 2)
        a, b, c = compile(f)(x)
        a.add_(1)
        b[3] = 7
        found.append((x, a, b, c is a))
    return found


def a_class_of_tensors(compile):
    class Own(torch.Tensor):
        pass

    w = torch.ones(2).as_subclass(Own)
    f, g = compile(lambda x: x * 2), compile(lambda x: x * w)
    return [type(t).__name__ for t in (f(torch.ones(2).as_subclass(Own)), f(torch.ones(2)), g(torch.ones(2)))]


def warnings_given(compile):
    def f(x):
        warnings.warn("of the user's own", stacklevel=1)
        return x

    f, found = compile(f), []
    for _ in range(3):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            f(torch.ones(2))
        found.append([str(w.message) for w in caught if "run as it is" not in str(w.message)])
    return found


def through_context_and_references(compile):
    var, a = contextvars.ContextVar("var", default=1), Bag(v=1)
    ref, sure = weakref.ref(a), torch.ones(1, 1)
    sure.scale = 1

    def onward():
        var.set(var.get() + 1)
        a.v += 1
        sure.scale += 1
        os.environ["COMPILED_REACH"] = str(a.v)

    os.environ["COMPILED_REACH"] = "1"
    got = [
        calls(compile(lambda x: x * var.get()), onward),
        calls(compile(lambda x: x * ref().v), onward),
        calls(compile(lambda x: x * sure * sure.scale), onward),
        calls(compile(lambda x: x * int(os.environ["COMPILED_REACH"])), onward),
    ]
    del os.environ["COMPILED_REACH"]
    return got


def classes_that_change(compile):
    class Base(torch.nn.Module):
        k = 1

        def part(self, x):
            return x * self.k

        def forward(self, x):
            return self.part(x)

    class Derived(Base):
        def forward(self, x):
            return super().forward(x) + 1

    def onward():
        Base.k += 1

    found = [calls(compile(Derived()), onward)]
    net = Base()
    f = compile(net)
    found.append(f(torch.ones(2)))
    Base.part = lambda self, x: x * 50
    found.append(f(torch.ones(2)))
    Base.forward = lambda self, x: x * 60
    return found, f(torch.ones(2))


def what_a_tensor_is(compile):
    x = torch.ones(2, 3, requires_grad=True)
    leaf, made = compile(lambda x: 2 if x.is_leaf else 3), compile(lambda x: x.grad_fn is None)
    changed, order = compile(lambda x: x._version), compile(lambda x: x.is_contiguous() * x)
    flat, y = compile(lambda x: x.view(-1)), torch.ones(2)
    found = [leaf(x), leaf(x * 1), made(x), made(x * 1), changed(y), changed(y.add_(1))]
    found += [
        order(torch.ones(2, 2)),
        order(torch.ones(2, 2).t()),
        order(torch.ones(2, 2)[:, :1]),
        flat(torch.ones(2, 3)),
    ]
    try:
        flat(torch.ones(3, 2).t())
    except RuntimeError as error:
        found.append(str(error)[:30])
    return str(found).replace("CompiledFunctionBackward", "MulBackward0")


def functions_given_back(compile):
    f = compile(lambda x: lambda y: y * x)
    g, h = f(torch.ones(2)), f(torch.ones(2) * 2)
    return g(torch.ones(2)), h(torch.ones(2))


def a_default_device(compile):
    f = compile(lambda x: torch.zeros(2).device.type)
    found = [f(torch.ones(1))]
    with torch.device("meta"):
        found.append(f(torch.ones(1, device="cpu")))
    return [*found, f(torch.ones(1))]


def arguments_of_a_partial(compile):
    table = {"k": 1}

    def f(scale, table, x):
        return x * scale * table["k"]

    def onward():
        table["k"] += 1

    return calls(compile(functools.partial(functools.partial(f, 2), table)), onward)


def settings(compile):
    asked, found = compile(lambda x: torch.are_deterministic_algorithms_enabled()), []
    for on in (False, True, False):
        torch.use_deterministic_algorithms(on)
        found.append(asked(torch.ones(2)))
    return found


PROGRAMS = [
    a_property, a_descriptor, attributes_by_a_method, slots, syntax, a_computed_name, any_variable, a_long_table, deep_inside, options_of_a_module,
    a_cached_property, what_a_class_reads, what_a_backward_does, autocast, what_is_given_back, what_is_made_anew, one_view_twice, a_class_of_tensors,
    warnings_given, through_context_and_references, classes_that_change, what_a_tensor_is, functions_given_back, a_default_device,
    arguments_of_a_partial, settings,
]  # fmt: skip


@pytest.fixture(autouse=True)
def as_before():
    yield
    torch.overrides.unwatch()  # (a subclass of Tensor)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_each_call_finds_and_leaves_what_it_would(program):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        assert str(program(torch.compile)) == str(program(lambda f: f))


def test_what_is_only_read_deep_inside_is_compiled():
    a = Bag(b=[Bag(v=1)], table={i: i for i in range(100)})
    f = torch.compile(lambda x: x * a.b[0].v + a.table[50], fullgraph=True)
    assert calls(f, lambda: setattr(a.b[0], "v", a.b[0].v + 1))[2].tolist() == [53.0, 53.0]
    assert [c.reason for c in f.stats().compilations] == ["the first call", *["Bag.v is 2, not 1", "Bag.v is 3, not 2"]]
