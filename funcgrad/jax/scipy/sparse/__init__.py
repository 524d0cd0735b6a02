"""jax.scipy.sparse: linalg."""
