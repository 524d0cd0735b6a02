"""The workloads of the table in docs/performance.md: each a function written once over a face (funcgrad, jax or torch), and by hand.

A Workload has arguments (arrays of float32, or Python floats), `f(face, *args)`, what is asked of it (`kind`), and `hand`,
the same computed by NumPy code as one would write it for this case alone.
"""

import math

import numpy as np


class Workload:
    """`kind`: value, value_and_grad (with respect to the first argument), hessian, jacobian, hvp, per_example or step."""

    def __init__(self, row, name, f, args, kind="value_and_grad", hand=None, goal="", tolerance=2e-4, big=False):
        self.row, self.name, self.f, self.args = row, name, f, args
        self.kind, self.hand, self.goal, self.tolerance, self.big = kind, hand, goal, tolerance, big


WORKLOADS = {}


def workload(row):
    def register(make):
        WORKLOADS[row] = lambda: Workload(row, **make(np.random.default_rng(0)))
        return make

    return register


def normal(rng, *shape, scale=1.0):
    return rng.normal(size=shape, scale=scale).astype(np.float32)


# ------------------------------------------------------------------------------------------------ a: a scalar function
def scalar(n, x):
    y = x
    for _ in range(5):
        y = n.sin(y) * x + y * 0.5
    return n.tanh(y) * x


def scalar_hand(x):
    y, d = x, 1.0
    for _ in range(5):
        s = math.sin(y)
        y, d = s * x + y * 0.5, math.cos(y) * d * x + s + d * 0.5
    t = math.tanh(y)
    return t * x, (1 - t * t) * d * x + t


def scalar_float32_hand(x):
    half, one = np.float32(0.5), np.float32(1)
    y, d = x, one
    for _ in range(5):
        s = np.sin(y)
        y, d = s * x + y * half, np.cos(y) * d * x + s + d * half
    t = np.tanh(y)
    return t * x, (one - t * t) * d * x + t


@workload("a")
def _(rng):
    return dict(
        name="scalar function, 22 operations", f=scalar, args=(1.3,), hand=scalar_hand, goal="jax.jit / fg >= 5"
    )


@workload("a32")
def _(rng):
    return dict(
        name="the same, float32 array",
        f=scalar,
        args=(np.float32(1.3),),
        hand=scalar_float32_hand,
        goal="jax.jit / fg >= 1.7",
    )


# ------------------------------------------------------------------------------------------------ b: Rosenbrock
def rosenbrock(n, x):
    a, b = x[:-1], x[1:]
    c = b - a * a
    d = 1.0 - a
    return n.sum(100.0 * (c * c) + d * d)


def rosenbrock_hand(x):
    a, b = x[:-1], x[1:]
    c = b - a * a
    d = np.float32(1) - a
    c100 = c * np.float32(100)
    g = np.empty_like(x)
    g[-1] = 0
    np.multiply(np.float32(-4), c100 * a, g[:-1])
    g[:-1] -= d + d
    g[1:] += c100 + c100
    return np.add.reduce(c100 * c + d * d), g


@workload("b")
def _(rng):
    return dict(
        name="Rosenbrock, n=100",
        f=rosenbrock,
        args=(normal(rng, 100),),
        hand=rosenbrock_hand,
        goal="jax.jit / fg >= 1, torch / fg >= 8",
    )


# ------------------------------------------------------------------------------------------------ c, d: MLP, cross entropy
def mlp(n, p, x, y):
    for w, b in p[:-1]:
        x = n.relu(x @ w + b)
    w, b = p[-1]
    z = n.log_softmax(x @ w + b)
    return -n.sum(z * y) / x.shape[0]


def mlp_hand(p, x, y):
    xs = [x]
    for w, b in p[:-1]:
        h = x.dot(w)
        h += b
        x = np.maximum(h, 0, out=h)
        xs.append(x)
    w, b = p[-1]
    z = x.dot(w)
    z += b
    z -= np.maximum.reduce(z, 1, keepdims=True)
    e = np.exp(z)
    s = np.add.reduce(e, 1, keepdims=True)
    z -= np.log(s)
    m = np.float32(1 / len(x))
    loss = -np.vdot(z, y) * m
    e /= s
    e -= y
    e *= m
    grads = []
    for (w, _), x in zip(p[::-1], xs[::-1], strict=True):
        grads.append((x.T.dot(e), np.add.reduce(e, 0)))
        if x is not xs[0]:
            e = e.dot(w.T)
            e *= x > 0
    return loss, grads[::-1]


