"""torch's CPU generator: array-level draws with torch's own figures, seed for seed.

Each draw takes a shape and returns a new C-contiguous ndarray, filled in memory order.
Invariant: a call takes from the stream exactly the words torch's kernel takes, so any sequence of draws
stays in step with torch's. float32 and float16 results are those of torch 2.13 on x86-64 with AVX2, bit for
bit; float64 results that need log, exp, sin, cos or tan differ from the C library's in the last bits.
"""

import contextlib
import os
from math import ceil, cos, inf, log1p, pi, prod, sin, sqrt

import numpy as np

from funcgrad.core.halves import COMPLEX32, FLOAT16, HALVES, complex32
from funcgrad.core.multiply_add import fused32, fused64
from funcgrad.core.quiet import IGNORE, enter, leave, quiet
from funcgrad.streams import limits
from funcgrad.streams.box_muller import float32_normals
from funcgrad.streams.choices import FEW, choose, shuffled
from funcgrad.streams.engine import STATE_LAYOUT, Engine
from funcgrad.streams.limits import FLOAT32, FLOAT64
from funcgrad.streams.poisson import poisson_counts

DEFAULT_SEED = 67280421310721

_BOX_MULLER_FROM = 16  # fewer values are drawn one by one, in float64
_FEW = 1024  # so many normals, or fewer, are made with those of the words that follow
_AHEAD = 256  # words that the first few normals of a block are made with
_LOOP_LIMIT = 64  # of those, so many are worked out with `math`: quicker, and the C library's own figures
_TAME = 1e3  # within this mean and deviation no normal overflows, not even in float16
_WIDE_RANGE = 1 << 28  # integers of this range and above take two words each
_WIDE_STEPS = (1 << 32) // 20  # so do the steps of a permutation of this length
_MASK24 = np.uint32((1 << 24) - 1)
_MASK53 = np.uint64((1 << 53) - 1)
_MASK63 = np.uint64((1 << 63) - 1)
_SCALE24 = np.float32(2.0**-24)
_SCALE53 = 2.0**-53
_TWO_PI = 2.0 * pi
_REAL_OF = {np.dtype(np.complex64): FLOAT32, np.dtype(np.complex128): FLOAT64, COMPLEX32: FLOAT16}


def _joined(pairs, dtype, shape):
    """Pairs of real numbers as complex ones of a dtype."""
    if dtype == COMPLEX32:
        return complex32(pairs.astype(FLOAT32).view(np.complex64)).reshape(shape)
    return pairs.view(dtype).reshape(shape)


def _size(shape):
    return shape if isinstance(shape, int) else prod(shape)


def _without(values, start, count):
    """A 1-D array less `count` entries from `start` on."""
    return np.concatenate((values[:start], values[start + count :])) if count else values


def _units(words):
    """Uniform float32 numbers in [0, 1), one of each word."""
    out = np.bitwise_and(words, _MASK24).view(np.int32).astype(FLOAT32)
    out *= _SCALE24
    return out


def _normal_pair(turn, u):
    """Two float64 normals from two float64 uniforms, in the C library's own figures."""
    radius = sqrt(-2.0 * log1p(-u))
    angle = _TWO_PI * turn
    return radius * cos(angle), radius * sin(angle)


def _block_normals64(uniforms, mean, std):
    """Box-Muller on float64[n] in blocks of 16: eight radii, then eight angles."""
    blocks = uniforms.reshape(-1, 2, 8)
    radius = np.sqrt(-2.0 * np.log(1.0 - blocks[:, 0]))
    angle = _TWO_PI * blocks[:, 1]
    out = np.empty(uniforms.size)
    halves = out.reshape(-1, 2, 8)
    halves[:, 0] = fused64(radius * np.cos(angle), std, mean)
    halves[:, 1] = fused64(radius * np.sin(angle), std, mean)
    return out


