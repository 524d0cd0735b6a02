"""How many functions of Python the commonest steps of a training script call: without noise, where a time would move with the machine.

They are counted in a fresh process, as a script's are: what other tests have asked for (half precision, hooks) stays asked for.
"""

import functools
import json
import pathlib
import subprocess
import sys

import pytest

import compat as torch

nn, F = torch.nn, torch.nn.functional


def counted(f):
    """How many functions of Python f() calls, itself not counted, when it has been called before."""
    found = [0]

    def note(frame, event, arg):
        found[0] += event == "call"

    f(), f()
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        f()
    finally:
        sys.setprofile(before)
    return found[0] - 1


def leaf(*shape):
    return torch.arange(float(torch.Size(shape).numel())).reshape(shape).div(7).sin().requires_grad_()


def a_product_of_stacks():
    x, y = leaf(2, 3, 4, 5) * 1, leaf(2, 3, 4, 5) * 1
    return lambda: x @ y.transpose(-2, -1)


def its_way_back():
    x, y = leaf(2, 3, 4, 5), leaf(2, 3, 5, 4)
    g = torch.ones(2, 3, 4, 4)
    return lambda: (x @ y).backward(g)


def a_copy_in_order():
    x = leaf(2, 3, 4).transpose(1, 2) * 1
    y = x.transpose(0, 1)
    return lambda: y.contiguous()


def a_layer_norm():
    x, layer = leaf(2, 3, 4), nn.LayerNorm(4)
    return lambda: layer(x)


def a_result_kept_by_a_module():
    layer, x = nn.Linear(2, 2), leaf(2, 2) * 1
    return lambda: setattr(layer, "seen", x)


def a_slice_between_tensors():
    x, i = torch.arange(9), torch.tensor([2, 3])[0]
    return lambda: x[i : i + 3]


def a_power():
    x = leaf(3) * 1
    return lambda: x**2


def a_divergence():
    p, q = (torch.distributions.Normal(leaf(2), 1.0) for _ in "pq")
    return lambda: torch.distributions.kl_divergence(p, q)


def a_model_listed():
    model = nn.Sequential(*[nn.Sequential(nn.Sequential(nn.Linear(1, 1))) for _ in range(9)])
    return lambda: list(model.parameters())


def a_layer_over_rows_of_stacks():
    x, layer = leaf(2, 3, 4) * 1, nn.Linear(4, 5)
    return lambda: layer(x)


def an_unsorted_choice():
    x = torch.arange(8.0).reshape(2, 4)
    return lambda: x.topk(2, sorted=False)


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * 2


def a_function_of_ones_own():
    x = leaf(3)
    return lambda: Twice.apply(x)


def its_gradient():
    x, g = leaf(3), torch.ones(3)
    return lambda: Twice.apply(x).backward(g)


def a_loss_of_a_line():
    x, y, w, b = torch.arange(50.0).reshape(50, 1), torch.ones(50, 1), leaf(1), leaf(1)
    return lambda: ((w * x + b - y) ** 2).mean()


def its_backward():
    loss = a_loss_of_a_line()()
    return lambda: loss.backward(retain_graph=True)


def a_loss_of_two():
    x, y = leaf(4) * 1, torch.ones(4)
    return lambda: (
        F.mse_loss(x, y),
        F.binary_cross_entropy_with_logits(x, y),
        F.smooth_l1_loss(x, y),
        F.huber_loss(x, y),
    )


def a_loss_over_sixty_steps():
    x, y = leaf(60, 2, 5).log_softmax(2).detach().requires_grad_(), torch.tensor([[1, 2, 3], [4, 4, 1]])
    return lambda: F.ctc_loss(x, y, [60, 50], [3, 3]).backward()


def a_matrix_by_a_vector():
    y = leaf(3, 2) @ leaf(2)
    g = torch.ones(3)
    return lambda: y.backward(g, retain_graph=True)


def a_matrix_by_a_vector_forward():
    x, w = torch.ones(3, 2), leaf(2)
    return lambda: x @ w


def a_loss_of_logits_back():
    x, w, b, y = torch.ones(3, 2), leaf(2), leaf(), torch.ones(3)

    def step():
        w.grad = b.grad = None
        F.binary_cross_entropy_with_logits(x @ w + b, y).backward()

    return step


def a_loss_of_probabilities():
    x, y = torch.full((3,), 0.5, requires_grad=True), torch.ones(3)
    return lambda: F.binary_cross_entropy(x, y)


def modules_in_a_row():
    model, x = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)), torch.ones(1, 2)
    return lambda: model(x)


def in_place(way):
    w = leaf(2, 3)
    hs = iter([w * 2.0 for _ in range(3)])
    return lambda: way(next(hs), w)


def a_recorded_sum_in_place():
    return in_place(lambda h, w: h.add_(w))


def a_recorded_product_in_place():
    return in_place(lambda h, w: h.__imul__(w))


def a_recorded_relu_in_place():
    return in_place(lambda h, w: F.relu(h, inplace=True))


