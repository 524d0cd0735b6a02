"""The calls that docs/coverage-jax.md rests on: for every name of jax_names.json, what it is called with.

A row is `names: arguments; arguments; ...` over the operands of tests/compat/sampling.py; several names take the same
arguments. Arguments that begin with `=` are a whole expression; behind ` | ` stands what jax is given instead, and nothing
there means that NumPy or SciPy is the only oracle. The first arguments are those that every column but the value is tried on.
"""

ROWS = {}

ROWS["numpy"] = """
abs absolute: a; s; e
sign negative positive square exp expm1 sin cos tanh sinh cosh arctan atan arcsinh asinh conj conjugate real imag: a; s; e
angle: a; p, True
exp2 cbrt tan rint trunc floor ceil i0 sinc: a; s
sqrt log log2 log10 log1p reciprocal: p; q
arccos acos arcsin asin arctanh atanh: p
arccosh acosh: q
deg2rad rad2deg degrees radians fabs signbit spacing nan_to_num: a
isfinite isinf isnan isneginf isposinf isreal iscomplex iscomplexobj isrealobj logical_not: a; e
frexp modf: a
invert bitwise_not bitwise_invert bitwise_count: i; a
add subtract multiply maximum minimum fmax fmin hypot copysign nextafter arctan2 atan2 logaddexp logaddexp2: a, b; a, r; a, 2; s, a
divide true_divide floor_divide mod remainder fmod divmod: a, q; q, 2; a, r + 3
power pow: q, b; a, 2; a, 3; 2.0, a; q, 0.5; p, v
float_power: q, b; p, 2
heaviside: a, b; a, 0.5
ldexp: a, j; 1.5, i
equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor: a, b; a, r; a, 0
bitwise_and bitwise_or bitwise_xor gcd lcm: i, g; i, 3; a, b
left_shift right_shift bitwise_left_shift bitwise_right_shift: i, g; i, 1
sum: a; a, 1; x, (0, 2), keepdims=True; a, 0, where=k; a, initial=2.0; a, dtype=jnp.float32; e; e, 0; s
prod: a; a, 1; x, (0, 2), keepdims=True; a, 0, where=k; a, initial=2.0; e; s
max amax min amin: a; a, 1; x, (0, 2), keepdims=True; a, 0, where=k, initial=0.5; s
ptp: a; a, 1; a, axis=0, keepdims=True
all any: a; a, 1; k; k, (0, 1), keepdims=True; a, 0, where=k; e
argmax argmin: a; a, 1; a, 1, keepdims=True; s
mean: a; a, 1; x, (0, 2), keepdims=True; a, 1, where=k; a, dtype=jnp.float32; s
var std: a; a, 1; x, (0, 2), keepdims=True; a, ddof=1; t, 1, where=t > 0; a, 1, correction=1
nansum nanprod nanmax nanmin nanmean nanvar nanstd nanmedian: =jnp.NAME(jnp.where(k, a, nan)); a, 1; a, 0, keepdims=True
nanargmax nanargmin: =jnp.NAME(jnp.where(k, a, nan), 1); a
nancumsum nancumprod: =jnp.NAME(jnp.where(k, a, nan)); a, 1
cumsum cumprod: a; a, 1; x, 0; a, 0, jnp.float32; e
cumulative_sum cumulative_prod: v; a, axis=1; a, axis=0, include_initial=True; a, axis=1, dtype=jnp.float32
count_nonzero: a; k, 1; k, (0, 1), keepdims=True
median: a; a, 1; x, (0, 2), keepdims=True; a, 0
quantile nanquantile: a, 0.3; a, v * 0.2 + 0.5, 1; a, 0.4, method='lower'; a, 0.4, method='higher'; a, 0.4, method='nearest'; a, 0.4, method='midpoint'; a, 0.7, 0, keepdims=True
percentile nanpercentile: a, 30; a, [10.0, 40.0], 1; a, 40, method='lower'; a, 70, 0, keepdims=True
average: a; a, 1; a, 1, v + 3; a, weights=p; a, 0, returned=True; a, 0, keepdims=True
cov: a; a, ddof=0; a, b; a, rowvar=False; a, bias=True; a, fweights=j; a, aweights=v * v
corrcoef: a; a, b; a, rowvar=False
histogram: =jnp.histogram(jnp.real(a))[1]; =jnp.histogram(jnp.real(a), 4)[0] * 1.0; =jnp.histogram(jnp.real(a), jnp.array([-2.0, 0.0, 2.0]))[0] * 1.0; jnp.real(a), 3, weights=jnp.real(p); jnp.real(a), 3, density=True
histogram2d: =jnp.histogram2d(jnp.real(v), jnp.real(w), 4)[1:]; =jnp.histogram2d(v, w, 3)[0] * 1.0; v, w, [2, 3], density=True
histogramdd: =jnp.histogramdd(jnp.real(n), 4)[1]; =jnp.histogramdd(n, 3)[0] * 1.0; =jnp.histogramdd(n, (2, 3))[0] * 1.0; n, 3, density=True
histogram_bin_edges: jnp.real(a); jnp.real(a), 4; a, 3, (-1.0, 1.0)
bincount: j; j, minlength=5; j, v
digitize: a, [-1.0, 0.0, 1.0]; a, [1.0, 0.0], right=True
dot: a, n; v, w; m, v; a, 2; s, v
vdot: v, w; a, b
inner: a, b; v, w; s, a
outer: v, w; a, b
matmul: a, n; v, m; m, v; x, m; x, y
matvec: m, v; x, v; a, w
vecmat: v, m; v, x
vecdot: a, b; v, w; a, v; t, t, axis=1
tensordot: a, n, 1; a, b; x, m, ((1, 2), (0, 1)); v, w, 0
kron: v, w; a, n
cross: v, w; a, b; a, v; n[:, 0], w; v[:2], w[:2]
einsum: 'ij,jk', a, n; 'ij->ji', a; 'ij,ij->', a, b; 'ii->i', m; '...ij,...jk->...ik', x, y; 'i,j,k->ijk', v, w, v; a, [0, 1], n, [1, 2]; 'ij,jk,kl', a, n, b, optimize='optimal'
einsum_path: =jnp.einsum_path('ij,jk', np.ones((2, 3)), np.ones((3, 4)))[0][-1]
convolve correlate: v, w; v, q[0], 'same'; v, w, 'valid'; a[0], v[:2], 'full'
interp: v, [-2.0, 0.0, 2.0], w; v, jnp.array([-2.0, 0.0, 2.0]), w, left=-1.0, right=9.0; a, [0.0, 1.0], [1.0, 3.0]
gradient: a; v, 2.0; a, axis=1; v, jnp.array([0.0, 1.0, 3.0])
diff: a; a, 2; a, axis=0; v, prepend=0, append=w; a, 0
ediff1d: v; a, 1, [2.0, 3.0]
trapezoid: v; a, dx=0.5; v, w; a, axis=0
unwrap: 5 * v; 5 * a, axis=0; 5 * v, period=3.0 |
polyval: v, a; [1.0, 2.0], s
polyadd polysub polymul: v, w; v, a[0, :2]
polyder polyint: v; v, 2
polyint: v, 1, 2.0
polydiv: =jnp.polydiv(q[0], p[0, :2])[0]
polyfit: =jnp.polyfit(v, w, 1); v, n, 1; v, w, 1, w=q[0]
poly: v; =jnp.poly(spd).real
roots: =jnp.sort(jnp.abs(jnp.roots(q[0])))
vander: v; v, 4; v, 2, increasing=True
where: k, a, b; k, a, 0; a > 0, v, b; =jnp.where(k)
select: [k, a > 0], [a, b], 5; [k], [a]
piecewise: =jnp.piecewise(a, [a < -1, a > 1], [2, lambda u: u * u, lambda u: -u])
clip: a, -1, 1; a, None, r; a, b, None; a, -1.5, 1.5
choose: =jnp.choose(j, (v, w)); j + 1, (v, w), mode='clip'
compress: np.array([True, False]), a, 0; np.array([True, False, True]), v
extract: =jnp.extract(np.array([True, False, True]), v)
nonzero flatnonzero argwhere: k; np.array([1, 0, 2])
take: a, i; a, o, 1; v, i, mode='clip'; a, np.array([0, -1]), 0, mode='wrap'; a, 1, 1
take_along_axis: a, i, 1; a, g, axis=0; a, i % 2, None |
put: =written(jnp.put, a * 1, j, w) | jnp.put(a, j, w, inplace=False); =written(jnp.put, a * 1, j + 8, w, mode='wrap') | jnp.put(a, j + 8, w, mode='wrap', inplace=False)
put_along_axis: =written(jnp.put_along_axis, a * 1, i[:, :1], 2.0, 1) | jnp.put_along_axis(a, i[:, :1], 2.0, 1, inplace=False)
place: =written(jnp.place, a * 1, k, v) | jnp.place(a, k, v, inplace=False)
fill_diagonal: =written(jnp.fill_diagonal, m * 1, 5) | jnp.fill_diagonal(m, 5, inplace=False); =written(jnp.fill_diagonal, m * 1, v) | jnp.fill_diagonal(m, v, inplace=False)
diagonal: m; a, 1; x, 0, 1, 2
diag: v; m; m, 1; v, -1
diagflat: v; a, 1
trace: m; a, 1; x, 0, 1, 2; m, dtype=jnp.float32
tri: 3; 3, 4, 1; 3, dtype=dtype
tril triu: a; m, 1; x, -1
tril_indices triu_indices: 3; 3, 1, 4
tril_indices_from triu_indices_from: m; a, 1
diag_indices: 3; 3, 3
diag_indices_from: m
mask_indices: =jnp.mask_indices(3, np.triu) | jnp.mask_indices(3, jnp.triu)
indices: (2, 3); (2, 3), dtype=jnp.float32; (2, 2), sparse=True
ix_: [0, 1], [1, 2]
reshape: a, (3, 2); a, -1; t, (4, -1), 'F'; s, (1, 1)
ravel: a; a, 'F'
expand_dims: a, 0; a, (0, -1)
squeeze: r; r, 0; a[:, None], 1
transpose permute_dims: t, (2, 0, 1); a, (1, 0)
matrix_transpose: a; x
swapaxes: t, 0, 2; t, -1, 1
moveaxis: t, 0, -1; t, (0, 1), (2, 0)
rollaxis: t, 2; t, 0, 3
flip: a; a, 1; t, (0, 2)
fliplr flipud: a
rot90: a; a, 2; t, -1, (1, 2)
roll: a, 1; a, 2, 1; a, (1, 2), (0, 1)
broadcast_to: r, (4, 3); s, (2,)
broadcast_arrays: r, n[:, :1]; v, s
broadcast_shapes: =jnp.broadcast_shapes((2, 1), (3,), (4, 1, 1))
atleast_1d atleast_2d atleast_3d: s; v; a; s, v
concatenate: [a, b]; [a, b], 1; [v, w], None; [a, r], dtype=jnp.float32
concat: [a, b]; [a, r]; [a, b], axis=1
stack: [a, b]; [a, b], 1; [v, w], -1; [s, s]
vstack: [a, b]; [v, w]
hstack: [a, b]; [v, s]
dstack: [a, b]; [v, w]
column_stack: [v, w]; [n, v]
block: [[a, b], [b, a]]; [v, w]
append: a, b; a, b, 1; v, 2.0
insert: v, 1, 5; a, 1, w[:2], 1; a, [0, 2], 7, 1
delete: v, 1; a, 1, 1; a, [0, 2], 1; a, slice(0, 2), 1
repeat: a, 2; a, 2, 1; v, np.array([1, 0, 2])
tile: a, 2; v, (2, 2); s, 3
resize: a, (3, 3); v, 5
pad: a, 1; a, ((1, 0), (0, 2)), constant_values=3; v, 2, 'reflect'; v, (2, 1), 'edge'; v, 2, 'wrap'; v, 2, 'symmetric'; v, 2, 'linear_ramp', end_values=1.0; v, 1, 'mean'; v, 1, 'maximum'; v, 1, 'minimum'; v, 1, 'median'
split: a, 3, 1; v, [1, 2]; a, 2
array_split: v, 2; a, 2, 1
hsplit vsplit: x[0], 3; m, [1, 2]
dsplit: t, 2; t, [1, 3]
unstack: a; a, axis=1
trim_zeros: =jnp.trim_zeros(np.array([0, 1, 2, 0])); np.array([0, 1, 0]), 'f'
sort: a; a, 0; v, descending=True; a, None; a, stable=True
argsort: a; a, 0; v, descending=True; a, None; a, stable=True
partition argpartition: =jnp.NAME(a, 1)[..., 1]; =jnp.NAME(a, 0, 0)[0]
lexsort: (v, w); (j, v)
sort_complex: v
searchsorted: np.array([-1.0, 0.0, 1.0]), a; np.array([-1.0, 0.0, 1.0]), 0.0, 'right'; np.array([1.0, -1.0, 0.0]), a, sorter=np.array([1, 2, 0])
unique: i; v; =jnp.unique(i, return_index=True, return_inverse=True, return_counts=True); i, axis=0; i.T % 2, axis=1
unique_all: i; v
unique_counts: i; v
unique_values: =jnp.sort(jnp.unique_values(i)); =jnp.sort(jnp.unique_values(v))
unique_inverse: =tuple(jnp.unique_inverse(i)); v
union1d setxor1d setdiff1d: i, np.array([1, 5]); v, w[:2]
intersect1d: i, np.array([1, 5, 2]); =jnp.intersect1d(o, np.array([2, 0, 7]), return_indices=True)
isin: i, [1, 2]; i, [1], invert=True; a, v
isclose: a, b; a, a + 1e-9; a, b, 10.0, 3.0
allclose: a, a; a, b
array_equal: a, a; a, b; a, v; a, b, equal_nan=True |
array_equiv: a, a; v, r
round around: a; 3 * a, 1; a, decimals=2
real_if_close: =jnp.real(v) |
arange: 5; 1, 7, 2; 0.0, 1.0, 0.25; 3, dtype=dtype
linspace: 0, 1, 5; s, q, 3; v, w, 4, axis=1; 0, 1, 4, endpoint=False; 0, 1, 4, retstep=True; a, b, 3
logspace: 0, 1, 4; v, w, 3; 0, 2, 3, base=2.0
geomspace: 1, 8, 4; p, q, 3
array asarray: a; [1, 2]; [[1.0, 2.0]]; a, dtype=jnp.float32 if np.dtype(dtype).kind != 'c' else jnp.complex64; [v, w]
copy: a
astype: a, jnp.float32 if np.dtype(dtype).kind != 'c' else jnp.complex64; i, jnp.float32
zeros ones: (2, 3); 3, dtype
empty: =jnp.empty((2, 3)).shape; =jnp.empty(3, dtype).dtype.name
full: (2, 3), 2.5; (2,), s; 3, 1, dtype
empty_like: =jnp.empty_like(a).shape; =jnp.empty_like(a, dtype=jnp.int32).dtype.name
zeros_like ones_like: a; a, dtype=jnp.int32; a, shape=(2,)
full_like: a, 2; a, 2, dtype=jnp.int32; a, 1, shape=(2,); a, v
eye: 3; 2, 3, 1; 3, dtype=dtype
identity: 3; 2, dtype
meshgrid: v, w; v, w, indexing='ij'; v, w, sparse=True; v
fromfunction: =jnp.fromfunction(lambda u, z: u + z, (2, 3), dtype=int)
frombuffer: =jnp.frombuffer(np.arange(3.0).tobytes())
fromiter: =jnp.fromiter([1, 2], jnp.float32)
fromstring: =jnp.fromstring('1 2', sep=' ')
fromfile: =jnp.fromfile(file_of(np.arange(3.0).tobytes())) | np.arange(3.0)
from_dlpack: =jnp.from_dlpack(np.arange(3.0)) | np.arange(3.0)
save: =(lambda f: (jnp.save(f, np.arange(3)), f.seek(0), jnp.load(f))[2])(io.BytesIO())
savez: =(lambda f: (jnp.savez(f, z=np.arange(3)), f.seek(0), jnp.load(f)['z'])[2])(io.BytesIO())
load: =(lambda f: (jnp.save(f, np.arange(3)), f.seek(0), jnp.load(f))[2])(io.BytesIO())
bartlett blackman hamming hanning: 5; 1; 0
kaiser: 5, 2.0; 1, 3.0
packbits: np.array([1, 0, 1, 1]); np.array([[1, 0], [1, 1]]), 1, 'little'
unpackbits: np.array([5, 200], np.uint8); np.array([[5], [3]], np.uint8), 1, 3, 'little'
ravel_multi_index: (np.array([0, 1]), np.array([2, 1])), (2, 3)
unravel_index: np.array([0, 4]), (2, 3)
apply_along_axis: jnp.cumsum, 0, a; (lambda u: u.max()), 1, a
apply_over_axes: jnp.sum, t, (0, 2)
vectorize: =jnp.vectorize(lambda u, z: u * z + 1)(v, 2.0); =jnp.vectorize(lambda u, z: u * z + 1)(a, b)
frompyfunc: =float(jnp.frompyfunc(lambda u, z: u + z, 2, 1)(2.0, 3.0)) | 5.0
c_: =jnp.c_[v, w]; =jnp.c_[a, b]
r_: =jnp.r_[v, w, 1.5]; =jnp.r_[0:3]
mgrid ogrid: =jnp.NAME[0:2, 0:3]; =jnp.NAME[0:1:3j]
s_ index_exp: =repr(jnp.NAME[1:2, ..., None])
ndim size shape: =jnp.NAME(t)
iterable isscalar: =(jnp.NAME(1.5), jnp.NAME([1]))
isdtype: =jnp.isdtype(dtype, 'real floating'); =jnp.isdtype(dtype, ('integral', jnp.complex64)); =jnp.isdtype(dtype, 'numeric')
issubdtype: =jnp.issubdtype(dtype, jnp.floating)
promote_types: dtype, jnp.float32
result_type: a, jnp.float32; a, b
can_cast: =jnp.can_cast(dtype, jnp.float32); =jnp.can_cast(dtype, jnp.int64, 'same_kind')
finfo: =(lambda f: (f.bits, float(f.eps), float(f.max), float(f.tiny), f.nmant))(jnp.finfo(dtype))
iinfo: =(lambda f: (f.bits, f.min, f.max))(jnp.iinfo(dtype))
dtype: =str(jnp.dtype(dtype))
array_repr array_str: =jnp.NAME(a) |
get_printoptions set_printoptions printoptions: =jnp.get_printoptions()['precision']
pi inf nan euler_gamma newaxis e: =repr(getattr(jnp, 'NAME'))
bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 int_ uint float16 float32 float64 single double complex64 complex128 csingle cdouble: =jnp.NAME(1); =jnp.zeros(2, jnp.NAME)
bool: =jnp.zeros(2, jnp.bool)
number generic integer signedinteger unsignedinteger inexact floating complexfloating flexible character object_: =jnp.issubdtype(dtype, jnp.NAME)
ndarray: =isinstance(jnp.zeros(2), jnp.ndarray)
ufunc: =isinstance(jnp.add, jnp.ufunc); =jnp.add.reduce(a, 1); =jnp.multiply.outer(v, w); =jnp.add.accumulate(v); =jnp.logaddexp.reduce(p)
"""

