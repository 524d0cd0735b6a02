"""Bad input to compat: torch's own words, with the user's lines; one test or more for each row of complaints.

Nothing that the user owns is changed by an operation that fails. torch's sentences are those of torch 2.13.
"""

import ast
import contextlib
import functools
import importlib
import math
import pathlib
import sys
import traceback
import warnings
import weakref

import numpy as np
import pytest

import compat as torch
import funcgrad as fg
from compat import _reading as reading
from compat import breaks
from compat.utils._pytree import tree_map
from tests.raised import line, line_in, refused

deprecations = sys.modules[f"{torch.__name__}.deprecations"]
HERE = pathlib.Path(__file__).name


# ------------------------------------------------------------------------------------------------ row 2
def test_row_02_modified_in_place_names_the_save_and_the_change_on_the_first_run():
    w = torch.tensor([1.0, 2.0], requires_grad=True)

    def program():
        y = w * 1.0
        z = (y * y).sum()
        y.add_(1.0)
        z.backward()

    error = refused(
        RuntimeError,
        program,
        "one of the variables needed for gradient computation has been modified by an inplace operation",
    )
    assert line_in(program, "z = (y * y)") in str(error)
    assert line_in(program, "y.add_(1.0)") in str(error)
    assert "Clone it before the change" in str(error)
    assert w.grad is None and w.tolist() == [1.0, 2.0]


def test_row_02_backward_twice_names_the_recording():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    z = (w * w).sum()
    made = f"{HERE}:{sys._getframe().f_lineno - 1}"
    z.backward()
    freed = f"{HERE}:{sys._getframe().f_lineno - 1}"
    refused(
        RuntimeError, z.backward, "Trying to backward through the graph a second time", "retain_graph=True", made, freed
    )
    assert w.grad.tolist() == [2.0, 4.0]


# ------------------------------------------------------------------------------------------------ row 3
W = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
X = torch.ones(4, 3)
LABELS = torch.tensor([0, 1, 2, 0])
NO_GRAPH = "element 0 of tensors does not require grad and does not have a grad_fn"


def detached():
    hidden = (W * 2).detach()  # broken
    loss = hidden.sum()
    loss.backward()


def detached_in_place():
    y = W * 2
    y.detach_()  # broken
    y.sum().backward()


def data():
    y = W.data * 2  # broken
    loss = y.sum()
    loss.backward()


def item():
    total = 0.0
    for i in range(3):
        total += (W * i).sum().item()  # broken
    loss = torch.tensor(total)
    loss.backward()


def tolist():
    numbers = (W * 2).tolist()  # broken
    loss = torch.tensor(numbers).sum()
    loss.backward()


def numpy():
    a = (W * 2).detach().numpy()  # broken
    loss = torch.from_numpy(a).sum()
    loss.backward()


def no_grad():
    with torch.no_grad():  # broken
        y = W * 2
    loss = y.sum()
    loss.backward()


def drawn():
    normal = torch.distributions.Normal(W, 1.0)
    loss = normal.sample().sum()  # broken
    loss.backward()


def drawn_at_once():
    y = torch.distributions.Categorical(logits=W).sample()  # broken
    loss = (y * 1.0).sum()
    loss.backward()


def values_of_a_state():
    values = torch.nn.Linear(2, 2).state_dict()  # broken
    loss = (values["weight"] * 2.0).sum()
    loss.backward()


def by_a_function_of_torchs():
    y = torch.detach(W)  # broken
    loss = (y * 2).sum()
    loss.backward()


def by_an_unbound_method():
    y = torch.Tensor.detach(W)  # broken
    loss = (y * 2).sum()
    loss.backward()


def by_a_mapped_method():
    y = list(map(torch.Tensor.detach, [W]))  # broken
    loss = (y[0] * 2).sum()
    loss.backward()


def by_a_mapped_tree():
    y = tree_map(torch.Tensor.detach, {"a": W})  # broken
    loss = (y["a"] * 2).sum()
    loss.backward()


