"""Gradients of convolutions, as functions: torch.nn.grad."""

from ..autograd import grad
from ..functions.missing import refusal as _refusal
from ..functions.register import FUNCTIONS as T
from . import functional


def for_axes(k):
    """(conv<k>d_input, conv<k>d_weight)."""

    def gradient(of, input, weight, grad_output, options):
        out = getattr(functional, f"conv{k}d")(input, weight, None, *options)
        return grad(out, of, grad_output, create_graph=True)[0]

    def conv_input(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1):
        x = T["zeros"](*input_size, dtype=weight.dtype).requires_grad_()
        return gradient(x, x, weight, grad_output, (stride, padding, dilation, groups))

    def conv_weight(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1):
        w = T["zeros"](*weight_size, dtype=input.dtype).requires_grad_()
        return gradient(w, input, w, grad_output, (stride, padding, dilation, groups))

    for f, of in ((conv_input, "input"), (conv_weight, "weight")):
        f.__name__ = f"conv{k}d_{of}"
        f.__doc__ = f"The gradient of conv{k}d in its {of}, for the gradient of its result."
    return conv_input, conv_weight


conv1d_input, conv1d_weight = for_axes(1)
conv2d_input, conv2d_weight = for_axes(2)
conv3d_input, conv3d_weight = for_axes(3)
__getattr__ = _refusal(__name__)
