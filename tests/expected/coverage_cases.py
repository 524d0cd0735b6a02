"""The calls that the coverage page rests on: for every name of torch_names.json, what it is called with.

A row is `name: arguments; arguments; ...`, over the operands of tests/compat/sampling.py; arguments that begin with `=`
are a whole expression instead. A row of TORCH serves torch.<name>, Tensor.<name> and Tensor.<name>_ alike. The first
arguments are the ones that the derivatives, vmap and compile are tried on too; of several results that rounding may
turn round (vectors that are determined up to a sign) an expression takes what is determined.
"""

TORCH = """
abs: a; s; e
absolute: a
acos: p
acosh: q
add: a, b; a, r; a, 2; a, s; s, a; a, b, alpha=3; e, e; a, 1.5; a, 2j; i, a
addbmm: m, x, x; m, x, x, beta=2, alpha=3; =torch.addbmm(v, x, x)
addcdiv: a, b, q; a, b, q, value=2; a, r, q; a, i, q
addcmul: a, b, q; a, b, q, value=2; a, r, q
addmm: m, m, m; v, a, m; a, a, m, beta=2, alpha=3; r, a, m; m, n, a, beta=0
addmv: v, m, w; v, m, w, beta=2, alpha=3
addr: m, v, w; m, v, w, beta=2, alpha=3
adjoint: m; x
all: a; a, 1; a, 1, True; k; e; e, 0; k, (0, 1)
allclose: a, a; a, b; a, a + 1e-9, equal_nan=True; a, b, 10.0, 3.0
amax: a; a, 1; x, (0, 2), True
amin: a; a, 1; x, (0, 2), True
aminmax: a; =torch.aminmax(a, dim=1); =torch.aminmax(a, dim=1, keepdim=True)
angle: a; s
any: a; a, 1; a, 1, True; k; e; e, 0; k, (0, 1)
arccos: p
arccosh: q
arcsin: p
arcsinh: a
arctan: a
arctan2: a, b
arctanh: p
argmax: a; a, 1; a, 1, True; s
argmin: a; a, 1; a, 1, True; s
argsort: a; t, 1; a, 1, True; =torch.argsort(a, dim=1, stable=True)
argwhere: a; k; e
as_strided: a, (2, 2), (1, 2); a, (2, 2), (3, 1), 1; a, (2,), (1,)
as_strided_scatter: a, m[0], (3,), (2,); a, m[0, :2], (2,), (2,), 1
asin: p
asinh: a
atan: a
atan2: a, b; a, r
atanh: p
baddbmm: x, x, x; x, x, x, beta=2, alpha=3; v, x, x
bernoulli: p; p, 0.25
bincount: j; j, minlength=5; j, v.detach().abs()
bitwise_and: a, b; a, 3; k, k; 3, a
bitwise_left_shift: a, b.abs(); a, 1; 1, a.abs()
bitwise_not: a; k
bitwise_or: a, b; a, 3
bitwise_right_shift: a, b.abs(); a, 1; 3, a.abs()
bitwise_xor: a, b; a, 3
bmm: x, x; x, t
broadcast_to: a, (2, 2, 3); r, (4, 3); s, (2,)
ceil: a; s
cholesky: spd; spd, True
cholesky_inverse: m.tril(-1) + 3 * torch.eye(3, dtype=dtype); m.triu(1) + 3 * torch.eye(3, dtype=dtype), True
cholesky_solve: n, m.tril() + 3 * torch.eye(3, dtype=dtype); n, m.triu() + 3 * torch.eye(3, dtype=dtype), True
chunk: a, 2; a, 2, 1; t, 3, -1
clamp: a, -1, 1; a, max=0.5; a, min=0; a, p, q; a, r, None; a, v.detach(), None; s, 0, 1
clamp_max: a, 0.5; a, b; a, 1
clamp_min: a, 0.5; a, b; a, 1
clip: a, -1, 1; a, max=0.5; a, p, q
clone: a; t.transpose(0, 1); a, memory_format=torch.contiguous_format
conj: a; s
conj_physical: a
copysign: a, b; a, -1.0; a, s
corrcoef: a; v
cos: a; s; e
cosh: a
count_nonzero: a; a, 1; a, (0, 1); k
cov: a; a, correction=0; v; a, fweights=j; a, aweights=v.detach().abs()
cross: a, b; a, r; m, m.t(), 0
cummax: a, 1; t, 0
cummin: a, 1; t, 0
cumprod: a, 1; t, 0; a, 1, dtype=torch.float64; s, 0
cumsum: a, 1; t, 0; a, 1, dtype=torch.float64; s, 0; e, 0
deg2rad: a
det: m; x
detach: a
diag: m; v; m, 1; v, -1; a
diag_embed: v; a, 1; a, 0, 0, 2
diagflat: v; a, 1
diagonal: m; x, 0, 1, 2; m, 1; m, -1; x, 1, -1, 0
diagonal_scatter: m, v; m, v[:2], 1; x, a, 0, 1, 2
diff: a; a, 2, 1; a, dim=0; a, 1, 1, r[:, :1].expand(2, 1), b; k
digamma: q; a; p
dist: a, b; a, b, 1; a, b, inf; a, b, 0; a, b, 3
div: a, q; a, 2; a, q, rounding_mode="floor"; a, q, rounding_mode="trunc"; a, 2, rounding_mode="floor"; a, s; 2, q
divide: a, q; a, q, rounding_mode="floor"; a, 4
dot: v, w; v, v
dsplit: t, 2; t, [1, 3]
eq: a, b; a, a; a, 1; s, a; i, a; a, 0.5
equal: a, a; a, b
erf: a; s
erfc: a
erfinv: p; p - 0.5
exp: a; s; e; t.transpose(0, 2)
exp2: a
expm1: a
fill: a, 2; a, s.detach()
fix: a
flatten: t; t, 1; t, 0, 1; s
flip: a, (0,); t, (0, 2); =torch.flip(a, dims=[1])
fliplr: a
flipud: a
float_power: a, 2; q, b; 2, a; q, 0.5
floor: a; s
floor_divide: a, q; a, 2; big, q
fmax: a, b; a, s
fmin: a, b; a, s
fmod: a, q; big, 3; big, q; big, 2.5
frac: a
frexp: a; big
gather: a, 1, g; a, 0, g; a, 1, g, sparse_grad=False; m, 1, i
gcd: a, b; big, big
ge: a, b; a, 1; a, s
geqrf: =(lambda r: r[0].abs().triu())(torch.geqrf(m)); =(lambda r: r[1].abs())(torch.geqrf(n))
ger: v, w
get_device: a
greater: a, b
greater_equal: a, b
gt: a, b; a, 1; a, 0.5
hardshrink: a; a, 1.0
heaviside: a, b; a, s
histc: a, 4, -2, 2; p, 5; =torch.histc(p, bins=3, min=0, max=1)
histogram: p, 4; p, 4, range=(0.0, 1.0); p, 4, range=(0.0, 1.0), density=True; p, 4, weight=q, range=(0.0, 1.0); p, v.detach().sort()[0]
hsplit: a, 3; v, [1]; t, [1, 2]
hypot: a, b; a, r
i0: a; big
igamma: q, q + 1; q, p; p, big
igammac: q, q + 1; q, p; p, big
imag: a
index_add: a, 1, j, b; m, 0, j, x[0]; a, 1, j, b, alpha=2
index_copy: a, 1, o, b; m, 0, cls, a
index_fill: a, 1, j, 2; a, 1, j, s.detach(); m, 0, cls, 1.5
index_put: a, (cls // 2,), b[:, :1]; m, (i[0], i[1]), w; m, (i[0], i[1]), w, True; a, (k,), s.detach()
index_reduce: a, 1, j, b, "prod"; a, 1, j, b, "mean"; a, 1, j, b, "amax"; a, 1, j, b, "amin", include_self=False
index_select: a, 1, j; a, 0, g[0]; t, 2, i[0]; s, 0, torch.tensor(0)
inner: v, w; a, b; a, m; s, a
inverse: m; x
is_complex: a
is_conj: a
is_floating_point: a
is_inference: a
is_neg: a
is_nonzero: s; s * 0
is_same_size: a, b; a, m
is_signed: a
isclose: a, b; a, a; a, b, 10.0; a, a + 1e-3, atol=1.0; a, b, equal_nan=True
isfinite: a; a / 0
isinf: a; a / 0
isnan: a; a * nan
isneginf: a; a / 0
isposinf: a; a / 0
isreal: a
istft: =torch.istft(torch.stft(v.repeat(8), 8, return_complex=True), 8); =torch.istft(torch.stft(seq[0].repeat(1, 4), 6, 2, window=p.flatten(), return_complex=True), 6, 2, window=p.flatten().detach(), length=20); =torch.istft(torch.stft(seq[0].repeat(1, 4), 6, 2, 5, center=False, normalized=True, onesided=False, return_complex=True), 6, 2, 5, q.flatten()[:5].detach(), True, True, False, 12); =torch.istft(torch.stft(v.repeat(8), 8, onesided=False, return_complex=True), 8, onesided=False, return_complex=False)
kron: a, m; v, w; a, t
kthvalue: a, 2; a, 1, 0; a, 2, 1, True; s, 1
lcm: a, b; big, big
ldexp: a, b; a, i
le: a, b; a, 1
lerp: a, b, 0.3; a, b, p; a, b, 0.8; a, b, s
less: a, b
less_equal: a, b
lgamma: q; a; big
log: q; p; s.abs(); e
log10: q
log1p: q
log2: q
log_softmax: a, 1; t, 0; a, 1, dtype=torch.float64; s, 0
logaddexp: a, b; a, r
logaddexp2: a, b; a, r
logcumsumexp: a, 1; t, 0
logdet: spd; spd.expand(2, 3, 3)
logical_and: a, b; k, a
logical_not: a; k
logical_or: a, b; k, a
logical_xor: a, b; k, a
logit: p; a, 0.1; =torch.logit(p, eps=1e-3)
logsumexp: a, 1; t, (0, 2); a, 1, True; s, 0
lt: a, b; a, 1
lu: =torch.lu(m)[:2]; =torch.lu(x, get_infos=True)
lu_solve: =torch.lu_solve(n, *torch.linalg.lu_factor(m)); =torch.lu_solve(x, *torch.linalg.lu_factor(x))
masked_fill: a, k, 2; a, k, s; a, k[0], 1; a, k, 0.5
masked_scatter: a, k, m; a, k[0], m
masked_select: a, k; a, k[0]
matmul: m, m; a, m; x, x; v, m; m, v; v, w; x, v; t.transpose(1, 2), x; y, a
matrix_exp: m; x; m * 5; m * 0.01
matrix_power: m, 2; m, 0; m, 3; m, 5; m, -1; m, -2; x, 2; m, 1
max: a; a, 1; a, 1, True; a, b; e, 1; t, 0; s
maximum: a, b; a, s; a, r
mean: a; a, 1; t, (0, 2), True; a, dtype=torch.float64; s; e; e, 0
median: a; a, 1; a, 0, True; v
min: a; a, 1; a, 1, True; a, b; t, 0; s
minimum: a, b; a, s; a, r
mm: a, m; m, m
mode: i; a, 1; i, 0, True
moveaxis: t, 0, 2; t, (0, 1), (1, 2)
movedim: t, 0, 2; t, (0, 1), (1, 2)
msort: a; t
mul: a, b; a, r; a, 2; a, s; s, a; a, 1.5; a, 2j; i, a
multinomial: p, 2; p, 4, True; v.abs(), 1
multiply: a, b; a, 2
mv: m, v; a, v
mvlgamma: big, 2; big, 1
nan_to_num: a; torch.where(k, a, inf); torch.where(k, a, nan), 1.0, 2.0, 3.0
nanmean: a; a, 1; a, 1, True; =torch.nanmean(torch.where(k, a, nan), 1); =torch.nanmean(a, 1, dtype=torch.float64)
nanmedian: a; a, 1; =torch.nanmedian(torch.where(k, a, nan), 1); a, 1, True
nanquantile: a, 0.4; a, 0.3, 1, True; =torch.nanquantile(torch.where(k, a, nan), 0.5, 1); a, 0.35, 1, interpolation="lower"
nansum: a; a, 1; =torch.nansum(torch.where(k, a, nan), 1); a, 1, True; =torch.nansum(a, 0, dtype=torch.float64); =torch.nansum(a, dtype=torch.float32)
narrow: a, 1, 1, 2; t, 2, 0, 3; a, 1, -2, 1
narrow_copy: a, 1, 1, 2
ne: a, b; a, 1
neg: a; s
negative: a
nextafter: a, b; a, b * 0
nonzero: a; k; e; s; =torch.nonzero(k, as_tuple=True)
nonzero_static: =torch.nonzero_static(k, size=2); =torch.nonzero_static(k, size=5, fill_value=7)
norm: a; a, 1; a, 2, 1; a, "fro"; m, "nuc"; a, inf, 0; a, 3, (0, 1), True; a, 2, 1, dtype=torch.float64; a, 0
not_equal: a, b
numel: a; e
orgqr: m, v; n, v[:2]
ormqr: m, v, a.t(); m, v, a, False; m, v, a.t(), True, True
outer: v, w; v, i[0]
permute: t, (2, 0, 1); a, (-1, 0)
pinverse: n; m; x; n, 0.3
polygamma: 1, q; 2, q; 0, q
positive: a
pow: q, 2; q, b; 2, a; a, 3; q, 0.5; a, 0; q, -1; a, i; q, s; a, 2.0
prelu: a, v; a, s.reshape(1); t, v
prod: a; a, 1; t, 0, True; a, dtype=torch.float64; s; e, 0; a * 0, 1
put: a, o, v; a, g, b, True
qr: =(lambda r: (r[0].abs(), r[1].abs()))(torch.qr(m)); =torch.qr(n)[1].abs(); =torch.qr(n, some=False)[1].abs()
quantile: a, 0.4; a, torch.tensor([0.2, 0.9], dtype=dtype), 1; a, 0.3, 0, True; a, 0.3, 1, interpolation="nearest"; a, 0.35, interpolation="lower"; a, 0.35, interpolation="higher"; a, 0.35, interpolation="midpoint"
rad2deg: a
ravel: t; t.transpose(0, 1)
real: a
reciprocal: q; a
relu: a; s
remainder: a, q; big, 3; big, -2.5; 7, q; big, q
renorm: a, 2, 0, 1.0; a, 1, 1, 0.5; t, inf, 2, 0.7
repeat_interleave: a, 2; a, 2, 1; a, j, 1; j; a, j, dim=1, output_size=2
reshape: a, (3, 2); t, (-1, 4); t.transpose(0, 1), (6, 4); e, (3, 0); s, (1, 1)
resolve_conj: a.conj(); a
resolve_neg: a
roll: a, 1; a, 1, 1; t, (1, 2), (0, 2); e, 1
rot90: a; t, 2, (0, 2); a, -1
round: a; big, decimals=1; big, decimals=-1
rsqrt: q
scatter: a, 1, i, b; a, 1, g, 2; m, 0, i[:, :2], a[:, :2]; a, 1, g, b, reduce="add"; a, 1, g, b, reduce="multiply"
scatter_add: a, 1, g, b; m, 0, i, a
scatter_reduce: a, 1, g, b, "sum"; a, 1, g, b, "prod"; a, 1, g, b, "mean"; a, 1, g, b, "amax"; a, 1, g, b, "amin", include_self=False; a, 1, g, b, "mean", include_self=False
select: a, 1, 2; t, 0, -1
select_scatter: a, v, 0, 1; a, m[0, :2], 1, -1
sgn: a; s
sigmoid: a; s
sign: a; s
signbit: a
sin: a; s; e
sinc: a; a * 0
sinh: a
slice_scatter: a, b[:, :2], 1, 0, 2; a, b[:, ::2], 1, 0, 3, 2
slogdet: m; x
softmax: a, 1; t, 0; a, 1, dtype=torch.float64; s, 0
sort: a; t, 1; a, 1, True; =torch.sort(a, dim=0, stable=True); s
split: a, 2, 1; t, [1, 3], 2; a, 1
split_with_sizes: t, [1, 3], 2
sqrt: q; a; s.abs()
square: a; s
squeeze: r; r, 0; a.reshape(1, 2, 1, 3); a.reshape(1, 2, 1, 3), (0, 2); r, 1
std: a; a, 1; a, (0, 1), correction=0; a, 1, True, True; =torch.std(t, dim=1, correction=2); a, False; =torch.std(a, 1, keepdim=True)
stft: v.repeat(6), 8, return_complex=True; =torch.view_as_real(torch.stft(seq[0].repeat(1, 3), 6, 2, 5, q.flatten()[:5].contiguous(), center=False, return_complex=True)); =torch.stft(seq[0].repeat(1, 3), 6, 3, normalized=True, onesided=False, pad_mode="constant", return_complex=True); =torch.stft(v.repeat(6), 8, center=False, align_to_window=True, return_complex=True); seq[0].repeat(1, 3), 6, 3, normalized=True, onesided=False, pad_mode="constant", return_complex=True; seq[0].repeat(1, 3), 6, 2, 5, q.flatten()[:5].contiguous(), False, return_complex=True
sub: a, b; a, r; a, 2; s, a; a, b, alpha=3; a, 1.5
subtract: a, b; a, b, alpha=2
sum: a; a, 1; t, (0, 2), True; a, dtype=torch.float64; s; e; e, 0; k
svd: =torch.svd(m)[1]; =(lambda r: r[0] @ torch.diag_embed(r[1]) @ r[2].mT.conj())(torch.svd(n)); =torch.svd(a, some=False)[1]; =torch.svd(m, compute_uv=False)[1]
swapaxes: t, 0, 2
swapdims: t, 0, 2
t: a; v; s
take: a, i; a, g
take_along_dim: a, g, 1; a, i; m, i[:1], 0
tan: a
tanh: a; s
tensor_split: t, 3, 2; v, [1, 2]; a, 2; a, (1,), 1; v, torch.tensor([1, 2])
tile: a, (2,); a, (2, 1, 2); s, (2,)
topk: a, 2; a, 1, 0; a, 2, 1, False; =torch.topk(a, 3, sorted=True); a, 3, sorted=True
trace: m; a
transpose: a, 0, 1; t, 0, -1
triangular_solve: =torch.triangular_solve(n, m)[0]; =torch.triangular_solve(n, m, False)[0]; =torch.triangular_solve(n, m, True, True, True)[0]
tril: m; a, -1; x, 1
triu: m; a, -1; x, 1
true_divide: a, q; a, 2
trunc: a; s
unbind: a; t, 2
unflatten: t, 2, (2, 2); a, 1, (-1, 3)
unique: a; i; i, return_inverse=True; i, return_counts=True; =torch.unique(i, dim=0); a, False; i, dim=0
unique_consecutive: j; j, return_inverse=True, return_counts=True; a; i, dim=0
unsafe_chunk: a, 2, 1
unsafe_split: a, 2, 1
unsafe_split_with_sizes: t, [1, 3], 2
unsqueeze: a, 0; a, -1; s, 0
var: a; a, 1; a, (0, 1), correction=0; a, 1, True, True; =torch.var(t, dim=1, correction=2); a, False; =torch.var(a, 1, keepdim=True)
vdot: v, w; v, v
vsplit: a, 2; t, [1]
where: =torch.where(k, a, b); =torch.where(k, a, 2.0); =torch.where(k[0], a, s); =torch.where(k, 1, i); =torch.where(k)
xlogy: a, q; a * 0, a; 2, q; a, 2.0
adaptive_avg_pool1d: seq, 3; seq, 1
adaptive_max_pool1d: seq, 3
alias_copy: a
alpha_dropout: a, 0.3, True; a, 0.3, False
arange: 5; 1, 6, 2; 0.0, 1.0, 0.25; 5, dtype=dtype; 5, 1, -2
as_strided_copy: a, (2, 2), (1, 2); a, (2, 2), (3, 1), 1
as_tensor: a; [1, 2]; [1, 2], dtype=dtype; np.ones(2)
asarray: a; [1.5, 2]; [1, 2], dtype=dtype; np.ones(2); a.detach(), copy=True
atleast_1d: s; a; [s, v]
atleast_2d: s; v; a; [s, v]
atleast_3d: s; v; a; t; [s, v]
avg_pool1d: seq, 3; seq, 2, 1, 1; seq, 3, ceil_mode=True, count_include_pad=False
bartlett_window: 6; 5, False; 6, dtype=dtype
bilinear: a, b, x; a, b, x, a[:, 0]
binary_cross_entropy_with_logits: a, p; a, p, q; a, p, None, v.detach().abs(); =torch.binary_cross_entropy_with_logits(a, p, reduction=2)
binomial: =torch.binomial((big * 10).round(), p)
blackman_window: 6; 5, False; 6, dtype=dtype
block_diag: a, m; v, s, a
broadcast_shapes: (2, 1), (3,); 3, (2, 3)
broadcast_tensors: a, r; v, s, a
bucketize: a, torch.tensor([-1, 0, 1]); a, v.detach().sort()[0], right=True; 0.3, v.detach().sort()[0], out_int32=True
can_cast: dtype, torch.float32; torch.int64, dtype
cartesian_prod: v, w; v
cat: [a, b]; [a, b], 1; (a, e); [a, i]; (t, t), -1
cdist: a, b; x, x; a, b, 1.0; a, b, inf; a, m, 3.0; a, b, 0.0; a, b, 2.0, compute_mode="donot_use_mm_for_euclid_dist"
celu: a; a, 0.5
chain_matmul: a, m, n
channel_shuffle: img.reshape(1, 4, 4, 5), 2
column_stack: [a, b]; [v, w]; [s, s]
combinations: v; v, 3; v, 2, True
complex: a, b
concat: [a, b], 1
concatenate: [a, b], 1
conv1d: seq, y[:, :2, :2]; seq, y[:, :2, :2], s.expand(2), 2, 1, 1; seq, y[:, :1, :2], None, 1, 0, 2, 2; seq, y[:, :2, :2], padding="same"
conv2d: img, t[:, :2, :2].reshape(1, 2, 2, 2); img, t[:, :2, :2].reshape(1, 2, 2, 2), None, 2, 1; img, t[:, :2, :2].reshape(1, 2, 2, 2), None, 1, (1, 0), (1, 2); img, img[:, :1, :2, :2], None, groups=2
conv3d: vol, vol[:, :, :2, :2, :2]; vol, vol[:, :1, :2, :2, :2].expand(2, 1, 2, 2, 2), None, 1, 1, 1, 2
conv_transpose1d: seq, y[:, :2, :2]; seq, y[:, :2, :2], None, 2, 1, 1; seq, y[:, :1, :2], None, 1, 0, 0, 2, 2
conv_transpose2d: img, img[:, :, :2, :2]; img, img[:, :, :2, :2], None, 2, 1, 1; img, img[:, :, :2, :2], None, 1, 0, 0, 2; img, img[:, :, :2, :2], None, 1, 1, 0, 1, (1, 2)
conv_transpose3d: vol, vol.transpose(0, 1)[:, :, :2, :2, :2]; vol, vol.transpose(0, 1)[:, :, :2, :2, :2], None, 2, 1; vol, vol.transpose(0, 1)[:, :, :2, :2, :2], None, 2, 0, 1, 1, 1
cosine_embedding_loss: a, b, 2 * g[:, 0] + 1; a, b, 2 * g[:, 0] - 1, 0.2, reduction=2
cosine_similarity: a, b; a, b, 0; a, r, eps=1e-3
ctc_loss: =torch.ctc_loss(t.transpose(1, 2).log_softmax(2).reshape(4, 2, 3), torch.tensor([[1, 2], [2, 1]]), torch.tensor([4, 4]), torch.tensor([2, 1])); =torch.ctc_loss(t.transpose(1, 2).log_softmax(2).reshape(4, 2, 3), torch.tensor([[1, 2], [2, 1]]), torch.tensor([4, 3]), torch.tensor([2, 1]), reduction=0); =torch.ctc_loss(t.transpose(1, 2).log_softmax(2).reshape(4, 2, 3), torch.tensor([[1, 0], [0, 1]]), torch.tensor([4, 4]), torch.tensor([2, 1]), blank=2, reduction=2); =torch.ctc_loss(t.transpose(1, 2).log_softmax(2).reshape(4, 2, 3), torch.tensor([[1, 2], [2, 1]]), torch.tensor([1, 4]), torch.tensor([2, 1]), zero_infinity=True)
cumulative_trapezoid: a; a, b; a, dx=0.5, dim=0
detach_copy: a
diagonal_copy: m; x, 1, 1, 2
dropout: a, 0.3, True; a, 0.3, False; a, 0.0, True
dstack: [a, b]; [v, w]
einsum: "ij,jk->ik", a, m; "ii", m; "ij->ji", a; "bij,bjk->bik", x, x; "i,j->ij", v, w; "...ij,j", x, v; "ij,ij,ij->i", a, b, p
embedding: a, g; m, i; =torch.nn.functional.embedding(i, m, padding_idx=0); =torch.embedding(m, i, -1, False, False); =torch.embedding(m, i, scale_grad_by_freq=True)
empty: =torch.empty(2, 3).shape; =torch.empty((2, 3), dtype=dtype).dtype
empty_like: =torch.empty_like(a).shape; =torch.empty_like(a).dtype; =torch.empty_like(a, dtype=torch.float64).dtype
empty_permuted: =torch.empty_permuted((2, 3, 4), (2, 0, 1)).stride(); =torch.empty_permuted((2, 3), (0, 1), dtype=dtype).shape
empty_strided: =torch.empty_strided((2, 3), (1, 2)).stride(); =torch.empty_strided((2, 3), (1, 2), dtype=dtype).dtype
expand_copy: r, (2, 3)
eye: 3; 2, 3; 3, dtype=dtype
feature_alpha_dropout: img, 0.3, True; img, 0.3, False
from_dlpack: a.detach(); np.ones(3); a.detach(), copy=True
from_numpy: np.arange(3); np.ones((2, 2), dtype=np.float32)
frombuffer: bytearray(8), dtype=torch.uint8; bytearray(16), dtype=torch.float32; bytearray(16), dtype=torch.int16, count=3, offset=2
full: (2, 3), 2; (2,), 1.5; (2,), True; (2,), 1, dtype=dtype
full_like: a, 2; a, 1, dtype=torch.float64
gradient: v; t, dim=1; v, spacing=0.5; v, edge_order=2; a, spacing=(torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0, 3.0]))
group_norm: img, 2; img, 1, s.expand(2), s.expand(2); seq, 2, eps=1e-2
hamming_window: 6; 5, False; 6, True, 0.5, 0.4; 6, dtype=dtype
hann_window: 6; 5, False; 6, dtype=dtype
hinge_embedding_loss: a, 2 * g - 1; a, 2 * g - 1, 0.5, reduction=2
histogramdd: p[:, :2], [2, 3]; p, 2, range=[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]; p[:, :2], [2, 2], weight=v[:2].detach().abs(), density=True
hstack: [a, b]; [v, w]; [s, s]
instance_norm: img, None, None, None, None, True, 0.1, 1e-5, False; seq, s.expand(2), s.expand(2), None, None, True, 0.1, 1e-2, False
is_tensor: a; 1
isin: a, torch.tensor([1, 2]); i, 1; 2, i; i, j, invert=True; a, a, assume_unique=True
kaiser_window: 6; 5, False; 6, True, 8.0; 6, dtype=dtype
kl_div: a, p; a, b, 0; a, b, 2, log_target=True
layer_norm: a, (3,); t, (3, 4); a, (3,), v, w, 1e-3
linspace: 0, 1, 5; 3, -3, 4, dtype=dtype; s.detach(), 2, 3
lobpcg: =torch.lobpcg(torch.diag(torch.arange(1, 13, dtype=dtype)), 2, niter=50)[0]; =torch.lobpcg(torch.diag(torch.arange(1, 13, dtype=dtype)), 2, largest=False, niter=100, tol=1e-12)[0]; =torch.lobpcg(torch.diag(torch.arange(1, 13, dtype=dtype)), 2, B=torch.diag(torch.arange(13, 1, -1, dtype=dtype)), niter=100, tol=1e-12)[0]
logspace: 0, 1, 3; -2, 2, 5, 2; 0, 2, 3, dtype=dtype
lu_unpack: =torch.lu_unpack(*torch.linalg.lu_factor(m)); =torch.lu_unpack(*torch.linalg.lu_factor(x)); =torch.lu_unpack(*torch.linalg.lu_factor(n)); =torch.lu_unpack(*torch.linalg.lu_factor(m), unpack_data=False)[0]; =torch.lu_unpack(*torch.linalg.lu_factor(m), unpack_pivots=False)[1:]
margin_ranking_loss: a, b, 2 * g - 1; a, b, 2 * g - 1, 0.3, reduction=2
max_pool1d: seq, 3; seq, 2, 1, 1; seq, 2, 3, 0, 2, True
max_pool2d: img, 2; img, (2, 3), 1, (1, 1); img, 2, 2, 0, 1, True
max_pool3d: vol, 2; vol, 2, 1, 1; vol, 2, 1, 0, 1, True; vol, 1, 1, 0, 1
meshgrid: v, w, indexing="ij"; v, s, indexing="xy"
normal: 1.0, 2.0, (3,); a.detach(), 1.0; 0.5, p.detach(); a.detach(), p.detach(); =torch.normal(1.0, 2.0, (3,), dtype=torch.float64)
ones: 2, 3; (2,), dtype=dtype
ones_like: a; a, dtype=torch.int64
pairwise_distance: a, b; a, b, 1.0; a, b, 3.0, 1e-3, True
pca_lowrank: =torch.pca_lowrank(m, 2)[1]; =torch.pca_lowrank(m, 3, center=False)[1]; =torch.pca_lowrank(m, 2, niter=1)[1]
pdist: m; m, 1.0; m, inf; m, 3.0
permute_copy: t, (2, 0, 1)
pixel_shuffle: img.reshape(1, 4, 4, 5), 2
pixel_unshuffle: img[..., :4], 2
poisson: big; p
poisson_nll_loss: a, q, True, False, 1e-8, 1; q, p, False, True, 1e-8, 2
polar: q, a
promote_types: dtype, torch.float32; dtype, torch.uint8; torch.int64, dtype
rand: 3; 2, 3, dtype=dtype
rand_like: a; a, dtype=torch.float64
randint: 5, (3,); 2, 7, (2, 2); 4, (2,), dtype=dtype
randint_like: a, 5; a, 2, 7
randn: 3; 2, 3, dtype=dtype
randn_like: a; a, dtype=torch.float64
randperm: 5; 5, dtype=dtype
range: 1, 4; 0, 1, 0.25
result_type: a, 1; a, 1.5; a, s; s, i; 1, 2j
rms_norm: a, (3,); a, (3,), v, 1e-3; t, (3, 4)
row_stack: [a, b]; [v, w]
rrelu: a; a, 0.1, 0.3, True
rsub: a, b; a, 2; a, b, alpha=3
scalar_tensor: 3; 3, dtype=dtype; 2.5
searchsorted: v.detach().sort()[0], a; v.detach().sort()[0], a, right=True; v.detach().sort()[0], 0.5; a.detach().sort()[0], b, out_int32=True, side="right"; v.detach(), a, sorter=v.detach().argsort()
segment_reduce: m, "sum", lengths=torch.tensor([1, 2]); m, "mean", lengths=torch.tensor([2, 1]); m, "max", lengths=torch.tensor([0, 3]), unsafe=False; m, "min", offsets=torch.tensor([0, 1, 3]), initial=1.0; =torch.segment_reduce(m, "sum", lengths=torch.tensor([1, 2]), axis=0)
select_copy: a, 1, 2
selu: a
slice_copy: a, 1, 0, 2; a, 1, 0, 3, 2
split_copy: a, 2, 1
split_with_sizes_copy: t, [1, 3], 2
squeeze_copy: r; r, 0
stack: [a, b]; [a, b], 1; [s, s], 0; (a, i)
std_mean: a; a, 1; =torch.std_mean(t, dim=(0, 1), correction=0, keepdim=True)
svd_lowrank: =torch.svd_lowrank(m, 3)[1]; =torch.svd_lowrank(n, 2, M=n * 0.5)[1]; =torch.svd_lowrank(m, 3, niter=1)[1]
t_copy: a
tensor: [1.5, 2]; [[1, 2], [3, 4]], dtype=dtype; np.ones(2); True; =torch.tensor([1.5, 2], requires_grad=True)
tensordot: a, m, 1; a, b, ([0, 1], [0, 1]); t, a, ([0, 1], [0, 1]); v, w, 0
threshold: a, 0.5, 2.0; a, 0, -1
to_dlpack: =torch.from_dlpack(torch.to_dlpack(a.detach()))
transpose_copy: a, 0, 1
trapezoid: a; a, b; a, dx=0.5, dim=0
trapz: a; b, x=a; a, dx=0.5, dim=0
tril_indices: 3, 3; 2, 4, 1; 3, 2, -1, dtype=torch.int32
triplet_margin_loss: a, b, p; a, b, p, 0.5, 1.0, swap=True; a, b, p, reduction=0; =torch.triplet_margin_loss(a, b, p, eps=1e-2)
triu_indices: 3, 3; 2, 4, 1; 3, 2, -1, dtype=torch.int32
unbind_copy: a; t, 1
unfold_copy: t, 2, 2, 1
unravel_index: i, (2, 3); j, 4
unsqueeze_copy: a, 0
vander: v; v, 4, True; v, 2
var_mean: a; a, 1; =torch.var_mean(t, dim=(0, 1), correction=0, keepdim=True)
view_as_complex: y; t[..., :2].contiguous()
view_as_complex_copy: y
view_as_real: a
view_as_real_copy: a
view_copy: a, (3, 2); t, (-1,)
vstack: [a, b]; [v, w]; [v, a]
zeros: 2, 3; (2,), dtype=dtype
zeros_like: a; a, dtype=torch.int64
resize_as_: =torch.resize_as_(a.detach().clone(), n)
affine_grid_generator: a.reshape(1, 2, 3), (1, 2, 3, 4), False; a.reshape(1, 2, 3), (1, 2, 3, 4), True; t, (2, 1, 2, 3, 2), True
batch_norm: img, v[:2].detach(), w[:2].detach(), None, None, True, 0.1, 1e-5, False; img, None, None, v[:2].detach(), v[:2].detach().abs(), False, 0.1, 1e-5, False
batch_norm_update_stats: img, None, None, 0.1; img, v[:2].detach().clone(), v[:2].detach().abs(), 0.1
constant_pad_nd: a, (1, 2); a, (1, 2, 0, 1), 3; t, (-1, 1), 0.5
conv_tbc: t, t.transpose(1, 2), v, 1; x, x[:1], v
convolution: img, img[:, :, :2, :2], None, (1, 1), (0, 0), (1, 1), False, (0, 0), 1; img, img[:, :, :2, :2], v[:2], (2, 1), (1, 0), (1, 1), True, (1, 0), 1; seq, y[:, :2, :2], None, (1,), (0,), (2,), False, (0,), 1
dequantize: a
dsmm: a, m
embedding_bag: m, j, torch.tensor([0, 2]); m, j, torch.tensor([0, 2]), False, 1; m, j, torch.tensor([0, 2]), False, 2; m, j, torch.tensor([0, 2]), False, 0, False, v
embedding_renorm_: =torch.embedding_renorm_(m.detach().clone(), j, 1.0, 2.0)
fake_quantize_per_channel_affine: a, q[:, 0].detach().float(), torch.tensor([0, 1], dtype=torch.int32), 0, -3, 3
fake_quantize_per_tensor_affine: a, 0.5, 1, -2, 4; a, torch.tensor(0.25), torch.tensor(0), -3, 3
feature_dropout: img, 0.3, True; img, 0.3, False
frobenius_norm: a, 1; a, (0, 1), True
grid_sampler: img, n.reshape(1, 3, 1, 2).expand(2, 3, 1, 2) * 0.3, 0, 0, False; img, n.reshape(1, 3, 1, 2).expand(2, 3, 1, 2), 0, 1, True; img, n.reshape(1, 3, 1, 2).expand(2, 3, 1, 2) * 0.3, 2, 2, False; vol, m.reshape(1, 3, 1, 1, 3) * 0.4, 0, 0, True
grid_sampler_2d: img, n.reshape(1, 3, 1, 2).expand(2, 3, 1, 2) * 0.3, 0, 0, False
grid_sampler_3d: vol, m.reshape(1, 3, 1, 1, 3) * 0.4, 0, 0, True
gru: x, m[None], [torch.cat([m, -m, m.t()]), torch.cat([m.t(), m, m]), v.repeat(3), w.repeat(3)], True, 1, 0.0, False, False, False
gru_cell: m, m, torch.cat([m, -m, m.t()]), torch.cat([m.t(), m, m]), v.repeat(3), w.repeat(3); m, m, torch.cat([m, -m, m.t()]), torch.cat([m.t(), m, m])
hash_tensor: a; a, 1; =torch.hash_tensor(a, 0, keepdim=True)
lstm: x, [m[None], m[None]], [torch.cat([m, -m, m.t(), m]), torch.cat([m.t(), m, m, -m]), v.repeat(4), w.repeat(4)], True, 1, 0.0, False, False, False
lstm_cell: m, [m, m], torch.cat([m, -m, m.t(), m]), torch.cat([m.t(), m, m, -m]), v.repeat(4), w.repeat(4)
max_pool1d_with_indices: seq, 2; seq, 2, 1, 1
native_batch_norm: img, v[:2].detach(), w[:2].detach(), None, None, True, 0.1, 1e-5; img, None, None, v[:2].detach(), v[:2].detach().abs(), False, 0.1, 1e-5
native_channel_shuffle: img.reshape(1, 4, 4, 5), 2
native_dropout: a, 0.3, True; a, 0.3, False
native_group_norm: img, v[:2], w[:2], 2, 2, 20, 2, 1e-5
native_layer_norm: a, (3,), v, w, 1e-5; t, (3, 4), None, None, 1e-3
norm_except_dim: a, 2, 0; t, 2, 1; a, 1, -1
nuclear_norm: a; a, True; x, (1, 2)
rnn_relu: x, m[None], [m, m.t(), v, w], True, 1, 0.0, False, False, False
rnn_relu_cell: m, m, m, m.t(), v, w
rnn_tanh: x, m[None], [m, m.t(), v, w], True, 1, 0.0, False, False, False; x, m[None], [m, m.t()], False, 1, 0.0, False, False, True
rnn_tanh_cell: m, m, m, m.t(), v, w
slice_inverse: a * 1, b, 0, 0, 2
spmm: a, m
zero_: =torch.zero_(a.clone())
"""

