"""Values that decide what a function does: a compiled one asks them in each call, and raises what the function itself raises. (What is wanted is what
the same function does when it is not compiled.)"""

import warnings

import pytest

import compat as torch

F = torch.nn.functional
TABLE = torch.arange(12.0).reshape(4, 3)


def ints(*values):
    return torch.tensor(values)


def floats(*values):
    return torch.tensor([float(v) for v in values])


INVALID = {  # name -> (function, what it takes, what it refuses)
    "embedding": (lambda i: F.embedding(i, TABLE), ints(0, 1), [ints(0, -1), ints(0, 4)]),
    "embedding_bag": (lambda i: F.embedding_bag(i, TABLE), ints([0, 1]), [ints([0, -1]), ints([0, 4])]),
    "cross_entropy": (lambda t: F.cross_entropy(TABLE, t), ints(0, 1, 2, -100), [ints(0, 1, 3, 0), ints(0, -1, 2, 0)]),
    "nll_loss": (lambda t: F.nll_loss(TABLE, t), ints(0, 1, 2, 0), [ints(0, 1, 3, 0), ints(0, -1, 2, 0)]),
    "index_select": (lambda i: TABLE.index_select(0, i), ints(0, 1), [ints(0, -1), ints(0, 4)]),
    "indexing": (lambda i: TABLE[i], ints(0, -1), [ints(0, 4), ints(-5, 0)]),
    "gather": (lambda i: TABLE.gather(1, i), ints([0], [1]), [ints([0], [-1]), ints([0], [3])]),
    "scatter": (lambda i: torch.zeros(3).scatter(0, i, floats(1, 2)), ints(0, 1), [ints(0, -1), ints(0, 3)]),
    "scatter_add": (lambda i: torch.zeros(3).scatter_add(0, i, floats(1, 2)), ints(0, 1), [ints(0, -1), ints(0, 3)]),
    "index_add": (lambda i: torch.zeros(3).index_add(0, i, floats(1, 2)), ints(0, 1), [ints(0, -1), ints(0, 3)]),
    "index_copy": (lambda i: torch.zeros(3).index_copy(0, i, floats(1, 2)), ints(0, 1), [ints(0, -1), ints(0, 3)]),
    "index_fill": (lambda i: torch.zeros(3).index_fill(0, i, 1.0), ints(0, 1), [ints(0, -1), ints(0, 3)]),
    "one_hot": (lambda i: F.one_hot(i, 3), ints(0, 1), [ints(0, -1), ints(0, 3)]),
    "binary_cross_entropy": (lambda x: F.binary_cross_entropy(x, floats(0, 1)), floats(0.1, 1), [floats(0.1, 2), floats(-1, 0)]),
    "multi_margin_loss": (lambda t: F.multi_margin_loss(TABLE, t), ints(0, 1, 2, 0), [ints(0, 1, 3, 0), ints(0, -1, 2, 0)]),
    "multilabel_margin_loss": (lambda t: F.multilabel_margin_loss(TABLE[:1], t), ints([0, -1, -1]), [ints([0, 3, -1]), ints([0, -2, 1])]),
    "gaussian_nll_loss": (lambda v: F.gaussian_nll_loss(floats(1), floats(2), v), floats(1), [floats(-1)]),
    "max_unpool1d": (lambda i: F.max_unpool1d(floats(1, 2).reshape(1, 1, 2), i, 2), ints([[0, 2]]), [ints([[0, -1]]), ints([[0, 9]])]),
    "integer division": (lambda x: 4 // x, ints(1, 2), [ints(1, 0)]),
    "integer remainder": (lambda x: 4 % x, ints(1, 2), [ints(1, 0)]),
    "cholesky": (torch.linalg.cholesky, torch.eye(2), [-torch.eye(2)]),
    "inv": (lambda x: x.inverse(), torch.eye(2), [torch.zeros(2, 2)]),
    "svd": (lambda x: torch.linalg.svd(x)[1], torch.eye(2), [torch.full((2, 2), float("nan"))]),
    "a distribution": (lambda s: torch.distributions.Normal(0.0, s).log_prob(floats(1)), floats(1), [floats(-1)]),
    "a sample of one": (torch.distributions.Bernoulli(floats(0.5)).log_prob, floats(1), [floats(0.5)]),
    "quantile": (lambda q: floats(1, 2, 3).quantile(q), torch.tensor(0.5), [torch.tensor(1.5)]),
    "an assertion": (lambda x: (torch._assert_async(x), x * 2)[1], ints(1), [ints(0)]),
}  # fmt: skip


def outcome(f, x):
    try:
        return str(f(x.clone()))
    except Exception as error:
        return f"{type(error).__name__}: {error}".split("\n")[0]


@pytest.mark.parametrize("name", INVALID)
def test_each_call_is_refused_what_the_function_refuses(name):
    f, fits, wrong = INVALID[name]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        compiled = torch.compile(f)
        assert outcome(compiled, fits) == outcome(f, fits)
        for x in wrong:
            assert "Error: " in outcome(f, x)
            assert outcome(compiled, x) == outcome(f, x)
        assert outcome(compiled, fits) == outcome(f, fits)


def test_most_of_them_are_compiled_nevertheless():
    for name in (
        "embedding",
        "cross_entropy",
        "gather",
        "scatter_add",
        "one_hot",
        "binary_cross_entropy",
        "integer division",
        "an assertion",
    ):
        f, fits, _ = INVALID[name]
        assert outcome(torch.compile(f, fullgraph=True), fits) == outcome(f, fits)


def swallowed(x):
    try:
        return x * float(x.sum())
    except Exception:
        return x


def printed(x, said=[]):  # noqa: B006
    try:
        print("", end="")
    except RuntimeError:
        return -x
    return x


ASKED = {
    "bool": lambda x: x + 1 if x else x - 1,
    "swallowed": swallowed,
    "printed": printed,
    "captured": lambda x: x + 1 if KEPT else x - 1,
}
KEPT = torch.tensor(1.0)


@pytest.mark.parametrize("name", ASKED)
def test_a_value_that_is_asked_for_is_that_of_each_call(name):
    f = ASKED[name]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        compiled, found = torch.compile(f), []
        for g in (f, compiled):
            KEPT.fill_(1.0)
            found.append([])
            for value in (1.0, 0.0, 2.0):
                found[-1].append(g(torch.tensor(value)).item())
                KEPT.fill_(value)
    assert found[0] == found[1]


def test_a_failing_program_leaves_all_as_it_was():
    state = torch.zeros(2)

    def f(x):
        state.add_(1)
        return torch.linalg.inv(x)

    compiled = torch.compile(f)
    compiled(torch.eye(2))
    with pytest.raises(RuntimeError, match="singular"):
        compiled(torch.zeros(2, 2))
    assert state.tolist() == [2.0, 2.0]  # (the function itself adds before it fails)


def which_are_one(x, y):
    return (x is y), x + y


def test_whether_two_tensors_are_one_is_asked_in_each_call():
    f, a = torch.compile(which_are_one, fullgraph=True), torch.ones(2)
    assert [f(a, a)[0], f(a, a * 2)[0], f(a, a)[0]] == [True, False, True]


def test_a_swap_of_attributes_and_an_argument_that_is_kept_are_compiled():
    class Swapping(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.last = torch.ones(2), torch.zeros(2), None

        def forward(self, x):
            self.a, self.b = self.b, self.a + x
            self.last = x
            return x + self.a

    plain, module = Swapping(), Swapping()
    compiled = torch.compile(module, fullgraph=True)
    for i in range(4):
        x = torch.full((2,), float(i))
        assert torch.equal(compiled(x), plain(x))
        assert module.last is x
    assert torch.equal(module.a, plain.a) and torch.equal(module.b, plain.b)


def test_a_grad_that_is_given_back_is_the_grad():
    net = torch.nn.Linear(2, 1)

    def f(x):
        net.zero_grad()
        net(x).sum().backward()
        return net.weight.grad

    compiled = torch.compile(f, fullgraph=True)
    assert all([compiled(torch.ones(1, 2)) is net.weight.grad for _ in range(3)])


def test_second_derivatives_of_a_compiled_checkpoint():
    from compat.utils.checkpoint import checkpoint

    w, x = torch.ones(3, requires_grad=True), torch.ones(3)
    f = torch.compile(lambda x: checkpoint(lambda x: torch.sin(x * w), x, use_reentrant=False).sum(), fullgraph=True)
    (g,) = torch.autograd.grad(f(x), w, create_graph=True)
    assert torch.allclose(torch.autograd.grad(g.sum(), w)[0], -torch.sin(x))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shape", [(32, 64), (4, 8, 64)])
def test_a_layer_of_half_precision_is_rounded_once(dtype, shape):
    torch.manual_seed(0)
    layer, x = torch.nn.Linear(64, 64).to(dtype), torch.randn(*shape).to(dtype)
    assert torch.equal(torch.compile(layer, fullgraph=True)(x), layer(x))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize(
    "f",
    [
        lambda w, x: w * x, lambda w, x: x / w, lambda w, x: w / x, lambda w, x: w**3 * x, lambda w, x: w * w * x * w,
        lambda w, x: F.gelu(w * x), lambda w, x: F.layer_norm(w * x, (3,), w, w), lambda w, x: torch.softmax(w * x, 0) * x,
    ],
)  # fmt: skip
def test_gradients_of_half_precision_inside_are_rounded_operation_by_operation(dtype, f):
    w = torch.full((3,), 0.3, dtype=dtype, requires_grad=True)
    x = torch.tensor([1.3, 0.7, 0.1], dtype=dtype)

    def grads(x):
        w.grad = None
        f(w, x).square().sum().backward()
        return w.grad.clone(), torch.autograd.grad(f(w, x).sum(), w)[0]

    found = torch.compile(grads, fullgraph=True)(x), w.grad, grads(x), w.grad
    (a, b), left, (c, d), wanted = found
    assert {g.dtype for g in (a, b, left, c, d)} == {dtype}
    assert torch.equal(a, c) and torch.equal(b, d) and torch.equal(left, wanted)


def test_fx_sees_into_a_compiled_function():
    traced = torch.fx.symbolic_trace(torch.compile(lambda x: torch.relu(x) + 1))
    assert [n.name for n in traced.graph.nodes] == ["x", "relu", "add", "output"]
