"""The tape inside transforms and transforms inside the tape: every nesting agrees with jax."""

import gc
import sys
import threading
import tracemalloc
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import compat as torch
import funcgrad as fg
from compat.autograd import grad as autograd_grad
from funcgrad.core.over_tensors import binary
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.errors import LeakedTracerError, ModifiedError

jax.config.update("jax_enable_x64", True)
W, X = np.array([1.0, 2.0]), np.array([0.3, 0.7])
XS = np.arange(6.0).reshape(3, 2) + 0.5


def T(a, requires_grad=False):
    return torch.tensor(np.asarray(a, np.float64), requires_grad=requires_grad)


def plain(a):
    return a.detach().numpy() if isinstance(a, torch.Tensor) else np.asarray(a)


def same(ours, theirs):
    np.testing.assert_allclose(plain(ours), np.asarray(theirs), rtol=1e-9, atol=1e-12)


def test_transforms_of_functions_of_tensors():
    f = lambda x: (x.view(-1).exp() * x.sin()).sum()  # noqa: E731
    g = fg.grad(f)(T(X))
    assert type(g) is torch.Tensor
    same(g, jax.grad(lambda x: (jnp.exp(x) * jnp.sin(x)).sum())(X))
    same(fg.vmap(fg.grad(f))(T(XS)), jax.vmap(jax.grad(lambda x: (jnp.exp(x) * jnp.sin(x)).sum()))(XS))
    same(fg.jit(f)(T(X)), (np.exp(X) * np.sin(X)).sum())


def test_tape_outside_record_inside():
    w, x = T(W, True), T(X, True)
    g = fg.grad(lambda x: (x * x * x * w * w).sum())(x)
    (g * g).sum().backward()

    def loss(w, x):
        return (jax.grad(lambda x: (x * x * x * w * w).sum())(x) ** 2).sum()

    jw, jx = jax.grad(loss, (0, 1))(W, X)
    same(w.grad, jw)
    same(x.grad, jx)


def inner(x, p):
    return (x * x * p * p * p).sum()


def backward_inside(x):
    p = T(W, True)
    inner(x, p).backward()
    return (p.grad * p.grad).sum()


def jax_backward_inside(x):
    return (jax.grad(lambda p: inner(x, p))(jnp.array(W)) ** 2).sum()


def test_backward_inside_every_transform():
    f, jf = backward_inside, jax_backward_inside
    same(f(T(X)), jf(X))
    same(fg.grad(f)(T(X)), jax.grad(jf)(X))
    same(fg.vmap(f)(T(XS)), jax.vmap(jf)(XS))
    same(fg.vmap(fg.grad(f))(T(XS)), jax.vmap(jax.grad(jf))(XS))
    same(fg.jvp(f, (T(X),), (T(W),))[1], jax.jvp(jf, (X,), (W,))[1])
    same(fg.jit(f)(T(X)), jf(X))
    same(fg.jit(fg.grad(f))(T(X)), jax.grad(jf)(X))
    same(fg.grad(fg.jit(f))(T(X)), jax.grad(jf)(X))
    same(fg.grad(lambda x: (fg.grad(f)(x) ** 2.0).sum())(T(X)), jax.grad(lambda x: (jax.grad(jf)(x) ** 2).sum())(X))
    same(fg.jvp(fg.grad(f), (T(X),), (T(W),))[1], jax.jvp(jax.grad(jf), (X,), (W,))[1])
    same(fg.grad(lambda xs: fg.vmap(f)(xs).sum())(T(XS)), jax.grad(lambda xs: jax.vmap(jf)(xs).sum())(XS))
    two = np.stack([XS, XS + 1])
    same(fg.vmap(fg.vmap(f))(T(two)), jax.vmap(jax.vmap(jf))(two))
    same(fg.vmap(fg.jit(f))(T(XS)), jax.vmap(jf)(XS))


def test_backward_inside_reaches_a_graph_made_outside():
    w = T(W, True)
    w2 = w * w  # recorded outside every transform

    def f(x):
        w.grad = None
        (x * x * x * w2).sum().backward(retain_graph=True)
        return w.grad

    same(fg.vmap(f)(T(XS)), XS**3 * 2 * W)
    w.grad = None
    g = fg.grad(lambda x: f(x).sum())(T(X))
    same(g, 6 * X**2 * W)
    w.grad = None
    g.sum().backward()
    same(w.grad, 6 * X**2)