def by_a_copy():
    y = torch.detach_copy(W)  # broken
    loss = (y * 2).sum()
    loss.backward()


def by_a_parameter():
    y = torch.nn.Parameter(W * 2, requires_grad=False)  # broken
    loss = (y * 2).sum()
    loss.backward()


def by_a_pretrained_layer():
    layer = torch.nn.Embedding.from_pretrained(torch.ones(2, 3) * W)  # broken
    loss = layer(torch.tensor([1])).sum()
    loss.backward()


def by_compiled_code():
    cut = torch.compile(torch.detach)
    y = cut(W)  # broken
    loss = (y * 2).sum()
    loss.backward()


def chosen_of_what_detaches_inside():
    loss = torch.nn.functional.gumbel_softmax(W, hard=True).argmax() * 1.0  # broken
    loss.backward()


def inference_mode():
    with torch.inference_mode():  # broken
        y = W * 2
    loss = y.sum()
    loss.backward()


@torch.no_grad()  # broken
def predicted(x):
    return x * W


def decorated():
    out = predicted(X)
    loss = (out**2).mean()
    loss.backward()


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 1)

    def forward(self, x):
        return self.layer(x).detach()  # broken


def in_a_module():
    model = Model()
    loss = (model(X) ** 2).mean()
    loss.backward()


def argmax():
    out = X * W
    picked = out.argmax(1)  # broken
    right = (picked == LABELS).float().mean()
    right.backward()


def comparison():
    loss = ((X * W).sum(1) > 2).float().mean()  # broken
    loss.backward()


def integers():
    y = (W * 2).long()  # broken
    loss = y.float().sum()
    loss.backward()


def to_integers():
    y = (W * 2).to(torch.int64)  # broken
    loss = y.double().sum()
    loss.backward()


def made_anew():
    a, b = (W * 2).sum(), (W * 3).sum()
    with warnings.catch_warnings(action="ignore"):
        loss = torch.tensor([a, b]).mean()  # broken
    loss.backward()


def copied():
    y = W * 2
    with warnings.catch_warnings(action="ignore"):
        z = torch.tensor(y)  # broken
    z.sum().backward()


def outside():
    y = np.tanh((W * 2).detach())  # broken
    torch.as_tensor(y).sum().backward()


def collected():
    losses = []
    for i in range(2):
        losses.append((W * i).sum().detach())  # broken
    torch.stack(losses).sum().backward()


def scored(x):
    return (x * W).argmax(1).float()  # broken


def in_a_function():
    loss = (scored(X) - 1.0).mean()
    loss.backward()


class Picking(torch.nn.Module):
    def forward(self, x):
        return (x * W > 1).float()  # broken


def in_a_forward():
    model = Picking()
    (model(X) - 1.0).mean().backward()


class Outer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Picking()

    def loss(self):
        loss = self.inner(X).sum()
        loss.backward()


def in_an_inner_module():
    Outer().loss()


class Trainer:
    def step(self):
        self.loss = (X * W).mean()

    def fit(self):
        self.step()
        self.loss = torch.tensor(self.loss)  # broken
        self.loss.backward()


def in_a_trainer():
    with warnings.catch_warnings(action="ignore"):
        Trainer().fit()