ROWS["numpy.linalg"] = """
cholesky: spd; =jnp.linalg.cholesky(spd, upper=True)
cond: m + 3 * jnp.eye(3); m + 3 * jnp.eye(3), 1; m + 3 * jnp.eye(3), 'fro'
cross: v, w; a, b
det slogdet: m; x
diagonal: m; a, offset=1
eig: =jnp.sort(jnp.abs(jnp.linalg.eig(m)[0]))
eigvals: =jnp.sort(jnp.abs(jnp.linalg.eigvals(m)))
eigh: =jnp.linalg.eigh(spd)[0]; =jnp.abs(jnp.linalg.eigh(spd, 'U')[1])
eigvalsh: spd; spd, 'U'
inv: m; x
lstsq: =jnp.linalg.lstsq(n, v)[0]; =jnp.linalg.lstsq(n, m)[0]
matmul: a, n; x, y
matrix_norm: m; m, ord=1; m, ord='nuc'; x, keepdims=True; m, ord=2; m, ord=-inf
matrix_power: m, 3; m, 0; m, -2
matrix_rank: m; n; m, rtol=0.02
matrix_transpose: a; x
multi_dot: [a, n, b]; [v, m, w]
norm: v; a; a, axis=1; v, 1; v, inf; v, 3; m, 'nuc'; m, 2; m, -2; x, axis=(1, 2), keepdims=True; v, 0; m, 1
outer: v, w
pinv: n; m; a
qr: =jnp.abs(jnp.linalg.qr(n)[1]); =jnp.abs(jnp.linalg.qr(n, 'r'))
solve: m, v; m, n; x, y
svd: =jnp.linalg.svd(n, compute_uv=False); =jnp.abs(jnp.linalg.svd(n, full_matrices=False)[0])
svdvals: n; m; x
tensordot: a, n, axes=1; a, b
tensorinv: =jnp.linalg.tensorinv(m.reshape(3, 3, 1)[:, :, 0], 1)
tensorsolve: m, v
trace: m; x; a, offset=1
vecdot: a, b; v, w
vector_norm: a; a, axis=1, keepdims=True; a, ord=1; a, ord=inf; a, ord=3
"""

