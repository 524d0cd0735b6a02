"""Programs over torch.func and torch.autograd, and what they print: run under torch by make_func.py, under compat by the test.

A program finds `torch`, `fn` (torch.func), `ag` (torch.autograd), `T` (torch.tensor), `F`, `show(f)`, which prints what f() returns or
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
            print("!!", type(error).__name__, re.split(r"\n\[| \[at ", str(error))[0])

    names = {
        "torch": torch,
        "fn": torch.func,
        "ag": torch.autograd,
        "T": torch.tensor,
        "F": torch.nn.functional,
        "show": show,
    }
    torch.manual_seed(0)  # (no program depends on those before it)
    with contextlib.redirect_stdout(found), warnings.catch_warnings(action="ignore"):
        exec(compile(text, file, "exec"), names)
    return re.sub(r"0x[0-9a-f]+", "ADDRESS", found.getvalue().replace("compat.", "torch.")).splitlines()


PROGRAMS = {}
TEXT = r"""
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
# --- autograd.functional: what the function sees
A=ag.functional
def f(x):
    y=x.exp()
    g,=ag.grad(y.sum(),x,create_graph=True)
    return g*x
x=torch.arange(3.)
show(lambda: A.jacobian(f, x))
show(lambda: A.jacobian(f, x, vectorize=True))
show(lambda: A.hessian(lambda x: f(x).sum(), x))
show(lambda: A.hessian(lambda x: f(x).sum(), x, vectorize=True))
show(lambda: A.vjp(f, x, torch.ones(3)))
show(lambda: A.jvp(f, x, torch.ones(3)))
show(lambda: A.hvp(lambda x: f(x).sum(), x, torch.ones(3)))
show(lambda: A.vhp(lambda x: f(x).sum(), x, torch.ones(3)))
def pr(x): print(x.requires_grad); return (x*x).sum()
show(lambda: A.jacobian(pr, x))
show(lambda: A.hessian(pr, x))
show(lambda: A.vjp(pr, x))
show(lambda: A.jvp(pr, x, torch.ones(3)))
show(lambda: A.hvp(pr, x, torch.ones(3)))
show(lambda: A.vhp(pr, x, torch.ones(3)))
# --- autograd.functional and no_grad
A=ag.functional
x=torch.arange(3.)
def f(x):
    with torch.no_grad(): y=x*2
    return (y*x).sum()
with torch.no_grad():
    show(lambda: A.jacobian(f,x)); show(lambda: A.hessian(f,x)); show(lambda: A.vjp(f,x)); show(lambda: A.jvp(f,x,torch.ones(3))); show(lambda: A.hvp(f,x,torch.ones(3)))
show(lambda: A.jacobian(f,x))
show(lambda: A.hessian(f,x))
show(lambda: A.vjp(f,x))
show(lambda: A.jvp(f,x,torch.ones(3)))
show(lambda: A.hvp(f,x,torch.ones(3)))
show(lambda: A.vhp(f,x,torch.ones(3)))
# --- autograd.functional: options and errors
A=ag.functional
x=torch.arange(1.,4.); y=torch.tensor([2.,1.,0.5],requires_grad=True)
f=lambda a,b: (a*b).exp()*a.sum()
s=lambda a,b: (a*b).exp().sum()*a.sum()
for cg in (False,True):
    for vec in (False,True):
        show(lambda: A.jacobian(f,(x,y),create_graph=cg,vectorize=vec))
        show(lambda: A.hessian(s,(x,y),create_graph=cg,vectorize=vec))
        show(lambda: A.jacobian(lambda a: (a*2, a.sum()),x,create_graph=cg,vectorize=vec))
    show(lambda: A.vjp(f,(x,y),torch.ones(3),create_graph=cg))
    show(lambda: A.jvp(f,(x,y),(x,x),create_graph=cg))
    show(lambda: A.hvp(s,(x,y),(x,x),create_graph=cg))
    show(lambda: A.vhp(s,(x,y),(x,x),create_graph=cg))
show(lambda: A.jacobian(lambda a: torch.ones(3),x))
show(lambda: A.jacobian(lambda a: torch.ones(3),x,strict=True))
show(lambda: A.jacobian(lambda a,b: a*2,(x,y),strict=True))
show(lambda: A.jacobian(lambda a,b: a*2,(x,y)))
show(lambda: A.hessian(lambda a: a.sum(),x,strict=True))
show(lambda: A.hessian(lambda a: a.sum(),x))
show(lambda: A.hessian(lambda a: a*2,x))
show(lambda: A.hessian(lambda a: (a.sum(),a.sum()),x))
show(lambda: A.jacobian(lambda a: 3,x))
show(lambda: A.jacobian(lambda a: a, [x]))
show(lambda: A.jacobian(lambda a: a, 3))
show(lambda: A.vjp(f,(x,y),torch.ones(2)))
show(lambda: A.vjp(f,(x,y)))
show(lambda: A.jvp(f,(x,y),(x,)))
show(lambda: A.hvp(s,(x,y)))
show(lambda: A.hvp(lambda a: a.sum(), x, x, strict=True))
show(lambda: A.vhp(lambda a: a.sum(), x, x))
show(lambda: A.jvp(lambda a: torch.ones(2), x, x))
show(lambda: A.jvp(lambda a: torch.ones(2), x, x, strict=True))
show(lambda: A.vjp(lambda a,b: a*2,(x,y),x,strict=True))
show(lambda: A.jacobian(f,(x,y),strategy="x"))
show(lambda: A.jacobian(f,(x,y),strict=True,vectorize=True))
show(lambda: A.jacobian(f,(x,y),create_graph=True,strategy="forward-mode"))
show(lambda: A.jacobian(f,(x,y),strategy="forward-mode"))
show(lambda: A.jacobian(lambda a: a.int(), x))
show(lambda: A.jacobian(lambda a: a*1j, x))
show(lambda: A.jacobian(lambda a: a*a, x*(1+1j)))
show(lambda: A.vjp(lambda a: a*a, x*(1+1j), x*1j))
show(lambda: A.jvp(lambda a: a*a, x*(1+1j), x*(1j+0)))
show(lambda: A.hessian(lambda a: (a*a*a).abs().sum(), x*(1+1j)))
n=[0]
def cnt(a): n[0]+=1; return (a**3).sum()
for g in (lambda: A.jacobian(cnt,x), lambda: A.jacobian(cnt,x,strict=True), lambda: A.hessian(cnt,x), lambda: A.hessian(cnt,x,strict=True), lambda: A.hvp(cnt,x,x), lambda: A.vhp(cnt,x,x), lambda: A.jvp(cnt,x,x,strict=True)):
    n[0]=0; g(); print(n[0])