SURE = [
    (detached, "detach()"),
    (detached_in_place, "detach_()"),
    (data, ".data"),
    (item, "item()"),
    (tolist, "tolist()"),
    (numpy, "detach()"),
    (no_grad, "no_grad()"),
    (inference_mode, "inference_mode()"),
    (in_a_module, "detach()"),
    (outside, "detach()"),
    (collected, "detach()"),
    (drawn, "sample()"),
    (values_of_a_state, "state_dict()"),
    (by_a_function_of_torchs, "detach()"),
    (by_an_unbound_method, "detach()"),
    (by_a_mapped_method, "detach()"),
    (by_a_mapped_tree, "detach()"),
    (by_a_copy, "detach()"),
    (by_a_parameter, "detach()"),
    (by_a_pretrained_layer, "detach()"),
    (by_compiled_code, "detach()"),
]
READ = [
    (argmax, "argmax"),
    (chosen_of_what_detaches_inside, "argmax"),
    (drawn_at_once, "sample()"),
    (comparison, "a comparison"),
    (integers, "an integer dtype"),
    (to_integers, "an integer dtype"),
    (made_anew, "torch.tensor()"),
    (copied, "torch.tensor()"),
    (in_a_function, "argmax"),
    (in_a_forward, "a comparison"),
    (in_an_inner_module, "a comparison"),
    (in_a_trainer, "torch.tensor()"),
]
ELSEWHERE = {
    in_a_module: Model.forward,
    in_a_function: scored,
    in_a_forward: Picking.forward,
    in_an_inner_module: Picking.forward,
    in_a_trainer: Trainer.fit,
}


def message_of(program):
    torch.autograd.backward((W * W).sum())  # (what came before is forgotten)
    kept = W.grad.clone()
    with pytest.raises(RuntimeError) as caught:
        program()
    text = str(caught.value)
    assert text.splitlines()[0] == NO_GRAPH  # torch's own words, alone on their line
    assert f"backward() at {HERE.rpartition('/')[2]}" in text.replace(str(pathlib.Path(__file__).parent) + "/", "")
    assert torch.equal(W.grad, kept)
    return text


@pytest.mark.parametrize(("program", "kind"), SURE, ids=[p.__name__ for p, _ in SURE])
def test_row_03_the_line_that_broke_the_chain_is_named(program, kind):
    text = message_of(program)
    broken = line_in(ELSEWHERE.get(program, program), "# broken")
    first = next(k for k in text.splitlines() if "# broken" in k)
    assert broken in first  # with its source, and first of the lines that are listed
    assert f"{kind}: " in text or f"made by {kind} at" in text
    assert "leads through" in text or "This very Tensor" in text


@pytest.mark.parametrize(("program", "kind"), READ, ids=[p.__name__ for p, _ in READ])
def test_row_03_what_no_run_notes_is_read_from_the_source(program, kind):
    text = message_of(program)
    assert "As the source reads" in text
    assert line_in(ELSEWHERE.get(program, program), "# broken") in text and f"{kind}: " in text


def test_row_03_a_decorated_function_is_named():
    text = message_of(decorated)
    assert "@torch.no_grad()  # broken" in text and "take the decorator off" in text


def test_row_03_recording_that_is_off_is_said_first():
    def program():
        with torch.no_grad():
            loss = (W * 2).sum()
            loss.backward()

    text = message_of(program)
    assert "Recording is switched off here, by no_grad()" in text and line_in(program, "with torch.no_grad()") in text

    def switched():
        torch.set_grad_enabled(False)
        try:
            (W * 2).sum().backward()
        finally:
            torch.set_grad_enabled(True)

    assert "by set_grad_enabled(False)" in message_of(switched)


def test_row_03_frozen_parameters_are_named():
    def program():
        layer = torch.nn.Linear(3, 1)
        for p in layer.parameters():
            p.requires_grad = False
        layer(X).mean().backward()

    text = message_of(program)
    assert line_in(program, "p.requires_grad = False") in text and "frozen" in text


def test_row_03_lines_elsewhere_are_suspects_only():
    def program(step):
        seen = W.sum().item()  # noqa: F841 (beside the loss, not on its way)
        loss = step(X).mean()
        loss.backward()

    text = message_of(lambda: program(lambda x: x * 2.0))
    assert "look whether one of them" in text and line_in(program, "seen = W.sum().item()") in text
    assert "leads through" not in text


