"""What jax.custom_derivatives has: rules of the user's, and what rules with symbolic_zeros=True are given."""

from .transforms.custom import CustomVJPPrimal, SymbolicZero, custom_jvp, custom_vjp

__all__ = ["CustomVJPPrimal", "SymbolicZero", "custom_jvp", "custom_vjp"]
