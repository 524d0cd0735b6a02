"""A Kalman filter and a hidden Markov model, each one scan; what is not observed follows from derivatives of the likelihood.

The gradient of the log likelihood by an observation's log probabilities is the posterior of its state, so `grad` is the backward
pass that is otherwise written by hand. The same gradient learns the parameters.
"""

from numpy.random import default_rng

import funcgrad as fg
import funcgrad.numpy as np

DT = 0.1
MOVE = np.array([[1.0, DT], [0.0, 1.0]])  # position and speed of a point


def kalman(log_noise, ys):
    """(log likelihood, filtered positions, their variances) of noisy positions; log_noise: of the speed and of an observation."""
    jolt, noise = np.exp(2 * log_noise)
    drift = jolt * np.array([[DT**3 / 3, DT**2 / 2], [DT**2 / 2, DT]])

    def step(state, y):
        mean, cov, total = state
        mean, cov = MOVE @ mean, MOVE @ cov @ MOVE.T + drift
        error, spread = y - mean[0], cov[0, 0] + noise
        gain = cov[:, 0] / spread
        mean, cov = mean + gain * error, cov - np.outer(gain, cov[0])
        total = total - 0.5 * (error**2 / spread + np.log(2 * np.pi * spread))
        return (mean, cov, total), (mean[0], cov[0, 0])

    (_, _, total), (means, variances) = fg.lax.scan(step, (np.zeros(2), np.eye(2), 0.0), ys)
    return total, means, variances


def log_sum(x, axis):
    top = np.max(x, axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.sum(np.exp(x - top), axis=axis))


def markov(log_start, log_moves, log_emitted):
    """The log likelihood of a hidden Markov model; log_emitted[t, s]: of observation t in state s."""

    def step(alpha, emitted):
        return log_sum(alpha[:, None] + log_moves, 0) + emitted, None

    alpha, _ = fg.lax.scan(step, log_start + log_emitted[0], log_emitted[1:])
    return log_sum(alpha, 0)


def tracked(count, rng):
    speed = np.cumsum(0.8 * np.sqrt(DT) * rng.standard_normal(count))
    position = np.cumsum(DT * speed)
    return position, position + 0.3 * rng.standard_normal(count)


def switching(count, rng):
    """A coin that is fair (0) or loaded (1), and now and then exchanged."""
    states = [0]
    for _ in range(count - 1):
        states.append(1 - states[-1] if rng.uniform() < 0.04 else states[-1])
    return np.array(states), (rng.uniform(size=count) < np.where(np.array(states) == 1, 0.9, 0.5)).astype(int)


def main(count=150, iterations=60):
    rng = default_rng(3)
    position, ys = tracked(count, rng)
    slope = fg.jit(fg.value_and_grad(lambda p, ys: -kalman(p, ys)[0] / len(ys)))
    log_noise, losses = np.log(np.array([0.2, 1.0])), []
    for _ in range(iterations):
        loss, g = slope(log_noise, ys)
        losses.append(float(loss))
        log_noise = log_noise - 1.0 * g
    _, means, variances = kalman(log_noise, ys)
    print(f"Kalman: loss {losses[0]:.4f} -> {losses[-1]:.4f}; noise {np.exp(log_noise).round(3)}, drawn with [0.8 0.3]")

    states, tosses = switching(count, rng)
    log_start, log_moves = np.log(np.array([0.5, 0.5])), np.log(np.array([[0.96, 0.04], [0.04, 0.96]]))
    log_emitted = np.log(np.array([[0.5, 0.5], [0.1, 0.9]]))[:, tosses].T
    total, posterior = fg.value_and_grad(markov, argnums=2)(log_start, log_moves, log_emitted)
    right = np.mean((posterior[:, 1] > 0.5) == (states == 1))
    print(f"Markov: log likelihood {total:.4f}, states found {right:.3f}")
    return {
        "ys": ys, "position": position, "log_noise": log_noise, "losses": losses, "means": means, "variances": variances,
        "first_slope": fg.grad(lambda p: kalman(p, ys)[0])(np.log(np.array([0.2, 1.0]))),
        "states": states, "tosses": tosses, "total": total, "posterior": posterior,
        "moves": fg.grad(markov, argnums=1)(log_start, log_moves, log_emitted),  # expected numbers of moves
    }  # fmt: skip


def draw(axes, r):
    t, deviation = np.arange(len(r["ys"])) * DT, np.sqrt(r["variances"])
    axes[0].fill_between(t, r["means"] - 2 * deviation, r["means"] + 2 * deviation, alpha=0.3, label="2 sd")
    axes[0].plot(t, r["ys"], "k.", markersize=3, label="observed")
    axes[0].plot(t, r["means"], "C0", linewidth=0.8, label="filtered")
    axes[0].plot(t, r["position"], "r", linewidth=0.8, label="position")
    axes[0].set_xlabel("time")
    axes[0].legend()
    axes[0].set_title("Kalman filter, noise learned")
    axes[1].plot(r["posterior"][:, 1], label="probability that the coin is loaded")
    axes[1].plot(r["states"], "r:", label="it is")
    axes[1].plot(1.1 + 0.1 * r["tosses"], "k|", markersize=4, label="tosses: 1 above, 0 below")
    axes[1].set_ylim(-0.7, 1.3)
    axes[1].set_xlabel("toss")
    axes[1].legend(loc="lower right")
    axes[1].set_title("hidden Markov model")


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main(), panels=2)
