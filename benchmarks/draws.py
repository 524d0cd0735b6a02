"""Random draws beside jax's, the same figures drawn: processor time in short turns side by side, the least of the rounds: the table of docs/random.md.

    python benchmarks/draws.py

Float32 normals are timed twice: in a program that has drawn few so far, and once the table of normal numbers is there
(ops/random_values/normal.py). jax draws by `jax.jit` from 1e6 numbers on, else eagerly.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import jax  # noqa: E402

import funcgrad as fg  # noqa: E402
from funcgrad.ops.random_values.normal import TABLE  # noqa: E402

KEYS = jax.random.key(0), fg.random.key(0)


def of_jax(name, n):
    def draw(key):
        return getattr(jax.random, name)(key, (n,))

    draw = jax.jit(draw) if n >= 10**6 else draw
    return lambda: draw(KEYS[0]).block_until_ready()


def after(numbers, n):
    """Normals with that table, or with none, however many were drawn."""

    def draw():
        TABLE.spent, TABLE.numbers = 0, numbers
        return fg.random.normal(KEYS[1], (n,))

    return draw


def least(contestants, calls):
    """The least processor time of a call in 25 rounds of short turns (in long ones jax's threads wait for more, at work)."""
    found = dict.fromkeys(contestants, float("inf"))
    for _ in range(25):
        for name, draw in contestants.items():
            start = time.process_time()
            for _ in range(calls):
                draw()
            found[name] = min(found[name], (time.process_time() - start) / calls)
    return found


def shown(seconds):
    return f"{seconds * 1e3:.1f} ms" if seconds > 1e-3 else f"{seconds * 1e6:.0f} us"


def main():
    made = TABLE.made()
    print("| float32 numbers | uniform | jax / funcgrad | normal | jax / funcgrad | with the table | jax / funcgrad |")
    print("|---|---|---|---|---|---|---|")
    for n in (1, 10, 100, 1000, 10_000, 10**6):  # (after large draws the threads of jax go on for a while)
        contestants = {
            "jax uniform": of_jax("uniform", n), "uniform": lambda n=n: fg.random.uniform(KEYS[1], (n,)),
            "jax normal": of_jax("normal", n), "normal": after(None, n), "table": after(made, n),
        }  # fmt: skip
        took = least(contestants, 3 if n >= 10**6 else 20)
        cells = [
            (took[k], took[peer] / took[k])
            for k, peer in (("uniform", "jax uniform"), ("normal", "jax normal"), ("table", "jax normal"))
        ]
        print(f"| {n:,} | " + " | ".join(f"{shown(t)} | {ratio:.2f}" for t, ratio in cells) + " |", flush=True)


if __name__ == "__main__":
    main()
