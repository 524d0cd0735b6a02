"""The lines that make_functions.py runs under torch and test_functions.py under compat: one a line, by family.

`;` separates statements, the last is an expression. The names they use are those of `inputs` in
tests/compat/evaluation.py. In a family whose name ends in "figures" the test compares results and gradients, not the
names of nodes and what is a view: torch makes these operations of many nodes.
"""

FAMILIES = {}

FAMILIES["creation"] = """
torch.tensor([])
torch.tensor([[]])
torch.tensor([1.0, 2])
torch.tensor([True, 2])
torch.tensor([True, 1.5])
torch.tensor([1, 1j])
torch.tensor([np.float64(1), 2])
torch.tensor([1, np.float64(2)])
torch.tensor([np.ones(2), np.ones(2)])
torch.tensor([torch.tensor(1.0), torch.tensor(2)])
torch.tensor([torch.tensor(1.0, dtype=torch.float64), 2])
torch.tensor([torch.ones(1), torch.ones(1)])
torch.tensor([torch.ones(2), torch.ones(2)])
torch.tensor("abc")
torch.tensor(None)
torch.tensor([1, None])
torch.tensor([[1, 2], [3]])
torch.tensor([[1, 2], 3])
torch.tensor([1, [2]])
torch.tensor(1, requires_grad=True)
torch.tensor([1.0], requires_grad=True) * 2
torch.tensor([1.0], dtype=torch.int32)
torch.tensor([300], dtype=torch.uint8)
torch.tensor([1.7, -1.7], dtype=torch.int64)
torch.tensor([1j], dtype=torch.float32)
torch.tensor(range(3))
torch.tensor(np.arange(3, dtype=np.int32))
torch.tensor(2**40)
torch.tensor(2**64)
torch.tensor(a)
torch.tensor(torch.tensor([1, 2]), dtype=torch.float64)
torch.scalar_tensor(3)
torch.as_tensor([1, 2])
torch.as_tensor(a) is a
torch.as_tensor(i, dtype=torch.float32)
y = np.zeros(2); x = torch.as_tensor(y); x[0] = 1; y.tolist()
torch.asarray(np.ones(2))
torch.asarray([1, 2], copy=True)
torch.from_numpy(np.ones(3, dtype=np.float16))
torch.from_numpy([1])
torch.from_numpy(np.ones(2, dtype=">f4"))
torch.from_numpy(np.array(["a"]))
torch.from_numpy(np.ones(3)[::-1])
y = np.zeros(2); x = torch.from_numpy(y); x += 1; y.tolist()
y = np.zeros(2); x = torch.from_numpy(y); y[0] = 3; x
torch.frombuffer(bytearray(8), dtype=torch.float32)
torch.zeros(2, 3)
torch.zeros((2, 3))
torch.zeros([2, 3], dtype=torch.int64)
torch.zeros(())
torch.zeros(torch.Size([2]))
torch.zeros(size=(2,))
torch.zeros(torch.tensor(2), 3)
torch.zeros(-1)
torch.zeros(2.5)
torch.zeros(2, dtype=torch.int64, requires_grad=True)
torch.zeros(2, 3, out=torch.empty(0))
torch.ones(2, requires_grad=True) * 3
torch.ones(2, dtype=torch.bool)
torch.empty(2, 3).shape
torch.empty(0)
torch.full((2,), 1)
torch.full((2,), True)
torch.full((2,), 1.5)
torch.full((2,), 1j)
torch.full((2,), torch.tensor(3.0))
torch.full((2,), 1, dtype=torch.float64)
torch.full(2, 1)
torch.arange(5)
torch.arange(5.0)
torch.arange(1, 2, 0.3)
torch.arange(5, 1, -2)
torch.arange(5, 1)
torch.arange(1, 5, 0)
torch.arange(0, 1, 0.1, dtype=torch.float64)
torch.arange(torch.tensor(3))
torch.arange(3, dtype=torch.float32)
torch.arange(start=1, end=4)
torch.range(1, 3)
torch.linspace(0, 1, 5)
torch.linspace(-1.5, 7.25, 12)
torch.linspace(3, -3, 7, dtype=torch.float64)
torch.linspace(0, 1, 1)
torch.linspace(0, 1, 0)
torch.linspace(0, 10, 5, dtype=torch.int64)
torch.linspace(0, 1, -1)
torch.logspace(0, 1, 3)
torch.logspace(-2, 2, 5, base=2)
torch.eye(2)
torch.eye(2, 3, dtype=torch.int64)
torch.eye(-1)
torch.zeros_like(a)
torch.zeros_like(a, dtype=torch.int64)
torch.zeros_like(a.t()).stride()
torch.ones_like(i)
torch.full_like(a, 3)
torch.full_like(i, 3)
torch.empty_like(d).dtype
torch.ones_like(a, requires_grad=True) * 2
a.new_tensor([1, 2])
i.new_tensor([1.5])
a.new_full((2,), 3)
a.new_zeros(2, 3)
a.new_zeros((2,))
a.new_ones((2,), dtype=torch.int64)
d.new_empty(3).dtype
torch.tril_indices(3, 3, 1)
torch.triu_indices(2, 3)
torch.meshgrid(v, w, indexing="ij")
torch.meshgrid(v, s)
torch.meshgrid(torch.arange(2), torch.arange(3), indexing="xy")
torch.meshgrid([v, v], indexing="ij")
torch.meshgrid(v, v, indexing="zz")
torch.vander(torch.arange(3))
torch.vander(torch.tensor([2.0, 3.0]), 4, True)
torch.complex(a, b)
torch.complex(a, b.double())
torch.complex(i, i)
torch.FloatTensor(2, 3).shape
torch.FloatTensor([1, 2])
torch.FloatTensor()
torch.FloatTensor(np.ones(2))
torch.LongTensor([1.7, 2])
torch.BoolTensor([1, 0])
torch.ByteTensor([255])
torch.DoubleTensor([1, 2])
isinstance(torch.ones(2), torch.FloatTensor)
isinstance(torch.ones(2), torch.LongTensor)
torch.Tensor([1, 2])
torch.Tensor(2, 3).shape
torch.empty_strided((2, 3), (1, 2)).stride()
"""

FAMILIES["creation figures"] = """
torch.cartesian_prod(v, w)
torch.cartesian_prod(torch.arange(2), torch.arange(2))
torch.combinations(v)
torch.combinations(torch.arange(4), 3)
torch.combinations(torch.arange(2), with_replacement=True)
torch.polar(p, b)
"""

FAMILIES["random"] = """
torch.rand(5)
torch.rand(2, 3, dtype=torch.float64)
torch.rand((2, 9))
torch.rand(3, requires_grad=True) * 2
torch.randn(5)
torch.randn(4, 5)
torch.randn(3, dtype=torch.complex64)
torch.randn(size=(2,))
torch.randint(10, (4,))
torch.randint(3, 6, (2, 3))
torch.randint(high=3, size=(2,))
torch.randint(3, (2,), dtype=torch.float32)
torch.randint(0, 0, (2,))
torch.randperm(6)
torch.randperm(4, dtype=torch.int32)
torch.rand_like(a)
torch.randn_like(d)
torch.randint_like(a, 5)
torch.randint_like(i, 2, 5)
torch.normal(2.0, 3.0, (4,))
torch.normal(2, 3, size=(1, 4))
torch.normal(a, 1.0)
torch.normal(0.5, p)
torch.normal(a, p)
torch.normal(torch.zeros(2), torch.ones(2))
torch.normal(0.0, -1.0, (2,))
torch.bernoulli(p)
torch.bernoulli(p.detach())
torch.bernoulli(f, 0.3)
torch.bernoulli(torch.tensor([1, 0]))
torch.multinomial(torch.tensor([0.3, 0.5, 0.2]), 2)
torch.multinomial(torch.tensor([[0.3, 0.5], [0.9, 0.1]]), 4, replacement=True)
torch.multinomial(torch.tensor([0.3, 0.5]), 5)
p.multinomial(1)
torch.poisson(torch.tensor([1.0, 20.0]))
torch.rand(2, dtype=torch.int64)
torch.randn(2, dtype=torch.int64)
torch.zeros(3).normal_()
torch.zeros(3, 6).normal_(1, 2)
torch.zeros(3, 6).t().normal_()
torch.zeros(5).uniform_()
torch.zeros(2, 3).t().uniform_(-1, 1)
torch.zeros(4, dtype=torch.int64).random_(5)
torch.zeros(4, dtype=torch.int64).random_(2, 5)
torch.zeros(4, dtype=torch.uint8).random_()
torch.zeros(4).exponential_()
torch.zeros(4).exponential_(2.0)
torch.zeros(4).bernoulli_(0.3)
torch.zeros(2, 3).bernoulli_(p.detach())
torch.zeros(4).cauchy_()
torch.zeros(4).log_normal_()
torch.zeros(4).geometric_(0.4)
a.normal_()
y = a * 1; y.uniform_(); y
y = a * 1; y.normal_(); y
torch.manual_seed(3).initial_seed()
torch.manual_seed(3); torch.initial_seed()
torch.get_rng_state().shape
x = torch.get_rng_state(); y = torch.rand(2); torch.set_rng_state(x); bool((torch.rand(2) == y).all())
torch.rand(2, generator=torch.Generator().manual_seed(3))
x = torch.Generator(); x.manual_seed(5); torch.randn(2, generator=x)
x = torch.Generator().manual_seed(5); y = x.get_state(); torch.rand(2, generator=x); x.set_state(y); x.seed() > 0
torch.Generator().device.type
torch.randn(3); torch.randn(2)
torch.rand(1); torch.randn(20)[-2:]
"""

