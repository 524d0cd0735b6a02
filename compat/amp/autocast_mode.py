"""torch.autocast on the CPU: products in bfloat16 (or float16), losses and decompositions in float32.

Invariant: operands are cast by operations of their own, so that gradients come back in the dtypes the leaves have. While
no autocast runs anywhere, operations are not slowed down: they are intercepted by the first and let go by the last.
"""

import contextlib
import functools
import threading

from funcgrad.core.site import warn
from funcgrad.core.state import tls

from .. import dtypes
from .._calls import Signature, misfit
from .._intercept import Users
from ..devices import Device
from ..errors import type_name
from ..functions.missing import refusal as _refusal
from ..functions.register import FUNCTIONS, METHODS
from ..native import of_arguments
from ..tensor import Tensor

LOWER = {  # computed in the dtype of autocast
    "torch": "addbmm addmm baddbmm bmm chain_matmul matmul mm",
    "Tensor": "__matmul__ __rmatmul__",
    "linalg": "multi_dot vecdot",
    "recurrent": "layer_of_kernel",
    "functional": "conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d linear prelu "
    "scaled_dot_product_attention",
}
PRODUCTS = {"torch": "einsum inner tensordot"}  # of vectors, or of one Tensor, they are left as they are
FLOAT32 = {  # computed in float32
    "native": "binary_cross_entropy_with_logits grid_sampler margin_ranking_loss max_pool3d triplet_margin_loss",
    "torch": "cdist cholesky cholesky_inverse cholesky_solve geqrf inverse lobpcg lu_solve nanquantile orgqr ormqr pinverse polar prod qr quantile stft svd trace triangular_solve view_as_complex",
    "linalg": "cholesky cholesky_ex cond eig eigh eigvals eigvalsh householder_product inv inv_ex lstsq lu_factor lu_factor_ex "
    "matrix_rank pinv qr solve solve_ex svd svdvals tensorinv tensorsolve",
    "fft": "fft fft2 fftn hfft ifft ifft2 ifftn ihfft irfft irfft2 irfftn rfft rfft2 rfftn",
    "functional": "adaptive_avg_pool3d adaptive_max_pool3d adaptive_max_pool3d_with_indices avg_pool3d local_response_norm max_pool3d "
    "max_unpool1d max_unpool2d max_unpool3d binary_cross_entropy binary_cross_entropy_with_logits "
    "cosine_embedding_loss cross_entropy ctc_loss fractional_max_pool2d fractional_max_pool2d_with_indices "
    "fractional_max_pool3d fractional_max_pool3d_with_indices grid_sample "
    "hinge_embedding_loss huber_loss kl_div l1_loss margin_ranking_loss mse_loss multi_margin_loss multilabel_margin_loss "
    "nll_loss poisson_nll_loss smooth_l1_loss soft_margin_loss triplet_margin_loss",
}
ALONE = {"functional": "bilinear"}  # left as they are, with the products inside
STEPS = {"recurrent": "regular"}  # what is computed in steps, each of which is cast by itself
WIDEST = {"torch": "cat concat concatenate index_copy stack"}  # computed in the widest dtype of their operands


AVAILABLE = frozenset("cpu cuda ipu xpu maia xla mps hpu mtia privateuseone".split())


class State(threading.local):
    """Of this thread: what is cast to what, and the leaves that are cast already."""

    def __init__(self):
        self.enabled = {}  # device -> bool
        self.dtype = {
            **dict.fromkeys(("cpu", "maia", "xla", "hpu"), dtypes.BY_NAME["bfloat16"]),
            **dict.fromkeys(("cuda", "ipu", "xpu", "hip", "mps", "mtia", "privateuseone"), dtypes.BY_NAME["float16"]),
        }
        self.cache_enabled = True
        self.cache = {}  # id of a leaf -> (the leaf, its cast)
        self.nesting = 0

    def tell(self):
        """Tell compiled functions what is in force."""
        tls.casting = self.dtype["cpu"] if self.enabled.get("cpu") else None


state = State()


# ------------------------------------------------------------------------------------------------ what is cast
def eligible(t):
    return t.dtype.is_floating_point and t.dtype.name != "float64"


