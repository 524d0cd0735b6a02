"""LBFGS: quasi-Newton steps from the last gradients, with or without a line search.

Invariant: all parameters count as one flat vector (complex ones as pairs of reals). The arithmetic runs on NumPy arrays
of it; what the state keeps between steps are Tensors over those arrays.
"""

import numpy as np

from funcgrad.core.halves import settle
from funcgrad.core.quiet import quiet
from funcgrad.core.site import site
from funcgrad.ops.torch_order import sum_over

from ..autograd.grad_mode import call_in
from ..functions.fused import dot, multiply_add
from ..tensor import Tensor
from .declared import not_negative
from .memory import changed, fresh, readable, real, writable
from .optimizer import Optimizer
from .rule import with_numbers

KEPT = ("d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")


def dense(g):
    return g.to_dense() if g.is_sparse else g


class LBFGS(Optimizer):
    """Minimization by limited-memory BFGS: `step(closure)` calls the closure, which computes loss and gradients, often.

    `line_search_fn`: None (steps of lr) or "strong_wolfe". ValueError for more than one parameter group.

    >>> import compat as torch
    >>> w = torch.tensor([-1.0, 2.0], requires_grad=True)
    >>> optimizer = torch.optim.LBFGS([w], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> for _ in range(4):
    ...     _ = optimizer.step(closure)
    >>> [round(x, 3) for x in w.tolist()]
    [1.0, 1.0]
    """

    def __init__(
        self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9, history_size=100,
        line_search_fn=None,
    ):  # fmt: skip
        not_negative(lr=lr)
        defaults = dict(
            lr=lr, max_iter=max_iter, max_eval=max_iter * 5 // 4 if max_eval is None else max_eval,
            tolerance_grad=tolerance_grad, tolerance_change=tolerance_change, history_size=history_size,
            line_search_fn=line_search_fn,
        )  # fmt: skip
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @property
    def _params(self):
        return self.param_groups[0]["params"]

    # -------------------------------------------------------------------------------------------- the flat vector
    def flat_gradient(self):
        """The gradients one after the other, zeros for those that are missing: a new array."""
        parts = []
        for p in self._params:
            g = np.zeros(tuple(p.shape), p.dtype.numpy) if p.grad is None else readable(dense(p.grad))
            if not g.flags.c_contiguous:
                p.grad.view(-1)  # (which torch refuses, where it asks for it)
            parts.append(real(g).reshape(-1))
        return np.concatenate(parts)

    def move(self, t, d):
        """Add t * d to the parameters."""
        at = 0
        for p in self._params:
            v = real(writable(p))
            v[...] = multiply_add(v, d[at : at + v.size].reshape(v.shape), t)
            settle(v)
            at += v.size
            changed(p, site())

    # -------------------------------------------------------------------------------------------- the step
    def step(self, closure):
        """Up to max_iter iterations; returns the loss before the first of them."""
        if len(self.param_groups) != 1:
            raise AssertionError(f"Expected exactly one param_group, but got {len(self.param_groups)}")
        return call_in(False, self.iterate, lambda: call_in(True, closure), with_numbers(self.param_groups[0]))

    def iterate(self, closure, options):
        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = closure()
        loss = float(first_loss)
        state["func_evals"] += 1
        with quiet():
            gradient = self.flat_gradient()
            if not within(gradient, options["tolerance_grad"]):
                self.search(closure, options, state, loss, gradient)
        return first_loss

    def search(self, closure, options, state, loss, gradient):
        """The iterations, from a point with this loss and gradient; the state is brought up to date at the end."""
        lr, tolerance_change, search = options["lr"], options["tolerance_change"], options["line_search_fn"]
        d, t, directions, steps, ro, scale, previous, previous_loss = (unpacked(state.get(name)) for name in KEPT)
        evaluations, iteration = 1, 0
        while iteration < options["max_iter"]:
            iteration += 1
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                d, directions, steps, ro, scale = -gradient, [], [], [], 1
            else:
                y, s = gradient - previous, d * t
                curvature = dot(y, s)
                if curvature > 1e-10:
                    if len(directions) == options["history_size"]:
                        for oldest in (directions, steps, ro):
                            oldest.pop(0)
                    directions.append(y)
                    steps.append(s)
                    ro.append(1.0 / curvature)
                    scale = curvature / dot(y, y)
                al = state.setdefault("al", [None] * options["history_size"])
                d = newton_direction(gradient, directions, steps, ro, scale, al)
            previous, previous_loss = gradient.copy(), loss
            t = min(1.0, 1.0 / sum_over(abs(gradient), (0,))) * lr if state["n_iter"] == 1 else lr
            slope = dot(gradient, d)
            if slope > -tolerance_change:
                break
            used, converged = 0, False
            if search is not None:
                if search != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                evaluate = self.probe(closure, d)
                left = options["max_eval"] - evaluations
                loss, gradient, t, used = strong_wolfe(evaluate, t, d, loss, gradient, slope, max_ls=left)
                self.move(t, d)
                converged = within(gradient, options["tolerance_grad"])
            else:
                self.move(t, d)
                if iteration != options["max_iter"]:  # the last point is looked at by the next step
                    loss, gradient, used = float(closure()), self.flat_gradient(), 1
                    converged = within(gradient, options["tolerance_grad"])
            evaluations += used
            state["func_evals"] += used
            if (
                evaluations >= options["max_eval"]
                or converged
                or abs(d * t).max() <= tolerance_change
                or abs(loss - previous_loss) < tolerance_change
            ):
                break
        found = (d, t, directions, steps, ro, scale, previous, previous_loss)
        state.update({name: packed(value) for name, value in zip(KEPT, found, strict=True)})
        if t is lr:  # (a Tensor of the user's, which a schedule may write before the next step reads it)
            state["t"] = self.param_groups[0]["lr"]
        if "al" in state:
            state["al"] = packed(state["al"])

    def probe(self, closure, d):
        """evaluate(t): loss and gradient t along d from where the parameters are; they stay there."""
        here = [p.clone() for p in self._params]

        def evaluate(t):
            self.move(t, d)
            loss = float(closure())
            gradient = self.flat_gradient()
            for p, old in zip(self._params, here, strict=True):
                p.copy_(old)
            return loss, gradient

        return evaluate


