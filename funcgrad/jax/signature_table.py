"""jax 0.10.2's signatures, where the engine's functions have others: made by tests/expected/make_jax_signatures.py from jax."""

TABLE = """
*args: numpy.broadcast_arrays lax.random_gamma_grad
*args, out=None, where=None: numpy.add numpy.bitwise_and numpy.bitwise_or numpy.bitwise_xor numpy.logaddexp \
numpy.logaddexp2 numpy.logical_and numpy.logical_or numpy.logical_xor numpy.maximum numpy.minimum numpy.multiply \
numpy.negative numpy.subtract
M, rtol=None, *, hermitian=False, tol=None: numpy.linalg.matrix_rank
a, /, axes: numpy.permute_dims
a, axis=None, bitorder='big': numpy.packbits
a, axis=None, count=None, bitorder='big': numpy.unpackbits
a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None, mean=None, correction=None: numpy.std \
numpy.var
a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None: numpy.nanstd numpy.nanvar
a, axis=None, dtype=None, out=None, keepdims=False, *, where=None: numpy.mean
a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None: numpy.nanprod numpy.nansum
a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None, promote_integers=True: numpy.prod \
numpy.sum
a, axis=None, dtype=None, out=None, keepdims=False, where=None: numpy.nanmean
a, axis=None, keepdims=False: numpy.count_nonzero
a, axis=None, out=None, keepdims=False: numpy.ptp
a, axis=None, out=None, keepdims=False, *, where=None: numpy.all numpy.any
a, axis=None, out=None, keepdims=False, initial=None, where=None: numpy.amax numpy.amin numpy.max numpy.min \
numpy.nanmax numpy.nanmin
a, axis=None, out=None, keepdims=None: numpy.argmax numpy.argmin numpy.nanargmax numpy.nanargmin
a, axis=None, out=None, overwrite_input=False, keepdims=False: numpy.nanmedian
a, axis=None, weights=None, returned=False, keepdims=False: numpy.average
a, b, *, precision=None, preferred_element_type=None: numpy.inner numpy.vdot
a, b, *, precision=None, preferred_element_type=None, out_sharding=None: numpy.dot numpy.matmul
a, b, axes=2, *, precision=None, preferred_element_type=None, out_sharding=None: numpy.tensordot
a, kth, axis=-1: numpy.partition
a, n=None, axis=-1, norm=None: numpy.fft.fft numpy.fft.hfft numpy.fft.ifft numpy.fft.ihfft numpy.fft.irfft \
numpy.fft.rfft
a, order='C', *, out_sharding=None: numpy.ravel
a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, weights=None: \
numpy.nanpercentile numpy.nanquantile numpy.quantile
a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, weights=None, out_sharding=None: \
numpy.percentile
a, rtol=None, hermitian=False, *, rcond=None: numpy.linalg.pinv
a, s=None, axes=(-2, -1), norm=None: numpy.fft.fft2 numpy.fft.ifft2 numpy.fft.irfft2 numpy.fft.rfft2
a, s=None, axes=None, norm=None: numpy.fft.fftn numpy.fft.ifftn numpy.fft.irfftn numpy.fft.rfftn
a, side='right', *, method='qdwh', eps=None, max_iterations=None: scipy.linalg.polar
a, v, mode='full', *, precision=None, preferred_element_type=None: numpy.convolve
a, v, mode='valid', *, precision=None, preferred_element_type=None: numpy.correlate
arr, obj, axis=None, *, assume_unique_indices=False: numpy.delete
array, shape, *, out_sharding=None: numpy.broadcast_to
arrays, /, *, axis=0: numpy.concat
arrays, axis=0, dtype=None: numpy.concatenate
arrays, axis=0, out=None, dtype=None: numpy.stack
buffer, dtype=float, count=-1, offset=0: numpy.frombuffer
dimensions, dtype=None, sparse=False: numpy.indices
dtype, shape, dimension, *, out_sharding=None: lax.broadcasted_iota
filt, trim='fb', axis=None: numpy.trim_zeros
function, shape, *, dtype=float, **kwargs: numpy.fromfunction
h, a: scipy.special.owens_t
in_axis=-2, out_axis=-1, batch_axis=(), dtype=None: nn.initializers.glorot_normal nn.initializers.glorot_uniform \
nn.initializers.he_normal nn.initializers.he_uniform nn.initializers.kaiming_normal nn.initializers.kaiming_uniform \
nn.initializers.lecun_normal nn.initializers.lecun_uniform nn.initializers.xavier_normal \
nn.initializers.xavier_uniform
indices, shape: numpy.unravel_index
k, mu, loc=0: scipy.stats.poisson.cdf
k, p: scipy.stats.bernoulli.cdf
key, a, b, shape=None, dtype=None, *, out_sharding=None: random.beta
key, a, shape=None, dtype=None, *, out_sharding=None: random.gamma random.loggamma
key, alpha, shape=None, dtype=None, *, out_sharding=None: random.dirichlet
key, b, shape=None, dtype=None, *, out_sharding=None: random.pareto
key, d, p=2, shape=(), dtype=None, *, out_sharding=None: random.ball
key, df, shape=None, dtype=None, *, out_sharding=None: random.chisquare random.t
key, dfnum, dfden, shape=None, dtype=None, *, out_sharding=None: random.f
key, lam, shape=None, dtype=None, *, out_sharding=None: random.poisson
key, left, mode, right, shape=None, dtype=None, *, out_sharding=None: random.triangular
key, logits, axis=-1, shape=None, replace=True, mode=None, *, out_sharding=None: random.categorical
key, lower, upper, shape=None, dtype=None, *, out_sharding=None: random.truncated_normal
key, mean, cov, shape=None, dtype=None, method='cholesky', *, out_sharding=None: random.multivariate_normal
key, mean, shape=None, dtype=None, *, out_sharding=None: random.wald
key, n, p, *, shape=None, dtype=None, unroll=1: random.multinomial
key, n, shape=(), dtype=None, m=None, *, out_sharding=None: random.orthogonal
key, p, shape=(), dtype=None, *, out_sharding=None: random.generalized_normal
key, p, shape=None, dtype=None, *, out_sharding=None: random.geometric
key, p=0.5, shape=None, mode='low', *, out_sharding=None: random.bernoulli
key, scale, shape=None, dtype=None, *, out_sharding=None: random.rayleigh
key, shape, minval, maxval, dtype=None, *, out_sharding=None: random.randint
key, shape=(), dtype=None, *, out_sharding=None: random.bits random.cauchy random.exponential random.laplace \
random.logistic random.maxwell random.normal random.rademacher
key, shape=(), dtype=None, minval=0.0, maxval=1.0, *, out_sharding=None: random.uniform
key, shape=(), dtype=None, mode=None, *, out_sharding=None: random.gumbel
key, sigma=1.0, shape=None, dtype=None, *, out_sharding=None: random.lognormal
key, x, axis=0, independent=False, *, out_sharding=None: random.permutation
m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, dtype=None: numpy.cov
n: scipy.linalg.invhilbert
n, d=1.0, *, dtype=None, device=None: numpy.fft.fftfreq numpy.fft.rfftfreq
n, scale=None, *, dtype=None: scipy.linalg.dft
operand, axes: lax.reduce_max lax.reduce_min lax.reduce_prod
operand, axis, index_dtype: lax.argmax lax.argmin
operand, scatter_indices, func, dimension_numbers, *, update_shape=(), indices_are_sorted=False, unique_indices=False, \
mode=None: lax.scatter_apply
operand, scatter_indices, updates, dimension_numbers, *, indices_are_sorted=False, unique_indices=False, mode=None: \
lax.scatter_sub
operand, start_index, slice_size, axis=0, *, allow_negative_indices=True: lax.dynamic_slice_in_dim
operand, update, start_index, axis, *, allow_negative_indices=True: lax.dynamic_update_slice_in_dim
p: scipy.special.ndtri
p, loc=0, scale=1: scipy.stats.gumbel_l.ppf scipy.stats.gumbel_r.ppf
p, q: scipy.special.kl_div scipy.special.rel_entr
q, p: scipy.stats.bernoulli.ppf
scale, mode, distribution, in_axis=-2, out_axis=-1, batch_axis=(), dtype=None: nn.initializers.variance_scaling
scale=0.01, dtype=None: nn.initializers.uniform
scale=1.0, column_axis=-1, dtype=None: nn.initializers.delta_orthogonal nn.initializers.orthogonal
shape, dtype, *, out_sharding=None: lax.empty
stddev=0.01, dtype=None: nn.initializers.normal
stddev=0.01, dtype=None, lower=-2.0, upper=2.0: nn.initializers.truncated_normal
string, dtype=float, count=-1, *, sep: numpy.fromstring
subscripts, /, *operands, optimize='auto': numpy.einsum_path
tup, dtype=None: numpy.dstack numpy.hstack numpy.vstack
val, /: numpy.imag numpy.real
value, dtype=None: nn.initializers.constant
x: numpy.trunc lax.abs lax.acos lax.acosh lax.asin lax.asinh lax.atan lax.atanh lax.bessel_i0e lax.bessel_i1e \
lax.bitwise_not lax.ceil lax.cosh lax.digamma lax.erf lax.erf_inv lax.erfc lax.floor lax.imag lax.is_finite lax.lgamma \
lax.neg lax.real lax.reciprocal lax.sign lax.sinh lax.square nn.log_sigmoid nn.sigmoid nn.softplus scipy.special.dawsn \
scipy.special.digamma scipy.special.entr scipy.special.erf scipy.special.erfc scipy.special.erfcx scipy.special.erfinv \
scipy.special.expi scipy.special.expit scipy.special.gammaln scipy.special.i0 scipy.special.i0e scipy.special.i1 \
scipy.special.i1e scipy.special.logit scipy.special.spence
x, *, accuracy=None: lax.cbrt lax.cos lax.exp lax.exp2 lax.expm1 lax.log lax.log1p lax.logistic lax.rsqrt lax.sin \
lax.sqrt lax.tan lax.tanh
x, *, lower=True, symmetrize_input=True, sort_eigenvalues=True, subset_by_index=None, implementation=None: \
lax.linalg.eigh
x, /: numpy.abs numpy.absolute numpy.acos numpy.acosh numpy.arccos numpy.arccosh numpy.arcsin numpy.arcsinh \
numpy.arctan numpy.arctanh numpy.asin numpy.asinh numpy.atan numpy.atanh numpy.bitwise_count numpy.bitwise_invert \
numpy.bitwise_not numpy.cbrt numpy.ceil numpy.cos numpy.cosh numpy.deg2rad numpy.degrees numpy.exp numpy.exp2 \
numpy.expm1 numpy.fabs numpy.floor numpy.frexp numpy.invert numpy.isfinite numpy.isinf numpy.isnan numpy.log \
numpy.log10 numpy.log1p numpy.log2 numpy.logical_not numpy.rad2deg numpy.radians numpy.reciprocal numpy.rint \
numpy.sign numpy.signbit numpy.sin numpy.sinc numpy.sinh numpy.spacing numpy.sqrt numpy.square numpy.tan numpy.tanh \
nn.tanh
x, /, *, axis=None: scipy.special.log_softmax scipy.special.softmax
x, /, *, axis=None, dtype=None, include_initial=False: numpy.cumulative_prod numpy.cumulative_sum
x, /, *, device=None, copy=None: numpy.from_dlpack
x, /, out=None: numpy.isneginf numpy.isposinf numpy.modf
x, axis=0: lax.unstack
x, loc=0, scale=1: scipy.stats.logistic.isf scipy.stats.logistic.ppf
x, q=None: scipy.special.zeta
x, y: lax.add lax.bitwise_and lax.bitwise_or lax.bitwise_xor lax.complex lax.eq lax.ge lax.gt lax.le lax.lt lax.max \
lax.min lax.ne lax.pow lax.rem lax.shift_left lax.shift_right_arithmetic lax.sub scipy.special.xlog1py \
scipy.special.xlogy
x, y, /: numpy.bitwise_left_shift numpy.equal numpy.greater numpy.greater_equal numpy.left_shift numpy.less \
numpy.less_equal numpy.nextafter numpy.not_equal lax.mulhi
x, y=None, rowvar=True, dtype=None: numpy.corrcoef
x1, x2: numpy.fmax numpy.fmin numpy.gcd numpy.lcm lax.nextafter
x1, x2, /: numpy.arctan2 numpy.atan2 numpy.bitwise_right_shift numpy.copysign numpy.divide numpy.fmod numpy.heaviside \
numpy.hypot numpy.matvec numpy.mod numpy.remainder numpy.right_shift numpy.true_divide numpy.vecmat
x1, x2, /, *, axes=2, precision=None, preferred_element_type=None, out_sharding=None: numpy.linalg.tensordot
x1, x2, /, *, axis=-1, precision=None, preferred_element_type=None: numpy.vecdot numpy.linalg.vecdot
x1, x2, /, *, precision=None, preferred_element_type=None: numpy.linalg.matmul
"""