def cast(x, dtype):
    """x with every float Tensor in it (float64 left alone) in another dtype; a leaf's cast is made once a region."""
    if isinstance(x, Tensor):
        if not eligible(x) or x.dtype is dtype:
            return x
        if tls.stage is not None:  # (what is staged is no value for other calls)
            return x.to(dtype)
        if not (state.cache_enabled and x.requires_grad and x.is_leaf and dtype.itemsize < x.dtype.itemsize):
            return x.to(dtype)
        found = state.cache.get(id(x))
        if found is None:
            found = state.cache[id(x)] = x, x.to(dtype)
        return found[1]
    if type(x) in (list, tuple):
        return type(x)([cast(e, dtype) for e in x])
    return x


def floats_in(x):
    if isinstance(x, Tensor):
        return [x] if eligible(x) else []
    return [t for e in x for t in floats_in(e)] if type(x) in (list, tuple) else []


def casting(target):
    """A layer around a function: its operands are cast to target(operands), and what it calls is left alone."""

    def wrap(inner, f):
        def call(*args, **kwargs):
            if not state.enabled.get("cpu"):
                return inner(*args, **kwargs)
            dtype = target((*args, *kwargs.values()))
            if dtype is not None:
                args = [cast(a, dtype) for a in args]
                kwargs = {k: cast(a, dtype) for k, a in kwargs.items()}
            state.enabled["cpu"] = False
            try:
                return inner(*args, **kwargs)
            finally:
                state.enabled["cpu"] = True

        return call

    return wrap


def in_steps(inner, f):
    """A layer around the question whether something is computed in one piece: not while autocast casts."""
    return lambda *args: not state.enabled.get("cpu") and inner(*args)


def widest(operands):
    floats = floats_in(operands)
    return dtypes.BY_NAME["float32"] if any([t.dtype.name == "float32" for t in floats]) else None


def lower(operands):
    return state.dtype["cpu"]


def lower_of_products(operands):
    """The dtype of autocast; none for what is no product of matrices: a sum of one Tensor, or over all that there is of two."""
    equation, *rest = operands if type(operands[0]) is str else (None, *operands)
    tensors = [t for t in rest if isinstance(t, Tensor)]
    if equation is not None:
        return None if len(tensors) == 1 else state.dtype["cpu"]
    if len(rest) > 2:  # (tensordot's dims)
        dims = rest[2]
        summed = len(dims[0]) if isinstance(dims, (list, tuple)) and isinstance(dims[0], (list, tuple)) else dims
        return None if isinstance(summed, int) and all(t.dim() == summed for t in tensors) else state.dtype["cpu"]
    return None if all(t.dim() == 1 for t in tensors) else state.dtype["cpu"]


def float32(operands):
    return dtypes.BY_NAME["float32"]


def alone(operands):
    return None


def spaces():
    """{name of a table above: where its functions are found}."""
    from .. import fft, linalg
    from ..nn import functional
    from ..nn.functional import native, recurrent

    return {
        "torch": FUNCTIONS.__getitem__,
        "Tensor": METHODS.__getitem__,
        "linalg": functools.partial(getattr, linalg),
        "fft": functools.partial(getattr, fft),
        "functional": functools.partial(getattr, functional),
        "native": functools.partial(getattr, native),
        "recurrent": functools.partial(getattr, recurrent),
    }


def layers():
    """[(layer, the functions it is put around)]."""
    where = spaces()
    return [
        (wrap, [where[space](name) for space, names in table.items() for name in names.split()])
        for wrap, table in (
            (casting(lower), LOWER),
            (casting(lower_of_products), PRODUCTS),
            (casting(float32), FLOAT32),
            (casting(widest), WIDEST),
            (casting(alone), ALONE),
            (in_steps, STEPS),
        )
    ]


USERS = Users("autocast", layers)


# ------------------------------------------------------------------------------------------------ the block
def parsed(*signatures, name=None):
    """A decorator of settings: arguments that fit none of torch's signatures are refused in torch's words (calls.py says how to read one)."""

    def refusing(f):
        @functools.wraps(f)
        def call(*args, **kwargs):
            error = misfit(name or f.__name__, tuple(map(Signature, signatures)), args, kwargs)
            if error is not None:
                raise error
            return f(*args, **kwargs)

        return call

    return refusing


@parsed("Qdevice_type", name="_is_autocast_available")
def is_autocast_available(device_type):
    """Is there autocast for a kind of device, should there be one?"""
    return Device(device_type).type in AVAILABLE


