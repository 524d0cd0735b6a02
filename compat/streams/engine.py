"""The Mersenne Twister (mt19937) as torch holds it: one stream of 32-bit words and torch's layout of its state.

NumPy does the twisting. Between calls NumPy's generator stands at the end of a block of 624 words, and the
block in use is kept here, so a tiny draw is a slice and the state is readable at any word.
Invariant: each word of the stream is handed out exactly once, whichever thread asks.
"""

import sys
import threading

import numpy as np

_BLOCK = 624
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


class Engine:
    """A stream of uint32 words from a seed; only the low 32 bits of the seed count.

    >>> Engine(5489).words(2).tolist()
    [3499211612, 581869302]
    """

    def __init__(self, seed):
        self._lock = threading.Lock()
        self._source = None  # made at the first draw: importing numpy.random is slow
        self.seed(seed)

    def seed(self, seed):
        """Starts the stream of `seed` (an int) from its first word."""
        with self._lock:
            self._seed = seed & 0xFFFFFFFF
            if self._source is not None:
                self._source.seed(self._seed)
            self._block = np.empty(0, np.uint32)
            self._used = _BLOCK
            self._twisted = False  # torch tells "no block yet" from "block used up"

    def words(self, n):
        """The next `n` words: uint32[n]; it may share the block in use, so it is read-only when short."""
        with self._lock:
            end = self._used + n
            if end <= _BLOCK:
                out = self._block[self._used : end]
                self._used = end
                return out
            rest = self._block[self._used :]
            missing = n - rest.size
            blocks = -(-missing // _BLOCK)
            fresh = self._numpy().randint(0, 1 << 32, blocks * _BLOCK, dtype=np.uint32)
            self._block = fresh[-_BLOCK:].copy()
            self._block.flags.writeable = False
            self._used = missing - (blocks - 1) * _BLOCK
            self._twisted = True
            return np.concatenate((rest, fresh[:missing])) if rest.size else fresh[:missing]

    def place(self, n):
        """(the block in use, where its next `n` words begin), which are handed out by that; None if it has not so many left."""
        with self._lock:
            start = self._used
            if start + n > _BLOCK:
                return None
            self._used = start + n
            return self._block, start

    def wide_words(self, n):
        """The next `n` 64-bit words, uint64[n]: two words each, the first one the high half."""
        pairs = self.words(2 * n)
        return np.ascontiguousarray(pairs.reshape(n, 2)[:, WITHIN]).view(np.uint64).reshape(n)

    def _numpy(self):
        """NumPy's legacy generator: its seeding is torch's, and its stream is frozen by NumPy's policy."""
        if self._source is None:
            self._source = np.random.RandomState(self._seed)
        return self._source

    def write(self, state):
        """Writes the engine's fields into `state`, a record of STATE_LAYOUT."""
        with self._lock:
            state["left"] = _BLOCK + 1 - self._used
            state["seeded"] = 1
            state["next"] = self._used if self._twisted else 0
            state["words"] = self._numpy().get_state(legacy=False)["state"]["key"]

    def read(self, state):
        """Takes the engine's fields from `state`; RuntimeError if they cannot be those of an mt19937."""
        left, used, words = int(state["left"]), int(state["next"]), state["words"]
        fresh = left == 1 and used == 0
        if state["seeded"] != 1 or not (fresh or (1 <= used <= _BLOCK and left + used == _BLOCK + 1)):
            raise RuntimeError(
                f"Invalid mt19937 state: got seeded={state['seeded']}, left={left}, next={used}; expected seeded=1 and "
                "left + next = 625. Pass an array that get_state() returned"
            )
        with self._lock:
            source = self._numpy()
            source.set_state(("MT19937", words.astype(np.uint32), _BLOCK if fresh else used))
            rest = source.randint(0, 1 << 32, 0 if fresh else _BLOCK - used, dtype=np.uint32)
            self._block = np.concatenate((np.zeros(_BLOCK - rest.size, np.uint32), rest))
            self._block.flags.writeable = False
            self._used = _BLOCK - rest.size
            self._twisted = not fresh