# --- jacrev and jacfwd: options and errors
f=lambda a,b: (a*b).exp()*a.sum()
x=torch.arange(1.,4.); y=torch.tensor([2.,1.,0.5])
show(lambda: fn.jacrev(f,argnums=(0,1),chunk_size=1)(x,y))
show(lambda: fn.jacrev(f,chunk_size=2)(x,y))
show(lambda: fn.jacrev(f,chunk_size=0)(x,y))
show(lambda: fn.jacfwd(f,randomness="same")(x,y))
show(lambda: fn.jacrev(f,has_aux=True)(x,y))
show(lambda: fn.jacrev(lambda a: (a*2,a.sum()),has_aux=True)(x))
show(lambda: fn.jacfwd(f,argnums=2)(x,y))
show(lambda: fn.jacrev(f,argnums=-3)(x,y))
show(lambda: fn.jacrev(f,argnums=(0,0))(x,y))
show(lambda: fn.jacrev(f,argnums="a")(x,y))
show(lambda: fn.jacrev(lambda d: d["a"]*2)({"a":x}))
show(lambda: fn.jacrev(lambda a: {"u": a*2, "v": [a.sum()]})(x))
show(lambda: fn.jacfwd(lambda a: {"u": a*2, "v": [a.sum()]})(x))
show(lambda: fn.jacrev(lambda a: 3)(x))
show(lambda: fn.jacfwd(lambda a: 3.)(x))
show(lambda: fn.jacrev(lambda a: a)(3.))
show(lambda: fn.jacrev(lambda a: a)(torch.arange(3)))
show(lambda: fn.hessian(lambda a,b: (a*b).sum(),argnums=(0,1))(x,y))
show(lambda: fn.jacfwd(lambda a: torch.ones(2))(x))
show(lambda: fn.jacrev(lambda a: torch.ones(2))(x))
show(lambda: fn.jacrev(lambda a: a.sum().reshape(1,1))(x).shape)
# --- vmap: options and errors
x=torch.arange(6.).reshape(2,3); V=fn.vmap
show(lambda: V(lambda a,b: a+b)(x,torch.ones(3)))
show(lambda: V(lambda a,b: a+b,in_dims=(0,None))(x,torch.ones(3)))
show(lambda: V(lambda a: a,in_dims=2)(x))
show(lambda: V(lambda a: a,in_dims=-1)(x))
show(lambda: V(lambda a: a,in_dims=-3)(x))
show(lambda: V(lambda a: a,in_dims=None)(x))
show(lambda: V(lambda d: d["a"]*d["b"],in_dims=({"a":0,"b":None},))({"a":x,"b":torch.ones(3)}))
show(lambda: V(lambda d: d["a"],in_dims=({"a":0,"c":None},))({"a":x,"b":torch.ones(3)}))
show(lambda: V(lambda a: (a,a.sum()),out_dims=(1,0))(x))
show(lambda: V(lambda a: (a,a.sum()),out_dims=(1,))(x))
show(lambda: V(lambda a: a,out_dims=3)(x))
show(lambda: V(lambda a: a,out_dims=None)(x))
show(lambda: V(lambda a: torch.ones(2),out_dims=None)(x))
show(lambda: V(lambda a: torch.ones(2))(x))
show(lambda: V(lambda a: 3)(x))
show(lambda: V(lambda a: a)())
show(lambda: V(lambda a: a)(3))
show(lambda: V(lambda a,b: a*b,in_dims=(0,0))(x,3))
show(lambda: V(lambda a,b: a*b,in_dims=(0,None))(x,3))
show(lambda: V(lambda a: a.item())(x[:,0]))
show(lambda: V(lambda a: a if a.sum()>0 else -a)(x))
show(lambda: V(lambda a: torch.rand(2)+a.sum())(x))
show(lambda: V(lambda a: torch.rand(2)+a.sum(),randomness="x")(x))
show(lambda: V(lambda a: a*2,chunk_size=1)(x))
show(lambda: V(lambda a: a*2,chunk_size=-1)(x))
show(lambda: V(lambda a: a*2,chunk_size=0)(x))
show(lambda: V(V(lambda a,b: a*b,in_dims=(None,0)),in_dims=(0,None))(x[:,0],x[0]))
show(lambda: V(lambda a: a[a>1])(x))
show(lambda: V(lambda a: a.nonzero())(x))
show(lambda: V(lambda *a: a[0]+a[1])(x,x))
show(lambda: V(lambda a,k=2: a*k)(x,k=3))
show(lambda: V(lambda a,k=None: a*k)(x,k=x))
show(lambda: V(lambda a: [a,{"z":a}])(x))
show(lambda: V(lambda a: a,in_dims="a")(x))
show(lambda: V(lambda a: a,in_dims=(0,0))(x))
show(lambda: V(lambda a: a,in_dims=(1.5,))(x))
show(lambda: V(lambda a: float(a.sum()))(x))
show(lambda: V(lambda a: a.size(0)*a)(x))
show(lambda: V(lambda a: torch.masked_select(a,a>0))(x))
show(lambda: V(lambda a: None)(x))
torch.manual_seed(3); show(lambda: V(lambda a: torch.rand(2)+a.sum()*0,randomness="same")(x)[0]==V(lambda a: torch.rand(2)+a.sum()*0,randomness="same")(x)[1])
show(lambda: V(lambda a: F.dropout(a),randomness="error")(x))
show(lambda: V(lambda a: torch.randn(2),randomness="different")(x).shape)
# --- functional_call and stack_module_state
m=torch.nn.Sequential(torch.nn.Linear(2,2),torch.nn.LayerNorm(2)); m[1].weight=m[0].bias
p=dict(m.named_parameters()); b=dict(m.named_buffers()); x=torch.ones(3,2)
show(lambda: list(p))
show(lambda: fn.functional_call(m,(p,b),(x,)).shape)
show(lambda: fn.functional_call(m,[p,p],(x,)))
show(lambda: fn.functional_call(m,{"0.weightx":torch.ones(2,2)},(x,)))
show(lambda: fn.functional_call(m,{"0.weightx":torch.ones(2,2)},(x,),strict=True))
show(lambda: fn.functional_call(m,{"0.weight":torch.ones(2,2)},(x,),strict=True))
show(lambda: fn.functional_call(m,{"0.bias":torch.zeros(2)},(x,)).sum().item())
show(lambda: fn.functional_call(m,3,(x,)))
show(lambda: fn.functional_call(m,[3],(x,)))
show(lambda: fn.functional_call(m,p,x).shape)
show(lambda: fn.functional_call(m,p,kwargs={"input":x}).shape)
show(lambda: fn.functional_call(torch.nn.Linear(2,2),{"weight":torch.ones(3,2),"bias":torch.ones(3)},x).shape)
show(lambda: fn.stack_module_state([torch.nn.Linear(1,1) for _ in range(2)])[0]["weight"].shape)
show(lambda: fn.stack_module_state([]))
show(lambda: fn.stack_module_state([torch.nn.Linear(1,1),torch.nn.ReLU()]))
show(lambda: fn.stack_module_state([torch.nn.Linear(1,1),torch.nn.Linear(1,1).eval()]))
show(lambda: fn.stack_module_state([torch.nn.Linear(1,1),torch.nn.Linear(1,1).requires_grad_(False)]))
show(lambda: fn.stack_module_state([torch.nn.Linear(1,1),torch.nn.Linear(1,2)]))
# --- gradcheck: options and errors
G=ag.gradcheck; GG=ag.gradgradcheck
D=lambda *s: (torch.arange(1.,1+torch.Size(s).numel(),dtype=torch.float64)/3).reshape(s).requires_grad_()
class Bad(ag.Function):
    @staticmethod
    def forward(ctx,x): ctx.save_for_backward(x); return x*x
    @staticmethod
    def backward(ctx,g): x,=ctx.saved_tensors; return g*x