TENSOR = """
apply_: =a.detach().clone().apply_(lambda x: x + 1)
map_: =a.detach().clone().map_(b.detach(), lambda x, y: x + y)
map2_: =a.detach().clone().map2_(b.detach(), p.detach(), lambda x, y, z: x + y * z)
bfloat16: =a.bfloat16().double()
bool: a
byte: a.abs()
cauchy_: =a.detach().clone().cauchy_(); =a.detach().clone().cauchy_(1.0, 2.0)
cdouble: a
cfloat: a
chalf: =a.chalf()
char: a
contiguous: a; t.transpose(0, 1)
copy_: =a.clone().copy_(b); =a.clone().copy_(r); =a.clone().copy_(i); =a.clone().copy_(b, non_blocking=True)
cpu: a
dim: a
dim_order: t; t.transpose(0, 2); =t.dim_order(ambiguity_check=True)
double: a
element_size: a
expand: r, 2, 3; s, (2, 2); a, 2, -1, 3
expand_as: r, a
exponential_: =a.detach().clone().exponential_(); =a.detach().clone().exponential_(2.0)
fill_: =a.clone().fill_(2); =a.clone().fill_(s)
fill_diagonal_: =m.clone().fill_diagonal_(2); =torch.cat((m, m, m)).fill_diagonal_(1, wrap=True); =torch.stack((m, m, m)).fill_diagonal_(1)
float: a
geometric_: =a.detach().clone().geometric_(0.4)
half: a
int: a
is_contiguous: a; t.transpose(0, 1); img, memory_format=torch.channels_last; img.contiguous(memory_format=torch.channels_last), memory_format=torch.channels_last
is_set_to: =a.is_set_to(a); a, b
item: s; r[0, 0]
log_normal_: =a.detach().clone().log_normal_(); =a.detach().clone().log_normal_(1.0, 0.5)
long: a
ndimension: a
nelement: a
new_empty: =a.new_empty((2, 4)).shape; =a.new_empty(2).dtype; =a.new_empty((2, 4), dtype=torch.float64).dtype
new_empty_strided: =a.new_empty_strided((2, 3), (1, 2)).stride(); =a.new_empty_strided((2, 3), (1, 2), dtype=torch.float64).dtype
new_full: a, (2,), 1; a, (2,), 1, dtype=torch.float64
new_ones: a, (2, 3); a, 2; =a.new_ones((2, 3), dtype=torch.float64)
new_tensor: a, [1, 0]; a, np.ones(2)
new_zeros: a, (2, 3); a, 2; =a.new_zeros((2, 3), dtype=torch.int32)
normal_: =a.detach().clone().normal_(); =a.detach().clone().normal_(1.0, 2.0)
numpy: =torch.from_numpy(a.detach().numpy())
random_: =a.detach().clone().random_(5); =a.detach().clone().random_(2, 7)
repeat: a, 2, 1; v, 2, 2; s, 3
reshape_as: a, n
resize_: =a.detach().clone().resize_(3, 2); =a.detach().clone().resize_(2, 2); =a.detach().clone().resize_((4, 3)).shape
resize_as_: =a.detach().clone().resize_as_(n)
set_: =torch.empty(0, dtype=dtype).set_(a.detach()); =torch.empty(0, dtype=dtype).set_(a.detach().untyped_storage(), 1, (2, 2), (2, 1))
short: a
size: a; a, 1; a, -1
storage: =list(a.detach().storage()); =len(a.detach().storage())
storage_offset: a; a[1, 1:]
stride: a; t, 1; t.transpose(0, 2)
sum_to_size: a, (1, 3); a, 1, 1; t, (4,); a, 2, 3
to: a, torch.float64; a, torch.int64; a, b.double(); a, "cpu"; a, torch.float32, copy=True
to_dense: a; =a.to_dense(torch.float64); =a.to_dense(masked_grad=False)
tolist: a; s
type: a; a, torch.float64; a, torch.int64
type_as: a, i
unfold: t, 2, 2, 1; a, 1, 2, 1; v, 0, 2, 2
uniform_: =a.detach().clone().uniform_(); =a.detach().clone().uniform_(-1.0, 2.0)
untyped_storage: =a.untyped_storage().nbytes(); =list(a.detach().untyped_storage())[:8]
view: a, 3, 2; t, -1, 4; a, (6,)
view_as: a, n
where: b, k, a; a, k, 2.0
detach_: =a.clone().detach_(); =a.detach_()
as_strided_: =a.clone().as_strided_((2, 2), (1, 2)); =a.clone().as_strided_((2, 2), (1, 2), 1)
resolve_conj: a.conj()
zero_: =a.clone().zero_()
split: a, 2, 1; t, [1, 3], 2
nonzero: a; k; =k.nonzero(as_tuple=True)
max: a; a, 1; a, b; a, 1, True
repeat_interleave: a, 2; a, j, 1
permute: t, 2, 0, 1; t, (2, 0, 1)
reshape: a, 3, 2; t, (-1, 4)
flip: a, 0; t, (0, 2); t, 0, 1
tile: a, 2; a, 2, 1
transpose: a, 0, 1; t, 0, -1
sum: a; a, 1; a, -1, True
squeeze_: =r.clone().squeeze_(); =r.clone().squeeze_(0)
t_: =a.clone().t_()
transpose_: =t.clone().transpose_(0, 2)
swapaxes_: =t.clone().swapaxes_(0, 2)
swapdims_: =t.clone().swapdims_(0, 2)
unsqueeze_: =a.clone().unsqueeze_(0)
index_put_: =m.clone().index_put_((i[0], i[1]), w); =a.clone().index_put_((k,), s); =m.clone().index_put_((i[0], i[1]), w, True)
put_: =a.clone().put_(o, v); =a.clone().put_(i, m[:2], True)
bernoulli_: =a.detach().clone().bernoulli_(0.3); =a.detach().clone().bernoulli_(p.detach())
polygamma: q, 1; q, 2
polygamma_: =q.clone().polygamma_(1)
lu: =m.lu()[:2]; =m.lu(pivot=True)[:2]; =m.lu(get_infos=True)
qr: =m.qr()[1].abs(); =n.qr(some=False)[1].abs()
svd: =m.svd()[1]; =a.svd(some=False)[1]; =m.svd(compute_uv=False)[1]; =(lambda r: r[0] @ torch.diag_embed(r[1]) @ r[2].mT.conj())(n.svd())
geqrf: =m.geqrf()[0].abs().triu()
triangular_solve: =n.triangular_solve(m)[0]; =n.triangular_solve(m, False)[0]; =n.triangular_solve(m, True, True, True)[0]
lu_solve: =n.lu_solve(*torch.linalg.lu_factor(m))
istft: =torch.stft(v.repeat(8), 8, return_complex=True).istft(8); =torch.stft(seq[0].repeat(1, 4), 6, 2, window=p.flatten(), return_complex=True).istft(6, 2, 6, p.flatten().detach(), True, False, True, 20)
aminmax: a; =a.aminmax(dim=1); =a.aminmax(dim=0, keepdim=True)
nonzero_static: =k.nonzero_static(size=2); =k.nonzero_static(size=5, fill_value=7)
bitwise_left_shift_: =a.clone().bitwise_left_shift_(b.abs())
multinomial: p, 2; p, 4, True
pow: q, 2; q, b; a, 3
"""

