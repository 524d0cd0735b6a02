"""Samples: the cases a primitive is tested on. They stand with the primitive; every generated test reads them.

A primitive declares `samples(rng)`, an iterable of Sample; for an elementwise one they are made from its `domain`
(where its operands may lie), `dtypes` (NumPy kind letters it takes) and `kinks` (where derivatives jump or tie).
`required(prim)` are the kinds it must have, `covers(sample)` those a sample has: seen in its operands, not its label.
`without = {"kind": "why"}` excuses some; kinds that samples are made of anyway (an elementwise primitive's "edge": zeros,
infinities and nan, value only) it leaves out, and "finite differences" it spares that test.
"""

import numpy as np

REQUIRED = ("plain", "float32", "empty", "0-d", "strided")
REQUIRED_ELEMENTWISE = (*REQUIRED, "broadcast")
DTYPES = {  # kind letter -> the dtypes in which an operation that takes it is tried, beside float64
    "f": ("float32", "float16"),
    "c": ("complex128", "complex64"),
    "i": ("int64", "int32", "uint8"),
    "b": ("bool",),
}
OPTIONAL = ("float16", "uint8")  # tried where samples are generated; an implementation by LAPACK need not take them
DOMAINS = {
    "real": (-2.0, 2.0),
    "positive": (0.3, 2.5),
    "unit": (-0.9, 0.9),
    "probability": (0.1, 0.9),
    "above one": (1.1, 3.0),
    "small": (-0.5, 0.5),
    "nonzero": None,  # magnitude from 0.3 to 2, either sign
    "integer": (-4, 5),
    "shift": (0, 5),
    "bool": None,
}
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 1e300, -1e300, np.inf, -np.inf, np.nan)


class Sample:
    """One case: operands, params, and its kind. `order`: up to which derivative it is compared (0: the value only)."""

    __slots__ = ("args", "params", "kind", "order")

    def __init__(self, *args, kind="plain", order=2, **params):
        self.args = args
        self.params = params
        self.kind = kind
        self.order = order

    def __repr__(self):
        shown = ", ".join(f"{np.asarray(a).dtype}{list(np.shape(a))}" for a in self.args)
        return f"{self.kind}: {shown} {self.params or ''}".rstrip()


def rng_of(name):
    import zlib

    return np.random.default_rng(zlib.crc32(name.encode()))


