"""The Mersenne Twister (mt19937) as torch holds it: one stream of 32-bit words and torch's layout of its state.

NumPy does the twisting, or, until many words are asked for, Python's own generator, which is one of these too (importing numpy.random takes
a tenth of what a first small network takes). Between calls it stands at the end of a block of 624 words; the blocks in use and some ahead
are kept here, so a tiny draw is a slice. The state at any word is found from the words: tempering can be undone.
Invariant: each word of the stream is handed out exactly once, whichever thread asks.
"""

import sys
import threading
from _random import Random

import numpy as np

_BLOCK = 624
_MOST_AHEAD = 8  # blocks
_MANY = 1 << 19  # words, for which importing numpy.random is worth while
_SEEDING = 1 << 15  # words that Python makes in the time of one seeding there
WITHIN = slice(
    None, None, -1 if sys.byteorder == "little" else 1
)  # the order in memory of two words that are one, the high one first

# torch's CPU state, 5056 bytes: the engine, then the value Box-Muller keeps for the next call
STATE_LAYOUT = np.dtype(
    {
        "names": ["seed", "left", "seeded", "next", "words", "normal", "normal_is_valid"],
        "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", (_BLOCK,)), "<f8", "<i4"],
        "offsets": [0, 8, 12, 16, 24, 5024, 5040],
        "itemsize": 5056,
    }
)


class PythonSource:
    """The words of a seed from Python's generator; of NumPy's legacy generator this is what an Engine calls."""

    def __init__(self, seed):
        state = [seed]
        for i in range(1, _BLOCK):
            seed = 1812433253 * (seed ^ seed >> 30) + i & 0xFFFFFFFF
            state.append(seed)
        self._random = Random()
        self._random.setstate((*state, _BLOCK))
        self.made = _SEEDING

    def words(self, n):
        """The next `n` words: uint32[n]."""
        self.made += n
        drawn = self._random.getrandbits(32 * n) if n else 0
        return np.frombuffer(drawn.to_bytes(4 * n, "little"), "<u4").astype(np.uint32)

    def key(self):
        """The block of words that it stands in, before they are tempered."""
        return np.array(self._random.getstate()[:_BLOCK], np.uint32)


class NumPySource:
    """The same from NumPy's legacy generator: its seeding is torch's, and its stream is frozen by NumPy's policy."""

    made = 0

    def __init__(self, seed):
        self._random = np.random.RandomState(seed)
        self.seed = self._random.seed

    def words(self, n):
        return self._random.randint(0, 1 << 32, n, dtype=np.uint32)

    def key(self):
        return self._random.get_state(legacy=False)["state"]["key"]

    def stand(self, key, position):
        """Stand at a word of a block."""
        self._random.set_state(("MT19937", key, position))
        return self


class Engine:
    """A stream of uint32 words from a seed; only the low 32 bits of the seed count.

    >>> Engine(5489).words(2).tolist()
    [3499211612, 581869302]
    """

    def __init__(self, seed):
        self._lock = threading.Lock()
        self._source = None  # made at the first draw
        self._made = 0  # words by Python's generators before this one
        self.seed(seed)

    def seed(self, seed):
        """Starts the stream of `seed` (an int) from its first word."""
        with self._lock:
            self._seed = seed & 0xFFFFFFFF
            if type(self._source) is NumPySource:
                self._source.seed(self._seed)
            elif self._source is not None:
                self._made, self._source = self._made + self._source.made, None
            self._block = np.empty(0, np.uint32)  # whole blocks, of which the last is the source's
            self._used = self._ahead = 0  # words of them; how many blocks come with those that are asked for
            self._twisted = False  # torch tells "no block yet" from "block used up"

    def words(self, n):
        """The next `n` words: uint32[n]; it may share the blocks in use, so it is read-only when short."""
        with self._lock:
            end = self._used + n
            if end <= self._block.size:
                out = self._block[self._used : end]
                self._used = end
                return out
            rest = self._block[self._used :]
            missing = n - rest.size
            blocks = -(-missing // _BLOCK)
            more = (blocks + self._ahead) * _BLOCK
            fresh = self._drawn_from(more).words(more)
            self._block = fresh[(blocks - 1) * _BLOCK :].copy()
            self._block.flags.writeable = False
            self._used = missing - (blocks - 1) * _BLOCK
            self._ahead = min(2 * self._ahead + 1, _MOST_AHEAD)
            self._twisted = True
            return np.concatenate((rest, fresh[:missing])) if rest.size else fresh[:missing]

    def place(self, n):
        """(the blocks in use, where their next `n` words begin), which are handed out by that; None if they have not so many left."""
        with self._lock:
            start = self._used
            if start + n > self._block.size:
                return None
            self._used = start + n
            return self._block, start

    def wide_words(self, n):
        """The next `n` 64-bit words, uint64[n]: two words each, the first one the high half."""
        pairs = self.words(2 * n)
        return np.ascontiguousarray(pairs.reshape(n, 2)[:, WITHIN]).view(np.uint64).reshape(n)

    def _drawn_from(self, n=0):
        """The source, of which `n` words are wanted: it is NumPy's from so many on, or once numpy.random is there."""
        source = self._source
        if type(source) is not NumPySource:
            enough = "numpy.random" in sys.modules or self._made + n + (source.made if source else _SEEDING) > _MANY
            if source is None:
                source = NumPySource(self._seed) if enough else PythonSource(self._seed)
            elif enough:
                source = NumPySource(self._seed).stand(source.key(), _BLOCK)
            self._source = source
        return source

    def write(self, state):
        """Writes the engine's fields into `state`, a record of STATE_LAYOUT."""
        with self._lock:
            start = max(self._used - 1, 0) // _BLOCK * _BLOCK  # (of the block that the last word came from)
            used = self._used - start if self._twisted else _BLOCK
            state["left"] = _BLOCK + 1 - used
            state["seeded"] = 1
            state["next"] = used if self._twisted else 0
            if start + _BLOCK < self._block.size:
                state["words"] = untempered(self._block[start : start + _BLOCK])
            else:
                state["words"] = self._drawn_from().key()

    def read(self, state):
        """Takes the engine's fields from `state`; RuntimeError if they cannot be those of an mt19937."""
        left, used, words = int(state["left"]), int(state["next"]), state["words"]
        fresh = left == 1 and used == 0
        if state["seeded"] != 1 or not (fresh or (1 <= used <= _BLOCK and left + used == _BLOCK + 1)):
            raise RuntimeError("Invalid mt19937 state")
        with self._lock:
            source = self._source if type(self._source) is NumPySource else NumPySource(self._seed)
            self._source = source.stand(words.astype(np.uint32), _BLOCK if fresh else used)
            rest = source.words(0 if fresh else _BLOCK - used)
            self._block = np.concatenate((np.zeros(_BLOCK - rest.size, np.uint32), rest))
            self._block.flags.writeable = False
            self._used, self._ahead = _BLOCK - rest.size, 0
            self._twisted = not fresh


def untempered(words):
    """What mt19937 made these words of: each of its four steps undone, the last one first. (A shift by k bits is undone k bits at a time.)"""
    y = words ^ words >> 18
    y ^= y << 15 & 0xEFC60000
    x = y
    for _ in range(4):
        x = y ^ x << 7 & 0x9D2C5680
    y = x
    for _ in range(2):
        x = y ^ x >> 11
    return x