class NoMul(ag.Function):
    @staticmethod
    def forward(ctx,x): return x*2
    @staticmethod
    def backward(ctx,g): return torch.ones_like(g)*2
class Nd(ag.Function):
    n=0
    @staticmethod
    def forward(ctx,x): return x*2
    @staticmethod
    def backward(ctx,g): Nd.n+=1; return g*2+Nd.n*1e-3
class Und(ag.Function):
    @staticmethod
    def forward(ctx,x): ctx.set_materialize_grads(False); return x*2, x*3
    @staticmethod
    def backward(ctx,g,h): return g*2+h*3
show(lambda: G(torch.sin,D(3)))
show(lambda: G(torch.sin,(D(3),)))
show(lambda: G(Bad.apply,D(2)))
show(lambda: G(Bad.apply,D(2),raise_exception=False))
show(lambda: G(NoMul.apply,D(2)))
show(lambda: G(Nd.apply,D(2),nondet_tol=1.))
show(lambda: G(Und.apply,D(2)))
show(lambda: G(Und.apply,D(2),check_undefined_grad=False))
show(lambda: G(torch.sin,torch.ones(3)))
show(lambda: G(torch.sin,torch.ones(3,requires_grad=True)))
show(lambda: G(lambda x: torch.ones(2),D(3)))
show(lambda: G(lambda x: x.detach(),D(3)))
show(lambda: G(torch.sin,D(3),check_forward_ad=True))
show(lambda: G(torch.sin,D(3),check_forward_ad=True,check_backward_ad=False))
show(lambda: G(torch.sin,D(3),check_backward_ad=False))
show(lambda: G(torch.sin,D(3),check_batched_grad=True))
show(lambda: G(torch.sin,D(3),check_batched_forward_grad=True))
show(lambda: G(torch.sin,D(3),check_forward_ad=True,check_batched_forward_grad=True))
show(lambda: G(torch.sin,D(3),fast_mode=True))
show(lambda: G(torch.sin,D(3),eps=1.))
show(lambda: G(torch.sin,D(3),atol=0,rtol=0))
show(lambda: G(torch.sin,D(3),masked=True))
show(lambda: G(lambda x: x.expand(3,3),D(3)))
show(lambda: G(lambda x: x*2,D(1).expand(3)))
show(lambda: G(Bad.apply,D(2),check_forward_ad=True))
show(lambda: GG(torch.sin,D(3)))
show(lambda: GG(Bad.apply,D(2)))
show(lambda: GG(lambda x: x*2,D(3)))
show(lambda: GG(torch.exp,D(3),check_fwd_over_rev=True))
show(lambda: GG(torch.exp,D(3),check_fwd_over_rev=True,check_rev_over_rev=False))
show(lambda: GG(torch.exp,D(3),check_rev_over_rev=False))
show(lambda: GG(torch.exp,D(3),torch.ones(3,dtype=torch.float64,requires_grad=True)))
show(lambda: GG(torch.exp,D(3),gen_non_contig_grad_outputs=True))
show(lambda: GG(torch.exp,D(3),check_batched_grad=True))
show(lambda: GG(torch.mul,(D(3),D(3))))
show(lambda: G(torch.mul,(D(3),3.)))
show(lambda: G(lambda x: (x*x,x.sum()),D(2,2)))
show(lambda: G(lambda x: x*(1+2j),D(3)))
show(lambda: G(torch.abs,(D(3)*(1+2j)).detach().requires_grad_()))
show(lambda: G(lambda x,y: x@y,(D(2,3),D(3,2))))
# --- detect_anomaly
class B(ag.Function):
    @staticmethod
    def forward(ctx,x): return x*1
    @staticmethod
    def backward(ctx,g): raise ValueError("mine")