class autocast:
    """A block, or a decorator of functions, in which products are computed in half precision.

    autocast(device_type, dtype=None, enabled=True, cache_enabled=None): dtype bfloat16 or float16. For another kind
    of device it changes nothing (and warns of CUDA); RuntimeError for what is no device at all, or has no autocast.

    >>> import compat as torch
    >>> x = torch.ones(2, 2)
    >>> with torch.autocast("cpu", dtype=torch.float16):
    ...     (x @ x).dtype, torch.nn.functional.mse_loss(x.half(), x).dtype
    (torch.float16, torch.float32)
    """

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        need_name(device_type)
        name, device_type = device_type, Device(device_type).type
        if device_type not in state.dtype:
            raise RuntimeError("unsupported scalarType")
        if device_type not in AVAILABLE:
            raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'")
        self.device, self.custom_device_mod = name, None
        self.fast_dtype = get_autocast_dtype(device_type) if dtype is None else dtype
        if enabled and device_type != "cpu":
            if device_type == "cuda":
                warn("CUDA is not available or torch_xla is imported. Disabling autocast.")
            enabled = False
        if enabled and self.fast_dtype not in (dtypes.BY_NAME["bfloat16"], dtypes.BY_NAME["float16"]):
            warn(
                "In CPU autocast, but the target dtype is not supported. Disabling autocast.\n"
                "CPU Autocast only supports dtypes of torch.bfloat16, torch.float16 currently."
            )
            enabled = False
        self._enabled = enabled
        self._cache_enabled = state.cache_enabled if cache_enabled is None else cache_enabled
        self.before = []

    def __enter__(self):
        device = kind_of(self.device)
        if not isinstance(self.fast_dtype, dtypes.dtype):
            name = "set_autocast_dtype(): argument 'dtype' (position 2)"
            raise TypeError(f"{name} must be torch.dtype, not {type_name(self.fast_dtype)}")
        if type(self._enabled) is not bool:
            name = "set_autocast_enabled(): argument 'enabled' (position 2)"
            raise TypeError(f"{name} must be bool, not {type_name(self._enabled)}")
        if type(self._cache_enabled) is not bool:
            raise TypeError(f"enabled must be a bool (got {type_name(self._cache_enabled)})")
        self.before.append((state.enabled.get(device, False), state.dtype.get(device), state.cache_enabled))
        state.enabled[device], state.dtype[device] = self._enabled, self.fast_dtype
        state.cache_enabled = self._cache_enabled
        state.nesting += 1
        state.tell()
        USERS.enter()
        return self

    def __exit__(self, *error):
        USERS.leave()
        state.nesting -= 1
        if state.nesting == 0:
            clear_autocast_cache()
        device = kind_of(self.device)
        state.enabled[device], state.dtype[device], state.cache_enabled = self.before.pop()
        state.tell()
        return False

    def __call__(self, f):
        @functools.wraps(f)
        def call(*args, **kwargs):
            with self:
                return f(*args, **kwargs)

        return call


def need_name(device_type):
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")


def custom_fwd(fwd=None, *, device_type, cast_inputs=None):
    """A decorator of an autograd.Function's forward: under autocast float inputs are cast to `cast_inputs` and the body
    runs without autocast; with None it runs under the autocast it was called in."""
    need_name(device_type)
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def call(ctx, *args, **kwargs):
        on = is_autocast_enabled(device_type)
        ctx._dtype, ctx._fwd_used_autocast = get_autocast_dtype(device_type), on and cast_inputs is None
        if not on or cast_inputs is None:
            return fwd(ctx, *args, **kwargs)
        with autocast(device_type, enabled=False):
            return fwd(ctx, *cast(args, cast_inputs), **{k: cast(a, cast_inputs) for k, a in kwargs.items()})

    return call


def custom_bwd(bwd=None, *, device_type):
    """A decorator of an autograd.Function's backward: it runs under the autocast that its forward ran under."""
    need_name(device_type)
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def call(ctx, *grads):
        on = ctx._fwd_used_autocast
        with autocast(device_type, dtype=ctx._dtype, enabled=True) if on else contextlib.nullcontext():
            return bwd(ctx, *grads)

    return call


# ------------------------------------------------------------------------------------------------ its settings
def kind_of(device_type):
    """The kind of a device, of which there may be autocast."""
    kind = Device(device_type).type
    if kind not in AVAILABLE:
        raise RuntimeError("unknown device type for autocast in get_autocast_dispatch_key_from_device_type")
    return kind