def mlp_args(rng, sizes, batch):
    p = [(normal(rng, m, k, scale=m**-0.5), np.zeros(k, np.float32)) for m, k in zip(sizes, sizes[1:], strict=False)]
    y = np.eye(sizes[-1], dtype=np.float32)[rng.integers(0, sizes[-1], batch)]
    return p, normal(rng, batch, sizes[0]), y


@workload("c")
def _(rng):
    return dict(
        name="MLP 32-64-64-10, batch 32",
        f=mlp,
        args=mlp_args(rng, (32, 64, 64, 10), 32),
        hand=mlp_hand,
        goal="jax.jit / fg >= 1.3, torch / fg >= 3.5",
    )


@workload("d")
def _(rng):
    return dict(
        name="MLP 784-1024-1024-10, batch 256",
        f=mlp,
        args=mlp_args(rng, (784, 1024, 1024, 10), 256),
        hand=mlp_hand,
        goal="jax.jit / fg >= 1, torch / fg >= 2",
        tolerance=2e-3,
        big=True,
    )


# ------------------------------------------------------------------------------------------------ e: elementwise chain
def chain(n, x):
    y = n.tanh(x) * x
    y = n.exp(-(y * y)) + y * 0.5
    y = n.log(y * y + 1.0)
    return n.sum(y * x)


def chain_hand(x, block=65536):
    g = np.empty_like(x)
    total = 0.0
    t, a, y, e, q, u, v = np.empty((7, min(block, len(x))), np.float32)
    half, one, two = np.float32(0.5), np.float32(1), np.float32(2)
    for lo in range(0, len(x), block):
        z, out = x[lo : lo + block], g[lo : lo + block]
        if len(z) < len(t):
            t, a, y, e, q, u, v = [b[: len(z)] for b in (t, a, y, e, q, u, v)]
        np.tanh(z, t)
        np.multiply(t, z, a)
        np.multiply(a, a, e)
        np.negative(e, e)
        np.exp(e, e)
        np.multiply(a, half, y)
        np.add(y, e, y)
        np.multiply(y, y, q)
        np.add(q, one, q)
        np.log(q, u)
        total += np.dot(u, z)
        np.divide(y, q, v)
        np.multiply(v, z, v)
        np.multiply(v, two, v)  # d/dy
        np.multiply(e, a, e)
        np.multiply(e, two, e)
        np.subtract(half, e, e)
        np.multiply(v, e, v)  # d/da
        np.multiply(t, t, q)
        np.subtract(one, q, q)
        np.multiply(q, z, q)
        np.add(q, t, q)
        np.multiply(v, q, v)
        np.add(v, u, out)
    return np.float32(total), g


@workload("e")
def _(rng):
    return dict(
        name="12-operation chain, 1e7",
        f=chain,
        args=(normal(rng, 10_000_000),),
        hand=chain_hand,
        goal="jax.jit / fg >= 4",
        big=True,
        tolerance=1e-3,
    )


@workload("e6")
def _(rng):
    return dict(
        name="the same, 1e6",
        f=chain,
        args=(normal(rng, 1_000_000),),
        hand=chain_hand,
        goal="jax.jit / fg >= 0.83",
        big=True,
        tolerance=1e-3,
    )


@workload("e5")
def _(rng):
    return dict(
        name="the same, 1e5", f=chain, args=(normal(rng, 100_000),), hand=chain_hand, goal="jax.jit / fg >= 0.83"
    )


# ------------------------------------------------------------------------------------------------ f: rows
def logsumexp(n, x):
    return n.sum(n.logsumexp(x))


def logsumexp_hand(x, rows=64):
    g = np.empty_like(x)
    total = 0.0
    for lo in range(0, len(x), rows):
        z, e = x[lo : lo + rows], g[lo : lo + rows]
        top = np.maximum.reduce(z, 1, keepdims=True)
        np.subtract(z, top, e)
        np.exp(e, e)
        s = np.add.reduce(e, 1, keepdims=True)
        e /= s
        total += np.add.reduce(np.log(s) + top, None)
    return np.float32(total), g


def softmax(n, x, w):
    return n.sum(n.softmax(x) * w)