LINALG = """
cholesky: spd; =torch.linalg.cholesky(spd, upper=True); =torch.linalg.cholesky(spd.expand(2, 3, 3))
cholesky_ex: spd; =torch.linalg.cholesky_ex(spd, upper=True); =torch.linalg.cholesky_ex(spd, check_errors=True)
cond: m; m, 1; m, "fro"; m, -2; m, inf; m, "nuc"; n; x, -1
cross: a, b; a, r; =torch.linalg.cross(m, m.t(), dim=0)
det: m; x
diagonal: m; =torch.linalg.diagonal(x, offset=1, dim1=0, dim2=2)
eig: =(lambda r: (r[1] @ torch.diag_embed(r[0]) @ torch.linalg.inv(r[1])))(torch.linalg.eig(m)); =torch.linalg.eig(m)[0].abs().sort()[0]
eigh: =torch.linalg.eigh(spd)[0]; =(lambda r: r[1] @ torch.diag_embed(r[0] ** 2).to(r[1].dtype) @ r[1].mT.conj())(torch.linalg.eigh(spd)); =torch.linalg.eigh(spd, "U")[0]
eigvals: =torch.linalg.eigvals(m).abs().sort()[0]; =torch.linalg.eigvals(x).abs().sort(-1)[0]
eigvalsh: spd; spd, "U"; =torch.linalg.eigvalsh(spd.expand(2, 3, 3))
householder_product: m, v; n, v[:2]; x, a; n, v[:1]
inv: m; x
inv_ex: m; x; =torch.linalg.inv_ex(m, check_errors=True)
ldl_factor: =(lambda r: r[0].tril())(torch.linalg.ldl_factor(spd)); =torch.linalg.ldl_factor(spd)[1]; =torch.linalg.ldl_factor(spd, hermitian=True)[0].tril()
ldl_factor_ex: =(lambda r: r[0].tril())(torch.linalg.ldl_factor_ex(spd)); =torch.linalg.ldl_factor_ex(spd)[1:]; =torch.linalg.ldl_factor_ex(spd, hermitian=True, check_errors=True)[0].tril()
ldl_solve: =torch.linalg.ldl_solve(*torch.linalg.ldl_factor(spd), n); =torch.linalg.ldl_solve(*torch.linalg.ldl_factor((m + m.mT) / 2), n); =torch.linalg.ldl_solve(*torch.linalg.ldl_factor(spd, hermitian=True), n, hermitian=True)
lstsq: =torch.linalg.lstsq(n, m)[0]; =torch.linalg.lstsq(n, m)[:2]; =torch.linalg.lstsq(m, n)[0]; =torch.linalg.lstsq(n, m, driver="gelsd"); =torch.linalg.lstsq(a, n[:2])[0]; =torch.linalg.lstsq(n, m, rcond=0.3)[0]
lu: m; x; n; a; =torch.linalg.lu(m, pivot=True)
lu_factor: m; x; n; =torch.linalg.lu_factor(m, pivot=True)
lu_factor_ex: m; x; =torch.linalg.lu_factor_ex(m, pivot=True, check_errors=True)
lu_solve: =torch.linalg.lu_solve(*torch.linalg.lu_factor(m), n); =torch.linalg.lu_solve(*torch.linalg.lu_factor(m), a, left=False); =torch.linalg.lu_solve(*torch.linalg.lu_factor(m), n, adjoint=True); =torch.linalg.lu_solve(*torch.linalg.lu_factor(x), x)
matmul: m, m; x, v
matrix_exp: m; x; m * 5
matrix_norm: m; m, 1; m, -1; m, 2; m, -2; m, "nuc"; m, inf; x, -inf; x, "fro", (0, 1), True; m, dtype=torch.float64
matrix_power: m, 2; m, -2; m, 0; x, 3
matrix_rank: m; n; =torch.linalg.matrix_rank(x, atol=1.0, rtol=0.1); =torch.linalg.matrix_rank(spd, hermitian=True); m, 1.0
multi_dot: [a, m, n]; [v, m, n]; [a, m, v]; [v, m, w]; [a, m]
norm: a; m, "fro"; m, "nuc"; m, 2; v, 1; v, inf; v, 0; a, 3, 1; x, None, (1, 2), True; a, dtype=torch.float64; t, 2, 1
pinv: n; m; a; x; =torch.linalg.pinv(spd, hermitian=True); =torch.linalg.pinv(n, rtol=0.3); =torch.linalg.pinv(n, atol=0.1); =torch.linalg.pinv(n, rcond=0.5)
qr: =(lambda r: (r[0].abs(), r[1].abs()))(torch.linalg.qr(m)); =torch.linalg.qr(n)[1].abs(); =torch.linalg.qr(n, mode="r")[1].abs(); =torch.linalg.qr(n, mode="complete")[0].abs()
slogdet: m; x
solve: m, n; m, v; x, t; x, a; =torch.linalg.solve(m, a, left=False)
solve_ex: m, n; m, v; =torch.linalg.solve_ex(m, a, left=False, check_errors=True)
solve_triangular: =torch.linalg.solve_triangular(m, n, upper=True); =torch.linalg.solve_triangular(m, n, upper=False); =torch.linalg.solve_triangular(m, a, upper=True, left=False); =torch.linalg.solve_triangular(m, n, upper=True, unitriangular=True)
svd: =torch.linalg.svd(m)[1]; =(lambda r: r[0] @ torch.diag_embed(r[1]).to(r[0].dtype) @ r[2])(torch.linalg.svd(n, full_matrices=False)); =torch.linalg.svd(a)[2][:2].abs(); =torch.linalg.svd(m, driver=None)[1]
svdvals: m; n; x; =torch.linalg.svdvals(m, driver=None)
tensorinv: m.reshape(3, 3, 1), 1; =torch.linalg.tensorinv((spd.repeat(2, 2) + torch.eye(6, dtype=dtype)).reshape(2, 3, 6), ind=2)
tensorsolve: m.reshape(3, 3, 1), v; m.reshape(1, 3, 3), v.reshape(1, 3); =torch.linalg.tensorsolve(m.reshape(3, 1, 3), v.reshape(1, 3), dims=(0,))
vander: v; =torch.linalg.vander(a, N=4); =torch.linalg.vander(v, N=2)
vecdot: a, b; =torch.linalg.vecdot(a, b, dim=0); a, r
vector_norm: a; a, 1; a, 0; a, inf; a, -inf; a, 3, 1; a, 2, (0, 1), True; a, 0.5; a, dtype=torch.float64
"""