FAMILIES["conversion"] = """
a.to(torch.float64)
a.to(torch.float32) is a
a.to(torch.float32, copy=True)
a.to("cpu") is a
a.to(torch.device("cpu")) is a
a.to("cpu", torch.float64)
a.to(dtype=torch.float64, device="cpu")
a.to(i)
a.to(d)
a.to(torch.float64, copy=True)
a.to(torch.complex64)
a.double()
a.float() is a
a.half()
a.long()
a.int()
a.short()
a.bool()
k.float()
i.float()
u.char()
a.type()
i.type()
k.type()
u.type()
a.type(torch.float64)
a.type("torch.DoubleTensor")
a.type(torch.LongTensor)
a.type("nonsense")
a.type_as(d)
a.cpu() is a
a.is_cuda
a.cuda()
torch.is_tensor(a)
torch.is_tensor(1)
torch.is_floating_point(a)
torch.is_floating_point(i)
torch.is_complex(c)
a.is_signed()
u.is_signed()
torch.is_nonzero(s)
torch.is_nonzero(torch.tensor([0.0]))
torch.is_nonzero(a)
torch.numel(a)
a.numel()
a.nelement()
a.element_size()
torch.result_type(a, 1)
torch.result_type(i, 1.0)
torch.result_type(1, 2.0)
torch.result_type(s, torch.tensor([1], dtype=torch.int64))
torch.promote_types(torch.float32, torch.int64)
torch.promote_types(torch.uint8, torch.int8)
torch.promote_types(1, 2)
torch.can_cast(torch.double, torch.float)
torch.can_cast(torch.float, torch.int)
torch.finfo(torch.float32).eps
torch.finfo(torch.float64).max
torch.finfo(torch.float16).min
torch.finfo().bits
torch.finfo(torch.float32)
torch.finfo(torch.float64)
torch.finfo(torch.int64)
torch.iinfo(torch.int32).max
torch.iinfo(torch.uint8)
torch.iinfo(torch.float32)
torch.get_default_dtype()
torch.set_default_dtype(torch.int64)
torch.set_default_dtype(torch.float64); x = torch.ones(2) * 0.1; torch.set_default_dtype(torch.float32); x
torch.typename(a)
torch.pi
torch.inf
a.item()
s.item()
i.tolist()
a.detach().tolist()
k.numpy().dtype.name
"""

FAMILIES["arithmetic"] = """
a + b
a + 1
1 + a
a + d
a + s
i + 1
i + 1.5
i + torch.tensor(1.5)
k + k
k + 1
a - b
a - 2
2 - a
i - 2
2 - i
a * b
a * 2
2 * a
a * i
k * 2
k * 2.0
a / b
a / 2
2 / a
i / 2
i / g
torch.tensor(1) / torch.tensor(2)
i // 2
-7 // torch.tensor([2, -2])
a % 2
a % b
i % 2
a ** 2
a ** 3
p ** 0.5
p ** -1.5
p ** b
2 ** a
i ** 2
2 ** i
i ** -1
z ** 2
z ** 0
z ** 0.0
-a
-i
-k
+a
a + v
v + a
a * v
a / s
t * v.unsqueeze(1)
a + np.float64(2.0)
f * np.ones((2, 3))
c + 1
c * a
a * 1j
c / c
a + torch.ones(4)
a + torch.ones(4, 3)
a + [1, 2, 3]
a + "x"
torch.add(a, b)
torch.add(a, b, alpha=2)
torch.add(a, 1, alpha=3)
torch.add(1, a)
torch.add(1, 2)
torch.add(i, 1, alpha=2)
torch.add(i, 1, alpha=1.5)
torch.add(f, 1, out=torch.empty(0))
torch.add(a, 1, out=torch.empty(2, 3))
torch.add(f, 1, out=torch.empty(2, 3, dtype=torch.int64))
torch.add(a, "x")
a.add(b, alpha=0.5)
torch.sub(a, b, alpha=2)
torch.sub(a, True)
k - k
torch.subtract(a, b)
torch.rsub(a, 1)
torch.rsub(a, b)
torch.rsub(a, b, alpha=2)
torch.mul(a, b)
torch.multiply(a, 3)
torch.div(a, b)
torch.divide(a, 2)
torch.true_divide(a, 2)
torch.div(a, b, rounding_mode="floor")
torch.div(a, 0.5, rounding_mode="trunc")
torch.div(i, 2, rounding_mode="trunc")
torch.div(-7, torch.tensor(2), rounding_mode="trunc")
torch.div(torch.tensor([-7, 7]), torch.tensor([2, -2]), rounding_mode="floor")
torch.div(a, b, rounding_mode="round")
torch.div(i, 0, rounding_mode="floor")
torch.remainder(a, 0.7)
torch.remainder(a, b)
torch.remainder(i, 0)
torch.fmod(a, 0.7)
torch.fmod(a, b)
torch.fmod(i, 2)
torch.pow(a, 2)
torch.pow(2, a)
torch.pow(p, b)
torch.float_power(p, 2)
torch.float_power(i, 2)
y = a * 1; y += 1; y
y = a * 1; y += b; y
y = a * 1; y -= b; y
y = a * 1; y *= b; y
y = a * 1; y /= b; y
y = p * 1; y **= 2; y
y = p * 1; y.pow_(b); y
y = a * 1; y.add_(b, alpha=2); y
y = a * 1; y.sub_(1); y
y = a * 1; y.sub_(b, alpha=0.5); y
y = a * 1; y.mul_(2); y
y = a * 1; y.div_(b); y
y = a * 1; y.div_(0.3, rounding_mode="floor"); y
y = a * 1; y.remainder_(0.7); y
y = a * 1; y.fmod_(0.7); y
y = a * 1; y %= 0.5; y
y = a * 1; y.add_(d); y
y = torch.ones(2, 3); y.add_(a); y
y = torch.ones(2, 3); y.mul_(a); y
y = torch.ones(2, 3); x = y; y += 1; x
y = a * 1; x = y[0]; x.mul_(2); y
y = a * 1; x = y.view(-1); x.add_(1); y
y = a.exp(); y.add_(1); y
y = a * b; y.add_(1); y
y = a * 1; x = y * b; y.add_(1); x
i.add_(1.5)
i.div_(2)
i.mul_(2)
i.sub_(1)
i.pow_(2)
y = i32; y += 1; y
k.add_(1)
a.add_(1)
a.mul_(b)
x = a[0]; x.add_(1)
y = a * 1; y.add_(torch.ones(4))
y = a * 1; y.add_(torch.ones(4, 2, 3))
y = v.expand(2, 3); y.detach().add_(1)
torch.zeros(3).expand(2, 3).add_(1)
y = a.detach(); y.add_(1); y
y = a * 1; y.detach().zero_(); y * 1
y = a * 2; x = y * y; y.detach().add_(1); x
torch.add(f, f, out=f)
torch.mul(f, 2, out=f)
"""

FAMILIES["arithmetic figures"] = """
f // 2
f // b.detach()
2 // f
y = a * 1; y[0] += 1; y
y = a * 1; y[:, 1:] *= b[:, 1:]; y
y = a * 1; x = y[0]; y.mul_(2); x * 1
y = a * 1; x = y[0]; x.mul_(2); y.mul_(3); (x, y)
y = a * 1; x = y.t(); x.mul_(2); x.add_(1); y * b
y = a * 1; x = y.view(-1)[2:4]; x.exp_(); y
y = torch.zeros(2, 3); y[0] = a[1]; y[1] = b[0] * 2; y
y = torch.zeros(2, 3); x = y[1]; x += v; x *= 2; y
x = torch.zeros(3); y = x.expand(2, 3); x += 1; y
c.conj()
torch.view_as_real(c)
torch.view_as_complex(torch.ones(2, 2))
torch.where(k)
"""

