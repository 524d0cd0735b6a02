"""The same few functions over funcgrad, jax, torch and HIPS autograd, and what each does for a workload's kind."""

import numpy as np

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.scipy import special

from .rows import optional
from .workloads import adam


class Face:
    """Functions of arrays along the last axis, as the workloads name them. `slow`: a first call takes seconds."""

    slow = False

    def __init__(self, np_):
        self.sin, self.tanh, self.exp, self.log, self.sqrt = np_.sin, np_.tanh, np_.exp, np_.log, np_.sqrt
        self.sum = np_.sum

    def takes(self, w):
        """Can this library do what the workload asks?"""
        return True

    def run(self, f, args):
        return f(*args)

    def plain(self, x):
        return fg.tree.map(np.asarray, x)


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
    def __init__(self, jax, jit=True):
        jnp = jax.numpy
        super().__init__(jnp)
        self.jax, self.slow = jax, not jit
        self.name, self.jit = ("jax.jit", jax.jit) if jit else ("jax eager", lambda f: f)
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
        f = self.jit(functional(self, w, jax.value_and_grad, jax.hessian, jax.jacrev, jax.vmap, jax.jvp, jax.grad))
        return f, w.args if w.row.startswith("a") else jax.tree.map(jax.numpy.asarray, w.args)

    def run(self, f, args):
        return self.jax.block_until_ready(f(*args))

    def bytes(self, f, args):
        """What XLA says a compiled function takes beside its arguments: temporaries and results."""
        found = f.lower(*args).compile().memory_analysis()
        return found.temp_size_in_bytes + found.output_size_in_bytes


class Torch(Face):
    def __init__(self, torch, compiled=False):
        super().__init__(torch)
        self.torch, self.slow = torch, compiled
        self.name, self.compiled = ("torch.compile", torch.compile) if compiled else ("torch", lambda f: f)
        self.mean = lambda x, axis=None: torch.mean(x) if axis is None else torch.mean(x, axis, keepdim=True)
        self.relu = torch.relu
        self.log_softmax = lambda x: torch.log_softmax(x, -1)
        self.softmax = lambda x: torch.softmax(x, -1)
        self.logsumexp = lambda x: torch.logsumexp(x, -1)
        self.permute = torch.permute
        self.zeros = torch.zeros
        self.mask = lambda t: torch.triu(torch.full((t, t), -1e9), 1)
        self.conv = lambda x, w: torch.conv2d(x, w, padding=1)

    def takes(self, w):
        return not self.slow or (
            w.kind in ("value", "value_and_grad", "step", "per_example") and w.row not in ("a", "h")
        )

    def make(self, w):
        torch = self.torch
        torch._dynamo.reset()  # (at most eight compilations of one line of code are kept)
        args = fg.tree.map(lambda x: torch.tensor(x), w.args)
        func = torch.func

        def plain(*a):
            return w.f(self, *a)

        f = plain if w.kind == "per_example" else self.compiled(plain)
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

        whole = functional(self, w, value_and_grad_of, func.hessian, func.jacrev, func.vmap, func.jvp, func.grad)
        return self.compiled(whole), args

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

    def plain(self, x):
        return fg.tree.map(lambda t: t.detach().numpy() if hasattr(t, "detach") else np.asarray(t), x)


class Autograd(Face):
    name = "autograd"

    def __init__(self, autograd):
        anp = optional("autograd.numpy")
        super().__init__(anp)
        self.autograd = autograd
        self.mean = lambda x, axis=None: anp.mean(x, axis=axis, keepdims=axis is not None)
        self.relu = lambda x: anp.maximum(x, 0.0)
        self.logsumexp = lambda x: self.log_of_sums(x)[..., 0]
        self.log_softmax = lambda x: x - self.log_of_sums(x)
        self.softmax = lambda x: anp.exp(x - self.log_of_sums(x))
        self.permute = anp.transpose
        self.zeros = lambda shape: np.zeros(shape, np.float32)
        self.mask = lambda t: np.triu(np.full((t, t), -1e9, np.float32), 1)

    def log_of_sums(self, x):
        logsumexp = optional("autograd.scipy.special").logsumexp
        return logsumexp(x, axis=-1, keepdims=True)

    def takes(self, w):
        return w.f.__name__ != "conv_net"  # (its convolution is SciPy's, which takes seconds)

    def make(self, w):
        a = self.autograd

        def per_example(gradient, axes):
            def loop(p, x, y):
                rows = [gradient(p, *row) for row in zip(x, y, strict=True)]
                return fg.tree.map(lambda *gs: np.stack(gs), *rows)

            return loop

        def jvp(gradient, at, along):
            (x,), (v,) = at, along
            return None, a.grad(lambda x: self.sum(gradient(x) * v))(x)

        return functional(self, w, a.value_and_grad, a.hessian, a.jacobian, per_example, jvp, a.grad), w.args


def faces(threads=2, quick=False):
    """Every face whose library is installed; if `quick`, but those whose first calls take seconds."""
    jax, torch, autograd = optional("jax"), optional("torch"), optional("autograd")
    got = [Funcgrad()]
    if jax is not None:
        got += [Jax(jax), Jax(jax, jit=False)]
    if torch is not None:
        torch.set_num_threads(threads)
        got += [Torch(torch), Torch(torch, compiled=True)]
    if autograd is not None:
        got.append(Autograd(autograd))
    return [face for face in (*got, Funcgrad(jit=False)) if not (quick and face.slow)]
