"""jax.scipy.sparse: the iterative solvers of linalg."""
