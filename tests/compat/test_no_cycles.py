"""What a program has computed is freed when it is let go of: nothing that holds Tensors waits for Python's collector."""

import copy
import io

import numpy as np
import pytest

import compat as torch
import compat.nn.functional as F  # noqa: N812
from compat import nn
from compat.autograd import forward_ad
from compat.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, linearize, stack_module_state, vjp, vmap
from compat.utils.checkpoint import checkpoint, checkpoint_sequential
from compat.utils.data import DataLoader, TensorDataset
from tests.garbage import waiting

X, Y = torch.randn(6, 8), torch.randint(0, 3, (6,))
PROGRAMS = {}


def program(f):
    PROGRAMS[f.__name__] = f
    return f


def network(*layers):
    return nn.Sequential(nn.Linear(8, 16), *(layers or [nn.Tanh()]), nn.Linear(16, 3))


def trained(net, x=X, y=Y, optimizer=torch.optim.Adam):
    optimizer = optimizer(net.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()

    return step


@program
def training():
    return trained(network(nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.1)))


@program
def compiled_training():
    return trained(torch.compile(network()))


@program
def lbfgs():
    net = network()
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=3, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(net(X), Y)
        loss.backward()
        return loss

    return lambda: optimizer.step(closure)


@program
def scheduled_averages():
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    average = torch.optim.swa_utils.AveragedModel(net)

    def step():
        F.cross_entropy(net(X), Y).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step()
        average.update_parameters(net)

    return step


@program
def autocast_and_scaler():
    net, scaler = network(), torch.amp.GradScaler("cpu")
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def step():
        with torch.autocast("cpu", torch.bfloat16):
            loss = F.cross_entropy(net(X).float(), Y)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()

    return step


class Last(nn.Module):
    """A recurrent layer and a linear one of its last step."""

    def __init__(self, kind):
        super().__init__()
        self.layer, self.head = kind(8, 12, batch_first=True), nn.Linear(12, 3)

    def forward(self, x):
        return self.head(self.layer(x)[0][:, -1])


for kind in (nn.RNN, nn.LSTM, nn.GRU):
    PROGRAMS[f"recurrent_{kind.__name__}"] = lambda kind=kind: trained(Last(kind), torch.randn(6, 4, 8))


@program
def transformer():
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    return trained(nn.Sequential(layer, nn.Flatten(), nn.Linear(32, 3)), torch.randn(6, 4, 8))


@program
def convolutions():
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3))
    return trained(net, torch.randn(6, 1, 8, 8))


@program
def parametrised():
    net = network()
    nn.utils.parametrizations.spectral_norm(net[0])
    nn.utils.parametrizations.weight_norm(net[2])
    return trained(net)


@program
def pruned():
    net = network()
    nn.utils.prune.l1_unstructured(net[0], "weight", 0.3)
    return trained(net)


@program
def hooks_of_modules():
    net = network(nn.ReLU())
    net[1].register_full_backward_hook(lambda module, before, after: None)
    net[1].register_full_backward_pre_hook(lambda module, after: None)
    net[2].register_forward_hook(lambda module, given, got: got * 1)
    net[2].register_forward_pre_hook(lambda module, given: None)
    return trained(net)


@program
def hooks_of_tensors():
    net = network()
    net[0].weight.register_hook(lambda g: g * 1)
    net[0].weight.register_post_accumulate_grad_hook(lambda p: None)

    def step():
        a = net(X)
        a.retain_grad()
        a.register_hook(lambda g: g * 2)
        a.grad_fn.register_hook(lambda before, after: None)
        b = a.sum()
        b.grad_fn.register_prehook(lambda after: None)
        torch.autograd.graph.register_multi_grad_hook([a, b], lambda grads: None)
        b.backward()

    return step


@program
def saved_tensors_hooks():
    w = torch.randn(4, requires_grad=True)

    def step():
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            a = (w * w).exp()
        with torch.autograd.graph.save_on_cpu():
            a = a.tanh()
        with torch.autograd.graph.allow_mutation_on_saved_tensors():
            a.sigmoid().sum().backward()

    return step