FFT = """
fft: a; a, 5; a, 2; a, None, 0; a, None, 0, "ortho"; a, norm="forward"
fft2: a; a, (3, 2); t, None, (0, 1), "ortho"
fftfreq: 5; 6, 0.5; 4, dtype=dtype
fftn: t; t, (2, 2); t, None, (0, 2), "forward"
fftshift: a; t, 1; t, (0, 2)
hfft: a; a, 5; a, None, 0, "ortho"
hfft2: a; a, (2, 4); t, None, (0, 1), "ortho"
hfftn: t; t, (2, 4); t, None, (0, 2), "forward"
ifft: a; a, 5; a, None, 0, "ortho"
ifft2: a; a, (3, 2); t, None, (0, 1), "ortho"
ifftn: t; t, (2, 2); t, None, (0, 2), "forward"
ifftshift: a; t, 1; t, (0, 2)
ihfft: a; a, 4; a, None, 0, "ortho"
ihfft2: a; a, (2, 4); t, None, (0, 1), "ortho"
ihfftn: t; t, (2, 4); t, None, (0, 2), "forward"
irfft: a; a, 5; a, None, 0, "ortho"
irfft2: a; a, (2, 4); t, None, (0, 1), "ortho"
irfftn: t; t, (2, 4); t, None, (0, 2), "forward"
rfft: a; a, 5; a, None, 0, "ortho"
rfft2: a; a, (2, 4); t, None, (0, 1), "ortho"
rfftfreq: 5; 6, 0.5; 4, dtype=dtype
rfftn: t; t, (2, 4); t, None, (0, 2), "forward"
"""

