"""Writes random_jax_calls.json.xz: what jax 0.10.2 (CPU) gives for the first calls of tests/random_jax_calls.py.

Run: `python tests/expected/make_random_jax_calls.py`.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))
import packed  # noqa: E402
import random_jax_calls as calls  # noqa: E402

SEED, COUNT = 7, 500


def main():
    import jax

    theirs, _ = calls.spaces()
    found = {text: calls.outcome(text, theirs) for text in calls.texts(SEED, COUNT)}
    packed.write("random_jax_calls", {"jax": jax.__version__, "seed": SEED, "count": COUNT, "found": found})


if __name__ == "__main__":
    main()