FAMILIES["unary"] = """
a.exp()
a.exp2()
a.expm1()
p.log()
p.log2()
p.log10()
p.log1p()
p.sqrt()
p.rsqrt()
p.reciprocal()
a.sin()
a.cos()
a.tan()
p.asin()
p.acos()
a.atan()
torch.arcsin(p)
torch.arccos(p)
torch.arctan(a)
a.sinh()
a.cosh()
a.tanh()
a.asinh()
q.acosh()
p.atanh()
torch.arctanh(p)
a.sigmoid()
a.relu()
a.erf()
a.erfc()
p.erfinv()
q.lgamma()
q.digamma()
torch.polygamma(1, q)
torch.mvlgamma(q, 2)
a.abs()
torch.absolute(a)
abs(a)
z.abs()
z.relu()
z.sign()
z.sqrt()
z.rsqrt()
z.log()
z.sinc()
a.neg()
torch.negative(a)
a.sign()
a.sgn()
a.floor()
a.ceil()
a.trunc()
torch.fix(a)
a.round()
torch.round(a, decimals=1)
torch.tensor([0.5, 1.5, 2.5, -0.5]).round()
a.frac()
a.square()
a.sinc()
a.deg2rad()
a.rad2deg()
a.i0()
p.logit()
torch.logit(a, 0.3)
torch.nan_to_num(ab)
torch.nan_to_num(ab, 1.0, 2.0, 3.0)
torch.nan_to_num(a)
a.positive() is a
i.exp()
i.sigmoid()
i.sqrt()
i.abs()
i.neg()
i.floor()
i.relu()
i.square()
k.exp()
u.float().exp()
h.exp()
d.exp()
c.exp()
c.sqrt()
c.abs()
c.angle()
c.sgn()
c.real
c.imag
a.real is a
a.imag
a.conj() is a
f.angle()
torch.view_as_complex(torch.ones(3))
a.isnan()
ab.isnan()
ab.isinf()
ab.isfinite()
i.isfinite()
ab.isposinf()
ab.isneginf()
ab.signbit()
c.isreal()
ab.exp()
ab.log()
ab.abs()
ab.sqrt()
ab.relu()
ab.sigmoid()
ab.tanh()
ab.floor()
ab.round()
torch.exp(f, out=torch.empty(0))
torch.exp(3)
torch.exp(a, out=torch.empty(2, 3))
torch.exp([1, 2])
y = a * 1; y.exp_(); y
y = a * 1; y.sin_(); y
y = p * 1; y.log_(); y
y = p * 1; y.sqrt_(); y
y = a * 1; y.tanh_(); y
y = a * 1; y.sigmoid_(); y
y = a * 1; y.relu_(); y
y = a * 1; y.abs_(); y
y = a * 1; y.neg_(); y
y = a * 1; y.floor_(); y
y = a * 1; y.round_(); y
y = a * 1; y.square_(); y
y = p * 1; y.reciprocal_(); y
y = p * 1; y.rsqrt_(); y
y = a * 1; y.erf_(); y
y = a * 1; y.nan_to_num_(); y
y = a * 1; y.trunc_(); y
y = a * 1; y.sign_(); y
y = a * 1; y.frac_(); y
y = a * 1; x = y[1]; x.exp_(); y
torch.exp_(f)
torch.sin_(f)
i.exp_()
a.exp_()
a.sigmoid_()
"""

FAMILIES["pointwise"] = """
torch.maximum(a, b)
torch.minimum(a, b)
torch.maximum(z, z * 1)
torch.fmax(a, b)
torch.fmin(a, b)
torch.max(a, b)
torch.min(a, b)
torch.maximum(i, g)
torch.maximum(i, a)
torch.maximum(c, c)
torch.atan2(a, b)
torch.arctan2(a, b)
torch.atan2(i, g)
torch.hypot(a, b)
torch.logaddexp(a, b)
torch.logaddexp2(a, b)
torch.xlogy(a, p)
torch.xlogy(z, z)
torch.xlogy(a, 2.0)
torch.copysign(a, b)
torch.copysign(a, -1.0)
torch.nextafter(f, f + 1)
torch.heaviside(f, torch.tensor(0.5))
torch.ldexp(a, torch.tensor([1, 2, 3]))
torch.gcd(i, g)
torch.lcm(i, g)
a.clamp(0)
a.clamp(0, 1)
a.clamp(min=-0.5)
a.clamp(max=0.5)
a.clamp(-0.5, 0.5)
a.clip(0, 1)
torch.clamp(a, b, 2 * q)
a.clamp(min=b)
a.clamp(max=b)
a.clamp(1, 0)
a.clamp()
z.clamp(0, 1)
z.clamp(-1, 0)
i.clamp(0, 1)
i.clamp(0.5)
a.clamp_min(0)
a.clamp_max(0)
y = a * 1; y.clamp_(0, 1); y
y = a * 1; y.clamp_(min=0); y
y = a * 1; y.clip_(0, 1); y
y = a * 1; y.clamp_min_(0); y
i.clamp_(0, 1)
i.clamp_(0.5)
a.clamp_(0)
torch.where(k, a, b)
torch.where(k, a, 0.0)
torch.where(k, 0.0, a)
torch.where(k, 1, 2)
torch.where(k, 1.0, 2)
torch.where(k, a, d)
torch.where(k, v, s)
torch.where(a > 0, a, torch.zeros(()))
a.where(k, b)
torch.where(k, a, torch.ones(4))
torch.where(a, a, a)
a.masked_fill(k, 0)
a.masked_fill(k, -inf)
a.masked_fill(k, s)
a.masked_fill(k[0], 1.5)
i.masked_fill(k, 7)
i.masked_fill(k, 1.5)
a.masked_fill(i, 0)
a.masked_fill(k, v)
y = a * 1; y.masked_fill_(k, 0); y
y = a * 1; y.masked_fill_(k, s); y
a.masked_fill_(k, 0)
torch.lerp(a, b, 0.3)
torch.lerp(a, b, 0.8)
torch.lerp(a, b, p)
a.lerp(b, 1.0)
torch.addcmul(a, b, p, value=0.5)
torch.addcmul(a, b, p)
torch.addcdiv(a, b, q)
torch.addcdiv(a, b, q, value=2)
torch.addcdiv(i, i, i)
y = a * 1; y.lerp_(b, 0.3); y
y = a * 1; y.addcmul_(b, p, value=2); y
y = a * 1; y.addcdiv_(b, q); y
a.softmax(1)
a.softmax(dim=0)
torch.softmax(a, -1)
torch.softmax(i, 1)
torch.softmax(i, 1, dtype=torch.float32)
s.softmax(0)
t.softmax(1)
a.log_softmax(1)
a.log_softmax(dim=-1)
a.softmax(2)
y = a * 1; y.fill_(2.5); y
y = a * 1; y.fill_(s); y
y = a * 1; y.zero_(); y
y = torch.zeros(2, 3); y.copy_(a); y
y = a * 1; y.copy_(b); y
y = a * 1; y.copy_(v); y
y = a * 1; y[0].copy_(v); y
y = torch.zeros(2, 3, dtype=torch.int64); y.copy_(a); y
y = a * 1; y.copy_(torch.ones(4))
y = i * 1; y.fill_(1.9); y
y = a * 1; y.fill_(v)
a.fill_(0)
a.zero_()
a.copy_(b)
"""

FAMILIES["comparison"] = """
a > b
a > 0
a >= b
a < 0
a <= b
a == a
a != b
i == 2
i == 2.0
k == True
a == None
a == "x"
a > v
a > torch.ones(4)
a > "x"
torch.gt(a, 0)
torch.ge(a, b)
torch.lt(a, b)
torch.le(a, 0.5)
torch.eq(i, g)
torch.ne(i, g)
torch.greater(a, 0)
torch.less_equal(a, 0)
torch.not_equal(i, g)
0 < a
y = f.clone(); y.gt_(0); y
torch.logical_and(k, a)
torch.logical_or(k, i)
torch.logical_xor(k, k)
torch.logical_not(i)
k.logical_and(k)
y = k.clone(); y.logical_not_(); y
k & k
k & True
k | (a > 0)
k ^ True
~k
~i
~a
i & 1
i | 1
i ^ g
a & 1
i << 1
g >> 1
2 ** i.abs() >> 1
torch.bitwise_and(i, 3)
torch.bitwise_or(u, 5)
torch.bitwise_xor(i, g)
torch.bitwise_not(i)
torch.bitwise_left_shift(g, 2)
y = i.clone(); y &= 1; y
y = k.clone(); y |= True; y
torch.isclose(a, a + 1e-7)
torch.isclose(ab, ab)
torch.isclose(ab, ab, equal_nan=True)
torch.isclose(i, i)
torch.isclose(f, f + 0.1, rtol=0, atol=0.2)
torch.allclose(a, a + 1e-7)
torch.allclose(a, b)
a.allclose(a)
torch.equal(a, a)
torch.equal(a, v)
a.equal(b)
torch.isin(i, torch.tensor([0, 2]))
torch.isin(i, j, invert=True)
a.detach() in [1]
(a == a).all().item()
1.0 in torch.tensor([1.0, 2.0])
"""