def largest_of(numbers):
    """The largest absolute value; torch's error where there is none."""
    if not numbers.size:
        raise RuntimeError(
            "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        )
    return abs(numbers).max()


def within(gradient, tolerance):
    """Is no element of the gradient larger than the tolerance?"""
    largest = largest_of(gradient)
    return bool((largest if isinstance(tolerance, (int, float)) else fresh(np.asarray(largest))) <= tolerance)


def unpacked(x):
    """A value of the state as arrays and numbers."""
    if isinstance(x, list):
        return [unpacked(y) for y in x]
    return (x.numpy() if x.dim() else x.numpy()[()]) if isinstance(x, Tensor) else x


def packed(x):
    """Arrays and NumPy's numbers as Tensors."""
    if isinstance(x, list):
        return [packed(y) for y in x]
    return fresh(np.asarray(x)) if isinstance(x, (np.ndarray, np.generic)) else x


def newton_direction(gradient, directions, steps, ro, scale, al):
    """-H @ gradient for the inverse Hessian H of the remembered pairs: the two-loop recursion. Fills `al`."""
    q = -gradient
    for i in reversed(range(len(steps))):
        al[i] = dot(steps[i], q) * ro[i]
        q = multiply_add(q, directions[i], -al[i])
    d = q * scale
    for i in range(len(steps)):
        d = multiply_add(d, steps[i], al[i] - dot(directions[i], d) * ro[i])
    return d


# ------------------------------------------------------------------------------------------------ line search
def cubic_minimum(x1, f1, g1, x2, f2, g2, bounds=None):
    """Where the cubic through two points with these values and slopes is least, within bounds (else the two points)."""
    low, high = bounds or (min(x1, x2), max(x1, x2))
    d1 = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
    square = d1 * d1 - g1 * g2
    if not square >= 0:
        return (low + high) / 2.0
    if x1 > x2:
        x1, g1, x2, g2 = x2, g2, x1, g1
    d2 = np.sqrt(square)
    at = x2 - (x2 - x1) * ((g2 + d2 - d1) / (g2 - g1 + 2 * d2))
    return min(max(at, low), high)


def strong_wolfe(evaluate, t, d, f, g, slope, c1=1e-4, c2=0.9, tolerance_change=1e-9, max_ls=25):
    """A step length that meets the strong Wolfe conditions: (loss, gradient, t, evaluations).

    `evaluate(t)` gives loss and gradient at t along d; f, g and slope are those at 0. A point is (t, loss, gradient,
    slope).
    """
    largest = largest_of(d)
    start = (0, f, g, slope)

    def look(t):
        loss, gradient = evaluate(t)
        return t, loss, gradient, dot(gradient, d)

    def too_high(p):
        return p[1] > f + c1 * p[0] * slope

    def flat(p):
        return abs(p[3]) <= -c2 * slope

    # bracket a minimum, by larger and larger steps
    before, point = start, look(t)
    evaluations, rounds, done = 1, 0, False
    while rounds < max_ls:
        if too_high(point) or (rounds > 1 and point[1] >= before[1]):
            bracket = [before, point]
            break
        if flat(point):
            bracket, done = [point, point], True
            break
        if point[3] >= 0:
            bracket = [before, point]
            break
        t = cubic_minimum(*pick(before), *pick(point), bounds=(point[0] + 0.01 * (point[0] - before[0]), point[0] * 10))
        before, point = point, look(t)
        evaluations += 1
        rounds += 1
    else:
        bracket = [start, point]

    # narrow the bracket; `low` is the side with the smaller loss
    slow = False
    low = 0 if bracket[0][1] <= bracket[1][1] else 1
    while not done and rounds < max_ls:
        left, right = sorted((bracket[0][0], bracket[1][0]))
        if (right - left) * largest < tolerance_change:
            break
        t = cubic_minimum(*pick(bracket[0]), *pick(bracket[1]))
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:
            if slow or t >= right or t <= left:  # twice near an end: keep a tenth of the bracket away from it
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                slow = False
            else:
                slow = True
        else:
            slow = False
        point = look(t)
        evaluations += 1
        rounds += 1
        if too_high(point) or point[1] >= bracket[low][1]:
            bracket[1 - low] = point
            low = 0 if bracket[0][1] <= bracket[1][1] else 1
        else:
            done = flat(point)
            if not done and point[3] * (bracket[1 - low][0] - bracket[low][0]) >= 0:
                bracket[1 - low] = bracket[low]
            bracket[low] = point
    t, loss, gradient, _ = bracket[low]
    return loss, gradient, t, evaluations


def pick(point):
    return point[0], point[1], point[3]


# ------------------------------------------------------------------------------------------------ what packages import of it
def _cubic_interpolate(x1, f1, g1, x2, f2, g2, bounds=None):
    """cubic_minimum, of slopes that may be Tensors."""
    return packed(
        cubic_minimum(*[unpacked(x) for x in (x1, f1, g1, x2, f2, g2)], bounds and tuple(map(unpacked, bounds)))
    )


def _strong_wolfe(obj_func, x, t, d, f, g, gtd, c1=1e-4, c2=0.9, tolerance_change=1e-9, max_ls=25):
    """strong_wolfe, of Tensors: `obj_func(x, t, d)` gives the loss and its gradient at x + t d."""

    def evaluate(t):
        loss, gradient = obj_func(x, packed(t), d)
        return unpacked(loss), unpacked(gradient)

    start = [unpacked(v) for v in (t, d, f, g, gtd)]
    loss, gradient, t, evaluations = strong_wolfe(evaluate, *start, c1, c2, tolerance_change, max_ls)
    return loss, packed(gradient), packed(t), evaluations
