"""torch.nn.utils: gradients clipped, parameters as one vector, sequences packed, modules parametrized and pruned."""

from funcgrad.lazy import attributes as _attributes

from ...functions.missing import refusal as _refusal
from ...functions.missing import sharing as _sharing

_FAMILIES = {
    "clip_grad": "get_total_norm clip_grads_with_norm_ clip_grad_norm clip_grad_norm_ clip_grad_value_",
    "convert_parameters": "parameters_to_vector vector_to_parameters",
    "fusion": "fuse_conv_bn_eval fuse_conv_bn_weights fuse_linear_bn_eval fuse_linear_bn_weights",
    "init": "skip_init",
    "memory_format": "convert_conv2d_weight_memory_format convert_conv3d_weight_memory_format",
    "spectral_hook": "remove_spectral_norm spectral_norm remove_weight_norm weight_norm",
}
__getattr__, __dir__ = _attributes(
    __name__,
    _sharing(__name__, _FAMILIES, {"weights": "convert_parameters fusion init memory_format"}),
    missing=_refusal(__name__),
    modules="clip_grad convert_parameters fusion init memory_format parametrizations parametrize prune rnn stateless",
)
