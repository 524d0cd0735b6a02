"""torch.autograd.functional: derivatives of functions of Tensors, by autograd.grad on what one call of the function has recorded.

Invariant: the function is called once, on leaves (or, with create_graph, views of the inputs), under enable_grad; the inputs' own `.grad`
and graph are left alone; results are detached unless create_graph is asked for.
"""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.state import tls
from funcgrad.transforms.boundary import as_tensor
from funcgrad.transforms.derived import jacfwd

from ..functions.missing import refusal as _refusal
from ..functions.register import FUNCTIONS as T
from ..tensor import Tensor
from ..view_errors import OF_FUNCTIONAL, refused_in_func
from . import walks
from .grad_mode import call_in

P = PRIMITIVES
STRICT = " This is not allowed in strict mode"
OUTPUT = (
    "Output {} of the user-provided function does not require gradients. The outputs must be computed in a differentiable manner from the "
    "input when running in strict mode."
)
GRADIENT = (
    f"The gradient with respect to input {{}} is independent of the inputs of the user-provided function.{STRICT}."
)
JACOBIAN = (
    "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is independent of the "
    f"input.{STRICT}. You should ensure that your function is twice differentiable and that the jacobian depends on the inputs (this would "
    "be violated by a linear function for example)."
)
HESSIAN = (
    f"The hessian of the user-provided function with respect to input {{}} is independent of the input.{STRICT}. You should ensure that "
    "your function is thrice differentiable and that the hessian depends on the inputs."
)
BACK = f"The output of the user-provided function is independent of input {{}}.{STRICT}."
BACK_TRICK = (
    "The gradient with respect to the input is independent of entry {} in the grad_outputs when using the double backward trick to compute "
    f"forward mode gradients.{STRICT}."
)
DOUBLE_BACK = f"The jacobian of the user-provided function is independent of input {{}}.{STRICT}."
DOUBLE_BACK_TRICK = (
    f"The hessian of the user-provided function is independent of entry {{}} in the grad_jacobian.{STRICT} as it prevents from using the "
    "double backward trick to replace forward mode AD."
)


# ------------------------------------------------------------------------------------------------ arguments and results
class Problem:
    """A function with its inputs: `xs` are what it is given, `outputs` what it has returned."""

    def __init__(self, caller, func, inputs, create_graph, strict):
        self.caller, self.func, self.inputs = caller, func, inputs
        self.create_graph, self.strict = create_graph, strict
        xs = as_tensors(inputs, "inputs", caller)
        self.xs = call_in(True, lambda: tuple([self.given(x) for x in xs]))

    def given(self, x):
        """An input as the function gets it."""
        if tls.func:
            raise refused_in_func("requires_grad_", OF_FUNCTIONAL)
        return x.view_as(x) if self.create_graph and x.requires_grad else x.detach().requires_grad_()

    def run(self):
        """Call the function."""
        self.out = call_in(True, self.func, *self.xs)
        self.outputs = as_tensors(self.out, "outputs of the user-provided function", self.caller)
        self.check(self.outputs, OUTPUT)
        return self

    def check(self, tensors, text):
        """In strict mode RuntimeError if one of these is missing or not recorded."""
        for i, t in enumerate(tensors if self.strict else ()):
            if t is None or not t.requires_grad:
                raise RuntimeError((BACK if t is None else text).format(i))

    def of_one_element(self):
        """RuntimeError in torch's words unless there is one output, of one element."""
        if isinstance(self.out, tuple):
            raise RuntimeError(f"The function given to {self.caller} should return a single Tensor")
        if self.out.numel() != 1:
            raise RuntimeError(
                f"The Tensor returned by the function given to {self.caller} should contain a single element"
            )

    def filled(self, grads, refs, text):
        """Gradients, with zeros for those that are missing; in strict mode RuntimeError (`text`) instead."""
        for i, g in enumerate(grads if self.strict else ()):
            if g is None:
                raise RuntimeError(text.format(i))
            if self.create_graph and not g.requires_grad:
                which = "hessian" if text in (DOUBLE_BACK, DOUBLE_BACK_TRICK) else "jacobian"
                raise RuntimeError(
                    f"The {which} of the user-provided function is independent of input {i}.{STRICT} when create_graph=True."
                )
        return [zeros(x) if g is None else g for g, x in zip(grads, refs, strict=True)]

    def vectors(self, v, of, default, given):
        """The vector argument v, with the shapes of `of`; None is 1 where there is one element. `given`: what `of` was, a tuple or a Tensor."""
        of = of if isinstance(of, tuple) else (of,)
        if v is None:
            if len(of) != 1 or of[0].numel() != 1:
                raise RuntimeError(f"The vector v can only be None if {default}.")
            return (as_tensor(np.ones(tuple(of[0].shape), of[0].dtype.numpy)),)
        vs = as_tensors(v, "v", self.caller)
        several = isinstance(given, tuple)
        if len(vs) != len(of) and not several:
            raise RuntimeError("The given v should contain a single Tensor.")
        if len(vs) != len(of):
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(of)} but got {len(vs)}.")
        for i, (a, b) in enumerate(zip(vs, of, strict=True)):
            if a.shape != b.shape:
                at = f"Entry {i} in v" if several else "v"
                raise RuntimeError(f"{at} has invalid size: should be {b.shape} but got {a.shape}.")
        return vs if self.create_graph else tuple([a.detach() for a in vs])

    def out(self, tree):
        """A result as it is handed out."""
        if isinstance(tree, (tuple, list)):
            return type(tree)([self.out(t) for t in tree])
        return tree if self.create_graph else tree.detach()

    def has_one(self):
        return len(self.outputs) == 1 and self.outputs[0].numel() == 1

    def again(self, outputs, xs, cotangents=None, **options):
        """Gradients that are themselves recorded with create_graph."""
        mode = self.create_graph or tls.grad
        return call_in(mode, gradients, outputs, xs, cotangents, create_graph=self.create_graph, **options)

    def shown(self, tree):
        """A result as it is handed out."""
        if isinstance(tree, (tuple, list)):
            return type(tree)([self.shown(t) for t in tree])
        return tree if self.create_graph else tree.detach()


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