def recorded_bounds_in_place():
    return in_place(lambda h, w: h.clamp_(-1, 1))


def a_recorded_mask_in_place():
    mask = torch.ones(2, 3) > 0
    return in_place(lambda h, w: h.masked_fill_(mask, 0.0))


def a_recorded_row_assigned():
    return in_place(lambda h, w: h.__setitem__(1, w[0]))


def a_recorded_slice_filled():
    return in_place(lambda h, w: h.__setitem__((slice(None), slice(0, 2)), 0.0))


def a_recorded_copy_in_place():
    return in_place(lambda h, w: h.copy_(w))


def a_recorded_leaky_relu_in_place():
    return in_place(lambda h, w: F.leaky_relu(h, 0.2, inplace=True))


def gradients_in_memory_given():
    xs, gs = [leaf(3) for _ in range(50)], [torch.ones(3) for _ in range(50)]
    return lambda: torch.autograd.grad([x + 1 for x in xs], xs, gs)


def stacked():
    xs = [leaf(3) for _ in range(50)]
    return xs, torch.stack(xs), torch.ones(50, 3)


def gradients_of_a_stack_in_memory_given():
    xs, y, g = stacked()
    return lambda: torch.autograd.grad(y, xs, g, retain_graph=True)


def gradients_of_a_stack_in_one_memory():
    xs, y, _ = stacked()
    y = y.square().sum()
    return lambda: torch.autograd.grad(y, xs, retain_graph=True)


def a_stack_back():
    xs, y, g = stacked()
    return lambda: ([setattr(x, "grad", None) for x in xs], y.backward(g, retain_graph=True))


def a_matrix_of_one_element_solved():
    a = torch.ones(1, 1)
    return lambda: torch.cholesky_solve(a, a)


def an_element_taken_where_a_tensor_says():
    x, i = torch.ones(3), torch.tensor(1)
    return lambda: x.take(i)


def in_a_view(change):
    """A change of part of what is recorded, made with it."""
    x, m = leaf(4, 5), torch.ones(4, 5)

    def changed():
        h = x * m
        change(h, m)

    return changed


def a_recorded_row_multiplied():
    return in_a_view(lambda h, m: h[1].mul_(2.0))


def a_recorded_column_added_to():
    def change(h, m):
        h[:, 0] += 1.0

    return in_a_view(change)


def a_place_in_a_row_assigned():
    def change(h, m):
        h[0][1] = 1.0

    return in_a_view(change)


def places_of_a_vector_assigned():
    v = torch.ones(10)

    def change(h, m):
        h.view(-1)[::2] = v

    return in_a_view(change)


def a_choice_by_logits():
    z = leaf(4) * 1
    return lambda: torch.distributions.Categorical(logits=z)


def a_choice_drawn():
    d = torch.distributions.Categorical(logits=leaf(4) * 1)
    return d.sample


def a_normal_drawn():
    d = torch.distributions.Normal(leaf(3), torch.ones(3))
    return d.sample


def parts_of_what_was_joined():
    xs, g = [leaf(3), leaf(3)], torch.ones(2, 3)

    def back():
        xs[0].grad = xs[1].grad = None
        torch.stack([xs[0] * 2, xs[1] * 2]).backward(g)

    return back


def a_row_of_numbers_added_to():
    x = torch.ones(4, 5)

    def changed():
        x[1] += 1.0

    return changed


def rows_of_a_list_assigned():
    x = torch.ones(4, 5)
    return lambda: x.__setitem__([0, 2], 0.0)


def a_recorded_mixture_in_place():
    return in_a_view(lambda h, m: h.lerp_(m, 0.5))


def packed_sequences_from_their_ends():
    net = nn.GRU(2, 3, bidirectional=True)
    x = nn.utils.rnn.pack_padded_sequence(torch.ones(4, 3, 2), [4, 2, 1])
    return lambda: net(x)


def gradients_of_an_ensemble():
    models = [nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1)) for _ in range(5)]
    held = torch.func.stack_module_state(models)
    x, y = torch.ones(40, 1), torch.ones(40, 1)

    def loss(parameters, x, y):
        return ((torch.func.functional_call(models[0], (parameters, held[1]), (x,)) - y) ** 2).mean()

    gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(0, None, None))
    return lambda: gradients({k: v.detach() for k, v in held[0].items()}, x, y)


def a_checkpoint():
    x, y = leaf(3, 4), leaf(4, 4)
    return lambda: torch.utils.checkpoint.checkpoint(lambda x: (x @ y * 2).tanh().sin() + x, x, use_reentrant=False)


def a_factor_of_a_covariance():
    x = leaf(4, 4)
    x = x @ x.T + torch.eye(4)
    return lambda: torch.linalg.cholesky(x)


def a_triangle_solved():
    x, y = leaf(4, 4), leaf(4, 2)
    return lambda: torch.linalg.solve_triangular(x, y, upper=True)


def a_trace():
    x = leaf(4, 4) * 1
    return lambda: torch.trace(x)