def test_row_03_a_mode_that_a_stack_enters_is_a_suspect():
    def program():
        with contextlib.ExitStack() as stack:
            stack.enter_context(torch.no_grad())
            loss = (W * 2).sum()
        loss.backward()

    text = message_of(program)
    assert line_in(program, "stack.enter_context") in text and "no_grad()" in text


@pytest.mark.parametrize(
    "step",
    [
        lambda: torch.allclose(W * 2.0, W),
        lambda: f"{W.sum():.3f}",
        lambda: torch.nn.Embedding(3, 2, max_norm=1.0)(torch.tensor([1])),
        lambda: pytest.raises(RuntimeError, torch.matmul, torch.ones(2, 3, 4), W.reshape(3, 1)),
    ],
    ids=["allclose", "format", "embedding", "a failed product"],
)
def test_row_03_what_functions_do_inside_is_no_suspect(step):
    def program():
        step()
        torch.zeros(()).backward()

    text = message_of(program)
    assert not any(kind + ":" in text for kind in breaks.MEANING)


def test_row_03_a_backward_that_went_through_forgets_the_suspects():
    W.sum().detach()
    text = message_of(lambda: (X * 2.0).sum().backward())
    assert "comes from what does not require grad: `X`." in text


@pytest.mark.parametrize(
    "file", sorted(pathlib.Path(__file__).parents[2].rglob("examples/**/*.py")), ids=lambda p: p.name
)
def test_row_03_any_source_can_be_read(file):
    tree = ast.parse(file.read_text())
    for scope in [tree, *[n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]]:
        for step in reading.steps_of(scope):
            assert step.first <= step.last and all(isinstance(k, str) for k in step.targets)
            assert all(number >= 1 and kind in breaks.MEANING for number, kind in reading.breaks_in(step.value, {}))
            reading.functions_in(step.value, vars(torch))
        for number in range(1, file.read_text().count("\n") + 2):
            asked = reading.asked_for(scope, number)
            assert asked is None or asked.lineno <= number


def test_row_03_what_only_chooses_is_no_suspect():
    def program():
        with torch.set_grad_enabled(True):
            y = torch.where(W > 0, X, X * 2)
        z = y[W.argmax()] if W.sum() > 0 else y[W > 1]
        seen = [z]
        loss = z.gather(0, (W - 1).long()).sum()
        loss.backward()
        return seen

    assert "No line is known" in message_of(program)


def test_row_03_without_a_source():
    space = {"torch": torch, "W": W}
    exec("def program():\n    y = (W * 2).detach()\n    z = y * 2.0\n    z.sum().backward()", space)
    text = message_of_any(space["program"])
    assert "<string>:2" in text and "detach()" in text


def message_of_any(program):
    torch.autograd.backward((W * W).sum())
    return str(refused(RuntimeError, program, NO_GRAPH))


def test_row_03_which_of_several_tensors():
    refused(RuntimeError, lambda: torch.autograd.backward([W.sum(), W.detach().sum()]), "element 1 of tensors")


def test_row_03_notes_hold_no_tensor_alive():
    y = (W * torch.ones(3)).sum()
    ref = weakref.ref(y)
    y.detach()
    y.item()
    del y
    assert ref() is None


def test_row_03_grad_by_a_tensor_that_is_not_tracked():
    x = (W * 2).detach()
    error = refused(
        RuntimeError, lambda: torch.autograd.grad(W.sum(), [W, x]), "inputs[1]", "[3] torch.float32", "detach()"
    )
    assert str(error).splitlines()[0] == "One of the differentiated Tensors does not require grad"


def test_row_03_grad_by_a_tensor_that_was_not_used():
    x = torch.ones(2, 2, requires_grad=True)
    error = refused(RuntimeError, lambda: torch.autograd.grad(W.sum(), [W, x]), "inputs[1], [2, 2] torch.float32", HERE)
    assert str(error).splitlines()[0] == (
        "The differentiated Tensor at index 1 appears to not have been used in the graph. Set allow_unused=True if this is "
        "the desired behavior."
    )


