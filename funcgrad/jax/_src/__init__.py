"""jax._src: of jax's private parts what interpreters of jaxprs in its documentation use (util)."""

from ...lazy import attributes as _attributes

__getattr__, __dir__ = _attributes(__name__, {})
