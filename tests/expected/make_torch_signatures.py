"""Write torch_signatures.json.xz: the parameters that inspect shows of torch 2.13's functions, classes and methods in Python.

Run with torch 2.13: `python tests/expected/make_torch_signatures.py`.
"""

import pathlib
import platform
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed  # noqa: E402
from tests.torch_signatures import signatures  # noqa: E402

found = signatures(torch)
stored = {"torch": torch.__version__, "python": platform.python_version_tuple()[:2], "signatures": found}
packed.write("torch_signatures", stored)
print(f"{len(found)} signatures")
