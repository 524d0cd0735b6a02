"""torch's CPU random streams in NumPy: `Generator`, and the `default_generator` that module-level draws use.

Invariant: nothing here knows of Tensors, and nothing but NumPy and the standard library is imported.
"""

from funcgrad.streams.engine import STATE_LAYOUT
from funcgrad.streams.generator import DEFAULT_SEED, Generator

__all__ = ["DEFAULT_SEED", "STATE_BYTES", "Generator", "default_generator"]

STATE_BYTES = STATE_LAYOUT.itemsize  # of what get_state() gives

default_generator = Generator()
