"""`python -m funcgrad doctor`: what decides how fast this library is on this machine, and what to change."""

import importlib.util
import os
import platform
import sys

import numpy as np

from . import __version__
from .core import blas
from .core.workers import cpus


def report():
    """(lines about this process, lines about what to change)."""
    libraries, simd = blas.loaded(), blas.simd()
    compat = "with" if importlib.util.find_spec("compat") else "without (pip install funcgrad-compat)"
    lines = [
        f"funcgrad  {__version__}, {compat} compat for torch scripts",
        f"Python    {platform.python_version()} ({platform.python_implementation()}), {sys.platform} {platform.machine()}",
        f"NumPy     {np.__version__}, vector instructions: {', '.join(simd) or 'those of its baseline'}",
    ]
    for library in libraries:
        lines.append(
            f"BLAS      {' '.join(library.build.split()[:2])}, kernels for {library.kernels}, {library.threads} threads"
        )
        lines.append(f"          {library.path}")
    if not libraries:
        name = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {}).get("name", "unknown")
        lines.append(f"BLAS      {name}: neither kernels nor threads can be asked for")
    lines.append(f"threads   {cpus()} CPUs for this process; fg.config(threads=n) sets how many compiled code may use")
    return lines, advice(libraries, simd, os.environ)


def advice(libraries, simd, environ):
    """What to change, a line each."""
    lines = []
    for library in libraries[:1]:
        kernels = blas.better(library.kernels, simd)
        if kernels is not None:
            asked = environ.get(blas.VARIABLE)
            how = (
                f"the environment asks for them: unset {blas.VARIABLE} (now {asked!r})"
                if asked
                else f"set {blas.VARIABLE}={kernels} before Python starts"
            )
            lines.append(
                f"BLAS runs {library.kernels} kernels on a CPU with AVX-512, at about half the speed of matrix products: {how}."
            )
        if library.threads > cpus():
            lines.append(
                f"BLAS has {library.threads} threads for {cpus()} CPUs: set OPENBLAS_NUM_THREADS={cpus()} before Python starts."
            )
    return lines


def main():
    lines, changes = report()
    print("\n".join([*lines, "", *(changes or ["Nothing to change."])]))


__all__ = ["advice", "main", "report"]
