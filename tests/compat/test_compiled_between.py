"""What others do between the calls of a compiled function, past the ways that are documented: memory that is given away, tables of modules, code and
defaults of functions, methods that a subclass gets, classes of modules, gradients of what is frozen, another thread's locals."""

import asyncio
import collections
import threading
import types
import warnings

import numpy as np
import pytest

import compat as torch
from compat import nn

ONES = torch.ones


def memory_of_an_argument(compile):
    w, y = torch.zeros(3), ONES(3)

    def f(x):
        x.add_(1)
        return w * 2

    f = compile(f)
    yield f(y)
    w.data = y
    for _ in range(2):
        yield f(y), w, y


def memory_of_another(compile):
    w, u, v = torch.zeros(3), ONES(3), ONES(3)

    def f(x):
        w.add_(1)
        return x * u + v

    f = compile(f)
    yield f(ONES(3))
    u.data = w
    yield f(ONES(3)), w, u
    u.data = ONES(3)
    yield f(ONES(3)), w, u
    v.set_(w)
    yield f(ONES(3)), w, v


def an_argument_that_is_also_outside(compile):
    w, p = ONES(2), nn.Parameter(ONES(2))

    def f(x):
        x.add_(1)
        return x + w

    f, g = compile(f), compile(lambda x: (x * p).sum() + x.sum())
    for x in (w, ONES(2), w, ONES(2), w[:1], ONES(2)):
        yield f(x), w
    for x in (p, ONES(2), p * 3, p):
        g(x).backward()
        yield p.grad


def one_tensor_in_two_attributes(compile):
    own = types.SimpleNamespace(a=ONES(2))
    own.b = own.a

    def f(x):
        own.a = own.a + x
        return own.a + own.b

    f = compile(f)
    for _ in range(3):
        yield f(ONES(2)), own.a, own.b
    own.b = own.a
    yield f(ONES(2)), own.a, own.b
    for x in (own.a, ONES(2), own.b, ONES(2)):
        yield f(x), own.a, own.b


def an_argument_that_stands_in_an_attribute(compile):
    own, x = types.SimpleNamespace(a=ONES(2)), ONES(2)

    def f(x):
        own.a = own.a + x
        return own.a * x

    f = compile(f)
    yield f(own.a)
    for y in (x, own.a, x, x * 3):
        yield f(y), own.a


def a_result_that_is_left_in_an_attribute(compile):
    own, module = types.SimpleNamespace(a=ONES(2), b=None), nn.Linear(2, 2)
    w = ONES(2, requires_grad=True)

    def f(x):
        own.a = own.a * 2
        module.kept = own.b = own.a + x
        return own.a, own.b

    def g(x):
        own.a = w * x
        return own.a

    f, g = compile(f), compile(g)
    for _ in range(3):
        a, b = f(ONES(2))
        yield a is own.a, b is own.b, b is module.kept
        a.add_(5)
        yield own.a, own.b
    for _ in range(2):
        yield g(ONES(2)) is own.a


def views_that_are_left_in_attributes(compile):
    w, own = ONES(2), types.SimpleNamespace()

    def f(x):
        y = x * 2
        own.result, own.argument, own.captured, own.inner = y[0], x[1], w[:1], (x * 3)[0]
        return y

    f = compile(f)
    for _ in range(3):
        x = ONES(2)
        y = f(x)
        y.add_(1)
        x.add_(3)
        w.add_(5)
        yield own.result, own.argument, own.captured, own.inner


def memory_that_is_another(compile):
    w, y = torch.zeros(3), ONES(3)

    def f(x):
        x.add_(1)
        return w * 2

    f = compile(f)
    for k in range(4):
        w.data = ONES(3) * k
        yield f(y), y


def tables(compile):
    m, b = nn.Sequential(nn.Linear(2, 2), nn.ReLU()), nn.BatchNorm1d(2)
    with torch.no_grad():
        for p in m.parameters():
            p.fill_(0.5)
    f, g, x = compile(m), compile(b), ONES(2, 2)
    yield f(x), g(x)
    m[0]._parameters["weight"] = nn.Parameter(ONES(2, 2))
    b._buffers["running_mean"] = ONES(2)
    yield f(x), g(x), b.running_mean
    m[0]._parameters["bias"] = None
    yield f(x)
    m._modules["1"] = nn.Tanh()
    yield f(x)
    m._modules["5"] = nn.Softmax(1)
    yield f(x)
    del m._modules["1"]
    yield f(x)


