"""An Adam step over 60 arrays: in flat buffers, under jit, and leaf by leaf. `python -m benchmarks.optim` prints the ratios."""

import numpy as np

import funcgrad as fg

from .timing import interleave, microseconds, ratio


def contestants():
    rng = np.random.default_rng(0)
    params = [rng.normal(size=n) for n in (16, 256, 64, 8, 128) * 12]
    grads = [rng.normal(size=p.shape) for p in params]
    opt = fg.optim.adam(1e-3)
    state = opt.init(params)
    compiled = fg.jit(opt.step)
    zeros = [np.zeros_like(p) for p in params]

    def by_leaf(t=1):
        out = []
        for p, g, m, v in zip(params, grads, zeros, zeros, strict=True):
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            out.append((p - 1e-3 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v))
        return out

    flat = opt.step(grads, state, params)[0]
    for a, (b, _, _) in zip(flat, by_leaf(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    return {
        "flat buffers": lambda: opt.step(grads, state, params),
        "under jit": lambda: compiled(grads, state, params),
        "leaf by leaf": by_leaf,
    }


def main():
    figures = interleave(contestants())
    for name in figures:
        middle, low, high = ratio(figures, "leaf by leaf", name)
        print(
            f"{name:14s} {microseconds(figures, name):8.1f} us   leaf by leaf / it: {middle:.2f} ({low:.2f} to {high:.2f})"
        )


if __name__ == "__main__":
    main()
