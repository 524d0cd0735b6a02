"""torch.autograd.functional: derivatives of functions of Tensors, over funcgrad's transforms.

Invariant: the inputs' own `.grad` and graph are left alone; results are detached unless create_graph is asked for.
"""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.transforms.boundary import as_tensor
from funcgrad.transforms.derived import jacfwd, jacrev
from funcgrad.transforms.forward_mode import jvp as forward
from funcgrad.transforms.reverse_mode import grad as gradient
from funcgrad.transforms.reverse_mode import vjp as reverse

from ..functions.missing import refusal as _refusal
from ..tensor import Tensor
from . import walks

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ arguments and results
def as_tensors(x, what, caller):
    """A Tensor or tuple of Tensors as a tuple; TypeError in torch's words for anything else."""
    xs = x if isinstance(x, tuple) else (x,)
    for i, one in enumerate(xs):
        if not isinstance(one, Tensor):
            given = f"the given {what} has type" if not isinstance(x, tuple) else f"the value at index {i} has type"
            raise TypeError(
                f"The {what} given to {caller} must be either a Tensor or a tuple of Tensors but {given} {type(one)}."
            )
    return xs


def like(xs, x):
    """Results in the form of an argument: a tuple for a tuple, else the one there is."""
    return tuple(xs) if isinstance(x, tuple) else xs[0]


class Problem:
    """A function with its inputs, checked: `xs` a tuple of Tensors, `f(*xs)` a Tensor or a tuple of them."""

    def __init__(self, caller, func, inputs, create_graph, strict):
        self.caller = caller
        self.inputs = inputs
        self.create_graph = create_graph
        xs = as_tensors(inputs, "inputs", caller)
        self.func = func
        self.xs = tuple([x if create_graph and x.requires_grad else x.detach() for x in xs])
        if create_graph:
            self.xs = tuple([x if x.requires_grad else x.requires_grad_() for x in self.xs])
        if strict and caller != "hessian":
            self.refuse_independence()
        if strict and caller in ("hvp", "vhp", "hessian"):
            self.refuse_linear()

    def f(self, *xs):
        out = self.func(*xs)
        as_tensors(out, "outputs of the user-provided function", self.caller)
        return out

    def scalar(self, *xs):
        """f, which must give one element, as a 0-d value."""
        out = as_tensors(self.func(*xs), "outputs of the user-provided function", self.caller)
        if len(out) != 1:
            raise RuntimeError(f"The function given to {self.caller} should return a single Tensor")
        if out[0].numel() != 1:
            raise RuntimeError(
                f"The Tensor returned by the function given to {self.caller} should contain a single element"
            )
        return out[0].reshape(())

    def first(self, *xs):
        """The gradient of `scalar`, in the form of the inputs."""
        return like(gradient(self.scalar, tuple(range(len(xs))))(*xs), self.inputs)

    def refuse_independence(self):
        xs = [x.detach().requires_grad_() for x in self.xs]
        for i, out in enumerate(as_tensors(self.f(*xs), "outputs of the user-provided function", self.caller)):
            if not out.requires_grad:
                raise RuntimeError(
                    f"Output {i} of the user-provided function does not require gradients. The outputs must be computed in a "
                    "differentiable manner from the input when running in strict mode."
                )
            seed = as_tensor(np.ones(tuple(out.shape), out.dtype.numpy))
            of = f"Output {i}" if self.caller == "jacobian" else "The output"
            recorded = self.create_graph and self.caller in ("jvp", "vjp")
            for j, g in enumerate(
                walks.grad(out, xs, seed, retain_graph=True, create_graph=recorded, allow_unused=True)
            ):
                if g is None:
                    raise RuntimeError(
                        f"{of} of the user-provided function is independent of input {j}. This is not allowed in strict mode."
                    )
                if recorded and not g.requires_grad:
                    raise RuntimeError(
                        f"The jacobian of the user-provided function is independent of input {j}. This is not allowed in strict "
                        "mode when create_graph=True."
                    )

    def refuse_linear(self):
        """RuntimeError in torch's words if a first derivative does not depend on an input."""
        xs = [x.detach().requires_grad_() for x in self.xs]
        value = self.scalar(*xs)
        gs = walks.grad(value, xs, create_graph=True, allow_unused=True) if value.requires_grad else [None] * len(xs)
        for i, g in enumerate(gs):
            if g is None or not g.requires_grad:
                raise RuntimeError(
                    "While computing the hessian, found that the jacobian of the user-provided function with respect to input "
                    f"{i} is independent of the input. This is not allowed in strict mode. You should ensure that your function "
                    "is twice differentiable and that the jacobian depends on the inputs (this would be violated by a linear "
                    "function for example)."
                )
        if self.caller != "hessian":
            return
        for i, g in enumerate(gs):
            for j, second in enumerate(walks.grad(g.sum(), xs, retain_graph=True, allow_unused=True)):
                if second is None:
                    raise RuntimeError(
                        f"Output {i} of the user-provided function is independent of input {j}. This is not allowed in strict "
                        "mode."
                    )

    def vectors(self, v, of, default):
        """The vector argument v, with the shapes of `of`; None is 1 where there is one element."""
        of = of if isinstance(of, tuple) else (of,)
        if v is None:
            if len(of) != 1 or of[0].numel() != 1:
                raise RuntimeError(f"The vector v can only be None if {default}.")
            return (as_tensor(np.ones(tuple(of[0].shape), of[0].dtype.numpy)),)
        vs = as_tensors(v, "v", self.caller)
        if len(vs) != len(of):
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(of)} but got {len(vs)}.")
        for i, (a, b) in enumerate(zip(vs, of, strict=True)):
            if a.shape != b.shape:
                at = f"Entry {i} in v" if len(of) > 1 else "v"
                raise RuntimeError(f"{at} has invalid size: should be {b.shape} but got {a.shape}.")
        return vs if self.create_graph else tuple([a.detach() for a in vs])

    def out(self, tree):
        """A result as it is handed out."""
        if isinstance(tree, (tuple, list)):
            return type(tree)([self.out(t) for t in tree])
        return tree if self.create_graph else tree.detach()


