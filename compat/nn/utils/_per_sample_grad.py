"""call_for_per_sample_grads: a module called so that backward() leaves in each parameter's `grad_sample` the gradient of every sample.

The samples of these functions have nothing to do with each other, so one rule is enough for all: the function of one sample, pulled
back, and mapped over the samples. Invariant: a parameter's own `grad` stays as it was.
"""

import functools

from ... import func as _func
from ...autograd import Function as _Function
from ...functions.missing import refusal as _refusal
from ...overrides import USERS as _users
from ...tensor import Tensor
from ...utils import _pytree as pytree
from .. import functional as F
from ..modules.module import Module

__getattr__ = _refusal(__name__)

NODES = {
    F.linear: "LinearPerSampleGrad",
    **dict.fromkeys((F.conv1d, F.conv2d, F.conv3d), "ConvPerSampleGrad"),
    F.embedding: "EmbeddingPerSampleGrad",
    F.group_norm: "GroupNormPerSampleGrad",
    F.instance_norm: "InstanceNormPerSampleGrad",
    F.layer_norm: "LayerNormPerSampleGrad",
}
LENGTHS = {F.conv1d: 3, F.conv2d: 4, F.conv3d: 5}  # dimensions of a batch
WITHOUT = {  # what a call writes, which it does once, and what torch leaves out of these gradients
    F.instance_norm: {"running_mean": None, "running_var": None},
    F.embedding: {"padding_idx": None, "max_norm": None, "scale_grad_by_freq": False, "sparse": False},
}


class ExpandedWeight(Tensor):
    """A parameter that stands for itself in every sample of a batch: what is called with it notes the samples' gradients."""

    def __new__(cls, orig_weight, batch_size, loss_reduction):
        if not isinstance(orig_weight, Tensor):
            raise RuntimeError(f"Can only make Expanded Weights of Tensors, got {type(orig_weight).__name__}")
        if not orig_weight.requires_grad:
            raise RuntimeError("Can only build ExpandedWeights objects of tensors that requires_grad")
        return Tensor._make_subclass(cls, orig_weight, True)

    def __init__(self, orig_weight, batch_size, loss_reduction):
        self.orig_weight, self.batch_size, self.loss_reduction = orig_weight, batch_size, loss_reduction

    dtype, data, shape, device, is_cuda = (
        property(lambda self, name=name: getattr(self.orig_weight, name))
        for name in ("dtype", "data", "shape", "device", "is_cuda")
    )

    def data_ptr(self):
        return self.orig_weight.data_ptr()

    def get_device(self):
        return self.orig_weight.get_device()

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function not in NODES:
            raise RuntimeError(f"Expanded Weights encountered but cannot handle function {function.__name__}")
        kwargs = kwargs or {}
        need_batch(function, args, kwargs)
        expanded = [a for a in (*args, *kwargs.values()) if isinstance(a, ExpandedWeight)]
        return node_of(NODES[function]).apply(
            function, args[1:], kwargs, expanded, args[0], *[w.orig_weight for w in expanded]
        )


def need_batch(function, args, kwargs):
    """torch's errors for an input that is not the batch that the parameters were told of."""
    name, input = function.__name__, args[0]
    if function is F.linear and input.dim() <= 1:
        raise RuntimeError(
            "Input does not have a batch dimension. Expanded Weights expected input "
            f"of at least rank 2, got of rank {input.dim()}"
        )
    if function is F.embedding and input.dim() == 1:
        raise RuntimeError(f"Expanded Weights needs an input with a batch size, got a 1D tensor, {input}")
    if function is F.layer_norm and input.dim() <= len(args[1]):
        raise RuntimeError(
            "Expanded Weights: Layer norm should not normalize over batch dimension for per sample gradient"
            f"computations but got that normalized shape, {args[1]}, matched input shape."
        )
    if isinstance(input, ExpandedWeight):
        raise RuntimeError(
            "Expanded Weights do not support inputs that are also ExpandedWeights. "
            f"Input must be a Tensor, got {type(input).__name__} in function {name}"
        )
    if not isinstance(input, Tensor):
        raise RuntimeError(
            "Expanded Weights requires a Tensor as the first input to get the batch dimension, "
            f"got {type(input).__name__} in function {name}"
        )
    if not input.dim():
        raise RuntimeError(f"Expanded Weights requires a batch dimension but got an input of size 0 in function {name}")
    if not len(input):
        raise RuntimeError(
            f"0 is not a valid batch size for Expanded Weights but got input tensor of {input} in function {name}"
        )
    reductions = []
    for w in (*args, *kwargs.values()):
        if isinstance(w, ExpandedWeight):
            if w.batch_size != len(input):
                raise RuntimeError(
                    "Expected ExpandedWeights to have batch size matching input but got "
                    f"input batch size of {len(input)} with ExpandedWeight of batch size {w.batch_size}"
                )
            reductions.append(w.loss_reduction)
    if len({*reductions}) > 1:
        other = next(r for r in reductions if r != reductions[0])
        raise RuntimeError(
            "Expected ExpandedWeights to all have the same loss_reduction argument but got one"
            f"with {reductions[0]} and one with {other}"
        )
    if function in LENGTHS and input.dim() != LENGTHS[function]:
        raise RuntimeError(
            f"Expanded Weights only support convolution with batched input, got {function} with an"
            f"unbatched input of dim {input.dim()}, expected input of dim {LENGTHS[function]}"
        )


