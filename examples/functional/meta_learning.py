"""Meta-learning: a start from which a few steps of training suffice, found by the gradient of the training loop.

The inner loop is gradient descent on one task, a sine from ten points; the outer gradient goes through it, tasks side by side by vmap
(Finn, Abbeel and Levine, arXiv:1703.03400). The inner step size is learned as well.
"""

from numpy.random import default_rng

import funcgrad as fg
import funcgrad.numpy as np

SIZES = (1, 24, 24, 1)


def start():
    rng = default_rng(7)
    layers = [(rng.standard_normal((m, n)) / np.sqrt(m), np.zeros(n)) for m, n in zip(SIZES, SIZES[1:])]
    return {"layers": layers, "log_rate": np.array(np.log(0.02))}


def network(layers, x):
    h = x[:, None]
    for w, b in layers[:-1]:
        h = np.tanh(h @ w + b)
    return (h @ layers[-1][0] + layers[-1][1])[:, 0]


def loss(layers, x, y):
    return np.mean((network(layers, x) - y) ** 2)


def trained(meta, x, y, steps):
    """The network after some steps of gradient descent on one task."""

    def step(layers, _):
        g = fg.grad(loss)(layers, x, y)
        return fg.tree.map(lambda p, g: p - np.exp(meta["log_rate"]) * g, layers, g), None

    return fg.lax.scan(step, meta["layers"], None, steps)[0]


def loss_after_training(meta, task, steps):
    x, y, x_new, y_new = task
    return loss(trained(meta, x, y, steps), x_new, y_new)


def tasks(count, rng):
    """Sines of their own amplitude and phase: ten points to train on, ten to be judged by."""
    size, phase = rng.uniform(0.5, 3.0, (count, 1)), rng.uniform(0.0, np.pi, (count, 1))
    x, x_new = rng.uniform(-4.0, 4.0, (2, count, 10))
    return x, size * np.sin(x + phase), x_new, size * np.sin(x_new + phase)


def main(iterations=400, batch=20, steps=3):
    rng = default_rng(8)

    def mean_loss(meta, batch_of_tasks):
        return np.mean(fg.vmap(lambda task: loss_after_training(meta, task, steps))(batch_of_tasks))

    slope = fg.jit(fg.value_and_grad(mean_loss))
    meta, held_out, losses = start(), tasks(100, rng), []
    first = fg.tree.map(np.zeros_like, meta)
    second = first
    before = mean_loss(meta, held_out)
    for i in range(1, iterations + 1):  # Adam
        value, g = slope(meta, tasks(batch, rng))
        losses.append(float(value))
        first = fg.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, g)
        second = fg.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, second, g)
        meta = fg.tree.map(
            lambda p, m, v, i=i: p - 0.01 * (m / (1 - 0.9**i)) / (np.sqrt(v / (1 - 0.99**i)) + 1e-8),
            meta,
            first,
            second,
        )
    after = mean_loss(meta, held_out)
    print(
        f"loss of new tasks after {steps} steps of training: {before:.3f} from the first start, {after:.3f} from the learned one"
    )
    print(f"step size 0.02 -> {np.exp(meta['log_rate']):.3f}")
    return {"losses": losses, "before": before, "after": after, "meta": meta, "task": [v[0] for v in held_out]}


def draw(axes, r):
    x, y, x_new, y_new = r["task"]
    at = np.linspace(-4, 4, 100)
    axes[0].semilogy(r["losses"])
    axes[0].set_xlabel("step of the outer training")
    axes[0].set_title("loss after training on a task")
    for name, meta, style in (("first start", start(), "--"), ("learned start", r["meta"], "-")):
        axes[1].plot(at, network(trained(meta, x, y, 3), at), style, label=f"3 steps from the {name}")
    axes[1].plot(x, y, "ko", label="trained on")
    axes[1].plot(x_new, y_new, "kx", label="new")
    axes[1].set_ylim(top=1.2 * max(y) + 1.5)
    axes[1].legend(loc="upper right")
    axes[1].set_title("a new task")


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main(), panels=2)
