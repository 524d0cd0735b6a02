"""torch.nn.utils: gradients clipped, parameters as one vector, sequences packed, parametrized modules."""

from funcgrad.lazy import attributes

FAMILIES = {
    "clip_grad": "get_total_norm clip_grads_with_norm_ clip_grad_norm_ clip_grad_value_",
    "convert_parameters": "parameters_to_vector vector_to_parameters",
}
__getattr__, __dir__ = attributes(__name__, FAMILIES)
