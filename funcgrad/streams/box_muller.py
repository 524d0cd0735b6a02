"""Box-Muller on 32-bit words, with the roundings of torch's eight-lane float32 kernel.

torch fills a contiguous float tensor in blocks of 16: the first eight words of a block give radii, the last
eight give angles. log, sin and cos are the Cephes single-precision polynomials in fused multiply-adds;
here a fused step is one float64 product and sum, rounded to float32.
Invariant: equal to torch bit for bit. A word counts by its low 24 bits only, so there are 2**24 radii and
2**24 angles, and all of them were compared with torch's.
"""

import numpy as np

from funcgrad.core.multiply_add import fused32

BLOCK = 16
_CHUNK = 16384  # pairs worked on at a time: long enough to hide call overhead, short enough for the cache
_HALF_BLOCK = np.dtype("V32")  # eight 4-byte numbers, moved as one item


def _const(value, dtype):
    """`value` as a 0-d array: a ufunc takes it in half the time of a Python number."""
    return np.asarray(value, dtype)


def _coefficients(*rows):
    """Polynomial coefficients, rounded to float32 and held in float64: one entry a step, one row a polynomial."""
    table = np.array(rows, np.float32).astype(np.float64)
    return list(table[0]) if len(rows) == 1 else [column[:, None] for column in table.T]


_LOG = [
    _const(c, np.float64)
    for c in _coefficients(
        (
            7.0376836292e-2,
            -1.1514610310e-1,
            1.1676998740e-1,
            -1.2420140846e-1,
            1.4249322787e-1,
            -1.6668057665e-1,
            2.0000714765e-1,
            -2.4999993993e-1,
            3.3333331174e-1,
        )
    )
]
_COS_SIN = _coefficients(
    (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2),
    (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1),
)
_LN2_HIGH, _LN2_LOW = _const(0.693359375, np.float32), _const(-2.12194440e-4, np.float32)
_SQRT_HALF_BITS = _const(0x3F3504F3, np.int32)  # the float32 next below sqrt(1/2)
_FRACTION_BITS, _FRACTION_SIZE = _const(0x7FFFFF, np.int32), _const(23, np.int32)
_ANGLE = _const(np.float32(2 * np.pi) * np.float32(2.0**-24), np.float32)  # a power of two rounds nothing
# pi / 4 in the three pieces torch takes off one by one: the first two steps are exact, so one step does it
_QUARTER_PI = _const(0.78515625 + 2.4187564849853515625e-4 + float(np.float32(3.77489497744594108e-8)), np.float64)
_MASK24 = _const((1 << 24) - 1, np.uint32)
_ALL24 = _const(1 << 24, np.int32)
_ONE, _MINUS_TWO, _HALF = (_const(c, np.float32) for c in (1, -2, 0.5))
_WIDE_MINUS_HALF = _const(-0.5, np.float64)
_I1, _I2, _I21, _I24, _I30, _I31, _EVEN = (_const(c, np.int32) for c in (1, 2, 21, 24, 30, 31, -2))


