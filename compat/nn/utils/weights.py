"""Weights of modules as a whole: as one vector, not drawn, in another order of memory, with the normalisation behind them put in."""

import copy
import inspect

from ..._calls import C
from ..._generator import default_generator
from ...functions.register import FUNCTIONS as T
from ...names_of_classes import placed
from ...tensor import Tensor
from ..modules.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d
from ..modules.module import Module
from ..parameter import Parameter


def parameters_to_vector(parameters):
    """The parameters' elements as one vector."""
    return T["cat"]([p.view(-1) for p in parameters if p.device])


def vector_to_parameters(vec, parameters):
    """Give the parameters, in order, the elements of a vector."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {T['typename'](vec)}")
    start = 0
    for p in parameters:
        count = p.numel() if p.device else 0  # (torch asks for the device first)
        p.data = vec[start : start + count].view_as(p).data
        start += count


def scale_and_shift(mean, variance, eps, weight, bias):
    """(factor, the bias that is added afterwards) of a batch normalisation, by channel."""
    factor = (variance + eps).rsqrt()
    return factor if weight is None else weight * factor, T["zeros_like"](mean) if bias is None else bias


def fused(w, b, mean, factor, shift, shape):
    new = (w * factor.reshape(shape)).to(w.dtype)
    kept = T["zeros_like"](mean) if b is None else b
    bias = ((kept - mean) * factor + shift).to(w.dtype if b is None else b.dtype)
    return Parameter(new, w.requires_grad), Parameter(bias, kept.requires_grad)


def fuse_conv_bn_weights(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose=False):
    """(weight, bias) of a convolution that normalises its result, too."""
    factor, shift = scale_and_shift(bn_rm, bn_rv, bn_eps, bn_w, bn_b)
    shape = [1] * conv_w.dim()
    shape[1 if transpose else 0] = -1
    return fused(conv_w, conv_b, bn_rm, factor, shift, shape)


def fuse_linear_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b):
    """(weight, bias) of a linear layer that normalises its result, too."""
    factor, shift = scale_and_shift(bn_rm, bn_rv, bn_eps, bn_w, bn_b)
    return fused(linear_w, linear_b, bn_rm, factor, shift, (-1, 1))


def need_evaluation(layer, bn):
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")


def layer_fused(layer, bn, weights, *more):
    need_evaluation(layer, bn)
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")
    out = copy.deepcopy(layer)
    out.weight, out.bias = weights(
        out.weight, out.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, *more
    )
    return out


def fuse_conv_bn_eval(conv, bn, transpose=False):
    """A convolution that does what it and the normalisation behind it do in evaluation."""
    return layer_fused(conv, bn, fuse_conv_bn_weights, transpose)


def fuse_linear_bn_eval(linear, bn):
    """A linear layer that does what it and the normalisation behind it do in evaluation."""
    need_evaluation(linear, bn)
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got "
            f"linear.out_features={linear.out_features} and bn.num_features={bn.num_features}"
        )
    return layer_fused(linear, bn, fuse_linear_bn_weights)


def skip_init(module_cls, *args, **kwargs):
    """A module whose parameters are not drawn, so that no random number is used up."""
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    device = kwargs.pop("device", "cpu")
    with default_generator.fork():
        return module_cls(*args, **kwargs).to_empty(device=device)


def converted(module, kinds, memory_format):
    if isinstance(module, kinds):
        C.clone(module.weight, memory_format=memory_format)
        module.weight.data = module.weight.detach().clone(memory_format=memory_format)
    for child in module.children():
        converted(child, kinds, memory_format)
    return module


def convert_conv2d_weight_memory_format(module, memory_format):
    """The module, the weights of its 2-dimensional convolutions (transposed or not) in this order of memory.

    >>> import compat as torch
    >>> layer = torch.nn.Conv2d(2, 3, 2)
    >>> convert_conv2d_weight_memory_format(layer, torch.channels_last).weight.stride()
    (8, 1, 4, 2)
    """
    return converted(module, (Conv2d, ConvTranspose2d), memory_format)


def convert_conv3d_weight_memory_format(module, memory_format):
    """The module, the weights of its 3-dimensional convolutions (transposed or not) in this order of memory."""
    return converted(module, (Conv3d, ConvTranspose3d), memory_format)


placed(globals())
