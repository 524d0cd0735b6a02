"""Robust regression: SciPy's optimisers with exact gradients and Hessians, in plain NumPy.

Errors have a Student t distribution, whose scale and degrees of freedom are found with the line; a tenth of the observations are wild.
The inverse of the Hessian at the optimum gives the standard errors. Needs SciPy.
"""

import math

import numpy as np
from numpy.random import default_rng

import funcgrad as fg
from funcgrad.scipy.special import gammaln


def data(count):
    rng = default_rng(4)
    x = rng.uniform(-2.0, 2.0, count)
    y = 0.5 + 1.5 * x - 0.8 * x**2 + 0.2 * rng.standard_normal(count)
    wild = rng.uniform(size=count) < 0.1
    return x, np.where(wild, y + rng.uniform(2.0, 6.0, count), y)


def negative_log_likelihood(params, x, y):
    """params: three coefficients, the log of the scale, the log of the degrees of freedom."""
    scale, freedom = np.exp(params[3]), np.exp(params[4])
    z = (y - (params[0] + params[1] * x + params[2] * x**2)) / scale
    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * math.pi) - params[3]
    return np.sum((freedom + 1) / 2 * np.log1p(z**2 / freedom)) - len(x) * constant


def main(count=80):
    from scipy import optimize

    x, y = data(count)
    value_and_slope = fg.jit(fg.value_and_grad(negative_log_likelihood))
    curvature = fg.jit(fg.hessian(negative_log_likelihood))
    start = np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    found = optimize.minimize(
        value_and_slope, start, (x, y), method="trust-exact", jac=True, hess=curvature, options={"gtol": 1e-9}
    )
    hessian = curvature(found.x, x, y)
    errors = np.sqrt(np.diagonal(np.linalg.inv(hessian)))
    least_squares = np.polyfit(x, y, 2)[::-1]
    print(f"{found.nit} iterations, gradient {np.max(np.abs(found.jac)):.1e}")
    for name, v, e, l in zip(("1", "x", "x^2"), found.x, errors, least_squares):
        print(f"{name:>4}: {v:7.3f} +- {e:.3f}   (least squares {l:7.3f})")
    print(f"scale {np.exp(found.x[3]):.3f}, degrees of freedom {np.exp(found.x[4]):.2f}")
    return {
        "found": found.x,
        "value": found.fun,
        "hessian": hessian,
        "errors": errors,
        "x": x,
        "y": y,
        "line": least_squares,
    }


def draw(axes, r):
    at = np.linspace(-2, 2, 100)
    axes.plot(r["x"], r["y"], "k.", label="observations")
    axes.plot(at, np.polyval(r["line"][::-1], at), "--", label="least squares")
    axes.plot(at, np.polyval(r["found"][2::-1], at), label="Student t")
    axes.legend()
    axes.set_title("robust regression")


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main())
