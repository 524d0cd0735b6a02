"""A rope swung so that its end passes a point: the simulation is plain NumPy, and writes into its arrays.

Nothing in it was written to be differentiated. `fg.value_and_grad(f, numpy=True)` takes it as it is: positions, forces and the
history are written in place.
"""

import numpy as np

import funcgrad as fg

LINKS, STEPS, DT = 8, 120, 0.02
LENGTH, STIFF, DRAG, GRAVITY = 0.25, 400.0, 0.6, 9.81
TARGET = np.array([1.8, -0.9])


def simulate(push, steps=STEPS):
    """Positions [steps, LINKS, 2] of a hanging rope whose upper end is pulled along x, piecewise as `push` says."""
    history = np.zeros((steps, LINKS, 2))
    velocity = np.zeros((LINKS, 2))
    position = np.zeros((LINKS, 2))
    position[:, 1] = -LENGTH * np.arange(LINKS)
    force = np.zeros((LINKS, 2))
    each = steps // len(push)
    for t in range(steps):
        force[:] = 0.0
        force[:, 1] -= GRAVITY
        for i in range(LINKS - 1):  # a spring between neighbours
            d = position[i + 1] - position[i]
            stretch = np.sqrt(d @ d) + 1e-9
            pull = STIFF * (1.0 - LENGTH / stretch) * d
            force[i] += pull
            force[i + 1] -= pull
        force -= DRAG * velocity
        force[0] = 0.0
        velocity += DT * force
        velocity[0, 0] = push[min(t // each, len(push) - 1)]  # the hand
        position += DT * velocity
        history[t] = position
    return history


def miss(push, steps=STEPS):
    """The squared distance of the rope's end from the target in the end, and a price on the effort."""
    end = simulate(push, steps)[-1, -1]
    return np.sum((end - TARGET) ** 2) + 1e-3 * np.sum(push**2)


def main(steps=STEPS, pieces=6, iterations=20):
    slope = fg.value_and_grad(lambda push: miss(push, steps), numpy=True)
    push, velocity, misses = np.zeros(pieces), np.zeros(pieces), []
    for _ in range(iterations):
        value, gradient = slope(push)
        misses.append(float(value))
        velocity = 0.7 * velocity - 0.15 * gradient
        push = push + velocity
    history = simulate(push, steps)
    print(f"cost {misses[0]:.4f} -> {misses[-1]:.4f}; the end is at {history[-1, -1].round(3)}, the target {TARGET}")
    print("the hand's speeds:", push.round(2))
    return {"misses": misses, "push": push, "gradient": slope(np.linspace(-1.0, 1.0, pieces))[1], "history": history}


def draw(axes, r):
    for k in np.linspace(0, len(r["history"]) - 1, 9).astype(int)[:-1]:
        rope = r["history"][k]
        axes.plot(rope[:, 0], rope[:, 1], ".-", color="tab:blue", alpha=0.15 + 0.5 * k / len(r["history"]))
    axes.plot(*r["history"][-1].T, ".-", color="black", label="the rope at last")
    axes.plot(*r["history"][:, -1].T, ":", color="grey", label="way of its end")
    axes.plot(*TARGET, "r*", markersize=12, label="target")
    axes.legend(loc="upper right", bbox_to_anchor=(1.0, 0.95))
    axes.set_aspect("equal")
    axes.set_xlabel("the hand moves along the top")
    axes.set_title("A rope, swung to a point")


if __name__ == "__main__":
    import drawing

    drawing.save(__file__, draw, main())
