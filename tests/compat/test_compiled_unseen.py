"""What a compiled function is led to by things that Python code does not show: objects and functions written in C, imports, superclasses, what was
given to Tensors, the sign of zero, tables of modules, warnings, graphs that are used up, gradients and states that others hold, draws, strides. (What is wanted is what the same function does when it is not compiled.)"""

import array
import collections
import decimal
import functools
import hashlib
import io
import itertools
import math
import operator
import sys
import types
import warnings
import weakref

import numpy as np
import pytest

import compat as torch
from compat import nn
from compat.nn import functional as F

HERE = sys.modules[__name__]


def calls(f, between=lambda: None, n=4, show=lambda: None):
    """What n calls give, and what `show` shows after each; `between` happens in between."""
    found = []
    for _ in range(n):
        found.append((f(torch.ones(2)).tolist(), show()))
        between()
    return found


def an_iterator_in_a_list(compile):
    held = types.SimpleNamespace(box=[itertools.count(1)])
    return calls(compile(lambda x: x * next(held.box[0])))


def a_method_of_an_iterator(compile):
    onward = itertools.count(1).__next__
    return calls(compile(lambda x: x * onward()))


def a_method_of_a_list(compile):
    log = []
    push = log.append

    def f(x):
        push(1)
        return x * 2

    return calls(compile(f), show=lambda: len(log))


def an_array(compile):
    numbers = array.array("d", [1.0])

    def f(x):
        numbers[0] += 1
        return x * numbers[0]

    return calls(compile(f))


def memory(compile):
    numbers = memoryview(bytearray(2))

    def f(x):
        numbers[0] += 1
        return x * numbers[0]

    return calls(compile(f))


def a_digest(compile):
    digest = hashlib.sha256()

    def f(x):
        digest.update(b"a")
        return x * 2

    return calls(compile(f), show=digest.hexdigest)


def a_buffer(compile):
    kept = io.BytesIO()

    def f(x):
        kept.write(b"a")
        return x * 2

    return calls(compile(f), show=kept.getvalue)


def a_context_of_decimals(compile):
    context, precision = decimal.getcontext(), itertools.count(2)

    def f(x):
        return x * float(decimal.Decimal(2) / decimal.Decimal(3))

    before = context.prec
    try:
        return calls(compile(f), lambda: setattr(context, "prec", next(precision)))
    finally:
        context.prec = before


def a_limit_of_pythons(compile):
    before = sys.getrecursionlimit()
    try:
        return calls(
            compile(lambda x: x * sys.getrecursionlimit()), lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 1)
        )
    finally:
        sys.setrecursionlimit(before)


def a_reference(compile):
    class Thing:
        k = 1

    things = [Thing()]
    found = weakref.ref(things[0])
    return calls(compile(lambda x: x * (3 if found() is None else found().k)), things.clear)


def a_view_of_a_dict(compile):
    own = {"k": 1}
    shown = types.MappingProxyType(own)
    return calls(compile(lambda x: x * shown["k"]), lambda: own.update(k=own["k"] + 1))


def dicts_in_a_row(compile):
    first, last = {}, {"k": 1}
    chain = collections.ChainMap(first, last)
    return calls(compile(lambda x: x * chain["k"]), lambda: (first if last["k"] > 2 else last).update(k=chain["k"] + 1))


def a_dict_of_pythons(compile):
    own = collections.UserDict(k=1)
    return calls(compile(lambda x: x * own["k"]), lambda: own.update(k=own["k"] + 1))


def a_getter(compile):
    own, get = types.SimpleNamespace(a=types.SimpleNamespace(b=1)), operator.attrgetter("a.b")
    return calls(compile(lambda x: x * get(own)), lambda: setattr(own.a, "b", get(own) + 1))


def a_method_of_a_generator_of_numpys(compile):
    draw = np.random.default_rng(0).normal
    return calls(compile(lambda x: x * draw()))


def set_scale(by=1.0):
    HERE.SCALE = getattr(HERE, "SCALE", 1.0) + by


def imported(compile):
    def f(x):
        import importlib

        here = importlib.sys.modules[__name__]
        return x * getattr(here, "SCALE", 1.0)

    return calls(compile(f), set_scale)


def imported_from(compile):
    def f(x):
        from sys import maxsize

        return x * (2 if maxsize > 1 else 3)

    before = sys.maxsize
    try:
        return calls(compile(f), lambda: setattr(sys, "maxsize", -sys.maxsize))
    finally:
        sys.maxsize = before


