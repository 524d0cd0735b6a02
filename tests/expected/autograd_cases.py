"""Lines for funcgrad.autograd, whose figures real autograd gives (make_autograd.py). `ag`, `np` and `m(name)` are autograd's package,
its numpy, and its submodule of a name; X is [1, 2]."""

import numpy


def names(import_module, package):
    """What the lines may name."""

    def m(name):
        return import_module(f"{package}.{name}")

    ag, np, extend = import_module(package), m("numpy"), m("extend")

    @extend.primitive
    def lse(x):
        top = numpy.max(x)
        return top + numpy.log(numpy.sum(numpy.exp(x - top)))

    extend.defvjp(lse, lambda ans, x: lambda g: np.full(x.shape, g) * np.exp(x - np.full(x.shape, ans)))
    extend.defjvp(lse, lambda g, ans, x: np.sum(g * np.exp(x - ans)))

    @extend.primitive
    def mul3(a, b, k=1.0):
        return a * b * k

    extend.defvjp(mul3, lambda ans, a, b, k=1.0: lambda g: g * b * k, lambda ans, a, b, k=1.0: lambda g: g * a * k)
    extend.defjvp(mul3, lambda g, ans, a, b, k=1.0: g * b * k, lambda g, ans, a, b, k=1.0: g * a * k)

    @extend.primitive
    def every(*xs):
        return sum(xs)

    extend.defvjp_argnum(every, lambda i, ans, args, kwargs: lambda g: g * (i + 1))
    extend.defjvp_argnum(every, lambda i, g, ans, args, kwargs: g * (i + 1))

    @extend.primitive
    def scaled(x):
        return 3.0 * x

    extend.defvjp(scaled, lambda ans, x: lambda g: 3.0 * g)
    extend.defjvp(scaled, "same")

    def flow(y, t, a, b):
        return -np.sqrt(t) * y + a - 0.1 * np.mean((y + b) ** 2)

    return {
        "convolve": m("scipy.signal").convolve,
        "odeint": lambda y, t, args: m("scipy.integrate").odeint(flow, y, t, args, rtol=1e-11, atol=1e-13),
        "SPARSE": numpy.cos(numpy.arange(24.0)),
        "BANDS": (numpy.cos(numpy.arange(18.0)).reshape(3, 6) + [[0], [0], [5]]) * (numpy.indices((3, 6)).sum(0) > 1),
        "TIMES": numpy.array([0.1, 0.5, 0.7]),
        "ag": ag,
        "np": np,
        "m": m,
        "lse": lse,
        "mul3": mul3,
        "every": every,
        "scaled": scaled,
        "X": numpy.array([1.0, 2.0]),
    }


