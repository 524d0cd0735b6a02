"""torch._C: the few names of it that programs use.

Invariant: a guard that leaves out a part that there is here, autocast or autograd of the CPU, has that effect; other parts do nothing here.
"""

import contextlib
import enum
import importlib
import sys
import types

from funcgrad.core.state import tls

from .._how_called import NATIVE
from .._unusable import Unusable
from ..devices import Device, get_default_device
from ..functional import __all__ as IN_FUNCTIONAL
from ..functions.linalg import LinAlgError as _LinAlgError
from ..functions.random import Generator, default_generator  # noqa: F401
from ..overrides import Disabled as DisableTorchFunction  # noqa: F401
from ..overrides import Off as DisableTorchFunctionSubclass  # noqa: F401
from ..overrides import _get_current_function_mode_stack
from ..tensor import Tensor as TensorBase  # noqa: F401
from ..tensor import disabled as _disabled_torch_function_impl

IN_TORCH = ("istft", "pca_lowrank", "svd_lowrank")
IN_NN = (  # of torch.nn.functional; the others that torch has in C are in torch itself
    "avg_pool2d avg_pool3d elu_ gelu hardtanh_ leaky_relu_ linear log_sigmoid one_hot scaled_dot_product_attention softplus softshrink"
).split()
SPACES = {"_nn": "nn.functional", "_special": "special", "_fft": "fft", "_linalg": "linalg"}


class Space(types.ModuleType):
    """A module of torch._C: functions of a public module by torch's names in C, as sources made by torch.fx have them."""

    def __init__(self, name):
        super().__init__(f"torch._C.{name}")
        self.prefix = "" if name == "_nn" else f"{name[1:]}_"
        self.module = SPACES[name]

    def __getattr__(self, name):
        own = name.removeprefix(self.prefix)
        if self.prefix == "" and name == "_parse_to":
            return importlib.import_module("..nn.modules.module", __package__).destination
        if not name.startswith(self.prefix) or not self.prefix and name not in IN_NN:
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        module = importlib.import_module(f"..{self.module}", __package__)
        return getattr(module, "logsigmoid" if own == "log_sigmoid" else own)


def __getattr__(name):
    """The functions of torch itself, or the module of what torch.func has made."""
    if name == "_functorch":
        return importlib.import_module("._functorch", __package__)
    if name in ("_VariableFunctions", "_VariableFunctionsClass"):  # (pickles of torch's name the class)
        return importlib.import_module("._VF", "compat")
    raise AttributeError(f"module 'torch._C' has no attribute '{name}'")


for _name in SPACES:  # (a pickle imports them)
    globals()[_name] = sys.modules[f"{__name__}.{_name}"] = Space(_name)


def home_of(name):
    """torch's own name of a public function, where it is another one: torch._C._nn.gelu of torch.nn.functional.gelu."""
    module, _, own = name.rpartition(".")
    if module == "torch.nn.functional" and own in NATIVE:
        own = "log_sigmoid" if own == "logsigmoid" else own
        return f"torch._C._nn.{own}" if own in IN_NN else f"torch.{own}"
    space = module.removeprefix("torch.") if module != "torch" else own.partition("_")[0]
    if f"_{space}" in SPACES:
        return f"torch._C._{space}.{space}_{own.removeprefix(f'{space}_')}"
    return f"torch.functional.{own}" if module == "torch" and own in IN_FUNCTIONAL and own not in IN_TORCH else name


_TensorMeta = type(TensorBase)
ScriptModule, ScriptMethod, Graph, Node, Value = (  # (for annotations)
    Unusable(name, (), {"of": "torch.jit.ScriptModule", "__module__": "torch"})
    for name in ("ScriptModule", "ScriptMethod", "Graph", "Node", "Value")
)
has_lapack = has_mkl = has_openmp = has_spectral = True
__all__ = [
    "DisableTorchFunction", "DisableTorchFunctionSubclass", "Generator", "TensorBase", "_LinAlgError", "_disabled_torch_function_impl",
    "default_generator", "has_lapack", "has_mkl", "has_openmp", "has_spectral",
]  # fmt: skip


def _log_api_usage_once(name):
    """Nothing is logged."""


def _get_tracing_state():
    """None: nothing is traced."""


def _is_tracing():
    """False: nothing is traced."""
    return False


def _are_functorch_transforms_active():
    """Is this inside a function that torch.func transforms?"""
    return bool(tls.func)


def _is_torch_function_mode_enabled():
    """Is this inside a TorchFunctionMode?"""
    return bool(_get_current_function_mode_stack())


def _is_alias_of(a, b):
    """Do two Tensors lie in the same memory?"""
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


def _get_accelerator(check=None):
    """The CPU: there is no accelerator."""
    return Device("cpu")


def _get_default_device():
    """The name of the device that new Tensors lie on."""
    return get_default_device().type


def _get_privateuse1_backend_name():
    """What torch calls a device that nobody has named."""
    return "privateuseone"


def _get_cudnn_enabled():
    """What torch.backends.cudnn.enabled says."""
    return importlib.import_module("..backends.cudnn", __package__).enabled


def switch(before):
    """A setting of TorchScript's compiler, taken for nothing; it gives what it was."""
    return lambda value=True: before


_jit_set_profiling_executor = _jit_set_profiling_mode = _get_graph_executor_optimize = switch(True)
_jit_set_texpr_fuser_enabled = _jit_override_can_fuse_on_cpu = _jit_override_can_fuse_on_gpu = switch(None)


NAMES = (
    "Undefined CPU CUDA XPU MPS Meta BackendSelect Python Functionalize ADInplaceOrView AutogradOther AutogradFunctionality AutogradCPU "
    "AutogradCUDA AutogradXPU AutogradMPS AutogradMeta AutocastCPU AutocastCUDA AutocastXPU AutocastMPS FuncTorchBatched "
    "FuncTorchDynamicLayerFrontMode PythonTLSSnapshot Autograd CompositeImplicitAutograd CompositeExplicitAutograd"
)
DispatchKey = enum.Enum("DispatchKey", NAMES, module="torch._C")
DispatchKey.__str__ = lambda self: f"DispatchKey.{self.name}"


class DispatchKeySet:
    """Several keys."""

    def __init__(self, *keys):
        self.keys = frozenset(keys)

    def has(self, key):
        """Is a key among them?"""
        return key in self.keys

    def __or__(self, other):
        return DispatchKeySet(*self.keys | other.keys)

    def __eq__(self, other):
        return isinstance(other, DispatchKeySet) and self.keys == other.keys

    def __repr__(self):
        return f"DispatchKeySet({', '.join([k.name for k in DispatchKey if k in self.keys])})"


class _ExcludeDispatchKeyGuard(contextlib.ExitStack):
    """A block without the parts that some keys stand for."""

    def __init__(self, keys):
        super().__init__()
        self.keys = keys

    def __enter__(self):
        from ..amp import autocast
        from ..autograd import no_grad

        if self.keys.has(DispatchKey.AutocastCPU):
            self.enter_context(autocast("cpu", enabled=False))
        if self.keys.has(DispatchKey.AutogradCPU):
            self.enter_context(no_grad())
        return self


def _is_multithreading_enabled():
    """What torch.autograd.set_multithreading_enabled has said."""
    from ..autograd.grad_mode import set_multithreading_enabled

    return set_multithreading_enabled.now()
