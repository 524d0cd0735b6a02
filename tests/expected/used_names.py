"""The names of jax and of HIPS autograd that public programs use (counted over tutorials, examples and teaching code; of names inside what
is left out only a few), and why some have nothing behind them here: what docs/coverage-jax.md and tests/test_used_names.py go through.

A row is `module: names`.
"""

JAX = """
jax: Array Device NamedSharding Ref ShapeDtypeStruct block_until_ready checkpoint core custom_jvp custom_vjp
    device_count device_put devices ensure_compile_time_eval eval_shape freeze grad hessian jacfwd jacobian jacrev jit
    jvp lax linear_transpose linearize local_devices make_jaxpr make_mesh new_ref nn numpy numpy_dtype_promotion
    pure_callback random remat reshard scipy set_mesh shard_map tree_util typeof value_and_grad vjp vmap
jax.ShapeDtypeStruct: like
jax._src: lib traceback_util xla_bridge
jax._src.util: safe_map
jax.ad: DontWant GradValue
jax.ad_checkpoint: checkpoint_name print_saved_residuals
jax.checkpoint_policies: dots_with_no_batch_dims_saveable offload_dot_with_no_batch_dims
    save_and_offload_only_these_names save_any_names_but_these save_only_these_names
jax.config: jax_enable_x64 update
jax.core: ShapedArray Tracer
jax.debug: breakpoint callback print visualize_array_sharding
jax.distributed: initialize
jax.dtypes: issubdtype
jax.example_libraries: optimizers stax
jax.example_libraries.optimizers: momentum
jax.example_libraries.stax: Dense Relu serial
jax.experimental.hijax: HiPspec HiType ShapedArray VJPHiPrimitive Zero instantiate_zeros register_hitype
jax.experimental: io_callback
jax.experimental.multihost_utils: live_devices
jax.extend: core mlir
jax.extend.core: Literal Primitive
jax.ffi: ffi_call pycapsule register_ffi_target
jax.interpreters: ad batching mlir
jax.interpreters.ad: Zero primitive_jvps primitive_transposes
jax.interpreters.batching: primitive_batchers
jax.interpreters.mlir: lower_fun register_lowering
jax.lax.Precision: HIGHEST
jax.lax: add all_gather all_to_all axis_index axis_size cond conv conv_dimension_numbers conv_general_dilated
    conv_with_general_padding dynamic_slice_in_dim exp_p fori_loop max pcast pmean ppermute psum psum_scatter rsqrt
    scan select stop_gradient switch tanh_p top_k while_loop
jax.nn: gelu log_softmax one_hot relu sigmoid softmax softplus
jax.numpy: abs add all allclose any arange arctanh argmax argsort array asarray astype bool_ broadcast_to clip
    concatenate conj conjugate convolve cos cumsum diag dot dtype einsum empty equal exp expand_dims eye finfo float32
    float64 floating full imag inf int32 int8 integer isfinite isnan issubdtype linspace log logaddexp logical_and
    logical_or matmul max maximum mean meshgrid min minimum mod moveaxis nan ndarray newaxis ones ones_like outer pad
    pi power real reshape result_type roll rot90 round shape sign sin size split sqrt square squeeze stack sum tanh
    tensordot tile transpose vdot vstack where zeros zeros_like
jax.numpy.linalg: cholesky inv norm solve
jax.random: PRNGKey bernoulli fold_in key normal permutation randint split uniform
jax.scipy.signal: convolve
jax.scipy.special: logsumexp
jax.scipy.stats: norm
jax.scipy.stats.norm: logpdf pdf
jax.sharding: AbstractDevice AbstractMesh Mesh NamedSharding PartitionSpec get_abstract_mesh use_abstract_mesh
jax.sharding.AxisType: Auto Explicit
jax.test_util: check_grads
jax.tree: flatten leaves map structure transpose unflatten
jax.tree_util: keystr register_dataclass register_pytree_node register_pytree_node_class tree_all tree_flatten
    tree_flatten_with_path tree_leaves tree_map tree_reduce tree_structure tree_unflatten
jax.typing: ArrayLike DTypeLike
"""

