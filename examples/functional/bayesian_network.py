"""A Bayesian neural network by variational inference: every weight has a mean and a deviation, and both are learned.

The evidence lower bound is estimated with draws of the weights (vmap over keys), and differentiated through them.
"""

from numpy.random import default_rng

import funcgrad as fg
import funcgrad.numpy as np

HIDDEN, NOISE = 16, 0.1
SHAPES = {"w1": (1, HIDDEN), "b1": (HIDDEN,), "w2": (HIDDEN, HIDDEN), "b2": (HIDDEN,), "w3": (HIDDEN, 1), "b3": (1,)}


def data(count):
    rng = default_rng(1)
    x = np.concatenate([rng.uniform(-2.0, -0.7, count // 2), rng.uniform(0.6, 2.0, count - count // 2)])
    return x, np.sin(2.0 * x) + 0.3 * x + NOISE * rng.standard_normal(count)


def network(weights, x):
    h = np.tanh(x[:, None] @ weights["w1"] + weights["b1"])
    h = np.tanh(h @ weights["w2"] + weights["b2"])
    return (h @ weights["w3"] + weights["b3"])[:, 0]


def start():
    rng = default_rng(2)
    mean = {k: rng.standard_normal(s) / np.sqrt(s[0]) for k, s in SHAPES.items()}
    return {"mean": mean, "log_deviation": {k: np.full(s, -3.0) for k, s in SHAPES.items()}}


def draw_weights(params, key):
    keys = dict(zip(SHAPES, fg.random.split(key, len(SHAPES))))
    return fg.tree.map(
        lambda m, s, k: m + np.exp(s) * fg.random.normal(k, m.shape, dtype=m.dtype),
        params["mean"], params["log_deviation"], keys,
    )  # fmt: skip


def divergence(params):
    """The Kullback-Leibler divergence of the weights' distribution from the prior, a standard normal one."""
    parts = fg.tree.map(
        lambda m, s: 0.5 * np.sum(np.exp(2 * s) + m**2 - 1.0 - 2 * s), params["mean"], params["log_deviation"]
    )
    return sum(fg.tree.leaves(parts))


def negative_bound(params, key, x, y, draws=4):
    def misfit(key):
        return 0.5 * np.sum(((network(draw_weights(params, key), x) - y) / NOISE) ** 2)

    return np.mean(fg.vmap(misfit)(fg.random.split(key, draws))) + divergence(params)


@fg.jit
def adam_step(state, i, key, x, y):
    params, first, second = state
    loss, g = fg.value_and_grad(negative_bound)(params, key, x, y)
    first = fg.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, g)
    second = fg.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, second, g)
    params = fg.tree.map(
        lambda p, m, v: p - 0.02 * (m / (1 - 0.9**i)) / (np.sqrt(v / (1 - 0.99**i)) + 1e-8), params, first, second
    )
    return (params, first, second), loss


def main(count=60, steps=1500):
    x, y = data(count)
    key = fg.random.key(0)
    zeros = fg.tree.map(np.zeros_like, start())
    state, losses = (start(), zeros, zeros), []
    for i in range(1, steps + 1):
        key, sub = fg.random.split(key)
        state, loss = adam_step(state, float(i), sub, x, y)
        losses.append(float(loss))
    at = np.linspace(-3.0, 3.0, 121)
    draws = fg.vmap(lambda key: network(draw_weights(state[0], key), at))(fg.random.split(key, 100))
    mean, deviation = np.mean(draws, axis=0), np.std(draws, axis=0)
    print(f"negative bound {losses[0]:.1f} -> {losses[-1]:.1f}")
    print(f"deviation in the middle of the data's gap {deviation[60]:.3f}, at its left end {deviation[20]:.3f}")
    return {"losses": losses, "x": x, "y": y, "at": at, "draws": draws[:12], "mean": mean, "deviation": deviation}


def draw(axes, r):
    axes.plot(r["at"], r["draws"].T, color="tab:blue", alpha=0.25)
    axes.plot(r["at"], r["mean"], color="tab:blue", label="mean, and 12 draws of the network")
    axes.plot(r["x"], r["y"], "k.", label="observations")
    axes.set_ylim(-3, 3)
    axes.legend()
    axes.set_title("A Bayesian network")


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main())
