"""Lines and small programs in half precision that torch and compat both run: what they give, bit for bit.

Figures are float16 or bfloat16 bits in hexadecimal; a Tensor of another dtype is a list of numbers, what is no Tensor its repr.
"""

import functools

DTYPES = ("bfloat16", "float16")
UNARY = "abs neg sin cos tan sinh cosh tanh exp sigmoid sign floor ceil round trunc frac square relu exp2 i0 deg2rad isnan sgn"
POSITIVE = "log log2 log10 log1p sqrt reciprocal lgamma digamma"
BINARY = "add sub mul maximum minimum fmax fmin remainder fmod copysign eq lt"
EXACT = [  # value and gradients to the bit, in both dtypes
    *[f"torch.{f}(x)" for f in UNARY.split() if f != "sigmoid"],
    *[f"torch.{f}(p)" for f in POSITIVE.split()],
    *[f"torch.{f}(x, y)" for f in BINARY.split()],
    *"""torch.erfinv(u)|torch.pow(p, q)|x**2|p**2.5|2**x|x * 0.1|x + 0.1|x - 0.3|0.3 - x|1 / p|x / 3|torch.lerp(x, y, 0.3)|x > 0.3
torch.clamp(x, -0.5, 0.7)|torch.where(x > 0, x, y)|torch.polygamma(1, p)|F.gelu(x)|F.gelu(x, approximate='tanh')|F.silu(x)|F.mish(x)
F.softplus(x)|F.elu(x)|F.selu(x)|F.celu(x)|F.leaky_relu(x)|F.hardtanh(x)|F.hardsigmoid(x)|F.tanhshrink(x)|F.hardshrink(x)
F.softshrink(x)|F.relu6(x)|F.threshold(x, 0.1, 0.2)|x.sum()|x.sum(0)|x.mean()|x.mean(1)|x.max()|x.max(1)|x.amin(0)|x.cumsum(1)
x.argmax(1)|x.sort(1)|x.topk(2, 1)|x.median()|x.nansum()|x.kthvalue(2)|x.aminmax()|x.cummax(1)|x.sum(dtype=torch.float32)
x @ w.t()|x @ v|v @ v|torch.bmm(x[None], w.t()[None])|torch.einsum('ij,kj->ik', x, w)|torch.outer(v, b)|F.linear(x, w)|F.linear(x, w, b)
torch.addmm(b, x, w.t())|torch.kron(v, b)|F.max_pool2d(im, 2)|F.avg_pool2d(im, 2)|F.softmax(x, 1)|F.l1_loss(x, y)
F.nll_loss(x, t)|F.layer_norm(x, (16,))|F.smooth_l1_loss(x, y)|F.huber_loss(x, y, reduction='sum')|F.mse_loss(x, y, reduction='none')|F.hinge_embedding_loss(x, torch.sign(y))|F.binary_cross_entropy_with_logits(x, p)|F.instance_norm(im)|torch.cat([x, y])|torch.stack([x, y])
x[1:, ::2]|x[:, [0, 2]]|x[x > 0]|x.gather(1, i)|x.index_select(1, t)|x.flip(0)|x.roll(1)|x.tril()|x.T|x.reshape(-1)|x.expand(2, 2, 16)
x.masked_fill(x > 0, 0.1)|x.clone()|x.diff()|x.repeat(2, 1)|x.float()|x.double()|x.float().half()|x.double().bfloat16()|x.long()|x + y.float()|x + 1
x * torch.tensor(2)|x + torch.tensor(2.5)|x + torch.ones(2, 16, dtype=torch.int64)|x * torch.tensor(0.3)|x / torch.tensor(0.3)|torch.tensor(0.3) / x.detach()
x + torch.tensor(0.3)|x.clone().add_(torch.tensor(0.3))|torch.nan_to_num(x.detach() / 0)|torch.nextafter(x, y.detach())|x.half() + y.bfloat16()|x.nan_to_num()|x.trace()
x.clone().add_(y)|x.clone().mul_(0.1)|x.clone().sub_(0.3).exp_()|x.clone().lerp_(y, 0.3)|x.clone().clamp_(-0.3, 0.3)|x.clone().pow_(2)
x.clone().copy_(y.float() * 1.1)|x.clone().fill_(0.3)|x.clone().relu_()|x.view(2, 2, 8).permute(1, 0, 2).sum(0)|(x * x + x).sum()
x / p|torch.div(x, 3 * p)|torch.atan(y)|torch.erf(y)|torch.asin(u)|F.softsign(x)|F.pad(im, (1, 2, 1, 1), 'reflect')|F.pad(im, (3, 2, -1, 2), 'replicate')|F.unfold(im, (2, 3))|F.fold(im.view(1, 4, 16)[:, :, :15], (4, 6), 2)|F.embedding(t.repeat(5), w)|w[t.repeat(4), t.repeat(4)]
(torch.manual_seed(1), F.fractional_max_pool2d(im, 2, output_ratio=(0.8, 0.6)))[1]
F.layer_norm(x, (16,), v, v)|F.layer_norm(x.view(4, 8), (8,), v[:8], b.repeat(2))|F.layer_norm(x.view(4, 8), (8,), v[:8])|F.scaled_dot_product_attention(im, im * 0.5, im + 1)|F.scaled_dot_product_attention(im[0], im[0] * 0.5, im[0] + 1)
F.scaled_dot_product_attention(im, im[:, :, :3], im[:, :, 1:], torch.tensor([[True, False, True]]))|F.scaled_dot_product_attention(im, im, im + 1, is_causal=True)|(torch.manual_seed(1), F.scaled_dot_product_attention(im, im + 0.5, im, dropout_p=0.3))[1]
torch.sigmoid(y)|F.mse_loss(x, y)|F.mse_loss(x[:1, :5], y[:1, :5])|F.huber_loss(x[:1, :5], y[:1, :5])|F.huber_loss(x[0, :5], y[0, :5], delta=0.75)|F.pairwise_distance(x, y)|x.norm()|x.norm(dim=0)|F.softmax(x.view(2, 2, 8), 1)|F.softmax(im.view(2, 32), 0)
F.triplet_margin_loss(x, y, p)|torch.lstm_cell(x, (y[:, :1], p[:, :1]), w, p[0, :4, None], b, b)""".replace(
        "\n", "|"
    ).split("|"),
]
VALUES = """torch.addmv(b, w, v, alpha=0.7, beta=0.3)|torch.addmv(b, w, v, beta=0.3)|torch.addmv(b, w.t().contiguous().t(), v, alpha=1.3, beta=-0.9)
torch.addr(w, b, v, alpha=0.7, beta=0.3)|torch.addbmm(x @ w.t(), torch.stack([x, y]), torch.stack([w.t(), w.t() * 2]), alpha=0.7, beta=0.3)
x**3|torch.div(x, y)|torch.rsqrt(p)|torch.erf(x)|torch.atan(x)|torch.asin(u)|torch.expm1(x)|torch.hypot(x, y)|torch.logaddexp(x, y)
torch.add(x, y, alpha=0.3)|torch.sub(x, y, alpha=0.3)|torch.addcmul(x, y, p, value=0.3)|torch.addcdiv(x, y, p, value=0.3)
torch.xlogy(x, p)|torch.sigmoid(x)|F.hardswish(x)|F.logsigmoid(x)|F.glu(torch.cat([x, y], 1))|x.var(1)|x.std(0)|x.norm()|x.norm(dim=1)
x.logsumexp(1)|F.log_softmax(x, 1)|F.log_softmax(x, 0)|F.layer_norm(x, (16,), v, v)|F.rms_norm(x, (16,), v)
F.conv2d(im, k, kb, padding=1)|F.conv2d(im, k, kb, stride=2)|F.adaptive_avg_pool2d(im, 3)|F.mse_loss(x, y)|F.group_norm(im, im.shape[1])
F.cross_entropy(x, t)|F.cross_entropy(x, t, reduction='none')|F.embedding(t, w)|F.scaled_dot_product_attention(im, im, im)
x.clone().add_(y, alpha=0.3)|x.clone().div_(p)|F.normalize(x)""".replace("\n", "|").split(
    "|"
)  # values to the bit, gradients near: torch's derivative rounds in other places
PLAIN = """x|x[0]|x.sum()|x * 1e4|torch.zeros(0, dtype=d)|torch.zeros(2, dtype=d)|torch.full((2,), 0.3, dtype=d)|torch.arange(5, dtype=d)
torch.arange(0, 1, 0.1, dtype=d)|torch.linspace(0, 1, 9, dtype=d)|torch.tensor([0.1, 1e-8, 1e9, float('nan')], dtype=d)|torch.eye(2, dtype=d)
torch.tensor([16777217, 257, 259]).to(d)|torch.tensor([65519.999, 1 + 2**-11 + 2**-30, 1e40], dtype=torch.float64).to(d)|torch.finfo(d)
x.tolist()|x[0, 0].item()|x.element_size()|x.itemsize|x.type()|x.stride()|x.view(torch.int16)|x.view(torch.uint8)[0]|d|d.itemsize
x.untyped_storage().nbytes()|torch.tensor([16256], dtype=torch.int16).view(d)|torch.get_default_dtype()|torch.can_cast(d, torch.int64)
[torch.promote_types(d, getattr(torch, o)) for o in 'bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex128'.split()]
[torch.result_type(x, o) for o in (True, 1, 1.0, torch.tensor(1), torch.tensor(1.0), torch.ones(1), torch.ones(1, dtype=torch.float64))]
torch.set_default_dtype(d)|torch.get_default_dtype(), torch.tensor([1.5, 2.1]), torch.ones(2) + 1.1, torch.tensor([1, 2]) / 3, torch.zeros(2)
torch.set_default_dtype(torch.float32)|x.float() == x|torch.fft.fft(x)|torch.linalg.inv(x[:, :2])|torch.linalg.svd(x)
torch.linalg.solve(x[:, :2], y)|torch.set_default_dtype(torch.int64)|F.linear(x, w.float())|x @ w.float().t()|torch.BFloat16Tensor([1.1])
torch.frombuffer(bytearray(b'abcd'), dtype=d)|x.to(d) is x|torch.ones(2).type(d)|x.is_floating_point()|torch.iinfo(d)""".replace(
    "\n", "|"
).split("|")
DRAWS = """torch.rand(N, dtype=d)|torch.randn(N, dtype=d)|torch.empty(N, dtype=d).uniform_(-1, 2)|torch.empty(N, dtype=d).normal_(1, 2)
torch.empty(N, dtype=d).exponential_()|torch.empty(N, dtype=d).random_()|torch.bernoulli(torch.full((N,), 0.3, dtype=d))
torch.randint(0, 200, (N,), dtype=d)|F.dropout(torch.ones(N, dtype=d), 0.3)|torch.multinomial(torch.arange(1, N + 1).to(d), 2)
torch.nn.Linear(N, 3, dtype=d).weight.detach()|torch.nn.init.trunc_normal_(torch.empty(N, 2, dtype=d))""".replace(
    "\n", "|"
).split("|")
OPTIMIZERS = """SGD(ps, lr=0.1)|SGD(ps, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)|Adam(ps, lr=0.01, eps=1e-3, weight_decay=0.1)
Adam(ps, lr=0.01, eps=1e-3, amsgrad=True)|AdamW(ps, lr=0.01, eps=1e-3)|RMSprop(ps, lr=0.01, eps=1e-3, momentum=0.9, centered=True)|Adagrad(ps, lr=0.1)|Rprop(ps, lr=0.01)
Rprop(ps, lr=0.01, etas=(0.4, 1.3), step_sizes=(1e-3, 1.0))|Adadelta(ps)|Adadelta(ps, weight_decay=0.1)|RAdam(ps, lr=0.01)""".replace(
    "\n", "|"
).split("|")


