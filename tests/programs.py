"""Programs that the transform tests run: each once over funcgrad, once over jax, with arguments."""

import jax.numpy as jnp
import numpy as np

import funcgrad.numpy as fnp


class Program:
    """`f(np_, x)` written once over a NumPy-like namespace, at a point x; `jax` may differ where jax cannot assign."""

    def __init__(self, name, f, x, jax=None):
        self.name = name
        self.x = x
        self.ours = lambda v: f(fnp, v)
        self.theirs = lambda v: (jax or f)(jnp, v)

    def __repr__(self):
        return self.name


X = np.array([0.3, 0.7, 1.1])


def assigned(np_, x):
    a = np_.zeros((3, 3))
    a[0] = x
    a += x.sum()
    early = a * 1.0
    a[1:3, 1] += x[1:] * a[0, 2]
    b = a[1]
    c = b[1:]
    flat = a.reshape(-1)
    c *= 3.0
    flat[0] = x[1] * 5.0
    a.T[2, 2] = x[2]
    b[0] = np_.sin(x[2])
    return (a * a).sum() + (b * c.sum()).sum() + early[1, 1] * flat[4]


def assigned_jax(np_, x):
    a = np_.zeros((3, 3)).at[0].set(x) + x.sum()
    early = a
    a = a.at[1:3, 1].add(x[1:] * a[0, 2])
    a = a.at[1, 1:].multiply(3.0)
    a = a.at[0, 0].set(x[1] * 5.0)
    a = a.at[2, 2].set(x[2])
    a = a.at[1, 0].set(np_.sin(x[2]))
    return (a * a).sum() + (a[1] * a[1, 1:].sum()).sum() + early[1, 1] * a[1, 1]


def fibonacci(np_, x):
    a = np_.zeros(6)
    a[0] = x[0]
    a[1] = x[1]
    for i in range(2, 6):
        a[i] = a[i - 1] * a[i - 2] + x[2]
    return a.sum()


def fibonacci_jax(np_, x):
    a = [x[0], x[1]]
    for i in range(2, 6):
        a.append(a[i - 1] * a[i - 2] + x[2])
    return sum(a)


PROGRAMS = [
    Program("chain", lambda np_, x: np_.sum(np_.sin(x * x) * x), X),
    Program("quotient", lambda np_, x: np_.sum(x / (x * x + 1.0)) * x[0], X),
    Program("exp-log", lambda np_, x: np_.log(np_.sum(np_.exp(x - x[1]))) * np_.tanh(x[2]), X),
    Program("matmul", lambda np_, x: np_.sum((np_.reshape(x, (3, 1)) @ np_.reshape(x * x, (1, 3))) ** 2), X),
    Program("broadcast", lambda np_, x: np_.sum((x[:, None] - x[None, :] * 2.0) ** 3), X),
    Program("slices", lambda np_, x: np_.sum(x[1:] * x[:-1]) * x[-1] + x[::-1][0] ** 2, X),
    Program("where", lambda np_, x: np_.sum(np_.where(x > 0.5, x * x, np_.cos(x))), X),
    Program("concatenate", lambda np_, x: np_.sum(np_.concatenate([x * 2.0, x[:1] * x[1:2]]) ** 3), X),
    Program("assignment", assigned, X, assigned_jax),
    Program("recurrence", fibonacci, X, fibonacci_jax),
]