AUTOGRAD = """
autograd.builtins: DictBox tuple
autograd.core: make_jvp make_vjp
autograd.differential_operators: make_jvp_reversemode
autograd: elementwise_grad grad hessian hessian_vector_product jacobian numpy primitive value_and_grad
autograd.extend: Box VSpace defjvp defvjp primitive vspace
autograd.misc.fixed_points: fixed_point
autograd.misc: flatten
autograd.misc.flatten: flatten flatten_func
autograd.misc.optimizers: adam sgd
autograd.numpy: abs all allclose amax any append arange arctan2 argmax argsort argwhere array asarray atleast_1d
    atleast_2d average bincount broadcast broadcast_to ceil clip column_stack complex128 concatenate conj copy cos
    cumsum delete diag diff divide dot einsum empty exp expand_dims expm1 eye fill_diagonal finfo flip flipud floor
    full hamming hanning hstack identity inf inner int16 int32 int64 int8 interp invert isfinite isin isnan isscalar
    ix_ kron linspace load log log1p logaddexp matmul max maximum mean median meshgrid min minimum mod nan nan_to_num
    nanmax nanmean nanstd ndarray ndenumerate newaxis ones ones_like outer percentile pi power prod random ravel real
    repeat reshape roll row_stack set_printoptions seterr shape sign sin sort split sqrt square squeeze stack std sum
    swapaxes take tanh tensordot tile trace transpose triu unique var vstack where zeros zeros_like
autograd.numpy.fft: fft fftshift
autograd.numpy.linalg: LinAlgError cholesky det eig eigvals inv matrix_rank norm pinv qr slogdet solve svd
autograd.numpy.numpy_boxes: ArrayBox
autograd.numpy.numpy_vjps: unbroadcast_f
autograd.numpy.random: RandomState binomial choice exponential gamma multivariate_normal normal permutation poisson
    rand randint randn random seed uniform vonmises
autograd.scipy.integrate: odeint
autograd.scipy.linalg: block_diag cholesky_banded solve_banded solve_triangular solveh_banded
autograd.scipy: signal
autograd.scipy.signal: convolve
autograd.scipy.special: beta digamma expit gamma gammainc gammaincc gammaln i0 logit logsumexp
autograd.scipy.stats: dirichlet multivariate_normal norm t
autograd.scipy.stats.multivariate_normal: logpdf pdf
autograd.scipy.stats.norm: cdf logcdf logpdf logsf pdf sf
autograd.scipy.stats.t: logpdf
autograd.test_util: check_grads
autograd.tracer: Node getval trace
autograd.util: func
autograd.wrap_util: unary_to_nary wraps
"""

DEVICES = "for programs over several devices: there is one here"
COMPILER = (
    "extends jax's compiler; `custom_jvp`, `custom_vjp` and `pure_callback` give a function rules or foreign code here"
)
MUTABLE = "arrays that are written into; NumPy's own are, under every transform (`fg.grad` of code with `a[i] = x`)"
PRIVATE = "private to jax"
LEFT_OUT = {  # what begins with this: why
    "jax.debug.visualize_array_sharding": DEVICES, "jax.experimental.multihost_utils": DEVICES,
    "jax.experimental.hijax": COMPILER, "jax.extend.mlir": COMPILER, "jax.ffi": COMPILER, "jax.interpreters": COMPILER,
    "jax.Ref": MUTABLE, "jax.ad.": MUTABLE, "jax.freeze": MUTABLE, "jax.new_ref": MUTABLE,
    "jax._src.lib": PRIVATE, "jax._src.traceback_util": PRIVATE, "jax._src.xla_bridge": PRIVATE,
}  # fmt: skip


def names(rows):
    """Full names, in order."""
    for row in rows.strip().replace("\n    ", " ").splitlines():
        module, _, found = row.partition(": ")
        yield from [f"{module}.{name}" for name in found.split()]


def reason(name):
    """Why a name is left out, or None."""
    return next((why for start, why in LEFT_OUT.items() if name.startswith(start)), None)


def find(name):
    """What a name of jax or autograd stands for in the swap; LookupError if nothing does."""
    from importlib import import_module

    parts = f"funcgrad.{name}".split(".")
    found = import_module(".".join(parts[:2]))
    for i, part in enumerate(parts[2:], 3):
        try:
            found = getattr(found, part) if hasattr(found, part) else import_module(".".join(parts[:i]))
        except ImportError as error:
            raise LookupError(name) from error
    return found