LINES = """
ag.grad(lambda x: x**2)(2.0)
ag.value_and_grad(lambda x: x**2)(2.0)
ag.elementwise_grad(np.sin)(X)
ag.elementwise_grad(lambda x, y: x * y**2, 1)(X, X)
ag.jacobian(lambda x: x**2)(X)
ag.jacobian(lambda x: np.outer(x, x))(X)
ag.hessian(lambda x: np.sum(x**3))(X)
ag.hessian(lambda x: x**3)(X)
ag.grad(lambda x, y: x * y, 1)(2.0, 3.0)
ag.grad(lambda x, y: x * y, (0, 1))(2.0, 3.0)
ag.grad(lambda x, y: x * y, [0, 1])(2.0, 3.0)
ag.grad(lambda x, k=1.0: x**2 * k)(2.0, k=5.0)
ag.grad(lambda d: d["a"] * d["b"])({"a": 2.0, "b": 3.0})
ag.grad(lambda d: d[0] * d[1])([2.0, 3.0])
ag.grad(lambda t: t[0] * t[1][0])((2.0, [3.0]))
ag.grad_named(lambda a, b: a * b * b, "b")(2.0, 3.0)
ag.make_vjp(lambda x: x**2)(2.0)[0](1.0)
ag.make_vjp(lambda x: x**2)(X)
ag.make_vjp(lambda x: x**2)(X)[0](X)
ag.make_jvp(lambda x: x**2)(2.0)(1.0)
ag.make_jvp(lambda x: x**2)(X)(X)
m("differential_operators").make_jvp_reversemode(lambda x: x**2)(X)(X)
ag.deriv(lambda x: x**2)(2.0)
ag.hessian_vector_product(lambda x: np.sum(x**3))(X, np.array([1.0, 0.0]))
ag.hessian_tensor_product(lambda x: np.sum(x**3) * x[0, 0])(np.ones((2, 2)), np.eye(2))
ag.make_hvp(lambda x: np.sum(x**3))(X)[0](X)
ag.holomorphic_grad(lambda z: z**2)(1 + 2j)
ag.grad(lambda z: np.real(z * np.conj(z)))(1 + 2j)
ag.tensor_jacobian_product(lambda x: x**2)(X, np.array([1.0, 1.0]))
ag.make_ggnvp(lambda x: x**2)(X)(np.array([1.0, 0.0]))
ag.checkpoint(lambda x: np.sum(np.tanh(x)))(X)
ag.grad(ag.checkpoint(lambda x: np.sum(np.tanh(x))))(X)
ag.grad(lse)(X)
ag.hessian(lse)(X)
ag.jacobian(ag.grad(lambda x: lse(x) * lse(2 * x)))(X)
ag.make_jvp(lse)(X)(X)
ag.grad(mul3, 1)(2.0, 3.0, k=4.0)
ag.grad(lambda a: mul3(a, a))(3.0)
ag.grad(ag.grad(lambda a: mul3(a, mul3(a, a))))(3.0)
ag.make_jvp(lambda a: mul3(a, a, k=2.0))(3.0)(1.0)
ag.grad(every, (0, 2))(1.0, 2.0, 3.0)
ag.make_jvp(lambda a: every(a, 2.0, a))(1.0)(1.0)
ag.grad(scaled)(2.0)
ag.make_jvp(scaled)(2.0)(5.0)
m("misc.optimizers").adam(lambda x, i: ag.grad(lambda x: np.sum((x - 1) ** 2))(x), X, num_iters=20, step_size=0.1)
m("misc.optimizers").sgd(lambda x, i: ag.grad(lambda x: np.sum((x["w"] - 1) ** 2))(x), {"w": X}, num_iters=5)
m("misc.optimizers").rmsprop(lambda x, i: ag.grad(lambda x: np.sum((x - 1) ** 2))(x), X, num_iters=5)
m("misc.flatten").flatten({"a": X, "b": (3.0, np.ones((2, 2)))})[0]
m("misc.flatten").flatten([X, (X,)])[1](np.arange(4.0))
m("misc.flatten").flatten_func(lambda d: {"a": d["a"] ** 2}, {"a": X})[0](X)
ag.grad(lambda x: m("misc.flatten").flatten({"a": x, "b": x**2})[0][3])(X)
m("misc.fixed_points").fixed_point(lambda a: lambda x: np.cos(a * x), 0.5, 1.0, lambda x, y: abs(x - y), 1e-13)
ag.grad(lambda a: m("misc.fixed_points").fixed_point(lambda a: lambda x: np.cos(a * x), a, 1.0, lambda x, y: abs(x - y), 1e-13))(0.5)
m("test_util").check_grads(lambda x: np.sin(x) * x)(X)
m("test_util").check_grads(lse, modes=["rev", "fwd"])(X)
m("test_util").check_grads(lambda x: np.abs(x) ** 2 * (1 + 1j))(X + 1j)
m("extend").vspace(np.ones((2, 3))).size
list(m("extend").vspace(np.ones(2)).standard_basis())
list(m("extend").vspace(np.ones(1) * 1j).standard_basis())
m("extend").vspace({"a": 1.0}).zeros()
m("extend").vspace([1.0, X]).inner_prod([2.0, X], [3.0, X])
ag.grad(lambda x: np.sum(np.array([x[0] * x[1], x[1] ** 2])))(X)
ag.grad(lambda x: x * 2.0 if ag.isinstance(x, float) else 0.0 * x)(2.0)
ag.grad(lambda x: x[0] * 2.0 if ag.isinstance(x, np.ndarray) else 0.0 * x[0])(X)
ag.grad(lambda x: np.sum(ag.tuple((x, x))[1]))(X)
ag.grad(lambda x: np.sum(ag.dict(a=x)["a"] * m("tracer").getval(x)))(X)
np.random.RandomState(0).randn(2)
np.linalg.norm(X)
ag.grad(np.linalg.norm)(X)
ag.grad(lambda x: np.real(np.fft.fft(x))[1])(X)
ag.grad(lambda x: x**2)(2)
ag.grad(lambda x: x**2)(X)
ag.elementwise_grad(lambda x: x * 1j)(2.0)
ag.grad(every, 1)("a", "b")
convolve(SPARSE[:7], SPARSE[:4], mode="full")
convolve(SPARSE[:7], SPARSE[:4], mode="same")
convolve(SPARSE[:4], SPARSE[:7], mode="same")
convolve(SPARSE[:4], SPARSE[:7], mode="valid")
convolve(SPARSE.reshape(4, 6), SPARSE[:6].reshape(2, 3), mode="valid")
convolve(SPARSE[:4].reshape(2, 2), np.ones((2, 3)), mode="valid")
convolve(SPARSE.reshape(2, 3, 4), SPARSE.reshape(3, 4, 2), axes=([2], [1]), dot_axes=([1], [0]))
ag.grad(lambda a: np.sum(np.sin(convolve(a.reshape(2, 3, 4), SPARSE.reshape(4, 3, 2), axes=([1, 2], [1, 2])))))(SPARSE)
ag.grad(lambda b: np.sum(np.sin(convolve(SPARSE.reshape(2, 3, 4), b.reshape(3, 4, 2), axes=([2], [1]), dot_axes=([1], [0]), mode="valid"))))(SPARSE)
odeint(X, TIMES, (X, 2.0))
ag.grad(lambda y: np.sum(np.sin(odeint(y, TIMES, (X, 2.0)))))(X)
ag.grad(lambda t: np.sum(np.sin(odeint(X, t, (X, 2.0)))))(TIMES)
ag.grad(lambda args: np.sum(np.sin(odeint(X, TIMES, args))))((X, 2.0))
ag.grad(lambda y: np.sum(ag.grad(lambda y: np.sum(np.sin(odeint(y, TIMES, (X, 2.0)))))(y) ** 2))(X)
ag.elementwise_grad(m("scipy.special").j0)(X)
ag.elementwise_grad(m("scipy.special").j1)(X)
ag.elementwise_grad(m("scipy.special").y0)(X)
ag.elementwise_grad(m("scipy.special").y1)(X)
ag.elementwise_grad(m("scipy.special").erfcinv)(X / 3)
ag.grad(m("scipy.stats.norm").logcdf)(0.3)
m("scipy.linalg").solve_sylvester(SPARSE[:4].reshape(2, 2), np.eye(2), np.ones((2, 2)))
ag.grad(lambda a: np.sum(np.sin(m("scipy.linalg").solve_sylvester(a.reshape(2, 2), np.eye(3) * 2, SPARSE[:6].reshape(2, 3)))))(SPARSE[:4])
ag.grad(lambda b: np.sum(np.sin(m("scipy.linalg").solve_sylvester(np.eye(2), b.reshape(2, 2), SPARSE[:4].reshape(2, 2)))))(SPARSE[:4])
ag.hessian(lambda b: np.sum(np.sin(m("scipy.linalg").solve_banded((1, 2), 3.0 + SPARSE.reshape(4, 6), b))))(SPARSE[:6])
ag.grad(lambda a: np.sum(np.sin(m("scipy.linalg").solve_banded((2, 1), 3.0 + a.reshape(4, 6), SPARSE[:6]))))(SPARSE)
m("scipy.linalg").solveh_banded(BANDS, SPARSE[:6])
m("scipy.linalg").solveh_banded(BANDS[::-1, ::-1], SPARSE[:6], lower=True)
m("scipy.linalg").cholesky_banded(BANDS)
m("scipy.linalg").cholesky_banded(BANDS[::-1, ::-1], lower=True)
ag.grad(lambda x: np.sum(np.tanh(m("numpy.numpy_vjps").unbroadcast_f(X, lambda g: g * 2.0)(np.ones((3, 2)) * x))))(X)
m("wrap_util").wraps(sum, "grad_of_{fun}_{n}", n=1)(lambda x: x).__name__
ag.grad(lambda x: ag.grad(lambda x: np.sum(lse(x) ** 2))(x)[0])(X)
ag.grad(lambda x: ag.grad(lambda x: ag.grad(scaled)(x) * x**3)(x))(2.0)
ag.grad(ag.grad(lambda x: lse(np.array([x, 1.0]))))(0.5)
ag.grad(ag.grad(ag.grad(lambda x: lse(np.array([x, 1.0])))))(0.5)
""".strip().splitlines()
