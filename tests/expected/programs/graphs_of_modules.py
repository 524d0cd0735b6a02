"""torch.fx: traced modules and functions, their source, changes to graphs, interpreters, and what cannot be traced."""

import copy
import math
import operator

import torch
import torch.nn.functional as F
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp


def squared(x):
    return x * x


fx.wrap("squared")
fx.wrap("len")


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(3, 4))
        self.register_buffer("scale", torch.tensor(2.0))
        self.linear = nn.Linear(4, 5)
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(5, 5), nn.ReLU()), nn.Dropout(0.1)])

    def forward(self, x: torch.Tensor, times: int = 3) -> torch.Tensor:
        x = self.linear(x + self.weight).clamp(min=0.0, max=1.0)
        for block in self.blocks:
            x = block(x) * self.scale
        a, b = x.chunk(2, dim=-1)
        y = torch.cat([a, b], dim=1).view(x.shape[0], -1)
        return F.relu(y[:, 1:] ** 2 - times, inplace=False).sum(dim=-1) + math.pi


class Wide(fx.Tracer):
    def is_leaf_module(self, m, name):
        return False


class Counting(fx.Interpreter):
    def call_function(self, target, args, kwargs):
        print("function", target.__name__, len(args))
        return super().call_function(target, args, kwargs)


class Swapping(fx.Transformer):
    def call_function(self, target, args, kwargs):
        return super().call_function(torch.sigmoid if target is torch.relu else target, args, kwargs)


def tried(f, *args, **kwargs):
    try:
        return f(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


torch.manual_seed(0)
layer, x = Layer().eval(), torch.rand(3, 4)
traced = fx.symbolic_trace(layer)
print(traced.graph, traced.code, traced, sep="\n")
print(torch.equal(traced(x), layer(x)), [n for n, _ in traced.named_parameters()], traced.training)
print(
    [
        (n.op, n.name, n.target if isinstance(n.target, str) else n.target.__name__, len(n.users))
        for n in traced.graph.nodes
    ]
)
traced(x).sum().backward()
print(layer.weight.grad.shape, traced.linear is layer.linear)


def f(x, y, rest=(1, 2)):
    z = squared(x) + torch.tensor([1.0, 2.0]) - y.size(0)
    z += 1
    w = torch.stack([z, z.neg()], dim=0)[0]
    w = torch.where(w > 0, w, -w) @ y.T
    return {"w": w, "all": (w, len(rest), 2 // x, x.shape)}


function = fx.symbolic_trace(f)
print(function.graph, function.code, type(function).__name__, sep="\n")
print(function(torch.ones(2), torch.eye(2), [5]))
tracer = Wide()
print(tracer.trace(nn.Sequential(nn.Sequential(nn.Flatten(), nn.Identity()), nn.Identity())))


def relus(a, b):
    return torch.relu(a) + torch.add(a, b) * torch.relu(b)


gm = fx.symbolic_trace(relus)
for node in list(gm.graph.nodes):
    if node.op == "call_function" and node.target is torch.add:
        with gm.graph.inserting_after(node):
            new = gm.graph.call_function(torch.sub, node.args, node.kwargs)
        print(node.replace_all_uses_with(new), node.users, new.all_input_nodes, new.prev, new.next)
        gm.graph.erase_node(node)
gm.graph.lint()
gm.recompile()
print(gm.code, gm(torch.tensor(2.0), torch.tensor(3.0)))
print(Swapping(gm).transform().code)
print(Counting(gm).run(torch.ones(2), torch.zeros(2)))
again = copy.deepcopy(gm)
with again.graph.inserting_before():
    again.graph.placeholder("c")
dead = next(n for n in again.graph.nodes if n.op == "output")
with again.graph.inserting_before(dead):
    again.graph.call_method("neg", (next(iter(again.graph.nodes)),))
print(again.graph.eliminate_dead_code(), again.graph)
print(len(fx.replace_pattern(gm, lambda a, b: torch.relu(a) + b, lambda a, b: torch.sigmoid(b).mul(a))), gm.code)
net = fx.symbolic_trace(nn.Sequential(nn.Linear(4, 3), nn.ReLU()))
ShapeProp(net).propagate(torch.rand(2, 4))
print([(n.name, n.meta["tensor_meta"].shape, n.meta["tensor_meta"].dtype) for n in net.graph.nodes])
made = fx.Graph()
a = made.placeholder("a")
out = made.output(made.call_module("lin", (made.call_function(operator.mul, (a, 2)),)))
print(made, fx.GraphModule({"lin": nn.Linear(2, 1)}, made)(torch.zeros(1, 2)).shape)
for wrong in (
    lambda: fx.symbolic_trace(lambda x: x if x.sum() > 0 else -x),
    lambda: fx.symbolic_trace(lambda x: [v for v in x]),
    lambda: fx.symbolic_trace(lambda x: range(x)),
    lambda: made.erase_node(a),
    lambda: fx.GraphModule({}, made),
):
    print(tried(wrong))
print(layer(x).shape, torch.relu(x).shape)
