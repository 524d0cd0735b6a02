"""Functions with rules of their own, and what is done with them: of a library and its numpy (tests/test_custom_rules.py).

Both make_custom_rules.py, with jax, and the test, with funcgrad, run them. `seen` is what a rule was told of zeros.
"""

import numpy as np

X, Y = np.array([0.3, -0.7, 1.1]), np.array([1.0, 2.0, -0.5])
USES = {  # what is done with a function of (x, y): of the library
    "value": lambda lib, f: f,
    "grad": lambda lib, f: lib.grad(lambda x, y: f(x, y).sum()),
    "grad by both": lambda lib, f: lib.grad(lambda x, y: f(x, y).sum(), (0, 1)),
    "grad by y": lambda lib, f: lib.grad(lambda x, y: f(x, y).sum(), 1),
    "jit of grad": lambda lib, f: lib.jit(lib.grad(lambda x, y: f(x, y).sum(), (0, 1))),
    "grad of jit": lambda lib, f: lib.grad(lib.jit(lambda x, y: f(x, y).sum())),
    "vmap of grad": lambda lib, f: lambda x, y: lib.vmap(lib.grad(f, (0, 1)))(x, y),
    "grad of vmap": lambda lib, f: lib.grad(lambda x, y: lib.vmap(f, (0, None))(x, y[0]).sum(), (0, 1)),
    "jacrev of jacrev": lambda lib, f: lib.jacrev(lib.jacrev(f)),
    "in scan": lambda lib, f: lib.grad(
        lambda x, y: lib.lax.scan(lambda c, v: (f(c, v), None), x, np.ones((2, 3)))[0].sum()
    ),
    "in cond": lambda lib, f: lib.jit(lib.grad(lambda x, y: lib.lax.cond(x[0] > 0, f, lambda x, y: x, x, y).sum())),
    "in checkpoint": lambda lib, f: lib.grad(lambda x, y: lib.checkpoint(f)(x, y).sum(), (0, 1)),
}
FORWARD = {
    "jvp": lambda lib, f: lambda x, y: lib.jvp(f, (x, y), (y, x)),
    "jvp in x": lambda lib, f: lambda x, y: lib.jvp(lambda x: f(x, y), (x,), (y,)),
    "jit of jvp": lambda lib, f: lib.jit(lambda x, y: lib.jvp(f, (x, y), (y, x))),
    "vmap of jvp": lambda lib, f: lib.vmap(lambda x, y: lib.jvp(lambda y: f(x, y), (y,), (x,))),
    "hessian": lambda lib, f: lib.hessian(lambda x, y: f(x, y).sum()),
    "linearize": lambda lib, f: lambda x, y: lib.linearize(f, x, y)[1](y, x),
}


# ------------------------------------------------------------------------------------------------ the functions
def vjp_plain(lib, of, seen):
    f = lib.custom_vjp(lambda x, y: of.sin(x) * y)
    f.defvjp(lambda x, y: (f(x, y), (x, y)), lambda r, ct: (ct * of.cos(r[0]) * r[1] * 7.0, None))
    return f


def vjp_symbolic(lib, of, seen):
    zero = lib.custom_derivatives.SymbolicZero
    f = lib.custom_vjp(lambda x, y: (of.sin(x) * y, x * 2.0))

    def fwd(x, y):
        seen.append(("fwd", x.perturbed, y.perturbed))
        return (of.sin(x.value) * y.value, x.value * 2.0), (x.value, y.value, y.perturbed)

    def bwd(r, cts):
        x, y, perturbed = r
        seen.append(("bwd", [type(c) is zero for c in cts], cts[1].shape))
        return cts[0] * of.cos(x) * y * 7.0, cts[0] * of.sin(x) * 3.0

    f.defvjp(fwd, bwd, symbolic_zeros=True)
    return lambda x, y: f(x, y)[0]


def vjp_names(lib, of, seen):
    f = lib.custom_vjp(
        lambda x, scale, y, power: of.sin(x) ** power * y * scale, nondiff_argnums=(1,), nondiff_argnames=("power",)
    )
    f.defvjp(
        lambda x, scale, y, power: (f(x, scale, y, power), (x, y)),
        lambda scale, power, r, ct: (ct * of.cos(r[0]) * scale * power, ct * r[1]),
    )
    return lambda x, y: f(x, 3.0, y, power=2)


def jvp_plain(lib, of, seen):
    f = lib.custom_jvp(lambda x, y: {"a": of.sin(x) * y})
    f.defjvp(lambda p, t: ({"a": of.sin(p[0]) * p[1]}, {"a": 7.0 * of.cos(p[0]) * t[0] + t[1] * p[0]}))
    return lambda x, y: f(x, y)["a"]


def jvp_parts(lib, of, seen):
    f = lib.custom_jvp(lambda x, y: (of.sin(x) * y, y))
    f.defjvps(lambda t, out, x, y: (7.0 * of.cos(x) * t * out[0], t * 0.0), None)
    return lambda x, y: f(x, y)[0]


def jvp_symbolic(lib, of, seen):
    zero = lib.custom_derivatives.SymbolicZero
    f = lib.custom_jvp(lambda x, y: (of.sin(x) * y, x))

    def rule(p, t):
        seen.append([type(v) is zero for v in t])
        s = 0.0 * p[0] if type(t[0]) is zero else 7.0 * of.cos(p[0]) * t[0]
        s = s if type(t[1]) is zero else s + t[1] * p[0]
        return f(*p), (s, zero.from_primal_value(p[0]))

    f.defjvp(rule, symbolic_zeros=True)
    return lambda x, y: f(x, y)[0]


def jvp_names(lib, of, seen):
    f = lib.custom_jvp(lambda n, x, y: of.sin(x) ** n * y, nondiff_argnames="n")
    f.defjvp(lambda n, p, t: (f(n, *p), n * of.cos(p[0]) * t[0] + t[1]))
    return lambda x, y: f(2, x, y)


SYMBOLIC = (vjp_symbolic, jvp_symbolic)  # these under everything; of the others what may differ
CASES = [(make, use) for make in SYMBOLIC for use in USES]
CASES += [
    (f, use) for f in (vjp_plain, vjp_names) for use in ("grad by both", "jit of grad", "grad of vmap", "in scan")
]
CASES += [(f, use) for f in (jvp_plain, jvp_parts, jvp_names) for use in ("grad by both", "vmap of grad", "in cond")]
CASES_FORWARD = [(jvp_symbolic, use) for use in FORWARD]
CASES_FORWARD += [(f, use) for f in (jvp_plain, jvp_parts, jvp_names) for use in ("jvp", "vmap of jvp")]


def run(lib, of, make, use):
    """(the results, what the rule saw)."""
    seen = []
    return use(lib, make(lib, of, seen))(X, Y), seen
