"""The lines that make_edges.py runs under torch and test_edges.py under compat: infinities, nan, ends of domains, NumPy's
functions on Tensors, inference mode, views under no_grad. The form is that of function_cases.py.
"""

FAMILIES = {}

FAMILIES["ends of domains"] = """
torch.logit(sp)
torch.logit(sp, eps=0.1)
torch.logit(sp.double(), 1e-6)
torch.sign(sp)
torch.sgn(sp)
y = sp.detach().clone(); y.sign_()
torch.angle(torch.tensor([0.0, -0.0, 1.0, -1.0]))
0 ** gx
torch.pow(0.0, gx)
torch.pow(torch.tensor(0.0), sp)
torch.pow(sp, 0)
torch.pow(sp, torch.zeros(10))
torch.pow(sp, 2)
torch.pow(sp, 3.0)
torch.pow(sp, torch.tensor(2.0))
torch.pow(sp, -1)
torch.special.xlog1py(gx, gy)
torch.xlogy(gx, gy)
torch.special.entr(sp)
torch.div(gx, gy, rounding_mode="trunc")
torch.div(gx, gy, rounding_mode="floor")
torch.div(i, 2, rounding_mode="trunc")
torch.div(i, torch.tensor([-2, 2, -2]), rounding_mode="trunc")
torch.nn.functional.huber_loss(gx, gy, reduction="none", delta=0.7)
torch.nn.functional.smooth_l1_loss(gx, gy, reduction="none")
torch.nn.functional.cosine_similarity(torch.zeros(2, 3), a)
torch.nn.functional.cosine_similarity(z, v, dim=0)
torch.nn.functional.cosine_similarity(z, z, dim=0)
torch.nn.functional.cosine_similarity(a * 1e-9, b, dim=1)
torch.nn.functional.cosine_similarity(a, b)
"""

FAMILIES["numpy"] = """
np.sqrt(q.detach())
np.sqrt(q)
np.sqrt(i32.abs())
np.exp(s.detach())
np.add(f, np.ones(3))
np.add(np.ones(3), f)
np.add(f, 1)
np.isnan(ab)
np.cumsum(f)
np.reshape(f, (3, 2))
np.repeat(f, 2)
np.matmul(f, np.ones((3, 2)))
f @ np.ones((3, 2))
np.add.reduce(f)
y = np.array(f); y[0] = 7.0; f
y = np.asarray(f); y[0] = 7.0; f
np.array(f, dtype=np.float64).dtype.name
np.asarray(a)
np.array(f, copy=False, dtype=np.float64)
f.__array_wrap__(np.array([True, False]))
f.__array_wrap__(np.array(2.0))
np.float64(2) * f
np.float64(2) * a
np.float32(2) + a
a * np.float64(2)
np.int64(2) * a
np.float64(2) - a
np.int64(7) % i
f * np.ones(3)
f.sum(np.int64(0))
f.sum(dim=np.int64(1))
a.sum((np.int64(0), 1))
torch.full((2,), np.int32(2))
torch.full((2,), np.float64(2))
torch.full((2,), np.bool_(True))
torch.full((2,), np.float32(2))
torch.sqrt(np.ones(2))
torch.cat([v, np.ones(3)])
torch.dot(v, np.ones(3))
torch.mm(a, [1.0])
a.reshape((3, 2), order="C")
a.reshape()
a.expand()
a.repeat(axis=0)
a.reshape(shape=(3, 2))
a.repeat(repeats=(2, 1))
a.permute(dims=(1, 0))
"""

