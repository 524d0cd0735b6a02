"""Hamiltonian Monte Carlo on a banana: many chains at once by vmap, each a scan of leapfrog steps, compiled by jit.

The density is a normal one, bent: its moments are known, and the draws have to have them.
"""

import funcgrad as fg
import funcgrad.numpy as np

BEND = 0.5


def log_density(x):
    """x0 is normal with deviation 2, x1 given x0 is normal about BEND (x0^2 - 4)."""
    return -0.5 * (x[0] / 2.0) ** 2 - 0.5 * (x[1] - BEND * (x[0] ** 2 - 4.0)) ** 2


MOMENTS = {"mean": (0.0, 0.0), "variance": (4.0, 1.0 + 2 * BEND**2 * 16.0)}  # var(x0^2) is 2 * 2^4


def leapfrog(x, p, size, steps):
    slope = fg.grad(log_density)

    def step(state, _):
        x, p = state
        x = x + size * p
        return (x, p + size * slope(x)), None

    p = p + 0.5 * size * slope(x)
    (x, p), _ = fg.lax.scan(step, (x, p), None, steps)
    return x, p - 0.5 * size * slope(x)


def transition(x, key, size, steps):
    """(next point, whether the proposal was accepted)."""
    for_momentum, for_choice = fg.random.split(key)
    p = fg.random.normal(for_momentum, x.shape, dtype=x.dtype)
    new, q = leapfrog(x, p, size, steps)
    gain = (log_density(new) - 0.5 * q @ q) - (log_density(x) - 0.5 * p @ p)
    accepted = np.log(fg.random.uniform(for_choice, dtype=x.dtype)) < gain
    return np.where(accepted, new, x), accepted


def chain(key, draws, size, steps):
    first, rest = fg.random.split(key)
    start = fg.random.normal(first, (2,), dtype=np.float64)

    def step(x, key):
        x, accepted = transition(x, key, size, steps)
        return x, (x, accepted)

    return fg.lax.scan(step, start, fg.random.split(rest, draws))[1]


def main(chains=100, draws=400, warm=50, size=0.22, steps=16):
    run = fg.jit(fg.vmap(lambda key: chain(key, draws, size, steps)))
    xs, accepted = run(fg.random.split(fg.random.key(0), chains))
    kept = xs[:, warm:].reshape(-1, 2)
    mean, variance = np.mean(kept, axis=0), np.var(kept, axis=0)
    print(f"accepted {np.mean(accepted):.3f} of {accepted.size} proposals")
    print("mean", np.round(mean, 2), "of", MOMENTS["mean"])
    print("variance", np.round(variance, 2), "of", MOMENTS["variance"])
    return {"xs": xs, "accepted": accepted, "mean": mean, "variance": variance, "kept": kept}


def draw(axes, r):
    a, b = np.meshgrid(np.linspace(-6, 6, 120), np.linspace(-6, 14, 120))
    axes.plot(*r["kept"][::20].T, ".", markersize=2, alpha=0.4, label="draws")
    axes.contour(
        a, b, np.exp(fg.vmap(fg.vmap(log_density))(np.stack([a, b], axis=-1))), 5, colors="black", linewidths=0.8
    )
    axes.plot(*r["xs"][0, :12].T, "r.-", linewidth=0.9, zorder=3, label="12 steps of one chain")
    axes.plot([], [], "k", linewidth=0.8, label="density")
    axes.set_ylim(-6, 14)
    axes.set_xlabel("$x_0$")
    axes.set_ylabel("$x_1$")
    axes.legend(loc="upper center")
    axes.set_title("Hamiltonian Monte Carlo")


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main())
