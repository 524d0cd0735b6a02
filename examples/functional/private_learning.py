"""Per-example gradients by vmap: a small network learns from gradients that are clipped example by example, then blurred.

No single example can then move the parameters by more than a known amount (Abadi and others, arXiv:1607.00133).
"""

from numpy.random import default_rng

import funcgrad as fg
import funcgrad.numpy as np

CLIP, BLUR = 1.0, 0.8


def data(count):
    """Two half-moons, and which of them a point belongs to."""
    rng = default_rng(5)
    angle = np.pi * rng.uniform(size=count)
    lower = np.arange(count) % 2 == 1
    x = np.where(lower, 1.0 - np.cos(angle), np.cos(angle))
    y = np.where(lower, 0.4 - np.sin(angle), np.sin(angle))
    return np.stack([x, y], axis=1) + 0.12 * rng.standard_normal((count, 2)), lower * 1.0


def start(hidden):
    rng = default_rng(6)
    return {"w1": rng.standard_normal((2, hidden)), "b1": np.zeros(hidden), "w2": 0.1 * rng.standard_normal(hidden)}


def logit(params, point):
    return np.tanh(point @ params["w1"] + params["b1"]) @ params["w2"]


def loss(params, point, label):
    """The cross-entropy of one example."""
    z = logit(params, point)
    return np.logaddexp(0.0, z) - label * z


def clipped(gradients):
    """The gradients of a batch, each scaled so that its norm, over all parameters, is at most CLIP; and the norms."""
    squares = [np.sum(g**2, axis=tuple(range(1, g.ndim))) for g in fg.tree.leaves(gradients)]
    norms = np.sqrt(sum(squares))
    factors = np.minimum(1.0, CLIP / norms)
    return fg.tree.map(lambda g: np.einsum("i,i...->i...", factors, g), gradients), norms


@fg.jit
def noisy_gradient(params, points, labels, key):
    gradients, norms = clipped(fg.vmap(fg.grad(loss), in_axes=(None, 0, 0))(params, points, labels))
    keys = dict(zip(params, fg.random.split(key, len(params))))
    mean = fg.tree.map(
        lambda g, k: (np.sum(g, axis=0) + BLUR * CLIP * fg.random.normal(k, g.shape[1:], dtype=g.dtype)) / len(points),
        gradients, keys,
    )  # fmt: skip
    return mean, norms


def main(count=400, batch=100, hidden=12, steps=400):
    points, labels = data(count)
    params, key, accuracies = start(hidden), fg.random.key(1), []
    first_norms = noisy_gradient(params, points[:batch], labels[:batch], key)[1]
    for i in range(steps):
        key, sub = fg.random.split(key)
        chosen = (np.arange(batch) + i * batch) % count
        gradient, norms = noisy_gradient(params, points[chosen], labels[chosen], sub)
        params = fg.tree.map(lambda p, g: p - 0.5 * g, params, gradient)
        accuracies.append(float(np.mean((logit(params, points) > 0) == (labels > 0.5))))
    print(
        f"norms of single gradients: at first {np.min(first_norms):.3f} to {np.max(first_norms):.3f}, clipped to {CLIP}"
    )
    print(f"accuracy {accuracies[0]:.3f} -> {accuracies[-1]:.3f}")
    return {"norms": first_norms, "params": params, "accuracies": accuracies, "points": points, "labels": labels}


def draw(axes, r):
    a, b = np.meshgrid(np.linspace(-1.5, 2.5, 100), np.linspace(-1.2, 1.5, 100))
    axes[0].contourf(
        a, b, logit(r["params"], np.stack([a, b], axis=-1)), [-100, 0, 100], colors=["C0", "C1"], alpha=0.2
    )
    for k in (0, 1):
        axes[0].plot(*r["points"][r["labels"] == k].T, ".", color=f"C{k}", markersize=3)
    axes[0].set_title("learned from clipped gradients")
    axes[1].hist(r["norms"], 30)
    axes[1].axvline(CLIP, color="red", label="clipped to")
    axes[1].set_ylabel("examples")
    axes[1].legend(loc="upper left")
    axes[1].set_title("norms of single gradients, at first")


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main(), panels=2)