def test_row_03_backward_of_several_elements():
    error = refused(RuntimeError, lambda: (W * 2).backward(), "[3] torch.float32", "sum()", "ones_like", line())
    assert str(error).splitlines()[0] == "grad can be implicitly created only for scalar outputs"


def test_row_03_requires_grad_by_hand_trains_nothing():
    def program():
        loss = (W.detach() * 2).sum()  # broken
        loss.requires_grad = True
        for _ in range(2):
            loss.backward()

    W.grad = None
    with warnings.catch_warnings(record=True, action="always") as caught:
        program()
    (one,) = caught  # once for the line
    assert one.category is UserWarning and "this trains nothing" in str(one.message)
    for text in ("loss.requires_grad = True", "# broken", "loss.backward()"):
        assert line_in(program, text) in str(one.message), text
    assert f"{pathlib.Path(one.filename).name}:{one.lineno}" == line_in(program, "loss.backward()")
    assert W.grad is None


@pytest.fixture
def written(tmp_path, monkeypatch, request):
    """A function `program(torch, W)` of these lines, in a file of its own."""
    name = f"row_03_{abs(hash(request.node.name))}"
    monkeypatch.syspath_prepend(tmp_path)

    def program_of(*lines):
        (tmp_path / f"{name}.py").write_text("\n    ".join(["def program(torch, W):", *lines, ""]), encoding="utf-8")
        return functools.partial(importlib.import_module(name).program, torch, W), name

    yield program_of
    sys.modules.pop(name, None)


@pytest.mark.parametrize(
    "made",
    [
        "torch.autograd.Variable(W.sum().data, ",
        "torch.tensor(W.sum().item(), ",
        "torch.tensor(W.detach().numpy().sum(), ",
    ],
)
def test_row_03_a_leaf_made_of_a_value_trains_nothing(made, written):
    program, file = written(f"loss = {made}requires_grad=True)", "loss.backward()")
    with warnings.catch_warnings(record=True, action="always") as caught:
        program()
        program()
    (one,) = caught  # once for the line
    assert "this trains nothing: `loss` was made with requires_grad=True" in str(one.message)
    assert f"{file}.py:2: loss = {made}" in str(one.message) and (one.filename.endswith(f"{file}.py"), one.lineno) == (
        True,
        3,
    )


@pytest.mark.parametrize(
    "line", ["W.max(0)[1]", "torch.sort(W)[1]", "W.topk(2).indices", "torch.bucketize(W, W)", "W.new_tensor(W.sum())"]
)
@pytest.mark.filterwarnings("ignore:To copy construct")
def test_row_03_indices_and_copies(line, written):
    program, file = written(f"found = {line}", "found.float().sum().backward()")
    text = message_of_any(program)
    assert f"{file}.py:2: found = {line}" in text and "detach()" not in text


def test_row_03_a_leaf_of_the_users_own_warns_of_nothing():
    with warnings.catch_warnings(action="error"):
        a = torch.ones((), requires_grad=True)
        a.backward()
        adversarial = (W * 2).detach().requires_grad_()
        adversarial.sum().backward()
        b = torch.tensor(2.0)
        b.requires_grad_()
        (b * 3).backward()
    assert [a.grad.item(), b.grad.item(), adversarial.grad.tolist()] == [1.0, 3.0, [1.0, 1.0, 1.0]]


def test_row_03_integers_are_named():
    counts = torch.tensor([1, 2]).sum()
    refused(RuntimeError, lambda: counts.backward(), "The Tensor is torch.int64", "carry no gradient", line())


def test_row_03_requires_grad_of_a_non_leaf_cannot_be_set():
    y = W * 2
    for on in (True, False):
        with pytest.raises(RuntimeError, match="you can only change requires_grad flags of leaf variables."):
            y.requires_grad = on
    assert y.requires_grad_() is y


