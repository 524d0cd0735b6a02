"""A convolution or linear layer and the batch normalisation behind it as one layer, for evaluation."""

import copy

from ...functions.register import FUNCTIONS as T
from ..parameter import Parameter


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


def layer_fused(layer, bn, weights, *more):
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
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
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got "
            f"linear.out_features={linear.out_features} and bn.num_features={bn.num_features}"
        )
    return layer_fused(linear, bn, fuse_linear_bn_weights)