def code(compile):
    def g(x):
        return x * 2

    class Own(nn.Module):
        def forward(self, x):
            return x * 5

    module = Own()
    f, own, m = compile(lambda x: g(x) + 1), compile(g), compile(module)
    yield f(ONES(2)), own(ONES(2)), m(ONES(2))
    g.__code__ = (lambda x: x * 3).__code__
    Own.forward.__code__ = (lambda self, x: x * 7).__code__
    yield f(ONES(2)), own(ONES(2)), m(ONES(2))


def defaults(compile):
    def g(x, s=2, *, t=1):
        return x * s + t

    f, own = compile(lambda x: g(x) + 1), compile(g)
    yield f(ONES(2)), own(ONES(2))
    g.__defaults__ = (5,)
    yield f(ONES(2)), own(ONES(2))
    g.__kwdefaults__ = {"t": 7.0}
    yield f(ONES(2)), own(ONES(2))
    g.__kwdefaults__["t"] = 8
    yield f(ONES(2)), own(ONES(2))


def methods_of_a_subclass(compile):
    class Above(nn.Module):
        def forward(self, x):
            return self.inner(x)

        def inner(self, x):
            return x * 2

    class Below(Above):
        pass

    class Plain:
        def go(self, x):
            return x * 2

    class Under(Plain):
        pass

    f, own = compile(Below()), Under()
    g = compile(lambda x: own.go(x))
    yield f(ONES(2)), g(ONES(2))
    Below.inner = lambda self, x: x * 5
    Under.go = lambda self, x: x * 6
    yield f(ONES(2)), g(ONES(2))
    Below.forward = lambda self, x: x * 9
    del Under.go
    yield f(ONES(2)), g(ONES(2))


def classes(compile):
    class First(nn.Module):
        def forward(self, x):
            return x * 2

    class Second(First):
        def forward(self, x):
            return x * 3

    class Called:
        def __call__(self, x):
            return x * 2

    module = First()
    f, g = compile(module), compile(Called())
    yield f(ONES(2)), g(ONES(2))
    module.__class__ = Second
    Called.__call__ = lambda self, x: x * 4
    yield f(ONES(2)), g(ONES(2))


def the_one_of_its_class(compile):
    class Only:
        one, scale = None, 1

        def __new__(cls):
            if cls.one is None:
                cls.one = super().__new__(cls)
            return cls.one

    f = compile(lambda x: x * Only().scale)
    yield f(ONES(2))
    Only().scale = 3
    yield f(ONES(2))


def gradients_of_what_is_frozen(compile):
    p, q, t = nn.Parameter(ONES(2)), nn.Parameter(ONES(2)), ONES(2)
    optimizer = torch.optim.SGD([p, q], lr=0.1)

    def step(x):
        optimizer.zero_grad()
        (p * x + q).sum().backward()
        return x

    def onward(x):
        (p * x + q).sum().backward()
        optimizer.step()
        return x

    def put(x):
        t.grad = x * 2
        return x

    step, onward, put = map(compile, (step, onward, put))
    asked = compile(lambda x: x if x.grad is None else x + x.grad)
    step(ONES(2))
    yield p.grad, q.grad
    p.requires_grad_(False)
    step(ONES(2))
    yield p.grad, q.grad
    p.requires_grad_()
    for on in (True, False, False, True):
        p.requires_grad_(on)
        onward(ONES(2))
        yield p, q
    put(ONES(2))
    yield t.grad
    x = ONES(2)
    for g in (None, ONES(2), None):
        x.grad = g
        yield asked(x)


def locals_of_a_thread(compile):
    local, found = threading.local(), []
    local.k = 2
    f = compile(lambda x: x * getattr(local, "k", 9))
    yield f(ONES(2))
    thread = threading.Thread(target=lambda: found.append(f(ONES(2))))
    thread.start()
    thread.join()
    yield found, f(ONES(2))


def an_array_of_thousands(compile):
    table = np.ones(5000)
    f, g = compile(lambda x: x * float(table[7])), compile(lambda x: x * torch.from_numpy(table).sum())
    yield f(ONES(2)), g(ONES(2))
    table[7] = 5
    yield f(ONES(2)), g(ONES(2))


def entries_of_thousands(compile):
    numbers, table = list(range(5000)), {k: k for k in range(5000)}
    f = compile(lambda x: x * numbers[3] + table[4])
    yield f(ONES(2))
    numbers[3] = table[4] = 10
    yield f(ONES(2))