ROWS["numpy.fft"] = """
fft ifft: v; a; v, 5; a, 2, 0; v, norm='ortho'; v, norm='forward'
rfft ihfft: =jnp.fft.NAME(jnp.real(v)); jnp.real(a), 4; jnp.real(a), 2, 0; jnp.real(v), norm='ortho'
irfft hfft: v; a, 5; v, norm='ortho'; a, 3, 0
fftn ifftn: a; t; t, (2, 2), (0, 2); a, norm='ortho'
fft2 ifft2: a; t, (2, 2); x, axes=(0, 1)
rfftn: =jnp.fft.rfftn(jnp.real(a)); jnp.real(t), (2, 2), (0, 2)
irfftn irfft2: a; t, (2, 3), (0, 2); a, norm='forward'
rfft2: =jnp.fft.rfft2(jnp.real(a)); jnp.real(t), norm='ortho'
fftshift ifftshift: v; a; a, 1
fftfreq rfftfreq: 5; 4, 0.5; 5, d=2.0
"""

ROWS["lax"] = """
abs sign neg exp expm1 sin cos tanh sinh cosh atan asinh conj real imag logistic square: a; s; e
exp2 cbrt tan floor ceil erf erfc bessel_i0e bessel_i1e: a; s
sqrt log log1p rsqrt reciprocal lgamma digamma: p; q
acos asin atanh erf_inv: p
acosh: q
is_finite: a
bitwise_not population_count clz: i; a
round: a; 2 * a, lax.RoundingMethod.TO_NEAREST_EVEN
add sub mul max min atan2 nextafter complex: a, b
div rem: a, q
pow: q, b; q, 2
integer_pow: a, 3; q, -2
eq ne ge gt le lt: a, b
bitwise_and bitwise_or bitwise_xor: i, g; a, b
shift_left shift_right_arithmetic shift_right_logical: i, g
mulhi: np.array([2**62, 3, -5]), np.array([8, 2**40, 2**62]); np.array([2**31, 3], np.uint32), np.array([8, 5], np.uint32)
igamma igammac igamma_grad_a random_gamma_grad: q, p
betainc: q, q, p
zeta: q, q
polygamma: np.ones((2, 3)) * 1.0, q
clamp: -0.5, a, 0.5; b, a, b + 1
select: k, a, b
select_n: k, a, b; i, a, b, p
convert_element_type: a, np.float32 if np.dtype(dtype).kind != 'c' else np.complex64; a * 3, np.int32
bitcast_convert_type: np.array([1.5, -2.0], np.float32), np.int32; np.array([1.5]), np.uint32
reduce_precision: a, 5, 10; a, exponent_bits=8, mantissa_bits=7
full: (2, 3), 1.5; (2,), 3, np.float32
full_like: a, 2; a, 2, np.float32
empty: (2,), np.float32
iota: np.int32, 4; dtype, 3
broadcasted_iota: np.int32, (2, 3), 1
dtype: =str(lax.dtype(a))
broadcast: v, (2, 1)
broadcast_in_dim: v, (2, 3, 4), (1,)
broadcast_like: r, a
broadcast_shapes: (2, 1), (3,)
broadcast_to_rank: v, 3
collapse: t, 1; t, 0, 2
concatenate: [a, b], 0
stack unstack: =lax.NAME([a, b] if 'NAME' == 'stack' else a)
expand_dims: a, (0, 2)
squeeze: r, (0,)
reshape: a, (3, 2); a, (6,), (1, 0)
transpose: t, (2, 0, 1)
rev: a, (1,)
tile: v, (3,)
split: a, (1, 2), 1
pad: v, np.dtype(dtype).type(9), [(1, 2, 0)]; a, np.dtype(dtype).type(0), [(-1, 2, 1), (0, -1, 2)]
slice: a, (0, 1), (2, 3); a, (0, 0), (2, 3), (1, 2)
slice_in_dim: a, 1, 3, axis=1; a, -2, None, axis=1
index_in_dim: a, 1, 1; a, -1, 0, False
index_take: a, (np.array([0, 1]),), (0,)
dynamic_slice: a, (1, 1), (1, 2); a, (5, -1), (1, 2)
dynamic_slice_in_dim: a, 1, 2, axis=1
dynamic_index_in_dim: a, 1, 1; a, 0, 0, False
dynamic_update_slice: m, a[:, :2], (1, 1)
dynamic_update_slice_in_dim: m, a, 1, 0
dynamic_update_index_in_dim: m, v, 1, 0
gather: m, np.array([[0], [2]]), lax.GatherDimensionNumbers((1,), (0,), (0,)), (1, 3); m, np.array([[0], [9]]), lax.GatherDimensionNumbers((1,), (0,), (0,)), (1, 3), mode='fill'
scatter scatter_add scatter_sub scatter_max scatter_min: v, np.array([[0], [2]]), w[:2], lax.ScatterDimensionNumbers((), (0,), (0,))
scatter_mul: v, np.array([[0], [2]]), w[:2], lax.ScatterDimensionNumbers((), (0,), (0,)), unique_indices=True
scatter_apply: v, np.array([[0], [2]]), lax.sin, lax.ScatterDimensionNumbers((), (0,), (0,)), update_shape=(2,)
GatherDimensionNumbers: =lax.GatherDimensionNumbers((1,), (0,), (0,)).offset_dims
ScatterDimensionNumbers: =lax.ScatterDimensionNumbers((1,), (0,), (0,)).update_window_dims
GatherScatterMode: =lax.gather(m, np.array([[0], [9]]), lax.GatherDimensionNumbers((1,), (0,), (0,)), (1, 3), mode=lax.GatherScatterMode.CLIP)
RoundingMethod: =lax.round(a, lax.RoundingMethod.AWAY_FROM_ZERO)
Precision: =lax.dot(a, n, precision=lax.Precision.HIGHEST)
FftType: =lax.fft(lax.complex(v, w), lax.FftType.FFT, (3,))
ConvDimensionNumbers conv_dimension_numbers: =lax.conv_dimension_numbers((1, 2, 3), (4, 2, 3), ('NCH', 'OIH', 'NHC')).out_spec
DotDimensionNumbers: =lax.dot_general(a, n, (((1,), (0,)), ((), ())))
reduce_sum reduce_prod reduce_max reduce_min: a, (1,); t, (0, 2)
reduce_and reduce_or: k, (1,); i, (0,)
reduce_xor: i, (1,)
reduce: a, np.dtype(dtype).type(0), lax.add, (1,); a, np.dtype(dtype).type(-100), lax.max, (0,)
reduce_window: v, np.dtype(dtype).type(0), lax.add, (2,); jnp.real(m) * 1.0, -inf, lax.max, (2, 2), (1, 1), 'SAME'
reduce_window_shape_tuple: (1, 8, 7), (1, 3, 2), (1, 2, 1), ((0, 0), (1, 1), (0, 0))
argmax argmin: a, 1, np.int32
cumsum cumprod cummax cummin: a, 1; a, 0, reverse=True
cumlogsumexp: a, 1; a, 0, reverse=True
sort: a; a, dimension=0; (i % 2, i, a), num_keys=2
sort_key_val: v, w
top_k: a, 2
approx_max_k approx_min_k: a, 2
dot: a, n; v, w; m, v
dot_general: a, n, (((1,), (0,)), ((), ())); x, y, (((2,), (1,)), ((0,), (0,))); a, n, (((1,), (0,)), ((), ())), preferred_element_type=np.float64
batch_matmul: x, y
ragged_dot: n, jnp.stack([m[:2], m[1:], a]), np.array([1, 0, 2], np.int32)
conv: img, img[:, :, :2, :2] * 1, (1, 1), 'SAME'; seq, seq[:, :, :2], (2,), 'VALID'
conv_with_general_padding: seq, seq[:, :, :2], (1,), [(1, 2)], (2,), (2,)
conv_general_dilated: img, img[:, :, :2, :3], (2, 1), 'SAME'; seq, seq[:, :1, :2], (1,), 'SAME_LOWER', feature_group_count=2; img, img[:, :, :2, :3], (1, 1), [(0, 1), (2, 0)], (1, 2), (2, 1); img.transpose((0, 2, 3, 1)), img[:, :, :2, :2].transpose((2, 3, 1, 0)), (1, 1), 'VALID', dimension_numbers=('NHWC', 'HWIO', 'NHWC')
conv_transpose: seq.transpose((0, 2, 1)), seq[:, :, :3].transpose((2, 1, 0)), (2,), 'SAME'; seq.transpose((0, 2, 1)), seq[:, :, :3].transpose((2, 1, 0)), (2,), 'VALID'
conv_general_dilated_local: seq, jnp.ones((3, 4, 6), dtype) * jnp.arange(6).astype(dtype), (1,), 'VALID', (2,)
conv_general_dilated_patches: seq, (3,), (1,), 'VALID'; img, (2, 2), (2, 1), 'SAME'; img, (2, 2), (1, 1), 'VALID', rhs_dilation=(2, 2)
conv_general_permutations: =lax.conv_general_permutations(('NHWC', 'HWIO', 'NCHW'))
conv_general_shape_tuple: (1, 2, 9), (4, 2, 3), (2,), [(1, 1)], ('NCH', 'OIH', 'NCH')
conv_shape_tuple: (1, 2, 9), (4, 2, 3), (2,), [(1, 1)]
conv_transpose_shape_tuple: (1, 9, 2), (3, 2, 4), (2,), 'SAME', ('NHC', 'HIO', 'NHC')
padtype_to_pads: (5, 6), (2, 3), (2, 1), 'SAME'; (5,), (2,), (1,), 'VALID'
fft: lax.complex(v, w), 'FFT', (3,); v, 'RFFT', (3,); lax.complex(v, w), 'IRFFT', (4,); lax.complex(a, b), 'IFFT', (2, 3)
cond: True, jnp.sin, jnp.cos, a; =lax.cond(s > 0, lambda u: u * 2, lambda u: -u, v)
switch: 1, [jnp.sin, jnp.cos], a; 5, [jnp.sin, jnp.cos], a
while_loop: (lambda u: (u[0] < 3)), (lambda u: (u[0] + 1, u[1] * 2)), (0, s)
fori_loop: 0, 3, (lambda i, u: u * 2), v
scan: (lambda c, u: (c + u, c * u)), jnp.zeros(3, dtype), a; (lambda c, u: (c + u, c * u)), jnp.zeros(3, dtype), a, reverse=True
map: jnp.sin, a
associative_scan: lax.add, a; lax.mul, a, reverse=True, axis=1
stop_gradient: a
optimization_barrier: a; (a, b)
platform_dependent: =lax.platform_dependent(a, cpu=jnp.sin, default=jnp.cos)
composite: =lax.composite(lambda u: u * 2, 'my.twice')(a)
with_sharding_constraint: =lax.with_sharding_constraint(a, None) | a
shape_as_value: (2, 3)
psum pmean pmax pmin all_gather: =jax.vmap(lambda u: lax.NAME(u, 'z'), axis_name='z')(a)
pbroadcast: =jax.vmap(lambda u: lax.pbroadcast(u, 'z', 1), axis_name='z')(a) | jnp.stack([a[1], a[1]])
psum_scatter: =jax.vmap(lambda u: lax.psum_scatter(u, 'z'), axis_name='z')(a[:, :2])
all_to_all: =jax.vmap(lambda u: lax.all_to_all(u, 'z', 0, 0), axis_name='z')(a[:, :2])
ppermute: =jax.vmap(lambda u: lax.ppermute(u, 'z', [(0, 1), (1, 0)]), axis_name='z')(a)
pshuffle: =jax.vmap(lambda u: lax.pshuffle(u, 'z', [1, 0]), axis_name='z')(a)
pswapaxes: =jax.vmap(lambda u: lax.pswapaxes(u, 'z', 0), axis_name='z')(a[:, :2])
axis_index axis_size: =jax.vmap(lambda u: u * jnp.asarray(lax.NAME('z'), dtype), axis_name='z')(a)
custom_root: =lax.custom_root(lambda u: u**3 - s, jnp.ones_like(s), lambda f, u: lax.fori_loop(0, 40, lambda i, u: u - f(u) / (3 * u * u), u), lambda g, y: y / g(1.0))
custom_linear_solve: =(lambda z, y: lax.custom_linear_solve(lambda u: z @ u, y, lambda f, u: jnp.linalg.solve(z, u), lambda f, u: jnp.linalg.solve(z.T, u)))(m, v)
"""

