"""What code written for older torch, and packages that build on its classes, do: numbers before Tensors, lists of Tensors, saved Tensors
viewed again in backward, distributions and transforms that are Modules too, operators that only look like Tensors."""

import warnings

import torch
from torch import distributions as dist


def show(f):
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        try:
            print(f())
        except Exception as error:
            print(type(error).__name__, str(error).partition("\n")[0])
    for w in given:
        print(str(w.message).partition(" (Triggered")[0])


# ---------------------------------------------------------------------------------------- the place of an extreme as an index
x = torch.tensor([0.5, 2.0, 1.0])
for extreme in (torch.max, torch.min):
    value, place = extreme(x, 0)
    print(value.reshape(1), place.reshape(1), place.view(1), x.index_select(0, place.reshape(-1)))
    value, place = extreme(x.clone().requires_grad_(), 0)
    print(place.reshape(1, 1), place.unsqueeze(0), place.item())

# ---------------------------------------------------------------------------------------- numbers before Tensors
torch.set_warn_always(True)
p, g, one = torch.ones(2), torch.tensor([1.0, 2.0]), torch.ones(2, 2)
show(lambda: p.addcmul_(0.5, g, g))
show(lambda: p.addcdiv_(-0.1, g, g))
show(lambda: torch.addcmul(p, 0.5, g, g))
show(lambda: p.addcdiv(2, g, g))
show(lambda: p.addcmul(2, tensor1=g, tensor2=g))
show(lambda: torch.addmm(0.5, one, 0.3, one, one))
show(lambda: torch.addmm(0.5, one, one, one))
show(lambda: one.addmm(0.5, 2, one, one))
show(lambda: one.clone().addmm_(0.5, 0.2, one, one))
show(lambda: torch.baddbmm(1, one[None], 2, one[None], one[None]))
show(lambda: one.clone().addr_(0.5, 2, g, g))
show(lambda: p.clone().addmv_(1, 2, one, g))
show(lambda: p.addcmul("a", g, g))
torch.set_warn_always(False)

# ---------------------------------------------------------------------------------------- lists of Tensors
torch._foreach_maximum_([p], [g])
print(p)
torch._foreach_minimum_([p], [g * 0.5])
print(p, torch._foreach_maximum([p], [g]))
torch._foreach_maximum_([p], 0.75)
print(p, torch.randint_like(p, 1, memory_format=torch.preserve_format), p._cdata == p._cdata, p._cdata == g._cdata)


# ---------------------------------------------------------------------------------------- what is saved, viewed in backward
class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        with torch.enable_grad():
            print(
                [torch.as_strided(t, (2,), (1,)).as_strided((1,), (1,)) for t in (x, w)], x[0], w.T[0], x.view(-1)[:2]
            )
        return g @ w.T, x.T @ g


a, b = torch.ones(2, 3, requires_grad=True), torch.full((3, 2), 2.0, requires_grad=True)
Product.apply(a, b).sum().backward()
Product.apply(a * 2, b).sum().backward()
print(a.grad, b.grad)


# ---------------------------------------------------------------------------------------- classes of one's own
class Fixed(dist.Normal):
    def __init__(self, loc):
        super().__init__(loc, torch.ones(2))


class Grown(dist.Normal):
    def __init__(self, loc):
        self.given = loc
        super().__init__(loc, torch.ones(2))

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(Grown, _instance)
        new.given = self.given
        return super().expand(batch_shape, _instance=new)


class Tagged(dist.Independent):
    tag = "tagged"


class Shift(dist.Transform, torch.nn.Module):
    domain = codomain = dist.constraints.real
    __hash__ = torch.nn.Module.__hash__
    bijective, sign = True, 1

    def __init__(self):
        super().__init__()
        self.by = torch.nn.Parameter(torch.ones(2))

    def _call(self, x):
        return x + self.by

    def _inverse(self, y):
        return y - self.by

    def log_abs_det_jacobian(self, x, y):
        return torch.zeros_like(x)


class Learned(dist.Distribution, torch.nn.Module):
    arg_constraints = {}

    def __init__(self):
        super().__init__(validate_args=False)
        self.loc = torch.nn.Parameter(torch.zeros(2))


show(lambda: Fixed(torch.zeros(2)).expand([3, 2]))
show(lambda: (Grown(torch.zeros(2)).expand([3, 2]).given, Grown(torch.zeros(2)).expand([3, 2])))
wide = Tagged(dist.Normal(torch.zeros(2), 1.0), 1).expand([3])
print(wide, wide.tag, wide.batch_shape)
shifted = dist.TransformedDistribution(dist.Normal(torch.zeros(2), 1.0), [Shift()])
shifted.log_prob(torch.zeros(2)).sum().backward()
print([p.grad for p in shifted.transforms[0].parameters()], [n for n, _ in Learned().named_parameters()])


# ---------------------------------------------------------------------------------------- operators that look like Tensors
class Operator:
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return func.__name__, [type(a).__name__ for a in args], sorted(kwargs or {})


print(torch.linalg.cholesky(Operator()), torch.linalg.solve(Operator(), one), torch.linalg.eigh(Operator()))
print(torch.matmul(one, Operator()), torch.linalg.solve(one, Operator()))
