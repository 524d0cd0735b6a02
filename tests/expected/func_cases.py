"""Programs over torch.func, and what they print: run under torch by make_func.py, under compat by the test.

A program finds `torch`, `fn` (torch.func), `ag` (torch.autograd), `T` (torch.tensor), `show(f)`, which prints what f() returns or
raises, and `print`. What compat adds to torch's messages, in brackets, is left out.
"""

import contextlib
import io
import linecache
import re
import warnings


def outcome(torch, name, text):
    """The lines that a program prints."""
    found = io.StringIO()
    file = f"<{name}>"
    linecache.cache[file] = len(text), None, text.splitlines(True), file

    def show(f):
        try:
            print("->", f())
        except Exception as error:
            kind = next(
                k for k in type(error).__mro__ if k.__module__ == "builtins"
            )  # (compat's are subclasses of torch's)
            print("!!", kind.__name__, re.split(r"\n\[| \[at ", str(error))[0])

    names = {"torch": torch, "fn": torch.func, "ag": torch.autograd, "T": torch.tensor, "show": show}
    with contextlib.redirect_stdout(found), warnings.catch_warnings(action="ignore"):
        exec(compile(text, file, "exec"), names)
    return found.getvalue().splitlines()


PROGRAMS = {}
TEXT = """
# --- what a function sees of its argument
def f(x):
    y = (x ** 2).sum()
    print(x.requires_grad, y.requires_grad, x.is_leaf, y.is_leaf, x.grad_fn, type(y.grad_fn).__name__)
    print(x.detach().requires_grad, (x > 0).requires_grad, torch.ones(3).requires_grad, (x * 2 + 1).requires_grad)
    with torch.no_grad(): print((x * 2).requires_grad)
    print(x, y)
    return y
show(lambda: fn.grad(f)(torch.arange(3.)))
show(lambda: fn.vmap(lambda x: (print(x), x.sum())[1], in_dims=1)(torch.arange(6.).reshape(2, 3)))
show(lambda: fn.vmap(fn.grad(lambda x: (print(x), x.sum())[1]))(torch.arange(4.).reshape(2, 2)))
# --- autograd.grad inside
x = torch.arange(1., 4.)
def recorded(x): return (ag.grad((x ** 3).sum(), x, create_graph=True)[0] * x).sum()
def constant(x): return (ag.grad((x ** 3).sum(), x)[0] * x).sum()
def of_a_value(x):
    h = x.sin()
    return (ag.grad((h ** 3).sum(), h, create_graph=True)[0] * x).sum()
def after_writes(x):
    h = x * 1
    h.mul_(x); h[0] = 5
    return ag.grad((h ** 2).sum(), x, create_graph=True)[0].sum()
def several(x):
    z = x * 2
    a, b = ag.grad([(z * z).sum(), x.sum()], [x, z], create_graph=True)
    return (a * b).sum()
def weighted(x): return ag.grad(x ** 2, x, x, create_graph=True)[0].sum()
def chained(x):
    g, = ag.grad((x ** 4).sum(), x, create_graph=True)
    return ag.grad(g.sum(), x, create_graph=True)[0].sum()
class Square(ag.Function):
    generate_vmap_rule = True
    @staticmethod
    def forward(x): return x * x
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs)
    @staticmethod
    def backward(ctx, g): return 2 * ctx.saved_tensors[0] * g
def custom(x): return (ag.grad(Square.apply(x).sum(), x, create_graph=True)[0] * x).sum()
def soft(x): return (ag.grad(torch.nn.functional.softmax(x, 0).pow(3).sum(), x, create_graph=True)[0] ** 2).sum()
def product(x): return ag.grad((x.outer(x) @ x).sum(), x, create_graph=True)[0].prod()
for f in recorded, of_a_value, after_writes, several, weighted, chained, custom, soft, product:
    print(f.__name__)
    show(lambda: fn.grad(f)(x))
    show(lambda: fn.jacrev(f)(x))
    if f is not custom: show(lambda: fn.hessian(f)(x))
    show(lambda: fn.vmap(fn.grad(f))(torch.stack([x, x + 1])))
    show(lambda: fn.grad(lambda z: (fn.grad(f)(z) * z).sum())(x))
show(lambda: fn.grad(constant)(x))
show(lambda: fn.grad_and_value(recorded)(x))
show(lambda: fn.vjp(lambda x: ag.grad(x.exp().sum(), x, create_graph=True)[0] * x, x)[1](torch.ones(3)))
show(lambda: fn.jacfwd(recorded)(x))
show(lambda: fn.vmap(recorded)(torch.stack([x, x])))
# --- autograd.grad inside, refused
def f(x):
    z = torch.ones(3)
    show(lambda: ag.grad(z.sum(), x))
    show(lambda: ag.grad((x * 2).sum(), z))
    show(lambda: ag.grad((x * 2), x))
    show(lambda: ag.grad(x.sum(), [x, x * 2], allow_unused=True)[1])
    show(lambda: ag.grad(x.sum(), [x, x * 2]))
    show(lambda: ag.grad(x.sum(), [x, x * 2], materialize_grads=True)[1].tolist())
    y = x.exp().sum()
    g, = ag.grad(y, x)
    show(lambda: ag.grad(y, x))
    return y
show(lambda: fn.grad(f)(torch.arange(3.)))
def inner(x):
    def g(y):
        a, = ag.grad((x * y * y).sum(), y, create_graph=True)
        return (a * ag.grad((x * x * y).sum(), x, create_graph=True)[0]).sum()
    return fn.grad(g)(x * 2).sum()
show(lambda: fn.grad(inner)(torch.arange(3.)))
# --- refused inside
def f(x):
    show(lambda: torch.ones(3).requires_grad_())
    show(lambda: x.detach().requires_grad_())
    show(lambda: x.sum().backward())
    show(lambda: ag.backward(torch.zeros(3, requires_grad=True).sum()))
    show(lambda: torch.ones(3, requires_grad=True).requires_grad)
    show(lambda: torch.nn.Parameter(torch.ones(3)).requires_grad)
    show(lambda: torch.ones(3).retain_grad())
    return x.sum()
show(lambda: fn.grad(f)(torch.arange(3.)))
show(lambda: fn.vmap(f)(torch.ones(2, 3)))
show(lambda: fn.jvp(f, (torch.ones(3),), (torch.ones(3),)))
show(lambda: fn.grad(lambda x: (x * 2).retain_grad() or x.sum())(torch.arange(3.)))
# --- a Tensor from outside that requires grad
w = torch.ones(3, requires_grad=True)
def f(x):
    y = (w * w * x * x).sum()
    show(lambda: ag.grad(y, [x, w], retain_graph=True))
    return (ag.grad(y, x, create_graph=True)[0] * x).sum()
r = fn.grad(f)(torch.arange(3.))
print(r.tolist())
r.sum().backward()
print(w.grad)
# --- complex gradients
x = T([1. + 2j, 3 - 1j])
show(lambda: fn.grad(lambda x: (x * x * x).abs().sum())(x))
show(lambda: fn.grad(lambda x: (x * (2 + 1j)).real.sum())(x))
show(lambda: fn.vjp(lambda x: x * x, x)[1](T([1 + 1j, 2.])))
show(lambda: fn.vmap(fn.grad(lambda x: (x * x * x).abs()))(x))
show(lambda: fn.jvp(lambda x: x.abs(), (x,), (x * 1j,)))
show(lambda: fn.grad(lambda r: (r * x).abs().sum())(T([1., 2.])))
show(lambda: fn.grad(lambda r: fn.grad(lambda x: (x * x * r).abs().sum())(x).abs().sum())(T([1., 2.])))
show(lambda: fn.grad(lambda x: x.sum())(x))
for name in "jacrev", "jacfwd", "hessian":
    show(lambda: getattr(fn, name)(lambda x: x.abs())(x))
    show(lambda: getattr(fn, name)(lambda x: x * 1j)(T([1., 2.])))
# --- what a vmap maps, written into what it does not
def tried(op, size=3):
    w = torch.ones(size)
    def f(x):
        show(lambda: op(w, x))
        return x
    fn.vmap(f)(torch.arange(6.).reshape(2, 3))
    print(w.tolist(), w._version)
def put(w, x): w[0] = x[0]
def put_all(w, x): w[:] = x
def plus(w, x): w += x
def times(w, x): w *= x
for f in put, put_all, plus, times: tried(f)
tried(lambda w, x: w.add_(x))
tried(lambda w, x: w.mul_(x.exp()))
tried(lambda w, x: w.copy_(x))
tried(lambda w, x: w.fill_(x[0]))
tried(lambda w, x: w.lerp_(x, 0.5))
tried(lambda w, x: w.pow_(x))
tried(lambda w, x: w.clamp_(x))
tried(lambda w, x: w.index_add_(0, T([0]), x[:1]))
tried(lambda w, x: w.index_put_((T([0]),), x[:1]))
tried(lambda w, x: w.scatter_(0, T([0]), x[:1]))
tried(lambda w, x: w.scatter_add_(0, T([0]), x[:1]))
tried(lambda w, x: w.addmv_(torch.eye(3), x))
tried(lambda w, x: torch.sin(x, out=w))
tried(lambda w, x: torch.add(x, x, out=w))
tried(lambda w, x: w.mul_(2).sum().item())
# --- mapped arguments that are recorded, written into
x = torch.arange(1., 7.).reshape(2, 3).requires_grad_()
y = x * 1
show(lambda: fn.vmap(lambda x: x.mul_(x))(y))
print(y)
def first(a):
    a[0] = 5.
    return a.sum()
y = x * 1
show(lambda: fn.vmap(first)(y).tolist())
print(y.tolist())
y.sum().backward()
print(x.grad)
"""
for part in TEXT.split("\n# --- ")[1:]:
    name, _, body = part.partition("\n")
    PROGRAMS[name] = body