def triangles_and_diagonals():
    x, v = leaf(4, 4) * 1, leaf(4) * 1
    return lambda: (x.tril(), x.triu(1), x.diagonal(), torch.diag(x), torch.diag(v))


def an_element_by_a_number_in_a_tensor():
    x, i = torch.ones(3, 4), torch.tensor(1)
    return lambda: x[i, 2]


def elements_by_a_number_and_indices():
    x, i, k = torch.ones(3, 4), torch.tensor(1), torch.tensor([0, 2])
    return lambda: x[i, k]


def a_stretched_view():
    x = leaf(3, 1) * 1
    return lambda: x.expand(3, 4)


def rows_normalised():
    x = leaf(8, 6) * 1
    return lambda: F.normalize(x, dim=1)


def short_rows_summed():
    x = leaf(8, 6) * 1
    return lambda: x.sum(1)


def products_with_addends():
    t, x, y = leaf(2, 3, 5), leaf(2, 3, 4), leaf(2, 4, 5)
    u, v, w = leaf(5), leaf(3, 4), leaf(4, 5)
    return lambda: (torch.addmm(u, v, w), torch.baddbmm(t, x, y))


def distances_of_pairs():
    x = torch.arange(12.0).reshape(4, 3).sin()
    return lambda: torch.pdist(x)


def factors_of_a_matrix():
    x = torch.arange(12.0).reshape(4, 3).sin()
    return lambda: torch.linalg.qr(x)


def writes_in_inference_mode():
    x, m = torch.ones(2, 8), torch.zeros(2, 8, dtype=torch.bool)

    @torch.inference_mode()
    def write():
        y, kept = x * 2, m.clone()
        kept[..., 1:] = kept[..., :-1].clone()
        kept[..., 0] = False
        y[kept] = -1.0
        y.clamp_(-1, 1)

    return write


COUNTS = [
    (writes_in_inference_mode, 116), (products_with_addends, 38), (factors_of_a_matrix, 37), (distances_of_pairs, 63),
    (its_backward, 35), (a_loss_of_logits_back, 36),  # (first: what others below look at, gradients on their way, makes walks longer)
    (an_element_by_a_number_in_a_tensor, 15), (elements_by_a_number_and_indices, 29), (a_stretched_view, 3), (rows_normalised, 38), (short_rows_summed, 4),
    (a_factor_of_a_covariance, 45), (a_triangle_solved, 75), (a_trace, 6), (triangles_and_diagonals, 28),
    (gradients_of_an_ensemble, 1040),
    (a_choice_by_logits, 39), (a_choice_drawn, 13), (a_normal_drawn, 52), (parts_of_what_was_joined, 45), (a_row_of_numbers_added_to, 20),
    (rows_of_a_list_assigned, 12),
    (packed_sequences_from_their_ends, 1150),
    (a_matrix_of_one_element_solved, 145), (an_element_taken_where_a_tensor_says, 26),
    (a_recorded_row_multiplied, 30), (a_recorded_column_added_to, 42), (a_place_in_a_row_assigned, 40),
    (places_of_a_vector_assigned, 55), (a_recorded_mixture_in_place, 65),
    (gradients_of_a_stack_in_memory_given, 2100), (gradients_of_a_stack_in_one_memory, 1250), (a_stack_back, 680),
    (gradients_in_memory_given, 2000),
    (a_layer_over_rows_of_stacks, 14), (an_unsorted_choice, 30),
    (a_function_of_ones_own, 43), (its_gradient, 106),
    (a_slice_between_tensors, 7), (a_power, 5), (a_divergence, 34), (a_model_listed, 127),
    (a_product_of_stacks, 18), (its_way_back, 46), (a_copy_in_order, 18), (a_layer_norm, 15), (a_result_kept_by_a_module, 1),
    (a_loss_of_a_line, 17), (a_loss_of_two, 32), (a_matrix_by_a_vector, 28), (a_matrix_by_a_vector_forward, 4), (a_loss_of_probabilities, 14), (modules_in_a_row, 27),
    (a_recorded_sum_in_place, 8), (a_recorded_product_in_place, 8), (a_recorded_relu_in_place, 11), (recorded_bounds_in_place, 15),
    (a_recorded_mask_in_place, 9), (a_loss_over_sixty_steps, 420),
    (a_checkpoint, 400), (a_recorded_row_assigned, 23), (a_recorded_slice_filled, 21), (a_recorded_copy_in_place, 32), (a_recorded_leaky_relu_in_place, 25),
]  # fmt: skip


@functools.cache
def counts():
    command = [sys.executable, "-m", "tests.compat.test_calls_counted"]
    root = pathlib.Path(__file__).parents[2]
    return json.loads(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("make, most", COUNTS, ids=lambda x: getattr(x, "__name__", x))
def test_no_more_than(make, most):
    assert counts()[make.__name__] <= most


if __name__ == "__main__":
    print(json.dumps({make.__name__: counted(make()) for make, _ in COUNTS}))