def of_a_class_above(compile):
    class Above(nn.Module):
        def forward(self, x):
            return x * 2

    class Below(Above):
        def forward(self, x):
            return super().forward(x) + 1

    return calls(compile(Below()), lambda: setattr(Above, "forward", lambda self, x: x * 3), n=2)


def of_a_metaclass(compile):
    class Kind(type):
        def __getattr__(cls, name):
            return cls.k

    class Thing(metaclass=Kind):
        k = 1

    return calls(compile(lambda x: x * Thing.missing), lambda: setattr(Thing, "k", Thing.k + 1))


def given_to_parameters(compile):
    parameters = [nn.Parameter(torch.ones(2)) for _ in range(3)]
    parameters[1].skip = True

    def f(x):
        for p in parameters:
            if not getattr(p, "skip", False):
                x = x + p.detach()
        return x

    f, found = compile(f), []
    for p, skip in zip((0, 1, 2, 0), (True, False, True, False)):
        found.append(f(torch.ones(2)).tolist())
        parameters[p].skip = skip
    return found


def given_to_an_argument(compile):
    f, x, found = compile(lambda x: x * 2 if hasattr(x, "scale") else x * 3), torch.ones(2), []
    for change in (lambda: setattr(x, "scale", 1), lambda: None, lambda: delattr(x, "scale"), lambda: None):
        found.append(f(x).tolist())
        change()
    return found


def signs_of_zero(compile):
    f, kept = compile(lambda x, s: x * math.copysign(1, s)), types.SimpleNamespace(s=0.0)
    g, found = compile(lambda x: 1 / (x * kept.s)), []
    for s in (0.0, -0.0, 0.0, -0.0):
        kept.s = s
        found.append((f(torch.ones(2), s).tolist(), g(torch.ones(2)).tolist()))
    return found


def modules_taken_out(compile):
    parts = nn.ModuleList([nn.Linear(2, 2, bias=False) for _ in range(3)])
    for i, part in enumerate(parts):
        nn.init.constant_(part.weight, i + 1.0)

    def f(x):
        for part in parts:
            x = part(x)
        return x

    def between():
        parts.insert(0, parts.pop(2)) if len(parts) == 3 and parts[0].weight[0, 0] == 1 else parts.__delitem__(0)

    return calls(compile(f), between, n=3)


def warnings_of_ours(compile):
    f, found = compile(lambda x: F.mse_loss(x, torch.ones(2, 1))), []
    for action in ("always", "error", "ignore", "always"):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter(action)
            try:
                f(torch.ones(2))
            except UserWarning as error:
                found.append(str(error))
        found.append([(str(w.message), w.lineno, w.filename) for w in caught])
    return found


def a_loss_whose_graph_is_used_up(compile):
    w = nn.Parameter(torch.ones(2))

    def f(x):
        loss = (w * x).pow(2).sum()
        loss.backward()
        return loss, loss.detach()

    f, found = compile(f), []
    for _ in range(3):
        loss, value = f(torch.ones(2))
        found.append((loss.requires_grad, loss.is_leaf, value.requires_grad))
        for refused in (loss.backward, (loss * 2).backward, loss.numpy):
            with pytest.raises(RuntimeError) as error:
                refused()
            found.append(str(error.value).split("\n")[0])
    return found


def gradients_that_somebody_holds(compile):
    w = nn.Parameter(torch.ones(2))
    w.grad = held = torch.ones(2)
    f, found = compile(lambda x: (w * x).pow(2).sum().backward()), []
    for _ in range(3):
        f(torch.ones(2))
        found.append((held.tolist(), w.grad is held, held._version))
    return found


def a_state_that_is_cleared(compile):
    w = nn.Parameter(torch.ones(2))
    optimizer = torch.optim.Adam([w], lr=0.1)

    def f(x):
        optimizer.zero_grad()
        (w * x).pow(2).sum().backward()
        optimizer.step()
        return w.detach().clone()

    f, found = compile(f), []
    for i in range(6):
        found.append([round(v, 5) for v in f(torch.ones(2)).tolist()])
        if i == 2:
            optimizer.state.clear()
        if i == 3:
            optimizer.state[w] = {k: v.clone() * 2 for k, v in optimizer.state[w].items()}
    return found


