"""A neural ODE, its gradient by the adjoint method: a second ODE that runs backwards, and nothing kept of the steps forwards.

`custom_vjp` puts the adjoint in the place of the derivative of the solver. The two agree as far as the steps are small.
"""

from numpy.random import default_rng

import funcgrad as fg
import funcgrad.numpy as np


def runge_kutta(f, y, dt, steps):
    """The end of the solution of dy/dt = f(y), of a pytree, by the classical method."""

    def moved(y, k, h):
        return fg.tree.map(lambda a, b: a + h * b, y, k)

    def step(y, _):
        k1 = f(y)
        k2 = f(moved(y, k1, dt / 2))
        k3 = f(moved(y, k2, dt / 2))
        k4 = f(moved(y, k3, dt))
        return fg.tree.map(lambda a, b, c, d, e: a + dt / 6 * (b + 2 * c + 2 * d + e), y, k1, k2, k3, k4), None

    return fg.lax.scan(step, y, None, steps)[0]


def field(params, y):
    return np.tanh(y @ params["w1"] + params["b1"]) @ params["w2"]


def solve_plainly(params, y, dt, steps):
    return runge_kutta(lambda y: field(params, y), y, dt, steps)


def solve_and_keep(params, y, dt, steps):
    end = solve_plainly(params, y, dt, steps)
    return end, (params, end)  # the end alone: the way there is found again, backwards


def adjoint(dt, steps, kept, ct):
    """d/dt (y, a, g) = (f, -a df/dy, -a df/dparams), from the end to the start."""
    params, end = kept

    def backwards(state):
        y, a, _ = state
        value, pull = fg.vjp(field, params, y)
        by_params, by_y = pull(a)
        return -value, by_y, by_params

    _, by_y, by_params = runge_kutta(backwards, (end, ct, fg.tree.map(np.zeros_like, params)), dt, steps)
    return by_params, by_y


solve = fg.custom_vjp(solve_plainly, nondiff_argnums=(2, 3))
solve.defvjp(solve_and_keep, adjoint)


def true_flow(t):
    """exp(t A) for the spiral A = [[-0.1, 2], [-2, -0.1]]."""
    return np.exp(-0.1 * t) * np.array([[np.cos(2 * t), np.sin(2 * t)], [-np.sin(2 * t), np.cos(2 * t)]])


def main(hidden=24, iterations=1000, steps=5, dt=0.05):
    rng = default_rng(0)
    params = {
        "w1": rng.standard_normal((2, hidden)), "b1": 0.1 * rng.standard_normal(hidden),
        "w2": 0.3 * rng.standard_normal((hidden, 2)),
    }  # fmt: skip
    starts = rng.uniform(-2.0, 2.0, (64, 2))
    ends = starts @ true_flow(dt * steps).T

    def loss(params, solve):
        return np.mean((solve(params, starts, dt, steps) - ends) ** 2)

    by_adjoint, by_steps = fg.grad(loss)(params, solve), fg.grad(loss)(params, solve_plainly)
    gap = max(float(np.max(np.abs(a - b))) for a, b in zip(fg.tree.leaves(by_adjoint), fg.tree.leaves(by_steps)))
    slope = fg.jit(fg.value_and_grad(lambda params: loss(params, solve)))
    velocity, losses = fg.tree.map(np.zeros_like, params), []
    for _ in range(iterations):
        value, gradient = slope(params)
        losses.append(float(value))
        velocity = fg.tree.map(lambda v, g: 0.9 * v - 0.1 * g, velocity, gradient)
        params = fg.tree.map(lambda p, v: p + v, params, velocity)
    print(f"adjoint and derivative of the steps differ by {gap:.1e}")
    print(f"loss {losses[0]:.5f} -> {losses[-1]:.5f}")
    path, want = [np.array([1.5, 0.0])], [np.array([1.5, 0.0])]
    for k in range(1, 61):
        path.append(solve(params, path[-1], dt, 1))
        want.append(true_flow(k * dt) @ want[0])
    return {"gap": gap, "adjoint": by_adjoint, "losses": losses, "path": np.stack(path), "want": np.stack(want)}


def draw(axes, r):
    axes[0].semilogy(r["losses"])
    axes[0].set_xlabel("step of training")
    axes[0].set_title("loss of the one-step flow")
    axes[1].plot(*r["want"].T, label="spiral")
    axes[1].plot(*r["path"].T, "--", label="learned")
    axes[1].legend()
    axes[1].set_aspect("equal")
    axes[1].set_title("a path of 60 steps")


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main(), panels=2)
