"""Fluid control: find the wind that carries smoke into a given shape, through a fluid simulation with exact pressure.

Semi-Lagrangian steps on a periodic grid: values are fetched from where they come from (indexing with computed positions), and the
velocity is made free of divergence by a Fourier transform. The loop is a `scan`, its gradient compiled by `jit`.
"""

import funcgrad as fg
import funcgrad.numpy as np


def grid(size):
    return np.meshgrid(np.arange(size) * 1.0, np.arange(size) * 1.0, indexing="ij")


def carried(field, velocity):
    """The field one step later: at each point what was at x - v, by bilinear interpolation."""
    size = field.shape[0]
    rows, columns = grid(size)
    y, x = rows - velocity[0], columns - velocity[1]
    top, left = np.floor(y), np.floor(x)
    fy, fx = y - top, x - left
    i, j = top.astype(int) % size, left.astype(int) % size
    k, l = (i + 1) % size, (j + 1) % size
    above = (1 - fx) * field[i, j] + fx * field[i, l]
    below = (1 - fx) * field[k, j] + fx * field[k, l]
    return (1 - fy) * above + fy * below


def incompressible(velocity):
    """The part of a velocity field that has no divergence."""
    size = velocity.shape[1]
    wave = np.fft.fftfreq(size)
    ky, kx = np.meshgrid(wave, wave, indexing="ij")
    square = ky**2 + kx**2
    vy, vx = np.fft.fft2(velocity[0]), np.fft.fft2(velocity[1])
    along = (ky * vy + kx * vx) / np.where(square == 0, 1.0, square)
    return np.stack([np.fft.ifft2(vy - along * ky).real, np.fft.ifft2(vx - along * kx).real])


def simulate(velocity, smoke, steps):
    def step(state, _):
        velocity, smoke = state
        velocity = incompressible(np.stack([carried(velocity[0], velocity), carried(velocity[1], velocity)]))
        return (velocity, carried(smoke, velocity)), smoke

    (_, smoke), history = fg.lax.scan(step, (incompressible(velocity), smoke), None, steps)
    return smoke, history


def shapes(size):
    """Where the smoke starts, a disc, and where it is to end, a ring."""
    rows, columns = grid(size)
    away = np.sqrt((rows - size / 2 + 0.5) ** 2 + (columns - size / 2 + 0.5) ** 2) / size
    disc = 1.0 / (1.0 + np.exp(80.0 * (np.sqrt((rows / size - 0.5) ** 2 + (columns / size - 0.3) ** 2) - 0.14)))
    ring = np.exp(-(((away - 0.27) / 0.06) ** 2))
    return disc, ring * np.sum(disc) / np.sum(ring)


def main(size=32, steps=16, iterations=60):
    disc, ring = shapes(size)

    def miss(velocity):
        smoke, _ = simulate(velocity, disc, steps)
        return np.sum((smoke - ring) ** 2)

    slope = fg.jit(fg.value_and_grad(miss))
    velocity, first, second, misses = np.zeros((2, size, size)), 0.0, 0.0, []
    for i in range(1, iterations + 1):  # Adam
        value, gradient = slope(velocity)
        misses.append(float(value))
        first, second = 0.9 * first + 0.1 * gradient, 0.99 * second + 0.01 * gradient**2
        velocity = velocity - 0.05 * (first / (1 - 0.9**i)) / (np.sqrt(second / (1 - 0.99**i)) + 1e-6)
    smoke, history = simulate(velocity, disc, steps)
    print(f"squared distance from the ring {misses[0]:.2f} -> {misses[-1]:.2f}")
    print(f"smoke before {np.sum(disc):.2f}, after {np.sum(smoke):.2f}")
    return {"misses": misses, "velocity": incompressible(velocity), "smoke": smoke, "history": history, "target": ring}


def draw(axes, r):
    frames = [r["history"][0], r["history"][len(r["history"]) // 2], r["smoke"], r["target"]]
    for ax, frame, name in zip(axes, frames, ("start", "half-way", "end", "target"), strict=True):
        ax.imshow(frame, cmap="Greys", vmin=0, vmax=1)
        ax.set_title(name)
        ax.set_axis_off()
    vy, vx = r["velocity"]
    every = slice(None, None, 2)
    axes[0].quiver(
        *np.meshgrid(np.arange(0, len(vx), 2), np.arange(0, len(vx), 2)), vx[every, every], vy[every, every],
        color="tab:blue", angles="xy",
    )  # fmt: skip


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main(), panels=4)
