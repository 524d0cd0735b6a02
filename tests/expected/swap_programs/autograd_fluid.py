"""A small fluid simulation whose initial velocity is optimised, as autograd's example: roll, reshape, loops, scipy's CG."""
import autograd.numpy as np
from autograd import value_and_grad
from scipy.optimize import minimize


def project(vx, vy):
    p = np.zeros(vx.shape)
    div = -0.5 * (np.roll(vx, -1, axis=1) - np.roll(vx, 1, axis=1) + np.roll(vy, -1, axis=0) - np.roll(vy, 1, axis=0))
    for k in range(6):
        p = (div + np.roll(p, 1, axis=1) + np.roll(p, -1, axis=1) + np.roll(p, 1, axis=0) + np.roll(p, -1, axis=0)) / 4.0
    vx = vx - 0.5 * (np.roll(p, -1, axis=1) - np.roll(p, 1, axis=1))
    return vx, vy - 0.5 * (np.roll(p, -1, axis=0) - np.roll(p, 1, axis=0))


def advect(f, vx, vy):
    rows, cols = f.shape
    cell_ys, cell_xs = np.meshgrid(np.arange(rows), np.arange(cols))
    center_xs = (cell_xs - vx).ravel()
    center_ys = (cell_ys - vy).ravel()
    left_ix = np.floor(center_xs).astype(int)
    top_ix = np.floor(center_ys).astype(int)
    rw = center_xs - left_ix
    bw = center_ys - top_ix
    left_ix = np.mod(left_ix, rows)
    right_ix = np.mod(left_ix + 1, rows)
    top_ix = np.mod(top_ix, cols)
    bot_ix = np.mod(top_ix + 1, cols)
    flat_f = (1 - rw) * ((1 - bw) * f[left_ix, top_ix] + bw * f[left_ix, bot_ix]) + rw * (
        (1 - bw) * f[right_ix, top_ix] + bw * f[right_ix, bot_ix]
    )
    return np.reshape(flat_f, (rows, cols))


def simulate(vx, vy, smoke, steps):
    for t in range(steps):
        vx_new, vy_new = advect(vx, vx, vy), advect(vy, vx, vy)
        vx, vy = project(vx_new, vy_new)
        smoke = advect(smoke, vx, vy)
    return smoke


n = 8
smoke = np.zeros((n, n))
smoke[2:5, 2:5] = 1.0
target = np.roll(smoke, 1, axis=0)


def objective(params):
    vx, vy = np.reshape(params, (2, n, n))
    return np.mean((target - simulate(vx, vy, smoke, 3)) ** 2)


x0 = 0.1 * np.sin(np.arange(2.0 * n * n))
value, g = value_and_grad(objective)(x0)
print(value, np.round(g[:4], 8))
result = minimize(value_and_grad(objective), x0, jac=True, method="CG", options={"maxiter": 3})
print(result.fun < value, result.x.shape)
