"""The error for a name that torch.nn, or a module of it, lacks here: it names the nearest names that are there."""

import sys

from ..functions.missing import explain


def refusal(what, package):
    """A function of a name that raises AttributeError for `what`.name."""

    def missing(name):
        module = sys.modules[package]
        if name.startswith("_"):
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=module)
        raise AttributeError(
            explain(what, name, [n for n in dir(module) if not n.startswith("_")]), name=name, obj=module
        )

    return missing