class N(ag.Function):
    @staticmethod
    def forward(ctx,x): return x*1
    @staticmethod
    def backward(ctx,g): return g*float("nan")
x=torch.zeros(2,requires_grad=True)
with ag.detect_anomaly():
    show(lambda: (x.sqrt()*0).sum().backward())
    show(lambda: N.apply(x).sum().backward())
    show(lambda: (x*x).sum().backward())
    show(lambda: B.apply(x).sum().backward())
    show(lambda: torch.is_anomaly_enabled()); show(lambda: torch.is_anomaly_check_nan_enabled())
with ag.detect_anomaly(check_nan=False):
    show(lambda: (x.sqrt()*0).sum().backward()); show(lambda: torch.is_anomaly_check_nan_enabled())
with ag.set_detect_anomaly(True): show(lambda: torch.log(x*0).sum().backward()); show(lambda: (x/0*0).sum().backward())
show(lambda: torch.is_anomaly_enabled())
show(lambda: x.grad)
# --- autograd.graph
g=ag.graph
x=torch.ones(3,requires_grad=True); y=x*2
e=g.get_gradient_edge(y); print(e.node.name(), e.output_nr, type(e).__name__)
show(lambda: g.get_gradient_edge(torch.ones(2)))
show(lambda: ag.grad(y.sum(),e))
show(lambda: ag.grad(e,x,torch.ones(3)))
e=g.get_gradient_edge(x); print(e.node.name(), e.output_nr); z=(x*3).sum()
show(lambda: ag.grad(z,e))
show(lambda: ag.backward(g.get_gradient_edge(x*2), torch.ones(3))); print(x.grad)
show(lambda: ag.backward(g.get_gradient_edge((x*2).sum())));  print(x.grad)
y=x*2; n=y.grad_fn
show(lambda: n.metadata); n.metadata["a"]=1
show(lambda: y.grad_fn.metadata)
show(lambda: n.next_functions[0][0].variable is x)
show(lambda: isinstance(n, g.Node))
show(lambda: issubclass(type(n), g.Node))
show(lambda: n._sequence_nr()>=0)
show(lambda: n.name())
show(lambda: repr(n))
show(lambda: n.requires_grad)
show(lambda: hash(n)==hash(y.grad_fn))
show(lambda: n is y.grad_fn)
show(lambda: g.GradientEdge(y.grad_fn,0))
show(lambda: ag.grad(y.sum(), g.GradientEdge(x.view_as(x).grad_fn.next_functions[0][0],0)))
with g.allow_mutation_on_saved_tensors():
    a=torch.ones(2,requires_grad=True); b=a.clone(); c=(b**2).sum(); b.mul_(3); c.backward(); print(a.grad)
with g.disable_saved_tensors_hooks("no hooks"):
    show(lambda: g.saved_tensors_hooks(lambda t: t, lambda t: t).__enter__())
with g.saved_tensors_hooks(lambda t: t, lambda t: t):
    show(lambda: g.disable_saved_tensors_hooks("no hooks").__enter__())
show(lambda: g.register_multi_grad_hook([x], lambda g: None, mode="x"))
show(lambda: g.register_multi_grad_hook([torch.ones(2)], lambda g: None))
show(lambda: g.register_multi_grad_hook([torch.ones(2)], lambda g: None, mode="any"))
y=x*2; h=g.register_multi_grad_hook([x,y], lambda gs: print([None if q is None else q.tolist() for q in gs])); y.sum().backward(retain_graph=True); h.remove(); y.sum().backward()
x=torch.ones(3,requires_grad=True)
show(lambda: g.increment_version(x)); print(x._version)
show(lambda: g.increment_version([x,x])); print(x._version)
with g.save_on_cpu(): q=(x*x).sum()
q.backward(); print(x.grad)
# --- gradients that are None, wrong calls
class U(ag.Function):
    @staticmethod
    def forward(ctx,x,y): return x*1,y*1
    @staticmethod
    def backward(ctx,a,b): print(a,b); return None,b