def test_create_graph():
    w = T(W, True)
    (g,) = autograd_grad((w * w * w).sum(), [w], create_graph=True)
    (h,) = autograd_grad((g * g).sum(), [w], create_graph=True)
    h.sum().backward()
    same(g, 3 * W**2)
    same(h, 36 * W**3)
    same(w.grad, 108 * W**2)
    w, x = T(W, True), T(X, True)
    loss = lambda w, x: ((w * x).tanh() / w).sum()  # noqa: E731
    (g,) = autograd_grad(loss(w, x), [x], create_graph=True)
    (g.exp() * x).sum().backward()
    jloss = lambda w, x: (jnp.exp(jax.grad(lambda x: (jnp.tanh(w * x) / w).sum())(x)) * x).sum()  # noqa: E731
    jw, jx = jax.grad(jloss, (0, 1))(W, X)
    same(w.grad, jw)
    same(x.grad, jx)


def test_jit_of_a_training_step_equals_eager():
    def build():
        w, b, m = T(W, True), T(np.zeros(2), True), T(np.zeros(2))
        view = w.view(2, 1)

        def step(x, clear=True):
            if clear:
                w.grad = None
                b.grad = None
            h = (x * w + b).tanh()
            loss = ((h - 1.0) * (h - 1.0)).sum() + view.sum() * 0.1
            loss.backward()
            with torch.no_grad():
                m.mul_(0.9).add_(w.grad)
                w.sub_(m * 0.1)
                b.sub_(b.grad * 0.1)
            return loss

        return step, w, b, m

    step, w, b, m = build()
    eager, ew, eb, em = build()
    memory = w.detach().numpy()
    compiled = fg.jit(step)
    for k in range(4):
        same(compiled(T(X + k)), plain(eager(T(X + k))))
    assert w.is_leaf and w.requires_grad and np.may_share_memory(w.detach().numpy(), memory)
    for mine, theirs in ((w, ew), (b, eb), (m, em), (w.grad, ew.grad), (b.grad, eb.grad)):
        same(mine, plain(theirs))
    assert sum(map(len, compiled.cache.values())) == 2  # .grad is None, then it is not


def test_jit_writes_to_its_argument_and_stays_differentiable():
    x = T(np.ones(2))
    fg.jit(lambda t: t.view(-1).mul_(3.0).sum())(x)
    assert x.tolist() == [3.0, 3.0]
    w = T(W, True)
    loss = fg.jit(lambda x: (x * x * w * w).sum() * 2.0)(T(X))
    (g,) = autograd_grad(loss, [w], create_graph=True)
    (g * g).sum().backward()
    same(g, 4 * X**2 * W)
    same(w.grad, 32 * X**4 * W)


def test_meta_learning_through_backward_and_in_place_updates():
    def ours(rate):
        p = T(W, True)
        for _ in range(3):
            p.grad = None
            ((p * p - 1.0) * (p * p - 1.0)).sum().backward()
            with torch.no_grad():
                p.sub_(p.grad * rate)
        return ((p * p - 1.0) * (p * p - 1.0)).sum()

    def theirs(rate):
        p = jnp.array(W)
        loss = lambda p: ((p * p - 1.0) ** 2).sum()  # noqa: E731
        for _ in range(3):
            p = p - jax.grad(loss)(p) * rate
        return loss(p)

    rate = np.array(0.01)
    same(ours(T(rate)), theirs(rate))
    same(fg.grad(ours)(T(rate)), jax.grad(theirs)(rate))
    same(fg.jit(fg.grad(ours))(T(rate)), jax.grad(theirs)(rate))
    same(fg.jvp(fg.grad(ours), (T(rate),), (T(1.0),))[1], jax.grad(jax.grad(theirs))(rate))
    rates = np.array([0.01, 0.02])
    same(fg.vmap(fg.grad(ours))(T(rates)), jax.vmap(jax.grad(theirs))(rates))


def test_detach_stops_every_level():
    f = lambda x: (x.detach() * x).sum()  # noqa: E731
    same(fg.grad(f)(T(X)), X)
    same(fg.jvp(f, (T(X),), (T(W),))[1], (X * W).sum())
    same(fg.jit(fg.grad(f))(T(X)), X)
    same(fg.vmap(fg.grad(f))(T(XS)), XS)


def test_boxes_made_outside():
    m = T(np.zeros(2))

    def f(x):
        with torch.no_grad():
            m.mul_(0.9).add_(x * 0.1)  # a running statistic under grad
        return (x * x).sum()

    same(fg.grad(f)(T(X)), 2 * X)
    same(m, 0.1 * X)
    c = T(np.ones(2))

    def spoil(x):
        y = x * c
        c.add_(1.0)
        return (y * x).sum()

    with pytest.raises(ModifiedError):
        fg.grad(spoil)(T(X))


def test_leaks():
    kept = []
    fg.grad(lambda x: kept.append(x) or (x * x).sum())(X)
    with pytest.raises(LeakedTracerError, match="after the grad/vjp that made it has returned"):
        kept[0] + 1.0
    w = T(W, True)
    fg.vmap(lambda x: (x * w).sum().backward())(T(XS))
    with pytest.raises(LeakedTracerError):
        w.grad + 1.0
    with pytest.raises(TypeError, match="under jit"):
        fg.jit(lambda x: x if x[0] > 0 else -x)(X)


