"""autograd.core: the names of it that programs import."""

from .extend import (
    VSpace,
    def_linear,
    defjvp,
    defjvp_argnum,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    vspace,
)
from .operators import make_jvp as _make_jvp
from .operators import make_vjp as _make_vjp
from .tracer import Box, getval, isbox, primitive

__all__ = [
    "Box", "VSpace", "def_linear", "defjvp", "defjvp_argnum", "defjvp_argnums", "defvjp", "defvjp_argnum", "defvjp_argnums",
    "getval", "isbox", "make_jvp", "make_vjp", "primitive", "vspace",
]  # fmt: skip


def make_vjp(fun, x):
    """(vjp, fun(x)) of a function of one argument."""
    return _make_vjp(fun)(x)


def make_jvp(fun, x):
    """v -> (fun(x), its derivative in the direction v), of a function of one argument."""
    return _make_jvp(fun)(x)
