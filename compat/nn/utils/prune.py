"""Pruning: a parameter times a mask, computed before each forward from `<name>_orig` and `<name>_mask`."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from numbers import Integral, Real

from ...functions.missing import refusal as _refusal
from ...functions.register import FUNCTIONS as T
from .weights import parameters_to_vector


# ------------------------------------------------------------------------------------------------ how much
def check_amount(amount):
    """TypeError or ValueError unless it is a fraction in [0, 1] or a whole number from 0 on."""
    if not isinstance(amount, Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    whole = isinstance(amount, Integral)
    if (whole and amount < 0) or (not whole and (float(amount) > 1.0 or float(amount) < 0.0)):
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")


def count_of(amount, size):
    """How many of `size` to prune; ValueError for more than there are."""
    count = amount if isinstance(amount, Integral) else round(amount * size)
    if count > size:
        raise ValueError(f"amount={count} should be smaller than the number of parameters to prune={size}")
    return count


def check_structure(t, dim):
    if t.dim() <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
            f"{t.shape} with {t.dim()} dims"
        )
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")


def without(mask, places):
    """A mask with zeros at places of its flat form."""
    out = mask.clone()
    out.view(-1)[places] = 0
    return out


def channels(t, dim, chosen):
    """Ones at the chosen channels, zeros elsewhere."""
    out = T["zeros_like"](t)
    out[(slice(None),) * (dim % t.dim()) + (chosen,)] = 1
    return out


# ------------------------------------------------------------------------------------------------ methods
class BasePruningMethod(ABC):
    """A way to choose what is pruned: compute_mask(t, default_mask); it is a hook of the module, too."""

    PRUNING_TYPE = "unstructured"
    _tensor_name = None

    def __call__(self, module, inputs):
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t, default_mask):
        """The new mask, of t's shape, for the importance t and the mask so far."""

    def apply_mask(self, module):
        """The original times the mask."""
        if self._tensor_name is None:
            raise AssertionError(f"Module {module} has to be pruned")
        mask, orig = getattr(module, self._tensor_name + "_mask"), getattr(module, self._tensor_name + "_orig")
        return mask.to(dtype=orig.dtype) * orig

    @classmethod
    def apply(cls, module, name, *args, importance_scores=None, **kwargs):
        """Prune a parameter of a module; a second time prunes what is left."""
        hooks = {k: h for k, h in module._forward_pre_hooks.items() if isinstance(h, BasePruningMethod)}
        own = [k for k, h in hooks.items() if h._tensor_name == name]
        if len(own) > 1:
            raise AssertionError(
                f"Avoid adding multiple pruning hooks to the same tensor {name} of module {module}. Use a PruningContainer."
            )
        formers = [module._forward_pre_hooks.pop(k) for k in own]  # (also where what follows is refused, as in torch)
        method = cls(*args, **kwargs)
        method._tensor_name = name
        for former in formers:
            container = former if isinstance(former, PruningContainer) else PruningContainer(former)
            container.add_pruning_method(method)
            method = container
        orig = getattr(module, name)
        scores = orig if importance_scores is None else importance_scores
        if scores.shape != orig.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as parameter {name} of {module}, got {scores.shape} vs "
                f"{orig.shape}"
            )
        again = isinstance(method, PruningContainer)
        mask = getattr(module, name + "_mask").detach().clone() if again else T["ones_like"](orig.detach())
        if not again:
            module.register_parameter(name + "_orig", orig)
            del module._parameters[name]
        try:
            mask = method.compute_mask(scores.detach(), default_mask=mask)
        except Exception:
            if not again:
                module.register_parameter(name, module._parameters.pop(name + "_orig"))
            raise
        module.register_buffer(name + "_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t, default_mask=None, importance_scores=None):
        """A Tensor times the mask that this method chooses."""
        scores = t if importance_scores is None else importance_scores
        if scores.shape != t.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as tensor t, got {scores.shape} vs {t.shape}"
            )
        mask = T["ones_like"](t.detach()) if default_mask is None else default_mask
        return t * self.compute_mask(scores, default_mask=mask)

    def remove(self, module):
        """Make the pruned values the parameter's own, and forget the mask."""
        name = self._tensor_name
        if name is None:
            raise AssertionError(f"Module {module} has to be pruned before pruning can be removed")
        weight = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        orig = module._parameters.pop(name + "_orig")
        orig.data = weight.data
        del module._buffers[name + "_mask"]
        setattr(module, name, orig)


