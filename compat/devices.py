"""torch.device, torch.layout, and the default device: any device has a name, only the CPU can be computed on.

Invariant: `usable` is asked wherever a Tensor would be made or moved; what is no CPU is refused there in torch's words.
"""

from funcgrad.core.tracebacks import drop

from .native import Native, closed, set_slot, unwritable

KINDS = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy", "vulkan",
    "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip
HERE = ("cpu", "meta")
NO_ACCELERATOR = "Cannot access accelerator device when none is available."
CPU_ONLY = "compat computes on the CPU with NumPy: use torch.device('cpu'), as torch.cuda.is_available() (False here) would choose"


class Device(metaclass=Native, called="torch.device"):
    """torch.device("cuda:0"), torch.device("cpu"), torch.device("cuda", 0): the name of a device.

    As a `with` block it is the default device inside. RuntimeError for what is no device.
    """

    __slots__ = ("type", "index")

    def __init__(self, *given, **named):
        if len(given) == 1 and not named and type(given[0]) is str:
            (name,), index, apart = given, None, False
        else:
            name, index, apart = asked_for(given, named)
        try:
            self._take(name, index, apart)
        except RuntimeError as error:
            drop(error)
            raise

    def _take(self, type, index, apart):
        if not type:
            raise RuntimeError("Device string must not be empty")
        if index is not None and index < 0:
            raise RuntimeError("Device index must not be negative")
        name, colon, number = type.partition(":")
        if not name.replace("_", "a").isalpha() or colon and not (number.isdecimal() and number == str(int(number))):
            raise RuntimeError(f"Invalid device string: '{type}'")
        if name not in KINDS:
            raise RuntimeError(f"Expected one of {', '.join(KINDS)} device type at start of device string: {name}")
        if colon and apart:
            raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {type}")
        set_slot(self, "type", name)
        index = int(number) if number else index
        index = (
            None if index is None or index % 256 == 255 else (index + 128) % 256 - 128
        )  # (one signed byte; -1: none)
        set_slot(self, "index", index)

    __setattr__ = __delattr__ = unwritable

    def __repr__(self):
        return f"device(type='{self.type}'" + (f", index={self.index % 2**16})" if self.index is not None else ")")

    def __str__(self):
        return self.type + (f":{self.index}" if self.index is not None else "")

    def __eq__(self, other):
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __lt__(self, other):
        if isinstance(other, Device):
            raise TypeError("comparison not implemented")
        return NotImplemented

    __le__ = __gt__ = __ge__ = __lt__

    def __hash__(self):
        return hash((self.type, self.index))

    def __reduce__(self):
        return Device, (self.type,) if self.index is None else (self.type, self.index)

    def __enter__(self):
        Default.stack.append(self)
        Default.elsewhere = self.type != "cpu"
        return self

    def __exit__(self, *error):
        Default.stack.pop()
        Default.elsewhere = Default.stack[-1].type != "cpu"


def asked_for(given, named):
    """(name, index, whether that was given apart) of a call of torch.device; torch's TypeError for other arguments."""
    from ._calls import Signature, misfit
    from .dtypes import LONG, OVERFLOW

    refused = misfit("device", [Signature("Vdevice"), Signature("Qtype I?index=-1")], given, named)
    if refused is not None:
        raise refused
    first = given[0] if given else named.get("device", named.get("type"))
    if isinstance(first, bytes):
        first = first.decode()
    if isinstance(first, int) and not LONG[0] <= first <= LONG[1]:
        raise ValueError(OVERFLOW)
    if isinstance(first, Device):
        return first.type, first.index, False
    if not isinstance(first, str):
        raise RuntimeError("Device index must not be negative" if first < 0 else NO_ACCELERATOR)
    return first, given[1] if len(given) > 1 else named.get("index"), len(given) > 1 or "index" in named


