"""Imports close no circle, but for those that a function makes when it is called and that are listed here with the reason."""

import functools
from graphlib import CycleError, TopologicalSorter

from tests.test_layers import files, module_name, ours_of

BACK = {  # reason: "who: whom it imports when it is called"
    "what torch says of a call that has failed is looked for once it has": """
        compat._calls: compat.functions.argument_checks
        compat.devices: compat._calls
        compat.errors: compat.autograd.anomaly_mode compat.graph
        compat.functions.call_errors: compat._how_called compat.functions.error_order compat.functions.older_calls
        compat.functions.kernels: compat.nn.functional.call_errors
        compat.leaves: compat._calls
        compat.method_arguments: compat._how_called compat.functions.call_errors
        compat.view_errors: compat.graph
        funcgrad.jax.devices: funcgrad.jax.arrays
        funcgrad.jax.dtypes: funcgrad.jax.arrays""",
    "copies and pickles of a value know of everything a value may be": """
        compat.devices: compat.serialization
        compat._duplicates: compat._tensor compat._utils compat.nn.parameter compat.overrides
        compat.serialization.legacy: compat.serialization.writing
        compat.storage: compat.serialization.legacy
        compat.tensor: compat._duplicates
        compat.jit._script: compat.jit.files
        compat.functions.storage: compat.utils.dlpack""",
    "a class that others are built on answers with what is built on it": """
        compat.graph: compat.autograd.node_calls compat.autograd.saved
        compat.described: compat.autograd.forward_ad compat._funcs compat._meta
        compat.payload: compat._meta
        compat.tensor: compat.autograd.forward_ad compat._funcs compat.functions.legacy_types compat.overrides
        compat.functions.call_errors: compat.overrides
        compat.native: compat._class_attributes
        compat.overrides: compat._subclasses
        compat.storage: compat.functions.register
        funcgrad.core.graph: funcgrad.core.graph_text
        funcgrad.core.handle: funcgrad.core.primitive funcgrad.core.strides
        funcgrad.compile.jit: funcgrad.stages
        funcgrad.jax.arrays: funcgrad.jax.indexing funcgrad.jax.lax
        funcgrad.jax.bfloat16: funcgrad.jax.numpy
        funcgrad.jax.keys: funcgrad.jax.transforms
        funcgrad.numpy.methods: funcgrad.numpy
        funcgrad.numpy.protocol: funcgrad.scipy.special""",
    "written-out code is made for the calls that come": """
        funcgrad.core.primitive: funcgrad.core.rules funcgrad.core.written_any funcgrad.core.written_elementwise
        funcgrad.core.written_tape: funcgrad.core.over_tensors
        funcgrad.compile.writer: funcgrad.compile.source""",
    "half precision is loaded by the first Tensor of it": """
        funcgrad.core.halves: funcgrad.core.trace funcgrad.core.half_values
        funcgrad.core.primitive: funcgrad.core.halves
        funcgrad.jax.half_draws: funcgrad.jax.random
        funcgrad.jax.devices: funcgrad.jax.numpy.creation
        funcgrad.jax.dtypes: funcgrad.jax.numpy.creation""",
    "what torch has no kernels for is minded from the first Tensor of such a dtype on": """
        compat.dtypes: compat.functions.storage_dtypes""",
    "sparse Tensors are minded from the first on": """
        compat.nn.functional.lookup: compat.sparse.gradients""",
    "one of two that are used together, which the other needs in one case": """
        compat.storage: compat._resized
        compat.fx.proxy: compat.fx.tracer
        compat.functions.norms: compat.functions.linalg
        compat.utils.data.dataloader: compat.utils.data.by_workers
        compat.utils.selective: compat.utils.checkpoint
        funcgrad.jax.numpy: funcgrad.jax.numpy.ufuncs
        funcgrad.numpy.concrete: funcgrad.numpy.joining
        funcgrad.ops.index: funcgrad.ops.sort
        funcgrad.ops.random_values.normal: funcgrad.ops.random_values.single
        funcgrad.random.continuous: funcgrad.random.discrete""",
}
LISTED = {
    (who.strip(), name)
    for text in BACK.values()
    for who, _, names in (line.partition(": ") for line in text.strip().splitlines())
    for name in names.split()
}


@functools.cache
def edges():
    """(importing module, imported module, is it imported by a call?) of all our files; a name that is no file stands for its module."""
    found, paths = set(), {module_name(p): p for p in files()}
    for module, path in paths.items():
        for name, inside in ours_of(path):
            target = name if name in paths else name.rpartition(".")[0]
            if target in paths and target != module:
                found.add((module, target, inside))
    return found


def circle(graph):
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " <- ".join(error.args[1])
    return None


def graph_of(found):
    graph = {}
    for module, target in found:
        graph.setdefault(module, set()).add(target)
    return graph


def test_only_the_listed_imports_close_circles():
    assert circle(graph_of((a, b) for a, b, _ in edges() if (a, b) not in LISTED)) is None
    at_once = {(a, b) for a, b, inside in edges() if not inside}
    assert not LISTED & at_once, "a listed import is made when the file is loaded"


def test_every_listed_import_closes_one():
    found = {(a, b) for a, b, _ in edges()}
    assert not LISTED - found, "a listed import is not made"
    straight = found - LISTED
    needless = [edge for edge in sorted(LISTED) if circle(graph_of({*straight, edge})) is None]
    assert not needless, needless