FAMILIES["shape"] = """
a.view(3, 2)
a.view(-1)
a.view((1, -1))
a.view(torch.Size([6]))
a.view(2, 3)
a.view(4)
a.view(-1, -1)
a.view(-1, 4)
a.view(-2, 3)
e.view(-1, 0)
a.t().view(6)
a.view(torch.float32)
f.view(torch.int32).dtype
s.view(1)
a.view_as(n)
a.reshape(3, 2)
a.reshape(-1)
a.reshape((6, 1))
a.reshape(shape=(6,))
torch.reshape(a, (3, -1))
a.reshape(4, -1)
a.reshape_as(n)
a.flatten()
t.flatten(1)
t.flatten(0, 1)
t.flatten(1, 0)
s.flatten()
v.flatten() is v
a.ravel()
v.ravel() is v
a.unflatten(1, (3, 1))
t.unflatten(-1, (2, -1))
t.unflatten(-1, (3, 2))
a.squeeze()
a.unsqueeze(0).squeeze(0)
a.unsqueeze(0).squeeze(1)
a.unsqueeze(0).squeeze((0, 1))
a.squeeze(5)
a.unsqueeze(0)
a.unsqueeze(-1)
a.unsqueeze(5)
s.unsqueeze(0)
torch.unsqueeze(a, dim=1)
y = a * 1; y.unsqueeze_(0); y
y = a[:1] * 1; y.squeeze_(); y
y = a[:1] * 1; y.squeeze_(0); y
y = a * 1; y.t_(); y
y = t * 1; y.transpose_(0, 2); y
a.unsqueeze_(0)
a.t()
v.t()
t.t()
a.T
a.mT
t.mT
v.mT
a.H
a.adjoint()
t.transpose(0, 1)
t.transpose(-1, 0)
t.swapaxes(0, 2)
torch.transpose(a, 0, 1)
a.transpose(0, 5)
s.transpose(0, 0)
t.permute(2, 0, 1)
t.permute((1, 0, 2))
torch.permute(t, (2, 1, 0))
a.permute(0)
a.permute(0, 0)
t.movedim(0, 2)
t.movedim((0, 1), (1, 0))
torch.moveaxis(t, 0, 1)
v.expand(2, 3)
v.expand(2, -1)
a.expand(2, 3)
a.unsqueeze(1).expand(-1, 4, -1)
a.expand(3, 3)
a.expand(2)
v.expand(-1, 3)
v.expand_as(a)
s.expand(2, 2)
torch.broadcast_to(v, (2, 3))
torch.broadcast_tensors(v, a)
torch.broadcast_shapes((2, 1), (3,))
torch.broadcast_shapes((2,), (3,))
a.repeat(2, 2)
a.repeat(2, 1, 1)
a.repeat(1, 1)
a.repeat(2)
a.tile(2)
torch.tile(v, (2, 2))
a.clone()
a.t().clone().stride()
v.expand(2, 3).clone().stride()
a.t().contiguous()
a.t().contiguous().stride()
a.contiguous() is a
a.t().is_contiguous()
a.stride()
t.permute(2, 0, 1).stride()
t[1, 2].storage_offset()
a.flip(0)
a.flip(0, 1)
a.flip((0, -1))
torch.flip(a, [1])
a.fliplr()
a.flipud()
a.roll(1)
a.roll(1, 0)
a.roll((1, -1), (0, 1))
a.roll((1, 2))
a.rot90()
a.rot90(2)
a.rot90(-1)
t.rot90(1, (1, 2))
m.diagonal()
t.diagonal(1, 1, 2)
t.diagonal(-1, 2, 0)
a.t().diagonal()
y = torch.zeros(3, 3); y.diagonal().fill_(2); y
y = torch.zeros(3, 3); y.t().diagonal(1).copy_(torch.tensor([1.0, 2.0])); y
y = m * 1; y.diagonal().mul_(2); y
m.diag()
m.diag(1)
v.diag()
v.diag(-1)
t.diag()
torch.diag_embed(a)
torch.diag_embed(v, 1)
torch.diag_embed(a, 0, 0, 2)
torch.diagflat(v)
a.tril()
m.triu(1)
x.tril(-1)
torch.tril(torch.ones(3, 3))
torch.triu(torch.ones(3, 3, dtype=torch.bool), diagonal=1)
v.tril()
y = m * 1; y.tril_(); y
t.unfold(2, 2, 1)
v.unfold(0, 2, 1)
v.unfold(0, 5, 1)
f.as_strided((2, 9), (1, 1))
a.dim()
a.ndim
a.size()
a.size(0)
a.size(-1)
a.size(7)
a.shape
a.numel()
len(a)
len(s)
a.nbytes
a.shape.numel()
torch.squeeze(a[:1])
torch.flatten(t, 1)
a.is_contiguous()
[y.shape for y in a]
"""

FAMILIES["shape figures"] = """
f.as_strided((2, 2), (1, 1), 1)
f.as_strided((2, 2), (1, 1))
y = torch.zeros(2, 3); x = y[0]; y.t_(); y[0] = 5; x
y = torch.zeros(2, 3); x = y[0]; y.unsqueeze_(0); x += 1; y
a.t().reshape(6)
a.t().flatten()
t.permute(2, 0, 1).reshape(4, 6)
v.expand(2, 3).reshape(-1)
a.as_strided((2, 2), (1, 1))
a.repeat_interleave(2, 0)
a.repeat_interleave(2)
a.repeat_interleave(torch.tensor([1, 0, 2]), dim=1)
torch.repeat_interleave(torch.tensor([1, 0, 2]))
torch.repeat_interleave(v, 3)
y = a * 1; y.t().copy_(n); y
y = a * 1; x = y.unsqueeze(0); x[0, 1] = v; y
y = a * 1; x = y.expand(2, 3); y.mul_(2); x * 1
y = a * 1; x = y.diagonal(); x.zero_(); (x, y)
"""

FAMILIES["joining"] = """
torch.cat([a, b])
torch.cat((a, b), 1)
torch.cat((a, b), dim=-1)
torch.cat([a, f, b])
torch.cat([a, f])
torch.cat([f, a])
torch.cat([a, d])
torch.cat([i, a])
torch.cat([torch.zeros(0), a])
torch.cat([a])
torch.cat(tensors=[a, b], axis=1)
torch.concat([a, b])
torch.concatenate([a, b], 1)
torch.cat([])
torch.cat([a, v])
torch.cat([a, t])
torch.cat([a, m], 1)
torch.cat([s, s])
torch.cat(a)
torch.cat([a, 1])
torch.cat([a, b], 5)
torch.stack([a, b])
torch.stack((v, w), dim=1)
torch.stack([s, s])
torch.stack([a, b], -1)
torch.stack([a, m])
torch.stack([])
torch.hstack([a, b])
torch.hstack([v, w])
torch.vstack([a, b])
torch.vstack([v, w])
torch.dstack([a, b])
torch.column_stack([v, a.t()])
torch.block_diag(a, m)
torch.block_diag(v, s)
torch.atleast_1d(s)
torch.atleast_2d(v)
torch.atleast_3d(a)
torch.atleast_2d(s, v)
a.split(1)
a.split(2, 1)
a.split([1, 2], 1)
torch.split(a, 2, dim=1)
a.split(2, 5)
a.split([1, 2], 0)
a.split(0)
a.chunk(2)
t.chunk(3, 2)
a.chunk(0)
a.unbind()
a.unbind(1)
a.unbind(3)
a.tensor_split(2, 1)
a.tensor_split([1], 1)
torch.tensor_split(v, 2)
torch.hsplit(a, 3)
torch.vsplit(a, 2)
torch.dsplit(t, 2)
torch.hsplit(a, 2)
a.narrow(1, 0, 2)
a.narrow(1, -2, 1)
a.narrow(1, 2, 3)
a.narrow(1, 0, -1)
a.select(1, 0)
a.select(0, -1)
a.select(1, 7)
torch.select_scatter(a, v, 0, 1)
torch.slice_scatter(a, b[:1], 0, 1, 2, 1)
"""

FAMILIES["indexing"] = """
a[0]
a[-1]
a[1:]
a[:]
a[...]
a[None]
a[::2]
a[:, 0]
a[:, 1:]
a[:, ::2]
a[..., 0]
a[torch.tensor(1)]
a[np.int64(1)]
a[torch.tensor(1):]
s[...]
s[None]
a[j]
a[[1, 0]]
a[np.array([0, 1])]
a[j[:0]]
a[k]
a[:, torch.tensor([True, False, True])]
a[i[1, :2] - 1, g[0, :2]]
m[[0, 1], [1, 2]]
a[torch.tensor([-1, 0])]
a[g[:, :1] % 2]
i[i > 0]
k[k]
a[a > 0]
a[torch.tensor([1, 0], dtype=torch.uint8)]
a[5]
a[0, 0, 0]
a[j, j, j]
a[0, 5]
a[torch.tensor([5])]
a[:, torch.tensor([7])]
a[torch.tensor([True, False, True])]
a[k, 0]
a["x"]
a[1.5]
a[torch.tensor([1.5])]
a[::-1]
s[0]
a[[0, 1], [0, 1, 2]]
y = a * 1; y[0] = v; y
y = a * 1; y[0] = 1; y
y = a * 1; y[:, 1] = 2.0; y
y = a * 1; y[1:] = b[1:]; y
y = a * 1; y[0, 1] = s; y
y = a * 1; y[...] = b; y
y = a * 1; y[:] = b; y
y = a * 1; y[:, :] = 2.0; y
y = a * 1; y[j[:2]] = b; y
y = a * 1; y[k] = 0; y
y = a * 1; y[k] = v; y
y = a * 1; y[k] = s; y
y = a * 1; y[:, j[:2]] = 0.0; y
y = a * 1; y[0, j] = 0.0; y
y = a * 1; y[a > 0] = -1; y
y = torch.zeros(2, 3); y[0] = v; y
y = torch.zeros(2, 3); y[k] = v; y
y = torch.zeros(2, 3); y[0, 0] = 5; y[1] += 1; y
y = torch.zeros(2, 3); y[[0, 1], [1, 2]] = torch.tensor([1.0, 2.0]); y
y = torch.zeros(2, 3); y[0] = torch.ones(1, 1, 3); y
y = torch.zeros(2, 3); y[0] = torch.ones(3).double(); y
y = torch.zeros(2, 3); y[0] = torch.tensor([1, 2, 3]); y
y = torch.zeros(2, 3, dtype=torch.int64); y[0] = 1.7; y
y = torch.zeros(2, 3); y[torch.tensor([1, 1])] = torch.tensor([[1.0, 2, 3], [4, 5, 6]]); y
torch.zeros(2, 3).__setitem__(0, torch.ones(2))
torch.zeros(2, 3).__setitem__(j, torch.ones(5))
torch.zeros(2, 3).__setitem__(j[:2], torch.ones(2, 3).double())
torch.zeros(2, 3).__setitem__(k, torch.ones(5))
torch.zeros(2, 3).__setitem__(slice(None), [1, 2, 3])
torch.zeros(2, 3).__setitem__(0, 1j)
torch.zeros(2, 3).__setitem__(j, np.ones(3))
torch.zeros(2, 3).__setitem__(5, 1)
torch.zeros(2, 3).__setitem__(j + 5, 1)
torch.zeros(2, 3).__setitem__(k.t(), 1)
a.__setitem__(0, 1)
a.__setitem__(slice(None), b)
a.__setitem__(j, 1.0)
a.__setitem__((0, j), 1.0)
y = a.detach(); y[0] = 1; y
y = a * 1; x = y[0]; x[1] = s; y
"""

