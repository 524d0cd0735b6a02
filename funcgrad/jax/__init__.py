"""The swap for jax: `import funcgrad.jax as jax` where a program says `import jax`; `python -m funcgrad run script.py` does it for a
script as it stands.

Arrays are immutable and 32-bit unless jax_enable_x64, and promote as jax's do (docs/decisions/jax-swap.md). Every name is a thin
one over funcgrad's own: no derivative, batching or compilation is written in this package.

>>> import funcgrad.jax as jax, funcgrad.jax.numpy as jnp
>>> jax.jit(jax.grad(lambda x: jnp.sum(x**2)))(jnp.arange(3.0))
Array([0., 2., 4.], dtype=float32)
"""

from typing import Any as _Any

from ..lazy import NoSuchName as _NoSuchName
from ..lazy import attributes as _attributes
from ..lazy import submodule as _submodule
from . import arrays as _arrays
from . import numpy  # noqa: F401

_INDEX = {
    "arrays": "Array ShapedArray",
    "config": "checking_leaks debug_infs debug_nans default_device default_matmul_precision default_prng_impl disable_jit enable_x64 "
    "ensure_compile_time_eval log_compiles numpy_dtype_promotion numpy_rank_promotion",
    "devices": "Device block_until_ready clear_caches default_backend device_count device_get device_put effects_barrier "
    "local_device_count local_devices process_count process_index",
    "dtypes": "float0",
    "sharding": "NamedSharding make_mesh reshard set_mesh shard_map",
    "transforms": "checkpoint closure_convert custom_gradient custom_jvp custom_vjp eval_shape grad hessian jacfwd jacobian jacrev jit jvp "
    "linear_transpose linearize make_jaxpr named_call pmap pure_callback remat typeof value_and_grad vjp vmap",
}


def _others(name):
    import sys
    from importlib import import_module

    if name in ("config", "devices"):  # (a module here, and in jax what is in it)
        return getattr(import_module(f"{__name__}.{name}"), name)
    if name in ("checkpoint_policies", "custom_derivatives", "named_scope", "ShapeDtypeStruct", "stages"):
        from .. import named_scope  # noqa: F401

        return getattr(sys.modules["funcgrad"], name)
    raise _NoSuchName(sys.modules[__name__], name)


__getattr__, __dir__ = _attributes(__name__, _INDEX, missing=_others)
from .config import config  # noqa: E402, F401
from .devices import devices  # noqa: E402, F401

_submodule(
    __name__,
    "core",
    "jax.core: the classes that programs test values with.",
    {"ShapedArray": _arrays.ShapedArray, "Tracer": _arrays.Tracer},
)
_like = _arrays.Array | numpy._np.ndarray | numpy._np.generic | bool | int | float | complex
_submodule(__name__, "typing", "jax.typing: what annotations name.", {"ArrayLike": _like, "DTypeLike": _Any})
__version__ = version = "0.10.2"  # the jax whose names these are