x=torch.ones(2,requires_grad=True); y=torch.ones(2,requires_grad=True)
a,b=U.apply(x,y); b.sum().backward(); print(x.grad,y.grad)
a,b=U.apply(x,y)
show(lambda: ag.grad(a.sum(),[x,y])); a,b=U.apply(x,y)
show(lambda: ag.grad(a.sum(),[x,y],allow_unused=True)); a,b=U.apply(x,y)
show(lambda: ag.grad(a.sum(),[x,y],materialize_grads=True))
show(lambda: ag.grad(a.sum(),[x,y],materialize_grads=True,allow_unused=False))
class O(ag.Function):
    @staticmethod
    def forward(ctx,x): return x**2
    @staticmethod
    @ag.function.once_differentiable
    def backward(ctx,g): return g*2
v=O.apply(x); gr,=ag.grad(v.sum(),x,create_graph=True); print(gr.requires_grad, gr.grad_fn)
show(lambda: gr.sum().backward())
show(lambda: ag.grad([x.sum(),y.sum()],[x,y],[None,torch.tensor(2.)]))
show(lambda: ag.grad(x.sum(),x,[None]))
show(lambda: ag.grad(x*2,x,[None]))
show(lambda: ag.backward([x*2],[torch.ones(3)]))
show(lambda: ag.backward([x*2],[torch.ones(2,dtype=torch.float64)]))
show(lambda: ag.backward([x*2],[3]))
show(lambda: ag.backward(x*2))
show(lambda: (x*2).backward(torch.ones(2),inputs=[]))
show(lambda: (x*2).backward(torch.ones(2),inputs=[torch.ones(2)]))
show(lambda: ag.grad(x.sum(),[]))
show(lambda: ag.grad((),x))
show(lambda: ag.grad(x.sum(),3))
show(lambda: torch.ones(2).sum().backward())
show(lambda: x.sum().backward(torch.tensor(1),retain_graph=True))
show(lambda: ag.grad(x.sum(),x,grad_outputs=torch.ones(2)))
show(lambda: ag.grad(x.sum(),x,only_inputs=False))
show(lambda: ag.backward([x.sum()],[None,None]))
show(lambda: ag.grad(x*2,x,torch.eye(2),is_grads_batched=True))
show(lambda: ag.grad(x*2,x,torch.eye(3),is_grads_batched=True))
show(lambda: ag.grad(x*2,x,is_grads_batched=True))
# --- learning to learn: autograd.grad and grad inside grad
nn=torch.nn
torch.manual_seed(0)
net=nn.Sequential(nn.Linear(1,8),nn.Tanh(),nn.Linear(8,1))
params={k:v.detach() for k,v in net.named_parameters()}
def task(p,x,y,xq,yq):
    l=F.mse_loss(fn.functional_call(net,p,(x,)),y)
    gs=ag.grad(l,list(p.values()),create_graph=True)
    q={k:v-0.1*g for (k,v),g in zip(p.items(),gs)}
    return F.mse_loss(fn.functional_call(net,q,(xq,)),yq)
x=torch.linspace(-1,1,6)[:,None]
out=fn.grad(task)(params,x,x.sin(),x+.1,(x+.1).sin())
for k,v in out.items(): print(k,round(v.sum().item(),3))
def task2(p,x,y,xq,yq):
    gs=fn.grad(lambda p: F.mse_loss(fn.functional_call(net,p,(x,)),y))(p)
    q={k:v-0.1*gs[k] for k,v in p.items()}
    return F.mse_loss(fn.functional_call(net,q,(xq,)),yq)
X=torch.stack([x,x*2]); 
out=fn.grad(lambda p: fn.vmap(task2,in_dims=(None,0,0,0,0))(p,X,X.sin(),X,X.cos()).mean())(params)
for k,v in out.items(): print(k,round(v.sum().item(),3))
# --- kernels, Laplacians, Hessian products
torch.manual_seed(0)
W=torch.randn(4,3)
f=lambda w,x: torch.tanh(w@x).sum()
x=torch.randn(5,3)
J=fn.vmap(fn.jacrev(f),(None,0))(W,x).flatten(1); print((J@J.T).round(decimals=3))
lap=lambda x: fn.hessian(lambda x: f(W,x))(x).diagonal().sum()
print(fn.vmap(lap)(x).round(decimals=3))
hvp=lambda x,v: fn.jvp(fn.grad(lambda x: f(W,x)),(x,),(v,))[1]
print(fn.vmap(hvp)(x,x).round(decimals=3))
vh=lambda x,v: fn.vjp(fn.grad(lambda x: f(W,x)),x)[1](v)[0]
print(fn.vmap(vh)(x,x).round(decimals=3))
out,vf=fn.vjp(lambda d: {"s":d["a"]*d["b"]}, {"a":x[0],"b":x[1]}); print(vf({"s":torch.ones(3)}))
show(lambda: vf(torch.ones(3))); show(lambda: vf({"s":torch.ones(2)}))
print(fn.grad_and_value(lambda x: (x.sum(),{"aux":x*2}),has_aux=True)(x[0]))
show(lambda: fn.grad(lambda x: x*2)(x[0])); show(lambda: fn.grad(lambda x: 3)(x[0])); show(lambda: fn.grad(lambda x: x.sum(),argnums=1)(x[0])); show(lambda: fn.grad(lambda x: x.sum())(3.)); show(lambda: fn.grad(lambda x: (x.sum(),1))(x[0])); show(lambda: fn.grad(lambda x: x.sum(),has_aux=True)(x[0]))
show(lambda: fn.jvp(lambda x: x*2,x[0],x[0])); show(lambda: fn.jvp(lambda x: x*2,(x[0],),(x[0,:2],))); show(lambda: fn.jvp(lambda x: x*2,(),())); show(lambda: fn.jvp(lambda x: 3,(x[0],),(x[0],))); show(lambda: fn.jvp(lambda x: torch.ones(2),(x[0],),(x[0],),strict=True)); show(lambda: fn.jvp(lambda x: (x*2,x.sum()),(x[0],),(x[0],),has_aux=True))
# --- changes in place inside grad
def f(x):
    y=torch.zeros(3)
    for i in range(3): y[i]=x[i]*(i+1)
    z=y.clone(); z[1:]*=2; z+=x
    return (z*z).sum()
