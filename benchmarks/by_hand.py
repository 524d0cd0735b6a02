"""The programs of examples/functional written out in NumPy, with their derivatives: what functional_programs.py compares with.

Each is what a person would write who knows the mathematics: adjoints run backwards over what was kept, tangents beside a filter's state,
a second derivative in closed form. Nothing of this library is in it.
"""

import numpy as np
from scipy.special import digamma, polygamma


# ------------------------------------------------------------------------------------------------ a Bayesian network
def bound(params, drawn, x, y, noise):
    """The negative bound and its gradient, of draws [k, ...] of every weight."""
    mean, log_deviation = params["mean"], params["log_deviation"]
    deviation = {k: np.exp(v) for k, v in log_deviation.items()}
    w = {k: mean[k] + deviation[k] * drawn[k] for k in mean}
    count = len(drawn["b1"])
    h1 = np.tanh(x[:, None] @ w["w1"] + w["b1"][:, None])
    h2 = np.tanh(h1 @ w["w2"] + w["b2"][:, None])
    away = ((h2 @ w["w3"] + w["b3"][:, None])[..., 0] - y) / noise
    apart = sum([np.sum(deviation[k] ** 2 + mean[k] ** 2 - 1 - 2 * log_deviation[k]) for k in mean])
    value = 0.5 * np.sum(away**2) / count + 0.5 * apart
    by_out = (away / (noise * count))[..., None]
    by_2 = by_out @ w["w3"].swapaxes(1, 2) * (1 - h2 * h2)
    by_1 = by_2 @ w["w2"].swapaxes(1, 2) * (1 - h1 * h1)
    by = {
        "w1": x @ by_1, "b1": by_1.sum(1), "w2": h1.swapaxes(1, 2) @ by_2, "b2": by_2.sum(1),
        "w3": h2.swapaxes(1, 2) @ by_out, "b3": by_out.sum(1),
    }  # fmt: skip
    by["w1"] = by["w1"][:, None]
    return value, {
        "mean": {k: by[k].sum(0) + mean[k] for k in mean},
        "log_deviation": {
            k: np.sum(by[k] * drawn[k], 0) * deviation[k] + deviation[k] ** 2 - 1 for k in mean
        },
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ a rope
def rope(push, names):
    """How far the rope's end is from its target, and the gradient: an adjoint run backwards, over whole arrays."""
    links, steps, dt = names["LINKS"], names["STEPS"], names["DT"]
    length, stiff, drag = names["LENGTH"], names["STIFF"], names["DRAG"]
    position, velocity = np.zeros((links, 2)), np.zeros((links, 2))
    position[:, 1] = -length * np.arange(links)
    each, kept = steps // len(push), []
    for t in range(steps):
        d = position[1:] - position[:-1]
        r = np.sqrt(np.sum(d * d, 1))[:, None]
        factor = stiff * (1 - length / (r + 1e-9))
        kept.append((d, r, factor))
        pull = factor * d
        force = -drag * velocity
        force[:, 1] -= names["GRAVITY"]
        force[:-1] += pull
        force[1:] -= pull
        force[0] = 0.0
        velocity = velocity + dt * force
        velocity[0, 0] = push[min(t // each, len(push) - 1)]
        position = position + dt * velocity
    away = position[-1] - names["TARGET"]
    by_push = 2e-3 * push
    by_position, by_velocity = np.zeros((links, 2)), np.zeros((links, 2))
    by_position[-1] = 2 * away
    for t in reversed(range(steps)):
        d, r, factor = kept[t]
        by_velocity += dt * by_position
        by_push[min(t // each, len(push) - 1)] += by_velocity[0, 0]
        by_velocity[0, 0] = 0.0
        by_force = dt * by_velocity
        by_force[0] = 0.0
        by_pull = by_force[:-1] - by_force[1:]
        by_velocity -= drag * by_force
        along = np.sum(d * by_pull, 1)[:, None]
        by_d = factor * by_pull + stiff * length / (r + 1e-9) ** 2 * along / r * d
        by_position[1:] += by_d
        by_position[:-1] -= by_d
    return away @ away + 1e-3 * push @ push, by_push


# ------------------------------------------------------------------------------------------------ smoke
class Smoke:
    """The squared distance of the smoke from its target, and the gradient by the velocity at the start."""

    def __init__(self, start, target, steps):
        self.start, self.target, self.steps = start, target, steps
        size = self.size = len(start)
        self.rows, self.columns = np.meshgrid(np.arange(size) * 1.0, np.arange(size) * 1.0, indexing="ij")
        wave = np.fft.fftfreq(size)
        ky, kx = np.meshgrid(wave, wave, indexing="ij")
        square = ky**2 + kx**2
        self.k = np.stack([ky, kx])
        self.k_by_square = self.k / np.where(square == 0, 1.0, square)

    def incompressible(self, velocity):
        """A projection, and its own adjoint."""
        v = np.fft.fft2(velocity)
        v -= self.k * np.sum(self.k_by_square * v, 0)
        return np.fft.ifft2(v).real

    def places(self, velocity):
        """(the four neighbours of where each point's value comes from, how far it is between them)."""
        size = self.size
        y, x = self.rows - velocity[0], self.columns - velocity[1]
        top, left = np.floor(y), np.floor(x)
        i, j = top.astype(int) % size, left.astype(int) % size
        k, l = (i + 1) % size * size, (j + 1) % size
        i *= size
        return (i + j, i + l, k + j, k + l), y - top, x - left

    def carried(self, field, places):
        (a, b, c, d), fy, fx = places
        flat = field.ravel()
        a, b, c, d = flat[a], flat[b], flat[c], flat[d]
        above, below = a + fx * (b - a), c + fx * (d - c)
        return above + fy * (below - above), (b - a, d - c, below - above)

    def back(self, by, places, slopes):
        """(what comes to the field, to the velocity) of what comes to what was carried."""
        at, fy, fx = places
        by_below = fy * by
        by_above = by - by_below
        right_below, right_above = fx * by_below, fx * by_above
        parts = by_above - right_above, right_above, by_below - right_below, right_below
        count = self.size**2
        by_field = sum([np.bincount(k.ravel(), w.ravel(), count) for k, w in zip(at, parts, strict=True)])
        across_above, across_below, down = slopes
        by_x = across_above * by_above + across_below * by_below
        return by_field.reshape(by.shape), np.stack([-down * by, -by_x])

    def __call__(self, velocity):
        velocity, smoke, kept = self.incompressible(velocity), self.start, []
        for _ in range(self.steps):
            first = self.places(velocity)
            v0, slopes_0 = self.carried(velocity[0], first)
            v1, slopes_1 = self.carried(velocity[1], first)
            velocity = self.incompressible(np.stack([v0, v1]))
            second = self.places(velocity)
            smoke, slopes = self.carried(smoke, second)
            kept.append((first, slopes_0, slopes_1, second, slopes))
        away = smoke - self.target
        by_smoke, by_velocity = 2 * away, 0.0
        for first, slopes_0, slopes_1, second, slopes in reversed(kept):
            by_smoke, more = self.back(by_smoke, second, slopes)
            by_velocity = self.incompressible(by_velocity + more)
            f0, more_0 = self.back(by_velocity[0], first, slopes_0)
            f1, more_1 = self.back(by_velocity[1], first, slopes_1)
            by_velocity = np.stack([f0, f1]) + more_0 + more_1
        return np.sum(away * away), self.incompressible(by_velocity)


# ------------------------------------------------------------------------------------------------ filters
def kalman(log_noise, ys, dt):
    """The log likelihood and its gradient: tangents of the filter's state, one for each parameter, beside it."""
    jolt, noise = np.exp(2 * log_noise)
    move = np.array([[1.0, dt], [0.0, 1.0]])
    drift = jolt * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    d_drift, d_noise = np.stack([2 * drift, 0 * drift]), np.array([0.0, 2 * noise])
    mean, cov, total = np.zeros(2), np.eye(2), 0.0
    d_mean, d_cov, d_total = np.zeros((2, 2)), np.zeros((2, 2, 2)), np.zeros(2)
    for y in ys:
        mean, d_mean = move @ mean, d_mean @ move.T
        cov, d_cov = move @ cov @ move.T + drift, move @ d_cov @ move.T + d_drift
        error, d_error = y - mean[0], -d_mean[:, 0]
        spread, d_spread = cov[0, 0] + noise, d_cov[:, 0, 0] + d_noise
        gain = cov[:, 0] / spread
        d_gain = (d_cov[:, :, 0] - gain * d_spread[:, None]) / spread
        mean = mean + gain * error
        d_mean = d_mean + d_gain * error + gain * d_error[:, None]
        d_cov = d_cov - d_gain[:, :, None] * cov[0] - gain[:, None] * d_cov[:, None, 0]
        cov = cov - np.outer(gain, cov[0])
        share = error / spread
        total -= 0.5 * (error * share + np.log(2 * np.pi * spread))
        d_total -= share * d_error + 0.5 * (1 / spread - share * share) * d_spread
    return total, d_total


def log_sum(x):
    top = np.max(x, 0)
    return top + np.log(np.sum(np.exp(x - top), 0))


def markov(log_start, log_moves, log_emitted):
    """The log likelihood of a hidden Markov model, expected numbers of moves, and posteriors of the states: forwards and backwards."""
    alphas = [log_start + log_emitted[0]]
    for emitted in log_emitted[1:]:
        alphas.append(log_sum(alphas[-1][:, None] + log_moves) + emitted)
    total = log_sum(alphas[-1])
    by, moves, states = np.exp(alphas[-1] - total), np.zeros_like(log_moves), np.empty_like(log_emitted)
    for t in reversed(range(1, len(alphas))):
        states[t] = by
        share = np.exp(alphas[t - 1][:, None] + log_moves - (alphas[t] - log_emitted[t])) * by
        moves += share
        by = share.sum(1)
    states[0] = by
    return total, (moves, states)


# ------------------------------------------------------------------------------------------------ robust regression
def robust_hessian(params, x, y):
    """Second derivatives of the Student t likelihood in closed form: g(z**2, freedom), z the error by the scale."""
    sigma, nu = np.exp(params[3:])
    design = np.stack([np.ones_like(x), x, x * x])
    z = (y - params[:3] @ design) / sigma
    u = z * z
    rest = 1 / (nu + u)
    g_u, g_uu = (nu + 1) / 2 * rest, -(nu + 1) / 2 * rest * rest
    u_line, u_scale = -2 / sigma * z * design, -2 * u
    g_u_nu = (u - 1) / 2 * rest * rest
    gap = rest - 1 / nu
    g_nu = np.sum(np.log1p(u / nu) + (nu + 1) * gap) / 2
    g_nu_nu = np.sum(gap + (nu + 1) / 2 * (1 / nu**2 - rest * rest))
    one, half = (nu + 1) / 2, nu / 2
    c_nu = (digamma(one) - digamma(half) - 1 / nu) / 2
    c_nu_nu = (polygamma(1, one) - polygamma(1, half)) / 4 + 1 / (2 * nu**2)
    n = len(x)
    out = np.empty((5, 5))
    out[:3, :3] = (g_uu * u_line) @ u_line.T + 2 / sigma**2 * (g_u * design) @ design.T
    out[:3, 3] = out[3, :3] = u_line @ (g_uu * u_scale) + 4 / sigma * design @ (g_u * z)
    out[3, 3] = 4 * np.sum(g_uu * u * u + g_u * u)
    out[:3, 4] = out[4, :3] = nu * u_line @ g_u_nu
    out[3, 4] = out[4, 3] = nu * u_scale @ g_u_nu
    out[4, 4] = nu * (g_nu - n * c_nu) + nu**2 * (g_nu_nu - n * c_nu_nu)
    return out


# ------------------------------------------------------------------------------------------------ meta-learning
def turned(x):
    return x.swapaxes(1, 2)


def passed(p, x):
    w1, b1, w2, b2, w3, b3 = p
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    return h1, h2, h2 @ w3 + b3


def slopes_of(p, x, y):
    """(the loss of each task, its gradient, what the second derivative needs), a network for each task."""
    h1, h2, out = passed(p, x)
    e = 2 / x.shape[1] * (out - y)
    back_2 = e @ turned(p[4])
    d2 = back_2 * (1 - h2 * h2)
    back_1 = d2 @ turned(p[2])
    d1 = back_1 * (1 - h1 * h1)
    sums = [d.sum(1, keepdims=True) for d in (d1, d2, e)]
    g = [turned(x) @ d1, sums[0], turned(h1) @ d2, sums[1], turned(h2) @ e, sums[2]]
    return np.mean((out - y) ** 2, (1, 2)), g, (h1, h2, e, d1, d2, back_1, back_2)


def hessian_product(p, x, kept, v):
    """The Hessian of each task's loss times a direction (B. Pearlmutter, 1994)."""
    h1, h2, e, d1, d2, back_1, back_2 = kept
    s1, s2 = 1 - h1 * h1, 1 - h2 * h2
    r1 = (x @ v[0] + v[1]) * s1
    r2 = (r1 @ p[2] + h1 @ v[2] + v[3]) * s2
    re = 2 / x.shape[1] * (r2 @ p[4] + h2 @ v[4] + v[5])
    rd2 = (re @ turned(p[4]) + e @ turned(v[4])) * s2 - 2 * back_2 * h2 * r2
    rd1 = (rd2 @ turned(p[2]) + d2 @ turned(v[2])) * s1 - 2 * back_1 * h1 * r1
    sums = [d.sum(1, keepdims=True) for d in (rd1, rd2, re)]
    weights = turned(x) @ rd1, turned(r1) @ d2 + turned(h1) @ rd2, turned(r2) @ e + turned(h2) @ re
    return [part for pair in zip(weights, sums, strict=True) for part in pair]


def meta(given, tasks, steps):
    """The mean loss after some steps of training, and its gradient by the start and the rate: the steps run backwards."""
    x, y, x_new, y_new = [v[..., None] for v in tasks]
    rate, count = np.exp(given["log_rate"]), len(x)
    flat = [v for w, b in given["layers"] for v in (w, b[None])]
    p, kept = [np.broadcast_to(v, (count, *v.shape)) for v in flat], []
    for _ in range(steps):
        _, g, inside = slopes_of(p, x, y)
        kept.append((p, g, inside))
        p = [a - rate * b for a, b in zip(p, g, strict=True)]
    losses, by, _ = slopes_of(p, x_new, y_new)
    by, by_rate = [b / count for b in by], 0.0
    for p, g, inside in reversed(kept):
        by_rate -= rate * sum([np.sum(a * b) for a, b in zip(g, by, strict=True)])
        by = [a - rate * b for a, b in zip(by, hessian_product(p, x, inside, by), strict=True)]
    by = [b.sum(0) for b in by]
    layers = [(w, b[0]) for w, b in zip(by[::2], by[1::2], strict=True)]
    return np.mean(losses), {"layers": layers, "log_rate": by_rate}