def numbers(torch, shape, low=-2.0, high=2.0, seed=1):
    """Numbers that do not depend on a library's stream."""
    count = functools.reduce(int.__mul__, shape, 1)
    state, found = seed * 7919 + 11, []
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        found.append(low + (high - low) * state / 2**31)
    return torch.tensor(found, dtype=torch.float64).reshape(shape)


def names(torch, dtype):
    """What the lines name; the Tensors among it are all 32 numbers or fewer, or wholes of 32."""
    d = getattr(torch, dtype)
    made = {
        "x": ((2, 16),), "y": ((2, 16), -2, 2, 2), "p": ((2, 16), 0.05, 3, 3), "q": ((2, 16), 0.1, 3, 4), "u": ((2, 16), -0.95, 0.95, 5),
        "w": ((4, 16), -2, 2, 6), "v": ((16,), -2, 2, 7), "b": ((4,), -2, 2, 8), "im": ((1, 2, 4, 8), -2, 2, 9), "k": ((2, 2, 3, 3), -2, 2, 10),
        "kb": ((2,), -2, 2, 11),
    }  # fmt: skip
    found = {name: numbers(torch, *how).to(d) for name, how in made.items()}
    t = torch.tensor([3, 1])
    return {
        **found,
        "torch": torch,
        "F": torch.nn.functional,
        "d": d,
        "t": t,
        "i": torch.tensor([[0, 3, 3], [1, 0, 2]]),
    }