class _Pairs:
    """The working arrays for `n` pairs; `radius` and `turns` fill them in place."""

    def __init__(self, n):
        self.bits = np.empty((2, n), np.int32)
        self.narrow = np.empty((2, n), np.float32)
        self.result = np.empty((2, n), np.float32)
        self.length = np.empty(n, np.float32)
        self.wide = np.empty((2, n), np.float64)
        self.wide_args = np.empty((2, n), np.float64)

    def normals(self, words):
        """Standard normals float32[2, n] from words uint32[2, n]."""
        np.bitwise_and(words, _MASK24, self.bits.view(np.uint32))
        self._radii()
        self._turns()
        return np.multiply(self.result, self.length, self.result)

    def _radii(self):
        """self.length = sqrt(-2 log(1 - u)), u = self.bits[0] / 2**24."""
        bits, exponent = self.bits[0], self.result[1].view(np.int32)
        x, z = self.narrow
        y, e = self.result[0], self.length
        wide, wide_x = self.wide[0], self.wide_args[0]

        # 1 - u = 2**e m with m in [sqrt(1/2), sqrt(2)), cut from the bits of 2**24 (1 - u), which is exact
        np.subtract(_ALL24, bits, bits)
        y[...] = bits
        np.subtract(y.view(np.int32), _SQRT_HALF_BITS, bits)
        np.right_shift(bits, _FRACTION_SIZE, exponent)
        np.subtract(exponent, _I24, exponent)
        e[...] = exponent
        np.bitwise_and(bits, _FRACTION_BITS, bits)
        np.add(bits, _SQRT_HALF_BITS, bits)
        np.subtract(bits.view(np.float32), _ONE, x)

        np.multiply(x, x, z)
        wide_x[...] = x
        _polynomial(_LOG, wide_x, wide, y)
        np.multiply(y, x, y)
        wide[...] = y
        wide_x[...] = z
        np.multiply(wide, wide_x, wide)
        np.multiply(e, _LN2_LOW, y)
        wide_x[...] = y
        np.add(wide, wide_x, wide)
        y[...] = wide
        np.multiply(z, _HALF, z)
        np.subtract(y, z, y)
        np.add(x, y, x)
        np.multiply(e, _LN2_HIGH, e)  # exact: ten bits times five
        np.add(x, e, x)
        np.multiply(x, _MINUS_TWO, x)
        np.sqrt(x, self.length)

    def _turns(self):
        """self.result = cos t, sin t with t = 2 pi u, u = self.bits[1] / 2**24."""
        turn, bits = self.bits[1], self.bits[0]
        z, x = self.narrow
        wide, wide_args = self.wide, self.wide_args

        # t = x + octants * pi / 4 with an even number of octants
        x[...] = turn
        np.multiply(x, _ANGLE, x)
        np.right_shift(turn, _I21, turn)
        np.add(turn, _I1, turn)
        np.bitwise_and(turn, _EVEN, turn)
        wide[0] = turn
        np.multiply(wide[0], _QUARTER_PI, wide[0])
        wide[1] = x
        np.subtract(wide[1], wide[0], wide[0])
        x[...] = wide[0]

        # cos x = 1 - z / 2 + z z C(z), sin x = x + x z S(z), z = x x: one array holds both
        np.multiply(x, x, z)
        wide_args[...] = self.narrow
        _polynomial(_COS_SIN, wide_args[0], wide, self.result)
        np.multiply(self.result, z, self.result)
        wide[...] = self.result
        np.multiply(wide, wide_args, wide)
        np.multiply(wide_args[0], _WIDE_MINUS_HALF, wide_args[0])
        np.add(wide, wide_args, wide)
        self.result[...] = wide
        np.add(self.result[0], _ONE, self.result[0])

        # two octants on, cos and sin change places; signs turn by the bits of the octant
        cos, sin = self.result.view(np.int32)
        swap = self.narrow[0].view(np.int32)
        np.left_shift(turn, _I30, bits)
        np.right_shift(bits, _I31, bits)
        np.bitwise_xor(cos, sin, swap)
        np.bitwise_and(swap, bits, swap)
        np.bitwise_xor(self.result.view(np.int32), swap, self.result.view(np.int32))
        np.right_shift(turn, _I2, bits)
        np.left_shift(bits, _I31, bits)
        np.bitwise_xor(sin, bits, sin)
        np.add(turn, _I2, turn)
        np.right_shift(turn, _I2, bits)
        np.left_shift(bits, _I31, bits)
        np.bitwise_xor(cos, bits, cos)


def _polynomial(coefficients, x, wide, y):
    """y = (c0 x + c1) x + ... rounded to float32 at every step; x and wide are float64, y float32."""
    np.multiply(x, coefficients[0], wide)
    np.add(wide, coefficients[1], wide)
    for c in coefficients[2:]:
        y[...] = wide
        wide[...] = y
        np.multiply(wide, x, wide)
        np.add(wide, c, wide)
    y[...] = wide


def float32_normals(words, mean, std):
    """Normals float32[n] from words uint32[n], n a multiple of 16, as torch's contiguous fill makes them.

    >>> import numpy as np
    >>> float32_normals(np.arange(16, dtype=np.uint32) << 20, 0.0, 1.0)[:3].tolist()
    [0.0, -0.3319249153137207, -0.3654193878173828]
    """
    mean, std = np.float32(mean), np.float32(std)
    halves = words.view(_HALF_BLOCK).reshape(-1, 2).T
    out = np.empty(words.size, np.float32)
    targets = out.view(_HALF_BLOCK).reshape(-1, 2).T
    step = _CHUNK // (BLOCK // 2)
    pairs = None
    for start in range(0, halves.shape[1], step):
        part = np.ascontiguousarray(halves[:, start : start + step]).view(np.uint32)
        if pairs is None or pairs.length.size != part.shape[1]:
            pairs = _Pairs(part.shape[1])
        values = fused32(pairs.normals(part), std, mean)
        targets[:, start : start + step] = values.view(_HALF_BLOCK)
    return out