def softmax_hand(x, w, rows=64):
    g = np.empty_like(x)
    total = 0.0
    for lo in range(0, len(x), rows):
        z, e, v = x[lo : lo + rows], g[lo : lo + rows], w[lo : lo + rows]
        np.subtract(z, np.maximum.reduce(z, 1, keepdims=True), e)
        np.exp(e, e)
        e /= np.add.reduce(e, 1, keepdims=True)
        d = np.vecdot(e, v)
        total += d.sum()
        e *= v - d[:, None]
    return np.float32(total), g


def layernorm(n, x, g, b, w):
    m = n.mean(x, -1)
    c = x - m
    v = n.mean(c * c, -1)
    return n.sum((c / n.sqrt(v + 1e-5) * g + b) * w)


def layernorm_hand(x, g, b, w, rows=64):
    dx = np.empty_like(x)
    total = 0.0
    k = np.float32(1 / x.shape[1])
    for lo in range(0, len(x), rows):
        z, v, out = x[lo : lo + rows], w[lo : lo + rows], dx[lo : lo + rows]
        c = z - np.add.reduce(z, 1, keepdims=True) * k
        r = np.reciprocal(np.sqrt(np.vecdot(c, c)[:, None] * k + np.float32(1e-5)))
        c *= r
        total += np.vdot(c * g + b, v)
        np.multiply(v, g, out)
        s, q = np.add.reduce(out, 1, keepdims=True) * k, np.vecdot(out, c)[:, None] * k
        out -= s
        c *= q
        out -= c
        out *= r
    return np.float32(total), dx


@workload("f1")
def _(rng):
    return dict(
        name="logsumexp 4096x1024",
        f=logsumexp,
        args=(normal(rng, 4096, 1024),),
        hand=logsumexp_hand,
        goal="jax.jit / fg >= 0.5, torch / fg >= 1",
        big=True,
    )


@workload("f2")
def _(rng):
    return dict(
        name="softmax 4096x1024",
        f=softmax,
        args=(normal(rng, 4096, 1024), normal(rng, 4096, 1024)),
        hand=softmax_hand,
        goal="jax.jit / fg >= 0.5, torch / fg >= 1",
        big=True,
        tolerance=1e-3,
    )


@workload("f3")
def _(rng):
    args = normal(rng, 4096, 1024), normal(rng, 1024), normal(rng, 1024), normal(rng, 4096, 1024)
    return dict(
        name="layernorm 4096x1024",
        f=layernorm,
        args=args,
        hand=layernorm_hand,
        goal="jax.jit / fg >= 2.5, torch / fg >= 1",
        big=True,
        tolerance=1e-3,
    )


# ------------------------------------------------------------------------------------------------ g: convolutions
def conv_net(n, p, x):
    for w in p:
        x = n.relu(n.conv(x, w))
    return n.mean(x * x)


def windows_of(x):
    """(9 * channels, images * height * width): what lies under each entry of a 3x3 filter, of channels x images x height x width."""
    c, n, h, w = x.shape
    wide = np.zeros((c, n, h + 2, w + 2), np.float32)
    wide[:, :, 1:-1, 1:-1] = x
    out = np.empty((c, 9, n, h, w), np.float32)
    for k in range(9):
        i, j = divmod(k, 3)
        out[:, k] = wide[:, :, i : i + h, j : j + w]
    return out.reshape(c * 9, -1)


def spread_windows(columns, shape):
    """The gradient of windows_of."""
    c, n, h, w = shape
    columns = columns.reshape(c, 9, n, h, w)
    wide = np.zeros((c, n, h + 2, w + 2), np.float32)
    for k in range(9):
        i, j = divmod(k, 3)
        wide[:, :, i : i + h, j : j + w] += columns[:, k]
    return wide[:, :, 1:-1, 1:-1]


def conv_net_forward(p, x):
    n, _, h, w = x.shape
    x = np.ascontiguousarray(x.transpose(1, 0, 2, 3))
    kept = []
    for f in p:
        columns = windows_of(x)
        y = f.reshape(len(f), -1).dot(columns)
        np.maximum(y, 0, out=y)
        kept.append((columns, y, x.shape))
        x = y.reshape(len(f), n, h, w)
    return np.vdot(y, y) / np.float32(y.size), kept


