"""The weights of convolutions in another order of memory."""

from ..modules.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d


def converted(module, kinds, memory_format):
    for m in module.modules():
        if isinstance(m, kinds):
            m.weight.data = m.weight.detach().clone(memory_format=memory_format)
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