class PruningContainer(BasePruningMethod):
    """Several prunings of one parameter, one after the other."""

    def __init__(self, *args):
        self._pruning_methods = ()
        if len(args) == 1:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method):
        """Add one at the end."""
        if not isinstance(method, BasePruningMethod) and method is not None:
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(
                f"Can only add pruning methods acting on the parameter named '{self._tensor_name}' to PruningContainer "
                f"{self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self):
        return len(self._pruning_methods)

    def __iter__(self):
        return iter(self._pruning_methods)

    def __getitem__(self, idx):
        return self._pruning_methods[idx]

    def compute_mask(self, t, default_mask):
        """What the last method chooses from what the others have left."""
        method = self._pruning_methods[-1]
        if method.PRUNING_TYPE == "unstructured":
            left = default_mask == 1
        elif method.PRUNING_TYPE == "structured":
            if not hasattr(method, "dim"):
                raise AttributeError(
                    'Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.'
                )
            if method.dim < -t.dim():
                raise IndexError(f"Index is out of bounds for tensor with dimensions {t.dim()}")
            dim = method.dim % t.dim()
            some = default_mask.sum(dim=[d for d in range(t.dim()) if d != dim]) != 0
            left = (slice(None),) * dim + (some,)
        elif method.PRUNING_TYPE == "global":
            left = (slice(None),) * t.dim()
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        mask = default_mask.to(dtype=t.dtype).clone()
        mask[left] = method.compute_mask(t[left], default_mask=default_mask[left]).to(dtype=mask.dtype)
        return mask


class Identity(BasePruningMethod):
    """Prunes nothing: the mask is all ones."""

    def compute_mask(self, t, default_mask):
        return default_mask

    @classmethod
    def apply(cls, module, name):
        """Give a parameter of a module a mask of ones."""
        return super().apply(module, name)


class RandomUnstructured(BasePruningMethod):
    """Prunes elements at random."""

    def __init__(self, amount):
        check_amount(amount)
        self.amount = amount

    @classmethod
    def apply(cls, module, name, amount):
        """Prune a parameter of a module; a second time prunes what is left."""
        return super().apply(module, name, amount=amount)

    def compute_mask(self, t, default_mask):
        count = count_of(self.amount, t.numel())
        if count == 0:
            return default_mask.clone()
        return without(default_mask, T["rand_like"](t).view(-1).topk(count)[1])


class L1Unstructured(RandomUnstructured):
    """Prunes the elements of the least size."""

    @classmethod
    def apply(cls, module, name, amount, importance_scores=None):
        """Prune a parameter of a module; a second time prunes what is left."""
        return super(RandomUnstructured, cls).apply(module, name, amount=amount, importance_scores=importance_scores)

    def compute_mask(self, t, default_mask):
        count = count_of(self.amount, t.numel())
        if count == 0:
            return default_mask.clone()
        return without(default_mask, t.abs().reshape(-1).topk(count, largest=False)[1])


class RandomStructured(BasePruningMethod):
    """Prunes whole channels at random."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount, dim=-1):
        check_amount(amount)
        self.amount, self.dim = amount, dim

    @classmethod
    def apply(cls, module, name, amount, dim=-1):
        """Prune a parameter of a module; a second time prunes what is left."""
        return super().apply(module, name, amount=amount, dim=dim)

    def compute_mask(self, t, default_mask):
        check_structure(t, self.dim)
        size = t.shape[self.dim]
        count = count_of(self.amount, size)
        if count == 0:
            return default_mask
        draws = T["rand"](size)
        kept = draws > draws.kthvalue(count)[0]
        return channels(t, self.dim, kept) * default_mask.to(dtype=t.dtype)


class LnStructured(BasePruningMethod):
    """Prunes the channels of the least n-norm."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount, n, dim=-1):
        check_amount(amount)
        self.amount, self.n, self.dim = amount, n, dim

    @classmethod
    def apply(cls, module, name, amount, n, dim, importance_scores=None):
        """Prune a parameter of a module; a second time prunes what is left."""
        return super().apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)

    def compute_mask(self, t, default_mask):
        check_structure(t, self.dim)
        size = t.shape[self.dim]
        count = count_of(self.amount, size)
        if count == 0:
            return default_mask
        others = [*range(t.dim())]
        others.pop(others[self.dim])
        norms = t.norm(self.n, others)
        return channels(t, self.dim, norms.topk(size - count)[1]) * default_mask.to(dtype=t.dtype)


class CustomFromMask(BasePruningMethod):
    """Prunes where a given mask is zero."""

    PRUNING_TYPE = "global"

    def __init__(self, mask):
        self.mask = mask

    @classmethod
    def apply(cls, module, name, mask):
        """Prune a parameter of a module; a second time prunes what is left."""
        return super().apply(module, name, mask=mask)

    def compute_mask(self, t, default_mask):
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"default_mask shape {default_mask.shape} must match self.mask shape {self.mask.shape}"
            )
        return default_mask * self.mask.to(dtype=default_mask.dtype)


# ------------------------------------------------------------------------------------------------ as functions
def identity(module, name):
    """Give a parameter a mask of ones; returns the module."""
    Identity.apply(module, name)
    return module


def random_unstructured(module, name, amount):
    """Prune elements at random, a number or a fraction of them; returns the module."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module, name, amount, importance_scores=None):
    """Prune the elements of the least size (or score); returns the module.

    >>> import compat as torch
    >>> m = torch.nn.utils.prune.l1_unstructured(torch.nn.Linear(2, 2), "weight", amount=3)
    >>> int((m.weight == 0).sum())
    3
    """
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module, name, amount, dim):
    """Prune whole channels along dim at random; returns the module."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module, name, amount, n, dim, importance_scores=None):
    """Prune the channels along dim of the least n-norm; returns the module."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module, name, mask):
    """Prune where a mask is zero; returns the module."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters, pruning_method, importance_scores=None, **kwargs):
    """Prune several (module, name) together, as if they were one."""
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    parameters = list(parameters)
    tensors = [getattr(module, name) for module, name in parameters]
    importance = parameters_to_vector([scores.get(p, t) for p, t in zip(parameters, tensors)])
    masks = [getattr(m, f"{n}_mask", T["ones_like"](t.detach())) for (m, n), t in zip(parameters, tensors)]
    container = PruningContainer()
    container._tensor_name = "temp"
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {method.PRUNING_TYPE}"
        )
    container.add_pruning_method(method)
    mask = container.compute_mask(importance.detach(), parameters_to_vector(masks))
    start = 0
    for (module, name), t in zip(parameters, tensors):
        custom_from_mask(module, name, mask[start : start + t.numel()].view_as(t))
        start += t.numel()


def remove(module, name):
    """Make the pruned values the parameter's own; returns the module."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module):
    """Is anything in the module, or below, pruned?"""
    return any(
        isinstance(hook, BasePruningMethod) for _, m in module.named_modules() for hook in m._forward_pre_hooks.values()
    )


__getattr__ = _refusal(__name__)
