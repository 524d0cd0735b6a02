"""jax.core: the classes that programs test values with."""

from .arrays import ShapedArray, Tracer

__all__ = ["ShapedArray", "Tracer"]