def told(torch, value):
    """A value as JSON can hold it."""
    if isinstance(value, (tuple, list)):
        return [told(torch, v) for v in value]
    if not isinstance(value, torch.Tensor):
        return repr(value).replace("compat.", "torch.")
    value = value.detach()
    dtype = str(value.dtype).removeprefix("torch.")
    if dtype in DTYPES:
        flat = torch.empty(value.shape, dtype=value.dtype).copy_(value).view(torch.int16).reshape(-1).tolist()
        flat = [0 if v == -32768 else v & 0xFFFF for v in flat]  # (zeros without their sign)
        return [dtype, list(value.shape), "".join([f"{v:04x}" for v in flat])]
    return [dtype, list(value.shape), value.tolist()]


def outcome(torch, dtype, line, gradients):
    """{"value", "grads"} of a line; {"error"} where it raises."""
    given = names(torch, dtype)
    leaves = {k: v for k, v in given.items() if gradients and isinstance(v, torch.Tensor) and v.is_floating_point()}
    for leaf in leaves.values():
        leaf.requires_grad_()
    try:
        value = eval(line, given)
    except Exception as error:
        return {"error": [type(error).__name__, str(error).split("\n")[0]]}
    found = {
        "value": told(torch, value) if gradients else [told(torch, value), repr(value).replace("compat.", "torch.")]
    }
    first = value[0] if isinstance(value, tuple) else value
    if gradients and isinstance(first, torch.Tensor) and first.requires_grad:
        first.backward(numbers(torch, tuple(first.shape), -1, 1, 12).to(first.dtype))
        found["grads"] = {k: told(torch, v.grad) for k, v in leaves.items() if v.grad is not None}
    return found


