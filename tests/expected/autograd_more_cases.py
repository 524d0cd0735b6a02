"""Programs over torch.autograd, and what they print: run under torch by make_autograd_more.py, under compat by the test.

A program finds `torch`, `G` (autograd.graph), `F` (autograd.forward_ad), `Function`, leaves `x` and `y` of three elements,
`show(f)`, which prints what f() returns or raises, and `print`. Addresses and what compat adds to torch's messages (the lines
of the user's program, in brackets) are left out of the comparison.
"""

import contextlib
import io
import re
import warnings

PROGRAMS = {}


def program(name, text):
    PROGRAMS[name] = text


def outcome(torch, graph, forward_ad, text):
    """The lines that a program prints."""
    found = io.StringIO()

    def show(f):
        try:
            print("->", f())
        except Exception as error:
            print("!!", type(error).__name__, str(error).split("\n")[0])

    names = {
        "torch": torch, "G": graph, "F": forward_ad, "Function": torch.autograd.Function, "show": show,
        "x": torch.ones(3, requires_grad=True), "y": torch.full((3,), 2.0, requires_grad=True),
    }  # fmt: skip
    with contextlib.redirect_stdout(found), warnings.catch_warnings(action="ignore"):
        try:
            exec(text, names)
        except Exception as error:
            print("ended by", type(error).__name__, error)
    return [plain(line) for line in found.getvalue().splitlines()]


def plain(line):
    line = re.sub(r"0x[0-9a-f]+", "ADDRESS", line)
    return re.sub(r" \[\w+, recorded at .*", "", line)