def the_order_of_entries(compile):
    d, s, inner = {"a": 1.0, "b": 2.0}, {1, 2}, {"d": {"a": 2.0, "b": 3.0}}

    def first(x):
        return x * next(iter(d.values())) + [*inner["d"].values()][0]

    def kinds(x):
        return x * sum([4 if k is True else 9 for k in [*s, *d]])

    f, g = compile(first), compile(kinds)
    yield f(ONES(2)), g(ONES(2))
    d["a"] = d.pop("a")
    yield f(ONES(2)), g(ONES(2))
    inner["d"]["a"] = inner["d"].pop("a")
    yield f(ONES(2)), g(ONES(2))
    s.remove(1)
    s.add(True)
    yield f(ONES(2)), g(ONES(2))
    d[1] = 5.0
    yield f(ONES(2)), g(ONES(2))
    del d[1]
    d[True] = 5.0
    yield f(ONES(2)), g(ONES(2))


def the_order_of_modules(compile):
    m = nn.Sequential(nn.ReLU(), nn.Hardtanh(-2.0, -1.0))
    f = compile(m)
    yield f(-ONES(2))
    m._modules["0"] = m._modules.pop("0")
    yield f(-ONES(2))


def entries_of_empty_tables(compile):
    class Own(nn.Module):
        def forward(self, x):
            for f in self.children():
                x = f(x)
            for t in [*self.parameters(), *self.buffers()]:
                x = x * t
            return x

    m = Own()
    f = compile(m)
    yield f(ONES(2))
    m._modules["w"] = nn.Tanh()
    yield f(ONES(2))
    m._parameters["w"] = nn.Parameter(ONES(2) * 3)
    yield f(ONES(2))
    m._buffers["b"] = ONES(2) * 5
    yield f(ONES(2))


def entries_of_long_containers(compile):
    q, s, b, rows = collections.deque([1.0] * 100), set(range(100)), bytearray(3000), [[1.0] for _ in range(100)]
    more, most = {"q": collections.deque([1.0] * 100)}, collections.deque([1.0] * 5000)
    functions = [
        lambda x: x * q[43],
        lambda x: x * (43 in s),
        lambda x: x + b[43],
        lambda x: x * rows[43][0],
        lambda x: x * more["q"][43],
        lambda x: x * most[43],
    ]
    functions = [*map(compile, functions)]
    yield [f(ONES(2)) for f in functions]
    q[43] = rows[43][0] = more["q"][43] = most[43] = 5.0
    s.discard(43)
    b[43] = 5
    yield [f(ONES(2)) for f in functions]


def what_is_vast_in_a_container(compile):
    arrays, sets, data = [np.zeros(70000)], {"s": set(range(5000))}, bytearray(5000)
    functions = [lambda x: x + float(arrays[0][43]), lambda x: x * (43 in sets["s"]), lambda x: x + data[43]]
    functions = [*map(compile, functions)]
    yield [f(ONES(2)) for f in functions]
    arrays[0][43] = data[43] = 5
    sets["s"].discard(43)
    yield [f(ONES(2)) for f in functions]