CPU = Device("cpu")
AUTOGRADS = "Other CPU CUDA HIP XLA MPS IPU XPU HPU VE Lazy MTIA MAIA PrivateUse1 PrivateUse2 PrivateUse3 Meta NestedTensor".split()
NO_KERNEL = (  # (torch goes on with the lines of its own source where each of these was registered)
    "Could not run 'aten::{operation}' with arguments from the '{backend}' backend. This could be because the operator doesn't exist for "
    "this backend, or was omitted during the selective/custom build process (if using custom build). If you are a Facebook employee using "
    "PyTorch on mobile, please visit https://fburl.com/ptmfixes for possible resolutions. 'aten::{operation}' is only available for these "
    "backends: [CPU, Meta, QuantizedCPU, QuantizedMeta, MkldnnCPU, SparseCPU, SparseMeta, SparseCsrCPU, SparseCsrMeta, BackendSelect, "
    "Python, FuncTorchDynamicLayerBackMode, Functionalize, Conjugate, Negative, ZeroTensor, ADInplaceOrView, "
    + ", ".join(f"Autograd{name}" for name in AUTOGRADS)
    + ", Tracer, AutocastCPU, AutocastMTIA, AutocastMAIA, AutocastXPU, AutocastMPS, AutocastCUDA, FuncTorchBatched, BatchedNestedTensor, "
    "FuncTorchVmapMode, Batched, VmapMode, FuncTorchGradWrapper, PythonTLSSnapshot, FuncTorchDynamicLayerFrontMode, PreDispatch, "
    "PythonDispatcher]."
)
NOT_COMPILED = {  # kinds of devices that torch has modules for -> what it says of them beyond that
    "cuda": "",
    "xpu": "",
    "mtia": ". Ensure you have `import mtia.host_runtime.torch_mtia.dynamic_library` in your python src file and include "
    "`//mtia/host_runtime/torch_mtia:torch_mtia` as your target dependency!",
}


class Default:
    """What set_default_device has set, and the `with` blocks around."""

    stack = [CPU]
    elsewhere = False  # is it another than the CPU?


def on_meta(device, empty=True):
    """Is what is made for a device= without memory? (Asked where one is given, or Default.elsewhere.) `empty`: nothing is copied to it."""
    return usable(Default.stack[-1] if device is None else device, empty).type == "meta"


def usable(device, empty=False):
    """The Device, if Tensors can be there; torch's error if not, which is another where memory is asked for that nothing is copied to."""
    device = device if isinstance(device, Device) else Device(device)
    if device.type in HERE:
        return device
    if device.type in NOT_COMPILED:
        error = AssertionError(f"Torch not compiled with {device.type.upper()} enabled{NOT_COMPILED[device.type]}")
    elif device.type in ("hpu", "privateuseone"):
        error = ModuleNotFoundError(f"No module named 'torch.{device.type}'")
    elif device.type == "lazy" or empty:
        backend = device.type.capitalize() if device.type in ("lazy", "vulkan") else device.type.upper()
        error = NotImplementedError(NO_KERNEL.format(operation="empty.memory_format", backend=backend))
    else:
        error = RuntimeError(f"PyTorch is not linked with support for {device.type} devices")
    error.add_note(f"[{CPU_ONLY}.]")
    raise error


def set_default_device(device):
    """Set the device of new Tensors: the CPU (None is that too); of one that there is not, what makes a Tensor tells."""
    Default.stack[0] = CPU if device is None else device if isinstance(device, Device) else Device(device)
    Default.elsewhere = Default.stack[-1].type != "cpu"


def get_default_device():
    """The device of new Tensors; torch's error if there is no such."""
    return usable(Default.stack[-1])


class Layout(metaclass=Native, called="torch.layout"):
    """torch.layout: torch.strided is what Tensors have here; the others are names."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        from .serialization import _get_layout

        return _get_layout, (repr(self),)


LAYOUTS = {
    n: Layout(n) for n in ("strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged")
}
closed(Layout)
strided = LAYOUTS["strided"]
globals().update(LAYOUTS)

device, layout = Device, Layout  # (where a pickle looks for them)