HOOKS = """
def P(t): print("pack", tuple(t.shape), t.is_leaf, t.grad_fn and t.grad_fn.name(), torch.is_grad_enabled()); return t.detach()
def U(t): print("unpack", torch.is_grad_enabled()); return t
"""
program(
    "hooks see what is saved, in order",
    HOOKS
    + """
with G.saved_tensors_hooks(P, U):
    z = (x * 2).exp() * x
show(lambda: z.grad_fn._saved_self)
z.sum().backward()
print(x.grad)
show(lambda: z.sum().backward())
show(lambda: z.grad_fn._saved_self)
with G.saved_tensors_hooks(P, U):
    for f in (lambda: x.pow(2), lambda: x @ y, lambda: torch.sigmoid(x), lambda: x.view(3, 1) @ y.view(1, 3),
              lambda: x + y, lambda: x * y.detach(), lambda: x.sum(), lambda: torch.where(x > 0, x, y), lambda: x * 3, lambda: x.log()):
        print("next"); f()
""",
)
program(
    "hooks under create_graph",
    HOOKS
    + """
with G.saved_tensors_hooks(P, U):
    z = (x * y).tanh()
(g,) = torch.autograd.grad(z.sum(), x, create_graph=True)
(h,) = torch.autograd.grad(g.sum(), y)
print(h)
""",
)
program(
    "hooks that do wrong, and disabled ones",
    HOOKS
    + """
def bad(t): t.add_(1); return t
def a():
    with G.saved_tensors_hooks(bad, U): (x * 2).exp()
def b():
    with G.saved_tensors_hooks(lambda t: t.detach(), lambda t: 3): z = (x * 2).exp()
    z.sum().backward()
def c():
    with G.disable_saved_tensors_hooks("off"):
        with G.saved_tensors_hooks(P, U): pass
def d():
    with G.saved_tensors_hooks(P, U):
        with G.disable_saved_tensors_hooks("off"): pass
def e():
    with G.disable_saved_tensors_hooks("off"):
        with G.disable_saved_tensors_hooks("offer"): pass
        with G.saved_tensors_hooks(P, U): pass
for f in (a, b, c, d, e): show(f)
with G.saved_tensors_hooks(P, U):
    with G.saved_tensors_hooks(lambda t: print("inner"), U): z = x.exp()
    w = x.log()
""",
)
program(
    "hooks of a Function",
    HOOKS
    + """
class Fn(Function):
    @staticmethod
    def forward(ctx, a, b):
        o = a * b; ctx.save_for_backward(a, o, None, o * 2); print("in forward", ctx.saved_tensors); return o
    @staticmethod
    def backward(ctx, g):
        print("backward"); ctx.saved_tensors; s = ctx.saved_tensors; print(s); return g, g
with G.saved_tensors_hooks(P, U): z = Fn.apply(x, x * 3)
z.sum().backward()
""",
)
program(
    "hooks and in-place changes",
    HOOKS
    + """
with G.saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t): z = (x * 1).exp()
w = z * 1
z.add_(5)
z.sum().backward(); print(x.grad)
with G.save_on_cpu(): c = (y * y).exp()
c.sum().backward(); print(y.grad)
with G.allow_mutation_on_saved_tensors() as ctx:
    a = torch.ones(2, requires_grad=True); b = a.clone(); o = (b ** 2).sum(); b.sin_(); o.backward(retain_graph=True); print(a.grad)
    show(lambda: G.allow_mutation_on_saved_tensors().__enter__())
    ctx.clear(); show(lambda: o.backward(retain_graph=True))
    o = (b ** 2).sum()
show(lambda: o.backward())
t = torch.ones(2); G.increment_version(t); print(t._version); G.increment_version([t, t]); print(t._version)
""",
)
program(
    "edges",
    """
e = G.get_gradient_edge(x); print(e)
show(lambda: G.get_gradient_edge(torch.ones(1)))
w = x * 2; a, b, c = w.split(1)
print(a.output_nr, b.output_nr, x.output_nr, w.output_nr, G.get_gradient_edge(b))
print(torch.autograd.grad((b * 3).sum(), G.get_gradient_edge(b)))
print(torch.autograd.grad((b * 3).sum(), G.GradientEdge(b.grad_fn, 1)))
print(torch.autograd.grad((b * 3).sum(), [G.get_gradient_edge(x), x], retain_graph=True))
show(lambda: torch.autograd.grad(G.get_gradient_edge(w), x, torch.ones(3), retain_graph=True))
show(lambda: torch.autograd.grad(G.get_gradient_edge(w), x, retain_graph=True))
show(lambda: torch.autograd.grad(G.get_gradient_edge(c), x, retain_graph=True))
torch.autograd.backward(G.get_gradient_edge(w), torch.ones(3), inputs=[G.get_gradient_edge(x)]); print(x.grad)
""",
)
program(
    "nodes",
    """
c = (x * y).exp()
print(isinstance(c.grad_fn, G.Node), c.grad_fn.metadata); c.grad_fn.metadata["k"] = 1; print(c.grad_fn.metadata)
w = torch.ones(2, 2, requires_grad=True)
z = w @ w; print(z.grad_fn._saved_self, z.grad_fn._saved_mat2); show(lambda: z.grad_fn._saved_result); show(lambda: w.sum().grad_fn._saved_self)
z = w ** 2; print(z.grad_fn._saved_self, z.grad_fn._saved_exponent)
z = w.sigmoid(); print(z.grad_fn._saved_result)
print([r.grad_fn for r in w])
z = torch.ones(4, requires_grad=True) * 1; v = z.view(2, 2).t(); z.mul_(2); print(v.grad_fn, v.grad_fn.next_functions)
with torch.no_grad(): z.mul_(2); v.sum()
print(v.requires_grad)
""",
)
program(
    "hooks of a leaf's accumulation",
    """
acc = G.get_gradient_edge(x).node
hs = [acc.register_prehook(lambda go: print("pre", go)), acc.register_hook(lambda gi, go: print("post", gi, go, x.grad)),
      x.register_hook(lambda g: print("tensor", g)), x.register_post_accumulate_grad_hook(lambda p: print("leaf", p.grad))]
(x * 2).sum().backward()
print(torch.autograd.grad((x * 2).sum(), x))
for h in hs: h.remove()
for hook in (lambda go: (go[0] * 10,), lambda go: go[0], lambda go: (go[0], go[0]), lambda go: (3,), lambda go: (None,)):
    x.grad = None; h = acc.register_prehook(hook); show(lambda: (x * 2).sum().backward()); print(x.grad); h.remove()
for hook in (lambda gi, go: (go[0],), lambda gi, go: ()):
    x.grad = None; h = acc.register_hook(hook); show(lambda: (x * 2).sum().backward()); h.remove()
""",
)
program(
    "accumulation",
    """
(x ** 2).sum().backward(create_graph=True); print(x.grad)
(x ** 2).sum().backward(create_graph=True); print(x.grad)
g = x.grad; (x ** 2).sum().backward(); print(x.grad, x.grad is g)
for w in (torch.ones(4, 3).t(), torch.ones(3, 4)[:, ::2], torch.ones(2, 3, 4).permute(2, 0, 1), torch.ones(3, 1).expand(3, 2)):
    for create in (False, True):
        w = w.detach().requires_grad_(); (w * 2).sum().backward(create_graph=create); print(w.grad.stride(), w.grad.grad_fn)
w = torch.ones(3, 4).requires_grad_(); (w.t() @ torch.ones(3, 2)).sum().backward(); print(w.grad.stride())
g = w.grad; (w * 2).sum().backward(); print(w.grad is g, g._version)
show(lambda: setattr(x, "grad", torch.ones(2)))
show(lambda: setattr(x, "grad", torch.ones(3, dtype=torch.float64)))
""",
)
program(
    "hooks of operations",
    """
z = x * y; z.grad_fn.register_hook(lambda gi, go: print(gi, go))
print(torch.autograd.grad(z.sum(), [y], retain_graph=True)); z.sum().backward(inputs=[x], retain_graph=True); z.sum().backward()
for hook in (lambda gi, go: (1, 2, 3), lambda gi, go: gi[0], lambda gi, go: (gi[0] * 5, None)):
    x.grad = None; f = x * 2; f.grad_fn.register_hook(hook); show(lambda: f.sum().backward()); print(x.grad)
for hook in (lambda go: (go[0], go[0]), lambda go: go[0] * 3, lambda go: (go[0] * 3,)):
    x.grad = None; f = x * 2; f.grad_fn.register_prehook(hook); show(lambda: f.sum().backward()); print(x.grad)
z = x * 2; z.retain_grad(); z.register_hook(lambda g: print("old", g)); z.mul_(3); z.register_hook(lambda g: print("new", g))
(z * 5).sum().backward(); print(z.grad, z.retains_grad)
""",
)
program(
    "hooks of several gradients",
    """
def several(mode, ts):
    a, b, c = [torch.ones(2, requires_grad=True) for _ in range(3)]; d = a * b; e = d * c
    L = dict(a=a, b=b, c=c, d=d, e=e)
    text = lambda gs: [None if g is None else g.tolist() for g in gs] if mode == "all" else gs.tolist()
    h = G.register_multi_grad_hook([L[k] for k in ts], lambda gs: print(mode, ts, text(gs)), mode=mode)
    for f in (lambda: e.sum().backward(retain_graph=True), lambda: d.sum().backward(retain_graph=True),
              lambda: (a * 2).sum().backward(), lambda: torch.autograd.grad(e.sum(), [d], retain_graph=True),
              lambda: e.sum().backward(inputs=[a], retain_graph=True)):
        show(f)
    h.remove(); e.sum().backward()
for mode in ("all", "any"):
    for ts in ("abc", "ad", "e", "cd", "de"): several(mode, ts)
show(lambda: several("x", "a"))
show(lambda: G.register_multi_grad_hook([torch.ones(1)], print))
""",
)
program(
    "views made together",
    """
show(lambda: x.unbind()[0].add_(1))
for f in (lambda t: t.unbind()[0].add_(1), lambda t: t.split(1)[1].mul_(1), 
          lambda t: t.split([1, 2])[1].mul_(2), lambda t: t.tensor_split(3)[0].add_(1), lambda t: list(t)[0].add_(1), lambda t: t[0:1].add_(1)):
    show(lambda: f(x * 2))
w = x * 2; a, b, c = w.split(1); w.mul_(2)
show(lambda: a.sum()); show(lambda: a.sum())
with torch.no_grad(): show(lambda: a.sum())
w = x * 2; a, b, c = w.split(1)
with torch.no_grad(): a.mul_(2)
print(w)
z = torch.ones(3); a, b, c = z.split(1); show(lambda: a.mul_(2))
""",
)
program(
    "Functions: results",
    """
class A(Function):
    @staticmethod
    def forward(ctx, a, b, c=3): print(ctx.needs_input_grad); ctx.set_materialize_grads(False); return a * 2, b * 3, a.long()
    @staticmethod
    def backward(ctx, *g): print(ctx.needs_input_grad, [None if q is None else tuple(q.shape) for q in g]); return g[0], g[1], None
o = A.apply(x, y.detach()); print([t.requires_grad for t in o])
show(lambda: torch.autograd.grad(A.apply(x, y)[0].sum(), [x, y], allow_unused=True))
show(lambda: torch.autograd.grad(A.apply(x, y)[0].sum(), [x, y], allow_unused=True, materialize_grads=True))
show(lambda: torch.autograd.grad(A.apply(x, y, c=2)[0].sum(), [x]))
class M(A):
    @staticmethod
    def forward(ctx, a, b): o = a * 2; p = b * 3; ctx.mark_non_differentiable(p); return o, p
    @staticmethod
    def backward(ctx, g, h): print(g, h); return g, None
show(lambda: [t.requires_grad for t in M.apply(x, y)])
show(lambda: torch.autograd.grad(M.apply(x, y)[0].sum(), x))
class N(Function):
    @staticmethod
    def forward(ctx, a): return a * 1, "s", None, [a]
    @staticmethod
    def backward(ctx, g, *r): print(r); return g
show(lambda: torch.autograd.grad(N.apply(x)[0].sum(), x))
class S(Function):
    @staticmethod
    def forward(a, b): return a * b
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs); print(type(inputs), output.requires_grad, ctx.needs_input_grad)
    @staticmethod
    def backward(ctx, g): a, b = ctx.saved_tensors; return g * b, g * a
show(lambda: torch.autograd.grad(S.apply(x, y).sum(), [x, y]))
""",
)
program(
    "Functions: memory",
    """
class I(Function):
    @staticmethod
    def forward(ctx, a): return a
    @staticmethod
    def backward(ctx, g): return g * 10
o = I.apply(x); print(o is x, o.data_ptr() == x.data_ptr(), torch.autograd.grad(o.sum(), x, retain_graph=True)); show(lambda: o.add_(1))
class V(Function):
    @staticmethod
    def forward(ctx, a): return a.view(3, 1)
    @staticmethod
    def backward(ctx, g): return g.view(3)
show(lambda: V.apply(x * 1).add_(1))
class D(Function):
    @staticmethod
    def forward(ctx, a, b): a.add_(1); ctx.mark_dirty(a); return a
    @staticmethod
    def backward(ctx, g): return g, None
show(lambda: D.apply(x, y))
with torch.no_grad(): x.fill_(1)
z = x * 1; o = D.apply(z, y); print(o is z, z.grad_fn, z._version)
z = (x * 1).view(3, 1); o = D.apply(z, y); print(o is z, z.grad_fn)
class D2(D):
    @staticmethod
    def forward(ctx, a, b): a.add_(1); ctx.mark_dirty(a); return a * 1
show(lambda: D2.apply(x * 1, y))
""",
)
program(
    "Functions: what is wrong",
    """
for bw in (lambda ctx, g: None, lambda ctx, g: (g, g), lambda ctx, g: (g, None), lambda ctx, g: 3, lambda ctx, g: g[:2],
           lambda ctx, g: g.double(), lambda ctx, g: g.sum(), lambda ctx, g: torch.ones(2, 3)):
    C = type("C", (Function,), dict(forward=staticmethod(lambda ctx, a: a * 2), backward=staticmethod(bw)))
    show(lambda: torch.autograd.grad(C.apply(x).sum(), x, allow_unused=True))
class U(Function):
    @staticmethod
    def forward(ctx, a): return a * 2
show(lambda: U.apply(x).sum().backward())
show(lambda: U()(x))
class W(Function):
    @staticmethod
    def forward(ctx, a): ctx.save_for_backward(3); return a * 2
show(lambda: W.apply(x))
class X(Function):
    @staticmethod
    def forward(ctx, a): ctx.save_for_backward(a); return a * 2
    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g): return g * 2
def twice():
    (g,) = torch.autograd.grad((X.apply(x) ** 2).sum(), x, create_graph=True); print(g.requires_grad); return torch.autograd.grad(g.sum(), x)
show(twice)
""",
)
program(
    "arguments of grad and backward",
    """
show(lambda: torch.autograd.backward([], []))
show(lambda: torch.autograd.grad([], [x]))
show(lambda: torch.autograd.grad((x * 2).sum(), []))
show(lambda: torch.autograd.grad((x * 2).sum(), [y]))
show(lambda: torch.autograd.grad((x * 2).sum(), [torch.ones(1)]))
show(lambda: (x * 2).backward())
show(lambda: (x * 2).backward(torch.ones(2)))
show(lambda: torch.autograd.backward([(x * 2).sum()], [torch.ones(()), torch.ones(())]))
show(lambda: torch.autograd.grad((x * 2).sum(), x, allow_unused=False, materialize_grads=True))
show(lambda: torch.autograd.grad((x * 2), x, torch.eye(3), is_grads_batched=True))
show(lambda: torch.autograd.grad((x * 2), x, 3))
show(lambda: torch.ones(1).register_hook(lambda g: g))
show(lambda: (x * 2).register_post_accumulate_grad_hook(lambda p: 1))
show(lambda: torch.ones(1).register_post_accumulate_grad_hook(lambda p: 1))
for hook in (lambda g: torch.ones(2), lambda g: 2):
    h = x.register_hook(hook); show(lambda: (x * 2).sum().backward()); h.remove()
""",
)
program(
    "dual Tensors",
    """
show(lambda: F.make_dual(x, x)); show(lambda: F.unpack_dual(x))
with F.dual_level():
    show(lambda: F.make_dual(torch.ones(2, dtype=torch.int64), x))
    show(lambda: F.make_dual(torch.ones(2), torch.ones(2, dtype=torch.int64)))
    show(lambda: F.make_dual(torch.ones(2), torch.ones(3)))
    show(lambda: F.make_dual(F.make_dual(torch.ones(2), torch.ones(2)), torch.ones(2)))
    show(F.enter_dual_level)
    d = F.make_dual(x, torch.ones(3)); print(d, F.unpack_dual(d).tangent, d.is_leaf)
    z = d * d * 2; print(z.detach(), F.unpack_dual(z).tangent.requires_grad)
    for of in (d, x): (g,) = torch.autograd.grad(z.sum(), of, create_graph=True); print(F.unpack_dual(g).tangent.detach())
    print(F.unpack_dual(torch.ones(3)), F.unpack_dual((z @ z).relu()).tangent.detach())
    F.unpack_dual(z.sum()).tangent.backward(); print(x.grad)
    lin = torch.nn.Linear(3, 1); lin.weight.data.fill_(0.5); print(F.unpack_dual(lin(d)).tangent)
print(z, F.unpack_dual(z).tangent, z * 2)
show(F.exit_dual_level)
""",
)
program(
    "Functions and tangents",
    """
class J(Function):
    @staticmethod
    def forward(ctx, a): print("forward"); ctx.save_for_backward(a); ctx.save_for_forward(a); return a * 2
    @staticmethod
    def jvp(ctx, t): print("jvp", [s.detach() for s in ctx.saved_tensors]); return t * 5
    @staticmethod
    def backward(ctx, g): return g * ctx.saved_tensors[0]
class J0(J):
    @staticmethod
    def forward(ctx, a): return a * 2
class J2(J): jvp = staticmethod(lambda ctx, t: (t, t))
class J3(J): jvp = staticmethod(lambda ctx, t: t[:1])
class J4(Function):
    @staticmethod
    def forward(ctx, a): return a * 2
for of in (x, x.detach()):
    with F.dual_level():
        d = F.make_dual(of, torch.ones(3))
        for f in (J, J0, J2, J3, J4): show(lambda: F.unpack_dual(f.apply(d)).tangent)
        if of is x:
            (g,) = torch.autograd.grad(J.apply(d).sum(), d); print(F.unpack_dual(g).tangent)
            (g,) = torch.autograd.grad(F.unpack_dual(J.apply(d)).primal.sum(), x); print(g.detach())
""",
)
FUNCTIONS = """
AF = torch.autograd.functional
x, y, one = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 3.0, 4.0]), torch.ones(3)
f = lambda a: a ** 2
g = lambda a, b: (a * b, (a + b).sum())
s = lambda a: (a ** 3).sum()
s2 = lambda a, b: (a * b * b).sum()
"""
program(
    "functional: products",
    FUNCTIONS
    + """
for fn, vs in ((AF.vjp, (one, torch.ones(()))), (AF.jvp, (one, one))):
    for args in ((f, x, one), (f, x), (f, x, torch.ones(2)), (f, 3), (f, (x, 3)), (lambda a: 3, x), (lambda a: (a, 3), x), (g, (x, y), vs),
                 (g, (x, y), (one,)), (lambda a: a.detach(), x, one), (lambda a: a.sum(), torch.tensor([2.0])), (lambda a: [a], x, one)):
        show(lambda: fn(*args))
    v = one if fn is AF.vjp else (one, one)
    show(lambda: fn(lambda a: torch.ones(3), x, one, strict=True))
    show(lambda: fn(lambda a, b: a * 2, (x, y), v, strict=True))
    show(lambda: fn(lambda a, b: a * 2, (x, y), v))
    show(lambda: fn(f, x, one, create_graph=True))
    show(lambda: fn(f, x.clone().requires_grad_(), one, create_graph=True))
    show(lambda: fn(lambda a: a * 2, x, one, create_graph=True, strict=True))
for fn in (AF.hvp, AF.vhp):
    for args in ((s, x, one), (s, x), (f, x, one), (lambda a: (s(a), s(a)), x, one), (s2, (x, y), (one, one)), (lambda a: a.sum(), x, one),
                 (s, x, torch.ones(2)), (lambda a: torch.ones(1), x, one)):
        show(lambda: fn(*args))
    show(lambda: fn(lambda a: a.sum(), x, one, strict=True))
    show(lambda: fn(lambda a: torch.tensor(1.0), x, one, strict=True))
    show(lambda: fn(lambda a, b: s(a), (x, y), (one, one), strict=True))
    show(lambda: fn(s, x, one, create_graph=True))
""",
)
program(
    "functional: matrices",
    FUNCTIONS
    + """
for kw in ({}, dict(vectorize=True), dict(vectorize=True, strategy="forward-mode"), dict(strategy="forward-mode"), dict(strategy="x"),
           dict(strict=True), dict(create_graph=True, vectorize=True, strategy="forward-mode")):
    for args in ((f, x), (g, (x, y)), (lambda a, b: a * 2, (x, y)), (lambda a: a.detach(), x)):
        show(lambda: AF.jacobian(*args, **kw))
show(lambda: AF.jacobian(f, x, strict=True, vectorize=True))
show(lambda: AF.jacobian(f, x.double().requires_grad_(), create_graph=True).requires_grad)
for kw in ({}, dict(vectorize=True), dict(outer_jacobian_strategy="forward-mode"), dict(outer_jacobian_strategy="x"), dict(strict=True)):
    for args in ((s, x), (s2, (x, y)), (f, x), (lambda a: a.sum(), x), (lambda a, b: s(a), (x, y)), (lambda a: (a.sum(), a), x)):
        show(lambda: AF.hessian(*args, **kw))
show(lambda: AF.hessian(s, x, strict=True, vectorize=True))
""",
)
program(
    "gradcheck",
    """
from_ = torch.autograd
D = torch.float64
X = torch.tensor([1.0, 2.0], dtype=D, requires_grad=True); Y = torch.tensor([2.0, 3.0], dtype=D, requires_grad=True)
class Bad(Function):
    forward = staticmethod(lambda ctx, a: a * 2)
    backward = staticmethod(lambda ctx, g: g * 3)
    jvp = staticmethod(lambda ctx, t: t * 3)
class BadTangent(Bad): backward = staticmethod(lambda ctx, g: g * 2)
for kw in ({}, dict(fast_mode=True), dict(check_forward_ad=True), dict(check_forward_ad=True, check_backward_ad=False), dict(check_batched_grad=True),
           dict(check_undefined_grad=False), dict(check_grad_dtypes=True), dict(raise_exception=False), dict(check_batched_forward_grad=True),
           dict(check_backward_ad=False), dict(check_backward_ad=False, check_forward_ad=True, check_batched_grad=True)):
    for fn in (lambda a: a ** 2, lambda a: BadTangent.apply(a), lambda a: (a * 2, a.long()), lambda a: a.detach(), lambda a: torch.complex(a, a * 2)):
        show(lambda: from_.gradcheck(fn, (X,), **kw))
    if not kw.get("fast_mode"): show(lambda: from_.gradcheck(Bad.apply, (X,), **kw))
show(lambda: from_.gradcheck(lambda a: a, (torch.ones(2),)))
show(lambda: from_.gradcheck(lambda a: a.sin(), (torch.tensor([1.0, 2.0], dtype=D).expand(3, 2).requires_grad_(),)))
show(lambda: from_.gradcheck(lambda a, b: a @ b, (X, Y)))
Z = torch.tensor([1.0 + 2j, -0.5j], dtype=torch.complex128, requires_grad=True)
show(lambda: from_.gradcheck(lambda z: (z * z, z.abs()), (Z,), check_forward_ad=True))
show(lambda: from_.gradgradcheck(lambda a: a ** 3, (X,)))
show(lambda: from_.gradgradcheck(lambda a, b: (a * b).sin(), (X, Y), gen_non_contig_grad_outputs=True))
show(lambda: from_.gradgradcheck(lambda a: a ** 3, (X,), torch.ones(2, dtype=D, requires_grad=True)))
show(lambda: from_.gradgradcheck(lambda a: a ** 3, (X,), check_fwd_over_rev=True))
show(lambda: from_.gradgradcheck(lambda a: a ** 3, (X,), check_fwd_over_rev=True, check_rev_over_rev=False))
show(lambda: from_.gradgradcheck(lambda a: a ** 3, (X,), check_rev_over_rev=False, check_undefined_grad=False))
""",
)
program(
    "gradients that were put there",
    """
z = x * 2; z.grad = torch.ones(3); print(z.grad, z.retains_grad); z.sum().backward(); print(z.grad); z.mul_(2); print(z.grad)
t = torch.ones(3); t.grad = torch.ones(3); t.mul_(x); print(t.grad); t.sum().backward(); print(t.grad)
""",
)
program(
    "a Function's own vmap among the transforms",
    """
vmap, grad, jacrev = torch.func.vmap, torch.func.grad, torch.func.jacrev
class Sq(Function):
    @staticmethod
    def forward(x):
        print('fwd', tuple(x.shape)); return x**2
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(inputs[0])
    @staticmethod
    def backward(ctx, g):
        x,=ctx.saved_tensors; print('bwd', tuple(g.shape), tuple(x.shape)); return 2*g*x
    @staticmethod
    def vmap(info, in_dims, x):
        print('vmap', info.batch_size, info.randomness, in_dims, tuple(x.shape)); return Sq.apply(x), in_dims[0]
x=torch.arange(6.).reshape(3,2)
print(vmap(Sq.apply)(x))
print(vmap(grad(lambda x: Sq.apply(x).sum()))(x))
print(grad(lambda x: vmap(Sq.apply)(x).sum())(x))
print(jacrev(Sq.apply)(x[0]))
print(vmap(Sq.apply,in_dims=1,out_dims=1)(x))
print(vmap(vmap(Sq.apply))(x))
print(grad(lambda x: vmap(vmap(Sq.apply))(x).sum())(x))
""",
)
program(
    "a generated vmap rule among the transforms",
    """
vmap, grad, jacrev = torch.func.vmap, torch.func.grad, torch.func.jacrev
class G(Function):
    generate_vmap_rule=True
    @staticmethod
    def forward(x,y): print('fwd',tuple(x.shape),tuple(y.shape)); return x*y
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs)
    @staticmethod
    def backward(ctx, g):
        x,y=ctx.saved_tensors; print('bwd',tuple(g.shape)); return g*y,g*x
    @staticmethod
    def jvp(ctx,a,b):
        x,y=ctx.saved_tensors; return a*y+b*x
x=torch.arange(6.).reshape(3,2); y=torch.ones(2)*3
print(vmap(G.apply,(0,None))(x,y))
print(vmap(grad(lambda x,y:G.apply(x,y).sum()),(0,None))(x,y))
print(grad(lambda x: vmap(G.apply,(0,None))(x,y).sum())(x))
print(jacrev(G.apply)(x[0],y))
print(vmap(lambda a: vmap(G.apply,(0,None))(a,torch.ones(())))(x))
""",
)
program(
    "both rules of vmap",
    """
vmap, grad, jacrev = torch.func.vmap, torch.func.grad, torch.func.jacrev
class B(Function):
    generate_vmap_rule=True
    @staticmethod
    def forward(x): return x*2
    @staticmethod
    def setup_context(ctx, inputs, output): pass
    @staticmethod
    def backward(ctx, g): return g*2
    @staticmethod
    def vmap(info, in_dims, x): return B.apply(x), 0
x=torch.arange(6.).reshape(3,2)
try: print(vmap(B.apply)(x))
except Exception as e: print(type(e).__name__, e)
""",
)
program(
    "a Function's own vmap with several results",
    """
vmap, grad, jacrev = torch.func.vmap, torch.func.grad, torch.func.jacrev
class M(Function):
    @staticmethod
    def forward(x, n, y): return x*n, y+1
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.n=inputs[1]; ctx.mark_non_differentiable(output[1])
    @staticmethod
    def backward(ctx, g, _): return g*ctx.n, None, None
    @staticmethod
    def vmap(info, in_dims, x, n, y):
        print(in_dims, tuple(x.shape), n, tuple(y.shape))
        a,b=M.apply(x,n,y); return (a,b),(0,None)
x=torch.arange(6.).reshape(3,2); y=torch.ones(2)
print(vmap(lambda x: M.apply(x,3,y))(x))
print(vmap(grad(lambda x: M.apply(x,3,y)[0].sum()))(x))
""",
)
program(
    "what a Function's own vmap returns",
    """
vmap, grad, jacrev = torch.func.vmap, torch.func.grad, torch.func.jacrev
class W(Function):
    @staticmethod
    def forward(x): return x*2, x*3
    @staticmethod
    def setup_context(ctx, inputs, output): pass
    @staticmethod
    def backward(ctx, a,b): return a*2+b*3
    @staticmethod
    def vmap(info, in_dims, x): return W.R(x)
x=torch.arange(6.).reshape(3,2)
for r in [lambda x: (W.apply(x),0), lambda x: W.apply(x), lambda x:(W.apply(x),(0,)), lambda x:(W.apply(x),(0,0,0)), lambda x: (W.apply(x),(None,0)), lambda x:(W.apply(x)[0],0), lambda x: 5]:
    W.R=staticmethod(r)
    try: print(vmap(W.apply)(x))
    except Exception as e: print(type(e).__name__, e)
""",
)
program(
    "a Function's own vmap under randomness and backward",
    """
vmap, grad, jacrev = torch.func.vmap, torch.func.grad, torch.func.jacrev
class V(Function):
    @staticmethod
    def forward(x): return x*2
    @staticmethod
    def setup_context(ctx, inputs, output): pass
    @staticmethod
    def backward(ctx, a): return a*2
    @staticmethod
    def vmap(info, in_dims, x): print(info); return x*2+torch.randn(()), in_dims[0]
x=torch.arange(6.).reshape(3,2)
torch.manual_seed(0)
print(vmap(V.apply,randomness='different')(x).shape)
print(vmap(V.apply,randomness='same')(x).shape)
w=torch.ones(3,2,requires_grad=True)
z=vmap(V.apply)(w); print(z.requires_grad)
z.sum().backward(); print(w.grad)
""",
)