def test_row_03_integers_refuse_requires_grad():
    refused(
        RuntimeError,
        lambda: torch.tensor([1, 2], requires_grad=True),
        "Only Tensors of floating point and complex dtype can require gradients",
    )


# ------------------------------------------------------------------------------------------------ row 11
@pytest.mark.parametrize("leak", [lambda w: w.numpy(), np.asarray, np.sin], ids=["numpy", "asarray", "sin"])
def test_row_11_numpy_of_a_tracked_tensor_refuses(leak):
    w = torch.ones(2, requires_grad=True)
    error = refused(RuntimeError, lambda: leak(w), "Can't call numpy() on Tensor that requires grad.")
    assert str(error).endswith("Use tensor.detach().numpy() instead.")  # torch's own words; the rest is a note
    (note,) = error.__notes__
    assert HERE in note and "[2] torch.float32" in note and "torch's function" in note


@pytest.mark.parametrize("convert", [float, complex, math.sin, lambda t: np.zeros(2).__setitem__(0, t)])
def test_row_11_a_number_made_of_a_tracked_tensor_warns_once(convert, monkeypatch):
    monkeypatch.setattr(deprecations, "_said", set())
    w = torch.ones(2, requires_grad=True)
    with warnings.catch_warnings(record=True, action="always") as caught:
        for _ in range(2):
            convert(w[0])
        here = f"{HERE}:{sys._getframe().f_lineno - 1}"
        convert(w[1])
    (one,) = caught
    assert str(one.message).startswith("Converting a tensor with requires_grad=True to a scalar may lead to")
    assert pathlib.Path(one.filename).name == HERE
    if isinstance(convert, type):
        assert here in str(one.message) and f"{HERE}:{one.lineno}" == here
    with warnings.catch_warnings(action="error"):
        assert w[0].item() == int(w[0]) == float(w.detach()[0]) == 1.0  # torch warns of none of these


# ------------------------------------------------------------------------------------------------ row 15
def test_row_15_detect_anomaly_names_the_line():
    x = torch.zeros((), requires_grad=True)

    def program():
        y = x.sqrt()
        (y * 0).backward()

    with warnings.catch_warnings(action="ignore"), torch.autograd.detect_anomaly():
        refused(
            RuntimeError, program, "Function 'SqrtBackward0' returned nan values in its 0th output.",
            line_in(program, "y = x.sqrt()"),
        )  # fmt: skip


def test_row_15_check_nans_serves_both_faces():
    x = torch.zeros(2, requires_grad=True)

    def program():
        y = x / x
        return y.sum()

    def later():
        y = x.sqrt()
        (y * 0).sum().backward()

    with fg.config(check_nans=True):
        refused(FloatingPointError, program, "div", line_in(program, "y = x / x"), "[0., 0.]")
        refused(FloatingPointError, later, "the derivative of sqrt", line_in(later, "y = x.sqrt()"))
    assert program().isnan().item()
    assert x.tolist() == [0.0, 0.0]


# ------------------------------------------------------------------------------------------------ row 16
def two_steps(zero):
    w = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    for _ in range(2):
        if zero:
            optimizer.zero_grad()
        w.sum().backward()
        optimizer.step()


def test_row_16_a_forgotten_zero_grad_warns_where_asked_for():
    with torch.optim.warn_if_not_zeroed():
        with pytest.warns(UserWarning, match=r"zero_grad\(\) forgotten") as caught:
            two_steps(zero=False)
    (one,) = caught
    assert line_in(two_steps, "optimizer.step()") in str(one.message)
    assert f"{pathlib.Path(one.filename).name}:{one.lineno}" == line_in(two_steps, "w.sum().backward()")


def test_row_16_no_warning_unasked_or_with_zero_grad():
    with warnings.catch_warnings(action="error"):
        two_steps(zero=False)
        with torch.optim.warn_if_not_zeroed():
            two_steps(zero=True)


