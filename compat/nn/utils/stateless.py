"""functional_call: a module called with other Tensors in the place of its parameters and buffers.

Invariant: the module holds its own Tensors again when the call is over, also where it raised.
"""

import functools
from contextlib import contextmanager

from funcgrad.core.site import warn

from ...functions.missing import refusal as _refusal
from ...tensor import Tensor
from ...utils.hooks import CHANGES
from ..modules.module import Module
from ..parallel.data_parallel import DataParallel


def tied_names(module):
    """For each dotted name of a Tensor that stands under several, all of them."""
    together, several = {}, []
    for listed in (module.named_parameters, module.named_buffers):
        for name, t in listed(remove_duplicate=False):
            names = together.setdefault(id(t), [])
            names.append(name)
            if len(names) == 2:
                several.append(names)
    return {name: names for names in several for name in names}


def with_ties(module, given):
    """The given Tensors, also under the names that are tied to theirs; ValueError where these contradict each other."""
    ties = tied_names(module)
    out = dict(given)
    if not ties:
        return out
    for name in given:
        if name in ties:
            if len({id(given[n]) for n in ties[name] if n in given}) > 1:
                raise ValueError(
                    f"functional_call got multiple values for keys {sorted(ties[name])}, which are tied. Consider using "
                    "tie_weights=False"
                )
            out.update(dict.fromkeys(ties[name], given[name]))
    return out


MISSING = object()  # what stands under a name that a module does not have


def owner_of(module, path):
    """The submodule of a dotted path; AttributeError, TypeError in torch's words if there is none."""
    name = ""
    for step in path:
        inner = getattr(module, step, MISSING)
        name = f"{name}.{step}" if name else step
        if inner is MISSING:
            raise AttributeError(f"{module._get_name()} has no attribute `{step}`")
        if not isinstance(inner, Module):
            raise TypeError(f"submodule `{name}`: {inner} is not an instance of torch.nn.Module")
        module = inner
    return module


def swapped(module, dotted, new, owners=None):
    """What a module had under a dotted name (MISSING: nothing), where it has `new` from now on (MISSING: nothing). `owners` keeps
    the submodules that were found, by their paths.

    TypeError where either is no Tensor, KeyError for an empty name."""
    path, _, name = dotted.rpartition(".")
    owners = {} if owners is None else owners
    if path in owners:
        module = owners[path]
    else:
        module = owners[path] = owner_of(module, path.split(".") if path else ())
    if not isinstance(new, Tensor) and new is not None and new is not MISSING:
        raise TypeError(f"{new} is not an instance of torch.Tensor")
    if name == "":
        raise KeyError('tensor name can\'t be empty string ""')
    table = module._parameters
    if name not in table:
        table = module._buffers if name in module._buffers else None
    old = getattr(module, name, MISSING) if table is None else table[name]
    if old is not MISSING and not isinstance(old, Tensor) and old is not None:
        raise TypeError(f"attribute `{name}`: {old} is not an instance of torch.Tensor")
    CHANGES[0] += 1
    if table is not None:
        if new is MISSING:
            del table[name]
        else:
            table[name] = new
    elif new is not MISSING:
        setattr(module, name, new)
    elif old is not MISSING:
        delattr(module, name)
    return old


@contextmanager
def reparametrized(module, given, tie_weights=True, strict=False):
    """Within the block the module holds the given Tensors, by dotted name; afterwards `given` says what it held at the end."""
    tensors = with_ties(module, given) if tie_weights else given
    if strict:
        check_names(module, tensors)
    before, owners = {}, {}
    try:
        for name, t in tensors.items():
            before[name] = swapped(module, name, t, owners)
        yield
    finally:
        after = {name: swapped(module, name, old, owners) for name, old in before.items()}
        given.update({name: after[name] for name in given if name in after})


_reparametrize_module = reparametrized  # torch's name


def check_names(module, tensors):
    own = dict(module.named_parameters(remove_duplicate=False)) | dict(module.named_buffers(remove_duplicate=False))
    wrong = [repr(n) for n in tensors if n not in own]
    missing = [repr(n) for n in sorted(own) if n not in tensors]
    errors = [
        f"{what} key(s): {', '.join(names)}." for what, names in (("Unexpected", wrong), ("Missing", missing)) if names
    ]
    if errors:
        listed = "\n\t".join(errors)
        raise RuntimeError(f"Error(s) in reparametrizing for {module._get_name()}:\n\t{listed}")


def called(module, tensors, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """module(*args, **kwargs) with other Tensors in the place of its own."""
    if isinstance(module, DataParallel):
        raise RuntimeError("The stateless API can't be used with nn.DataParallel module")
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with reparametrized(module, tensors, tie_weights, strict):
        return module(*args, **({} if kwargs is None else kwargs))


def warning(f):
    @functools.wraps(f)
    def warned(*args, **named):
        warn(
            "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future version of "
            "PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.",
            FutureWarning,
        )
        return f(*args, **named)

    return warned


@warning
def functional_call(module, parameters_and_buffers, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """torch.func.functional_call, by its former name."""
    return called(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)


__getattr__ = _refusal(__name__)