ONE_OUTPUT = "the user-provided function returns a single Tensor with a single element"
ONE_INPUT = "the input to the user-provided function is a single Tensor with a single element"


# ------------------------------------------------------------------------------------------------ products
def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of v with the Jacobian): v has the shapes of the outputs.

    >>> import compat as torch
    >>> torch.autograd.functional.vjp(lambda x: x ** 2, torch.tensor([1.0, 2.0]), torch.ones(2))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    p = Problem("vjp", func, inputs, create_graph, strict)
    value, pullback = reverse(p.f, *p.xs)
    ct = p.vectors(v, value, ONE_OUTPUT)
    return p.out(value), p.out(like(pullback(like(ct, value)), inputs))


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of the Jacobian with v): v has the shapes of the inputs."""
    p = Problem("jvp", func, inputs, create_graph, strict)
    value, tangent = forward(p.f, p.xs, p.vectors(v, p.xs, ONE_INPUT))
    return p.out(value), p.out(tangent)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of v with the Hessian) of a function with one element."""
    p = Problem("vhp", func, inputs, create_graph, strict)
    _, pullback = reverse(p.first, *p.xs)
    product = pullback(like(p.vectors(v, p.xs, ONE_INPUT), inputs))
    return p.out(p.f(*p.xs)), p.out(like(product, inputs))


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of the Hessian with v) of a function with one element."""
    p = Problem("hvp", func, inputs, create_graph, strict)
    _, product = forward(p.first, p.xs, p.vectors(v, p.xs, ONE_INPUT))
    return p.out(p.f(*p.xs)), p.out(product)


# ------------------------------------------------------------------------------------------------ matrices
def rows(f, xs):
    """The Jacobian of f, one pullback an element: for each output a tuple with a Tensor [*output, *input] an input."""
    value, pullback = reverse(f, *xs)
    values = value if isinstance(value, tuple) else (value,)
    found = []
    for i, v in enumerate(values):
        size, dtype = v.numel(), v.dtype.numpy
        zeros = [as_tensor(np.zeros(tuple(u.shape), u.dtype.numpy)) for u in values]
        gathered = []
        for k in range(size):
            one = np.zeros(size, dtype)
            one[k] = 1
            zeros[i] = as_tensor(one.reshape(tuple(v.shape)))
            gathered.append(pullback(like(zeros, value)))
        found.append(tuple([stacked([g[j] for g in gathered], v, x) for j, x in enumerate(xs)]))
    return value, found


def stacked(gs, v, x):
    """Gradients of the elements of v by x as one Tensor [*v, *x]."""
    shape = (*v.shape, *x.shape)
    if not gs:
        return as_tensor(np.zeros(shape, x.dtype.numpy))
    flat = [P["reshape"](g, shape=(1, *x.shape)) for g in gs]
    return P["reshape"](P["concatenate"](*flat, axis=0), shape=tuple(shape))


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The derivatives of all elements of func's outputs by all elements of its inputs: Tensors [*output, *input].

    For a tuple of outputs a tuple, of entries for a tuple of inputs. `vectorize`: map over the elements instead of a loop.

    >>> import compat as torch
    >>> torch.autograd.functional.jacobian(lambda x: x ** 2, torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs than '
            'inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode" and create_graph:
        raise NotImplementedError(
            'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported '
            'together (yet). Please either set `create_graph=False` or `strategy="reverse-mode"`.'
        )
    check_options(strict, vectorize, strategy)
    p = Problem("jacobian", func, inputs, create_graph, strict)
    return p.out(matrices(p.f, p.xs, inputs, vectorize, strategy))


def check_options(strict, vectorize, strategy):
    """What torch does not combine."""
    if strategy == "forward-mode" and not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for `vectorize=True`."
        )
    if strict and vectorize:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. Please either "
            "set `strict=False` or `vectorize=False`."
        )


def listed(tree):
    """Results of forward mode come in lists, as torch's do."""
    return [listed(t) for t in tree] if isinstance(tree, tuple) else tree


def matrices(f, xs, inputs, vectorize, strategy):
    if vectorize:
        numbers = tuple(range(len(xs))) if isinstance(inputs, tuple) else 0
        if strategy == "forward-mode":
            return listed(jacfwd(f, numbers)(*xs))
        return jacrev(f, numbers)(*xs)
    value, found = rows(f, xs)
    return like([like(entries, inputs) for entries in found], value)


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The second derivatives of a function with one element: [*input, *input], for a tuple of inputs a tuple of tuples.

    >>> import compat as torch
    >>> torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    check_options(strict, vectorize, outer_jacobian_strategy)
    p = Problem("hessian", func, inputs, create_graph, strict)
    return p.out(matrices(p.first, p.xs, inputs, vectorize, outer_jacobian_strategy))


__getattr__ = _refusal("torch.autograd.functional", __name__)
__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
