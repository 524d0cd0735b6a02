"""gradcheck and gradgradcheck: the derivatives that backward gives, against central differences.

A complex output is checked as two real ones, and of a real value L the gradient by a complex input is torch's
dL/dRe + i dL/dIm; so one comparison of [inputs, outputs] matrices serves every dtype. Tangents by a complex input are checked as those by
two real ones. With fast_mode each matrix is looked at between two vectors, and that of tangents along one, which are torch's.
"""

import functools
from typing import NamedTuple

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.quiet import quiet
from funcgrad.core.site import warn
from funcgrad.transforms.boundary import as_tensor

from ..functions.register import FUNCTIONS as T
from ..payload import current, memory
from ..tensor import Tensor
from . import forward_ad
from .grad_mode import call_in
from .walks import grad

P = PRIMITIVES


SLOW_PASSES = """
Fast gradcheck failed but element-wise differences are small. This means that the
test might've passed in slow_mode!
"""


BATCHED = "gradcheck or gradgradcheck failed while testing batched gradient computation."


class GradcheckError(RuntimeError):
    """A derivative differs from its central difference."""


class Part(NamedTuple):
    """A result of a function that has a derivative, or a part of one, as a real Tensor: `name` is "", "imaginary" or "real"."""

    name: str
    number: int
    value: Tensor


def considering(name, whose):
    return f"While considering the {name} part of complex {whose} only, " if name else ""


def differentiable(out, whole=False):
    """The results of a function that have a derivative, in torch's order: imaginary parts are looked at first. `whole`: none in parts."""
    outs = [o for o in as_tuple(out) if isinstance(o, Tensor)]
    outs = [*enumerate([o for o in outs if o.is_complex() or o.is_floating_point()])]
    if whole:
        return [Part("", j, o) for j, o in outs]
    first = [Part("imaginary", j, P["imag"](o)) if o.is_complex() else Part("", j, o) for j, o in outs]
    return first + [Part("real", j, P["real"](o)) for j, o in outs if o.is_complex()]


def as_tuple(x):
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def recorded(out):
    """Those of a function's results that require grad."""
    return [o for o in as_tuple(out) if o.requires_grad]


def values_of(func, inputs, whole=False):
    parts = call_in(False, lambda: differentiable(func(*inputs), whole))
    return [np.array(current(p.value).val).reshape(-1) for p in parts]


def numerical(func, inputs, x, eps, whole=False):
    """For each result, the matrix [elements of x, elements of the result] of central differences."""
    memory = current(x).val
    if not isinstance(eps, (int, float)):
        x.detach() - eps  # (which says why not)
    flat = [np.unravel_index(k, memory.shape) for k in range(memory.size)]
    columns = []
    for at in flat:
        column = None
        for step in (eps, 1j * eps) if memory.dtype.kind == "c" else (eps,):
            kept = memory[at].copy()
            memory[at] = kept + step
            above = values_of(func, inputs, whole)
            memory[at] = kept - step
            below = values_of(func, inputs, whole)
            memory[at] = kept
            with quiet():
                slopes = [(a - b) / (2 * eps) * (1j if isinstance(step, complex) else 1) for a, b in zip(above, below)]
            column = slopes if column is None else [c + s for c, s in zip(column, slopes)]
        columns.append(column)
    count = len(values_of(func, inputs, whole))
    return [np.array([c[i] for c in columns]) for i in range(count)]


def analytical(out, x):
    """The matrix [elements of x, elements of a real result] that backward gives."""
    size = out.numel()
    rows = []
    for k in range(size):
        seed = np.zeros(size, out.dtype.numpy)
        seed[k] = 1
        (g,) = grad(out, x, as_tensor(seed.reshape(tuple(out.shape))), retain_graph=True, allow_unused=True)
        rows.append(np.zeros(x.numel(), x.dtype.numpy) if g is None else np.array(current(g.detach()).val).reshape(-1))
    return np.array(rows).reshape(size, x.numel()).T