def _as_tuple(inp, arg_name=None, fn_name=None):
    """(is it a tuple, its Tensors as one); TypeError for what is no Tensor where the two names are given."""
    if arg_name is None and fn_name is None:
        return isinstance(inp, tuple), inp if isinstance(inp, tuple) else (inp,)
    return isinstance(inp, tuple), as_tensors(inp, arg_name, fn_name)


def _tuple_postprocess(res, to_unpack):
    """Results without the tuples that were put around single ones: `to_unpack` says of each level whether it was a tuple."""
    if isinstance(to_unpack, tuple):
        inner = tuple([like(r, to_unpack[1] and ()) for r in res])
        return inner if to_unpack[0] else inner[0]
    return res if to_unpack else res[0]


def _grad_postprocess(inputs, create_graph):
    """Results, nested tuples of them too, detached unless the graph is to be kept."""
    if isinstance(inputs[0], Tensor):
        return inputs if create_graph else tuple([x.detach() for x in inputs])
    return tuple([_grad_postprocess(x, create_graph) for x in inputs])


def _construct_standard_basis_for(tensors, tensor_numels):
    """For each Tensor a matrix of its dtype: together they are the unit vectors of all their elements, row by row."""
    total, start, found = sum(tensor_numels), 0, []
    for t, n in zip(tensors, tensor_numels, strict=True):
        found.append(T["eye"](total, dtype=t.dtype, device=t.device)[:, start : start + n])
        start += n
    return tuple(found)


def zeros(x, **options):
    t = as_tensor(np.zeros(tuple(x.shape), x.dtype.numpy))
    return t.requires_grad_() if options else t


def gradients(outputs, xs, cotangents=None, **options):
    """autograd.grad of those of the outputs that are recorded; None for each of xs that they do not depend on."""
    cotangents = cotangents or [None] * len(outputs)
    live = [(y, c) for y, c in zip(outputs, cotangents, strict=True) if y is not None and y.requires_grad]
    if not live:
        return (None,) * len(xs)
    return walks.grad([y for y, _ in live], xs, [c for _, c in live], allow_unused=True, **options)


ONE_OUTPUT = "the user-provided function returns a single Tensor with a single element"
ONE_INPUT = "the input to the user-provided function is a single Tensor with a single element"