ROWS["lax"] += """
AccuracyMode: =[m.name for m in lax.AccuracyMode]
RandomAlgorithm: =[int(m) for m in lax.RandomAlgorithm]
DotAlgorithmPreset: =lax.dot(a, n, precision=lax.DotAlgorithmPreset.DEFAULT); =[m.name for m in lax.DotAlgorithmPreset]
DotAlgorithm: =lax.DotAlgorithm(np.float32, np.float32, np.float32, 2)[3:]
Tolerance: =lax.Tolerance(atol=0.5, ulps=3).ulps
ConvGeneralDilatedDimensionNumbers PrecisionLike: =lax.NAME is not None
after_all create_token: =lax.NAME() is not None
dce_sink: =lax.dce_sink(a) is None; =lax.dce_sink(a, prevent_mlir_dce=True) is None
pcast: =lax.pcast(a, (), to='varying') | a
"""

ROWS["lax.linalg"] = """
cholesky: spd; (spd + spd.T.conj()) / 2, symmetrize_input=False
cholesky_update: =lax.linalg.cholesky_update(jnp.linalg.cholesky(spd).T, v)
eig: =jnp.sort(jnp.abs(lax.linalg.eig(m)[0]))
eigh: =lax.linalg.eigh(spd)[1]; =jnp.abs(lax.linalg.eigh(spd)[0])
householder_product: n * 0.3, w[:2]; m, v
ormqr: =lax.linalg.ormqr(n * 0.3, w[:2], m) | lax.linalg.ormqr(n * 0.3, w[:2], m, left=True, transpose=False); =lax.linalg.ormqr(n * 0.3, w[:2], m, left=False, transpose=True)
hessenberg: =jnp.abs(lax.linalg.hessenberg(m)[0][:1])
qdwh: =lax.linalg.qdwh(m)[0]
schur: =jnp.sort(jnp.abs(jnp.diagonal(lax.linalg.schur(spd)[0])))
tridiagonal: =lax.linalg.tridiagonal(spd)[1]
tridiagonal_solve: v, w + 5, v[::-1], n; v, w + 5, v[::-1], n[:, :1]
lu: =lax.linalg.lu(m)[0]
lu_pivots_to_permutation: np.array([2, 2, 2], np.int32), 4
qr: =jnp.abs(lax.linalg.qr(n, full_matrices=False)[1])
svd: =lax.linalg.svd(n, compute_uv=False)
symmetric_product: n, m, alpha=2.0, beta=0.5, symmetrize_output=True
triangular_solve: m, n, left_side=True, lower=True; m, a, transpose_a=True; m, n, left_side=True, unit_diagonal=True, conjugate_a=True, transpose_a=True
"""

