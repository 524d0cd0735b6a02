"""The memory of half precision as a rule of an optimizer computes with it: rounded where torch's step rounds.

torch's step is made of fused operations, each rounded once: add_ with alpha, lerp_, addcmul_, addcdiv_. A rule is written with
operators, so products, differences and quotients stay float32 here until they are added to something, written, or a function
is taken of them.
"""

import types

import numpy as np

from funcgrad.core.halves import BFLOAT16, COMPLEX32, FLOAT16, FLOAT32, VECTOR, WIDER, complex32, rounded

from .arithmetic import PLAIN
from .memory import real


class Half:
    """Numbers in float32 on their way to memory of dtype d; `memory`: that memory, if they are all that it holds. `scaled`:
    (numbers, alpha), if they are a product that torch would not compute by itself."""

    __slots__ = ("x", "d", "memory", "scaled")

    def __init__(self, x, d, memory=None, scaled=None):
        self.x, self.d, self.memory, self.scaled = x, d, memory, scaled

    dtype = property(lambda self: self.d)
    shape = property(lambda self: self.x.shape)
    size = property(lambda self: self.x.size)

    def rounded(self):
        """The same, as memory of dtype d would hold it."""
        return self if self.memory is not None else made(self.x, self.d)

    def term(self):
        """What is added where this is added: alpha is rounded too, and the product where it does not fill a vector."""
        if self.scaled is None:
            return self.x
        x, alpha = self.scaled
        out = x * np.float32(rounded(alpha, self.d))
        last = out.size - out.size % VECTOR
        flat = out.reshape(-1)
        flat[last:] = rounded(flat[last:], self.d)
        return flat.reshape(out.shape)

    def write(self, x):
        self.memory[...] = rounded(x, self.d)
        self.x = wide(self.memory)
        return self

    def __mul__(self, y):
        if isinstance(y, Half):
            return Half(self.x * y.x, self.d)
        return Half(self.x * np.float32(y), self.d, None, None if self.memory is None else (self.x, y))

    __rmul__ = __mul__

    def __neg__(self):
        return made(-self.x, self.d)

    def __sub__(self, y):
        return Half(self.x - (y.x if isinstance(y, Half) else np.float32(y)), self.d)

    def __rsub__(self, y):
        return Half(np.float32(y) - self.x, self.d)

    def __truediv__(self, y):
        return Half(self.x / (y.x if isinstance(y, Half) else np.float32(y)), self.d)

    def __rtruediv__(self, y):
        return Half(np.float32(y) / self.x, self.d)

    def __abs__(self):
        return made(np.abs(self.x), self.d)

    def __matmul__(self, y):
        return made(self.rounded().x @ y.rounded().x, self.d)

    def mean(self, axis=None, keepdims=False):
        return made(self.rounded().x.mean(axis=axis, keepdims=keepdims), self.d)

    def __pow__(self, y):
        return made(self.x**y, self.d)

    def __add__(self, y):
        own = self.rounded().x
        return made(own + (y.term() if isinstance(y, Half) else np.float32(rounded(y, self.d))), self.d)

    __radd__ = __add__

    def __iadd__(self, y):
        return self.write(self.x + (y.term() if isinstance(y, Half) else np.float32(rounded(y, self.d))))

    def __isub__(self, y):
        return self.write(self.x - (y.term() if isinstance(y, Half) else np.float32(rounded(y, self.d))))

    def __imul__(self, y):
        return self.write(self.x * (y.x if isinstance(y, Half) else np.float32(y)))

    def __itruediv__(self, y):
        return self.write(self.x / (y.x if isinstance(y, Half) else np.float32(y)))

    def __setitem__(self, at, y):
        x = np.array(self.x)
        x[at] = y.x if isinstance(y, Half) else y
        self.write(x)

    def __getitem__(self, at):
        return Half(self.x[at], self.d, None if self.memory is None else self.memory[at])

    def __lt__(self, y):
        return self.x < (y.x if isinstance(y, Half) else y)

    def __gt__(self, y):
        return self.x > (y.x if isinstance(y, Half) else y)

    def __eq__(self, y):
        return self.x == (y.x if isinstance(y, Half) else y)

    __hash__ = None


def wide(memory):
    return memory.astype(FLOAT32)


def made(x, d):
    """Numbers that have got memory of their own."""
    memory = rounded(x, d)
    return Half(wide(memory), d, memory)


def of_memory(v):
    """What a rule is given for an array: numbers of half precision as Half (complex ones as two for each), anything else as it is."""
    if not isinstance(v, np.ndarray) or v.dtype not in WIDER:
        return v
    return Half(wide(real(v)), FLOAT16 if v.dtype == COMPLEX32 else v.dtype, real(v))


def to_memory(a, like):
    """The memory of what a rule has begun to keep of a parameter of this dtype."""
    if type(a) is not Half:
        return a
    a = a.rounded().memory
    return complex32(wide(a).view(np.complex64)[..., 0]) if like == COMPLEX32 else a


def lifted(f):
    """A NumPy function of arrays for Half too: of the numbers as memory would hold them."""

    def g(*args, **kwargs):
        d = next((a.d for a in args if isinstance(a, Half)), None)
        if d is None:
            return f(*args, **kwargs)
        out = f(*[a.rounded().x if isinstance(a, Half) else a for a in args], **kwargs)
        return made(out, d) if isinstance(out, np.ndarray) else out

    return g


def for_halves(arrays):
    """The namespace of a rule on memory, for Half."""
    own = {name: lifted(f) for name, f in vars(arrays).items()}
    own.update(PLAIN, either=arrays.either)  # (a product that is added knows itself where it is to be rounded)
    own["number"] = lambda x: x.x.item() if isinstance(x, Half) else x.item()
    own["eps"] = lambda x: EPS[x.d]
    own["kept"] = lambda x: x.rounded() if isinstance(x, Half) else x
    own["like"] = lambda x, other: x  # (no operation on Half is computed in another dtype)
    own["number_for"] = lambda number, x: float(rounded(number, x.d))
    own["float32"] = lambda x: x.x if isinstance(x, Half) else np.float32(x)
    return types.SimpleNamespace(**own)


EPS = {FLOAT16: 2.0**-10, BFLOAT16: 2.0**-7}