def second_derivatives_of_what_draws(compile):
    net = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Dropout(0.5), nn.Linear(3, 1))
    for p in net.parameters():
        nn.init.constant_(p, 0.5)
    f, found = compile(lambda x: net(x * torch.rand(4, 3))), []
    for seed in range(3):
        torch.manual_seed(seed)
        x = torch.ones(4, 3, requires_grad=True)
        (g,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
        g.pow(2).sum().backward()
        found.append(
            [[round(v, 4) for v in t.flatten().tolist()] for t in (g, x.grad, net[0].weight.grad, torch.rand(2))]
        )
    return found


def how_slices_lie(compile):
    def f(x):
        shown = x[:, 0], x[:, ::2], x[::2], x.t()[0], x.t()[1:], x[1:], x.t().contiguous()[1:], (x.t() + x.t())[1:]
        return [(y.stride(), y.is_contiguous()) for y in shown]

    return compile(f)(torch.ones(3, 4))


def views_that_strides_do_not_allow(compile):
    f, found = compile(lambda x: x.t().view(-1)), []

    def caught(x):
        try:
            return x.t().view(-1)
        except RuntimeError:
            return x.sum()

    for shape in ((2, 3), (1, 3), (2, 3)):
        try:
            found.append(f(torch.ones(shape)).tolist())
        except RuntimeError as error:
            found.append(str(error))
        found.append(compile(caught)(torch.ones(shape)).tolist())
    return found


def where_a_slice_begins(compile):
    whole, f = torch.arange(6.0), compile(lambda x: x * x.storage_offset())
    return [f(whole[i:]).tolist() for i in range(3)]


def what_was_kept_of_before(compile):
    k = [1]

    @functools.lru_cache
    def table(n):
        return n * k[0]

    table(3)
    k[0] = 2
    f = compile(lambda x: x * table(3))
    return calls(f, table.cache_clear)


def methods_of_modules_in_a_list(compile):
    class Scaled(nn.Module):
        by = 1

        def scaled(self, x):
            return x * self.by * getattr(HERE, "SCALE", 1.0)

    parts = [Scaled(), Scaled()]

    def f(x):
        for part in parts:
            x = part.scaled(x)
        return x

    def between():
        Scaled.by += 1
        set_scale()

    return calls(compile(f), between)


def a_module_called_by_its_class(compile):
    class Called(nn.Module):
        by = 1

        def forward(self, x):
            return x

        def __call__(self, x):
            return super().__call__(x) * self.by

    called = Called()
    return calls(compile(lambda x: called(x)), lambda: setattr(Called, "by", Called.by + 1))


def a_gradient_that_is_given_back(compile):
    w = nn.Parameter(torch.ones(2))

    def f(x, anew):
        if anew:
            w.grad = None
        (w * x).sum().backward()
        return w.grad

    f, found = compile(f), []
    for anew in (True, False, True, False, False):
        g = f(torch.ones(2), anew)
        found.append((g.tolist(), g is w.grad))
    return found


class Threefold(torch.autograd.Function):
    """A figure as it is, with three times its derivative."""

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        return g * 3


def rules_beside_draws(compile):
    f, found = compile(lambda x: (Threefold.apply(x * 2) * torch.rand(2)).sum()), []
    for seed in range(2):
        torch.manual_seed(seed)
        x = torch.ones(2, requires_grad=True)
        f(x).backward()
        found.append([round(v, 5) for v in x.grad.tolist()])
    return found


def hooks_of_leaves_that_have_gradients(compile):
    w, log = nn.Parameter(torch.ones(2)), []
    f = compile(lambda x: (w * x).sum().backward())
    for hooked in (False, False, True, False):
        hook = w.register_post_accumulate_grad_hook(lambda p: log.append(p.grad.tolist())) if hooked else None
        f(torch.ones(2))
        if hooked:
            hook.remove()
    return log, w.grad


def how_results_lie(compile):
    w = nn.Parameter(torch.ones(4, 3).t())

    def f(x):
        (w * x.t()).sum().backward()
        y = x.t()
        return (
            y.clone(),
            y + 1,
            y * w,
            torch.where(y > 0, y, 0.0),
            torch.cat([y, y]),
            y.softmax(0),
            y.contiguous(),
            y.mT.exp(),
        )

    f, found = compile(f), []
    for _ in range(3):
        w.grad = None
        found.append(([t.stride() for t in f(torch.ones(4, 3))], w.grad.stride()))
    return found


def how_arguments_lie(compile):
    turned, found = compile(lambda x: x.t().sin()), []
    for x in (torch.ones(3, 3).t().contiguous(), torch.ones(3, 3).t(), torch.ones(3, 3)):
        y = turned(x)
        found.append((y.stride(), y.t().is_contiguous()))
    added, recorded = compile(lambda x: x + 1), compile(lambda x, w: x * w)
    for base in (torch.ones(2, 3), torch.ones(3, 2).t(), torch.ones(2, 6)[:, ::2]):
        found.append((added(base).stride(), recorded(base, torch.ones(2, 3, requires_grad=True)).stride()))
    return found


def how_leaves_lie(compile):
    step, found = compile(lambda w: (w * 2).sum().backward()), []
    for turned in (False, True, False):
        w = nn.Parameter(torch.ones(3, 1, 2).mT if turned else torch.ones(3, 2, 1))
        v = nn.Parameter(torch.ones(3, 4).t() if turned else torch.ones(4, 3))
        step(w)
        step(v)
        found.append((w.grad.stride(), v.grad.stride()))
    return found


def how_gradients_lie(compile):
    held, found = nn.Parameter(torch.ones(3, 3)), []
    of_held, of_given = compile(lambda: held.grad * 2), compile(lambda w: w.grad.exp())
    for turned in (False, False, True, True, False):
        given = nn.Parameter(torch.ones(3, 3))
        for w in (held, given):
            w.grad = torch.ones(3, 3).mT.clone(memory_format=torch.preserve_format) if turned else torch.ones(3, 3)
        found.append((of_held().stride(), of_given(given).stride()))
    return found


def gradients_that_are_views(compile):
    held, found = nn.Parameter(torch.ones(2, 2)), []
    flat, other = torch.arange(4.0), torch.full((4,), 7.0)
    of_held, of_given = compile(lambda: held.grad * 2), compile(lambda w: w.grad.exp())
    for g in (flat, flat, other, None, flat, None, other, other):
        held.grad = torch.ones(2, 2) if g is None else g.view(2, 2)
        given = nn.Parameter(torch.ones(2, 2))
        given.grad = held.grad
        for _ in range(2):
            found.append((of_held().tolist(), of_given(given).tolist()))
            held.grad += 1
        flat.mul_(3)
        if g is other:
            held.grad.data = torch.zeros(2, 2)
            found.append((of_held().tolist(), of_given(given).tolist()))
    return found


def views_in_other_memory(compile):
    def apart(before, after):
        flat = torch.arange(4.0)
        view = flat.view(2, 2)
        before(flat, view)

        def written():
            view.add_(1)
            return view * 2, flat * 1

        found = []
        read, shared = compile(lambda: (view * 2, flat + 1)), compile(lambda x: (x + 1, view.t() * 2))
        for f, args in ((read, ()), (compile(written), ()), (shared, (flat,))):
            for step in (None, None, after, None):
                step and step(flat, view)
                found.append(([t.tolist() for t in f(*args)], view.tolist(), flat.tolist()))
        return found

    def root(flat, view):
        flat.data = torch.zeros(4)

    def part(flat, view):
        view.data = torch.ones(2, 2)

    def turned(flat, view):
        view.t_()

    def nothing(flat, view):
        pass

    steps = (nothing, root, part, turned)
    return [apart(before, after) for before in steps for after in steps]


def gradients_of_other_arguments(compile):
    found = []
    read, doubled = (
        compile(lambda w: w.grad + 1),
        compile(lambda w: (w.grad.mul_(2), (w * 3).sum().backward()) and None),
    )
    for i in range(4):
        w = nn.Parameter(torch.ones(2))
        w.grad = torch.full((2,), float(i))
        found.append(read(w).tolist())
        doubled(w)
        found.append(w.grad.tolist())
    return found


def memory_of_gradients(compile):
    def gradient(i):
        return torch.full((2,), float(i))

    held, beside, found = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2)), []
    of_given = compile(lambda w, x: (w.grad.add_(x), x * 2)[1])
    of_held = compile(lambda x: (held.grad.mul_(2), x + 1)[1])
    of_two = compile(lambda: (held.grad.mul_(2), beside.grad.add_(1), held.grad * beside.grad)[2])
    of_both = compile(lambda v, w: (v.grad.mul_(2), w.grad.add_(1), v.grad * w.grad)[2])
    for i, shared in enumerate((False, False, True, False, True)):
        w, v = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
        w.grad, held.grad = gradient(i), gradient(2)
        v.grad = w.grad if shared else gradient(3)
        found.append((of_given(w, w.grad if shared else torch.ones(2)).tolist(), w.grad.tolist()))
        found.append((of_both(v, w).tolist(), v.grad.tolist(), w.grad.tolist()))
        found.append((of_held(held.grad.detach() if shared else torch.ones(2)).tolist(), held.grad.tolist()))
        beside.grad = held.grad if shared else gradient(3)
        found.append((of_two().tolist(), held.grad.tolist(), beside.grad.tolist()))
    return found