ROWS["nn"] = """
relu relu6 sigmoid silu swish log_sigmoid soft_sign hard_tanh hard_sigmoid hard_silu hard_swish sparse_plus sparse_sigmoid softplus identity selu mish tanh: a; 4 * a; e
elu celu: a; a, 0.7
leaky_relu: a; a, 0.2
gelu: a; a, False
squareplus: a; a, 1.0
glu: t; a.T
log1mexp: q
softmax log_softmax: a; a, 0; t, (0, 2); a, where=k
logsumexp: a; a, 1; t, (0, 2), keepdims=True; a, 1, p; a, 1, where=k; a, 0, b, return_sign=True
logmeanexp: a; a, 1; a, 1, keepdims=True
standardize: a; a, 0; a, epsilon=0.1; a, where=k, axis=0
one_hot: j, 4; i, 3, axis=0; j, 3, dtype=jnp.float32
dot_product_attention: img, img * 0.5, img + 1; img, img * 0.5, img + 1, is_causal=True; img, img, img, scale=0.3, mask=np.tri(2) > 0; img, img, img, bias=img[0, 0, :, :1].reshape((1, 4, 1, 1)) * jnp.ones((2, 4, 2, 2), dtype)
"""

ROWS["nn.initializers"] = """
zeros ones: random.key(7), (2, 3), np.float32
constant: =nn.initializers.constant(2.5)(random.key(7), (2, 3), np.float32)
uniform normal truncated_normal variance_scaling: =nn.initializers.NAME(*(1.0, 'fan_in', 'normal') * ('NAME' == 'variance_scaling'))(random.key(7), (4, 3), np.float32)
glorot_normal glorot_uniform xavier_normal xavier_uniform he_normal he_uniform kaiming_normal kaiming_uniform lecun_normal lecun_uniform: =nn.initializers.NAME()(random.key(7), (4, 3), np.float32)
orthogonal: =jnp.round(nn.initializers.orthogonal()(random.key(7), (4, 3), np.float32), 5)
delta_orthogonal: =jnp.round(nn.initializers.delta_orthogonal()(random.key(7), (3, 4, 4), np.float32), 5)
Initializer: =nn.initializers.zeros is not None
"""

