"""A kind of programs of tests/random_autograd.py: Tensors made under inference mode, used inside and outside of it."""

from tests.autograd_kinds import leaf, some

MADE = ["torch.ones(3)", "x * 2", "x.detach()", "x.view(3, 1)", "x[:2]", "x.clone()", "y.view(3, 1)", "y + 1", "torch.ones(3, requires_grad=True)", "plain.view(3, 1)", "plain * 2",
        "x.unbind()[0]", "nn.Linear(3, 2)(x)", "torch.tensor([1., 2., 3.])", "x.expand(2, 3)", "nn.Parameter(torch.ones(3))", "x.data", "torch.stack([x, y])"]  # fmt: skip
LOOKS = ["looked({})", "({}.is_inference(), {}._is_view())", "{}._version", "{}.is_leaf", "{}.view(-1).is_inference()", "{}.detach().is_inference()", "({} * 2).is_inference()", "{}.clone().is_inference()", "{}.requires_grad",
         "{}.data.is_inference()", "{}.reshape(-1)._is_view()", "copy.deepcopy({}).is_inference()", "{}.tolist()", "{}.sum()", "({} * 3).requires_grad"]  # fmt: skip
USES = ["({} * x.sum()).sum().backward()", "({} + x.sum()).sum().backward()", "({} * y.sum()).requires_grad", "torch.where({} > 0, {}, x.sum()).sum().backward()", "{}.requires_grad_()", "{}.clone().requires_grad_().is_leaf", "nn.Parameter({}).requires_grad", "torch.stack([{}, {}]).is_inference()",
        "torch.autograd.grad(({} * x.sum()).sum(), x)", "nn.functional.linear(x, torch.ones(2, 3)) * {}.sum()", "{}.sum().backward()", "{}.retain_grad()", "torch.autograd.grad(x.sum() * 2, x, {}.sum())", "x.backward(torch.ones_like(x) * {}.sum())", "torch.func.vmap(lambda a: a * 2)({})",
        "torch.utils.checkpoint.checkpoint(lambda a: a * x.sum(), {}, use_reentrant=False)", "{}.exp().log().is_inference()", "({} > 1).is_inference()", "torch.no_grad()(lambda: {} * 2)().is_inference()"]  # fmt: skip
# (torch 2.13 dies of some hooks of such Tensors. What is made outside of an inference Tensor by detach() may be changed in torch, counts its changes, and is one all the same;
# an inference Tensor whose change torch refuses is changed before it is refused: so these come inside, or last)
CHANGES = ["{}.mul_(2)", "{}.add_(1)", "{}[0].fill_(5)", "{}.zero_()", "torch.add({}, 1, out={})", "{}.copy_({} * 2)", "plain.mul_(2)", "y.mul_(2)", "x.detach().mul_(2)", "plain.add_({}.sum())", "{}.exp_()", "{}.view(-1).add_(1)"]  # fmt: skip


def inference(r):
    """What is made inside is looked at, used and changed outside, and the other way round."""
    lines = [leaf(r, "x", "[0.5, 1.5, 2.]", 0.85), "y = x * 2", "plain = torch.tensor([1., 2., 3.])"]
    names = ["t", "u"][: r.choice([1, 2])]
    made = [f"{name} = {r.choice(MADE)}" for name in names]
    made += some(r, [(0.2, "t.mul_(2)"), (0.1, "x.detach().add_(1)"), (0.1, "plain.mul_(2)"), (0.15, "log.append(looked(t))")])  # fmt: skip
    mode = r.choice(["torch.inference_mode()"] * 5 + ["torch.no_grad()", "torch.inference_mode(False)"])
    lines += [f"with {mode}:\n    " + "\n    ".join(made), "told()"]
    names += r.choice([[], ["y"], ["plain"]])
    for _ in range(r.randint(3, 8)):
        text = r.choice(r.choice([LOOKS, LOOKS, USES, CHANGES])).replace("{}", r.choice(names))
        if "_(" in text.replace("requires_grad_(", "") or "out=" in text:
            text = f"torch.inference_mode()(lambda: {text})()"
        elif r.random() < 0.25:
            inside = r.choice(["torch.inference_mode", "torch.inference_mode", "torch.no_grad", "torch.enable_grad"])
            text = f"{inside}()(lambda: {text})()"
        lines.append(text)
    last = r.choice(CHANGES).replace("{}", r.choice(names))
    return [*lines, *[f"looked({n})" for n in names if n != "plain"], "x.grad", last]


KINDS = {"inference": inference}
