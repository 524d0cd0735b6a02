"""Gaussian-process regression: the length scale, the scale and the noise are learned by maximising the marginal likelihood.

The likelihood is differentiated through the Cholesky factor, and BFGS runs inside jit.
"""

from numpy.random import default_rng

import funcgrad as fg
import funcgrad.numpy as np
from funcgrad.scipy.linalg import cho_solve, solve_triangular
from funcgrad.scipy.optimize import minimize


def data(count):
    rng = default_rng(0)
    x = rng.uniform(0.0, 10.0, count)
    return x, np.sin(x) + 0.4 * np.cos(3.1 * x) + 0.15 * rng.standard_normal(count)


def kernel(a, b, length, scale):
    """The covariance of values at a and at b."""
    return scale**2 * np.exp(-0.5 * ((a[:, None] - b[None, :]) / length) ** 2)


def factor(log_params, x):
    """The Cholesky factor of the covariance of noisy observations at x."""
    length, scale, noise = np.exp(log_params)
    return np.linalg.cholesky(kernel(x, x, length, scale) + noise**2 * np.eye(len(x)))


def negative_log_likelihood(log_params, x, y):
    root = factor(log_params, x)
    white = solve_triangular(root, y, lower=True)
    return 0.5 * white @ white + np.sum(np.log(np.diag(root))) + 0.5 * len(x) * np.log(2 * np.pi)


@fg.jit
def fitted(start, x, y):
    return minimize(negative_log_likelihood, start, (x, y), method="BFGS")


@fg.jit
def posterior(log_params, x, y, at):
    """Mean and standard deviation of the function at new points."""
    length, scale, _ = np.exp(log_params)
    root, across = factor(log_params, x), kernel(x, at, length, scale)
    mean = across.T @ cho_solve((root, True), y)
    white = solve_triangular(root, across, lower=True)
    return mean, np.sqrt(scale**2 - np.sum(white**2, axis=0))


def main(count=60):
    x, y = data(count)
    start = np.log(np.array([0.5, 1.0, 0.5]))
    found = fitted(start, x, y)
    at = np.linspace(0.0, 12.0, 200)
    mean, deviation = posterior(found.x, x, y, at)
    length, scale, noise = np.exp(found.x)
    print(f"negative log likelihood {negative_log_likelihood(start, x, y):.3f} -> {found.fun:.3f}")
    print(f"length scale {length:.3f}, scale {scale:.3f}, noise {noise:.3f} (drawn with 0.15)")
    return {
        "gradient": fg.grad(negative_log_likelihood)(start, x, y),
        "hessian": fg.hessian(negative_log_likelihood)(start, x, y),
        "found": found.x, "x": x, "y": y, "at": at, "mean": mean, "deviation": deviation,
    }  # fmt: skip


def draw(axes, r):
    axes.fill_between(r["at"], r["mean"] - 2 * r["deviation"], r["mean"] + 2 * r["deviation"], alpha=0.2, label="2 sd")
    axes.plot(r["at"], r["mean"], label="posterior mean")
    axes.plot(r["x"], r["y"], "k.", label="observations")
    axes.legend(loc="lower left")
    axes.set_xlabel("x")
    axes.set_title("Gaussian process, parameters learned")


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main())