print(fn.grad(f)(torch.arange(1.,4.)), fn.hessian(f)(torch.arange(1.,4.)))
def g(x): x.mul_(2); return (x*x).sum()
a=torch.arange(1.,4.); show(lambda: fn.grad(g)(a)); print(a)
# --- hooks inside
x = torch.arange(1., 4.) / 4; X = torch.stack([x, -x])
def f(x, seen=None):
    y = x.sin(); y.register_hook(lambda g: g * 2)
    return (y * x).sum()
show(lambda: fn.grad(f)(x)); show(lambda: fn.jacrev(lambda x: f(x) * x)(x)); show(lambda: fn.vmap(fn.grad(f))(X)); show(lambda: fn.grad(lambda x: fn.grad(f)(x).sum())(x))
def of_argument(x):
    x.register_hook(lambda g: g * 3); return x.sin().sum()
show(lambda: fn.grad(of_argument)(x)); show(lambda: fn.hessian(of_argument)(x))
def twice():
    out, pull = fn.vjp(f, x)
    return pull(T(1.)), pull(T(2.))
show(twice)
show(lambda: fn.grad(lambda x: [y := x.sin(), y.grad_fn.register_hook(lambda a, b: (a[0] * 5,)), y.sum()][-1])(x))
show(lambda: fn.grad(lambda x: [y := x.sin(), y.grad_fn.register_prehook(lambda b: (b[0] * 5,)), y.sum()][-1])(x))
show(lambda: fn.grad(lambda x: [y := x.sin(), z := x.cos(), ag.graph.register_multi_grad_hook([y, z], lambda gs: print(len(gs))), (y * z).sum()][-1])(x))
show(lambda: fn.vmap(lambda x: (x.register_hook(print), x)[1])(X)); show(lambda: fn.jvp(lambda x: ((x * 1).register_hook(print), x)[1], (x,), (x,)))
show(lambda: fn.grad(lambda x: (x.register_post_accumulate_grad_hook(print), x.sum())[1])(x))
w = torch.ones(3, requires_grad=True)
def scaled(x):
    y = x * 2; y.register_hook(lambda g: g * w)
    return (y * y).sum()
g = fn.grad(scaled)(x); print(g.requires_grad); g.sum().backward(); print(w.grad)
# --- a Function has its own rule at every level
class Round(ag.Function):
    generate_vmap_rule = True
    @staticmethod
    def forward(x): return x.round()
    @staticmethod
    def setup_context(ctx, inputs, output): pass
    @staticmethod
    def backward(ctx, g): return g
    @staticmethod
    def jvp(ctx, t): return t * 10
x = T([0.4, 1.6, -2.3]); X = torch.stack([x, x * 2])
f = lambda x: (Round.apply(x) ** 2).sum()
show(lambda: fn.grad(f)(x)); show(lambda: fn.grad(lambda x: fn.grad(f)(x).sum())(x)); show(lambda: fn.hessian(f)(x)); show(lambda: fn.jacrev(fn.jacrev(f))(x)); show(lambda: fn.jacfwd(fn.jacfwd(f))(x))
show(lambda: fn.vmap(fn.grad(f))(X)); show(lambda: fn.vmap(fn.hessian(f))(X)); show(lambda: fn.grad(lambda X: fn.vmap(f)(X).sum())(X)); show(lambda: fn.grad(lambda X: fn.grad(lambda X: fn.vmap(f)(X).sum())(X).sum())(X))
y = x.clone().requires_grad_(); show(lambda: ag.grad(fn.grad(f)(y).sum(), y)); Y = X.clone().requires_grad_(); show(lambda: ag.grad(fn.vmap(f)(Y).sum(), Y)); show(lambda: fn.vmap(fn.vmap(Round.apply))(X))
class Old(ag.Function):
    @staticmethod
    def forward(ctx, x): return x * 2
    @staticmethod
    def backward(ctx, g): return g * 2
class Bare(ag.Function):
    @staticmethod
    def forward(x): return x * 2
    @staticmethod
    def setup_context(ctx, inputs, output): pass
    @staticmethod
    def backward(ctx, g): return g * 2
show(lambda: fn.grad(lambda x: Old.apply(x).sum())(x)); show(lambda: fn.vmap(Old.apply)(X)); show(lambda: fn.vmap(Bare.apply)(X)); show(lambda: fn.jacfwd(Bare.apply)(x)); show(lambda: fn.jvp(Bare.apply, (x,), (x,))); show(lambda: fn.jacrev(Bare.apply)(x))
class AsIs(Bare):
    @staticmethod
    def forward(x): return x
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs)
show(lambda: AsIs.apply(y))
# --- results with names
X = torch.arange(12.).reshape(2, 2, 3).sin(); x = X[0]
for f in (lambda x: x.max(0), lambda x: x.sort(), lambda x: torch.linalg.slogdet(x[:, :2])):
    show(lambda: fn.vmap(f)(X)); show(lambda: fn.vjp(f, x)[0]); show(lambda: fn.jvp(f, (x,), (x,))); show(lambda: fn.jacfwd(f)(x)); show(lambda: fn.vmap(f, chunk_size=1)(X))
