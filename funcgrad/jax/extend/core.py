"""jax.extend.core: the classes of what make_jaxpr gives."""

from ..jaxprs import ClosedJaxpr, DropVar, Jaxpr, JaxprEqn, Literal, Var
from ..jaxprs import Operation as Primitive

__all__ = ["ClosedJaxpr", "DropVar", "Jaxpr", "JaxprEqn", "Literal", "Primitive", "Var"]
