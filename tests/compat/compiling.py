"""Training runs and random functions that torch and compat both run: what test_compile.py and its expectations are made of.

Each takes the module `torch` (torch itself, or compat), so that nothing here says which of the two is meant.
"""

STEPS = 5


def networks(torch):
    """name -> (makes a network, shape of its input)."""
    nn, F = torch.nn, torch.nn.functional

    class Convolutional(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm = nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4)
            self.drop, self.out = nn.Dropout(0.3), nn.Linear(4 * 36, 1)

        def forward(self, x):
            return self.out(self.drop(F.relu(self.norm(self.conv(x))).flatten(1)))

    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.out = nn.LSTM(5, 8, batch_first=True), nn.Linear(8, 1)

        def forward(self, x):
            return self.out(self.rnn(x)[0][:, -1])

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
            self.out = nn.Linear(8, 1)

        def forward(self, x):
            return self.out(self.layer(x).mean(1))

    def mlp():
        return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1))

    return {
        "mlp": (mlp, (16, 8)), "cnn": (Convolutional, (6, 1, 8, 8)), "lstm": (Recurrent, (4, 6, 5)),
        "transformer": (Transformer, (3, 5, 8)),
    }  # fmt: skip


OPTIMIZERS = {
    "sgd": lambda torch, p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "adam": lambda torch, p: torch.optim.Adam(p, lr=0.01),
    "adamw": lambda torch, p: torch.optim.AdamW(p, lr=0.01),
}
RUNS = [(network, optimizer) for network in ("mlp", "cnn", "lstm", "transformer") for optimizer in OPTIMIZERS]


def run(torch, network, optimizer, compile_model=lambda f: f, compile_step=lambda f: f):
    """The losses of some steps, the network's buffers, and a figure drawn afterwards."""
    torch.manual_seed(0)
    make, shape = networks(torch)[network]
    net = make()
    opt = OPTIMIZERS[optimizer](torch, net.parameters())
    x, y = torch.randn(*shape), torch.randn(shape[0], 1)
    model = compile_model(net)

    def step(x, y):
        opt.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        opt.step()
        return loss.detach()

    step = compile_step(step)
    losses = [step(x, y).item() for _ in range(STEPS)]
    return [losses, [b.tolist() for b in net.buffers()], torch.rand(1).item()]


def random_functions(torch):
    """name -> (function, its arguments), of which each draws."""
    F = torch.nn.functional
    p = torch.tensor([[0.2, 0.5, 0.9], [0.7, 0.1, 0.4]])
    x = torch.arange(6.0).reshape(2, 3)
    return {
        "rand": (lambda x: torch.rand(3) + 0 * x, (x,)),
        "randn": (lambda x: torch.randn(3) + 0 * x, (x,)),
        "randint": (lambda x: torch.randint(0, 100, (3,)), (x,)),
        "randperm": (lambda x: torch.randperm(4), (x,)),
        "dropout": (lambda x: F.dropout(x + 1.0, 0.5), (x,)),
        "rand_like": (lambda x: torch.rand_like(x), (x,)),
        "bernoulli": (lambda p: torch.bernoulli(p), (p,)),
        "multinomial": (lambda p: torch.multinomial(p, 2), (p,)),
        "normal_": (lambda x: (x * 0.0).normal_(), (x,)),
        "uniform_ unmapped": (lambda x: torch.zeros(3).uniform_() + 0 * x, (x,)),
    }


def mapped(torch, vmap, name, randomness):
    """Two calls of a mapped random function, as lists; or the first words of the error."""
    f, args = random_functions(torch)[name]
    torch.manual_seed(7)
    try:
        g = vmap(f, randomness=randomness)
        return [g(*args).tolist() for _ in range(2)]
    except RuntimeError as error:
        return str(error)[:60]


MODES = ("error", "same", "different")
