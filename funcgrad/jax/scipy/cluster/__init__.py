"""jax.scipy.cluster: vq."""
