"""What operations show to the hooks of what is saved, and what they read back: on the first call, and on calls of the same form."""

import torch

F = torch.nn.functional
torch.manual_seed(0)
x = torch.rand(3, 4, requires_grad=True)
y = torch.rand(3, 4, requires_grad=True)
w = torch.rand(5, 4, requires_grad=True)
b = torch.rand(5, requires_grad=True)
c = torch.rand(3, 4)
i = torch.tensor([0, 2, 1])
im = torch.rand(2, 3, 6, 6, requires_grad=True)
k = torch.rand(4, 3, 3, 3, requires_grad=True)
q = torch.rand(2, 2, 5, 4, requires_grad=True)
bt = torch.rand(2, 3, 4, requires_grad=True)
d = torch.rand(3, 4).double().requires_grad_()
ops = {
    "mul": lambda: x * y,
    "mulc": lambda: x * c,
    "cmul": lambda: c * x,
    "muls": lambda: x * 2,
    "smul": lambda: 2 * x,
    "self": lambda: x * x,
    "mixed": lambda: x * d,
    "div": lambda: x / y,
    "rdiv": lambda: 1 / x,
    "sub": lambda: x - y,
    "pow2": lambda: x**2,
    "pow3": lambda: x**3,
    "pow0": lambda: x**0,
    "pow1": lambda: x**1,
    "powt": lambda: x**y,
    "rpow": lambda: 2**x,
    "sin": lambda: x.sin(),
    "exp": lambda: x.exp(),
    "tanh": lambda: torch.tanh(x),
    "sig": lambda: x.sigmoid(),
    "log": lambda: x.log(),
    "sqrt": lambda: x.sqrt(),
    "abs": lambda: x.abs(),
    "relu": lambda: F.relu(x),
    "gelu": lambda: F.gelu(x),
    "silu": lambda: F.silu(x),
    "softmax": lambda: x.softmax(-1),
    "lsm": lambda: F.log_softmax(x, 1),
    "sum": lambda: x.sum(),
    "sum1": lambda: x.sum(1),
    "mean": lambda: x.mean(),
    "max": lambda: x.max(),
    "max1": lambda: x.max(1)[0],
    "amax": lambda: x.amax(1),
    "var": lambda: x.var(),
    "std": lambda: x.std(1),
    "norm": lambda: x.norm(),
    "prod": lambda: x.prod(),
    "mm": lambda: x @ w.t(),
    "lin": lambda: F.linear(x, w, b),
    "lin3": lambda: F.linear(bt, w, b),
    "linn": lambda: F.linear(x, w),
    "bmm": lambda: torch.bmm(bt, bt.transpose(1, 2)),
    "mm4": lambda: q @ q.transpose(-1, -2),
    "mv": lambda: x @ x[0],
    "dot": lambda: torch.dot(x[0], y[0]),
    "addmm": lambda: torch.addmm(b, x, w.t()),
    "where": lambda: torch.where(c > 0.5, x, y),
    "mf": lambda: x.masked_fill(c > 0.5, 0.0),
    "gather": lambda: x.gather(1, i[:, None]),
    "idx": lambda: x[i],
    "idx2": lambda: x[:, 1:3],
    "idxm": lambda: x[c > 0.5],
    "emb": lambda: F.embedding(i, x),
    "cat": lambda: torch.cat([x, y]),
    "stack": lambda: torch.stack([x, y]),
    "ln": lambda: F.layer_norm(x, (4,)),
    "bn": lambda: F.batch_norm(im, None, None, training=True),
    "conv": lambda: F.conv2d(im, k),
    "pool": lambda: F.max_pool2d(im, 2),
    "avg": lambda: F.avg_pool2d(im, 2),
    "mse": lambda: F.mse_loss(x, y),
    "ce": lambda: F.cross_entropy(x, i),
    "bce": lambda: F.binary_cross_entropy(x, c),
    "view": lambda: x.view(4, 3) * 2,
    "t": lambda: x.t() * y.t(),
    "exp_": lambda: (x * 1).exp_(),
    "add_": lambda: (x * 1).add_(y),
    "clone": lambda: x.clone(),
    "clamp": lambda: x.clamp(0.2, 0.8),
    "clampmin": lambda: x.clamp(min=0.2),
    "lerp": lambda: torch.lerp(x, y, 0.3),
    "lerpt": lambda: torch.lerp(x, y, c),
    "addcmul": lambda: torch.addcmul(x, y, c, value=2),
    "atan2": lambda: torch.atan2(x, y),
    "cumsum": lambda: x.cumsum(0),
    "cumprod": lambda: x.cumprod(0),
    "lse": lambda: x.logsumexp(1),
    "ein": lambda: torch.einsum("ij,kj->ik", x, w),
    "to": lambda: x.double(),
    "same": lambda: x.to(torch.float32),
    "cont": lambda: x.t().contiguous(),
    "reshape": lambda: x.t().reshape(-1),
    "min2": lambda: torch.minimum(x, y),
    "inv": lambda: torch.linalg.inv(x[:, :3]),
    "solve": lambda: torch.linalg.solve(x[:, :3], y),
    "chol": lambda: torch.linalg.cholesky(torch.eye(3) + c[:, :3].T @ c[:, :3] * 0 + x[0, 0] * 0),
    "sort": lambda: x.sort(1)[0],
    "topk": lambda: x.topk(2)[0],
    "sq": lambda: x.square(),
    "rsqrt": lambda: x.rsqrt(),
    "cdist": lambda: torch.cdist(x, y),
    "cos": lambda: F.cosine_similarity(x, y),
    "huber": lambda: F.huber_loss(x, y),
    "pad": lambda: F.pad(x, (1, 1)),
    "glu": lambda: F.glu(x),
    "elu": lambda: F.elu(x),
    "lrelu": lambda: F.leaky_relu(x),
    "softplus": lambda: F.softplus(x),
    "nograd": lambda: c * c,
    "bad": lambda: x @ y,
    "bad2": lambda: x * w,
    "flip": lambda: x.flip(0),
    "roll": lambda: x.roll(1),
    "rep": lambda: x.repeat(2, 1),
    "split": lambda: x.split(2, 1)[1] * 1,
    "outer": lambda: torch.outer(x[0], y[0]),
    "kron": lambda: torch.kron(x, y),
    "index_select": lambda: x.index_select(0, i),
    "out": lambda: torch.mul(c, c, out=torch.empty(3, 4)),
    "half": lambda: x.half() * y.half(),
}


def sh(t):
    return (
        tuple(t.shape),
        tuple(t.stride()),
        str(t.dtype),
        t.requires_grad,
        t.is_leaf,
        type(t.grad_fn).__name__,
        t is x or t is y or t is w or t is c or t is k or t is im,
        round(abs(float(t.detach().double().sum())), 3),
    )


for name, op in ops.items():
    seen = []
    for grad in (True, True, False, True):
        log = []

        def pack(t):
            log.append(("p", sh(t)))
            return t.detach().clone(), len(log)

        def unpack(p):
            log.append(("u", p[1], tuple(p[0].shape)))
            return p[0]

        try:
            with torch.set_grad_enabled(grad), torch.autograd.graph.saved_tensors_hooks(pack, unpack):
                o = op()
            log.append((sh(o)))
            if o.requires_grad:
                g = torch.autograd.grad(o.sum(), [x, y, w, b, im, k, q, bt, d], allow_unused=True)
                log.append([None if t is None else round(abs(float(t.double().sum())), 2) for t in g])
        except Exception as e:
            log.append((type(e).__name__, str(e)[:150]))
        seen.append(log)
    print(name, seen[0], seen[1] == seen[0] == seen[3], seen[2])
