"""Draws that compare a uniform number of 53 bits with a probability look at its first word, and at the second only where that leaves it open."""

import numpy as np
import pytest

from compat._generator import Generator


class Words:
    """An engine that hands out these words."""

    def __init__(self, words):
        self.words = lambda n: np.array(words, np.uint32)[:n]


@pytest.mark.parametrize("p", [0.0, 2**-53, 1e-9, 0.1, 1 / 3, 0.5, 0.9, 1 - 2**-53, 1.0])
def test_the_second_word_decides_where_the_first_is_the_probabilitys_own(p):
    top, rest = divmod(int(np.ceil(p * 2**53)), 1 << 32)
    highs = [max(top - 1, 0), top, top + 1]
    pairs = [(h & 0x1FFFFF | 0xFFE00000, low) for h in highs for low in (0, max(rest - 1, 0), rest, 2**32 - 1)]
    generator = Generator(0)
    generator._engine = Words([w for pair in pairs for w in pair])
    want = [((h & 0x1FFFFF) << 32 | low) / 2**53 < p for h, low in pairs]
    assert generator.bernoulli(len(pairs), p).tolist() == want