def signs_of_zero_in_an_array(compile):
    figures, mixed, found = np.array([0.0, float("nan")]), np.array([0.0, "a"], object), []
    f = compile(lambda x: torch.atan2(torch.tensor(float(figures[0])), -x))
    g = compile(lambda x: x * math.copysign(1, mixed[0]))
    for zero in (0.0, -0.0, 0.0, -0.0):
        figures[0] = mixed[0] = zero
        found.append((f(torch.ones(2)).tolist(), g(torch.ones(2)).tolist()))
    return found


def imported_after_many_constants(compile):
    many = "".join([f"    y = ({i}.5, n{i})[0]\n" for i in range(300)])
    names = "".join([f"    n{i} = h{i} = len\n" for i in range(300)])
    module = types.ModuleType("settings_of_ours")
    module.SCALE = 1.0
    given = {"sys": sys}
    text = f"def f(x):\n{names}{many}    import settings_of_ours as s\n    return x * s.SCALE\n"
    text += f"def g(x):\n{names}{many}    from settings_of_ours import SCALE\n    return x * SCALE\n"
    exec(text, given)
    sys.modules["settings_of_ours"] = module

    def between():
        module.SCALE += 1

    try:
        return calls(compile(given["f"]), between), calls(compile(given["g"]), between)
    finally:
        del sys.modules["settings_of_ours"]