def modes_that_are_on(compile):
    class Doubled(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            return func(*args, **(kwargs or {})) * 2

    f = compile(lambda x: torch.exp(x))
    yield f(ONES(2))
    with Doubled():
        yield f(ONES(2)).tolist()
    yield f(ONES(2))


def properties_and_functions_of_classes(compile):
    class Own(nn.Module):
        raw = 2

        @property
        def weight(self):
            return self.raw

        @staticmethod
        def twice(x):
            return x * 2

        @classmethod
        def more(cls, x):
            return x + cls.raw

        def forward(self, x):
            return self.more(self.twice(x)) * self.weight

    f = compile(Own())
    yield f(ONES(2))
    Own.weight = property(lambda self: self.raw * 5)
    yield f(ONES(2))
    Own.twice = staticmethod(lambda x: x * 7)
    yield f(ONES(2))
    Own.more = classmethod(lambda cls, x: x - cls.raw)
    yield f(ONES(2))


def what_a_class_gets(compile):
    class A:
        def __init__(self):
            self.foo = 2.0

        def __add__(self, x):
            return x + 1

        @property
        def double(self):
            return self.foo * 2

        def go(self, x):
            return x * self.foo

    class B:
        k = 3.0

        def go(self, x):
            return x * 7

    class C:
        k = 2.0

        def go(self, x):
            return x * 5

    class D(C):
        pass

    class M(nn.Module):
        def forward(self, x):
            return x * getattr(self, "other", 2.0)

    a, d, m = A(), D(), M()
    functions = [
        lambda x: x * a.foo,
        lambda x: a + x,
        lambda x: x * (a * 2 if hasattr(a, "__mul__") else 2),
        lambda x: x * getattr(a, "missing", 1.0),
        lambda x: A().go(x),
        lambda x: A() + x,
        lambda x: x * d.k + d.go(x),
        lambda x: D().go(x) * D.k,
        m,
    ]
    functions = [*map(compile, functions)]
    yield [f(ONES(2)) for f in functions]
    A.__mul__ = lambda self, k: k * 5
    yield [f(ONES(2)) for f in functions]
    A.__add__ = lambda self, x: x + 9
    A.go = lambda self, x: x * 11
    yield [f(ONES(2)) for f in functions]
    A.__getattr__ = lambda self, name: 4.0
    M.__getattr__ = lambda self, name: 6.0
    yield [f(ONES(2)) for f in functions]
    A.__getattr__ = lambda self, name: 8.0
    yield [f(ONES(2)) for f in functions]
    D.__bases__ = (B,)
    yield [f(ONES(2)) for f in functions]
    A.foo = property(lambda self: 13.0, lambda self, value: None)
    yield [f(ONES(2)) for f in functions]
    A.__getattribute__ = lambda self, name: 17.0 if name == "foo" else object.__getattribute__(self, name)
    yield [f(ONES(2)) for f in functions]


def what_a_metaclass_gets(compile):
    class Meta(type):
        pass

    class Own(metaclass=Meta):
        k = 2.0

    f = compile(lambda x: x * Own.k)
    yield f(ONES(2))
    Meta.k = property(lambda own: 5.0)
    yield f(ONES(2))


def a_coroutine(compile):
    async def twice(x):
        return x * 2

    f = compile(twice)
    for _ in range(2):
        yield asyncio.run(f(ONES(2)))


def a_module_with_its_own_attributes(compile):
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.extra = {"k": 2}

        def __getattr__(self, name):
            return self.__dict__["extra"][name]

        def forward(self, x):
            return x * self.k

    module = Own()
    f = compile(module)
    yield f(ONES(2))
    module.extra["k"] = 3
    yield f(ONES(2))


def attributes_of_results(compile):
    def f(x):
        y = x * 2
        y.tag = "tagged"
        return y

    f = compile(f)
    for _ in range(2):
        yield f(ONES(2)).tag


def the_inference_mode(compile):
    f = compile(lambda x: x * 2 if torch.is_inference_mode_enabled() else x * 3)
    with torch.no_grad():
        yield f(ONES(2))
    with torch.inference_mode():
        yield f(ONES(2)).tolist()
    with torch.no_grad():
        yield f(ONES(2))


def results_that_nobody_uses(compile):
    w, v = ONES(2, requires_grad=True), ONES(2, requires_grad=True)
    f = compile(lambda x: (w * x, v * x, (w * v).sum()))
    f(ONES(2))[0].sum().backward()
    yield w.grad, v.grad
    with torch.no_grad():
        w.grad = None
    (f(ONES(2))[2] + f(ONES(2))[0].sum()).backward()
    yield w.grad, v.grad


PROGRAMS = [x for x in list(globals().values()) if type(x) is types.FunctionType and x.__module__ == __name__]


def shown(x):
    """Texts, without the names of nodes and the strides."""
    return (
        [shown(v) for v in x] if isinstance(x, (tuple, list)) else str(x.detach()) if isinstance(x, torch.Tensor) else x
    )


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_each_call_finds_it(program):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        found = [shown(x) for x in program(torch.compile)]
    assert found == [shown(x) for x in program(lambda f: f)]


def test_an_attribute_that_is_only_set_is_not_looked_at():
    own = types.SimpleNamespace(h=None)

    def f(x):
        own.h = (x * 2)[0]
        return x * 3

    f = torch.compile(f, fullgraph=True)
    for k in (1.0, 2.0, 3.0):
        f(ONES(2) * k)
        assert own.h.item() == 2 * k
    assert len(f.stats().compilations) == 1


def test_what_is_only_looked_at_is_compiled():
    m = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    f = torch.compile(m, fullgraph=True)
    for _ in range(3):
        f(ONES(3, 2))
    assert len(f.stats().compilations) == 1