def drawn(torch, dtype, line):
    """Figures of a seeded stream, few and many, and where the stream is then."""
    found = []
    for n in (3, 16, 21):
        torch.manual_seed(n)
        found.append(
            told(torch, eval(line, {"torch": torch, "F": torch.nn.functional, "d": getattr(torch, dtype), "N": n}))
        )
        found.append(torch.rand(1).item())
    return found


def stepped(torch, dtype, code):
    """Losses, parameters and state after ten steps."""
    d = getattr(torch, dtype)
    ps = [numbers(torch, s, -2, 2, i + 20).to(d).requires_grad_() for i, s in enumerate(((4, 16), (5,)))]
    x = numbers(torch, (4, 16), -2, 2, 30).to(d)
    optimizer = eval("torch.optim." + code, {"torch": torch, "ps": ps})
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = ((ps[0] * x - x) ** 2).sum() * 0.1 + (ps[1] ** 2).sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, told(torch, ps), {k: told(torch, v) for k, v in optimizer.state[ps[0]].items() if k != "step"}


def trained(torch, dtype):
    """The losses and a parameter of a small network, after Module.to(dtype), in 12 steps."""
    nn = torch.nn
    torch.manual_seed(3)
    model = nn.Sequential(
        nn.Linear(8, 32), nn.GELU(), nn.LayerNorm(32), nn.Linear(32, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 4)
    )
    model.to(getattr(torch, dtype))
    x, y = torch.randn(32, 8).to(getattr(torch, dtype)), torch.randint(0, 4, (32,))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, eps=1e-4)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses, told(torch, model.state_dict()["6.bias"])
