"""Writes random_jax_programs.json.xz: what jax 0.10.2 (CPU) gives for the first programs of tests/random_jax_programs.py.

Run: `python tests/expected/make_random_jax_programs.py`.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))
import packed  # noqa: E402
import random_jax_programs as programs  # noqa: E402

SEED, COUNT = 7, 90


def main():
    import jax.flatten_util

    theirs, _ = programs.spaces()
    found = {text: programs.outcome(text, theirs) for text in programs.texts(SEED, COUNT)}
    packed.write("random_jax_programs", {"jax": jax.__version__, "seed": SEED, "count": COUNT, "found": found})


if __name__ == "__main__":
    main()
