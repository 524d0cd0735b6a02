"""Functions with a backward of their own inside compiled ones: it is theirs that counts, not the derivative of what forward does."""

import torch


def compiled(f):
    return torch.compile(f, backend="aot_eager")


class Rounded(torch.autograd.Function):
    """Straight through."""

    @staticmethod
    def forward(ctx, x, k):
        return torch.round(x * k) / k

    @staticmethod
    def backward(ctx, g):
        return g, None


class Reversed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return -ctx.strength * g, None


class Exp(torch.autograd.Function):
    """Three times its derivative, from a saved result."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y * 3


class Product(torch.autograd.Function):
    """A forward without a context, two results; ten times one of its derivatives."""

    @staticmethod
    def forward(a, b):
        return a * b, b.exp()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs, output[1])

    @staticmethod
    def backward(ctx, g, h):
        a, b, e = ctx.saved_tensors
        return g * b * 10, g * a + h * e


class Layer(torch.autograd.Function):
    """A saved value that is neither argument nor result, an argument that is no Tensor, a result without gradients."""

    @staticmethod
    def forward(ctx, x, w, n=None):
        h = x @ w
        ctx.save_for_backward(x, w, h)
        ctx.n = n
        return torch.tanh(h), h > 0

    @staticmethod
    def backward(ctx, g, _):
        x, w, h = ctx.saved_tensors
        d = g * (1 - torch.tanh(h) ** 2) + 0.01 * (ctx.n or 1)
        return d @ w.T if ctx.needs_input_grad[0] else None, x.T @ d, None


class Doubled(torch.autograd.Function):
    """In place."""

    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        ctx.mark_dirty(x)
        return x

    @staticmethod
    def backward(ctx, g):
        return g * 5


torch.manual_seed(0)
x = torch.linspace(-1, 1, 12).reshape(4, 3)
w = torch.linspace(-0.5, 0.75, 9).reshape(3, 3).requires_grad_()
v = torch.tensor([0.25, -0.5, 1.0], requires_grad=True)
PROGRAMS = {
    "straight through": lambda x, w, v: (Rounded.apply(w, 4) * x[:3]).sum(),
    "reversed": lambda x, w, v: Reversed.apply((x @ w).tanh(), 0.5).pow(2).sum(),
    "a saved result": lambda x, w, v: Exp.apply(Exp.apply(v) * w).sum(),
    "no context": lambda x, w, v: sum(t.sum() for t in Product.apply(w, v)),
    "a layer": lambda x, w, v: Layer.apply(x, w)[0].sum() + Layer.apply(x * v, w, 3)[1].sum(),
    "in place": lambda x, w, v: Doubled.apply(w * 1.0).sum() * v.sum(),
    "chosen": lambda x, w, v: (Rounded.apply(v, 2) if x.shape[0] == 4 else v).sum(),
}
for name, f in PROGRAMS.items():
    g = compiled(f)
    for k in range(2):
        w.grad = v.grad = None
        y = g(x + k, w, v)
        y.backward()
        print(name, f"{y.item():.5f}", w.grad, v.grad)

model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))


class Quantised(torch.nn.Module):
    def forward(self, x):
        return Rounded.apply(model(x), 8)


net = torch.compile(Quantised(), backend="aot_eager")
optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
for _ in range(5):
    optimiser.zero_grad()
    loss = (net(x) - x[:, :2]).pow(2).mean()
    loss.backward()
    optimiser.step()
    print(f"{loss.item():.5f}")

clamped = compiled(lambda mean, var: torch.nn.functional.gaussian_nll_loss(mean, x, var))
mean, var = torch.zeros(4, 3, requires_grad=True), torch.full((4, 3), 0.5, requires_grad=True)
clamped(mean, var).backward()  # (a write under no_grad, which the derivative passes by)
print(mean.grad[0], var.grad[0])

# Memory that a call changes and whose old values backward needs; weights that are cast inside and outside
torch.manual_seed(1)
normed = torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(3, 2))
again = torch.compile(normed, backend="aot_eager")
for _ in range(2):
    again(x).pow(2).sum().backward()
    print(normed.parametrizations.weight.original.grad)
narrow = torch.compile(model, backend="aot_eager")
for _ in range(2):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        a, b = narrow(x), model(x)
    print(a.dtype, (a - b).abs().max().item() < 1e-2)
    model.zero_grad()
    a.float().pow(2).sum().backward()
    print(all(p.grad is not None for p in model.parameters()))

# What is not recorded inside: no_grad(), grad() without a graph, .data
p, q = torch.tensor([1.3, 2.6], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)


def quiet(p, q):
    with torch.no_grad():
        z = p * q
        with torch.enable_grad():
            y = p.sin()
    a, b = z.split([1, 1])
    return (z * p).sum() + (a * y).sum() + b.sum() * q.sum()


@torch.no_grad()
def target(p, q):
    return (p * q).exp().max()


def bootstrapped(p, q):
    return ((p - 0.9 * target(p, q)) ** 2).mean()


def of_gradients(p, q, graph=False):
    (g,) = torch.autograd.grad((p**3 * q).sum(), p, create_graph=graph, retain_graph=True)
    return (g * p).sum()


def of_data(p, q):
    return (p.data * p * q).sum() + (p.round() + (p - p.detach()) * q).sum()


for f in (quiet, bootstrapped, of_gradients, of_data):
    p.grad = q.grad = None
    loss = torch.compile(f, backend="aot_eager")(p, q)
    print(f.__name__, p.grad, q.grad)
    loss.backward()
    print(f"{loss.item():.4f}", p.grad, q.grad)
