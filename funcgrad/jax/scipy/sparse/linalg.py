"""jax.scipy.sparse.linalg: iterative solvers of linear systems, over funcgrad's."""

from ....scipy.sparse import linalg as _engine
from ...control import of_solver as _of_solver

bicgstab, cg, gmres = [_of_solver(getattr(_engine, name)) for name in ("bicgstab", "cg", "gmres")]