@parsed("Qdevice_type", "")
def is_autocast_enabled(device_type="cuda"):
    """Is autocast on, for a kind of device?"""
    return state.enabled.get(kind_of(device_type), False)


@parsed("Qdevice_type Benabled", "Benabled")
def set_autocast_enabled(device_type=None, enabled=None):
    """Switch autocast on or off, for a kind of device (without one: CUDA), until it is set again."""
    if enabled is None or device_type is None:
        device, on = "cuda", device_type if enabled is None else enabled
    else:
        device, on = kind_of(device_type), enabled
    if device == "cpu" and on != state.enabled.get("cpu", False):
        (USERS.enter if on else USERS.leave)()
    state.enabled[device] = on
    state.tell()


@parsed("Qdevice_type")
def get_autocast_dtype(device_type):
    """The dtype that autocast computes in, by kind of device."""
    kind = Device(device_type).type
    if kind not in state.dtype:
        raise RuntimeError("unsupported scalarType")
    return state.dtype[kind]


@parsed("Qdevice_type Ddtype")
def set_autocast_dtype(device_type, dtype):
    """Set the dtype that autocast computes in."""
    state.dtype[kind_of(device_type)] = dtype
    state.tell()


@of_arguments(0)
def clear_autocast_cache():
    """Forget the leaves that are cast already."""
    state.cache.clear()


@of_arguments(0)
def is_autocast_cache_enabled():
    """Is a leaf cast only once in a block?"""
    return state.cache_enabled


def need_bool(enabled):
    if type(enabled) is not bool:
        raise TypeError(f"enabled must be a bool (got {type_name(enabled)})")


def need_dtype(dtype):
    if not isinstance(dtype, dtypes.dtype):
        raise TypeError(f"dtype must be a torch.dtype (got {type_name(dtype)})")


@of_arguments(1)
def set_autocast_cache_enabled(enabled):
    """Cast a leaf only once in a block, or at each use."""
    need_bool(enabled)
    state.cache_enabled = enabled


@of_arguments(0)
def autocast_increment_nesting():
    """Enter one block more; returns how many there are."""
    state.nesting += 1
    return state.nesting


@of_arguments(0)
def autocast_decrement_nesting():
    """Leave a block; returns how many are left."""
    state.nesting -= 1
    return state.nesting


def gone(name, instead):
    warn(f"torch.{name} is deprecated. Please use torch.{instead} instead.", DeprecationWarning)


@of_arguments(0)
def is_autocast_cpu_enabled():
    """Is autocast on for the CPU?"""
    gone("is_autocast_cpu_enabled()", "is_autocast_enabled('cpu')")
    return is_autocast_enabled("cpu")


@of_arguments(1)
def set_autocast_cpu_enabled(enabled):
    """Switch autocast for the CPU on or off."""
    need_bool(enabled)
    gone("set_autocast_cpu_enabled(enabled)", "set_autocast_enabled('cpu', enabled)")
    set_autocast_enabled("cpu", enabled)


@of_arguments(0)
def get_autocast_cpu_dtype():
    """The dtype that autocast computes in on the CPU."""
    gone("get_autocast_cpu_dtype()", "get_autocast_dtype('cpu')")
    return get_autocast_dtype("cpu")


@of_arguments(1)
def set_autocast_cpu_dtype(dtype):
    """Set the dtype that autocast computes in on the CPU."""
    need_dtype(dtype)
    gone("set_autocast_cpu_dtype(dtype)", "set_autocast_dtype('cpu', dtype)")
    set_autocast_dtype("cpu", dtype)


@of_arguments(0)
def get_autocast_gpu_dtype():
    """The dtype that autocast would compute in on a GPU."""
    gone("get_autocast_gpu_dtype()", "get_autocast_dtype('cuda')")
    return get_autocast_dtype("cuda")


@of_arguments(1)
def set_autocast_gpu_dtype(dtype):
    """Set the dtype that autocast would compute in on a GPU."""
    need_dtype(dtype)
    gone("set_autocast_gpu_dtype(dtype)", "set_autocast_dtype('cuda', dtype)")
    set_autocast_dtype("cuda", dtype)


__getattr__ = _refusal(__name__)
