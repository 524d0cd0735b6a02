"""torch.ops.load_library."""

import os
import re

from ._schemas import Schema
from .library import Operation
from .ops import OPERATIONS


class Compiled(Operation):
    """An operation that a library compiled for torch itself has: it can be called once somebody has registered a kernel in Python."""

    def __init__(self, qualname, path):
        super().__init__(qualname, Schema(f"{qualname}() -> ()"))
        self.path = path

    def __call__(self, *args, **kwargs):
        kernel = self.kernels.get("cpu", self.kernels.get("default"))
        if kernel is None:
            raise NotImplementedError(
                f"{self.qualname} is compiled for torch itself ({self.path}); register a kernel in Python by "
                f'torch.library.register_kernel("{self.qualname}", "cpu")'
            )
        return kernel(*args, **kwargs)


def declare(path, names):
    """Make the operations known that a compiled library names, unless they are."""
    for name in names:
        if name not in OPERATIONS and name.partition("::")[0] not in ("std", "aten", "at", "c10", "torch"):
            OPERATIONS[name] = {"default": Compiled(name, path)}


def load_library(path):
    """OSError: what is compiled for torch itself cannot be loaded here. The operations that the file names are known from then on, so
    that rules of shapes and kernels written in Python can be registered for them."""
    if os.path.exists(path):
        with open(path, "rb") as file:
            declare(path, {name.decode() for name in re.findall(rb"\0([a-z]\w+::[a-z_]\w+)(?=\0)", file.read())})
    raise OSError(f"Could not load this library: {path}")