# --- written into what is made like a mapped Tensor
X = torch.arange(6.).reshape(2, 3)
for f in (lambda x: x.new_zeros(3).copy_(x), lambda x: torch.zeros_like(x).add_(x), lambda x: torch.empty_like(x).copy_(x), lambda x: x.new_full((2, 3), 2.).mul_(x), lambda x: torch.zeros(3).copy_(x), lambda x: x.new_ones(3)):
    show(lambda: fn.vmap(f)(X)); show(lambda: fn.vmap(fn.vmap(f))(X[None])); show(lambda: fn.vmap(fn.grad(lambda x: (f(x) * x).sum()))(X))
def written(x, y): y.mul_(2); return (x * y).sum()
y = torch.ones(3); fn.jvp(written, (X[0], y), (X[0], y)); print(y)
# --- what is drawn, kept and given beside
x = torch.ones(3)
show(lambda: fn.jacfwd(lambda x: x * torch.rand(3))(x)); show(lambda: fn.hessian(lambda x: (x * torch.rand(3)).sum())(x)); show(lambda: fn.jacfwd(lambda x: x * torch.rand(3) * 0, randomness="same")(x)); torch.manual_seed(0); show(lambda: fn.jacfwd(lambda x: x * torch.rand(3), randomness="different")(x))
checkpoint = torch.utils.checkpoint.checkpoint
show(lambda: fn.grad(lambda x: checkpoint(torch.sin, x, use_reentrant=False).sum())(x)); show(lambda: fn.vmap(lambda x: checkpoint(torch.sin, x, use_reentrant=False))(x[None]))
show(lambda: fn.grad(lambda x: (x.sum(), 3), has_aux=True)(x)); show(lambda: fn.vjp(lambda x: (3, None), x, has_aux=True)); show(lambda: fn.jvp(lambda x: (x, "a"), (x,), (x,), has_aux=True)); show(lambda: fn.grad(lambda x: {"a": x.sum()})(x)); show(lambda: fn.jacrev(lambda x: x.long())(x))
x = torch.ones(4, 2)
for r in ("same", "different"): torch.manual_seed(0); show(lambda: fn.vmap(lambda x: x * torch.rand(2), randomness=r, chunk_size=1)(x)); print(torch.rand(1))
# --- nodes that vmap leaves
X = torch.rand(2, 3, 3, dtype=torch.double) + 3 * torch.eye(3); X = (X @ X.mT).requires_grad_()
for f in (torch.sum, torch.mean, torch.linalg.slogdet, torch.linalg.det, torch.linalg.inv, torch.linalg.cholesky, torch.sin, lambda x: x.sum(0), lambda x: x * 2, lambda x: F.softmax(x, -1), lambda x: x.exp().log()):
    out = fn.vmap(f)(X); print(type((out[1] if isinstance(out, tuple) else out).grad_fn).__name__)
# --- checkpoints
checkpoint, set_checkpoint_early_stop = torch.utils.checkpoint.checkpoint, torch.utils.checkpoint.set_checkpoint_early_stop
x = torch.arange(1., 4., requires_grad=True); log = []
def f(x, k=2):
    log.append("a"); y = x.sin(); log.append("b"); z = y.exp(); log.append("c")
    return z * k
def steps(**options):
    log.clear(); x.grad = None; checkpoint(f, x, **options).sum().backward()
    return x.grad, "".join(log)
show(lambda: steps(use_reentrant=True)); show(lambda: steps(use_reentrant=False)); show(lambda: steps(use_reentrant=False, early_stop=False))
with set_checkpoint_early_stop(False): show(lambda: steps(use_reentrant=False))
for r in (True, False):
    show(lambda: ag.grad(checkpoint(f, x, use_reentrant=r).sum(), x)); show(lambda: checkpoint(f, x, use_reentrant=r).sum().backward(inputs=[x])); show(lambda: type(checkpoint(f, x, use_reentrant=r).grad_fn).__name__); show(lambda: checkpoint(f, x, use_reentrant=r, k=3))
    show(lambda: (y := checkpoint(f, x, use_reentrant=r).sum(), y.backward(), y.backward())); show(lambda: (g := ag.grad(checkpoint(f, x, use_reentrant=r).sum(), x, create_graph=True)[0], ag.grad(g.sum(), x))); show(lambda: checkpoint(lambda a: (a * 2, None), x, use_reentrant=r))
    def other():
        n = []
        def g(a): n.append(1); return a.sin().exp() if len(n) == 1 else torch.cat([a, a]).sin().exp()
        checkpoint(g, x, use_reentrant=r).sum().backward()
    try: other()
    except Exception as error: print(type(error).__name__, str(error).split("Tip")[0].strip())