FAMILIES["inference"] = """
with torch.inference_mode(): y = torch.ones(2); y.is_inference()
with torch.inference_mode(): y = a * 2; (y.is_inference(), y.requires_grad, torch.is_inference(y))
with torch.inference_mode(): y = f.view(3, 2), f.detach(), f[0], f.t(), f.contiguous(), f.to(torch.float32); [t.is_inference() for t in y]
with torch.inference_mode(): y = f.clone(), f.sum(), f @ n, f[k], f.sort(), torch.randn(2), torch.stack([f, f]), f.to(torch.float64), f.sum(0, keepdim=True), torch.cat([f, f]), f.exp(), f + f; [(t[0] if isinstance(t, tuple) else t).is_inference() for t in y]
with torch.inference_mode(): y = torch.ones(2); [t.is_inference() for t in (y * 2, y.clone(), y.detach(), y.view(2, 1), y[0], y.to(torch.float64), y.to(torch.float32), torch.tensor(y.tolist()))]
with torch.inference_mode(): y = torch.ones(2); y._version
with torch.inference_mode(): y = torch.ones(2); y.add_(1), y.mul_(y); y
with torch.inference_mode(): y = torch.ones(2); y.add_(1)
with torch.inference_mode(): y = torch.ones(2); y.__setitem__(0, 1)
with torch.inference_mode(): y = torch.ones(2, 2); y[0].zero_()
with torch.inference_mode(): y = torch.ones(2); torch.add(f, f, out=y)
with torch.inference_mode(): y = torch.ones(3); v * y
with torch.inference_mode(): y = torch.ones(3); v + y
with torch.inference_mode(): y = torch.ones(3); v @ y
with torch.inference_mode(): y = torch.ones(3); torch.stack([v, y])
with torch.inference_mode(): y = torch.ones(3); v * y.clone()
with torch.inference_mode(): y = torch.ones(3); y * 2
with torch.inference_mode(): y = torch.ones(2); y.requires_grad_()
with torch.inference_mode(): y = torch.ones(2); setattr(y, "requires_grad", True)
with torch.inference_mode(): y = torch.ones(2); torch.nn.Parameter(y)
with torch.inference_mode(): y = torch.ones(2).requires_grad_(); (y.is_inference(), y.requires_grad)
with torch.inference_mode(): y = torch.nn.Linear(2, 1); [y.weight.is_inference(), y.weight.requires_grad]
with torch.inference_mode(): y = torch.ones(3); v.grad = y; (v * 1).sum().backward()
with torch.inference_mode(): v.grad = torch.ones(3); v.grad = None; (v * 1).sum().backward(); v.grad.is_inference()
with torch.inference_mode(): f.add_(1); (f.is_inference(), f._version)
with torch.inference_mode(): a.zero_(); a
with torch.inference_mode(): y = [torch.is_inference_mode_enabled(), torch.is_grad_enabled()]; y
with torch.inference_mode(False): y = [torch.is_inference_mode_enabled(), torch.is_grad_enabled()]; y
with torch.inference_mode(), torch.inference_mode(False): y = [torch.is_inference_mode_enabled(), torch.is_grad_enabled(), (a * 2).requires_grad, (a * 2).is_inference()]; y
with torch.inference_mode(), torch.inference_mode(False): y = torch.ones(2); y.is_inference()
with torch.inference_mode(), torch.enable_grad(): y = a * 2; (y.is_inference(), y.requires_grad)
with torch.no_grad(): y = torch.ones(2); y.is_inference()
y = torch.inference_mode()(lambda t: t * 2)(a); (y.is_inference(), y.requires_grad)
y = torch.inference_mode(lambda t: t * 2)(a); (y.is_inference(), y.requires_grad)
y = torch.inference_mode(False)(lambda t: t * 2)(a); (y.is_inference(), y.requires_grad)
y = torch.inference_mode(mode=True); [torch.is_inference_mode_enabled(), torch.is_grad_enabled()]
"""

FAMILIES["views under no_grad"] = """
with torch.no_grad(): y = a[0], a.t(), a.view(6), a.reshape(6), a.flatten(), a.squeeze(), a.expand(2, 2, 3), a.unsqueeze(0), a.narrow(1, 0, 1), a.diagonal(), a.unfold(1, 2, 1); [(t.requires_grad, t.is_leaf) for t in y]
with torch.no_grad(): y = a * 1, a.diag(), a[[0]], a[a > 0], a.clone(), a.index_select(0, j), a.detach()[0], a.data[0], f[0], a.t().contiguous(); [t.requires_grad for t in y]
with torch.no_grad(): y = a.split(1)[0], a.chunk(2)[0], a.unbind(0)[1], (a * 1)[0], next(iter(a)); [t.requires_grad for t in y]
with torch.no_grad(): y = repr(a[0]), repr((a * 1)[0]), repr(a[0] * 2); y
with torch.no_grad(): y = a[0]; y * 2
with torch.no_grad(): y = a[0]; y.grad_fn
with torch.no_grad(): y = a[0]; y += 1; a
with torch.no_grad(): y = a[0]; y.numpy()
with torch.inference_mode(): y = a[0]; y += 1; a
"""

