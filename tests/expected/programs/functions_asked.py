"""Which function a __torch_function__ is given, and with what: by functions, methods, operators, attributes and aliases."""

import torch
import torch.nn.functional as F
from torch.overrides import get_testing_overrides, is_tensor_method_or_property, resolve_name

said = []


def shape(x):
    return [shape(e) for e in x] if isinstance(x, (tuple, list)) else type(x).__name__ if hasattr(x, "dim") else repr(x)


class Kept(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        with torch._C.DisableTorchFunctionSubclass():
            given = kwargs and {n: shape(v) for n, v in kwargs.items()}
            said.append((resolve_name(func), func.__name__, [t.__name__ for t in types], shape(args), given))
        return super().__torch_function__(func, types, args, kwargs)


class Alike:
    def dim(self):
        return 1

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        said.append((resolve_name(func), func.__name__, [t.__name__ for t in types]))
        return "asked"

    def __repr__(self):
        return "Alike()"


CALLS = """
x + y; y + x; 2 * x; 1 - x; x[0]; -x; abs(x); x @ m; x > y; x.add(y); torch.add(y, x); torch.sub(y, other=x)
x.absolute(); torch.absolute(x); torch.abs(x); torch.greater(x, y); y.less(x); torch.subtract(x, y, alpha=2); y.true_divide(x)
torch.special.expm1(x); torch.linalg.norm(x); torch.linalg.det(n); torch.norm(x); x.norm(1); torch.det(n); torch.linalg.vecdot(y, x)
torch.where(y > 0, y, x); torch.stack([y, x]); torch.cat((y, x)); torch.addcmul(y, y, x); torch.lerp(y, y, x); y.clone().copy_(x)
F.linear(y, n); F.relu(x); F.tanh(x); x.relu(); F.conv1d(y[None, None], x[None, None]); F.mse_loss(y, x); F.layer_norm(y, (3,), x)
torch.layer_norm(y, (3,), x); torch.dropout(x, 0.0, True); F.dropout(x, 0.0); torch.batch_norm(n, x, None, None, None, True, 0.1, 1e-5, False)
torch.embedding(m, i); torch.lstm_cell(n[:1], (n[:1], n[:1]), torch.ones(12, 3), torch.ones(12, 3)); torch.rms_norm(x, (3,))
torch.triplet_margin_loss(n, m, m); torch.grid_sampler(m[None, None], torch.zeros(1, 1, 1, 2).as_subclass(Kept), 0, 0, False)
x.dim(); x.numel(); x.shape; x.T; x.dtype; x.grad; x.sum(); x.max(0); x.split(2); torch.split(x, 2); torch.einsum("i,i", y, x)
torch.atleast_1d(x); torch.cdist(m, n); torch.meshgrid(y, x, indexing="ij"); torch.unique(x); x.unflatten(0, (3, 1)); torch.constant_pad_nd(x, (1, 1))
""".replace("\n", "; ").split("; ")
y, m, i = torch.tensor([1.0, 2.0, 4.0]), torch.eye(3), torch.tensor([0, 1])
x, n, i = y.as_subclass(Kept), (m * 2).as_subclass(Kept), i.as_subclass(Kept)
for call in CALLS:
    if call:
        said.clear()
        got = eval(call)
        print(call, "|", type(got).__name__, *said)

alike = Alike()
for call in """torch.add(y, alike); y + alike; y.mul(alike); torch.stack([y, alike]); torch.where(y > 0, y, alike); F.linear(y, alike)
torch.cat([y, alike]); y.copy_(alike); torch.addcmul(y, y, alike); torch.add(y, other=alike); F.mse_loss(y, target=alike); y.dot(alike)
torch.max(y, alike); y.masked_fill(y > 1, alike); F.conv1d(y[None, None], alike); torch.lerp(y, y, alike); y.pow(alike)
torch.isin(y, alike); torch.result_type(y, alike); F.embedding(alike, m); F.layer_norm(y, (3,), None, alike); torch.linalg.solve(m, alike)
torch.abs_(alike); torch.special.expm1(alike); F.adaptive_avg_pool2d(alike, 2); torch.lstm_cell(alike, (m, m), m, m)""".replace(
    "\n", "; "
).split("; "):
    said.clear()
    print(call, "|", eval(call), *said)

print(
    torch.add is torch.Tensor.add,
    torch.abs is torch.absolute,
    torch.det is torch.linalg.det,
    torch.Tensor.add is torch.Tensor.add,
)
print(
    *[
        resolve_name(f)
        for f in (torch.add, torch.Tensor.add, torch.norm, torch.Tensor.norm, torch.Tensor.shape.__get__, F.relu, len)
    ]
)
print(
    *[
        is_tensor_method_or_property(f)
        for f in (torch.Tensor.add, torch.add, torch.Tensor.shape.__get__, torch.Tensor.__rsub__)
    ]
)
overrides = get_testing_overrides()
print(
    torch.add in overrides, torch.Tensor.add in overrides, torch.Tensor.shape.__get__ in overrides, F.relu in overrides
)

HANDLED = {torch.Tensor.add: "method", torch.add: "function"}


class Told(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return HANDLED.get(func, "neither")


t = y.as_subclass(Told)
print(t + 1, t.add(1), torch.add(t, 1), 1 + t, t.sub(1), torch.Tensor.add(y, t), torch.Tensor.add)