FAMILIES["indexing figures"] = """
a[0, 1]
a[1:, 1:]
a[0, 1:]
a[0, None, ..., 1]
a[..., ...]
t[0, :, torch.tensor([1, 1])]
t[:, torch.tensor([0, 2]), 1:3]
t[torch.tensor([0, 1]), :, torch.tensor([1, 3])]
t[:, torch.tensor([[0], [2]]), torch.tensor([1, 3])]
t[k]
t[..., torch.tensor([0, 0, 1, 3])]
t[None, :, None, torch.tensor([1, 0])]
t[:, k[0]]
t[1, k[0], 2:]
t[-1, torch.tensor([-1, 0]), torch.tensor([-2, 3])]
a[True]
a[False].shape
a[torch.tensor(True)]
a[None, k]
a[0, j]
v[j][j]
a[j].sum() * a[0, 0]
y = t * 1; y[:, torch.tensor([0, 2])] = 1.0; y
y = t * 1; y[0, :, torch.tensor([1, 3])] = v.unsqueeze(1); y
y = t * 1; y[:, torch.tensor([0, 2]), 1:3] = a[:, :2].unsqueeze(1); y
y = t * 1; y[..., torch.tensor([0, 3])] += 1; y
y = t * 1; y[1][k[0]] = 0; y
y = a * 1; y[k] += 1; y
y = a * 1; y[j[:2]] *= b; y
y = a * 1; y[k] *= v; y * b
y = a * 1; y[0, k[0]] = v[:2]; y
y = torch.zeros(5); y[j] += 1; y
[float(y) for y in v]
[y.tolist() for y in a.t()]
"""

FAMILIES["gathering"] = """
a.index_select(1, j)
a.index_select(0, torch.tensor([1]))
torch.index_select(v, 0, j)
a.index_select(0, torch.tensor([7]))
a.index_select(0, i)
a.gather(1, g)
a.gather(0, g % 2)
a.gather(1, g[:1, :2])
torch.gather(a, dim=1, index=g)
t.gather(2, torch.tensor([[[3, 0], [1, 1]]]))
a.gather(1, g.float())
a.gather(0, torch.tensor([[5]]))
a.gather(1, j)
a.gather(1, i)
s.gather(0, torch.tensor([0]))
a.scatter(1, torch.tensor([[0, 2, 1], [2, 1, 0]]), b)
a.scatter(1, g, 2.0)
a.scatter(1, g[:, :1], 0.5)
torch.zeros(2, 3).scatter(1, g[:, :1], 1.0)
torch.zeros(2, 3).scatter_(1, g[:, :1], 1)
torch.zeros(2, 3).scatter_(1, g[:, :1], torch.ones(2, 1))
y = torch.zeros(2, 3); y.scatter_(1, g[:, 1:2], a[:, :1]); y
y = a * 1; y.scatter_(1, g[:, :1], b[:, :1]); y
a.scatter(1, g, b[:1])
a.scatter(1, i, 1.0)
a.scatter(1, g, d)
a.scatter_add(1, g, b)
a.scatter_add(0, g % 2, b)
y = torch.zeros(2, 3); y.scatter_add_(1, g, a); y
torch.zeros(2, 3).scatter_(1, g, 2.0, reduce="add")
a.scatter_reduce(1, g, b, "sum")
a.scatter_reduce(1, g, b, "nonsense")
a.index_add(0, torch.tensor([1, 0]), b)
a.index_add(1, torch.tensor([1, 1]), b[:, :2])
a.index_add(0, torch.tensor([1, 1]), b, alpha=2)
a.index_add(0, torch.tensor([1]), b)
a.index_copy(0, torch.tensor([1, 0]), b)
a.index_copy(1, torch.tensor([2]), b[:, :1])
a.index_fill(0, torch.tensor([1]), 2.0)
a.index_fill(1, torch.tensor([0, 2]), -1)
a.index_fill(1, torch.tensor([0]), s)
y = a * 1; y.index_add_(0, torch.tensor([1, 0]), b); y
y = a * 1; y.index_copy_(0, torch.tensor([1]), b[:1]); y
y = a * 1; y.index_fill_(0, torch.tensor([1]), 5.0); y
a.index_fill_(0, torch.tensor([1]), 5.0)
a.take(torch.tensor([0, 5, -1]))
a.take(torch.tensor([[9]]))
a.take_along_dim(torch.tensor([4, 1]))
a.masked_select(k)
torch.masked_select(a, k[0])
a.masked_select(i)
a.masked_scatter(k, b)
y = a * 1; y.masked_scatter_(k, b); y
i.nonzero()
k.nonzero()
torch.nonzero(s)
torch.nonzero(torch.zeros(0))
torch.argwhere(k)
torch.index_put(a, (torch.tensor([1, 0]),), b)
torch.index_put(a, (torch.tensor([1, 1]), torch.tensor([0, 0])), v[:2], accumulate=True)
y = a * 1; y.index_put_((torch.tensor([1]),), b[:1]); y
y = torch.zeros(3); y.index_put_((torch.tensor([1, 1]),), torch.tensor([1.0, 2.0]), accumulate=True); y
y = torch.zeros(2, 3); y.put_(torch.tensor([1, 4]), torch.tensor([9.0, 8.0])); y
torch.zeros(2, 3).index_select(0, torch.tensor([0], dtype=torch.int32))
"""

FAMILIES["gathering figures"] = """
torch.take_along_dim(a, g, 1)
torch.unravel_index(torch.tensor([3, 5]), (2, 3))
k.nonzero(as_tuple=True)
a.nonzero(as_tuple=True)
torch.take_along_dim(a, g[:, :1], 1)
torch.take_along_dim(a[:1], g, 1)
f.scatter_reduce(1, g, b.detach(), "mean")
f.scatter_reduce(1, g, b.detach(), "amax")
f.scatter_reduce(1, g, b.detach(), "amin", include_self=False)
f.scatter_reduce(1, g, b.detach(), "prod")
a.scatter_reduce(1, g, b, "mean")
a.scatter_reduce(1, g, b, "sum", include_self=False)
torch.ones(2, 3).scatter_(1, g, 2.0, reduce="multiply")
"""