def warnings_of_a_call_that_fails(compile):
    f, found = compile(lambda x, i: F.mse_loss(x, torch.ones(2, 1)) + x[i].sum()), []
    for i in (0, 1, 5, 1):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                f(torch.ones(2), torch.tensor([i]))
            except IndexError:
                found.append("IndexError")
        found.append([str(w.message) for w in caught])
    return found


def an_object_of_another_class(compile):
    class First:
        def scaled(self, x):
            return x * 2

    class Second:
        def scaled(self, x):
            return x * 3

    own = First()
    return calls(compile(lambda x: own.scaled(x)), lambda: setattr(own, "__class__", Second), n=2)


PROGRAMS = [
    an_object_of_another_class, how_arguments_lie, how_leaves_lie, how_gradients_lie, gradients_that_are_views, memory_of_gradients, views_in_other_memory, gradients_of_other_arguments, signs_of_zero_in_an_array, imported_after_many_constants,
    warnings_of_a_call_that_fails,
    rules_beside_draws, hooks_of_leaves_that_have_gradients, how_results_lie,
    methods_of_modules_in_a_list, a_module_called_by_its_class, a_gradient_that_is_given_back,
    second_derivatives_of_what_draws, how_slices_lie, views_that_strides_do_not_allow, where_a_slice_begins, what_was_kept_of_before,
    a_loss_whose_graph_is_used_up, gradients_that_somebody_holds, a_state_that_is_cleared,
    an_iterator_in_a_list, a_method_of_an_iterator, a_method_of_a_list, an_array, memory, a_digest, a_buffer, a_context_of_decimals, a_limit_of_pythons,
    a_reference, a_view_of_a_dict, dicts_in_a_row, a_dict_of_pythons, a_getter, a_method_of_a_generator_of_numpys, imported, imported_from, of_a_class_above,
    of_a_metaclass, given_to_parameters, given_to_an_argument, signs_of_zero, modules_taken_out, warnings_of_ours,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_each_call_finds_what_it_would(program):
    HERE.__dict__.pop("SCALE", None)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        found = program(torch.compile)
    HERE.__dict__.pop("SCALE", None)
    assert str(found) == str(program(lambda f: f))
