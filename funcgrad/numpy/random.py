"""numpy.random's names, so that `import funcgrad.numpy.random` works; on traced arrays they answer through NumPy's protocols.

NumPy loads its random module when it is first asked for one of these, and so does this.
"""

from ..lazy import delegated

globals().update(delegated("numpy.random"))
