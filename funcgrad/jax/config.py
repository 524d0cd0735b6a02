"""jax.config: the options a program sets. Those that change figures or errors act; the rest, of compilers and devices, are
kept as they are given.

Invariant: an option's value is read where it acts, so that a change holds for the next operation.
"""

import contextlib
import os

from ..core.config import config as engine

TRUE = ("1", "true", "yes", "on", "y", "t")
LOCAL = "jax_platforms jax_platform_name jax_default_device jax_default_matmul_precision jax_log_compiles jax_debug_infs " \
    "jax_numpy_rank_promotion jax_numpy_dtype_promotion jax_default_prng_impl jax_threefry_partitionable jax_compilation_cache_dir " \
    "jax_traceback_filtering jax_check_tracer_leaks jax_enable_checks jax_cpu_enable_async_dispatch jax_explain_cache_misses " \
    "jax_persistent_cache_min_compile_time_secs jax_persistent_cache_min_entry_size_bytes jax_transfer_guard jax_array " \
    "jax_softmax_custom_jvp jax_debug_key_reuse jax_num_cpu_devices jax_legacy_prng_key jax_enable_custom_prng"  # fmt: skip


class Config:
    """The options, as attributes; `update(name, value)` sets one. AttributeError for one that jax has not."""

    def __init__(self):
        self.values = dict.fromkeys(LOCAL.split())
        for name in ("jax_enable_x64", "jax_disable_jit", "jax_debug_nans"):
            self.values[name] = os.environ.get(name.upper(), "0").lower() in TRUE
        self.jax_enable_x64, self.jax_debug_nans = self.values["jax_enable_x64"], False
        if self.values["jax_debug_nans"]:
            self.update("jax_debug_nans", True)

    def update(self, name, value):
        if name not in self.values:
            raise AttributeError(f"Unrecognized config option: {name}")
        self.values[name] = value
        if name == "jax_enable_x64":
            self.jax_enable_x64 = bool(value)
        elif name == "jax_debug_nans":
            self.jax_debug_nans = bool(value)
            engine(check_nans=bool(value))

    def read(self, name):
        return self.values[name]

    def __getattr__(self, name):
        try:
            return self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(f"Unrecognized config option: {name}") from None

    def parse_flags_with_absl(self):
        """Options come from jax.config.update and from the environment only."""


config = Config()


def option(name):
    """The context manager jax.NAME(value), and how it is undone."""

    @contextlib.contextmanager
    def setting(value=True):
        before = config.read(name)
        config.update(name, value)
        try:
            yield
        finally:
            config.update(name, before)

    return setting


enable_x64 = option("jax_enable_x64")
disable_jit = option("jax_disable_jit")
debug_nans = option("jax_debug_nans")
debug_infs = option("jax_debug_infs")
log_compiles = option("jax_log_compiles")
checking_leaks = option("jax_check_tracer_leaks")
default_matmul_precision = option("jax_default_matmul_precision")
numpy_rank_promotion = option("jax_numpy_rank_promotion")
numpy_dtype_promotion = option("jax_numpy_dtype_promotion")
default_prng_impl = option("jax_default_prng_impl")
default_device = option("jax_default_device")


@contextlib.contextmanager
def ensure_compile_time_eval():
    """Compute at once what is not traced, which is always the case here."""
    yield