@program
def custom_function():
    class Exp(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(x, y)
            ctx.kept = x
            return y

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[1]

    w = torch.randn(4, requires_grad=True)

    def step():
        Exp.apply(w * 2).sum().backward()
        torch.autograd.grad(Exp.apply(w).sum(), w, create_graph=True)

    return step


@program
def second_derivatives():
    w = torch.randn(4, requires_grad=True)

    def step():
        (g,) = torch.autograd.grad((w.exp() * w.tanh()).sum(), w, create_graph=True)
        (h,) = torch.autograd.grad(g.pow(2).sum(), w, create_graph=True)
        h.sum().backward()
        w.grad = None

    return step


@program
def derivatives_into_leaves():
    w = torch.randn(4, requires_grad=True)

    def step():
        torch.autograd.functional.hessian(lambda w: (w**3).sum(), w)
        torch.autograd.functional.jacobian(lambda w: w.exp(), w, create_graph=True)
        torch.autograd.functional.vhp(lambda w: (w**3).sum(), w, torch.ones(4))

    return step


@program
def checkpoints():
    net = network(nn.Tanh())

    def step():
        checkpoint(net, X, use_reentrant=False).sum().backward()
        checkpoint(net, X.clone().requires_grad_(), use_reentrant=True).sum().backward()
        checkpoint_sequential(net, 2, X, use_reentrant=False).sum().backward()
        checkpoint(lambda x: checkpoint(net, x, use_reentrant=False).exp(), X, use_reentrant=False).sum().backward()
        net.zero_grad()

    return step


@program
def changes_in_place():
    w = torch.randn(8, requires_grad=True)

    def step():
        a = torch.zeros(8, 8)
        a[0] = w
        a[1:3] += w
        view = a[2]
        view.add_(1).mul_(3)
        a.mul_(2).tanh_()
        a.view(4, 16).unbind(0)[0].sum().backward()
        w.grad = None

    return step


@program
def forward_mode():
    def step():
        with forward_ad.dual_level():
            dual = forward_ad.make_dual(X.clone().requires_grad_(), torch.ones_like(X))
            forward_ad.unpack_dual((dual**2).sum())[1].backward()

    return step


@program
def transforms():
    net = network()
    stacked, _ = stack_module_state([network(), network()])

    def loss(parameters, x, y):
        return F.cross_entropy(functional_call(net, parameters, x[None]), y[None])

    def square(x):
        return (x * x).sum()

    def step():
        vmap(grad(loss), (None, 0, 0))({k: p.detach() for k, p in net.named_parameters()}, X, Y)
        vmap(lambda p: functional_call(net, p, X))(stacked)
        vmap(torch.dot, chunk_size=2)(X, X)
        jvp(square, (X,), (X,))
        vjp(square, X)[1](torch.tensor(1.0))
        linearize(square, X)[1](X)
        jacrev(torch.sin)(X[0]), jacfwd(torch.sin)(X[0]), hessian(square)(X[0])

    return step


@program
def errors():
    w = torch.randn(4, requires_grad=True)

    def step():
        for wrong in (
            lambda: (w * w).backward(),
            lambda: torch.randn(3) @ torch.randn(4),
            lambda: X.view(7, 7),
            lambda: w.add_(1),
            lambda: vmap(lambda x: x.item())(X),
            lambda: network()(X[:, :5]),
            lambda: F.cross_entropy(X, Y[:2]),
            lambda: X.no_such_name,
        ):
            with pytest.raises((RuntimeError, ValueError, AttributeError)):
                wrong()

    return step


@program
def anomaly():
    w = torch.randn(4, requires_grad=True)

    def step():
        with pytest.warns(UserWarning), torch.autograd.detect_anomaly(check_nan=False):
            (w * w).exp().sum().backward()

    return step


@program
def copies_and_files():
    net = network()

    def step():
        copy.deepcopy(net)(X).sum().backward()
        file = io.BytesIO()
        torch.save(net.state_dict(), file)
        file.seek(0)
        net.load_state_dict(torch.load(file))

    return step


@program
def batches():
    loader = DataLoader(TensorDataset(X, Y), 2, shuffle=True)
    return lambda: [a.sum() for a, b in loader]


@program
def distributions():
    location = torch.zeros(3, requires_grad=True)

    def step():
        normal = torch.distributions.Normal(location, 1.0)
        chained = torch.distributions.TransformedDistribution(normal, [torch.distributions.transforms.TanhTransform()])
        sample = chained.rsample()
        (chained.log_prob(sample).sum() + torch.distributions.kl_divergence(normal, normal).sum()).backward()
        torch.distributions.Categorical(logits=X).sample()

    return step


@program
def arrays():
    w = torch.randn(4, requires_grad=True)
    return lambda: (w * torch.from_numpy(np.ones(4, "f4"))).exp().sum().backward()


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_tensor_waits_for_the_collector(name):
    step = PROGRAMS[name]()
    for _ in range(3):
        step()
    assert waiting(step) == []


def test_a_cycle_is_seen():
    def step():
        t = torch.ones(3)
        t.itself = t

    assert waiting(step) == ["Tensor"]
