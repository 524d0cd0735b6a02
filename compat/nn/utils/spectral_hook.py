"""weight_norm and spectral_norm in their former form: a hook that computes the weight before forward."""

from funcgrad.core.site import warn

from ...autograd.grad_mode import call_in
from ...functions.register import FUNCTIONS as T
from .. import functional
from ..modules.conv import _ConvTransposeNd
from ..parameter import Parameter, UninitializedParameter
from .norms import matrix_of, norm_except_dim, scaled_to


class WeightNorm:
    """The hook: it computes a module's weight from `<name>_g` and `<name>_v`."""

    def __init__(self, name, dim):
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module):
        """The weight of the lengths and directions as they are now."""
        return scaled_to(getattr(module, self.name + "_v"), getattr(module, self.name + "_g"), self.dim)

    @staticmethod
    def apply(module, name, dim):
        """Put the hook on a module."""
        warn(
            "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
            FutureWarning,
        )
        if hook_of(module, WeightNorm, name) is not None:
            raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
        fn = WeightNorm(name, dim)
        weight = getattr(module, name)
        if isinstance(weight, UninitializedParameter):
            raise ValueError(
                "The module passed to `WeightNorm` can't have uninitialized parameters. Make sure to run the dummy forward "
                "before applying weight normalization"
            )
        del module._parameters[name]
        if weight is None:
            raise TypeError("norm_except_dim(): argument 'v' (position 1) must be Tensor, not NoneType")
        module.register_parameter(name + "_g", Parameter(norm_except_dim(weight, 2, fn.dim).data))
        module.register_parameter(name + "_v", Parameter(weight.data))
        setattr(module, name, fn.compute_weight(module))
        module.register_forward_pre_hook(fn)
        return fn

    def remove(self, module):
        """Make the weight an ordinary parameter again."""
        weight = self.compute_weight(module)
        delattr(module, self.name)
        del module._parameters[self.name + "_g"], module._parameters[self.name + "_v"]
        setattr(module, self.name, Parameter(weight.data))

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute_weight(module))


def hook_of(module, cls, name):
    """The key of the hook of a class on a name, or None."""
    found = (k for k, hook in module._forward_pre_hooks.items() if isinstance(hook, cls) and hook.name == name)
    return next(found, None)


def weight_norm(module, name="weight", dim=0):
    """Learn a weight's length apart from its direction. Use parametrizations.weight_norm. Returns the module."""
    WeightNorm.apply(module, name, dim)
    return module


def remove_weight_norm(module, name="weight"):
    """Undo weight_norm; returns the module."""
    key = hook_of(module, WeightNorm, name)
    if key is None:
        raise ValueError(f"weight_norm of '{name}' not found in {module}")
    module._forward_pre_hooks.pop(key).remove(module)
    return module


class SpectralNorm:
    """The hook: it computes a module's weight from `<name>_orig`, over its largest singular value."""

    _version = 1

    def __init__(self, name="weight", n_power_iterations=1, dim=0, eps=1e-12):
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name, self.n_power_iterations, self.dim, self.eps = name, n_power_iterations, dim, eps

    def compute_weight(self, module, do_power_iteration):
        """The weight, after power iterations if they are wanted."""
        weight, u, v = (getattr(module, self.name + end) for end in ("_orig", "_u", "_v"))
        matrix = matrix_of(weight, self.dim)
        if do_power_iteration:
            call_in(False, self.iterate, matrix, u, v)
            u, v = u.clone(), v.clone()
        return weight / T["dot"](u, T["mv"](matrix, v))

    def iterate(self, matrix, u, v):
        """Power iterations, in place, of mv: which autocast leaves alone."""
        for _ in range(self.n_power_iterations):
            v.copy_(functional.normalize(T["mv"](matrix.t(), u), dim=0, eps=self.eps))
            u.copy_(functional.normalize(T["mv"](matrix, v), dim=0, eps=self.eps))

    @staticmethod
    def apply(module, name, n_power_iterations, dim, eps):
        """Put the hook on a module."""
        if hook_of(module, SpectralNorm, name) is not None:
            raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
        fn = SpectralNorm(name, n_power_iterations, dim, eps)
        weight = module._parameters[name]
        if weight is None:
            raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
        if isinstance(weight, UninitializedParameter):
            raise ValueError(
                "The module passed to `SpectralNorm` can't have uninitialized parameters. Make sure to run the dummy forward "
                "before applying spectral normalization"
            )
        sizes = matrix_of(weight.detach(), dim).shape
        u, v = (functional.normalize(T["empty"](n, dtype=weight.dtype).normal_(0, 1), dim=0, eps=eps) for n in sizes)
        delattr(module, name)
        module.register_parameter(name + "_orig", weight)
        setattr(module, name, weight.data)
        module.register_buffer(name + "_u", u)
        module.register_buffer(name + "_v", v)
        module.register_forward_pre_hook(fn)
        module._register_state_dict_hook(fn.note_version)
        module._register_load_state_dict_pre_hook(fn.look_for)
        return fn

    def note_version(self, module, state_dict, prefix, local_metadata):
        """Say in the metadata of a state_dict that it has both vectors."""
        local_metadata.setdefault("spectral_norm", {})[self.name + ".version"] = self._version

    def look_for(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        """Count what a state_dict without a version lacks of the weight. (torch does not take this hook off again.)"""
        version = local_metadata.get("spectral_norm", {}).get(self.name + ".version")
        if version is not None:
            return
        key = prefix + self.name
        if all(key + end in state_dict for end in ("_orig", "_u", "_v")) and key not in state_dict:
            return
        lacking = [key + end for end in ("_orig", "", "_u") if key + end not in state_dict]
        if strict:
            missing_keys += lacking
        if lacking:
            return
        weight = state_dict[key + "_orig"]
        state_dict[key + "_v"] = call_in(
            False,
            self.solved,
            matrix_of(weight, self.dim),
            state_dict[key + "_u"],
            (weight / state_dict.pop(key)).mean(),
        )

    @staticmethod
    def solved(matrix, u, sigma):
        """The vector v with which u @ matrix @ v is sigma, and matrix @ v along u."""
        v = T["pinverse"](matrix.t() @ matrix) @ (T["mv"](matrix.t(), u))
        return v * (sigma / T["dot"](u, T["mv"](matrix, v)))

    def remove(self, module):
        """Make the weight an ordinary parameter again."""
        weight = call_in(False, self.compute_weight, module, False)
        for end in ("", "_u", "_v", "_orig"):
            delattr(module, self.name + end)
        module.register_parameter(self.name, Parameter(weight.detach()))

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute_weight(module, module.training))


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Keep the largest singular value of a weight at one. Returns the module."""
    if dim is None:
        dim = 1 if isinstance(module, _ConvTransposeNd) else 0
    SpectralNorm.apply(module, name, n_power_iterations, dim, eps)
    return module


def remove_spectral_norm(module, name="weight"):
    """Undo spectral_norm; returns the module."""
    key = hook_of(module, SpectralNorm, name)
    if key is None:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    fn = module._forward_pre_hooks.pop(key)
    fn.remove(module)
    for k, hook in list(module._state_dict_hooks.items()):
        if getattr(hook, "__self__", None) is fn:
            del module._state_dict_hooks[k]
    return module