ROWS["random"] = """
key PRNGKey: =random.bits(random.NAME(7), (3,))
key_data: random.key(7)
key_impl: =str(random.key_impl(random.key(7))).split('=')[-1].strip("')>")
key_dtype: =random.key_dtype() is not None | True
wrap_key_data: =random.bits(random.wrap_key_data(np.array([1, 2], np.uint32)), (3,))
clone: =random.bits(random.clone(random.key(7)), (3,))
split: =random.key_data(random.split(random.key(7), 3))
fold_in: =random.key_data(random.fold_in(random.key(7), 5))
bits: random.key(7), (3,); random.key(7), (5,), np.uint8; random.key(7), (5,), np.uint16
uniform: random.key(7), (3,), np.float32; random.key(7), (3,), np.float32, -1.0, 2.0; random.key(7), (2, 3), np.float32, a - 3, b + 3
normal laplace logistic cauchy exponential gumbel: random.key(7), (5,), np.float32; random.key(7), (2, 2)
randint: random.key(7), (5,), 0, 10, np.int32; random.key(7), (5,), -5, 300
bernoulli: random.key(7), np.float32(0.3), (9,); random.key(7), np.array([0.2, 0.9], np.float32)
permutation: random.key(7), 7; random.key(7), a; random.key(7), a, 1, independent=True
choice: random.key(7), 7, (3,); random.key(7), v, (2,), replace=False; random.key(7), 3, (4,), p=np.array([0.2, 0.3, 0.5], np.float32)
categorical: random.key(7), np.array([[0.1, 0.5, 1.0]], np.float32), shape=(6, 1); random.key(7), np.array([0.1, 0.5], np.float32)
rademacher: random.key(7), (5,), np.int32
truncated_normal: random.key(7), np.float32(-1), np.float32(2), (5,), np.float32
maxwell double_sided_maxwell rayleigh lognormal: =random.NAME(random.key(7), *[np.float32(1.0), np.float32(2.0)][: {'maxwell': 0, 'double_sided_maxwell': 2, 'rayleigh': 1, 'lognormal': 1}['NAME']], shape=(5,), dtype=np.float32)
weibull_min: random.key(7), np.float32(1.5), np.float32(2.0), (5,), np.float32
pareto: random.key(7), np.float32(2.0), (5,), np.float32
gamma loggamma: random.key(7), np.float32(2.5), (5,), np.float32; random.key(7), np.float32(0.5), (5,), np.float32
beta: random.key(7), np.float32(2.5), np.float32(1.5), (5,), np.float32
chisquare: random.key(7), np.float32(3.0), (5,), np.float32
t: =getattr(random, 't')(random.key(7), np.float32(3.0), (5,), np.float32)
f: random.key(7), np.float32(3.0), np.float32(4.0), (5,), np.float32
dirichlet: random.key(7), np.array([1.5, 2.0, 0.7], np.float32), (2,), np.float32
generalized_normal: random.key(7), 1.5, (5,), np.float32
geometric: random.key(7), np.float32(0.3), (5,), np.int32
poisson: random.key(7), np.float32(3.5), (5,), np.int32; random.key(7), np.float32(40.0), (5,), np.int32
binomial: random.key(7), np.float32(9), np.float32(0.3), (5,), np.float32
multinomial: random.key(7), np.float32(9), np.array([0.2, 0.3, 0.5], np.float32), dtype=np.float32
multivariate_normal: random.key(7), np.zeros(3, np.float32), array_of('spd', 'float32'), (2,), np.float32
wald: random.key(7), np.float32(1.5), (5,), np.float32
triangular: random.key(7), np.float32(0), np.float32(1), np.float32(3), (5,), np.float32
ball: random.key(7), 3, 2.0, (2,), np.float32
orthogonal: =jnp.round(random.orthogonal(random.key(7), 3, dtype=np.float32), 5)
"""

