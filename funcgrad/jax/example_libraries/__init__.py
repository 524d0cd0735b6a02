"""jax.example_libraries: optimizers and stax."""

from ...lazy import attributes as _attributes

__getattr__, __dir__ = _attributes(__name__, {})
