"""Operations in place on what is recorded: figures, versions, views, graphs, gradients of both orders, and what torch refuses."""

import torch
import torch.nn.functional as F

W = torch.tensor([[0.5, -1.5, 2.0], [1.25, 3.0, -0.75]], requires_grad=True)
ROW = torch.tensor([2.0, -1.0, 0.5], requires_grad=True)
CONSTANT = torch.tensor([[1.0, 2.0, 3.0], [-1.0, 0.5, 4.0]])
MASK = CONSTANT > 1


def plus_equal(h):
    h += ROW


def times_equal(h):
    h *= W


def less_equal(h):
    h -= CONSTANT


def over_equal(h):
    h /= W


WAYS = {
    "relu_": lambda h: h.relu_(), "F.relu": lambda h: F.relu(h, inplace=True), "ReLU": lambda h: torch.nn.ReLU(inplace=True)(h),
    "add_": lambda h: h.add_(1), "add_ w": lambda h: h.add_(W, alpha=0.5), "mul_": lambda h: h.mul_(W), "mul_ row": lambda h: h.mul_(ROW),
    "mul_ 2": lambda h: h.mul_(2), "sub_": lambda h: h.sub_(ROW), "div_": lambda h: h.div_(W), "div_ 4": lambda h: h.div_(4.0),
    "+=": plus_equal, "*=": times_equal, "-=": less_equal, "/=": over_equal, "exp_": lambda h: h.exp_(), "tanh_": lambda h: h.tanh_(),
    "sigmoid_": lambda h: h.sigmoid_(), "sin_": lambda h: h.sin_(), "neg_": lambda h: h.neg_(), "abs_": lambda h: h.abs_(),
    "clamp_": lambda h: h.clamp_(-1, 1), "clamp_ min": lambda h: h.clamp_(min=0), "clamp_ w": lambda h: h.clamp_(max=W),
    "masked_fill_": lambda h: h.masked_fill_(MASK, 0), "leaky": lambda h: F.leaky_relu(h, 0.1, inplace=True), "elu": lambda h: F.elu_(h),
    "hardtanh": lambda h: F.hardtanh_(h), "square_": lambda h: h.square_(), "pow_": lambda h: h.pow_(3), "self": lambda h: h.mul_(h),
    "add self": lambda h: h.add_(h), "sqrt_ of exp": lambda h: h.exp_().sqrt_(), "copy_": lambda h: h.copy_(W), "zero_": lambda h: h.zero_(),
    "fill_": lambda h: h.fill_(0.5), "copy_ row": lambda h: h.copy_(ROW), "lerp_": lambda h: h.lerp_(W, 0.25),
    "addcmul_": lambda h: h.addcmul_(W, CONSTANT), "row": lambda h: h[0].mul_(ROW), "h[1] = v": lambda h: h.__setitem__(1, ROW),
    "h[:, 1:] = 0": lambda h: h.__setitem__((slice(None), slice(1, None)), 0.0), "h[mask]": lambda h: h.__setitem__(MASK, 2.0),
    "too wide": lambda h: h.add_(torch.ones(2, 2, 3)), "misfit": lambda h: h.mul_(torch.ones(2)), "double": lambda h: h.add_(W.double()),
    "h[0] = 1 + h": lambda h: h.__setitem__(0, h[1] + 1.0), "h[2] = v": lambda h: h.__setitem__(2, ROW),
}  # fmt: skip


def parents(node):
    return [None if p is None else type(p).__name__ for p, _ in node.next_functions]


for name, way in WAYS.items():
    for recorded in (True, False):
        for twice in (False, True):
            W.grad = ROW.grad = None
            h = W.detach() * 1.5 if not recorded else W * 1.5
            view, twin, before = h[0], h.detach(), h._version
            if recorded:
                h.retain_grad()
            try:
                way(h)
                print(
                    name,
                    recorded,
                    h.grad_fn and (type(h.grad_fn).__name__, parents(h.grad_fn)),
                    h._version - before,
                    h.detach(),
                )
                print(type(view.grad_fn).__name__, view.detach(), twin, h.is_leaf, h.requires_grad)
                out = (h * h).sum() + view.sum()
                if not out.requires_grad:
                    break
                if twice:
                    (g,) = torch.autograd.grad(out, W, create_graph=True, allow_unused=True)
                    print(g is None or not g.requires_grad or torch.autograd.grad(g.sin().sum(), W, allow_unused=True))
                else:
                    out.backward()
                    print(W.grad, ROW.grad, recorded and h.grad)
            except (RuntimeError, IndexError) as error:
                print(name, recorded, twice, str(error).partition("\n")[0])

for way in (
    lambda h: h.exp().sum() + h.add_(1).sum(),
    lambda h: h.mul_(W).sum() + h.relu_().sum(),
    lambda h: (h * h, h.mul_(2))[0].sum(),
):
    h = W * 2.0
    try:
        way(h).backward()
        print("allowed")
    except RuntimeError as error:
        print(str(error).partition(" Hint")[0])
for way in ("exp_", "mul_", "tanh_"):
    h = W * 2.0
    kept = h.mul_(W) if way == "mul_" else getattr(h, way)()
    seen = kept.grad_fn
    print(
        kept is h,
        [getattr(seen, n).detach() for n in dir(seen) if n.startswith("_saved") and not n.startswith("_saved_tensors")],
    )
    kept.add_(1)
    try:
        kept.sum().backward()
        print("allowed")
    except RuntimeError as error:
        print(str(error).partition(" Hint")[0])
h = W * 2.0
seen = []
h.register_hook(lambda g: seen.append(("before", g.tolist())))
h.mul_(3.0)
h.register_hook(lambda g: seen.append(("since", g.tolist())))
h.sum().backward()
print(seen)
for wrong in (
    lambda: W.add_(1),
    lambda: W.mul_(W),
    lambda: W.relu_(),
    lambda: W[0].mul_(2),
    lambda: W.clamp_(0),
    lambda: W.masked_fill_(MASK, 0),
):
    try:
        wrong()
    except RuntimeError as error:
        print(error)
with torch.autograd.graph.saved_tensors_hooks(lambda t: (print("packs", t.detach()), t)[1], lambda t: t):
    h = W * 2.0
    h.mul_(W).exp_().sum().backward()
