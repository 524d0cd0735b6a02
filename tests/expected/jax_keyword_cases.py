"""The calls that pass the keyword arguments of jax's functions that no call of jax_coverage_cases.py passes; rows as there.

They are made under the swap, `funcgrad.jax`, with jax_enable_x64, and jax's figures are the only ones. Where a function takes one of
GENERATED and no row passes it, its first call of jax_coverage_cases.py is made with it. Some are there to be refused, as in jax.
"""

import ast
import functools
import inspect
import re

import jax_coverage_cases

from tests import packed

ROWS = {}
ROWS["numpy"] = """
add subtract multiply maximum minimum logaddexp logaddexp2: a, b, where=k
bitwise_and bitwise_or bitwise_xor logical_and logical_or logical_xor: k, k[::-1], where=k
negative: a, where=k
allclose: a, a + 1e-3, rtol=0.5, atol=0.2, equal_nan=True
isclose: jnp.where(k, a, nan), jnp.where(k, b, nan), rtol=0.5, atol=0.2, equal_nan=True
argsort: a, axis=0, stable=True, descending=True; a, axis=None, dtype=jnp.int32; a, kind='stable'; a, order='u'
sort: a, kind='stable'; a, order='u'
argwhere flatnonzero nonzero: k, size=4, fill_value=1; k, size=2; a, size=7, fill_value=-1
array: a, copy=True, order='C', ndmin=3, device=jax.devices()[0]; a, copy=False
array_repr array_str: =jnp.NAME(jnp.array([1e-9, 0.123456789]), max_line_width=9, precision=3, suppress_small=True)
asarray: a, copy=True, order='C'; a, copy=False
astype: a, jnp.float32, copy=True
bincount: j, length=5; j, v, length=2; j, weights=v, minlength=4
choose: =jnp.choose(j + 2, (v, w), mode='wrap')
compress: jnp.array([True, False, True]), v, size=2, fill_value=0.5; jnp.array([True, False, True]), v, size=3, fill_value=0.5; jnp.array([True, False]), a, axis=0, size=2
copy: a, order='C'
corrcoef: a, dtype=jnp.float32
cov: a, dtype=jnp.float32; a, b, rowvar=False, bias=True, dtype=jnp.float32
cross: a, b, axis=1; t[..., :3], t[:, :, 1:], -1, -1, 0; a.T, b.T, axisa=0, axisb=0, axisc=0
delete: v, jnp.array([0, 1]), assume_unique_indices=True; a, jnp.array([0, 1]), axis=1, assume_unique_indices=True
digitize: a, jnp.array([-1.0, 0.0, 1.0]), method='sort'; a, jnp.array([-1.0, 0.0, 1.0]), right=True, method='compare_all'
dstack hstack vstack stack: (a, b), dtype=jnp.float32
einsum_path: =jnp.einsum_path('ij,jk', np.ones((2, 3)), np.ones((3, 4)), optimize='greedy')[0][-1]
empty_like: =jnp.empty_like(a, shape=(0, 2), device=jax.devices()[0])
extract: k, a, size=5, fill_value=7.0; k, a, size=2
fill_diagonal: n, 5, wrap=True, inplace=False; n, v, wrap=False, inplace=False; m, 5, inplace=True
from_dlpack: =jnp.from_dlpack(np.arange(3.0), device=None, copy=None); =jnp.from_dlpack(np.arange(3.0), copy=True)
frombuffer: =jnp.frombuffer(np.arange(3.0).tobytes(), dtype=jnp.float32, count=2, offset=4)
fromstring: =jnp.fromstring('1 2 3', dtype=jnp.int32, count=2, sep=' ')
frompyfunc: =jnp.frompyfunc(lambda u, z: u + z, 2, 1, identity=0).identity
geomspace: 1.0, 100.0, 4, endpoint=False; q, 50.0, 3, axis=1; 1, 100, 4, dtype=jnp.float32
logspace: 0.0, 2.0, 4, endpoint=False; p, 2.5, 3, axis=1; 1, 2, 4, dtype=jnp.float32
linspace: v, w, 4, dtype=jnp.float32, device=jax.devices()[0]; v, w, 4, True, True, None, -1
gradient: v, edge_order=1; v, edge_order=2
histogram: v, 3, range=(-1.0, 1.0); v, 3, (-1.0, 1.0), w, True
histogram2d: v, w, 3, range=((-1.0, 1.0), (-1.0, 1.0)), weights=q[0]
histogramdd: n, 3, range=((-1.0, 1.0), (-1.0, 1.0)), weights=v
histogram_bin_edges: v, 3, weights=w
insert: a, 1, w[:2], axis=1
interp: 3 * v, jnp.array([0.0, 1.0, 1.5]), w, period=2.0; v, jnp.array([-1.0, 0.0, 1.5]), w, left='extrapolate', right='extrapolate'
intersect1d: i[0], g[0], size=4, fill_value=9; i, i[0], size=3, return_indices=True; o, i[0], assume_unique=True
union1d setxor1d: i[0], g[0], size=4, fill_value=9; i[0], g[0], size=2
setdiff1d: i[0], g[0], size=4, fill_value=9; i[0], g[0], assume_unique=True
setxor1d: o, i[0] + 1, assume_unique=True
isin: a, b, assume_unique=True; i, g, method='sort'; i, g, invert=True, method='compare_all'
lexsort: (a, b), axis=0
mask_indices: =jnp.mask_indices(3, jnp.triu, k=1, size=4); =jnp.mask_indices(3, jnp.tril, k=1)
meshgrid: v, w, copy=True
nan_to_num: jnp.where(k, a, nan), copy=True, nan=2.0; jnp.where(k, inf, -inf), posinf=1.5, neginf=-3.0; jnp.where(k, a, nan)
nanargmax nanargmin: a, 1, keepdims=True
nancumprod nancumsum: a, 1, dtype=jnp.float32
nanmax nanmin: jnp.where(k, a, nan), 1, initial=0.5, where=k; a, 1, initial=0.5
nanmean: a, 1, where=k; a, dtype=jnp.float32
nanprod nansum: jnp.where(k, a, nan), 1, initial=2.0, where=k; a, dtype=jnp.float32
prod sum: a, dtype=jnp.float32; i, promote_integers=False; k, promote_integers=False; a, promote_integers=False
nanstd nanvar: jnp.where(k, a, nan), ddof=1; a, 1, where=a == a; a, dtype=jnp.float32; a, 1, mean=a.mean(1, keepdims=True), keepdims=True
std var: a, 1, dtype=jnp.float32; a, 1, mean=a.mean(1, keepdims=True)
median nanmedian: a, 1, overwrite_input=False; a, overwrite_input=True
nanpercentile percentile: a, 30, 1, method='inverted_cdf', weights=p; a, 30, overwrite_input=False; a, 30, overwrite_input=True
nanquantile quantile: a, 0.3, 1, method='inverted_cdf', weights=p; a, 0.3, overwrite_input=False; a, 0.3, overwrite_input=True
place: a, k, v, inplace=False; a, k, v, inplace=True
put: v, o[:2] + 2, 5, mode='clip', inplace=False; v, o[:2] + 2, w[:2], mode='wrap', inplace=False; v, o[:2] + 2, w, inplace=False; v, o, w, mode='raise', inplace=False
put_along_axis: a, j[None, :2] + 1, 9, 1, inplace=False, mode='clip'; a, i[:, :1] + 2, 9, axis=1, inplace=False
polydiv: q[0], p[0, :2], trim_leading_zeros=True
polymul: v, w, trim_leading_zeros=True
polyfit: jnp.arange(6.0), a.ravel(), 2, rcond=1e-10; jnp.arange(6.0), a.ravel(), 2, full=True; jnp.arange(6.0), a.ravel(), 2, cov=True; jnp.arange(6.0), a.ravel(), 2, w=q.ravel(), cov='unscaled'
polyval: v, a, unroll=4
ravel_multi_index: (j, o), (2, 3), mode='wrap', order='F'; (j, o + 1), (2, 3), mode='clip'; (j, o), (2, 3), dtype=jnp.int32
repeat: v, 2, total_repeat_length=5; v, jnp.array([1, 2, 3]), total_repeat_length=6; a, jnp.array([1, 2, 0]), axis=1, total_repeat_length=4
reshape: a, (3, 2), copy=True; a, (3, 2), copy=False
roots: =jnp.sort(jnp.abs(jnp.roots(q[0], strip_zeros=False)))
save savez: =(lambda f: (jnp.save(f, np.arange(3), allow_pickle=False), f.seek(0), jnp.load(f))[2])(io.BytesIO())
savez: =(lambda f: (jnp.savez(f, z=np.arange(3), allow_pickle=False), f.seek(0), jnp.load(f)['z'])[2])(io.BytesIO())
searchsorted: jnp.sort(v), w, method='sort'; jnp.sort(v), w, side='right', method='compare_all'; jnp.sort(v), w, method='scan_unrolled'
size: =jnp.size(a, axis=1); =jnp.size(t, axis=(0, 2))
take: v, jnp.array([0, 5]), mode='fill', fill_value=2; v, o, unique_indices=True; v, jnp.array([0, 1]), indices_are_sorted=True; v, jnp.array([-1, 7, -9]); v, o, mode='promise_in_bounds'
take_along_axis: a, jnp.array([[0, 5], [1, 2]]), 1, mode='fill', fill_value=2; a, jnp.array([[0, 5], [1, -7]]), 1, mode='clip'; a, jnp.array([[0, -1], [1, 2]]), 1, wrap_negative_indices=False; a, i, 1, mode='one_hot'
trim_zeros: jnp.array([0.0, 1.0, 0.0]), 'b'; jnp.array([[0, 0, 0], [0, 1, 0]]), axis=0; jnp.array([[0, 0, 0], [0, 1, 0]]), axis=(0, 1)
unique: i, equal_nan=False; i, size=4, fill_value=9; i, sorted=True; jnp.array([1.0, nan, nan]), equal_nan=False; i, return_index=True, return_inverse=True, return_counts=True, size=4, axis=None; i, size=3, axis=1, fill_value=-1
unique_all unique_counts unique_inverse unique_values: i, size=4, fill_value=9
unwrap: 5 * v, discont=4.0; 5 * v, discont=7.0, axis=-1, period=5.0
vectorize: =jnp.vectorize(lambda u, z: u * z + 1, excluded={1})(v, 2.0); =jnp.vectorize(lambda u, z: u @ z, signature='(n),(n)->()')(a, w)
where: k, size=4, fill_value=1; k, size=2; k, size=4, fill_value=(1, 2)
broadcast_to: r, (4, 3)
tri: 3, 4, k=1, dtype=dtype
arange: 2, 9, 3, dtype=dtype
clip: a, min=-1; a, max=1; a, -1, max=b
round around: a, decimals=1; i, decimals=-1
trace: a, dtype=jnp.float32
expand_dims: a, axis=(0, -1)
squeeze: r, axis=0
cumsum cumprod: a, axis=1, dtype=jnp.float32
sum: a, axis=(0, 1), keepdims=True, initial=3, where=k
prod: a, axis=1, initial=3, where=k
mean: a, axis=1, dtype=jnp.float32, keepdims=True, where=k
average: a, axis=1, weights=v * v, returned=True, keepdims=True
tensordot: a, n, axes=1
concatenate: (a, b), axis=1, dtype=jnp.float32
full zeros ones: =jnp.NAME((2,), *[3] * ('NAME' == 'full'), dtype=dtype, device=jax.devices()[0])
ufunc: =jnp.add.reduce(a, axis=1, keepdims=True, initial=2, where=k); =jnp.add.reduceat(v, jnp.array([0, 2])); =jnp.add.at(v, o[:2], w[:2], inplace=False); =jnp.multiply.accumulate(a, axis=1); =jnp.add.reduce(a, axis=None, dtype=jnp.float32)
"""
ROWS["numpy.linalg"] = """
cholesky: spd, symmetrize_input=False
eigh: =jnp.linalg.eigh(spd, symmetrize_input=False)[0]; =jnp.linalg.eigh(spd, UPLO='U', symmetrize_input=True)[0]
eigvalsh: spd, symmetrize_input=False; spd, UPLO='U'
cross: a, b, axis=1; a.T, b.T, axis=0
lstsq: n, v, rcond=1e-10; n, v, numpy_resid=True; n, m
matrix_rank: spd, hermitian=True; m, tol=0.1; m, rtol=0.01
pinv: n, rtol=0.1; spd, hermitian=True; n, rcond=0.1
slogdet: m, method='qr'; m, method='lu'
svd: =jnp.abs(jnp.linalg.svd(spd, hermitian=True)[1]); =jnp.linalg.svd(spd, compute_uv=False, hermitian=True); =jnp.linalg.svd(n, full_matrices=False, compute_uv=False, subset_by_index=(0, 1))
tensorsolve: jnp.eye(6).reshape(2, 3, 6), a, axes=None; jnp.eye(6).reshape(2, 6, 3), a, axes=(0,)
trace: m, offset=1, dtype=jnp.float32
vecdot: a, b, axis=0
norm: m, ord='fro', axis=(0, 1), keepdims=True
"""
ROWS["numpy.fft"] = """
fft2 ifft2: a, norm='ortho'; a, s=(3, 2), axes=(1, 0)
fftfreq rfftfreq: 5, dtype=jnp.float32, device=jax.devices()[0]
rfft2: jnp.real(a), s=(3, 2), axes=(0, 1)
rfftn: jnp.real(a), norm='forward'; jnp.real(a), s=(3, 2), axes=(0, 1), norm='ortho'
irfft2: a, s=(3, 2), axes=(0, 1), norm='ortho'
hfft ihfft: jnp.real(v), n=4, axis=0, norm='forward'
"""
ROWS["lax"] = """
approx_max_k approx_min_k: a, 2, reduction_dimension=1, recall_target=0.9, reduction_input_size_override=-1, aggregate_to_topk=True; a, 1, reduction_dimension=0
all_gather: =jax.vmap(lambda u: lax.all_gather(u, 'z', axis=1, tiled=True), axis_name='z')(t); =jax.vmap(lambda u: lax.all_gather(u, 'z', axis=1), axis_name='z')(t); =jax.vmap(lambda u: lax.all_gather(u, 'z', axis_index_groups=[[0], [1]]), axis_name='z')(a); =jax.vmap(lambda u: lax.all_gather(u, 'z', to='varying'), axis_name='z')(a)
all_to_all: =jax.vmap(lambda u: lax.all_to_all(u, 'z', 0, 1, tiled=True), axis_name='z')(jnp.stack([m[:2], n.T])); =jax.vmap(lambda u: lax.all_to_all(u, 'z', 0, 0, axis_index_groups=[[0, 1]]), axis_name='z')(a[:, :2])
psum pmean pmax pmin: =jax.vmap(lambda u: lax.NAME(u, 'z', axis_index_groups=[[0, 1]]), axis_name='z')(a); =jax.vmap(lambda u: lax.NAME(u, 'z', axis_index_groups=[[0], [1]]), axis_name='z')(a)
psum_scatter: =jax.vmap(lambda u: lax.psum_scatter(u, 'z', scatter_dimension=1, tiled=True), axis_name='z')(t); =jax.vmap(lambda u: lax.psum_scatter(u, 'z', axis_index_groups=[[0, 1]]), axis_name='z')(a[:, :2])
pswapaxes: =jax.vmap(lambda u: lax.pswapaxes(u, 'z', 0, axis_index_groups=[[0, 1]]), axis_name='z')(a[:, :2])
composite: =lax.composite(lambda u: u * 2, 'my.twice', version=2)(a)
cond: True, jnp.sin, jnp.cos, operand=a
switch: 1, [jnp.sin, jnp.cos], operand=a
conv_general_dilated: img, img[:1, :, :2, :3], (1, 1), 'VALID', batch_group_count=1; jnp.concatenate([seq, seq]), seq[:, :, :2], (1,), 'VALID', batch_group_count=2; seq, seq[:, :, :2], (1,), 'VALID', (2,); seq, seq[:, :, :2], (1,), [(0, 1)], lhs_dilation=(2,), rhs_dilation=(2,), precision='highest', preferred_element_type=np.float64 if np.dtype(dtype).kind != 'c' else np.complex128, out_sharding=None
conv_shape_tuple: (2, 2, 9), (4, 2, 3), (2,), [(1, 1)], batch_group_count=2
conv_general_dilated_local: seq, jnp.ones((3, 4, 6), dtype) * jnp.arange(6).astype(dtype), (1,), 'VALID', (2,), lhs_dilation=(1,), rhs_dilation=(1,), dimension_numbers=('NCH', 'OIH', 'NCH'), precision='highest'; seq, jnp.ones((3, 4, 5), dtype), (1,), 'VALID', (2,), rhs_dilation=(2,)
conv_general_dilated_patches: seq, (2,), (1,), [(1, 0)], lhs_dilation=(2,), rhs_dilation=(1,); seq, (2,), (1,), 'VALID', lhs_dilation=(2,); img.transpose((0, 2, 3, 1)), (2, 2), (1, 1), 'VALID', dimension_numbers=('NHWC', 'OIHW', 'NHWC'), precision=None, preferred_element_type=np.float64 if np.dtype(dtype).kind != 'c' else np.complex128
conv_transpose: seq.transpose((0, 2, 1)), seq[:, :, :3].transpose((2, 1, 0)), (2,), 'SAME', rhs_dilation=(2,), transpose_kernel=True; seq, seq[:, :, :3].transpose((1, 0, 2)), (2,), 'VALID', dimension_numbers=('NCH', 'OIH', 'NCH'), use_consistent_padding=True, precision='highest'; seq.transpose((0, 2, 1)), seq[:, :, :3].transpose((2, 1, 0)), (2,), 'SAME', preferred_element_type=np.float64 if np.dtype(dtype).kind != 'c' else np.complex128, use_consistent_padding=True
custom_linear_solve: =(lambda z, y: lax.custom_linear_solve(lambda u: z @ u, y, lambda f, u: jnp.linalg.solve(z, u), symmetric=True))(spd, v); =(lambda z, y: lax.custom_linear_solve(lambda u: z @ u, y, lambda f, u: (jnp.linalg.solve(z, u), 7), lambda f, u: (jnp.linalg.solve(z.T, u), 7), has_aux=True)[0])(m, v)
custom_root: =lax.custom_root(lambda u: u**3 - s, jnp.ones_like(s), lambda f, u: (lax.fori_loop(0, 40, lambda i, u: u - f(u) / (3 * u * u), u), 5), lambda g, y: y / g(1.0), has_aux=True)[0]
dot: m, n, dimension_numbers=(((1,), (0,)), ((), ())), precision='highest', preferred_element_type=np.float64 if np.dtype(dtype).kind != 'c' else np.complex128
dynamic_index_in_dim: a, 1, 1, allow_negative_indices=True; a, -1, 1, keepdims=False, allow_negative_indices=False
dynamic_slice: a, (1, -2), (1, 2), allow_negative_indices=(True, False); a, (1, -2), (1, 2), allow_negative_indices=False
dynamic_slice_in_dim: a, -2, 2, axis=1, allow_negative_indices=False
dynamic_update_slice: m, a[:, :2], (1, -2), allow_negative_indices=False
dynamic_update_slice_in_dim: m, a, -1, 0, allow_negative_indices=False
dynamic_update_index_in_dim: m, v, -1, 0, allow_negative_indices=False
fori_loop: 0, 3, lambda n, c: c * 2 + 1, v, unroll=2; 0, 3, lambda n, c: c * 2 + 1, v, unroll=True
full_like: a, 2, shape=(2,)
gather: m, np.array([[0], [2]]), lax.GatherDimensionNumbers((1,), (0,), (0,)), (1, 3), unique_indices=True, indices_are_sorted=True; m, np.array([[0], [9]]), lax.GatherDimensionNumbers((1,), (0,), (0,)), (1, 3), mode='fill', fill_value=7; m, np.array([[0], [9]]), lax.GatherDimensionNumbers((1,), (0,), (0,)), (1, 3), mode='clip'; x, np.array([[0], [2]]), lax.GatherDimensionNumbers((1,), (1,), (1,), operand_batching_dims=(0,), start_indices_batching_dims=(0,)), (1, 1, 3)
scatter: v, np.array([[0], [2]]), w[:2], lax.ScatterDimensionNumbers((), (0,), (0,)), indices_are_sorted=True, unique_indices=True, mode='drop'; v, np.array([[0], [9]]), w[:2], lax.ScatterDimensionNumbers((), (0,), (0,)), mode='clip'
scatter_add scatter_sub scatter_mul scatter_max scatter_min: v, np.array([[0], [2]]), w[:2], lax.ScatterDimensionNumbers((), (0,), (0,)), indices_are_sorted=True, unique_indices=True, mode='promise_in_bounds'; v, np.array([[0], [9]]), w[:2], lax.ScatterDimensionNumbers((), (0,), (0,)), mode='clip', unique_indices=True; v, np.array([[0], [9]]), w[:2], lax.ScatterDimensionNumbers((), (0,), (0,)), mode=lax.GatherScatterMode.FILL_OR_DROP, unique_indices=True
scatter_apply: v, np.array([[0], [2]]), lax.sin, lax.ScatterDimensionNumbers((), (0,), (0,)), update_shape=(2,), indices_are_sorted=True, unique_indices=True, mode='drop'; v, np.array([[0], [9]]), lax.sin, lax.ScatterDimensionNumbers((), (0,), (0,)), update_shape=(2,), mode='clip'
map: jnp.sin, v, batch_size=2; jnp.sin, a, batch_size=1
mul: a, b, out_dtype=np.float64 if np.dtype(dtype).kind != 'c' else np.complex128; i, i, out_dtype=np.int32
ragged_dot: n, jnp.stack([m[:2], m[1:], a]), np.array([1, 0, 2], np.int32), group_offset=None; n, jnp.stack([m[:2], m[1:], a]), np.array([1, 0, 2], np.int32), precision='highest', preferred_element_type=np.float64, out_sharding=None
reduce_window: v, np.dtype(dtype).type(0), lax.add, (2,), base_dilation=(2,); v, np.dtype(dtype).type(0), lax.add, (2,), window_dilation=(2,); m, np.dtype(dtype).type(0), lax.add, (2, 1), (2, 1), 'SAME', base_dilation=(2, 1), window_dilation=(1, 2)
reduce_window_shape_tuple: (8, 7), (3, 2), (2, 1), ((1, 1), (0, 0)), base_dilation=(2, 1), window_dilation=(1, 2)
scan: lambda c, u: (c + u, c * u), v, jnp.stack([v, w]), length=2, unroll=2; lambda c, u: (c * 2, c), v, None, length=3, reverse=True, unroll=True
slice_in_dim: v, 0, 3, stride=2
sort: a, is_stable=False; a, dimension=0, is_stable=True, num_keys=1
sort_key_val: a, b, dimension=0, is_stable=True
stack: (a, b), axis=1
unstack: a, axis=1
top_k: a, 1, axis=0
round: 2.5 * a, rounding_method=lax.RoundingMethod.TO_NEAREST_EVEN
split: a, (1, 2), axis=1
associative_scan: lax.add, a, reverse=True, axis=1
GatherDimensionNumbers: =lax.GatherDimensionNumbers((1,), (1,), (1,), operand_batching_dims=(0,), start_indices_batching_dims=(0,)).operand_batching_dims
ScatterDimensionNumbers: =lax.ScatterDimensionNumbers((1,), (1,), (1,), operand_batching_dims=(0,), scatter_indices_batching_dims=(0,)).operand_batching_dims
"""
ROWS["lax.linalg"] = """
eig: =jnp.sort(jnp.abs(lax.linalg.eig(m, compute_left_eigenvectors=False, compute_right_eigenvectors=False)[0])); =len(lax.linalg.eig(m, compute_left_eigenvectors=False)); =jnp.sort(jnp.abs(lax.linalg.eig(m, enable_eigvec_derivs=True)[0])); =jnp.sort(jnp.abs(lax.linalg.eig(m, implementation=None, use_magma=None)[0]))
eigh: =lax.linalg.eigh(spd, lower=False, symmetrize_input=False)[1]; =lax.linalg.eigh(spd, sort_eigenvalues=True, subset_by_index=None)[1]; =lax.linalg.eigh(spd, implementation=None)[1]
qdwh: =lax.linalg.qdwh(spd, is_hermitian=True, max_iterations=20)[:2]; =lax.linalg.qdwh(m, eps=1e-12)[0]; =lax.linalg.qdwh(m, dynamic_shape=None)[0]
qr: =jnp.abs(lax.linalg.qr(m, pivoting=True)[1]); =lax.linalg.qr(m, pivoting=True)[2]; =jnp.abs(lax.linalg.qr(n, full_matrices=False, use_magma=None)[1])
svd: =lax.linalg.svd(n, full_matrices=False, compute_uv=True, algorithm=None)[1]; =lax.linalg.svd(n, full_matrices=False, subset_by_index=(0, 1))[1]
tridiagonal_solve: v, w + 5, v[::-1], n, perturb_singular=True; v, w + 5, v[::-1], n, perturb_singular=False
"""
ROWS["nn"] = """
dot_product_attention: img, img * 0.5, img + 1, query_seq_lengths=np.array([1, 2], np.int32), key_value_seq_lengths=np.array([2, 1], np.int32); img, img * 0.5, img + 1, local_window_size=(1, 0), implementation='xla'; img, img * 0.5, img + 1, local_window_size=1, implementation=None; img, img * 0.5, img + 1, return_residual=True
glu: t, axis=2; a.T, axis=-1
logmeanexp: a, 1, where=k; a, where=k, keepdims=True
standardize: a, mean=0.5, variance=2.0; a, algorithm='stable'; a, axis=0, epsilon=0.1, algorithm='fast'
"""
ROWS["nn.initializers"] = """
constant: =nn.initializers.constant(2.5, dtype=np.float16)(random.key(7), (2, 3))
delta_orthogonal: =jnp.round(nn.initializers.delta_orthogonal(scale=2.0, column_axis=-1, dtype=np.float32)(random.key(7), (3, 4, 4)), 5)
orthogonal: =jnp.round(nn.initializers.orthogonal(scale=2.0, column_axis=0, dtype=np.float32)(random.key(7), (4, 3)), 4)
normal: =nn.initializers.normal(stddev=2.0, dtype=np.float32)(random.key(7), (4, 3))
uniform: =nn.initializers.uniform(scale=2.0, dtype=np.float32)(random.key(7), (4, 3))
truncated_normal: =nn.initializers.truncated_normal(stddev=2.0, dtype=np.float32, lower=-1.0, upper=0.5)(random.key(7), (4, 3))
variance_scaling: =nn.initializers.variance_scaling(2.0, 'fan_avg', 'uniform', in_axis=0, out_axis=1, batch_axis=(2,), dtype=np.float32)(random.key(7), (4, 3, 2))
glorot_normal glorot_uniform xavier_normal xavier_uniform he_normal he_uniform kaiming_normal kaiming_uniform lecun_normal lecun_uniform: =nn.initializers.NAME(in_axis=0, out_axis=1, batch_axis=(2,), dtype=np.float32)(random.key(7), (4, 3, 2))
"""
ROWS["random"] = """
PRNGKey key: =random.bits(random.NAME(7, impl='threefry2x32'), (3,)); =random.bits(random.NAME(7, impl='nothing'), (3,))
key: =random.bits(random.key(7, dtype=None), (3,))
wrap_key_data: =random.bits(random.wrap_key_data(np.array([1, 2], np.uint32), impl='threefry2x32'), (3,)); =random.bits(random.wrap_key_data(np.array([1, 2], np.uint32), dtype=None), (3,))
key_dtype: =str(random.key_dtype(impl_spec='threefry2x32'))
bernoulli: random.key(7), np.float32(0.3), (9,), mode='high'; random.key(7), np.float32(0.3), (9,), mode='low'
gumbel: random.key(7), (5,), np.float32, mode='high'; random.key(7), (5,), np.float32, mode='low'
categorical: random.key(7), np.array([[0.1, 0.5, 1.0], [1.0, 0.0, 2.0]], np.float32), axis=0, shape=(4, 3), mode='low'; random.key(7), np.array([0.1, 0.5, 1.0], np.float32), shape=(2,), replace=False; random.key(7), np.array([0.1, 0.5], np.float32), mode='high'
choice: random.key(7), a, (2,), axis=1; random.key(7), a, (2,), replace=False, axis=1; random.key(7), 3, (4,), p=np.array([0.2, 0.3, 0.5], np.float32), mode='low'; random.key(7), 3, (2,), replace=False, p=np.array([0.2, 0.3, 0.5], np.float32), mode='high'
multinomial: random.key(7), np.float32(9), np.array([0.2, 0.3, 0.5], np.float32), shape=(2, 3), dtype=np.float32, unroll=2
multivariate_normal: =jnp.abs(random.multivariate_normal(random.key(7), np.zeros(3, np.float32), array_of('spd', 'float32'), (2,), np.float32, method='cholesky')); random.key(7), np.zeros(3, np.float32), np.diag(np.float32([3, 2, 1])), (2,), np.float32, method='nothing'
orthogonal: =jnp.round(random.orthogonal(random.key(7), 3, shape=(2,), dtype=np.float32, m=None), 5); =random.orthogonal(random.key(7), 3, m=4).shape
t: =getattr(random, 't')(random.key(7), np.float32(3.0), shape=(5,), dtype=np.float32); =random.t(random.key(7), np.float32(3.0), shape=(5,), dtype=np.float32, out_sharding=None)
permutation: random.key(7), a, axis=1, independent=False
randint: random.key(7), (5,), minval=0, maxval=10, dtype=np.uint8
uniform: random.key(7), shape=(3,), dtype=np.float32, minval=-1.0, maxval=1.0
truncated_normal: random.key(7), lower=-1.0, upper=2.0, shape=(5,), dtype=np.float32
"""
_LEAF = "is_leaf=lambda u: isinstance(u, list)"
ROWS["tree"] = f"""
all: =tree.all([True, [False]], {_LEAF})
broadcast: =tree.broadcast([1, 2], [[a], {{'z': b}}], is_leaf=lambda u: u == 1)
flatten: =len(tree.flatten({{'z': 1, 'y': [2, 3]}}, {_LEAF})[0])
leaves: =len(tree.leaves({{'z': 1, 'y': [2, 3]}}, {_LEAF}))
structure: =tree.structure({{'z': 1, 'y': [2, 3]}}, {_LEAF}).num_leaves
flatten_with_path: =str(tree.flatten_with_path({{'z': 1, 'y': [2, 3]}}, {_LEAF})[0]); =str(tree.flatten_with_path({{'z': [1], 'y': [2, 3]}}, is_leaf=lambda p, u: len(p) == 1, is_leaf_takes_path=True)[0])
leaves_with_path: =str(tree.leaves_with_path({{'z': 1, 'y': [2, 3]}}, {_LEAF})); =str(tree.leaves_with_path({{'z': [1], 'y': [2, 3]}}, is_leaf=lambda p, u: len(p) == 1, is_leaf_takes_path=True))
map: =tree.map(len, {{'z': [1], 'y': [2, 3]}}, {_LEAF}); =tree.map(lambda u, z: u + z[0], [a], [[b]])
map_with_path: =tree.map_with_path(lambda p, u: len(u) + len(p), {{'z': [1], 'y': [2, 3]}}, {_LEAF}); =tree.map_with_path(lambda p, u: len(u), {{'z': [1], 'y': [2, 3]}}, is_leaf=lambda p, u: len(p) == 1, is_leaf_takes_path=True)
reduce: =tree.reduce(lambda u, z: u + len(z), {{'z': [1], 'y': [2, 3]}}, 10, {_LEAF}); =tree.reduce(lambda u, z: u + z, [[1], [2, 3]], {_LEAF})
reduce_associative: =tree.reduce_associative(lambda u, z: u + z, [[1], [2, 3]], {_LEAF})
"""
ROWS["scipy.special"] = """
comb: 5, 2, repetition=True; 5.0, 2.0, repetition=False
factorial: q, exact=False; 4, exact=True
log_ndtr: a, series_order=4; 10 * a, series_order=2
logsumexp: a, 1, where=k; a, 1, p, True, True, k
bessel_jn: =jax.scipy.special.bessel_jn(p, v=2, n_iter=30)
sph_harm_y: np.array([2, 1]), np.array([1, 0]), np.array([0.3, 1.1]), np.array([0.4, 2.0]), diff_n=None, n_max=3; np.array([2]), np.array([1]), np.array([0.3]), np.array([0.4]), diff_n=1
"""
ROWS["scipy.linalg"] = """
cho_solve: =scipy.linalg.cho_solve(scipy.linalg.cho_factor(spd), v, overwrite_b=True, check_finite=False)
cho_factor: =scipy.linalg.cho_factor(spd, lower=True, overwrite_a=True, check_finite=False)[0]
dft: 3, scale='sqrtn'; 3, scale='n', dtype=np.complex64
hadamard: 4, dtype=np.float32
eigh: =scipy.linalg.eigh(spd, lower=False)[0]; spd, eigvals_only=True, overwrite_a=True, overwrite_b=True, turbo=False, check_finite=False; spd, b=spd; spd, eigvals=(0, 1); spd, eigvals_only=True, type=1; spd, type=2
eigh_tridiagonal: v, w[:2], eigvals_only=True, tol=1e-12; v, w[:2], eigvals_only=True, select='v', select_range=(0.0, 9.0); v, w[:2], eigvals_only=True, key=None
expm: jnp.triu(m), upper_triangular=True; m, max_squarings=8
expm_frechet: m * 0.3, spd, compute_expm=False; m * 0.3, spd, method='SPS'; m * 0.3, spd, method='blockEnlarge'
helmert: 3, full=True
invpascal pascal: 3, kind='upper'; 3, kind='lower'; 3, kind='symmetric'
lu_factor: =scipy.linalg.lu_factor(m, overwrite_a=True, check_finite=False)[0]
lu_solve: =scipy.linalg.lu_solve(scipy.linalg.lu_factor(m), v, trans=1, overwrite_b=True, check_finite=False); =scipy.linalg.lu_solve(scipy.linalg.lu_factor(m), n, trans=2)
polar: n, side='right', method='svd'; a, side='left', method='svd'; m, method='qdwh', max_iterations=20
qr: =jnp.abs(scipy.linalg.qr(m, overwrite_a=True, lwork=None, mode='r', check_finite=False)[0]); =scipy.linalg.qr(m, pivoting=True)[2]; =jnp.abs(scipy.linalg.qr(m, mode='economic', pivoting=True)[1])
qr_multiply: =jnp.abs(scipy.linalg.qr_multiply(m, v, mode='left', overwrite_a=True, overwrite_c=True)[0]); =jnp.abs(scipy.linalg.qr_multiply(m, n, mode='left', conjugate=True)[1]); =jnp.abs(scipy.linalg.qr_multiply(m, n, mode='left', pivoting=True)[1])
solve: spd, v, lower=True, assume_a='pos', overwrite_a=True, overwrite_b=True, debug=False, check_finite=False; spd, v, lower=True, assume_a='sym'; m, v, assume_a='her'; m, v, assume_a='nothing'
solve_sylvester: spd, m @ m.T + jnp.eye(3, dtype=dtype), m, method='schur', tol=1e-8; spd, m @ m.T + jnp.eye(3, dtype=dtype), m, method='eigen'
solve_triangular: m, v, trans='T', lower=True, overwrite_b=True, debug=None, check_finite=False; m, v, trans='C'; m, v, trans=2
sqrtm: spd, blocksize=1
svd: n, full_matrices=False, compute_uv=False, overwrite_a=True, check_finite=False, lapack_driver='gesvd'
"""
ROWS["scipy.signal"] = """
convolve correlate: v, w, method='fft'; v, w, mode='same', method='direct', precision='highest'
convolve2d correlate2d: m, n, 'same', boundary='fill', fillvalue=0, precision='highest'; m, n, boundary='wrap'; m, n, fillvalue=1
fftconvolve: m, m, axes=(0,); m, n, 'full', axes=(0, 1)
csd: seq, seq[::-1] * 1.5, fs=2.0, window='hamming', nperseg=4, noverlap=1, nfft=6, return_onesided=True, axis=-1, average='median'; seq, seq[::-1] * 1.5, nperseg=4, return_onesided=False, detrend=False
welch: seq, fs=2.0, window='hamming', nperseg=4, noverlap=1, nfft=6, detrend='linear', scaling='spectrum', axis=-1; seq, nperseg=4, return_onesided=False; seq.T, nperseg=4, axis=0, detrend=False
stft: seq, fs=2.0, nperseg=4, nfft=6, detrend='constant', padded=False, axis=-1; seq, nperseg=4, return_onesided=False; seq.T, nperseg=4, axis=0, window='boxcar'
istft: =scipy.signal.istft(scipy.signal.stft(seq, nperseg=4, noverlap=3, nfft=6)[2], fs=2.0, window='hann', nperseg=4, noverlap=3, nfft=6, input_onesided=True, boundary=True, time_axis=-1, freq_axis=-2); =scipy.signal.istft(scipy.signal.stft(seq, nperseg=4, return_onesided=False)[2].swapaxes(-1, -2), nperseg=4, input_onesided=False, boundary=False, time_axis=-2, freq_axis=-1)
detrend: a, axis=0, type='constant', bp=0, overwrite_data=None; a, overwrite_data=True; a, overwrite_data=False
"""
ROWS["scipy.fft"] = """
dct idct: v, type=2; v, type=3; v, type=2, n=2, axis=0, norm='ortho'
dctn idctn: a, type=2; a, type=2, s=(2, 2), axes=(0, 1), norm='ortho'; a, type=3
"""
ROWS["scipy.optimize"] = """
minimize: =jnp.round(scipy.optimize.minimize(lambda u, z: jnp.sum((u - z) ** 2), jnp.zeros(2), (jnp.ones(2) * 3,), method='BFGS', tol=1e-6).x, 4); =scipy.optimize.minimize(lambda u: jnp.sum((u - 1.0) ** 4), jnp.zeros(2), method='BFGS', options={'maxiter': 1}).nit; =scipy.optimize.minimize(lambda u: jnp.sum((u - 1.0) ** 2), jnp.zeros(2), args=(), method='nothing')
"""
ROWS["scipy.cluster.vq"] = "vq: a, m, check_finite=False; a, m, True\n"
ROWS["scipy.sparse.linalg"] = """
cg: =scipy.sparse.linalg.cg(spd, v, x0=w, tol=1e-12, atol=1e-12, maxiter=30)[0]
bicgstab: =scipy.sparse.linalg.bicgstab(m + 4 * jnp.eye(3, dtype=dtype), v, x0=w, tol=1e-12, atol=1e-12, maxiter=30, M=lambda u: u / 2)[0]
gmres: =scipy.sparse.linalg.gmres(m + 4 * jnp.eye(3, dtype=dtype), v, x0=w, tol=1e-12, atol=1e-12, restart=3, maxiter=5, M=lambda u: u / 2, solve_method='incremental')[0]; =scipy.sparse.linalg.gmres(m + 4 * jnp.eye(3, dtype=dtype), v, tol=1e-12, restart=3, solve_method='batched')[0]
"""
ROWS["scipy.stats"] = """
mode: i, nan_policy='propagate', keepdims=True; i, nan_policy='omit'; i, axis=None
rankdata: i, nan_policy='propagate'; i, method='dense', axis=0; i, nan_policy='omit'
sem: a, axis=1, ddof=0, nan_policy='propagate', keepdims=True; a, nan_policy='omit'; a, axis=None
"""
ROWS["scipy.stats.multivariate_normal"] = (
    "logpdf: v, w, spd, allow_singular=False; v, w, spd, allow_singular=None; v, w, spd, allow_singular=True\n"
)
# in what they are generated: {argument: text}. Those of IDLE say how to compute, or where, and change nothing on one CPU.
IDLE = {
    "out_sharding": "None", "sharding": "None", "precision": "'highest'", "device": "jax.devices()[0]", "accuracy": "None",
    "overwrite_a": "True", "check_finite": "False",
}  # fmt: skip
FLOAT = "np.float64 if np.dtype(dtype).kind != 'c' else np.complex128"
GENERATED = {"loc": "-0.25", "scale": "2.0", "preferred_element_type": FLOAT}
DISCRETE = [f"scipy.stats.{n}" for n in "bernoulli betabinom binom geom nbinom poisson".split()]
REFUSED = {"out": "jnp.zeros(())"}
# what is not compared, and why: (the beginning of calls, as a regular expression; dtypes, or "vjp"; the reason)
COMPLEX, HALF, BYTES = ("complex128", "complex64"), ("float16",), ("uint8",)
EXEMPT = (
    (r"jnp\.digitize|jnp\.sort_complex", COMPLEX, "complex numbers have no order; NumPy's refusal"),
    (r"jnp\.histogram(2d|dd)|jnp\.cov\(a, aweights", COMPLEX, "weights are real numbers; NumPy's refusal"),
    (r"jnp\.geomspace", ("bool",), "NumPy's refusal of a geometric sequence with a zero in it"),
    (r"jnp\.array_repr", ("float64",), "jax's arrays print the name of a private class here"),
    (
        r"jnp\.polydiv\(q\[0\], p\[0, :2\], trim",
        ("vjp",),
        "jax's derivative of a remainder that is trimmed is 0; finite differences agree with the one here",
    ),
    (
        r"jnp\.linalg\.(cholesky\(spd, symm|pinv\(spd, herm)|scipy\.linalg\.(cho_|solve\(spd)|lax\.linalg\.(cholesky|eigh)\(.*symmetrize_input=False",
        ("vjp",),
        "the derivative is that of the triangle that is read; jax spreads it over both",
    ),
    (r"lax\.scatter_(max|min)", ("vjp",), "jax divides 0 by 0 beside an index that is clipped"),
    (r"lax\.ragged_dot", ("vjp",), "jax's own derivative of complex numbers that are summed as real ones"),
    (
        r"nn\.dot_product_attention",
        (*COMPLEX, *HALF),
        "attention of complex numbers has no meaning; halves are rounded once here",
    ),
    (
        r"nn\.(hard_tanh|log1mexp|log_sigmoid|log_softmax|softmax)",
        BYTES,
        "jax wraps -1, or -x, of unsigned integers around",
    ),
    (r"jnp\.polyfit\(.* w=q", COMPLEX, "weights are real numbers"),
    (r".*custom_linear_solve.*symmetric=True", COMPLEX, "the complex matrix there is no symmetric one"),
    (
        r"nn\.standardize\(a, mean=",
        ("int32", "int8", "uint8", "bool"),
        "of integers, and Python's numbers for mean and variance, the 32-bit float",
    ),
    (
        r"(scipy\.special|nn)\.log(sum|mean)exp\(.*where=k|scipy\.special\.logsumexp\(a, 1, p, True",
        ("bool",),
        "of truth values the 32-bit float",
    ),
    (
        r"scipy\.special\.logsumexp\(a, 1, p, True, True, k\)",
        ("vjp",),
        "the sign of a complex number has no derivative here",
    ),
    (
        r".*scipy\.special\.bessel_jn",
        ("float32", "int64", "int32", "int8", "uint8", "bool", *HALF),
        "jax's recurrence overflows in 32 bits",
    ),
    (r".*scipy\.special\.owens_t", ("float32",), "jax computes it in 64 bits"),
    (r"scipy\.sparse\.linalg|scipy\.signal\.(csd|stft|welch)", HALF, "halves are rounded elsewhere, or stay halves"),
    (
        r".*(scipy|lax)\.linalg|.*lax\.custom_linear_solve",
        ("bool", *HALF),
        "matrices of truth values, or of halves, which LAPACK has not",
    ),
)
# the arguments of no sample, and why
WITHOUT = {"scipy.linalg.polar eps": "jax's own call fails with it (it is not static there)"}