class Generator:
    """A source of random arrays that gives torch's CPU figures for the same seed and the same calls.

    >>> g = Generator(0)
    >>> g.uniform(3).tolist()
    [0.49625658988952637, 0.7682217955589294, 0.08847743272781372]
    >>> g.manual_seed(0).randperm(5).tolist()
    [4, 0, 1, 3, 2]
    """

    def __init__(self, seed=DEFAULT_SEED):
        self._engine = Engine(0)
        self._drawn_from = None  # the block that a few normals were made of last
        self._made = None, 0, np.empty(0, np.float32)  # (words, from which on, standard normals made of them)
        self._units = None, None  # (words, the uniform numbers made of them)
        self.manual_seed(seed)

    # ---- seed and state ------------------------------------------------------------------------------

    def manual_seed(self, seed):
        """Starts the stream of an int in [-2**63, 2**64); a negative one counts from 2**64. Returns self."""
        if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        seed = int(seed)
        if not -(1 << 63) <= seed < 1 << 64:
            raise ValueError("Overflow when unpacking long long")
        self._seed = seed % (1 << 64)
        self._engine.seed(self._seed)
        self._kept_normal = None  # the second value of a Box-Muller pair waits here for the next call
        return self

    def seed(self):
        """Seeds from the system's entropy and returns that seed, an int below 2**64."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def initial_seed(self):
        """The seed last set, an int in [0, 2**64)."""
        return self._seed

    def get_state(self):
        """The whole state as uint8[5056], byte for byte what torch.Generator.get_state() gives."""
        state = np.zeros((), STATE_LAYOUT)
        state["seed"] = self._seed
        self._engine.write(state)
        if self._kept_normal is not None:
            state["normal"], state["normal_is_valid"] = self._kept_normal, 1
        return np.frombuffer(state.tobytes(), np.uint8).copy()

    def set_state(self, state):
        """Takes a state from get_state() or from torch, uint8 of 5056 bytes; TypeError or RuntimeError otherwise."""
        if not isinstance(state, np.ndarray):
            raise TypeError(f"expected a torch.ByteTensor, but got {type(state).__name__}")
        if state.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if state.size != STATE_LAYOUT.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {STATE_LAYOUT.itemsize} but found the input RNG state size "
                f"to be {state.size}"
            )
        record = np.frombuffer(state.tobytes(), STATE_LAYOUT)[0]
        self._engine.read(record)
        self._seed = int(record["seed"])
        self._kept_normal = float(record["normal"]) if record["normal_is_valid"] else None
        return self

    def clone_state(self):
        """A new Generator that goes on from the same state, independently."""
        return Generator().set_state(self.get_state())

    @contextlib.contextmanager
    def fork(self):
        """Draws inside the `with` leave this generator where it was.

        >>> g = Generator(0)
        >>> with g.fork():
        ...     first = g.uniform(2)
        >>> bool((g.uniform(2) == first).all())
        True
        """
        state = self.get_state()
        try:
            yield self
        finally:
            self.set_state(state)

    def __getstate__(self):
        return self.get_state()

    def __setstate__(self, state):
        self.__init__()
        self.set_state(state)

    # ---- uniform -------------------------------------------------------------------------------------

    def _uniform32(self, n):
        place = self._engine.place(n) if n <= _AHEAD else None
        if place is None:
            return _units(self._engine.words(n))
        block, start = place
        of, made = self._units
        if of is not block:  # (all of them take as long as few: it is the calls that cost)
            self._units = _, made = block, _units(block)
        return made[start : start + n].copy()

    def _uniform64(self, n):
        bits = self._engine.wide_words(n)
        if n:  # (none may be a view of the state itself)
            bits &= _MASK53
        out = bits.view(np.int64).astype(FLOAT64)
        out *= _SCALE53
        return out

    def uniform(self, shape, low=0.0, high=1.0, dtype=np.float32):
        """Uniform in [low, high): a float or complex dtype; RuntimeError for bounds the dtype cannot hold.

        >>> Generator(0).uniform((2,), -1.0, 1.0).tolist()
        [-0.007486820220947266, 0.5364435911178589]
        """
        if dtype is FLOAT32 and low == 0 and high == 1:
            return self._uniform32(_size(shape)).reshape(shape)
        dtype = np.dtype(dtype)
        if dtype in _REAL_OF:
            pairs = self.uniform((_size(shape), 2), low, high, _REAL_OF[dtype])
            return _joined(pairs, dtype, shape)
        limits.require_float(dtype, "check_uniform_bounds")
        n = _size(shape)
        unit = low == 0 and high == 1
        if not unit:
            limits.check_uniform_bounds(low, high, dtype)
        if dtype == FLOAT64:
            out = self._uniform64(n)
            if not unit:
                out = fused64(out, float(high) - float(low), float(low))
        else:
            out = self._uniform32(n)
            if not unit:
                out = fused32(out, np.float32(high) - np.float32(low), np.float32(low))
            out = limits.rounded(out, dtype)
        if not unit or dtype in HALVES:
            first, excluded = (
                FLOAT32.type(x) if dtype == FLOAT32 else limits.rounded(FLOAT64.type(x), dtype) for x in (low, high)
            )
            np.putmask(out, out == excluded, first)  # rounding may reach the bound
        return out.reshape(shape)

    def one_uniform(self):
        """uniform((), dtype=float64) as a number."""
        high, low = self._engine.words(2).tolist()
        return ((high & 0x1FFFFF) << 32 | low) * _SCALE53

    # ---- normal --------------------------------------------------------------------------------------

    def normal(self, shape, mean=0.0, std=1.0, dtype=np.float32, contiguous=True):
        """Normal with this mean and standard deviation: a float or complex dtype; RuntimeError unless std >= 0.

        A complex value shares the variance between its parts. contiguous=False draws as torch fills a tensor
        that is not contiguous: one value after another in memory order, whatever the size.

        >>> Generator(0).normal(2).tolist()
        [1.5409960746765137, -0.293428897857666]
        """
        if not std >= 0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
        dtype = np.dtype(dtype)
        if dtype is not FLOAT32 and dtype in _REAL_OF:
            pairs = self.normal((_size(shape), 2), mean, std / sqrt(2), _REAL_OF[dtype], contiguous)
            return _joined(pairs, dtype, shape)
        n = _size(shape)
        if n == 0:
            return np.empty(shape, dtype)
        limits.require_float(dtype, "normal_kernel_cpu")
        fill = self._single_normals if n < _BOX_MULLER_FROM or not contiguous else self._block_normals
        if abs(mean) < _TAME and std < _TAME:
            return fill(n, float(mean), float(std), dtype).reshape(shape)
        with np.errstate(over="ignore", invalid="ignore"):
            return fill(n, float(mean), float(std), dtype).reshape(shape)

    def one_normal(self):
        """normal((), dtype=float64) as a number."""
        kept, self._kept_normal = self._kept_normal, None
        if kept is None:
            kept, self._kept_normal = _normal_pair(self.one_uniform(), self.one_uniform())
        return kept

    def _single_normals(self, n, mean, std, dtype):
        """n normals as torch draws them one by one, in float64: pairs, the odd one out kept for the next call."""
        kept, self._kept_normal = self._kept_normal, None
        head = [] if kept is None else [kept]
        pairs = (n - len(head) + 1) // 2
        if n <= _LOOP_LIMIT:
            values = head
            words = self._engine.words(4 * pairs).tolist()
            for i in range(0, 4 * pairs, 4):
                turn = ((words[i] & 0x1FFFFF) << 32 | words[i + 1]) * _SCALE53
                u = ((words[i + 2] & 0x1FFFFF) << 32 | words[i + 3]) * _SCALE53
                values += _normal_pair(turn, u)
        else:
            uniforms = self._uniform64(2 * pairs)
            turn, u = uniforms.reshape(pairs, 2).T
            radius = np.sqrt(-2.0 * np.log1p(-u))
            angle = _TWO_PI * turn
            values = np.concatenate((head, np.stack((radius * np.cos(angle), radius * np.sin(angle)), 1).ravel()))
            values[-2:] = _normal_pair(*uniforms[-2:].tolist())  # what is kept enters the state: to the last bit
        if len(values) > n:
            self._kept_normal = float(values[n])
        return limits.rounded(fused64(np.array(values[:n]), std, mean), dtype)

    def _block_normals(self, n, mean, std, dtype):
        """n >= 16 normals by blocks of 16; when 16 does not divide n, the last 16 values are drawn anew."""
        if n <= _FEW and n % _BOX_MULLER_FROM == 0 and dtype == FLOAT32:
            return self._few_normals(n, mean, std)
        whole = n - n % _BOX_MULLER_FROM
        unused = n - whole if dtype not in HALVES else 0  # torch draws these, then overwrites them
        drawn = whole + unused + (_BOX_MULLER_FROM if whole < n else 0)
        if dtype == FLOAT64:
            values = _block_normals64(_without(self._uniform64(drawn), whole, unused), mean, std)
        else:
            values = float32_normals(_without(self._engine.words(drawn), whole, unused), mean, std)
            values = limits.rounded(values, dtype)
        if whole < n:
            values[n - _BOX_MULLER_FROM : n] = values[whole:]
            values.resize(n, refcheck=False)
        return values

    def _few_normals(self, n, mean, std):
        """The same of few: standard normals of the words ahead are made with them, for making them takes fifty NumPy calls however few
        they are. Whoever draws something else in between takes words away, and the next few may have to be made again."""
        place = self._engine.place(n)
        if place is None:
            return float32_normals(self._engine.words(n), mean, std)
        block, start = place
        of, first, made = self._made
        at = start - first
        if of is not block or at % _BOX_MULLER_FROM or at + n > made.size:
            following = self._drawn_from is block
            self._drawn_from = block
            end = start + max(n, (block.size - start) // _BOX_MULLER_FROM * _BOX_MULLER_FROM if following else _AHEAD)
            if end > block.size:
                end = start + n
            made = float32_normals(block[start:end], 0.0, 1.0)
            self._made, at = (block, start, made), 0
        made = made[at : at + n]
        return made + np.float32(mean) if std == 1 else fused32(made, np.float32(std), np.float32(mean))

    # ---- other continuous distributions: float64 arithmetic, rounded once at the end -----------------

    def _transformed(self, shape, dtype, transform):
        """One float64 uniform each, put through `transform` and rounded."""
        with quiet():
            return limits.rounded(transform(self._uniform64(_size(shape))), dtype).reshape(shape)

    def exponential(self, shape, lambd=1.0, dtype=np.float32):
        """Exponential of rate `lambd`: a float dtype; RuntimeError unless lambd > 0.

        >>> Generator(0).exponential(2).tolist()
        [3.508326292037964, 1.2303847074508667]
        """
        if not lambd > 0:
            raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
        dtype = np.dtype(dtype)
        if _size(shape):
            limits.require_continuous(dtype, "Exponential", limits.scalar_name)
        scale = -1.0 / lambd
        return self._transformed(shape, dtype, lambda u: scale * np.log1p(-u))

    def cauchy(self, shape, median=0.0, sigma=1.0, dtype=np.float32):
        """Cauchy about `median` with half width `sigma`: a float dtype; RuntimeError unless sigma > 0.

        >>> Generator(0).cauchy(1).tolist()
        [10.597729682922363]
        """
        if not sigma > 0:
            raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
        dtype = np.dtype(dtype)
        limits.require_continuous(dtype, "Cauchy", limits.cpp_name)
        sigma, median = float(sigma), float(median)
        return self._transformed(shape, dtype, lambda u: fused64(np.tan(pi * (u - 0.5)), sigma, median))

    def log_normal(self, shape, mean=1.0, std=2.0, dtype=np.float32):
        """exp of a normal of this mean and deviation: a float dtype; RuntimeError unless std > 0.

        >>> Generator(0).log_normal(1, 0.0, 1.0).tolist()
        [4.669239044189453]
        """
        if not std > 0:
            raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
        dtype = np.dtype(dtype)
        n = _size(shape)
        if n == 0:
            return np.empty(shape, dtype)
        limits.require_float(dtype, "log_normal_cpu")
        with np.errstate(all="ignore"):
            values = np.exp(self._single_normals(n, float(mean), float(std), FLOAT64))
            return limits.rounded(values, dtype).reshape(shape)

    # ---- integers ------------------------------------------------------------------------------------

    def randint(self, low, high, shape, dtype=np.int64):
        """Integers in [low, high), or [low, largest of the dtype] when high is None: any real dtype.

        RuntimeError when the range is empty or leaves the dtype.

        >>> Generator(0).randint(0, 10, 5).tolist()
        [4, 9, 3, 0, 3]
        """
        dtype = np.dtype(dtype)
        n = _size(shape)
        if high is None and low == limits.INT64_MIN:
            return self._full_range(n, dtype).reshape(shape)
        low, high = limits.integer_range(low, high, dtype)
        span = high - low
        if span >= _WIDE_RANGE:
            values = self._engine.wide_words(n)
            values %= np.uint64(span)
        else:
            words = self._engine.words(n)
            values = words - words // np.uint32(span) * np.uint32(span)  # NumPy divides faster than it takes remainders
        return limits.rounded(values.astype(np.int64) + low, dtype).reshape(shape)

    def _full_range(self, n, dtype):
        if not n:
            return np.empty(0, dtype)
        if dtype not in limits.NUMBERS or dtype == limits.FLOAT16:
            raise limits.not_implemented(dtype, "random_full_64_bits_range_kernel_cpu")
        if dtype.kind in "iu" and dtype != np.int64:
            raise RuntimeError("random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16")
        return limits.rounded(self._engine.wide_words(n).view(np.int64), dtype)

    def random_full(self, shape, dtype=np.int64):
        """Tensor.random_() without bounds: integers of the whole range from 0, floats as far as they count exactly.

        bool, signed integer, uint8 and float dtypes; NotImplementedError for the others.

        >>> Generator(0).random_full(3, np.int8).tolist()
        [44, 47, 117]
        """
        dtype = np.dtype(dtype)
        n = _size(shape)
        if not n:
            return np.empty(shape, dtype)
        if dtype in limits.MANTISSA:
            words = self._engine.wide_words(n) if dtype == FLOAT64 else self._engine.words(n)
            values = words % words.dtype.type((1 << limits.MANTISSA[dtype]) + 1)
        elif dtype == np.int64:
            values = self._engine.wide_words(n) & _MASK63
        elif dtype == np.bool_ or dtype in limits.NUMBERS:
            largest = 1 if dtype.kind == "b" else np.iinfo(dtype).max
            values = self._engine.words(n) & np.uint32(largest)
        else:
            raise limits.not_implemented(dtype, "random_kernel_cpu")
        return limits.rounded(values, dtype).reshape(shape)

    def randperm(self, n):
        """A permutation of 0..n-1: int64[n]; RuntimeError for a negative n.

        >>> Generator(0).randperm(4).tolist()
        [0, 1, 3, 2]
        """
        if n < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
        steps = max(n - 1, 0)
        targets = np.arange(n)
        words = self._engine.words(steps) if n < _WIDE_STEPS else self._engine.wide_words(steps)
        targets[:steps] += (words % np.arange(n, n - steps, -1, words.dtype)).astype(np.int64)
        return shuffled(targets)

    def geometric(self, shape, p, dtype=np.float32):
        """Trials up to the first success of probability p in (0, 1): any real dtype but bool.

        >>> Generator(0).geometric(4, 0.5, np.int64).tolist()
        [1, 1, 2, 1]
        """
        if not 0 < p < 1:
            raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
        dtype = np.dtype(dtype)
        if _size(shape) and dtype not in limits.NUMBERS:
            raise limits.not_implemented(dtype, "geometric_cpu")
        log_failure = log1p(-p)
        return self._transformed(shape, dtype, lambda u: np.ceil(np.log(u) / log_failure))

    def poisson(self, rates):
        """Poisson counts of these rates, float[*s]: same shape and dtype; RuntimeError for a negative rate.

        >>> Generator(0).poisson(np.float32([0.5, 3.0, 100.0])).tolist()
        [2.0, 4.0, 102.0]
        """
        rates = np.asarray(rates)
        limits.require_float(rates.dtype, "poisson_cpu")
        if not (rates >= 0).all():
            raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
        if np.isinf(rates).any():
            raise RuntimeError("poisson: got an infinite rate, expected finite rates: no count answers it")
        counts = poisson_counts(rates.astype(FLOAT64).ravel(), self._uniform64)
        with np.errstate(over="ignore"):
            return limits.rounded(counts, rates.dtype).reshape(rates.shape)

    # ---- choices -------------------------------------------------------------------------------------

    def bernoulli(self, shape, p, dtype=np.bool_):
        """1 with probability p, a number in [0, 1], else 0: any real dtype; RuntimeError for another p.

        >>> Generator(0).bernoulli(4, 0.5).tolist()
        [False, False, True, False]
        """
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        dtype = np.dtype(dtype)
        n = _size(shape)
        if n and dtype != np.bool_ and dtype not in limits.NUMBERS:
            raise limits.not_implemented(dtype, "bernoulli_scalar_cpu_")
        return self._below(n, p).astype(dtype, copy=False).reshape(shape)

    def _below(self, n, p):
        """bool[n]: are the next uniform numbers of 53 bits below p? Each is two words, of which the first nearly always tells."""
        words = self._engine.words(2 * n)
        high, (top, rest) = words[::2] & 0x1FFFFF, divmod(ceil(p * 2**53), 1 << 32)
        found = high < top
        if rest and (even := high == top).any():
            (at,) = even.nonzero()
            found[at] = words[1::2][at] < rest
        return found

    def bernoulli_from(self, p, dtype=None):
        """1 with probability p[i], else 0, for float[*s] in [0, 1]: same shape, `dtype` or that of p.

        A float64 p is compared with float64 uniforms, a narrower one with float32 uniforms.

        >>> Generator(0).bernoulli_from(np.float32([0.4, 0.9, 0.1])).tolist()
        [0.0, 1.0, 1.0]
        """
        p = np.asarray(p)
        dtype = p.dtype if dtype is None else np.dtype(dtype)
        if p.size == 0:
            return np.empty(p.shape, dtype)
        if dtype != np.bool_ and dtype not in limits.NUMBERS:
            raise limits.not_implemented(dtype, "bernoulli_tensor_cpu_self_")
        limits.require_float(p.dtype, "bernoulli_tensor_cpu_p_")
        if not ((p >= 0) & (p <= 1)).all():
            raise RuntimeError(
                "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If so, please "
                "report an enhancement request to PyTorch.)"
            )
        uniforms = self._uniform64(p.size) if p.dtype == FLOAT64 else self._uniform32(p.size)
        return (uniforms < p.ravel()).astype(dtype).reshape(p.shape)

    def dropout_mask(self, shape, p, dtype=np.float32):
        """0 with probability p, else 1 / (1 - p), in a float dtype; draws nothing for p = 0 and p = 1.

        ValueError unless 0 <= p <= 1.

        >>> Generator(0).dropout_mask(4, 0.5).tolist()
        [0.0, 0.0, 2.0, 0.0]
        """
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        if p == 0 or p == 1:
            return np.full(shape, 1 - p, dtype)
        dtype = np.dtype(dtype)
        limits.require_float(dtype, "dropout")
        wide = FLOAT32 if dtype in HALVES else dtype  # torch divides half by float
        mask = self.bernoulli(shape, 1 - p, dtype)
        mask *= limits.rounded(wide.type(1) / wide.type(1 - p), dtype)
        return mask

    def multinomial(self, p, k, replacement=False):
        """k indices drawn with weights p: float[c] gives int64[k], float[m, c] gives int64[m, k].

        RuntimeError for weights or a k that torch refuses. Without replacement the order is that of p / q,
        q exponential, largest first; where these are equal (few of the weights are positive, or float16)
        torch leaves the order open and the lower index comes first here.

        >>> Generator(0).multinomial(np.float32([0.1, 0.7, 0.2]), 2).tolist()
        [1, 2]
        """
        p = np.asarray(p)
        if p.dtype not in limits.MANTISSA:
            raise RuntimeError(
                f"multinomial only supports floating-point dtypes for input, got: {limits.scalar_name(p.dtype)}"
            )
        return choose(p, k, replacement, self.exponential, self._uniform64)

    def chosen(self, p):
        """The index that multinomial(p, 1) draws with few weights that are plain to see, float32[c] or float64[c]; None, and nothing is drawn,
        where they are not that.

        >>> int(Generator(0).chosen(np.float32([0.1, 0.7, 0.2])))
        1
        """
        if not 0 < p.size <= FEW:
            return None
        row = p.tolist()
        if not 0 < sum(row) < inf or not min(row) >= 0:
            return None
        q = self._uniform64(len(row))
        token = enter(IGNORE)
        try:
            np.negative(np.log1p(np.negative(q, q), q), q)
            return (p / (q if p.itemsize == 8 else q.astype(FLOAT32))).argmax()
        finally:
            leave(token)


STATE_BYTES = STATE_LAYOUT.itemsize  # of what get_state() gives

default_generator = Generator()  # that of draws without a generator