SPECIAL = """
airy_ai: a; big; -big
bessel_j0: a; big.float(); (big * 10).float()
bessel_j1: a; big.float(); (big * 10).float()
bessel_y0: q; big.float(); p; -q
bessel_y1: q; big.float(); p; -q
chebyshev_polynomial_t: a, 3; p, 10; a, i; 2, p
chebyshev_polynomial_u: a, 3; p, 10; a, i; 2, p
chebyshev_polynomial_v: a, 3; p, 10; a, i; 2, p
chebyshev_polynomial_w: a, 3; p, 10; a, i; 2, p
digamma: q; a
entr: p; a; a * 0
erf: a
erfc: a
erfcx: a; big; big * 10
erfinv: p
exp2: a
expit: a
expm1: a
gammainc: q, q + 1; p, big
gammaincc: q, q + 1; p, big
gammaln: q; a
hermite_polynomial_h: a, 3; p, 10; a, i; 2, p
hermite_polynomial_he: a, 3; p, 10; a, i; 2, p
i0: a; big
i0e: a; big; big * 10
i1: a; big
i1e: a; big; big * 10
laguerre_polynomial_l: a, 3; p, 10; a, i; 2, p
legendre_polynomial_p: a, 3; p, 10; a, i; 2, p
log1p: q
log_ndtr: a; -big; big
log_softmax: a, 1; =torch.special.log_softmax(a, 0, dtype=torch.float64)
logit: p; a, 0.1
logsumexp: a, 1; a, (0, 1), True
modified_bessel_i0: a; big
modified_bessel_i1: a; big
modified_bessel_k0: q; big; p
modified_bessel_k1: q; big; p
multigammaln: big, 2
ndtr: a; -big
ndtri: p; p / 100
polygamma: 1, q; 2, q
psi: q
round: a; =torch.special.round(big, decimals=1)
scaled_modified_bessel_k0: q; big; p
scaled_modified_bessel_k1: q; big; p
shifted_chebyshev_polynomial_t: a, 3; p, 10; a, i; 2, p
shifted_chebyshev_polynomial_u: a, 3; p, 10; a, i; 2, p
shifted_chebyshev_polynomial_v: a, 3; p, 10; a, i; 2, p
shifted_chebyshev_polynomial_w: a, 3; p, 10; a, i; 2, p
sinc: a
softmax: a, 1; =torch.special.softmax(a, 0, dtype=torch.float64)
spherical_bessel_j0: a; big; a * 0.01
xlog1py: a, q; a * 0, q; 2, q; a, 0.5
xlogy: a, q; 2, q; a, 0.5
zeta: q, q; q + 1, p; 2, q; big, 1.5
"""

