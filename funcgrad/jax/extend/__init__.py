"""jax.extend: core, the parts of a jaxpr."""

from ...lazy import submodule as _submodule
from .. import jaxprs as _jaxprs

_names = {n: getattr(_jaxprs, n) for n in "ClosedJaxpr DropVar Jaxpr JaxprEqn Literal Var".split()}
_submodule(
    __name__,
    "core",
    "jax.extend.core: the classes of what make_jaxpr gives.",
    {**_names, "Primitive": _jaxprs.Operation},
)