# ------------------------------------------------------------------------------------------------ row 17
def test_row_17_grad_of_a_non_leaf_warns_at_the_users_line():
    y = torch.ones(2, requires_grad=True) * 2
    made = f"{HERE}:{sys._getframe().f_lineno - 1}"
    with warnings.catch_warnings(record=True, action="default") as caught:
        for _ in range(2):
            here, got = line(), y.grad
    assert got is None
    (one,) = caught
    assert f"{pathlib.Path(one.filename).name}:{one.lineno}" == here
    text = str(one.message)
    assert text.startswith("The .grad attribute of a Tensor that is not a leaf Tensor is being accessed.")
    assert ".retain_grad()" in text
    assert "`y` was made at" in text and made in text and "MulBackward0" in text


def test_row_17_each_place_has_its_own_warning():
    w = torch.ones(2, requires_grad=True)
    with warnings.catch_warnings(record=True, action="default") as caught:
        for _ in range(3):
            (w * 2).grad  # noqa: B018
            (w.exp() + 1).grad  # noqa: B018
    assert [("MulBackward0" in str(c.message), "AddBackward0" in str(c.message)) for c in caught] == [
        (True, False),
        (False, True),
    ]
    assert "[The Tensor was made at" in str(caught[0].message)


# ------------------------------------------------------------------------------------------------ row 18
WRITES = {
    "item": lambda t: t.__setitem__(0, 1.0),
    "add_": lambda t: t.add_(1.0),
    "view": lambda t: t[0:1].add_(1.0),
    "view of a view": lambda t: t.view(-1)[0:1].mul_(2.0),
    "+=": lambda t: t.__iadd__(1.0),
    "zero_": lambda t: t.zero_(),
}


@pytest.mark.parametrize("how", WRITES)
def test_row_18_a_write_into_a_leaf_raises_before_the_write(how):
    leaf = torch.tensor([3.0, 4.0], requires_grad=True)
    error = refused(
        RuntimeError,
        lambda: WRITES[how](leaf),
        "leaf Variable that requires grad is being used in an in-place operation.",
    )
    assert str(error).startswith("a view of a leaf" if how in ("item", "view", "view of a view") else "a leaf")
    (note,) = error.__notes__
    for word in (HERE, "nothing was written", "no_grad()", "clone()", "cat", "requires_grad=False"):
        assert word in note
    assert leaf.tolist() == [3.0, 4.0] and leaf._version == 0 and leaf.is_leaf


def test_row_18_each_remedy_works():
    leaf = torch.tensor([3.0, 4.0], requires_grad=True)
    with torch.no_grad():
        leaf.add_(1.0)
    assert leaf.tolist() == [4.0, 5.0]
    copy = leaf.clone()
    copy[0] = 7.0
    copy.sum().backward()
    assert leaf.grad.tolist() == [0.0, 1.0]
    a = torch.tensor([5.0], requires_grad=True)
    buffer = torch.zeros(2)
    buffer[0] = (a * 2)[0]
    buffer.sum().backward()
    assert a.grad.tolist() == [2.0]


# ------------------------------------------------------------------------------------------------ rows 1, 6, 7, 10
def test_row_01_sizes_that_do_not_fit_change_nothing():
    a = torch.zeros(3)
    refused(RuntimeError, lambda: a.add_(torch.ones(2)), "size of tensor")
    assert a.tolist() == [0.0, 0.0, 0.0] and a._version == 0


def test_row_06_bool_under_vmap_and_jit_names_the_line():
    def f(x):
        return x * 2 if x.sum() > 0 else x

    for transform in (fg.vmap, fg.jit):
        refused(TypeError, lambda t=transform: t(f)(torch.ones(2, 2)), line_in(f, "if x.sum()"), "where")


def test_row_07_print_shows_numbers_inside_a_transform(capsys):
    fg.grad(lambda t: (print(t), (t * t).sum())[1])(torch.tensor([1.5]))
    assert "1.5" in capsys.readouterr().out


