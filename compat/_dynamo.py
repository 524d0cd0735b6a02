"""torch._dynamo: the few names of it that programs use; compat's compiler has its own way (compat/compiler)."""

import types

from .compiler import disable, reset
from .compiler.options import InvalidBackend, TorchDynamoException, list_backends

__all__ = ["config", "disable", "exc", "list_backends", "mark_dynamic", "mark_static", "maybe_mark_dynamic", "reset"]
config = types.SimpleNamespace(
    suppress_errors=False, cache_size_limit=8, recompile_limit=8, verbose=False, capture_scalar_outputs=False
)  # (to be set, as scripts do; none of it changes anything)
exc = types.SimpleNamespace(InvalidBackend=InvalidBackend, TorchDynamoException=TorchDynamoException)


def mark_dynamic(t, index, **options):
    """Nothing: a program is for one shape of its arguments."""


maybe_mark_dynamic = mark_static = mark_dynamic