def exempt(call, what):
    """The reason why a call is not compared in a dtype, or in "vjp"; None if it is."""
    return next((why for text, whats, why in EXEMPT if what in whats and re.match(text, call)), None)


@functools.cache
def signatures():
    """{"numpy.sum": its signature in jax}, of the functions of jax_names.json."""
    texts = packed.read("jax_signatures")["signatures"]
    return {name: inspect.signature(eval(f"lambda {text}: 0")) for name, text in texts.items()}


def arguments(full):
    """The arguments of a function that may be left out, or must be given by name."""
    return [p.name for p in signatures()[full].parameters.values()
            if p.kind is p.KEYWORD_ONLY or p.kind is p.POSITIONAL_OR_KEYWORD and p.default is not p.empty]  # fmt: skip


def passed(call, full):
    """The arguments of a function that a call passes to it."""
    parameters = signatures()[full].parameters.values()
    positions = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    found = set()
    for node in calls_of(ast.parse(call, mode="eval"), full):
        found |= {k.arg for k in node.keywords} | {*positions[: len(node.args)]}
        if any(isinstance(a, ast.Starred) for a in node.args):
            found |= {*positions}
    return found


def calls_of(tree, full):
    """The calls of a function in an expression."""
    name = full.rpartition(".")[2]
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    return [n for n in nodes if getattr(n.func, "attr", getattr(n.func, "id", "")) == name]