FAMILIES["reduction"] = """
a.sum()
a.sum(0)
a.sum((0, 1))
a.sum(-1)
a.sum(dim=1)
a.sum(axis=0, keepdims=True)
a.sum(0, keepdim=True)
a.sum(1, True)
a.sum(dtype=torch.float64)
a.sum(1, dtype=torch.float64)
t.sum((0, 2))
t.sum([1, 2], keepdim=True)
s.sum()
s.sum(0)
s.sum(1)
i.sum()
k.sum()
k.sum(1)
u.sum().dtype
c.sum()
e.sum()
e.sum(0)
torch.sum(a)
torch.sum(a, 1)
torch.sum(input=a, dim=0)
torch.sum(f, 1, out=torch.empty(2))
torch.sum(a, 1, out=torch.empty(2))
torch.sum([1, 2])
a.sum(5)
a.sum((0, 0))
a.t().sum(0)
a.mean()
a.mean(0)
a.mean((0, 1), keepdim=True)
a.mean(dim=-1)
a.mean(1, dtype=torch.float64)
e.mean()
e.mean(0)
i.mean()
i.mean(dtype=torch.float32)
torch.mean(a, 0)
a.prod()
a.prod(1)
a.prod(dim=0, keepdim=True)
a.prod(dtype=torch.float64)
z.prod()
i.prod()
k.prod()
e.prod(0)
a.max()
a.min()
a.max(1)
a.min(0)
a.max(dim=1, keepdim=True)
a.max(1).values
a.max(1).indices
a.max(1)[0]
tie.max()
tie.max(1)
tie.min(1)
torch.max(a, 0)
torch.max(a, dim=0)
torch.max(a, 0, True)
torch.min(a, 1)[1]
i.max()
i.max(0)
k.max()
k.max(1)
e.max(1)
e.max(0)
e.max()
torch.max(a, b)
ab.max()
ab.min(1)
ab.max(0)
torch.max(f, 1, out=(torch.empty(2), torch.empty(2, dtype=torch.int64)))
a.amax()
a.amax(1)
a.amin((0, 1))
a.amax(1, keepdim=True)
tie.amax(1)
tie.amin()
e.amax(0)
e.amax(1)
i.amax(0)
torch.aminmax(a)
torch.aminmax(a, dim=1)
torch.aminmax(a, dim=0, keepdim=True)
a.argmax()
a.argmax(1)
a.argmax(dim=1, keepdim=True)
a.argmax(keepdim=True)
a.argmin(0)
tie.argmax()
tie.argmax(1)
tie.argmin(1)
i.argmax()
s.argmax()
s.argmax(0)
e.argmax()
e.argmax(0)
ab.argmax()
ab.argmin(1)
a.std()
a.std(1)
a.std(1, unbiased=False)
a.std(unbiased=False)
a.std(1, correction=0)
a.std(0, True)
a.std((0, 1))
a.std(dim=0, unbiased=True, keepdim=True)
a.var()
a.var(1)
a.var(correction=2)
a.var(0, correction=0)
torch.var(a, False)
torch.var(a, 0, False, True)
torch.var(i)
c.var()
z.std()
s.std()
a[:1].std(0)
torch.zeros(0).std()
torch.var_mean(a)
torch.var_mean(a, 1)
torch.std_mean(a, 1, keepdim=True)
torch.var_mean(a, (0, 1), correction=0)
a.norm()
a.norm(1)
a.norm(2, 1)
a.norm(p="fro")
a.norm(float("inf"))
a.norm(-inf)
a.norm(3)
f.norm(0)
a.norm(dim=1, keepdim=True)
a.norm(p=2, dim=(0, 1))
a.norm(0.5)
z.norm()
z.norm(1)
z.norm(inf)
z.norm(3)
tie.norm(inf)
torch.norm(a, dtype=torch.float64)
c.norm()
i.norm()
e.norm()
torch.dist(a, b)
torch.dist(a, b, 1)
torch.dist(a, b, inf)
torch.dist(a, a)
torch.cdist(a, b)
torch.cdist(a, m, 1.0)
torch.renorm(a, 2, 0, 0.5)
torch.renorm(a, 1, 1, 100.0)
a.any()
a.all(1)
k.any()
k.any(0, True)
i.all()
i.any(1)
u.all()
e.any()
e.all()
torch.all(k, dim=1)
torch.any(k, dim=(0, 1))
a.count_nonzero()
i.count_nonzero(0)
i.count_nonzero((0, 1))
a.cumsum(1)
a.cumsum(0)
torch.cumsum(a, dim=-1)
a.cumsum(1, dtype=torch.float64)
i.cumsum(0)
k.cumsum(1)
s.cumsum(0)
e.cumsum(0)
a.cumsum(2)
a.cumprod(1)
z.cumprod(0)
i.cumprod(1)
a.cummax(1)
a.cummin(0)
tie.cummax(1)
i.cummax(1)
ab.cummax(1)
a.logcumsumexp(1)
y = a * 1; y.cumsum_(1); y
y = a * 1; y.cumprod_(0); y
a.nansum()
a.nansum(1)
torch.nansum(torch.tensor([1.0, nan]))
torch.nanmean(torch.tensor([1.0, nan]))
a.nanmean()
a.nanmean(1)
a.logsumexp(1)
a.logsumexp((0, 1))
a.logsumexp(1, keepdim=True)
i.logsumexp(1)
e.logsumexp(0)
ab.logsumexp(1)
a.median()
a.median(1)
a.median(0, keepdim=True)
tie.median()
tie.median(1)
i.median()
i.median(1)
s.median()
e.median()
ab.median()
ab.median(1)
a.nanmedian()
a.nanmedian(1)
ab.nanmedian()
a.mode()
tie.mode(1)
i.mode(0)
i.float().mode()
tie.mode(1, keepdim=True)
i.unique()
i.unique(return_inverse=True)
i.unique(return_inverse=True, return_counts=True)
i.unique(dim=0)
torch.unique(tie.detach(), return_counts=True)
torch.unique_consecutive(torch.tensor([1, 1, 2, 1]), return_counts=True)
torch.unique_consecutive(torch.tensor([1, 1, 2, 1]), return_inverse=True)
torch.unique_consecutive(torch.zeros(0))
torch.tensor([0, 1, 1]).bincount()
torch.tensor([0, 1, 1]).bincount(minlength=4)
torch.tensor([0, 1, 1]).bincount(torch.tensor([0.5, 1.0, 2.0]))
i.view(-1).bincount()
f.histc(4, -1, 1)
f.histc(5)
i.histc()
torch.histogram(f, 4)
torch.histogram(f, torch.tensor([-1.0, 0.0, 1.0]))
torch.diff(a)
torch.diff(a, dim=0)
torch.diff(a, 2)
torch.diff(k)
"""

FAMILIES["reduction figures"] = """
torch.cumulative_trapezoid(a)
torch.trapezoid(a, dx=2.0)
s.cummin(0)
s.max(0)
a.sum(dim=None)
a.sum(dim=())
a.quantile(0.3)
a.quantile(0.3, 1)
a.quantile(0.5, 1, keepdim=True)
a.quantile(torch.tensor([0.3, 0.6]), 1)
a.quantile(torch.tensor([0.3, 0.6]), 1, keepdim=True)
a.quantile(torch.tensor([0.5]))
a.quantile(0.4, interpolation="nearest")
a.quantile(0.4, interpolation="lower")
a.quantile(0.4, interpolation="higher")
a.quantile(0.4, interpolation="midpoint")
a.quantile(1.5)
i.quantile(0.5)
a.nanquantile(0.3)
ab.quantile(0.5)
ab.nanquantile(0.5, 1)
a.nanmean(dim=0, keepdim=True)
torch.trapz(a, v)
torch.trapezoid(a)
torch.cumulative_trapezoid(a, v)
torch.diff(a, prepend=b)
torch.cov(a)
torch.cov(a, correction=0)
torch.corrcoef(a)
torch.gradient(v)
torch.gradient(a, dim=1)
torch.gradient(v, spacing=2.0)
torch.std_mean(z)
a.var(1).sum() + a.std(0).sum()
"""

FAMILIES["sorting"] = """
a.sort()
a.sort(0)
a.sort(dim=0, descending=True)
a.sort(stable=True)
tie.sort(stable=True)
tie.sort(descending=True, stable=True)
i.sort(1)
k.sort(1)
s.sort()
e.sort()
ab.sort()
a.argsort()
a.argsort(0, descending=True)
tie.argsort(stable=True)
a.sort()[0]
torch.sort(a, 0).values
torch.sort(a, 5)
a.msort()
a.topk(2)
torch.topk(a, 1, 0)
torch.topk(a, 2, largest=False)
a.topk(2, dim=1, sorted=True).indices
a.topk(5)
i.topk(1)
s.topk(1)
ab.topk(2)
a.kthvalue(2)
a.kthvalue(1, 0, True)
a.kthvalue(7)
torch.searchsorted(torch.tensor([1, 3, 5]), 4)
torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 5]), right=True)
torch.searchsorted(torch.tensor([1.0, 3.0, 5.0]), torch.tensor([[3.0, 5.0]]), side="right")
torch.searchsorted(torch.tensor([[1, 3], [2, 4]]), torch.tensor([[3], [3]]))
torch.searchsorted(torch.tensor([1, 3]), 2, out_int32=True)
torch.bucketize(2.5, torch.tensor([1.0, 3.0]))
torch.bucketize(f, torch.tensor([-1.0, 0.0, 1.0]), right=True)
"""

FAMILIES["products"] = """
a @ n
a @ v
v @ w
torch.matmul(a, n)
torch.matmul(s, a)
a @ a
a @ torch.ones(4)
v @ torch.ones(4)
a @ 2
t @ torch.ones(5, 2)
a @ d.t()
i @ i.t()
torch.mm(a, n)
torch.mm(a, v)
torch.mm(a, a)
a.mm(d.t())
torch.mm(f, f.t(), out=torch.empty(2, 2))
torch.mv(a, v)
torch.mv(a, torch.ones(4))
torch.dot(v, w)
torch.dot(a, a)
torch.dot(v, torch.ones(4))
torch.dot(i32, i32)
torch.vdot(v, w)
torch.bmm(t, x[:, :, :1].expand(2, 3, 4).mT)
torch.bmm(x, t)
torch.bmm(a, a)
torch.bmm(t, t)
torch.addmm(m[:2], a, m)
torch.addmm(v, a, m)
torch.addmm(m[:2], a, m, beta=2, alpha=3)
torch.addmm(m[:2], a, m, beta=0)
torch.addmm(torch.ones(5), a, m)
torch.addmv(v[:2], a, v)
torch.addr(a, v[:2], v)
torch.baddbmm(x, x, x)
torch.addbmm(m, x, x)
y = a * 1; y.addmm_(a, m); y
y = a[:, 0] * 1; y.addmv_(a, v, alpha=2); y
torch.outer(v, w)
torch.ger(v, w)
torch.outer(a, v)
torch.linalg.cross(a, b)
torch.cross(a, b, dim=1)
torch.linalg.cross(a, v)
torch.linalg.cross(n, n)
torch.trace(m)
torch.trace(i[:, :2])
torch.einsum("ij->ji", a)
torch.einsum("ij,jk", a, v)
torch.einsum("ij,jk->ik", a)
torch.einsum("ij->k", a)
torch.einsum("ij,jk->ik", a, b)
"""

