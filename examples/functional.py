"""Gradients of ordinary functions in funcgrad: a scalar chain, one gradient per example, and assignment under grad."""

import funcgrad as fg
import funcgrad.numpy as np


def chain(a, b):
    """Two numbers in, one number out, by way of Python's own control flow."""
    c = a * b + b**3
    d = np.tanh(c / 10) + (c + 1 if c > 0 else -c)
    return d**2 / 2 + 10 / (1 + a**2)


def squared_error(weights, x, y):
    """How far a line through one example is off."""
    return (weights[0] * x + weights[1] - y) ** 2


def fibonacci_like(start):
    """A recurrence written into an array entry by entry; its last entry is 5 * start[0] + 8 * start[1]."""
    terms = np.zeros(7)
    terms[:2] = start
    for i in range(2, 7):
        terms[i] = terms[i - 1] + terms[i - 2]
    return terms[-1]


if __name__ == "__main__":
    value, (da, db) = fg.value_and_grad(chain, argnums=(0, 1))(-4.0, 3.0)
    print(f"chain(-4, 3) = {value:.4f}, d/da = {da:.4f}, d/db = {db:.4f}")

    print("second derivative in a:", fg.grad(fg.grad(chain))(-4.0, 3.0))

    weights = np.array([2.0, 1.0])
    x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 7.0])
    print("gradient of each example:")
    print(fg.vmap(fg.grad(squared_error), in_axes=(None, 0, 0))(weights, x, y))

    print("through assignment:", fg.grad(fibonacci_like)(np.array([1.0, 1.0])))