def conv_net_hand(p, x):
    loss, kept = conv_net_forward(p, x)
    y = kept[-1][1]
    d = y * np.float32(2 / y.size)
    grads = []
    for f, (columns, y, shape) in zip(p[::-1], kept[::-1], strict=True):
        d *= y > 0
        grads.append(d.dot(columns.T).reshape(f.shape))
        if len(grads) < len(p):
            d = spread_windows(f.reshape(len(f), -1).T.dot(d), shape).reshape(shape[0], -1)
    return loss, grads[::-1]


@workload("g")
def _(rng):
    p = [normal(rng, 16, 8, 3, 3, scale=0.1), normal(rng, 32, 16, 3, 3, scale=0.1)]
    return dict(
        name="conv net, 2 layers 3x3, 32x28x28",
        f=conv_net,
        args=(p, normal(rng, 32, 8, 28, 28)),
        hand=conv_net_hand,
        goal="torch / fg >= 0.57 backward",
        big=True,
        tolerance=1e-3,
    )


@workload("g1")
def _(rng):
    p = [normal(rng, 16, 8, 3, 3, scale=0.1), normal(rng, 32, 16, 3, 3, scale=0.1)]
    return dict(
        name="the same, forward alone",
        f=conv_net,
        args=(p, normal(rng, 32, 8, 28, 28)),
        kind="value",
        hand=lambda p, x: conv_net_forward(p, x)[0],
        goal="torch / fg >= 0.8",
        big=True,
        tolerance=1e-3,
    )


# ------------------------------------------------------------------------------------------------ h: RNN
def rnn(n, p, xs):
    wx, wh, b = p
    h = n.zeros((16, 64))
    for t in range(100):
        h = n.tanh(xs[t] @ wx + h @ wh + b)
    return n.sum(h * h)


def rnn_hand(p, xs):
    wx, wh, b = p
    hs = np.zeros((101, 16, 64), np.float32)
    for t in range(100):
        h = xs[t].dot(wx)
        h += hs[t].dot(wh)
        h += b
        np.tanh(h, hs[t + 1])
    d = hs[100] + hs[100]
    loss = np.vdot(hs[100], hs[100])
    gx, gh, gb = np.zeros_like(wx), np.zeros_like(wh), np.zeros_like(b)
    whT = wh.T
    for t in range(99, -1, -1):
        h = hs[t + 1]
        d *= np.float32(1) - h * h
        gx += xs[t].T.dot(d)
        gh += hs[t].T.dot(d)
        gb += np.add.reduce(d, 0)
        d = d.dot(whT)
    return loss, [gx, gh, gb]


@workload("h")
def _(rng):
    p = [normal(rng, 32, 64, scale=0.1), normal(rng, 64, 64, scale=0.1), normal(rng, 64, scale=0.1)]
    return dict(
        name="tanh RNN, 100 steps, hidden 64, batch 16",
        f=rnn,
        args=(p, normal(rng, 100, 16, 32)),
        hand=rnn_hand,
        goal="jax.jit / fg >= 1.1, torch / fg >= 1.8",
        tolerance=1e-3,
    )


# ------------------------------------------------------------------------------------------------ i: GPT block
def normed(n, x, g):
    c = x - n.mean(x, -1)
    return c / n.sqrt(n.mean(c * c, -1) + 1e-5) * g