FAMILIES["dtypes and memory"] = """
y = a * 1; y *= torch.tensor([1, 0, 2]); y
y = a * 1; y /= torch.tensor([1, 4, 2]); y
y = a * 1; y *= d.detach(); y
y = a * 1; y **= torch.tensor([1, 3, 2]); y
u - 1
u + (-1)
u + 300
u * -1
u < 300
u.clone().fill_(-1)
u.clone().fill_(300)
u.clone().add_(-1)
u.masked_fill(torch.tensor([True, False, True]), -1)
torch.full((2,), -1, dtype=torch.uint8)
torch.full((2,), 300, dtype=torch.uint8)
torch.full((2,), -32769, dtype=torch.int16)
torch.tensor([-1], dtype=torch.uint8)
torch.tensor([300], dtype=torch.uint8)
float(a)
int(i)
complex(a)
float(torch.tensor([]))
s.masked_select(s > -9)
k.any(dim=())
k.all(())
i.softmax(5)
i.softmax(0)
i.log_softmax(1)
torch.var_mean(i)
torch.std_mean(i)
torch.nanmean(i)
torch.std(f, 1, correction=3)
s[:]
s[[0]]
s[0]
torch.mode(torch.tensor([1.0, nan, nan]))
[y.is_contiguous() for y in (a.t().cumsum(0), a.t().cumprod(0), a.t().softmax(0), a.t().log_softmax(-1), torch.stack([a.t(), b.t()]), a[:, [0, 2]], t[..., [0, -1]], f[:1].expand(3, 3).triu(), f[:1].expand(2, 3).double(), torch.nn.functional.layer_norm(a.t(), (2,)))]
a.t().softmax(0).view(-1)
torch.stack([a.t(), b.t()]).view(-1)
a[:, [0, 2]].view(-1)
a.t().cummax(0).values.view(-1)
m[[[0, 1], [1, 0]]]
m[[[0, 1]]]
m[[j]]
m[[0, j]]
m[[slice(0, 2)]]
m[[None, 0]]
m[[..., 0]]
m[[[True, False, True]]]
m[[0, 2]]
y = m * 1; y[[[0, 1], [1, 0]]] = 7.0; y
torch.nn.functional.cosine_similarity(m, m[0], dim=0)
torch.nn.functional.cosine_similarity(m, v, dim=1)
torch.nn.functional.cosine_similarity(i, i)
torch.nn.functional.cosine_similarity(a, v[:2])
"""

# (torch answers otherwise for what does not fill its vectors: the derivative of elu and its kin is 1 there, of hardshrink too)
VECTORS = "F.elu(y) F.celu(y, 0.5) F.selu(y) F.softshrink(y) F.hardshrink(y)"
FAMILIES["gradients at nan"] = "\n".join(
    f"F = torch.nn.functional; y = torch.tensor({'([1.0, nan, -1.0, nan, 2.0] * 26)[:128]' if code in VECTORS else '[1.0, nan, -1.0, nan, 2.0]'}, "
    f"requires_grad=True); x = {code}; torch.autograd.grad(x.sum(), y)"
    for code in (
        "y.max()",
        "y.min()",
        "y.amax()",
        "y.max(0)[0]",
        "F.elu(y)",
        "F.celu(y, 0.5)",
        "F.selu(y)",
        "F.hardswish(y)",
        "F.softshrink(y)",
        "F.rrelu(y)",
        "F.leaky_relu(y)",
        "F.relu6(y)",
        "F.hardshrink(y)",
        "y.cummax(0)[0]",
        "y.cummin(0)[0]",
        "y.clamp(0, 1)",
        "F.relu(y)",
    )  # fmt: skip
)

FAMILIES["which of equal elements"] = (
    "\n".join(
        f"y = (torch.arange({n}) * 7 % {m}).float(); y.topk({k})[1], y.topk({k}, largest=False)[1], y.kthvalue({k})[1]"
        for n, m, k in (
            (3, 2, 2),
            (20, 3, 5),
            (20, 1, 18),
            (100, 4, 1),
            (300, 5, 4),
            (130, 2, 60),
            (64, 9, 64),
            (200, 50, 7),
        )
    )
    + """
y = torch.tensor([1.0, nan, 2.0, nan, 1.0, 2.0]); y.topk(4), y.topk(5, largest=False)[1], y.kthvalue(2), y.kthvalue(6)[1]
y = (torch.arange(60) * 7 % 3).reshape(4, 5, 3); y.topk(3, 1)[1], y.kthvalue(2, 1)[1], y.topk(2, 0, False)[1]
"""
)

FAMILIES["dtypes that kernels refuse"] = "\n".join(
    f"y = torch.tensor([1, 0, 2]).to(torch.{d}); {code}"
    for d, codes in {
        "bool": "y ** y|y // y|y.fmod(y)|y.frac()|y.logcumsumexp(0)|y.trace()|y.dot(y)|y.isclose(y.byte())|y.fmod_(True)|y.sub_(2)",
        "complex64": "y.max()|y.min(0)|y.cummax(0)|y.mode()|y.nansum()|y.signbit()|y.abs_()|y.frac()",
        "int64": "y.frac()|y.logcumsumexp(0)|y.diff(-1)|y.quantile(-1)|y[:0].mode()|y[:0].kthvalue(1)|y.float()[:0].quantile(0.5)",
    }.items()
    for code in codes.split("|")
)  # fmt: skip
