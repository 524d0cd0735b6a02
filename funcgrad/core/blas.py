"""The BLAS that NumPy has loaded: which kernels it runs, how many threads, and how to hold those at one.

Found and asked through ctypes, by the names OpenBLAS gives its functions in NumPy's wheels and elsewhere. Invariant: nothing is
loaded that NumPy did not load, and AVX-512 kernels are never recommended on a CPU without AVX-512.
"""

import dataclasses
import functools
import os
import sys

import numpy as np

WIDE = ("X86_V4", "AVX512_SKX")  # what NumPy calls AVX-512 as the kernels named below need it
NARROW = ("haswell", "zen", "sandybridge", "nehalem", "prescott", "core2", "penryn", "barcelona", "bulldozer")
BETTER = "SkylakeX"
VARIABLE = "OPENBLAS_CORETYPE"
UNPACKED = ("skylakex", "cooperlake", "sapphirerapids")  # these kernels multiply small matrices as they lie ...
SMALL = 10**6  # ... up to this product of m, k and n, and in the caller's thread


@dataclasses.dataclass
class Blas:
    """A loaded OpenBLAS. `kernels`: the CPU whose kernels it runs; `build`: what it says of its build."""

    path: str
    kernels: str
    build: str
    library: object = dataclasses.field(repr=False)
    names: tuple = dataclasses.field(repr=False)  # (prefix, suffix) of its functions

    def function(self, name):
        prefix, suffix = self.names
        return getattr(self.library, f"{prefix}openblas_{name}{suffix}")

    @property
    def threads(self):
        return self.function("get_num_threads")()

    @threads.setter
    def threads(self, n):
        self.function("set_num_threads")(int(n))


def loaded():
    """The OpenBLAS libraries of this process, NumPy's first."""
    import ctypes

    found = []
    for path in candidates():
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        for names in (("scipy_", "64_"), ("scipy_", ""), ("", "64_"), ("", "")):
            if hasattr(library, "{}openblas_get_corename{}".format(*names)):
                blas = Blas(path, "", "", library, names)
                for field, asked in (("kernels", "get_corename"), ("build", "get_config")):
                    f = blas.function(asked)
                    f.restype = ctypes.c_char_p
                    setattr(blas, field, f().decode())
                found.append(blas)
                break
    return sorted(found, key=lambda blas: "numpy" not in blas.path)


def candidates():
    """Paths of libraries of this process that may be an OpenBLAS."""
    if sys.platform == "linux":
        with open("/proc/self/maps") as maps:
            mapped = {line.split(None, 5)[5].strip() for line in maps if line.count(" ") >= 5 and "/" in line}
        return sorted([path for path in mapped if "openblas" in os.path.basename(path).lower()])
    from glob import glob

    home = os.path.dirname(np.__file__)
    folders = (os.path.join(home, ".dylibs"), os.path.join(os.path.dirname(home), "numpy.libs"))
    return sorted([path for folder in folders for path in glob(os.path.join(folder, "*openblas*"))])


def simd():
    """What NumPy found of the vector instructions it was built for."""
    return tuple(np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", ()))


def better(kernels, found):
    """The kernels to ask for on a CPU with these instructions instead of those OpenBLAS took; None where they are right."""
    return BETTER if kernels.lower() in NARROW and any([name in found for name in WIDE]) else None


def start_with_the_right_kernels():
    """Start this process again with OPENBLAS_CORETYPE set where OpenBLAS took slow kernels by itself: it reads the variable when it
    is loaded, which it is by now. A variable that the user has set stands."""
    if VARIABLE in os.environ or os.name != "posix":
        return
    for blas in loaded()[:1]:
        kernels = better(blas.kernels, simd())
        if kernels is not None:
            sys.stdout.flush()
            os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, VARIABLE: kernels})


@functools.lru_cache(1)
def small_products():
    """The largest m * k * n of a product of matrices that this BLAS computes without packing its operands, and without threads; 0
    where nothing of the kind is known."""
    return SMALL if any([blas.kernels.lower() in UNPACKED for blas in loaded()[:1]]) else 0


@functools.lru_cache(1)
def threads():
    """How many threads this BLAS multiplies matrices with; 1 where nothing is known of it."""
    return next((blas.threads for blas in loaded()), 1)


class Held:
    """BLAS held at one thread, and the numbers of threads it had."""

    before = None

    @classmethod
    def hold(cls, on):
        """Hold it, or let go; False where there is no BLAS that can be asked."""
        libraries = loaded() if on or cls.before else []
        if on and cls.before is None:
            cls.before = [(blas, blas.threads) for blas in libraries]
            for blas in libraries:
                blas.threads = 1
        elif not on and cls.before is not None:
            for blas, n in cls.before:
                blas.threads = n
            cls.before = None
        threads.cache_clear()
        return bool(libraries) or not on


__all__ = ["Blas", "Held", "better", "loaded", "simd", "small_products", "start_with_the_right_kernels", "threads"]