def gradcheck(
    func,
    inputs,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_batched_forward_grad=False,
    check_forward_ad=False,
    check_backward_ad=True,
    fast_mode=False,
    masked=None,
):
    """Compare backward's gradients of func(*inputs) with central differences; True, or GradcheckError (or False).

    Inputs that require grad should be float64 or complex128. ValueError if none requires grad. `check_forward_ad`: compare
    tangents too; `check_batched_grad`: and gradients of several cotangents at once. Gradients have the dtypes of their inputs, so check_grad_dtypes finds nothing.

    >>> import compat as torch
    >>> x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(lambda x: x ** 2, (x,))
    True
    """
    need_one(check_forward_ad=check_forward_ad, check_backward_ad=check_backward_ad)
    need_with("check_backward_ad", check_backward_ad, check_batched_grad=check_batched_grad)
    need_with("check_forward_ad", check_forward_ad, check_batched_forward_grad=check_batched_forward_grad)
    inputs = as_tuple(inputs)
    wanted = differentiated(inputs)
    some = recorded(func(*inputs))
    try:
        differences = central_differences(func, inputs, wanted, eps, fast_mode)
        if not some:
            if any([n.any() for *_, numbers in differences for n in numbers]):
                raise GradcheckError("Numerical gradient for function expected to be zero")
            return True
        if check_backward_ad:
            if fast_mode:
                compare_fast(func, inputs, differences, atol, rtol, nondet_tol, eps)
            else:
                compare(func, inputs, differences, atol, rtol, nondet_tol)
        if check_forward_ad:
            for name, f, args in by_real_inputs(func, inputs):
                compare_forward(name, f, args, atol, rtol, eps, fast_mode)
        xs = [x for _, x in wanted]
        if check_batched_grad:
            compare_batched(func, inputs, xs)
        if check_backward_ad:
            check_zero(func, inputs, xs)
            if check_undefined_grad:
                check_nothing(func, inputs, xs)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def need_one(**options):
    """torch's error where none of these options is set."""
    if not any(options.values()):
        raise AssertionError(f"Expected at least one of {' or '.join(options)} to be True")


def need_with(required, value, **options):
    """torch's error for an option that is set where another one, which it requires, is not."""
    for name, asked in options.items():
        if asked and not value:
            raise AssertionError(f"Setting {name}=True requires {required} to be True")


def central_differences(func, inputs, wanted, eps, fast_mode):
    """[(number, input, the differences of func by it: of each of its elements, or along one direction)]."""
    if not fast_mode:
        return [(i, x, numerical(func, inputs, x, eps)) for i, x in wanted]
    directions = Directions([x for _, x in wanted]).of_inputs
    return [(i, x, numerical_along(func, inputs, x, d, eps)) for (i, x), d in zip(wanted, directions, strict=True)]


def differentiated(inputs):
    """[(number, input)] of those that require grad; ValueError if none does, RuntimeError if one stands in memory that
    several of its elements share."""
    wanted = [(i, x) for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )
    for i, x in wanted:
        if x.dtype.name not in ("float64", "complex128"):
            warn(
                f"Input #{i} requires gradient and is not a double precision floating point or complex. This check will "
                "likely fail if all the inputs are not of double precision floating point or complex. ",
            )
        if any([s == 0 and n > 1 for s, n in zip(x.stride(), x.shape, strict=True)]):
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping to be "
                "able to compute the numerical gradients correctly. You should call .contiguous on the input before passing "
                "it to gradcheck."
            )
    return wanted


def mismatch(considered, mode, j, i, theirs, mine, more=""):
    return GradcheckError(
        f"{considered}Jacobian {mode}mismatch for output {j} with respect to input {i},\nnumerical:{theirs}\n"
        f"analytical:{mine}\n{more}"
    )


def compare(func, inputs, differences, atol, rtol, nondet_tol):
    """Raise GradcheckError if a derivative by one of the inputs is not its central difference."""
    for k, part in enumerate(differentiable(func(*inputs))):
        if not part.value.requires_grad:
            continue
        for i, x, numbers in differences:
            mine = analytical(part.value, x)
            check_same(mine, analytical(part.value, x), nondet_tol)
            theirs = numbers[k].reshape(mine.shape)
            if not close(mine, theirs, rtol, atol):
                raise mismatch(
                    considering(part.name, "outputs"), "", part.number, i, as_tensor(theirs), as_tensor(mine)
                )


def close(mine, theirs, rtol, atol):
    if not (isinstance(rtol, (int, float)) and isinstance(atol, (int, float))):
        return T["allclose"](as_tensor(mine), as_tensor(theirs), rtol, atol)
    return np.allclose(mine, theirs, rtol, atol)