def test_row_10_a_name_that_is_missing_says_the_nearest():
    refused(
        AttributeError, lambda: torch.cudnn_batch_norm, "compat has no torch.cudnn_batch_norm yet", "torch.batch_norm"
    )
    with pytest.raises(AttributeError) as caught:
        torch.florr  # noqa: B018
    assert str(caught.value) == "module 'torch' has no attribute 'florr'"  # (torch has none either)
    assert "torch.floor" in traceback.format_exception(caught.value)[-1]


# ------------------------------------------------------------------------------------------------ row 19
def test_row_19_dtypes_are_torchs():
    assert torch.tensor([1.0]).dtype is torch.float32
    assert torch.tensor([1.0], dtype=torch.float64).sin().dtype is torch.float64


# ------------------------------------------------------------------------------------------------ tracebacks
def names_of(error):
    """The functions that an error's traceback shows, below the helper that caught it, with their files."""
    found = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        found.append((pathlib.Path(code.co_filename).name, code.co_name))
        traceback = traceback.tb_next
    return found[found.index(("raised.py", "refused")) + 1 :]


def test_traceback_of_backward_shows_the_hook_and_one_frame_of_ours():
    def hook(g):
        raise KeyError("the user's own")

    def program():
        y = W * 2
        y.register_hook(hook)
        y.sum().backward()

    error = refused(KeyError, program, "the user's own")
    assert names_of(error) == [(HERE, "program"), ("walks.py", "tensor_backward"), (HERE, "hook")]
    assert error.__cause__ is None and error.__context__ is None


def test_traceback_of_our_own_error():
    def program():
        (W * 2).detach().sum().backward()

    assert names_of(refused(RuntimeError, program)) == [(HERE, "program"), ("walks.py", "tensor_backward")]

    def asked():
        torch.autograd.grad((W * 2).sum(), X)

    assert names_of(refused(RuntimeError, asked)) == [(HERE, "asked"), ("walks.py", "grad")]


def test_a_tensor_made_of_recorded_ones_warns_as_torch_does(monkeypatch):
    monkeypatch.setattr(deprecations, "_said", set())
    a = (W * 2).sum()
    with pytest.warns(UserWarning, match="Converting a tensor with requires_grad=True to a scalar"):
        torch.tensor([a, 1.0])


def test_never_warns_whatever_filters_the_user_sets():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = torch.tensor([0.0], requires_grad=True)
        assert x.log().item() == -math.inf and (1 / x).item() == math.inf
        assert (torch.tensor([3e38]) * torch.tensor([3e38])).item() == math.inf
        (x * 1).sqrt().backward(torch.ones(1))
        assert x.grad.item() == math.inf


def test_an_error_of_an_intercepted_function_is_its_own():
    class Own(torch.Tensor):
        pass

    assert type(torch.ones(2).as_subclass(Own) * 2) is Own  # (from now on functions are intercepted)
    try:
        with pytest.raises(RuntimeError, match="called random operation while in randomness error mode"):
            torch.vmap(lambda x: torch.nn.functional.dropout(x, 0.5))(torch.ones(3, 2))
    finally:
        torch.overrides.unwatch()


@pytest.mark.parametrize("shape, dim, error, text", [
    ((0,), 0, IndexError, "index out of range in self"),
    ((2,), 0, IndexError, "index out of range in self"),
    ((0, 3), 0, RuntimeError, r"index_select\(\): self indexing axis dim should be positive"),
    ((3, 2), 1, RuntimeError, "INDICES element is out of DATA bounds, id=5 axis_dim=2"),
])  # fmt: skip
def test_an_index_of_nothing(shape, dim, error, text):
    """A vector without elements is asked as any vector is."""
    with pytest.raises(error, match=f"^{text}$"):
        torch.empty(shape).index_select(dim, torch.tensor([5]))