def test_no_reference_cycles():
    gc.collect()
    gc.disable()
    try:
        w = T(W, True)
        y = w * 2.0
        v = y.view(2, 1)
        v.mul_(w.view(2, 1))
        loss = (v.exp() * y.view(2, 1)).sum()
        refs = [weakref.ref(t.mark) for t in (loss, v, y)]
        loss.backward(retain_graph=True)
        del loss, v, y
        assert [r() for r in refs] == [None] * 3
    finally:
        gc.enable()


def test_deep_graphs():
    w = T(np.ones(1), True)
    y = w
    for _ in range(100_000):
        y = y * 1.0
    y.sum().backward()
    assert w.grad.item() == 1.0
    ref = weakref.ref(y.mark)
    gc.disable()
    del y
    assert ref() is None  # freed by reference counts, without recursion
    gc.enable()


def test_a_view_of_a_view_costs_the_same_at_any_depth():
    def peak(count):
        tracemalloc.start()
        try:
            views = [T(np.ones((2, 3)), True) * 1]
            for _ in range(count):
                views.append(views[-1].t())
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(8000) < 2.2 * peak(4000)


def test_threads():
    """Sixteen threads at a short switch interval: every result is the one a thread alone gets."""
    want = np.asarray(jax.grad(jax_backward_inside)(X))
    bad = []
    shared = fg.jit(fg.grad(lambda x: (x * x * x).sum()))

    def work(k):
        try:
            for _ in range(8):
                same(shared(X), 3 * X * X)
                w = T(W * k, True)
                with torch.no_grad():
                    w.mul_(1.0)
                (w * w).sum().backward()
                same(w.grad, 2 * W * k)
                same(fg.grad(backward_inside)(T(X)), want)
                w.grad = None
                step = fg.jit(lambda x, w=w: ((x * w).sum().backward(), w.grad)[1])
                same(step(T(X * k)), X * k)
        except BaseException as error:
            bad.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=work, args=(k + 1,)) for k in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    sys.setswitchinterval(interval)
    assert not bad, bad[0]


def test_a_box_is_untouched_while_another_thread_traces_it():
    w = T(W, True)
    memory = w.detach().numpy()
    seen = []
    go, back = threading.Event(), threading.Event()

    def other():
        go.wait()
        seen.append((w * 2.0).sum().item())
        back.set()

    thread = threading.Thread(target=other)
    thread.start()

    def step(x):
        with torch.no_grad():
            w.mul_(x.sum())
        go.set()
        back.wait()
        return w * 1.0

    same(fg.jit(step)(T(X)), W * 1.0)
    thread.join()
    assert seen == [6.0] and np.may_share_memory(w.detach().numpy(), memory)


def test_jit_around_a_transform_takes_its_tensors_anew():
    """A Tensor that enters a transform inside jit is an input of the graph, not a constant of it."""
    a, b = T([1.0, 2.0]), T([3.0, 5.0])
    g = fg.jit(fg.grad(lambda t: (t * t).sum()))
    same(g(a), [2.0, 4.0])
    same(g(b), [6.0, 10.0])
    v = fg.jit(lambda t: fg.vjp(lambda u: u * u * u, t)[1](t)[0])
    same(v(a), [3.0, 24.0])
    same(v(b), [81.0, 375.0])
    w = T([2.0, 1.0])
    h = fg.jit(lambda t: fg.grad(lambda u: (u * w).sum())(t))
    same(h(a), [2.0, 1.0])
    w.mul_(3.0)
    same(h(a), [6.0, 3.0])


def test_a_result_computed_after_a_write_under_no_grad_may_be_used_and_not_differentiated():
    """Its graph would give the derivative of the write as well, which the program has not."""
    w = T(W, True)

    @fg.jit
    def step(x):
        with torch.no_grad():
            w.mul_(x)
        return (w * w).sum()

    for k in (2.0, 4.0):
        loss = step(torch.tensor(2.0, dtype=torch.float64))
        same(loss, np.sum((k * np.array(W)) ** 2))
    with pytest.raises(NotImplementedError, match=r"written to under no_grad\(\).*\n?.*Call backward\(\) inside"):
        loss.backward()


def test_the_road_of_transforms_leaves_other_operands_alone():
    """While one thread stages, the calls of all others look there first, and staging may be over by then."""
    road = binary(PRIMITIVES["add"], torch.Tensor, lambda x, y: "slow", lambda: None)
    t = T(X)
    assert road(t, 2.0) == road(t, t) == "slow"

    def f(a):
        assert road(t, a) == "slow"
        return np.sum(a)

    fg.grad(f)(np.ones(3))