def check_same(one, other, nondet_tol):
    """Raise GradcheckError if backward has given something else the second time."""
    with np.errstate(invalid="ignore"):
        apart = np.abs(one - other).max(initial=0.0)
    if not isinstance(nondet_tol, (int, float)):
        as_tensor(np.array(apart)) > nondet_tol  # noqa: B015  (which says why not)
    if apart > nondet_tol:
        raise GradcheckError(
            "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different values, "
            f"although analytical gradient matches numerical gradient.The tolerance for nondeterminism was {nondet_tol}."
        )


# ------------------------------------------------------------------------------------------------ fast mode
class Directions:
    """torch's random directions of its fast mode: of each input (for the real and for the imaginary part), then of each result."""

    def __init__(self, xs):
        from ..functions.random import Generator  # (it loads the streams)

        self.generator = Generator()
        self.of_inputs = [(self.drawn(x), self.drawn(x) if x.is_complex() else None) for x in xs]

    def drawn(self, t):
        v = memory(T["rand"](t.numel(), generator=self.generator)).astype(np.float64)
        return v / np.sqrt(v @ v)


def along(func, inputs, x, direction, eps, whole=False):
    """For each result, its central difference along one direction of x."""
    values = current(x).val
    kept = values.copy()
    step = eps * direction.reshape(values.shape)
    values[...] = kept + step
    above = values_of(func, inputs, whole)
    values[...] = kept - step
    below = values_of(func, inputs, whole)
    values[...] = kept
    return [(a - b) / (2 * eps) for a, b in zip(above, below, strict=True)]


def numerical_along(func, inputs, x, directions, eps):
    real, imaginary = directions
    found = along(func, inputs, x, real, eps)
    if imaginary is None:
        return found
    return [a + 1j * b for a, b in zip(found, along(func, inputs, x, 1j * imaginary, eps), strict=True)]


def analytical_along(part, v, x, directions):
    """The derivative of the product of a result with v, along the directions of x."""
    seed = as_tensor(v.astype(part.value.dtype.numpy).reshape(tuple(part.value.shape)))
    (g,) = grad(part.value, x, seed, retain_graph=True, allow_unused=True)
    real, imaginary = directions
    g = np.zeros(x.numel()) if g is None else np.array(current(g.detach()).val).reshape(-1)
    return float(g.real @ real) if imaginary is None else complex(g.real @ real, g.imag @ imaginary)


def compare_fast(func, inputs, differences, atol, rtol, nondet_tol, eps):
    """Raise GradcheckError if a derivative along torch's directions is not its central difference."""
    xs = [x for _, x, _ in differences]
    parts = [*enumerate(differentiable(func(*inputs)))]
    for group in ([p for p in parts if p[1].name != "real"], [p for p in parts if p[1].name == "real"]):
        directions = Directions(xs)
        group = [(k, part, directions.drawn(part.value)) for k, part in group]
        for (i, x, numbers), of_x in zip(differences, directions.of_inputs, strict=True):
            for k, part, v in group:
                if not part.value.requires_grad:
                    continue
                a = analytical_along(part, v, x, of_x)
                check_same(a, analytical_along(part, v, x, of_x), nondet_tol)
                n = (numbers[k] @ v).item()
                if not np.allclose(a, n, rtol, atol * of_x[0].sum() * v.sum()):
                    theirs, mine = numerical(func, inputs, x, eps)[k], analytical(part.value, x)
                    raise mismatch(
                        considering(part.name, "outputs"),
                        "",
                        part.number,
                        i,
                        n,
                        a,
                        in_slow_mode(theirs.reshape(mine.shape), mine, atol, rtol),
                    )


def in_slow_mode(theirs, mine, atol, rtol):
    """What torch adds to the error of its fast mode."""
    return (
        "\nThe above quantities relating the numerical and analytical jacobians are computed \nin fast mode. See: "
        "https://github.com/pytorch/pytorch/issues/53876 for more background \nabout fast mode. Below, we recompute numerical and "
        f"analytical jacobians in slow mode:\n\nNumerical:\n {as_tensor(theirs)}\nAnalytical:\n{as_tensor(mine)}\n\nThe max "
        f"per-element difference (slow mode) is: {float(np.abs(theirs - mine).max())}.\n"
    ) + SLOW_PASSES * np.allclose(mine, theirs, rtol, atol)


