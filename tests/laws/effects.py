"""Effects under jit are those without: as many, in the same order, on the same values, however transforms nest."""

import functools

import numpy as np

import funcgrad as fg
from funcgrad.core.sample import samples_of
from funcgrad.core.state import tls

from .compare import close_all

X = np.array([0.3, 0.7, 1.1])
vmap = functools.partial(fg.vmap, randomness="different")  # (of those that draw)


def linear_part(f, x):
    push = fg.linearize(f, x)[1]
    return push(x), push(x + 1)


def pulled_twice(f, x):
    out, pull = fg.vjp(f, x)
    return pull(out), pull(out)


def with_rule(f):
    """f with a rule that has effects of its own, forward and backward, whether or not they see a cotangent."""
    g = fg.custom_vjp(f)

    def backward(x, ct):
        f(x)
        f(x * ct)
        return (ct * x,)

    g.defvjp(lambda x: (f(x), x), backward)
    return g


NESTINGS = {
    "jit": lambda jit, f: jit(f)(X),
    "jit of a part whose result is not used": lambda jit, f: jit(lambda x: (jit(f)(x), x)[1])(X),
    "jit, of values known while it stages": lambda jit, f: jit(lambda x: (jit(f)(X + 1), fg.grad(f)(X), x)[-1])(X),
    "jit, of values of an outer transform": lambda jit, f: fg.grad(lambda x: jit(lambda y: (f(x), y)[1])(2.0) * x[0])(
        X
    ),
    "jit of jit, of values of an outer transform": lambda jit, f: fg.grad(
        lambda x: jit(lambda y: (jit(f)(x), y)[1])(2.0) * x[0]
    )(X),
    "grad of jit": lambda jit, f: fg.grad(jit(f))(X),
    "jit of grad": lambda jit, f: jit(fg.grad(f))(X),
    "vjp of jit, pulled back twice": lambda jit, f: pulled_twice(jit(f), X),
    "jvp of jit": lambda jit, f: fg.jvp(jit(f), (X,), (X,)),
    "jit of jvp": lambda jit, f: jit(lambda x: fg.jvp(f, (x,), (x,)))(X),
    "linearize of jit": lambda jit, f: linear_part(jit(f), X),
    "vmap of jit": lambda jit, f: vmap(jit(f), 1)(np.stack([X, X + 1], 1)),
    "jit of vmap": lambda jit, f: jit(vmap(f, 1))(np.stack([X, X + 1], 1)),
    "vmap of jit, same for all samples": lambda jit, f: vmap(lambda y: (jit(f)(X), y)[1])(X),
    "vmap of grad of jit": lambda jit, f: vmap(fg.grad(jit(f)))(np.stack([X, X + 1])),
    "grad of vmap of jit": lambda jit, f: fg.grad(lambda x: vmap(jit(f))(x).sum())(np.stack([X, X + 1])),
    "jacfwd of jit, and after it": lambda jit, f: fg.jacfwd(lambda x: f(x * jit(f)(x)))(X),
    "jacrev of jit": lambda jit, f: fg.jacrev(jit(f))(X),
    "hessian of jit": lambda jit, f: fg.hessian(jit(f))(X),
    "jit of hessian": lambda jit, f: jit(fg.hessian(f))(X),
    "jit of checkpoint": lambda jit, f: jit(fg.checkpoint(f))(X),
    "grad of jit of checkpoint": lambda jit, f: fg.grad(jit(fg.checkpoint(f)))(X),
    "grad of checkpoint of jit": lambda jit, f: fg.grad(fg.checkpoint(jit(f)))(X),
    "jit of grad of checkpoint": lambda jit, f: jit(fg.grad(fg.checkpoint(f)))(X),
    "jvp of jit of checkpoint": lambda jit, f: fg.jvp(jit(fg.checkpoint(f)), (X,), (X,)),
    "jit of a checkpoint that is not used": lambda jit, f: jit(lambda x: (fg.checkpoint(f)(x), x)[1])(X),
    "jit of a rule": lambda jit, f: jit(with_rule(f))(X),
    "grad of jit of a rule": lambda jit, f: fg.grad(jit(with_rule(f)))(X),
    "vjp of jit of a rule, pulled back twice": lambda jit, f: pulled_twice(jit(with_rule(f)), X),
    "jit of grad of a rule": lambda jit, f: jit(fg.grad(with_rule(f)))(X),
    "vmap of grad of jit of a rule": lambda jit, f: vmap(fg.grad(jit(with_rule(f))))(np.stack([X, X + 1])),
}


class watched:
    """The operands of every run of the primitive, copied, in order."""

    def __init__(self, prim):
        self.prim = prim

    def __enter__(self):
        seen, self.impl = [], self.prim.impl

        def impl(*xs, **params):
            if tls.stage is None:
                seen.append([np.array(x) for x in xs])
            return self.impl(*xs, **params)

        self.prim.impl = impl
        return seen

    def __exit__(self, *error):
        self.prim.impl = self.impl


def effects(prim, nesting):
    """Under jit an effect happens as it does without, at the first call and the next, and the results are the same."""
    run = NESTINGS[nesting]
    for sample in samples_of(prim):

        def f(x, sample=sample):
            prim(*sample.args, **sample.params)
            prim(x * 2, *sample.args[1:], **sample.params)
            y = np.sin(x)
            prim(x * 2, *sample.args[1:], **sample.params)  # again: not the same effect
            prim(y, *sample.args[1:], **sample.params)
            return np.sum(y * x)

        what = f"{prim.name} of {sample}, {nesting}"
        got = []
        for jit in (functools.cache(fg.jit), lambda g: g):
            with watched(prim) as seen:
                got.append((seen, [run(jit, f), run(jit, f)]))
        (seen, results), (want, expected) = got
        assert len(want) > 2
        assert len(seen) == len(want), f"{what}: it happens {len(seen)} times under jit, {len(want)} times without"
        for i, (a, b) in enumerate(zip(seen, want, strict=True)):
            close_all(a, b, f"{what}: operands of run {i}")
        close_all(fg.tree.leaves(results), fg.tree.leaves(expected), f"{what}: results")
