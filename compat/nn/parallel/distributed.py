"""DistributedDataParallel in a group of one process: its module, whose gradients are those of all replicas already."""

import contextlib

from ...distributed import known
from ..modules.module import Module


class DistributedDataParallel(Module):
    """The module it is given, as its `module`; the other options change nothing where there is one process.

    ValueError if there is no process group, or for device_ids (the module is on the CPU); RuntimeError if no parameter of the
    module requires a gradient.
    """

    def __init__(
        self,
        module,
        device_ids=None,
        output_device=None,
        dim=0,
        broadcast_buffers=None,
        init_sync=True,
        process_group=None,
        bucket_cap_mb=None,
        find_unused_parameters=False,
        check_reduction=False,
        gradient_as_bucket_view=False,
        static_graph=False,
        **options,
    ):
        super().__init__()
        self.process_group = known(process_group)
        if not any(p.requires_grad for p in module.parameters()):
            text = "DistributedDataParallel is not needed when a module doesn't have any parameter that requires a gradient."
            raise RuntimeError(text)
        if device_ids or output_device is not None:
            devices = {p.device for p in module.parameters()}
            raise ValueError(
                "DistributedDataParallel device_ids and output_device arguments only work with single-device/multiple-device GPU "
                f"modules or CPU modules, but got device_ids {device_ids}, output_device {output_device}, and module parameters "
                f"{devices}."
            )
        if any(type(m).__name__ == "SyncBatchNorm" for m in module.modules()):
            raise ValueError("SyncBatchNorm layers only work with GPU modules")
        self.module = module
        self.device_ids, self.output_device, self.dim = None, None, dim
        self.static_graph = static_graph
        self.find_unused_parameters = find_unused_parameters
        self.require_backward_grad_sync = True

    def forward(self, *inputs, **kwargs):
        return self.module(*inputs, **kwargs)

    @contextlib.contextmanager
    def no_sync(self):
        """A block whose gradients are not sent to other processes: there are none."""
        before, self.require_backward_grad_sync = self.require_backward_grad_sync, False
        try:
            yield
        finally:
            self.require_backward_grad_sync = before

    def join(self, divide_by_initial_world_size=True, enable=True, throw_on_early_termination=False):
        """A block in which processes may have unequally many inputs."""
        return contextlib.nullcontext()

    def register_comm_hook(self, state, hook):
        """Taken and never called: there is nothing to send."""