def with_arguments(call, full, more):
    """A call of a function, made with more arguments."""
    tree = ast.parse(call, mode="eval")
    for node in calls_of(tree, full)[:1]:
        node.keywords += [ast.keyword(name, ast.parse(text, mode="eval").body) for name, text in more.items()]
    return ast.unparse(tree)


idle = set()  # the calls that are made to see that what means nothing is taken: in one dtype


@functools.cache
def calls(space, name):
    """The calls of a function, with arguments that those of jax_coverage_cases.py lack."""
    full = f"{space}.{name}"
    found = [ours for ours, _ in jax_coverage_cases.calls(space, name, ROWS)]
    if full not in signatures():
        return found
    plain = jax_coverage_cases.calls(space, name)
    first = (plain[0][1] or plain[0][0]) if plain else None
    given = set().union(*[passed(c, full) for c in [*found, *[c for c, _ in plain]]])
    missing = [n for n in arguments(full) if n not in given]
    if first is not None and calls_of(ast.parse(first, mode="eval"), full):
        for table in (IDLE, GENERATED, REFUSED):
            more = {n: table[n] for n in missing if n in table}
            if space in DISCRETE and "loc" in more:
                more["loc"] = "-1"
            if more:
                found.append(with_arguments(first, full, more))
            if more and table is IDLE:
                idle.add(found[-1])
    return found
