"""The same few functions over funcgrad, jax and torch, and what each does for a workload's kind."""

import importlib

import numpy as np

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.scipy import special

from .workloads import adam


def optional(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


class Face:
    """Functions of arrays along the last axis, as the workloads name them."""

    def __init__(self, np_):
        self.sin, self.tanh, self.exp, self.log, self.sqrt = np_.sin, np_.tanh, np_.exp, np_.log, np_.sqrt
        self.sum = np_.sum


class Funcgrad(Face):
    name = "fg"

    def __init__(self, jit=True):
        super().__init__(fnp)
        self.jit = fg.jit if jit else lambda f: f
        self.name = "fg" if jit else "fg eager"
        self.mean = lambda x, axis=None: fnp.mean(x, axis=axis, keepdims=axis is not None)
        self.relu = lambda x: fnp.maximum(x, 0.0)
        self.log_softmax = lambda x: special.log_softmax(x, axis=-1)
        self.softmax = lambda x: special.softmax(x, axis=-1)
        self.logsumexp = lambda x: special.logsumexp(x, axis=-1)
        self.permute = fnp.transpose
        self.zeros = lambda shape: fnp.zeros(shape, np.float32)
        self.mask = lambda t: np.triu(np.full((t, t), -1e9, np.float32), 1)
        self.conv = lambda x, w: PRIMITIVES["conv"](
            x, w, strides=(1, 1), padding=((1, 1), (1, 1)), lhs_dilation=(1, 1), rhs_dilation=(1, 1), groups=1
        )

    def make(self, w):
        return self.jit(
            functional(self, w, fg.value_and_grad, fg.hessian, fg.jacobian, fg.vmap, fg.jvp, fg.grad)
        ), w.args

    def run(self, f, args):
        return f(*args)

    def plain(self, x):
        return fg.tree.map(np.asarray, x)


def functional(face, w, value_and_grad, hessian, jacobian, vmap, jvp, grad):
    """What a workload asks for, by function transforms."""

    def f(*args):
        return w.f(face, *args)

    if w.kind == "value":
        return f
    if w.kind == "value_and_grad":
        return value_and_grad(f)
    if w.kind == "hessian":
        return hessian(f)
    if w.kind == "jacobian":
        return jacobian(f)
    if w.kind == "hvp":
        return lambda x, v, m: jvp(lambda x: grad(f)(x, m), (x,), (v,))[1]
    if w.kind == "per_example":
        return vmap(grad(f), (None, 0, 0))

    def step(state, x, y):
        loss, grads = value_and_grad(f)(state[0], x, y)
        return adam(face, state, grads), loss

    return step


class Jax(Face):
    name = "jax"

    def __init__(self, jax):
        jnp = jax.numpy
        super().__init__(jnp)
        self.jax = jax
        self.mean = lambda x, axis=None: jnp.mean(x, axis=axis, keepdims=axis is not None)
        self.relu = lambda x: jnp.maximum(x, 0.0)
        self.log_softmax, self.softmax = jax.nn.log_softmax, jax.nn.softmax
        self.logsumexp = lambda x: jax.nn.logsumexp(x, axis=-1)
        self.permute = jnp.transpose
        self.zeros = lambda shape: jnp.zeros(shape, np.float32)
        self.mask = lambda t: np.triu(np.full((t, t), -1e9, np.float32), 1)
        self.conv = lambda x, w: jax.lax.conv_general_dilated(x, w, (1, 1), ((1, 1), (1, 1)))

    def make(self, w):
        jax = self.jax
        f = jax.jit(functional(self, w, jax.value_and_grad, jax.hessian, jax.jacrev, jax.vmap, jax.jvp, jax.grad))
        return f, w.args if w.row.startswith("a") else jax.tree.map(jax.numpy.asarray, w.args)

    def run(self, f, args):
        return self.jax.block_until_ready(f(*args))

    def plain(self, x):
        return fg.tree.map(np.asarray, x)


class Torch(Face):
    name = "torch"

    def __init__(self, torch):
        super().__init__(torch)
        self.torch = torch
        self.mean = lambda x, axis=None: torch.mean(x) if axis is None else torch.mean(x, axis, keepdim=True)
        self.relu = torch.relu
        self.log_softmax = lambda x: torch.log_softmax(x, -1)
        self.softmax = lambda x: torch.softmax(x, -1)
        self.logsumexp = lambda x: torch.logsumexp(x, -1)
        self.permute = torch.permute
        self.zeros = torch.zeros
        self.mask = lambda t: torch.triu(torch.full((t, t), -1e9), 1)
        self.conv = lambda x, w: torch.conv2d(x, w, padding=1)

    def make(self, w):
        torch = self.torch
        args = fg.tree.map(lambda x: torch.tensor(x), w.args)
        func = torch.func

        def f(*a):
            return w.f(self, *a)

        if w.kind == "value":
            return torch.no_grad()(f), args
        if w.kind in ("value_and_grad", "step"):
            if w.kind == "step":
                return self.step(f, args), args
            leaves = fg.tree.leaves(args[0])
            for x in leaves:
                x.requires_grad_(True)

            def value_and_grad(*a):
                loss = f(*a)
                return loss, torch.autograd.grad(loss, leaves)

            return value_and_grad, args

        def value_and_grad_of(f):
            return lambda *a: func.grad_and_value(f)(*a)[::-1]

        return functional(self, w, value_and_grad_of, func.hessian, func.jacrev, func.vmap, func.jvp, func.grad), args

    def step(self, f, args):
        torch = self.torch
        (p, _, _), _, _ = args
        leaves = fg.tree.leaves(p)
        for x in leaves:
            x.requires_grad_(True)
        optimiser = torch.optim.Adam(leaves, 0.001)

        def step(state, x, y):
            optimiser.zero_grad()
            loss = f(p, x, y)
            loss.backward()
            optimiser.step()
            return loss

        return step

    def run(self, f, args):
        return f(*args)

    def plain(self, x):
        return fg.tree.map(lambda t: t.detach().numpy() if hasattr(t, "detach") else np.asarray(t), x)


def faces(threads=2):
    """Every face whose library is installed."""
    got = [Funcgrad()]
    jax, torch = optional("jax"), optional("torch")
    if jax is not None:
        got.append(Jax(jax))
    if torch is not None:
        torch.set_num_threads(threads)
        got.append(Torch(torch))
    return [*got, Funcgrad(jit=False)]
