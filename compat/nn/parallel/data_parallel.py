"""DataParallel without any other device: it calls its module."""

from ..modules.module import Module


class DataParallel(Module):
    """The module it is given, as its `module`, called where it is: there is only the CPU."""

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__()
        self.module = module
        self.device_ids = []
        self.dim = dim

    def forward(self, *inputs, **kwargs):
        return self.module(*inputs, **kwargs)