def call(function, args, kwargs, expanded, input, weights):
    """The function, with these weights in the places of the expanded ones."""
    at = {id(w): given for w, given in zip(expanded, weights, strict=True)}
    placed = [at.get(id(a), a) for a in args]
    return function(input, *placed, **{name: at.get(id(a), a) for name, a in kwargs.items()})


class PerSample(_Function):
    """A function of a batch whose parameters' gradients are those of each sample, and stay with them."""

    @staticmethod
    def forward(ctx, function, args, kwargs, expanded, input, *weights):
        ctx.call, ctx.input = (function, args, kwargs, expanded), input
        return call(function, args, kwargs, expanded, input, weights)

    @staticmethod
    def backward(ctx, grad):
        (function, args, kwargs, expanded), input = ctx.call, ctx.input
        if any(
            [
                isinstance(a, Tensor) and type(a) is not ExpandedWeight and a.requires_grad
                for a in (*args, *kwargs.values())
            ]
        ):
            raise RuntimeError(
                "ExpandedWeights currently does not support a mixture of ExpandedWeight parameters "
                "and normal Parameters. Please file and issue with pytorch/pytorch"
            )
        kwargs = {**kwargs, **WITHOUT.get(function, {})}
        weights = [w.orig_weight.detach() for w in expanded]

        def pulled_back(sample, t):
            def of_one(*given):
                x, *given = given if input.requires_grad else (sample, *given)
                return call(function, args, kwargs, expanded, x.unsqueeze(0), given).squeeze(0)

            return _func.vjp(of_one, *[sample] * input.requires_grad, *weights)[1](t)

        found = [*_func.vmap(pulled_back)(input.detach(), grad)]
        to_input = found.pop(0) if input.requires_grad else None
        for w, each in zip(expanded, found, strict=True):
            of = w.orig_weight
            each = each * w.batch_size if w.loss_reduction == "mean" else each
            before = getattr(of, "grad_sample", None)
            of.grad_sample = each if before is None else before + each
        return (None,) * 4 + (to_input,) + (None,) * len(weights)


@functools.cache
def node_of(name):
    """PerSample under the name that torch has for one function."""
    return type(name, (PerSample,), {})


def sizes_of(args, kwargs, batch_first):
    """The one batch size of all Tensors among the arguments."""
    size = None
    for leaf in pytree.arg_tree_leaves(*args, **kwargs):
        if isinstance(leaf, Tensor):
            own = leaf.shape[0 if batch_first else 1]
            if size not in (None, own):
                raise RuntimeError(
                    "When computing batch size, found at least one input with batch size "
                    f"{size} and one with batch size {own}. Please specify it "
                    "explicitly using the batch size kwarg in call_for_per_sample_grads"
                )
            size = own
    if size is None:
        raise RuntimeError(
            "Unable to find a tensor in the passed args and kwargs. They may not be pytree-able "
            "and so ExpandedWeights cannot compute the batch size from the inputs. Please specify it explicitly"
        )
    return size


def call_for_per_sample_grads(module, *, batch_size=None, loss_reduction="sum", batch_first=True):
    """A function that calls a module; backward() from its result puts the gradient of every sample, of shape (batch, *parameter), into
    the `grad_sample` of each parameter that requires grad (with `loss_reduction` "mean" times the batch size). `batch_size`: that of all
    Tensors among the arguments where it is not given, read off their first dimension, or the second without `batch_first`.

    Of linear layers, convolutions, embeddings, and group, instance and layer norms; RuntimeError for what else uses a parameter.

    >>> import compat as torch
    >>> from compat.nn.utils._per_sample_grad import call_for_per_sample_grads
    >>> layer = torch.nn.Linear(2, 1, bias=False)
    >>> call_for_per_sample_grads(layer)(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
    >>> layer.weight.grad_sample, layer.weight.grad
    (tensor([[[1., 2.]],
    <BLANKLINE>
            [[3., 4.]]]), None)
    """
    if loss_reduction not in ("sum", "mean"):
        raise RuntimeError(f"Expected loss_reduction argument to be sum or mean, got {loss_reduction}")
    if not isinstance(module, Module):
        raise RuntimeError(f"Module passed must be nn.Module, got {type(module).__name__}")
    if batch_size is not None and not isinstance(batch_size, int):
        raise RuntimeError(f"Batch size passed must be None or an integer, got {type(batch_size).__name__}")
    if batch_size is not None and batch_size < 1:
        raise RuntimeError(f"Batch size must be positive, got {batch_size}")
    for weight in module.parameters():
        if getattr(weight, "grad_sample", None) is not None:
            raise RuntimeError(
                "Current Expanded Weights accumulates the gradients, which will be incorrect for multiple "
                f"calls without clearing gradients. Please clear out the grad_sample parameter of {weight} or "
                "post an issue to pytorch/pytorch to prioritize correct behavior"
            )

    @functools.wraps(module.forward)
    def called(*args, **kwargs):
        size = sizes_of(args, kwargs, batch_first) if batch_size is None else batch_size
        given = {
            name: ExpandedWeight(p, size, loss_reduction) if p.requires_grad else p
            for name, p in module.named_parameters()
        }
        _users.enter()
        try:
            return _func.functional_call(module, given, args, kwargs)
        finally:
            _users.leave()

    return called