FUNCTIONAL = """
adaptive_avg_pool1d: seq, 3; seq, 1
adaptive_avg_pool2d: img, (2, 3); img, 1; img, (None, 2)
adaptive_avg_pool3d: vol, 2
adaptive_max_pool1d: seq, 3
adaptive_max_pool1d_with_indices: seq, 3; =F.adaptive_max_pool1d_with_indices(seq, 3, return_indices=True)
adaptive_max_pool2d: img, (2, 3); img, 1; img, 2, True
adaptive_max_pool2d_with_indices: img, (2, 3); =F.adaptive_max_pool2d_with_indices(img, (2, 3), return_indices=True)
adaptive_max_pool3d: vol, 2
adaptive_max_pool3d_with_indices: vol, 2; =F.adaptive_max_pool3d_with_indices(vol, 2, return_indices=True)
affine_grid: t[:, :2, :3], (2, 1, 3, 4); t[:, :2, :3], (2, 1, 3, 4), True
alpha_dropout: a, 0.3, True; a, 0.3, False; =F.alpha_dropout(a * 1, 0.3, True, inplace=True)
avg_pool1d: seq, 3; seq, 2, 1, 1; seq, 3, ceil_mode=True, count_include_pad=False
avg_pool2d: img, 2; img, (2, 3), 1, (1, 1); img, 3, 2, 1, True, False; img, 2, divisor_override=3
avg_pool3d: vol, 2; vol, 2, 1, 1; vol, 2, 2, 1, True, False; vol, 2, divisor_override=3
batch_norm: img, None, None, None, None, True; img, v[:2].detach(), w[:2].detach().abs(), v[:2], w[:2], False, 0.1, 1e-3
bilinear: a, b, x; a, b, x, a[:, 0]
binary_cross_entropy: p, p * 0.5; p, p * 0.5, q, reduction="sum"; p, p * 0.5, reduction="none"; p, p * 0.5, size_average=False; p, p * 0.5, reduce=False
binary_cross_entropy_with_logits: a, p; a, p, q, reduction="sum"; a, p, pos_weight=v.detach().abs(), reduction="none"; a, p, size_average=False; a, p, reduce=False
celu: a; a, 0.5; =F.celu(a * 1, inplace=True)
channel_shuffle: img.reshape(1, 4, 4, 5), 2
conv1d: seq, y[:, :2, :2]; seq, y[:, :2, :2], s.expand(2), 2, 1, 1; seq, y[:, :2, :2], padding="same"; seq, y[:, :1, :2], groups=2
conv2d: img, t[:, :2, :2].reshape(1, 2, 2, 2); img, t[:, :2, :2].reshape(1, 2, 2, 2), None, 2, 1; img, img[:, :1, :2, :2], None, groups=2; img, img[:, :, :2, :2], None, 1, 0, (1, 2)
conv3d: vol, vol[:, :, :2, :2, :2]; vol, vol[:, :1, :2, :2, :2].expand(2, 1, 2, 2, 2), v[:2], 2, 1, 1, 2; vol, vol[:, :, :2, :2, :2], None, 1, 1, (1, 1, 2)
conv_transpose1d: seq, y[:, :2, :2]; seq, y[:, :2, :2], None, 2, 1, 1; seq, y[:, :1, :2], None, 1, 0, 0, 2, 2
conv_transpose2d: img, img[:, :, :2, :2]; img, img[:, :, :2, :2], None, 2, 1, 1; img, img[:, :1, :2, :2], v[:2], 1, 0, 0, 2, (1, 2)
conv_transpose3d: vol, vol.transpose(0, 1)[:, :, :2, :2, :2]; vol, vol.transpose(0, 1)[:, :, :2, :2, :2], v[:1], 2, 1, 1, 1, 1; vol, vol.transpose(0, 1)[:, :, :2, :2, :2], None, 1, 0, 0, 2, (1, 1, 2)
cosine_embedding_loss: a, b, 2 * g[:, 0] - 1; a, b, 2 * g[:, 0] - 1, 0.2, reduction="sum"; a, b, 2 * g[:, 0] - 1, size_average=False; a, b, 2 * g[:, 0] - 1, reduce=False
cosine_similarity: a, b; a, b, 0; a, r, 1, 1e-2
cross_entropy: a, cls; a, cls, v.detach().abs(), label_smoothing=0.1; a, p; a, cls, ignore_index=2, reduction="sum"; t, i.new_zeros(2, 4), reduction="none"; a, cls, size_average=False; a, cls, reduce=False
ctc_loss: =F.ctc_loss(t.transpose(1, 2).log_softmax(2).reshape(4, 2, 3), torch.tensor([[1, 2], [2, 1]]), torch.tensor([4, 4]), torch.tensor([2, 1])); =F.ctc_loss(t.transpose(1, 2).log_softmax(2).reshape(4, 2, 3), torch.tensor([[1, 2], [2, 1]]), torch.tensor([4, 3]), torch.tensor([2, 1]), reduction="none", zero_infinity=True); =F.ctc_loss(t.transpose(1, 2).log_softmax(2).reshape(4, 2, 3), torch.tensor([[0, 1], [1, 0]]), torch.tensor([4, 4]), torch.tensor([2, 1]), blank=2)
dropout: a, 0.3; a, 0.3, False; =F.dropout(a * 1, 0.3, inplace=True)
dropout1d: seq, 0.3; seq, 0.3, False; =F.dropout1d(seq * 1, 0.3, inplace=True)
dropout2d: img, 0.3; img, 0.3, False; =F.dropout2d(img * 1, 0.3, inplace=True)
dropout3d: vol, 0.3; vol, 0.3, False; =F.dropout3d(vol * 1, 0.3, inplace=True)
elu: a; a, 0.5; =F.elu(a * 1, inplace=True)
embedding: i, m; i, m, padding_idx=0; =F.embedding(i, m.detach(), max_norm=1.0); =F.embedding(i, m, scale_grad_by_freq=True); =F.embedding(i, m.detach(), max_norm=1.0, norm_type=1.0); =F.embedding(i, m, sparse=False)
embedding_bag: i, m; i, m, mode="sum"; i.flatten(), m, torch.tensor([0, 2]), mode="max"; =F.embedding_bag(i, m, per_sample_weights=a, mode="sum"); =F.embedding_bag(i.flatten(), m, torch.tensor([0, 2, 6]), include_last_offset=True, padding_idx=1, mode="sum"); =F.embedding_bag(i, m.detach(), max_norm=1.0); =F.embedding_bag(i, m, mode="sum", scale_grad_by_freq=True); =F.embedding_bag(i, m.detach(), max_norm=1.0, norm_type=1.0); =F.embedding_bag(i, m, sparse=False)
feature_alpha_dropout: img, 0.3, True; =F.feature_alpha_dropout(img * 1, 0.3, True, inplace=True)
fold: t.reshape(1, 8, 3)[:, :4], (2, 4), 2; =F.fold(seq[:, :, :6].reshape(1, 4, 6), (3, 4), 2); =F.fold(img.reshape(1, 8, 10)[:, :, :4].contiguous(), (4, 4), 2, 1, 0, 2); =F.fold(img.reshape(1, 8, 10)[:, :, :9].contiguous(), (4, 4), 2, 2, 2, 2)
fractional_max_pool2d: img, 2, (2, 2), _random_samples=torch.tensor([[[0.3, 0.6]] * 2] * 2, dtype=dtype)
fractional_max_pool2d_with_indices: img, 2, (2, 2), _random_samples=torch.tensor([[[0.3, 0.6]] * 2] * 2, dtype=dtype); =F.fractional_max_pool2d_with_indices(img, 2, output_ratio=(0.5, 0.5), return_indices=True, _random_samples=torch.tensor([[[0.3, 0.6]] * 2] * 2, dtype=dtype))
fractional_max_pool3d: vol, 2, (1, 2, 1), _random_samples=torch.tensor([[[0.3, 0.6, 0.2]] * 2], dtype=dtype)
fractional_max_pool3d_with_indices: vol, 2, (1, 2, 1), _random_samples=torch.tensor([[[0.3, 0.6, 0.2]] * 2], dtype=dtype)
gaussian_nll_loss: a, b, q; a, b, p, full=True, reduction="sum"; a, b, p[:, 0], eps=0.3, reduction="none"
gelu: a; a, approximate="tanh"
glu: seq[..., :6]; img, 1
grid_sample: img, torch.stack([x, x], -1) * 0.5; img, torch.stack([x, x], -1) * 0.5, "nearest", "border"; img, torch.stack([x, x], -1) * 0.5, "bicubic", "reflection", True
group_norm: img, 2; img, 1, s.expand(2), s.expand(2); img, 2, eps=1e-2
gumbel_softmax: a; a, 0.5, True; a, dim=0; =F.gumbel_softmax(a, 0.7, eps=1e-10)
hardshrink: a; a, 1.0
hardsigmoid: a; a * 3; =F.hardsigmoid(a * 1, inplace=True)
hardswish: a; a * 3; =F.hardswish(a * 1, inplace=True)
hardtanh: a; a, -0.5, 1.5; =F.hardtanh(a * 1, -0.5, 1.5, inplace=True)
hinge_embedding_loss: a, 2 * g - 1; a, 2 * g - 1, 0.5, reduction="sum"; a, 2 * g - 1, size_average=False; a, 2 * g - 1, reduce=False
huber_loss: a, b; a, b, "sum", 0.5; a, b, reduction="none", weight=q
instance_norm: img; img, weight=s.expand(2), bias=s.expand(2), eps=1e-2; img, v[:2].detach().clone(), w[:2].detach().abs(), use_input_stats=False, momentum=0.3; img, v[:2].detach().clone(), w[:2].detach().abs(), use_input_stats=True, momentum=0.3
interpolate: img, 3; img, scale_factor=2; img, (3, 7), mode="bilinear"; img, (3, 7), mode="bicubic", align_corners=True; seq, 4, mode="linear"; vol, 2, mode="trilinear"; img, 3, mode="area"; img, 3, mode="nearest-exact"; img, (3, 3), mode="bilinear", antialias=True; =F.interpolate(img, scale_factor=1.3, mode="bilinear", recompute_scale_factor=True)
kl_div: a, p, reduction="batchmean"; a, b, reduction="sum", log_target=True; a, p, reduction="none"; a, p, size_average=False; a, p, reduce=False
l1_loss: a, b; a, b, reduction="sum"; a, b, reduction="none"; a, b, weight=q; a, b, size_average=False; a, b, reduce=False
layer_norm: a, (3,); a, (3,), v, w, 1e-3; t, (3, 4)
leaky_relu: a; a, 0.2; =F.leaky_relu(a * 1, 0.2, inplace=True)
linear: a, m; a, m, v; t.transpose(1, 2), m; v, m; v, w
linear_cross_entropy: a, m, cls; =F.linear_cross_entropy(a, m, cls, linear_bias=v, weight=w.detach().abs(), reduction="sum", ignore_index=1, label_smoothing=0.1)
local_response_norm: img, 2; img, 3, 0.1, 0.5, 2.0
log_softmax: a, 1; a, dim=0, dtype=torch.float64
logsigmoid: a; big; -big
lp_pool1d: seq.abs(), 2.0, 3; seq, 2, 2, 1, True
lp_pool2d: img, 2, 2; img.abs(), 3, (2, 3), 1; img.abs(), 2, 2, 1, True
lp_pool3d: vol, 2, 2; vol.abs(), 2, 2, 1, True
margin_ranking_loss: a, b, 2 * g - 1; a, b, 2 * g - 1, 0.3, reduction="sum"; a, b, 2 * g - 1, size_average=False; a, b, 2 * g - 1, reduce=False
max_pool1d: seq, 3; seq, 2, 1, 1; seq, 2, 3, 0, 2, True, True
max_pool1d_with_indices: seq, 3; seq, 2, 3, 1, 2, True, True
max_pool2d: img, 2; img, (2, 3), 1, (1, 1); img, 2, 2, 0, 1, True, True
max_pool2d_with_indices: img, 2; img, 2, (1, 2), (1, 0), (1, 2), True, True
max_pool3d: vol, 2; vol, 2, 1, 1
max_pool3d_with_indices: vol, 2; vol, 2, (1, 2, 1), 1, 1, True, True
max_unpool1d: =F.max_unpool1d(*F.max_pool1d(seq, 2, return_indices=True), 2); =F.max_unpool1d(*F.max_pool1d(seq, 2, 2, return_indices=True), 2, 2, 0, (2, 2, 7)); =F.max_unpool1d(*F.max_pool1d(seq, 2, return_indices=True), 2, output_size=(seq.shape[-1],))
max_unpool2d: =F.max_unpool2d(*F.max_pool2d(img[..., :4], 2, return_indices=True), 2); =F.max_unpool2d(*F.max_pool2d(img, 2, return_indices=True), 2, output_size=(4, 5)); =F.max_unpool2d(*F.max_pool2d(img, (2, 2), (2, 2), return_indices=True), (2, 2), (2, 2), 0, (4, 5))
max_unpool3d: =F.max_unpool3d(*F.max_pool3d(vol, 2, return_indices=True), 2); =F.max_unpool3d(*F.max_pool3d(vol, 2, 2, return_indices=True), 2, 2, 0, (3, 4, 3)); =F.max_unpool3d(*F.max_pool3d(vol, 2, return_indices=True), 2, output_size=vol.shape[-3:])
mish: a; =F.mish(a * 1, inplace=True)
mse_loss: a, b; a, b, reduction="sum"; a, b, reduction="none"; a, b, weight=q; a, b, size_average=False; a, b, reduce=False
multi_head_attention_forward: =F.multi_head_attention_forward(t.reshape(3, 2, 4), t.reshape(3, 2, 4), t.reshape(3, 2, 4), 4, 2, torch.cat([t.reshape(6, 4), t.reshape(6, 4)]), None, None, None, False, 0.0, t.reshape(6, 4)[:4], None); =F.multi_head_attention_forward(t.reshape(3, 2, 4), t.reshape(3, 2, 4), t.reshape(3, 2, 4), 4, 2, None, t.reshape(12, 2)[:, 0], None, None, False, 0.0, t.reshape(6, 4)[:4], v.repeat(2)[:4], False, torch.tensor([[False, False, True], [False, False, False]]), True, m.detach(), True, t.reshape(6, 4)[:4], t.reshape(6, 4)[1:5], t.reshape(6, 4)[2:], average_attn_weights=False); =F.multi_head_attention_forward(t.reshape(3, 2, 4), t.reshape(3, 2, 4), t.reshape(3, 2, 4), 4, 2, torch.cat([t.reshape(6, 4), t.reshape(6, 4)]), None, None, None, True, 0.0, t.reshape(6, 4)[:4], None, need_weights=False, is_causal=True, attn_mask=torch.zeros(3, 3, dtype=dtype))
multi_margin_loss: a, cls; a, cls, 2, 0.5, v.detach().abs(), reduction="sum"; a, cls, size_average=False; a, cls, reduce=False
multilabel_margin_loss: a, torch.tensor([[0, 2, -1], [1, -1, 0]]); a, torch.tensor([[0, 2, -1], [1, -1, 0]]), reduction="none"; a, torch.tensor([[0, 2, -1], [1, -1, 0]]), size_average=False; a, torch.tensor([[0, 2, -1], [1, -1, 0]]), reduce=False
multilabel_soft_margin_loss: a, p; a, p, v.detach().abs(), reduction="none"; a, p, size_average=False; a, p, reduce=False
nll_loss: a, cls; a, cls, v.detach().abs(), reduction="sum"; a, cls, ignore_index=2, reduction="none"; t, i.new_zeros(2, 4); a, cls, size_average=False; a, cls, reduce=False
normalize: a; a, 1.0, 0; a, 2.0, 1, 10.0
one_hot: i; i, 4; j
pad: a, (1, 2); a, (1, -1, 0, 2), "constant", 2; img, (1, 2, 1, 0), "reflect"; img, (1, 2, 1, 0), "replicate"; img, (1, 2, 1, 0), "circular"; seq, (2, 1), "reflect"
pairwise_distance: a, b; a, b, 1.0; a, b, 3.0, 1e-3, True
pdist: m; m, 1.0; m, inf
pixel_shuffle: img.reshape(1, 4, 4, 5), 2
pixel_unshuffle: img[..., :4], 2
poisson_nll_loss: a, q; q, p, False, True, reduction="sum"; q, p, False, eps=1e-2; a, q, size_average=False; a, q, reduce=False
prelu: a, v; a, s.reshape(1); t, v
relu: a; =F.relu(a * 1, inplace=True)
relu6: a * 4; =F.relu6(a * 4, inplace=True)
rms_norm: a, (3,); a, (3,), v, 1e-3
rrelu: a; a, 0.1, 0.3, True; =F.rrelu(a * 1, 0.1, 0.3, True, inplace=True)
scaled_dot_product_attention: x, x, x; x, x, x, is_causal=True; x, x, x, m; x, x, x, m > 0, scale=0.3; x, x, x, dropout_p=0.5; x.reshape(1, 2, 3, 3), x.reshape(1, 2, 3, 3)[:, :1], x.reshape(1, 2, 3, 3)[:, :1], enable_gqa=True
selu: a; =F.selu(a * 1, inplace=True)
sigmoid: a
silu: a; =F.silu(a * 1, inplace=True)
smooth_l1_loss: a, b; a, b, reduction="sum", beta=0.5; a, b, beta=0.0; a, b, size_average=False; a, b, reduce=False
soft_margin_loss: a, 2 * g - 1; a, b.sign(), reduction="sum"; a, 2 * g - 1, size_average=False; a, 2 * g - 1, reduce=False
softmax: a, 1; a, dim=0, dtype=torch.float64
softmin: a, 1; =F.softmin(a, 1, dtype=torch.float64)
softplus: a; a, 2, 1
softshrink: a; a, 1.0
softsign: a
tanh: a
tanhshrink: a
threshold: a, 0.5, 2.0; =F.threshold(a * 1, 0.5, 2.0, inplace=True)
triplet_margin_loss: a, b, p; a, b, p, 0.5, 1.0, swap=True; a, b, p, reduction="none"; a, b, p, eps=1e-2; a, b, p, size_average=False; a, b, p, reduce=False
triplet_margin_with_distance_loss: a, b, p; a, b, p, distance_function=lambda x, y: (x - y).abs().sum(1), margin=0.5, swap=True; a, b, p, reduction="sum"
unfold: img, 2; img, (2, 3), 1, 1, 2
upsample: img, 3; img, scale_factor=2, mode="bilinear"; img, (3, 7), mode="bilinear", align_corners=True
upsample_bilinear: img, (3, 7); img, scale_factor=2
upsample_nearest: img, 3; img, scale_factor=2
conv_tbc: t, t.transpose(1, 2), v, 1
native_channel_shuffle: img.reshape(1, 4, 4, 5), 2
"""