FAMILIES["products figures"] = """
torch.kron(a, n)
torch.tensordot(a, b, 2)
v @ n
t @ m[:1].expand(4, 3)
v @ m
v @ n.t()[:, :3].t()
t @ n[:1].expand(4, 2)
t @ w[:1].expand(4)
x @ x
x @ m
m @ x
x @ v
v @ x
x.unsqueeze(1) @ x
x[:1] @ x
torch.matmul(torch.ones(2, 1, 3, 4), t.mT)
torch.inner(a, b)
torch.inner(v, w)
torch.inner(a, s)
torch.tensordot(a, n, 1)
torch.tensordot(a, b, dims=([1], [1]))
torch.tensordot(t, x, dims=([1, 0], [2, 0]))
torch.tensordot(a, b, 5)
torch.kron(v, w)
torch.kron(t, a)
torch.chain_matmul(a, m, n)
torch.einsum("ij,jk->ik", a, n)
torch.einsum("ij,kj->ik", a, b)
torch.einsum("ij->", a)
torch.einsum("ij->j", a)
torch.einsum("ii->i", m)
torch.einsum("ii", m)
torch.einsum("ij,ij->i", a, b)
torch.einsum("ij,ij->", a, b)
torch.einsum("i,j->ij", v, w)
torch.einsum("i,i", v, w)
torch.einsum("bij,bjk->bik", x, t)
torch.einsum("...ij,...jk->...ik", x, t)
torch.einsum("...i->...", t)
torch.einsum("ij,j,jk->ik", a, v, n)
torch.einsum("bij,kj->bik", x, a)
torch.einsum("ijk->kij", t)
torch.einsum("iij->j", x[:, :2, :])
torch.einsum("ik,jk->kij", a, m)
torch.einsum("ij,jk->", a, n)
torch.einsum(a, [0, 1], n, [1, 2], [0, 2])
torch.einsum("ij , jk -> ik", [a, n])
torch.linalg.vecdot(a, b)
torch.linalg.multi_dot([a, m, n])
torch.linalg.vander(v)
"""

FAMILIES["linalg"] = """
torch.linalg.inv(m)
torch.linalg.inv(x)
torch.inverse(m)
torch.linalg.inv(a)
torch.linalg.inv(torch.zeros(2, 2))
torch.linalg.inv(torch.tensor([[1.0, 2.0], [2.0, 4.0]]))
torch.linalg.inv(torch.ones(2, 2, dtype=torch.int64))
torch.linalg.inv(v)
torch.linalg.inv(h[:, :2])
torch.linalg.solve(m, v)
torch.linalg.solve(m, n)
torch.linalg.solve(x, n)
torch.linalg.solve(x, a)
torch.linalg.solve(torch.zeros(2, 2), torch.ones(2))
torch.linalg.solve(m, torch.ones(2))
torch.linalg.solve(a, v)
torch.linalg.solve_triangular(m, n, upper=True)
torch.linalg.solve_triangular(m, n, upper=False, unitriangular=True)
torch.linalg.pinv(a)
torch.pinverse(a)
torch.linalg.pinv(v)
torch.linalg.det(m)
torch.linalg.det(x)
torch.det(m)
m.det()
torch.linalg.det(a)
torch.linalg.det(torch.zeros(2, 2))
torch.linalg.slogdet(m)
torch.slogdet(spd)
torch.linalg.slogdet(torch.zeros(2, 2))
torch.linalg.cholesky(spd)
torch.linalg.cholesky(-torch.eye(2))
torch.linalg.cholesky(a)
torch.cholesky_solve(n, spd.detach())
torch.cholesky_solve(n, m + 3 * torch.eye(3))
torch.cholesky_solve(n, m + 3 * torch.eye(3), True)
torch.linalg.qr(m)
torch.linalg.qr(n)
torch.linalg.qr(n.detach(), mode="complete")
torch.linalg.qr(i)
torch.linalg.svdvals(a)
torch.linalg.svd(a, full_matrices=False)[1]
torch.linalg.svd(v)
torch.linalg.eigvalsh(spd)
torch.linalg.eigh(spd)[0]
torch.linalg.eigh(a)
torch.linalg.eig(a)
torch.linalg.lu_factor(m)
torch.linalg.norm(a)
torch.linalg.norm(v)
torch.linalg.norm(a, dim=1)
torch.linalg.norm(a, 1)
torch.linalg.norm(a, -1)
torch.linalg.norm(a, "fro")
torch.linalg.norm(v, 1)
torch.linalg.norm(v, inf)
torch.linalg.norm(a, dim=1, keepdim=True)
torch.linalg.norm(t)
torch.linalg.norm(t, 2)
torch.linalg.norm(a, 3)
torch.linalg.norm(v, "fro")
torch.linalg.norm(i)
torch.linalg.vector_norm(a)
torch.linalg.vector_norm(a, 3, dim=0)
torch.linalg.matrix_norm(a)
torch.linalg.matrix_norm(t)
torch.linalg.matrix_norm(v)
torch.linalg.matrix_norm(a, "abc")
torch.linalg.matrix_power(m, 2)
torch.linalg.matrix_power(m, 3)
torch.linalg.matrix_power(m, -1)
torch.matrix_power(m, 2)
torch.linalg.matrix_power(a, 2)
torch.linalg.matrix_rank(m)
torch.linalg.matrix_rank(torch.ones(2, 2))
torch.linalg.matrix_exp(m)
torch.linalg.matrix_exp(m * 5)
torch.linalg.diagonal(m)
torch.linalg.LinAlgError
"""

FAMILIES["linalg figures"] = """
torch.linalg.solve(m, a, left=False)
torch.linalg.cholesky(spd, upper=True)
torch.cholesky(spd)
torch.cholesky_inverse(spd.detach())
torch.cholesky_inverse(m + 3 * torch.eye(3))
torch.svd(m, compute_uv=False)
torch.autograd.grad((m.clone().fill_(2.0) ** 2).sum(), m, create_graph=True)[0]
torch.logdet(spd)
torch.linalg.svd(a, full_matrices=False)[0].abs()
torch.linalg.svd(a)[2].abs().shape
torch.svd(a)[2].abs()
torch.linalg.eigh(spd)[1].abs()
torch.linalg.lu(m)
torch.linalg.lu(n)
torch.lu_solve(n.detach(), *torch.linalg.lu_factor(m.detach()))
torch.linalg.lu_solve(*torch.linalg.lu_factor(m), n)
torch.triangular_solve(n, m)[0]
torch.linalg.norm(a, "nuc")
torch.linalg.norm(a, 2)
torch.linalg.norm(a, -2)
torch.linalg.norm(a, inf)
torch.linalg.matrix_norm(t, 1)
torch.linalg.matrix_norm(t, inf, dim=(0, 2), keepdim=True)
torch.linalg.matrix_norm(t, 2, dim=(0, 1))
a.norm("nuc")
torch.linalg.cond(m)
torch.linalg.cond(m.detach(), "fro")
torch.linalg.matrix_power(m, 5)
torch.linalg.matrix_power(x.detach(), 0)
torch.linalg.lstsq(n, v)[0]
torch.linalg.lstsq(n, m)[0]
torch.linalg.lstsq(n.detach(), m.detach())
torch.linalg.tensorinv(m.reshape(3, 3, 1), ind=1)
torch.linalg.tensorsolve(torch.eye(6).reshape(2, 3, 6), a)
torch.linalg.inv_ex(m)
torch.linalg.inv_ex(torch.zeros(2, 2))[1]
torch.linalg.cholesky_ex(spd)
torch.linalg.solve_ex(m, n)
torch.linalg.eigvals(torch.diag(torch.tensor([1.0, 2.0])))
torch.linalg.multi_dot([v, m, n])
torch.linalg.vecdot(a, b, dim=0)
torch.linalg.matmul(a, n)
"""

FAMILIES["fft"] = """
torch.fft.fft(v.detach())
torch.fft.fft(f, dim=0)
torch.fft.fft(f, 5)
torch.fft.fft(f, norm="ortho")
torch.fft.ifft(c)
torch.fft.rfft(f)
torch.fft.irfft(c)
torch.fft.irfft(c, 3)
torch.fft.fft2(f)
torch.fft.ifft2(c)
torch.fft.rfft2(f)
torch.fft.irfft2(c)
torch.fft.fftn(t.detach())
torch.fft.fftn(t.detach(), dim=(0, 2))
torch.fft.rfftn(t.detach())
torch.fft.irfftn(c)
torch.fft.fftfreq(5, 0.5)
torch.fft.rfftfreq(6)
torch.fft.fftshift(v)
torch.fft.ifftshift(a)
torch.fft.fft(i)
torch.fft.fft(v, 0)
torch.fft.fft(d.detach()).dtype
"""

FAMILIES["special"] = """
torch.special.erf(a)
torch.special.gammaln(q)
torch.special.psi(q)
torch.special.expit(a)
torch.special.logit(p)
torch.special.xlogy(a, p)
torch.special.xlog1py(a, p)
torch.special.entr(p)
torch.special.ndtri(p)
torch.special.i0e(a)
torch.special.i1(a)
torch.special.i1e(a)
torch.special.multigammaln(q, 2)
torch.special.polygamma(1, q)
torch.special.logsumexp(a, 1)
torch.special.softmax(a, 1)
torch.special.log_softmax(a, 1)
torch.special.sinc(a)
torch.special.exp2(a)
"""

FAMILIES["special figures"] = """
torch.special.ndtr(a)
torch.fft.hfft(f)
torch.fft.ihfft(f)
"""

