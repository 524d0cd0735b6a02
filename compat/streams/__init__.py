"""torch's CPU random streams in NumPy: `Generator`, and the `default_generator` that module-level draws use.

Invariant: nothing here knows of Tensors, and nothing but NumPy and the standard library is imported.
"""

from compat.streams.generator import DEFAULT_SEED, Generator

__all__ = ["DEFAULT_SEED", "Generator", "default_generator"]

default_generator = Generator()