SECTIONS = {
    "torch": ("torch", TORCH),
    "Tensor": ("", TENSOR),
    "linalg": ("torch.linalg", LINALG),
    "fft": ("torch.fft", FFT),
    "special": ("torch.special", SPECIAL),
    "nn.functional": ("F", FUNCTIONAL),
}
CLOSERS = {"(": ")", "[": "]", "{": "}"}


def parts(text, separator):
    """The pieces of a text between the separators that stand in no bracket and no string."""
    out, depth, quote, start = [], 0, None, 0
    for at, c in enumerate(text):
        if quote:
            quote = None if c == quote else quote
        elif c in "\"'":
            quote = c
        elif c in CLOSERS:
            depth += 1
        elif c in CLOSERS.values():
            depth -= 1
        elif c == separator and not depth:
            out.append(text[start:at].strip())
            start = at + 1
    return [*out, text[start:].strip()]


def rows_of(table):
    rows = {}
    for line in table.strip().splitlines():
        name, _, rest = line.partition(": ")
        assert name not in rows, name
        rows[name] = parts(rest, ";")
    return rows


ROWS = {space: rows_of(table) for space, (_, table) in SECTIONS.items()}


def calls(space, name):
    """The expressions for a name of a namespace; [] if the tables have none."""
    prefix = SECTIONS[space][0]
    row = ROWS[space].get(name)
    if space == "Tensor":
        if row is not None:
            return [a[1:] if a[0] == "=" else method(name, a) for a in row]
        base = name if name in ROWS["torch"] or not name.endswith("_") else name[:-1]
        rows = [a for a in ROWS["torch"].get(base, ROWS["Tensor"].get(base, ())) if a[0] != "="]
        copy = "" if base == name else ".clone()"
        return [method(name, a, copy) for a in rows if not a[0].isdigit()]
    if row is None and name.endswith("_"):
        row = [a for a in ROWS[space].get(name[:-1], ()) if a[0] != "=" and not a[0].isdigit()]
        return [f"{prefix}.{name}({', '.join([f'({first}).clone()', *rest])})" for first, *rest in map(split_call, row)]
    return [a[1:] if a[0] == "=" else f"{prefix}.{name}({a})" for a in row or ()]


def split_call(arguments):
    return parts(arguments, ",")


def method(name, arguments, copy=""):
    first, *rest = split_call(arguments)
    first = first if first.isidentifier() else f"({first})"
    return f"{first}{copy}.{name}({', '.join(rest)})"