# --- what torch.func refuses
x = torch.ones(3); X = torch.ones(2, 3); z = torch.zeros(3)
show(lambda: fn.vmap(lambda x: x.data * 2)(X)); show(lambda: fn.vmap(lambda x: z.data * 2 + x)(X)); show(lambda: fn.vmap(lambda x: setattr(z, "data", x) or x)(X)); show(lambda: fn.grad(lambda x: (x.data * x).sum())(x))
show(lambda: fn.grad(lambda x: ag.functional.jvp(lambda y: y ** 2, x, x)[1].sum())(x)); show(lambda: fn.vmap(lambda x: (x * 1).requires_grad_())(X))
m = torch.nn.Linear(3, 1); m.register_full_backward_hook(print)
show(lambda: fn.grad(lambda x: m(x).sum())(x)); show(lambda: fn.vmap(m)(X).shape)
with ag.graph.saved_tensors_hooks(lambda t: t, lambda t: t): show(lambda: fn.grad(lambda x: x.sin().sum())(x))
# --- edges made by hand, anomalies
a = torch.arange(1., 4., requires_grad=True); y = a * 2; z = y.exp() * a; edge = ag.graph.GradientEdge
show(lambda: ag.grad(edge(z.grad_fn, 0), a, torch.ones(3), retain_graph=True)); show(lambda: ag.grad(z.sum(), edge(y.grad_fn, 0), retain_graph=True)); ag.backward(edge(z.grad_fn, 0), torch.ones(3)); print(a.grad)
import warnings
class Fails(ag.Function):
    @staticmethod
    def forward(ctx, x): return x * 1
    @staticmethod
    def backward(ctx, g): raise ValueError("not here")
def told(f):
    with warnings.catch_warnings(record=True) as caught, ag.detect_anomaly():
        warnings.simplefilter("always")
        try: f()
        except Exception as error: print(type(error).__name__, str(error)[:60])
    print([str(w.message).partition(" Traceback")[0] for w in caught if "detected in" in str(w.message)])
told(lambda: Fails.apply(a).sum().backward())
def changed():
    y = a.exp(); z = y * 1; y.mul_(2); z.sum().backward()
told(changed); told(lambda: (a - 9).sqrt().sum().backward()); told(lambda: (y := a.exp().sum(), y.backward(), y.backward()))
with ag.forward_ad.dual_level(): print(ag.forward_ad.make_dual(T(2.), T(3.)) * 2, ag.forward_ad.make_dual(T([2.]), T([3.])))
# --- gradcheck: complex results, fast mode
class Bad(ag.Function):
    @staticmethod
    def forward(ctx, x): return x * 2
    @staticmethod
    def backward(ctx, g): return g * 3
def brief(f):
    try: print(f())
    except Exception as error: print(type(error).__name__, re.sub(r"\d+\.\d+(e-?\d+)?", lambda m: f"{float(m[0]):.6g}", str(error)))
import re
x = torch.arange(1., 4., dtype=torch.double, requires_grad=True); z = torch.ones(2, dtype=torch.cdouble, requires_grad=True)
for fast in (False, True):
    brief(lambda: ag.gradcheck(Bad.apply, x, fast_mode=fast)); brief(lambda: ag.gradcheck(lambda z: Bad.apply(z) * 1, z, fast_mode=fast)); brief(lambda: ag.gradcheck(lambda x, z: (x.sin(), z * x[0], Bad.apply(z).abs()), (x, z), fast_mode=fast))
    brief(lambda: ag.gradcheck(torch.exp, x, fast_mode=fast)); brief(lambda: ag.gradgradcheck(torch.exp, x, fast_mode=fast)); brief(lambda: ag.gradcheck(lambda z: (z * z.conj(), z.real), z, fast_mode=fast)); brief(lambda: ag.gradcheck(Bad.apply, x, fast_mode=fast, raise_exception=False)); brief(lambda: ag.gradcheck(lambda x: x.detach(), x, fast_mode=fast))
    brief(lambda: ag.gradcheck(torch.sin, x, fast_mode=fast, check_forward_ad=True, check_batched_grad=True))
# --- losses and layers of each sample
W, b, xs, k = torch.linspace(-1, 1, 12, dtype=torch.double).reshape(4, 3), torch.ones(4, dtype=torch.double), torch.arange(6., dtype=torch.double).reshape(2, 3) / 4, torch.tensor([1, 3])
def layer(W, b, x): return F.linear(x.tanh(), W, b)
def flat(out): return [[round(v, 9) + 0 for v in t.flatten().tolist()] for t in (out if isinstance(out, tuple) else (out,))]
for loss in (lambda y, k: F.cross_entropy(y, k), lambda y, k: F.cross_entropy(y.unsqueeze(0), k.unsqueeze(0), reduction="sum"), lambda y, k: F.nll_loss(y.log_softmax(0), k),
             lambda y, k: F.mse_loss(y, y.detach() * k), lambda y, k: F.mse_loss(y * k, torch.ones(4, dtype=torch.double), reduction="sum"), lambda y, k: F.cross_entropy(y, k, label_smoothing=0.1),
             lambda y, k: F.cross_entropy(y, k, ignore_index=1), lambda y, k: (F.linear(y.expand(2, 3, 4), W.T) ** 2).mean()):
    def f(W, b, x, k): return loss(layer(W, b, x), k)
    show(lambda: flat(fn.vmap(fn.grad(f, (0, 1, 2)), (None, None, 0, 0))(W, b, xs, k)))
    show(lambda: flat(fn.vmap(fn.grad(f, (1, 2)), (None, None, 1, 0), (0, 1))(W, b, xs.T, k)))
    show(lambda: flat(fn.grad(lambda *args: fn.vmap(f, (None, None, 0, 0))(*args, k).sum(), (0, 2))(W, b, xs)))
    show(lambda: flat(fn.jacrev(lambda W: fn.vmap(f, (None, None, 0, 0))(W, b, xs, k))(W)))
"""
for part in TEXT.split("\n# --- ")[1:]:
    name, _, body = part.partition("\n")
    PROGRAMS[name] = body