def draw(rng, domain, shape, dtype=np.float64):
    """An array of a domain, far from its edges, in a dtype."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b" or domain == "bool":
        return np.asarray(rng.random(shape) < 0.5)
    if dtype.kind in "iu":
        low, high = DOMAINS[domain] if domain in ("integer", "shift") else (1, 5) if domain != "real" else (-4, 5)
        return np.asarray(rng.integers(max(low, 0) if dtype.kind == "u" else low, high, shape)).astype(dtype)
    if domain == "nonzero":
        x = rng.uniform(0.3, 2.0, shape) * np.where(rng.random(shape) < 0.5, -1.0, 1.0)
    else:
        x = rng.uniform(*DOMAINS[domain], shape)
    if dtype.kind == "c":
        x = x + 1j * rng.uniform(-0.5, 0.5, shape)
    return np.asarray(x).astype(dtype)


def strided(x):
    """The same values behind negative strides."""
    x = np.asarray(x)
    flip = (slice(None, None, -1),) * x.ndim
    return np.ascontiguousarray(x[flip])[flip]


def converted(x, dtype):
    """A float operand in another dtype, with values that dtype can hold; any other operand as it is."""
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        return x
    kind = np.dtype(dtype).kind
    if kind == "c":
        x = x * (1 - 0.5j)
    elif kind in "biu":
        x = np.trunc(4 * (np.abs(x) if kind == "u" else x))
    return x.astype(dtype)


def in_kinds(*args, dtypes="fcib", order=2, **params):
    """The sample of these operands (float64 where float), the same strided, and in the dtypes of these kind letters."""
    flipped = [strided(a) if isinstance(a, np.ndarray) else a for a in args]
    yield Sample(*args, order=order, **params)
    yield Sample(*flipped, kind="strided", order=order, **params)
    for letter in dtypes:
        for name in DTYPES[letter]:
            top = 2 if name == "complex128" else 1 if letter in "fc" else 0
            yield Sample(*[converted(a, name) for a in args], kind=name, order=min(order, top), **params)


def elementwise_samples(prim, rng):
    """The cases of an elementwise primitive: every dtype kind it takes, empty, 0-d, broadcasting, strides, kinks."""
    domains = prim.domain if isinstance(prim.domain, tuple) else (prim.domain,) * prim.arity
    dtypes = prim.dtypes
    real = np.float64 if "f" in dtypes else np.int64 if "i" in dtypes else bool

    def case(shapes, kind, dtype=real, order=2):
        return Sample(*[draw(rng, d, s, dtype) for d, s in zip(domains, shapes, strict=True)], kind=kind, order=order)

    n = prim.arity
    yield case([(3, 2)] * n, "plain")
    yield case([()] * n, "0-d")
    yield case([(0, 2)] * n, "empty")
    plain = case([(2, 3)] * n, "strided")
    yield Sample(*map(strided, plain.args), kind="strided")
    scalars = [x.item() for x in case([()] * n, "weak").args]
    yield Sample(*scalars, kind="weak", order=1)
    if n > 1:
        shapes = [(3, 1, 2), (4, 1), (2,)]
        yield case([shapes[i % 3] for i in range(n)], "broadcast")
        yield case([shapes[(i + 1) % 3] for i in range(n)], "broadcast", order=1)
        yield case([(), (3,), ()][:n], "broadcast", order=1)
    for letter in "fcib":
        for name in DTYPES[letter] if letter in dtypes else ():
            yield case([(3,)] * n, name, np.dtype(name), order=2 if name == "complex128" else 1)
    if n > 1 and "f" in dtypes:
        mixed = case([(3,)] * n, "mixed").args
        yield Sample(*[converted(a, np.float32) if i == 0 else a for i, a in enumerate(mixed)], kind="mixed", order=1)
        weak = True if mixed[-1].dtype.kind == "b" else 1.5 if mixed[-1].dtype.kind == "f" else 1
        yield Sample(*[converted(a, np.float32) for a in mixed[:-1]], weak, kind="weak", order=1)
        if "i" in dtypes:
            whole = draw(rng, domains[0], (3,), np.int32)
            yield Sample(whole, *[converted(a, np.float32) for a in mixed[1:]], kind="mixed", order=1)
    if "f" in dtypes and all(d != "bool" for d in domains):
        grid = np.meshgrid(*[EDGES if n <= 2 else EDGES[::3]] * n)
        yield Sample(*[g.ravel() for g in grid], kind="edge", order=0)
    for point in prim.kinks or ():
        yield Sample(*[np.array([v, v]) for v in point], kind="kink", order=1)


def samples_of(prim):
    """Every sample of a primitive, the same each time."""
    rng = rng_of(prim.name)
    if prim.samples is not None:
        return list(prim.samples(rng))
    if prim.elementwise:
        return [s for s in elementwise_samples(prim, rng) if s.kind not in prim.without]
    return []


def covers(sample):
    """The kinds a sample stands for: what its operands are, and its label where that says what cannot be seen."""
    arrays = [a for a in sample.args if isinstance(a, (np.ndarray, np.generic))]
    kinds = {a.dtype.name for a in arrays} | ({sample.kind} & {"plain", "kink"})
    if any(a.size == 0 for a in arrays):
        kinds.add("empty")
    if any(a.ndim == 0 for a in arrays):
        kinds.add("0-d")
    if any(k < 0 for a in arrays for k in a.strides):
        kinds.add("strided")
    if len({np.shape(a) for a in sample.args}) > 1:
        kinds.add("broadcast")
    return kinds


def required(prim):
    """The kinds that the samples of a primitive must cover."""
    if prim.source:
        return ("plain",)  # no operands: nothing to stride, to empty or to broadcast
    kinds = REQUIRED_ELEMENTWISE if prim.elementwise and prim.arity > 1 else REQUIRED
    kinds += tuple(name for letter in prim.dtypes for name in DTYPES[letter] if name not in OPTIONAL)
    if "f" not in prim.dtypes:
        kinds = tuple(k for k in kinds if k != "float32")
    if prim.kinks or getattr(prim, "kinked", False):
        kinds += ("kink",)
    return tuple(k for k in dict.fromkeys(kinds) if k not in prim.without)