ROWS["tree"] = """
all: =tree.all([True, {'z': True}])
broadcast: =tree.broadcast(1, {'z': 2, 'y': [3]})
flatten: =tree.flatten({'z': 1, 'y': [2, None]})[0]
leaves: {'z': a, 'y': [b, None]}
flatten_with_path leaves_with_path: =str([tree.NAME({'z': 1, 'y': [2]})][0][0] if 'NAME' == 'leaves_with_path' else len(tree.NAME({'z': 1})[0]))
map: (lambda u: u * 2), {'z': a, 'y': [b]}
map_with_path: =tree.map_with_path(lambda path, u: u * len(path), {'z': a, 'y': [b]})
reduce: =tree.reduce(lambda u, z: u + z, [1, {'z': 2}], 10)
reduce_associative: =tree.reduce_associative(lambda u, z: u + z, [1, {'z': 2}, 4], identity=10)
structure: =tree.structure({'z': 1, 'y': [2]}).num_leaves
transpose: =tree.transpose(tree.structure([0, 0]), tree.structure({'z': 0}), [{'z': a}, {'z': b}])
unflatten: =tree.unflatten(tree.structure({'z': 0, 'y': 0}), [a, b])
static: =[f.name for f in dataclasses.fields(dataclasses.make_dataclass('D', [('u', int, tree.static())]))]
"""

ROWS["scipy.special"] = """
erf erfc i0 i1 i0e i1e expit ndtr log_ndtr gammasgn: q; a; 3 * q
gamma loggamma gammaln digamma: q; 3 * q
erfcx entr dawsn exp1 expi factorial: q; 4 * q
spence: p; p * 0.5 + 0.5
erfinv logit ndtri: p; p * 0.01
wofz: a + 1j * b; v; 3 * a - 2j * b
fresnel sici: a; 3 * q; 20 * q
beta betaln poch: q, p; 3 * q, q
betainc: q, q, p
gammainc gammaincc: q, p; 4 * q, 4 * q
zeta: 3.0, q; 5.5, q
polygamma: 1, q; 3, p
multigammaln: q, 2
boxcox boxcox1p: q, p; q, 0.0
xlogy xlog1py rel_entr kl_div: q, p; p, q
comb: 5 * q, q; 5.0, 2.0
expn: 2, q; 3, q
bernoulli: 4; 7
bessel_jn: =jax.scipy.special.bessel_jn(p, v=3) | ; q, v=2, n_iter=80
hyp1f1: q, p, b | ; 1.5, 2.5, a
hyp2f1: p, q, 3.0, 0.4; 1.5, 0.5, 2.5, np.array([-0.4, 0.7]); 0.5, 1.0, 1.5, 0.9
owens_t: a, b
sph_harm_y: np.array([2, 1]), np.array([1, 0]), np.array([0.3, 1.1]), np.array([0.4, 2.0])
logsumexp: a; a, 1; a, 1, p; a, 0, keepdims=True; a, 1, b, return_sign=True
softmax log_softmax: a, axis=0; a
"""

ROWS["scipy.linalg"] = """
block_diag: m, n; v, s
cho_factor: =scipy.linalg.cho_factor(spd + spd.T.conj(), lower=True)[0]
cho_solve: =scipy.linalg.cho_solve(scipy.linalg.cho_factor(spd + spd.T.conj()), v)
cholesky: spd + spd.T.conj(); spd + spd.T.conj(), lower=True
circulant companion convolution_matrix: =scipy.linalg.NAME(w, *[4] * ('NAME' == 'convolution_matrix'))
toeplitz hankel: v; v, w
fiedler: v
fiedler_companion: q[0]
leslie: v, w[:2]
dft hadamard helmert: 4
hilbert invhilbert pascal invpascal: 3
det inv: m
eigh: =scipy.linalg.eigh(spd)[0]; spd, eigvals_only=True
eigh_tridiagonal: v, w[:2], eigvals_only=True; v, w[:2], eigvals_only=True, select='i', select_range=(0, 1)
expm: m; x
expm_frechet: m, spd
funm: =scipy.linalg.funm(spd, jnp.exp)
hessenberg: =jnp.abs(scipy.linalg.hessenberg(m)[:1])
lu: m; m, permute_l=True
lu_factor: =scipy.linalg.lu_factor(m)[0]
lu_solve: =scipy.linalg.lu_solve(scipy.linalg.lu_factor(m), v)
polar: m
qr: =jnp.abs(scipy.linalg.qr(n, mode='economic')[1])
qr_multiply: =jnp.abs(scipy.linalg.qr_multiply(n, v)[0])
rsf2csf: =jnp.sort(jnp.abs(jnp.diagonal(scipy.linalg.rsf2csf(spd, np.eye(3))[0])))
schur: =jnp.sort(jnp.abs(jnp.diagonal(scipy.linalg.schur(spd)[0])))
solve: m, v; m, n; spd + spd.T.conj(), v, assume_a='pos'
solve_sylvester: spd, m @ m.T + jnp.eye(3, dtype=dtype), m
solve_triangular: m, v; m, n, lower=True; m, v, 1, unit_diagonal=True
sqrtm: spd
svd: =scipy.linalg.svd(n, compute_uv=False)
"""