def gpt_block(n, p, x):
    wq, wk, wv, wo, w1, w2, g1, g2 = p
    b, t, c = x.shape

    def heads(y):
        return n.permute(y.reshape(b, t, 4, c // 4), (0, 2, 1, 3))

    y = normed(n, x, g1)
    q, k, v = heads(y @ wq), heads(y @ wk), heads(y @ wv)
    a = n.softmax(q @ n.permute(k, (0, 1, 3, 2)) * 0.17677669 + n.mask(t))
    x = x + n.permute(a @ v, (0, 2, 1, 3)).reshape(b, t, c) @ wo
    h = normed(n, x, g2) @ w1
    h = 0.5 * h * (1.0 + n.tanh(0.7978845608 * (h + 0.044715 * (h * h * h))))
    y = x + h @ w2
    return n.mean(y * y)


def normed_hand(x, g):
    """(normed, what its gradient needs)."""
    c = x - np.add.reduce(x, 1, keepdims=True) * np.float32(1 / x.shape[1])
    r = np.reciprocal(np.sqrt(np.vecdot(c, c)[:, None] * np.float32(1 / x.shape[1]) + np.float32(1e-5)))
    c *= r
    return c * g, c, r


def normed_back_hand(d, g, c, r):
    """(gradient of x, of g)."""
    k = np.float32(1 / c.shape[1])
    gain = np.add.reduce(d * c, 0)
    d = d * g
    d = d - np.add.reduce(d, 1, keepdims=True) * k - c * (np.vecdot(d, c)[:, None] * k)
    d *= r
    return d, gain


def gpt_block_hand(p, x):
    wq, wk, wv, wo, w1, w2, g1, g2 = p
    b, t, c = x.shape
    x = x.reshape(-1, c)
    s, half, one = np.float32(0.17677669), np.float32(0.5), np.float32(1)
    u1, u2 = np.float32(0.7978845608), np.float32(0.044715)

    def heads(y):
        return y.reshape(b, t, 4, c // 4).transpose(0, 2, 1, 3)

    def rows(y):
        return y.transpose(0, 2, 1, 3).reshape(-1, c)

    y1, c1, r1 = normed_hand(x, g1)
    q, k, v = heads(y1.dot(wq)), heads(y1.dot(wk)), heads(y1.dot(wv))
    a = q @ k.transpose(0, 1, 3, 2)
    a *= s
    a += np.triu(np.full((t, t), -1e9, np.float32), 1)
    a -= np.maximum.reduce(a, -1, keepdims=True)
    np.exp(a, a)
    a /= np.add.reduce(a, -1, keepdims=True)
    o = rows(a @ v)
    x1 = x + o.dot(wo)
    y2, c2, r2 = normed_hand(x1, g2)
    h = y2.dot(w1)
    sq = h * h
    th = np.tanh(u1 * (h + u2 * (sq * h)))
    gate = half * (one + th)
    e = h * gate
    y = x1 + e.dot(w2)
    loss = np.vdot(y, y) / np.float32(y.size)

    d = y * np.float32(2 / y.size)
    gw2 = e.T.dot(d)
    dh = d.dot(w2.T)
    dh *= gate + half * h * (one - th * th) * u1 * (one + np.float32(3) * u2 * sq)
    gw1 = y2.T.dot(dh)
    back, gg2 = normed_back_hand(dh.dot(w1.T), g2, c2, r2)
    d = d + back
    gwo = o.T.dot(d)
    do = heads(d.dot(wo.T))
    dv = a.transpose(0, 1, 3, 2) @ do
    da = do @ v.transpose(0, 1, 3, 2)
    da -= np.vecdot(da, a)[..., None]
    da *= a
    da *= s
    dq, dk, dv = rows(da @ k), rows(da.transpose(0, 1, 3, 2) @ q), rows(dv)
    _, gg1 = normed_back_hand(dq.dot(wq.T) + dk.dot(wk.T) + dv.dot(wv.T), g1, c1, r1)
    return loss, [y1.T.dot(dq), y1.T.dot(dk), y1.T.dot(dv), gwo, gw1, gw2, gg1, gg2]


@workload("i")
def _(rng):
    c = 128
    p = [normal(rng, c, c, scale=c**-0.5) for _ in range(4)]
    p += [
        normal(rng, c, 4 * c, scale=c**-0.5),
        normal(rng, 4 * c, c, scale=c**-0.5),
        np.ones(c, np.float32),
        np.ones(c, np.float32),
    ]
    return dict(
        name="GPT block B4 T128 C128",
        f=gpt_block,
        args=(p, normal(rng, 4, 128, c)),
        hand=gpt_block_hand,
        goal="jax.jit / fg >= 1.1, torch / fg >= 1.8",
        tolerance=1e-3,
    )


# ------------------------------------------------------------------------------------------------ j: second order
def energy(n, x, m):
    y = m @ x
    return n.sum(n.log(1.0 + y * y)) + n.sum(x * x)


def energy_hand(x, m):
    y = m.dot(x)
    q = y * y + np.float32(1)
    h = (np.float32(4) - (q + q)) / (q * q)
    out = (m.T * h).dot(m)
    out.ravel()[:: len(x) + 1] += np.float32(2)
    return out


def energy_hvp_hand(x, v, m):
    y, z = m.dot(x), m.dot(v)
    q = y * y + np.float32(1)
    return ((np.float32(4) - (q + q)) / (q * q) * z).dot(m) + (v + v)


def layer(n, x, m):
    return n.tanh(m @ x)


def layer_hand(x, m):
    t = np.tanh(m.dot(x))
    return m * (np.float32(1) - t * t)[:, None]


@workload("j1")
def _(rng):
    return dict(
        name="Hessian, 20-d",
        f=energy,
        args=(normal(rng, 20), normal(rng, 20, 20)),
        kind="hessian",
        hand=energy_hand,
        goal="jax.jit / fg >= 0.5",
        tolerance=1e-3,
    )


@workload("j2")
def _(rng):
    return dict(
        name="Jacobian 50x50",
        f=layer,
        args=(normal(rng, 50), normal(rng, 50, 50, scale=0.1)),
        kind="jacobian",
        hand=layer_hand,
        goal="jax.jit / fg >= 2.5",
    )


@workload("j3")
def _(rng):
    args = normal(rng, 20), normal(rng, 20), normal(rng, 20, 20)
    return dict(
        name="Hessian-vector product, n=20",
        f=energy,
        args=args,
        kind="hvp",
        hand=energy_hvp_hand,
        goal="jax.jit / fg >= 0.5",
        tolerance=1e-3,
    )


# ------------------------------------------------------------------------------------------------ k, l
def one_example(n, p, x, y):
    (w1, b1), (w2, b2) = p
    z = n.tanh(x @ w1 + b1) @ w2 + b2 - y
    return n.sum(z * z)


def per_example_hand(p, x, y):
    (w1, b1), (w2, b2) = p
    h = x.dot(w1)
    h += b1
    np.tanh(h, h)
    z = h.dot(w2)
    z += b2
    z -= y
    z += z
    d = z.dot(w2.T)
    d *= np.float32(1) - h * h
    return [(x[:, :, None] * d[:, None], d), (h[:, :, None] * z[:, None], z)]


@workload("k")
def _(rng):
    p = [
        (normal(rng, 32, 64, scale=0.2), np.zeros(64, np.float32)),
        (normal(rng, 64, 10, scale=0.2), np.zeros(10, np.float32)),
    ]
    args = p, normal(rng, 64, 32), normal(rng, 64, 10)
    return dict(
        name="per-example gradients, batch 64",
        f=one_example,
        args=args,
        kind="per_example",
        hand=per_example_hand,
        goal="jax.jit / fg >= 1, torch / fg >= 4",
        tolerance=1e-3,
    )


def adam_step_hand(state, x, y):
    loss, grads = mlp_hand(state[0], x, y)
    new = [[], [], []]
    for ws, ms, vs, gs in zip(*state, grads, strict=True):
        rows = []
        for w, m, v, g in zip(ws, ms, vs, gs, strict=True):
            m = m * np.float32(0.9)
            v = v * np.float32(0.999)
            m += g * np.float32(0.1)
            g *= g
            g *= np.float32(0.001)
            v += g
            r = np.sqrt(v * np.float32(1 / (1 - 0.999**10)))
            r += np.float32(1e-8)
            np.divide(m, r, r)
            r *= np.float32(0.001 / (1 - 0.9**10))
            rows.append((w - r, m, v))
        for kept, pair in zip(new, zip(*rows, strict=True), strict=True):
            kept.append(pair)
    return tuple(new), loss


@workload("l")
def _(rng):
    p, x, y = mlp_args(rng, (32, 64, 64, 10), 32)
    state = [[(np.zeros_like(w), np.zeros_like(b)) for w, b in p] for _ in range(2)]
    return dict(
        name="Adam step of c",
        f=mlp,
        args=((p, *state), x, y),
        kind="step",
        hand=adam_step_hand,
        goal="jax.jit / fg >= 1.3, torch / fg >= 6",
        tolerance=1e-3,
    )


def adam(n, state, grads):
    """One step of Adam on lists of pairs, the bias correction that of the tenth step."""
    new = [[], [], []]
    for ws, ms, vs, gs in zip(*state, grads, strict=True):
        rows = []
        for w, m, v, g in zip(ws, ms, vs, gs, strict=True):
            m = m * 0.9 + g * 0.1
            v = v * 0.999 + (g * g) * 0.001
            rows.append((w - 0.001 * (m / (1 - 0.9**10)) / (n.sqrt(v / (1 - 0.999**10)) + 1e-8), m, v))
        for kept, pair in zip(new, zip(*rows, strict=True), strict=True):
            kept.append(pair)
    return tuple(new)
