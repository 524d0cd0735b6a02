"""jax.scipy.sparse: linalg, iterative solvers of linear systems, over funcgrad's."""

from ...lazy import submodule as _submodule
from ...scipy.sparse import linalg as _engine
from ..control import of_solver as _of_solver

_solvers = {name: _of_solver(getattr(_engine, name)) for name in ("bicgstab", "cg", "gmres")}
_submodule(__name__, "linalg", "jax.scipy.sparse.linalg.", _solvers)
