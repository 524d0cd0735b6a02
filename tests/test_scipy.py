"""SciPy's optimisers and integrators take the functions as they are."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

import funcgrad as fg

jax.config.update("jax_enable_x64", True)


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_minimize():
    got = minimize(fg.value_and_grad(rosenbrock), np.zeros(5), jac=True, method="BFGS")
    assert got.success
    np.testing.assert_allclose(got.x, np.ones(5), atol=1e-4)
    newton = minimize(
        rosenbrock, np.zeros(5), jac=fg.grad(rosenbrock), hess=fg.hessian(rosenbrock), method="trust-exact"
    )
    np.testing.assert_allclose(newton.x, np.ones(5), atol=1e-6)


def test_solve_ivp():
    """The Van der Pol oscillator, its Jacobian by jacfwd; and a Hamiltonian's flow, its field by grad."""

    def field(t, y):
        return np.stack([y[1], 5.0 * (1.0 - y[0] ** 2) * y[1] - y[0]])

    jacobian = fg.jacfwd(field, argnums=1)
    point = np.array([1.5, -0.5])
    theirs = jax.jacfwd(lambda y: jnp.stack([y[1], 5.0 * (1.0 - y[0] ** 2) * y[1] - y[0]]))(point)
    np.testing.assert_allclose(jacobian(0.0, point), theirs)
    got = solve_ivp(field, (0.0, 5.0), [2.0, 0.0], method="Radau", jac=jacobian, rtol=1e-8, atol=1e-10)
    plain = solve_ivp(field, (0.0, 5.0), [2.0, 0.0], method="DOP853", rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(got.y[:, -1], plain.y[:, -1], rtol=1e-5)

    def energy(z):
        return 0.5 * z[1] ** 2 + 1.0 - np.cos(z[0])

    flow = fg.grad(energy)
    path = solve_ivp(
        lambda t, z: flow(z)[::-1] * np.array([1.0, -1.0]), (0.0, 10.0), [1.0, 0.0], rtol=1e-10, atol=1e-12
    )
    np.testing.assert_allclose(energy(path.y[:, -1]), energy(np.array([1.0, 0.0])), rtol=1e-7)


def test_submodules_by_attribute():
    """`fg.scipy.special` needs no import of its own, as in SciPy and jax."""
    code = "import funcgrad as fg; print(float(fg.scipy.special.expit(0.0)), fg.scipy.stats.norm.cdf(0.0), 'linalg' in dir(fg.scipy))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["0.5", "0.5", "True"]