def by_real_inputs(func, inputs):
    """[(name, function, inputs)]: a function of complex inputs as one of their imaginary parts, and one of their real parts."""

    def of_parts(whole):
        return lambda *parts: func(*[whole(p, x) if is_complex(x) else p for p, x in zip(parts, inputs, strict=True)])

    def parts(which):
        found = [as_tensor(np.array(which(current(x).val))) if is_complex(x) else x for x in inputs]
        return [p.requires_grad_(x.requires_grad) if is_complex(x) else p for p, x in zip(found, inputs, strict=True)]

    def is_complex(x):
        return isinstance(x, Tensor) and x.is_complex()

    if not any(map(is_complex, inputs)):
        return [("", func, inputs)]
    imaginary, real = of_parts(lambda p, x: x.detach().real + p * 1j), of_parts(lambda p, x: p + x.detach().imag * 1j)
    return [("imaginary", imaginary, parts(np.imag)), ("real", real, parts(np.real))]


def compare_forward(name, func, inputs, atol, rtol, eps, fast_mode):
    """Raise GradcheckError if a tangent by real inputs (the parts of this name of complex ones) is not the central difference in its
    direction: in that of each element, or in torch's of its fast mode."""
    wanted = [(i, x) for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    mode = considering(name, "inputs"), "computed with forward mode "
    for (i, x), (d, _) in zip(wanted, Directions([x for _, x in wanted]).of_inputs, strict=True):
        if not fast_mode:
            for j, (mine, theirs) in enumerate(by_element(func, inputs, i, x, eps)):
                if not np.allclose(mine, theirs, rtol, atol):
                    raise mismatch(*mode, j, i, as_tensor(theirs), as_tensor(mine))
            continue
        several = tangents_of(func, inputs, i, x, d)
        for j, (mine, theirs) in enumerate(zip(several, along(func, inputs, x, d, eps, whole=True), strict=True)):
            if not np.allclose(mine, theirs, rtol, atol * d.sum()):
                slow_mine, slow_theirs = by_element(func, inputs, i, x, eps)[j]
                more = in_slow_mode(slow_theirs, slow_mine, atol, rtol)
                raise mismatch(*mode, j, i, as_tensor(theirs), as_tensor(mine), more)


def by_element(func, inputs, i, x, eps):
    """[(tangents, central differences)] of each result: matrices, [elements of input i, elements of the result]."""
    size = x.numel()
    rows = [tangents_of(func, inputs, i, x, d) for d in np.eye(size)]
    differences = numerical(func, inputs, x, eps, whole=True) if size else ()
    return [(np.array(mine).reshape(size, -1), theirs) for mine, theirs in zip(zip(*rows), differences, strict=True)]


def tangents_of(func, inputs, i, x, direction):
    """The tangents of the results, flat, for one direction of a real input, the i-th."""
    direction = as_tensor(direction.astype(x.dtype.numpy).reshape(tuple(x.shape)))
    with forward_ad.dual_level():
        args = [a.detach() if isinstance(a, Tensor) else a for a in inputs]
        args[i] = forward_ad.make_dual(x.detach(), direction)
        found = []
        for part in differentiable(func(*args), whole=True):
            value, tangent = forward_ad.unpack_dual(part.value)
            t = (
                np.zeros(value.numel(), value.dtype.numpy)
                if tangent is None
                else np.array(current(tangent.detach()).val)
            )
            found.append(t.reshape(-1))
    return found


def compare_batched(func, inputs, xs):
    """Raise GradcheckError if gradients of several cotangents at once are not those of one after another."""
    for part in differentiable(func(*inputs)):
        out = part.value
        if not out.requires_grad:
            continue
        size = out.numel()
        seeds = as_tensor(np.eye(size, dtype=out.dtype.numpy).reshape(size, *out.shape))
        try:
            got = grad(out, xs, seeds, retain_graph=True, allow_unused=True, is_grads_batched=True)
        except RuntimeError as error:
            said = str(error).split("\n[")[0]
            raise GradcheckError(f"While computing batched gradients, got: {said}\n\n{BATCHED}") from error
        for i, (g, x) in enumerate(zip(got, xs, strict=True)):
            one = analytical(out, x).T
            several = np.zeros_like(one) if g is None else np.array(current(g.detach()).val).reshape(one.shape)
            if not np.allclose(several, one):
                raise GradcheckError(
                    f"For output {part.number} and input {i}:\n\n{BATCHED}\n\nGot:\n{as_tensor(several)}\n\nExpected:\n{as_tensor(one)}"
                )


def check_zero(func, inputs, xs):
    """Raise GradcheckError if the gradient of nothing is something."""
    outs = [p.value for p in differentiable(func(*inputs)) if p.value.requires_grad]
    if not outs:
        return
    zeros = [as_tensor(np.zeros(tuple(o.shape), o.dtype.numpy)) for o in outs]
    for g in grad(outs, xs, zeros, allow_unused=True):
        if g is not None and current(g).val.any():
            raise GradcheckError("backward not multiplied by grad_output")


@functools.cache
def nothing_back():
    """A function that gives its argument, to which no gradient comes."""
    from .function import Function  # (which `import compat` does without)

    class Nothing(Function):
        @staticmethod
        def forward(ctx, x):
            return x.view_as(x)

        @staticmethod
        def backward(ctx, g):
            return None

    return Nothing.apply


def check_nothing(func, inputs, xs):
    """Raise GradcheckError if a rule fails, or gives something, where all results have no gradient, or one of several has none."""
    count = len(recorded(func(*inputs)))
    for apart in (range(count), *([k] for k in range(count) if count > 1)):
        outs = [nothing_back()(o) if k in apart else o for k, o in enumerate(recorded(func(*inputs)))]
        try:
            found = grad(outs, xs, [T["zeros_like"](o) for o in outs], allow_unused=True)
            problem = "all input grads to be undefined or zero when all output grads are undefined or zero"
            if not any([g is not None and current(g).val.any() for g in found]):
                continue
        except RuntimeError:
            problem = "backward function to handle undefined output grads"
        warn(
            "Backwards compatibility: New undefined gradient support checking feature is enabled by default, but it may break existing "
            'callers of this function. If this is true for you, you can call this function with "check_undefined_grad=False" to disable '
            "the feature"
        )
        raise GradcheckError(
            f'Expected {problem}. Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
        )


def gradgradcheck(
    func,
    inputs,
    grad_outputs=None,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    gen_non_contig_grad_outputs=False,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_fwd_over_rev=False,
    check_rev_over_rev=True,
    fast_mode=False,
    masked=False,
):
    """gradcheck of the gradients of func(*inputs): second derivatives, also by the cotangents grad_outputs.

    The cotangents are drawn from the default generator where they are not given. `check_fwd_over_rev`: also the tangents
    of the gradients.
    """
    need_one(check_fwd_over_rev=check_fwd_over_rev, check_rev_over_rev=check_rev_over_rev)
    needing = dict(check_undefined_grad=check_undefined_grad, check_batched_grad=check_batched_grad)
    need_with("check_rev_over_rev", check_rev_over_rev, **needing)
    inputs = as_tuple(inputs)
    if grad_outputs is None:
        from ..testing import make_tensor

        likes = {"device": "cpu", "requires_grad": True, "noncontiguous": gen_non_contig_grad_outputs}
        outs = recorded(func(*inputs))
        grad_outputs = [make_tensor(o.shape, dtype=o.dtype, low=-1, high=1, **likes) for o in outs]
    grad_outputs = as_tuple(grad_outputs)
    count = -len(grad_outputs)
    asked = [isinstance(a, Tensor) and a.requires_grad for a in inputs] + [g.requires_grad for g in grad_outputs]

    def first(*args):
        args = [a.requires_grad_() if on and not a.requires_grad else a for a, on in zip(args, asked, strict=True)]
        xs = [x for x, on in zip(args[:count], asked) if on]
        results = recorded(func(*args[:count]))
        return tuple(
            [g for g in grad(results, xs, args[count:], create_graph=True, allow_unused=True) if g is not None]
        )

    def with_grad(*args):
        return call_in(True, first, *args)

    return gradcheck(
        with_grad,
        (*inputs, *grad_outputs),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        check_batched_grad=check_batched_grad,
        check_undefined_grad=check_undefined_grad,
        nondet_tol=nondet_tol,
        check_grad_dtypes=check_grad_dtypes,
        fast_mode=fast_mode,
        masked=masked,
    )