# ------------------------------------------------------------------------------------------------ products
def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of v with the Jacobian): v has the shapes of the outputs.

    >>> import compat as torch
    >>> torch.autograd.functional.vjp(lambda x: x ** 2, torch.tensor([1.0, 2.0]), torch.ones(2))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    p = Problem("vjp", func, inputs, create_graph, strict).run()
    vs = None if v is None and p.has_one() else p.vectors(v, p.out, ONE_OUTPUT, p.out)
    found = p.filled(p.again(p.outputs, p.xs, vs), p.xs, BACK)
    return p.shown(p.out), p.shown(like(found, inputs))


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of the Jacobian with v): v has the shapes of the inputs."""
    p = Problem("jvp", func, inputs, create_graph, strict)
    vs = p.vectors(v, p.xs, ONE_INPUT, inputs)
    p.run()
    weights = [zeros(y, requires_grad=True) for y in p.outputs]  # (the gradient is linear in these, whatever they are)
    back = gradients(p.outputs, p.xs, weights, create_graph=True)
    p.check(back, GRADIENT)
    found = p.filled(p.again(back, weights, vs), p.outputs, BACK_TRICK)
    return p.shown(p.out), p.shown(like(found, p.out))


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of v with the Hessian) of a function with one element."""
    p = Problem("vhp", func, inputs, create_graph, strict)
    vs = p.vectors(v, p.xs, ONE_INPUT, inputs)
    p.run().of_one_element()
    first = gradients(p.outputs, p.xs, create_graph=True)
    p.check(first, JACOBIAN)
    found = p.filled(p.again(first, p.xs, vs), p.xs, DOUBLE_BACK)
    return p.shown(p.out), p.shown(like(found, inputs))


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of the Hessian with v) of a function with one element."""
    p = Problem("hvp", func, inputs, create_graph, strict)
    vs = p.vectors(v, p.xs, ONE_INPUT, inputs)
    p.run().of_one_element()
    first = gradients(p.outputs, p.xs, create_graph=True)
    p.check(first, JACOBIAN)
    weights = [zeros(x, requires_grad=True) for x in p.xs]
    second = gradients(first, p.xs, weights, create_graph=True)
    p.check(second, HESSIAN)
    found = p.filled(p.again(second, weights, vs), p.xs, DOUBLE_BACK_TRICK)
    return p.shown(p.out), p.shown(like(found, inputs))


# ------------------------------------------------------------------------------------------------ matrices
def rows(p, i, y):
    """The derivatives of all elements of the i-th output: a Tensor [*output, *input] for each input."""
    parts = [[] for _ in p.xs]
    for k in range(y.numel()):
        element = call_in(True, lambda: y.reshape(-1)[k])  # noqa: B023
        found = p.again((element,), p.xs, retain_graph=True)
        for j, (g, x, part) in enumerate(zip(found, p.xs, parts, strict=True)):
            if g is None and p.strict:
                raise RuntimeError(f"Output {i} of the user-provided function is independent of input {j}.{STRICT}.")
            if p.strict and p.create_graph and not g.requires_grad:
                raise RuntimeError(
                    f"The jacobian of the user-provided function is independent of input {i}.{STRICT} when create_graph=True."
                )
            part.append(zeros(x) if g is None else g)
    return tuple([stacked(part, y, x) for part, x in zip(parts, p.xs, strict=True)])


def all_at_once(p, y):
    """The same, mapped over the elements."""
    size = y.numel()
    if not y.requires_grad or size == 0:
        found = (None,) * len(p.xs)
    else:
        units = as_tensor(np.eye(size, dtype=y.dtype.numpy).reshape(size, *y.shape))
        found = p.again((y,), p.xs, (units,), retain_graph=True, is_grads_batched=True)
    return tuple([stacked([] if g is None else [g], y, x) for g, x in zip(found, p.xs, strict=True)])


def stacked(gs, y, x):
    """Gradients of the elements of y by x, one after another, as one Tensor [*y, *x]; zeros if there are none."""
    shape = (*y.shape, *x.shape)
    if not gs:
        return as_tensor(np.zeros(shape, x.dtype.numpy))
    flat = [P["reshape"](g, shape=(g.numel(),)) for g in gs]
    return P["reshape"](P["concatenate"](*flat, axis=0), shape=shape)


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
    if strategy == "forward-mode":
        return by_forward_mode(func, inputs, strict, vectorize)
    p = Problem("jacobian", func, inputs, create_graph, strict).run()
    if strict and vectorize:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. Please either "
            "set `strict=False` or `vectorize=False`."
        )
    found = [all_at_once(p, y) if vectorize else rows(p, i, y) for i, y in enumerate(p.outputs)]
    return p.shown(like([like(entries, inputs) for entries in found], p.out))


def by_forward_mode(func, inputs, strict, vectorize):
    """The Jacobian by jvps of all unit vectors at once; NotImplementedError, RuntimeError for what torch does not combine."""
    if strict:
        raise RuntimeError(
            'torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported together (yet). Please '
            'either set `strict=False` or `strategy="reverse-mode"`.'
        )
    xs = as_tensors(inputs, "inputs", "jacobian")
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for `vectorize=True`."
        )
    if not xs:
        raise AssertionError("Expected at least one tensor")
    for x in xs:
        if not (x.is_floating_point() or x.is_complex()):
            raise ValueError(f"Expected primal to be floating point or complex, but got: {x.dtype}")

    def f(*xs):
        out = func(*xs)
        as_tensors(out, "outputs", None)
        return out

    if not isinstance(inputs, tuple):
        return jacfwd(f)(*xs)
    return listed(jacfwd(f, tuple(range(len(xs))))(*xs))


def listed(tree):
    """Results of forward mode by several inputs come in lists, as torch's do."""
    return [listed(t) for t in tree] if isinstance(tree, tuple) else tree


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The second derivatives of a function with one element: [*input, *input], for a tuple of inputs a tuple of tuples.

    >>> import compat as torch
    >>> torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    as_tensors(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    forward = outer_jacobian_strategy == "forward-mode"

    def first(*xs):
        if forward:
            xs = tuple([x.requires_grad_() for x in xs])
        p = Problem("hessian", func, like(xs, inputs), True, strict).run()
        p.of_one_element()
        found = [zeros(x) if g is None else g for g, x in zip(p.again(p.outputs, p.xs), p.xs, strict=True)]
        p.check(found, JACOBIAN)
        return like(found, inputs)

    return jacobian(first, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


__getattr__ = _refusal(__name__)
__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