FAMILIES["graph"] = """
a[None, 1:]
a[..., 0]
a[:, None, 1, None]
t[0, 1, 2]
t[:, 1]
t[0, :, 1:3]
t[..., None, 0]
t[1:, :, 2]
t[0, 0:3, 1]
a[0][1]
a[0, 1] * a[0, 1]
a.split(1)[1] * a.split(1)[0]
y = a.split(1); y[1] * y[0]
y = a.unbind(); torch.stack([y[1], y[0], y[1]])
y = torch.var_mean(a, 1); y[0] * y[1]
y = torch.linalg.slogdet(spd); y[1] * 2
y = t.chunk(2, 2); y[0].sum() + y[1].exp().sum()
y = a.sort(); y.values[0]
y = a.max(1); y.values * 2
m @ t.mT[:, :, :3].mT.mT
v @ t.mT[0].mT[:3]
t.mT @ v.expand(4, 2, 3)[0, 0]
torch.matmul(x[:1], x.unsqueeze(1))
torch.einsum("ij,jk->ki", a, n)
torch.einsum("bij,bjk->ibk", x, t)
torch.einsum("jk,ij->ik", n, a)
torch.einsum("j,ij->i", v, a)
torch.einsum("ij,j->j", a, v)
torch.einsum("ij,ij->ij", a, b)
torch.einsum("i,->i", v, s)
torch.einsum("ij,ij->j", a[:1], b)
torch.einsum("ijk->kji", t)
torch.einsum("ijj->i", x)
torch.einsum("iij,jk->ik", x[:, :2], n)
torch.tensordot(t, x, dims=([0, 1], [0, 2]))
torch.tensordot(v, w, 0)
torch.chain_matmul(a, m)
torch.linalg.multi_dot([v, m, n])
torch.linalg.multi_dot([a, m, v])
torch.linalg.multi_dot([a, m, m, n])
a.quantile(0.3, 0)
t.quantile(torch.tensor([0.3, 0.9]), 1, keepdim=True)
v.quantile(0.5)
a.quantile(0.5, 0, interpolation="lower")
torch.trapz(a, b)
torch.gradient(v, edge_order=2)
torch.cov(v)
torch.cov(a, fweights=torch.tensor([1, 2, 3]))
torch.cov(a, aweights=torch.tensor([1.0, 2.0, 3.0]))
torch.combinations(v, 2, True)
a.sum(())
a.mean(None)
a.t().reshape(3, 2, 1)
t.permute(1, 0, 2).reshape(6, 4)
t.permute(2, 1, 0).reshape(2, 12)
t.mT.flatten(1)
"""

FAMILIES["hooks of operations"] = """
y = a[0, 1]; seen = []; y.grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y.backward(); seen
y = a[0, 1]; seen = []; y.grad_fn.next_functions[0][0].register_hook(lambda gi, go: seen.extend([*gi, *go])); y.backward(); seen
y = a[0, 1]; y.grad_fn.next_functions[0][0].register_hook(lambda gi, go: (gi[0] * 3,)); y.backward(); a.grad
y = a[0, 1]; y.grad_fn.next_functions[0][0].register_prehook(lambda go: (go[0] * 3,)); y.backward(); a.grad
y = torch.addcmul(a, b, p, value=2); seen = []; y.grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y.sum().backward(); seen
y = torch.addcmul(a, b, p, value=2); y.grad_fn.register_hook(lambda gi, go: (gi[0], gi[1] * 2, gi[2] * 3)); y.sum().backward(); [a.grad, b.grad, p.grad]
y = torch.addcmul(a, a, a); seen = []; y.grad_fn.register_prehook(lambda go: seen.extend(go)); y.sum().backward(); seen
y = torch.lerp(a, b, 0.3); seen = []; y.grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y.sum().backward(); seen
y = m.tril(); y.grad_fn.register_hook(lambda gi, go: (gi[0] * 2,)); y.sum().backward(); m.grad
y = a * a; seen = []; y.grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y.sum().backward(); seen
y = torch.addmm(a, p, m); seen = []; y.grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y.sum().backward(); seen
y = a.std(); seen = []; y.grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y.backward(); seen
y = torch.var_mean(a); seen = []; y[0].grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); (y[0] * 2 + y[1]).backward(); seen
y = torch.var_mean(a); seen = []; y[0].grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y[1].backward(); seen
y = torch.var_mean(a); y[0].grad_fn is y[1].grad_fn
y = torch.aminmax(a); seen = []; y[0].grad_fn.register_prehook(lambda go: (go[0] * 2, go[1])); (y[0] + y[1]).backward(); a.grad
y = a.split(1); seen = []; y[0].grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y[0].sum().backward(); seen
y = a.unbind(1); y[2].grad_fn.register_prehook(lambda go: (go[0], go[1] * 5, go[2])); (y[0] + y[1]).sum().backward(); a.grad
y = x @ m; seen = []; y.grad_fn.next_functions[0][0].register_hook(lambda gi, go: seen.extend([*gi, *go])); y.sum().backward(); seen
y = torch.einsum("ij,jk->ik", a, n); y.grad_fn.next_functions[0][0].next_functions[0][0].next_functions[0][0].register_hook(lambda gi, go: (gi[0] * 2, gi[1])); y.sum().backward(); [a.grad, n.grad]
y = a.t().reshape(6); seen = []; y.grad_fn.next_functions[0][0].register_hook(lambda gi, go: seen.extend([*gi, *go])); y.sum().backward(); seen
y = a.sort().values; seen = []; y.grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y.sum().backward(); seen
y = torch.linalg.cross(v, w); seen = []; y.grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y.sum().backward(); seen
y = a * 1; y[0] = v; seen = []; y.grad_fn.register_hook(lambda gi, go: seen.extend([*gi, *go])); y.sum().backward(); seen
y = torch.nn.functional.softplus(a); h_ = y.grad_fn.register_hook(lambda gi, go: (gi[0] * 0,)); h_.remove(); y.sum().backward(); a.grad
y = a.lerp(b, 0.3); y.grad_fn.register_hook(lambda gi, go: (gi[0],)); y.sum().backward()
y = torch.addcmul(a, b, p); y.grad_fn.register_hook(lambda gi, go: (gi[0] * 2, gi[1], gi[2])); torch.autograd.grad(y.sum(), [a, b])
y = torch.addcmul(a, b, p); y.grad_fn.register_hook(lambda gi, go: (gi[0], gi[1] * b, gi[2])); g_ = torch.autograd.grad(y.sum(), b, create_graph=True)[0]; torch.autograd.grad(g_.sum(), [b, p])
y = a.sum(); y.backward(); y = a[0, 1]; y.backward(); type(y.grad_fn.next_functions[0][0]).__name__
y = x @ m; y.sum().backward(); type(y.grad_fn.next_functions[0][0]).__name__
"""

FAMILIES["views written through"] = """
y = m * 1; y.diagonal().mul_(2); y
y = m * 1; y.diagonal(1).copy_(v[:2]); y
y = t * 1; y.diagonal(0, 2, 0).mul_(w[:2]); y
y = t * 1; y.diagonal(-1, 1, 2).zero_(); y
y = t.permute(2, 0, 1) * 1; y[1:].diagonal(0, 0, 2).add_(1.5); y
y = m * 1; x = y.diagonal(); y.mul_(2); x * 1
y = m * 1; x = y.diagonal(); y[0, 0] = 5.0; x * v
y = x * 1; y.diagonal(0, 1, 2)[0] = v; y
y = torch.zeros(3, 3); y.diagonal()[1:] = 7; y
y = torch.zeros(3, 4).t(); y.diagonal(1).fill_(2); y
y = torch.zeros(2, 2); x = y.diagonal(); y.numpy()[0, 0] = 4; x
torch.ones(2, 3).diagonal()._base.shape
y = torch.complex(a, b); torch.view_as_real(y).mul_(2); y
y = torch.complex(a, b); torch.view_as_real(y)[..., 0] = 1.5; y
y = torch.complex(a, b); x = torch.view_as_real(y); y.mul_(2j); x * 1
y = torch.complex(a, b); y.real.mul_(a); y
y = torch.complex(a, b); y.imag[0] = v; y
y = torch.complex(a, b); y.real.add_(y.imag); y
y = torch.complex(a, b).t(); torch.view_as_real(y)[0].zero_(); y
y = n * 1; torch.view_as_complex(y).mul_(1j); y
y = n * 1; x = torch.view_as_complex(y); y.mul_(2); x * 1
y = n * 1; torch.view_as_complex(y)[1] = 2 + 3j; y
y = torch.view_as_complex(n * 1); y.real
torch.view_as_complex(torch.view_as_real(c)) - c
torch.view_as_real(c)._base is c
torch.view_as_complex(torch.ones(3, 5)[:, 1:3])
torch.view_as_complex(torch.ones(2, 2).t())
torch.view_as_complex(torch.tensor(1.0))
torch.view_as_complex(torch.ones(3))
torch.view_as_complex(torch.ones(2, dtype=torch.int64))
torch.view_as_real(f)
y = a * 1; y.expand(1, 2, 3).mul_(2); y
y = a * 1; y.expand(2, 3).mul_(b); y
y = v * 1; y.expand(2, 3).mul_(2); y
y = v * 1; y.expand(2, 3).add_(a); y
torch.ones(3).expand(2, 3).copy_(f)
y = torch.ones(3); y.expand(2, 3)[0].fill_(2); y
y = torch.ones(3); y.expand(2, 3)[1] = f[0]; y
y = torch.ones(3); y.expand(2, 3)[:, 1].add_(1); y
y = torch.ones(3); x = y.expand(2, 3); y.mul_(3); x
y = v * 1; x = y.expand(2, 3); y.mul_(2); x * a
y = torch.ones(2, 1); y.expand(2, 3)[0, 0] = 4; y
y = torch.ones(3).expand(2, 3); y.stride()
"""
