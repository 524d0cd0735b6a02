"""gradcheck and gradgradcheck: the derivatives that backward gives, against central differences.

A complex output is checked as two real ones, and of a real value L the gradient by a complex input is torch's
dL/dRe + i dL/dIm; so one comparison of [inputs, outputs] matrices serves every dtype.
"""

import warnings

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.transforms.boundary import as_tensor

from ..tensor import Tensor, current
from .grad_mode import call_in
from .walks import grad

P = PRIMITIVES


class GradcheckError(RuntimeError):
    """A derivative differs from its central difference."""


def differentiable(out):
    """The results of a function that have a derivative, each a real Tensor."""
    outs = [o for o in (out if isinstance(out, (tuple, list)) else (out,)) if isinstance(o, Tensor)]
    found = []
    for o in outs:
        if o.is_complex():
            found += [("real part of ", P["real"](o)), ("imaginary part of ", P["imag"](o))]
        elif o.is_floating_point():
            found.append(("", o))
    return found


def values_of(func, inputs):
    return [np.array(current(o).val).reshape(-1) for _, o in call_in(False, lambda: differentiable(func(*inputs)))]


def numerical(func, inputs, x, eps):
    """For each result, the matrix [elements of x, elements of the result] of central differences."""
    memory = current(x).val
    flat = [np.unravel_index(k, memory.shape) for k in range(memory.size)]
    columns = []
    for at in flat:
        column = None
        for step in (eps, 1j * eps) if memory.dtype.kind == "c" else (eps,):
            kept = memory[at].copy()
            memory[at] = kept + step
            above = values_of(func, inputs)
            memory[at] = kept - step
            below = values_of(func, inputs)
            memory[at] = kept
            slopes = [(a - b) / (2 * eps) * (1j if isinstance(step, complex) else 1) for a, b in zip(above, below)]
            column = slopes if column is None else [c + s for c, s in zip(column, slopes)]
        columns.append(column)
    count = len(values_of(func, inputs))
    return [np.array([c[i] for c in columns]) for i in range(count)]


def analytical(out, x):
    """The matrix [elements of x, elements of a real result] that backward gives."""
    size = out.numel()
    rows = []
    for k in range(size):
        seed = np.zeros(size, out.dtype.numpy)
        seed[k] = 1
        (g,) = grad(out, x, as_tensor(seed.reshape(tuple(out.shape))), retain_graph=True, allow_unused=True)
        rows.append(np.zeros(x.numel()) if g is None else np.array(current(g.detach()).val).reshape(-1))
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
    check_grad_dtypes=False,
    check_undefined_grad=True,
    check_batched_grad=False,
    check_forward_ad=False,
    check_backward_ad=True,
    fast_mode=False,
    masked=None,
):
    """Compare backward's gradients of func(*inputs) with central differences; True, or GradcheckError (or False).

    Inputs that require grad should be float64 or complex128. ValueError if none requires grad. Every element is checked,
    with fast_mode too; check_batched_grad, check_forward_ad and check_undefined_grad have nothing of their own to check.

    >>> import compat as torch
    >>> x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(lambda x: x ** 2, (x,))
    True
    """
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    wanted = [(i, x) for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )
    for i, x in wanted:
        if x.dtype.name not in ("float64", "complex128"):
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or complex. This check will "
                "likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=2,
            )
    try:
        for i, x in wanted:
            compare(func, inputs, i, x, eps, atol, rtol, nondet_tol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def compare(func, inputs, i, x, eps, atol, rtol, nondet_tol):
    """Raise GradcheckError if a derivative by input i is not its central difference."""
    numbers = numerical(func, inputs, x, eps)
    for j, (part, out) in enumerate(differentiable(func(*inputs))):
        if not out.requires_grad:
            continue
        mine = analytical(out, x)
        if np.abs(mine - analytical(out, x)).max(initial=0.0) > nondet_tol:
            raise GradcheckError(
                "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
                f"different values, although analytical gradient matches numerical gradient.The tolerance for nondeterminism "
                f"was {nondet_tol}."
            )
        theirs = numbers[j].reshape(mine.shape)
        if not np.allclose(mine, theirs, rtol, atol):
            raise GradcheckError(
                f"Jacobian mismatch for {part}output {j} with respect to input {i},\nnumerical:{as_tensor(theirs)}\n"
                f"analytical:{as_tensor(mine)}\n"
            )


def gradgradcheck(func, inputs, grad_outputs=None, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, **options):
    """gradcheck of the gradients of func(*inputs): second derivatives, also by the cotangents grad_outputs.

    The cotangents are drawn from the default generator where they are not given.
    """
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    outs = [o for _, o in differentiable(func(*inputs))]
    if grad_outputs is None:
        from .. import streams

        draws = [streams.default_generator.normal(tuple(o.shape), 0.0, 1.0, o.dtype.numpy) for o in outs]
        grad_outputs = [as_tensor(d).requires_grad_() for d in draws]
    grad_outputs = (grad_outputs,) if isinstance(grad_outputs, Tensor) else tuple(grad_outputs)
    count = len(inputs)

    def first(*args):
        xs = [x for x in args[:count] if isinstance(x, Tensor) and x.requires_grad]
        results = [o for _, o in differentiable(func(*args[:count]))]
        on = [k for k, o in enumerate(results) if o.requires_grad]
        return tuple(
            grad([results[k] for k in on], xs, [args[count + k] for k in on], create_graph=True, materialize_grads=True)
        )

    options.pop("gen_non_contig_grad_outputs", None)

    def with_grad(*args):
        return call_in(True, first, *args)

    return gradcheck(
        with_grad, (*inputs, *grad_outputs), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception, **options
    )