ROWS["scipy.signal"] = """
convolve correlate fftconvolve: v, w; m, n; a, v[None], 'same'; m, a[:, :2], 'valid'
convolve2d correlate2d: m, n; m, n, 'same'; m, a[:, :2], 'valid'
detrend: a; a, 0; a, type='constant'; img[0, 0], bp=[2]
stft: seq[0, 0], nperseg=4; seq, nperseg=4, noverlap=1, window='hamming', boundary=None
istft: =scipy.signal.istft(scipy.signal.stft(seq, nperseg=4)[2], nperseg=4)
csd: seq, seq[::-1] * 1.5, nperseg=4; seq[0, 0], seq[0, 1], nperseg=4, scaling='spectrum', detrend='linear'
welch: seq, nperseg=4; seq, nperseg=4, average='median'
"""
ROWS["scipy.ndimage"] = """
map_coordinates: m, [p[0] * 2, p[1] * 2], 1; m, [p[0] * 2, p[1] * 2], 0; m, [a[0], b[0]], 1, 'nearest'; m, [a[0], b[0]], 1, 'wrap'; m, [a[0], b[0]], 1, 'mirror'; m, [a[0], b[0]], 1, 'reflect'; m, [a[0], b[0]], 1, 'constant', 1.5
"""
ROWS["scipy.fft"] = """
dct: v; a; a, axis=0; v, n=5; v, norm='ortho'
idct: v; a, axis=0; v, n=4; v, norm='ortho'
dctn: a; t, axes=(0, 2); a, norm='ortho'; a, s=(2, 2)
idctn: a; a, norm='ortho'; t, axes=(0, 1)
"""
ROWS["scipy.integrate"] = "trapezoid: v; a, dx=0.5; v, w; a, axis=0\n"
ROWS["scipy.interpolate"] = """
RegularGridInterpolator: =scipy.interpolate.RegularGridInterpolator((jnp.array([0.0, 1.0, 3.0]), jnp.array([0.0, 1.0, 2.0])), m)(p.T * jnp.array([2.0, 1.5])); =scipy.interpolate.RegularGridInterpolator((jnp.array([0.0, 1.0, 3.0]),), v, 'nearest')(p.reshape(6, 1)); =scipy.interpolate.RegularGridInterpolator((jnp.array([0.0, 1.0, 3.0]),), v, bounds_error=False, fill_value=7.0)(a.reshape(6, 1)); =scipy.interpolate.RegularGridInterpolator((jnp.array([0.0, 1.0, 3.0]),), v, bounds_error=False, fill_value=None)(a.reshape(6, 1))
"""
ROWS["scipy.cluster.vq"] = "vq: a, m; n, x[0, :, :2]\n"
ROWS["scipy.optimize"] = """
minimize: =jnp.round(scipy.optimize.minimize(lambda u: jnp.sum((u - 1.0) ** 2), jnp.zeros(2), method='BFGS').x, 5)
OptimizeResults: =scipy.optimize.minimize(lambda u: jnp.sum((u - 1.0) ** 2), jnp.zeros(2), method='BFGS').success
"""
ROWS["scipy.sparse.linalg"] = """
cg: =scipy.sparse.linalg.cg(spd, v, tol=1e-12)[0]; =(lambda z, y: scipy.sparse.linalg.cg(lambda u: z @ u, y, tol=1e-12, M=lambda u: u / 2)[0])(spd, v)
gmres bicgstab: =scipy.sparse.linalg.NAME(m + 4 * jnp.eye(3, dtype=dtype), v, tol=1e-12)[0]
"""
ROWS["scipy.stats"] = """
gaussian_kde: =scipy.stats.gaussian_kde(v)(w); =scipy.stats.gaussian_kde(a)(jnp.zeros((2, 1))); =scipy.stats.gaussian_kde(v, 0.5, w * w).logpdf(w)
mode: i; i, 1, keepdims=True
rankdata: i; =scipy.stats.rankdata(a, 'min') * 1.0; a, axis=1
sem: a; a, 1; v, ddof=0
"""
for _row in """
bernoulli: j, 0.3
beta: p, q, q
betabinom: j, 3, q[0], q[1]
binom: j, 3, p[0]
cauchy: b, s, 2.0
chi2: q, 3.0
dirichlet: =
expon: q, 0.3, 2.0
gamma: q, 2.5
gennorm: a, 1.5
geom: j, p[0]
gumbel_l gumbel_r laplace logistic norm: b, s, 2.0
multinomial: =
multivariate_normal: =
nbinom: j, 3.5, p[0]
pareto: q, 2.5
poisson: j, 2.5
t: a, 3.5
truncnorm: a, -1.5, 2.0
uniform: p, 0.1, 2.0
vonmises: a, 1.5
wrapcauchy: q, 0.4
""".strip().splitlines():
    _names, _, _args = _row.partition(": ")
    for _name in _names.split():
        _space = f"scipy.stats.{_name}"
        _call = f"logpdf pdf logpmf pmf cdf logcdf sf logsf: {_args}\nppf isf: p, {_args.partition(', ')[2]}"
        ROWS[_space] = {
            "dirichlet": "logpdf pdf: q[0] / q[0].sum(), q[1]",
            "multinomial": "logpmf pmf: np.array([1, 2, 3]), 6, p[0] / p[0].sum()",
            "multivariate_normal": "logpdf pdf: v, w, spd; a, w, spd; v, 0.5, 2.0",
            "poisson": _call + "\nentropy: q; 30 * q",
        }.get(_name, _call)


def calls(space, name, rows=ROWS):
    """[(call of funcgrad, call of jax or "")] of a name, the first one first."""
    head = {"numpy": "jnp"}.get(space, space.replace("numpy.", "jnp."))
    found = []
    for row in rows.get(space, "").strip().splitlines():
        names, _, rest = row.partition(": ")
        if name in names.split():
            for text in rest.replace("NAME", name).split("; "):
                ours, bar, theirs = text.partition(" |")
                ours = ours[1:] if ours[0] == "=" else f"{head}.{name}({ours})"
                found.append((ours.strip(), theirs.strip() if bar else ours))
    return found
