"""torch.autograd.graph: the graph's nodes and edges, hooks for what it saves, hooks for several gradients at once."""

import contextlib
import functools
import threading
from collections.abc import Iterable

from funcgrad.core.site import here, internal, site
from funcgrad.errors import ConcretizationError
from funcgrad.numpy.concrete import raising

from ..functions.missing import refusal as _refusal
from ..graph import GradientEdge, Node, edge_of
from ..payload import current, node_of
from ..rewriting import whole
from ..tensor import Tensor
from ..utils.hooks import RemovableHandle
from .copies_on_write import allow_mutation_on_saved_tensors
from .hooks import reference
from .saved import Disabled, Pair, activate, tls
from .walks import walking


# ------------------------------------------------------------------------------------------------ what is saved
class saved_tensors_hooks:
    """Inside this `with` block the graph keeps pack_hook(t) of each Tensor it saves, and unpack_hook(that) is what it reads.

    Only the innermost pair is asked. RuntimeError where hooks are disabled, and if pack_hook changes its argument in place.

    >>> import compat as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), torch.tensor):
    ...     y = x.square().sum()
    >>> y.backward()
    >>> x.grad
    tensor([2., 4.])
    """

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self):
        if not (callable(self.pack_hook) and callable(self.unpack_hook)):
            raise TypeError(
                "_push_saved_tensors_default_hooks(): incompatible function arguments. The following argument types are supported:\n"
                "    1. (arg0: collections.abc.Callable, arg1: collections.abc.Callable) -> None\n\n"
                f"Invoked with: {self.pack_hook!r}, {self.unpack_hook!r}"
            )
        Disabled.check()
        if tls.stage is not None and tls.stage.recorded and not internal[getattr(self.pack_hook, "__module__", None)]:
            raising(ConcretizationError(f"saved_tensors_hooks: no hook sees what a program keeps, at {here()}."))
        self.before = activate(Pair(self.pack_hook, self.unpack_hook))

    def __exit__(self, *error):
        activate(self.before)


class save_on_cpu(saved_tensors_hooks):
    """Inside this `with` block what the graph saves is kept on the CPU, where it is anyway."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        def unpack(packed):
            return packed[1].to(packed[0], non_blocking=pin_memory)

        pin_memory = bool(pin_memory) and pin_memory  # (of several elements: the RuntimeError of their truth)
        super().__init__(lambda t: (t.device, t.cpu()), unpack)


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message):
    """Inside this `with` block, using saved_tensors_hooks raises RuntimeError with this message."""
    if not isinstance(error_message, (str, bytes)):
        raise TypeError(
            "_saved_tensors_hooks_disable(): incompatible function arguments. The following argument types are supported:\n"
            f"    1. (error_message: str, fail_if_non_empty: bool = True) -> None\n\nInvoked with: {error_message!r}"
        )
    before = Disabled.message()
    if tls.packing is not None:
        raise RuntimeError(error_message)
    tls.no_packing = error_message
    try:
        yield
    finally:
        tls.no_packing = before


def increment_version(tensor):
    """Say that the memory of a Tensor, or of several, was changed in a way autograd has not seen. RuntimeError for what is neither.

    >>> import compat as torch
    >>> t = torch.zeros(2)
    >>> torch.autograd.graph.increment_version(t)
    >>> t._version
    1
    """
    if isinstance(tensor, Tensor):
        tensor = (tensor,)
    elif not isinstance(tensor, Iterable):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for t in tensor:
        if not isinstance(t, Tensor):
            raise RuntimeError("increment_version expects each element of the iterable to be a tensor")
        store = current(t).versioned()
        if store.counted:
            store.version += 1
            store.changed = site(2)


def region_activation_memory_budget(budget):
    """A block of a compiled function, whose activations a compiler may compute again: they are kept here, whatever the budget, 0 to 1.
    RuntimeError where nothing is compiled, ValueError or TypeError for what is no such number."""
    from ..compiler import is_compiling

    name = "torch.autograd.graph.region_activation_memory_budget"
    if type(budget) not in (int, float):
        raise TypeError(f"{name}: expects a float, got {type(budget).__name__}")
    if not 0 <= budget <= 1:
        raise ValueError(f"{name}: must be in [0, 1], got {budget}")
    if not is_compiling():
        raise RuntimeError(f"{name} can only be used inside a torch.compile region; it has no effect in eager mode.")
    return contextlib.nullcontext()


# ------------------------------------------------------------------------------------------------ edges
def get_gradient_edge(tensor):
    """The place in the graph where the gradient of a Tensor arrives, which grad() and backward() take instead of it.

    RuntimeError if the Tensor does not require grad.

    >>> import compat as torch
    >>> x = torch.ones(3, requires_grad=True)
    >>> edge = torch.autograd.graph.get_gradient_edge(x * 2)
    >>> torch.autograd.grad(edge, x, torch.ones(3))
    (tensor([2., 2., 2.]),)
    """
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    return edge_of(current(tensor))


# ------------------------------------------------------------------------------------------------ several gradients
class _MultiHandle(RemovableHandle):
    """Takes the hooks of several Tensors out together."""

    __slots__ = ("handles",)

    def __init__(self, handles):
        super().__init__({})
        self.handles = tuple(handles)

    def remove(self):
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """Call fn with the gradients of all the Tensors, once a backward has computed those it needs (None for the others);
    with mode "any", with the first one computed. Returns a handle with remove(); ValueError for another mode.

    >>> import compat as torch
    >>> a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    >>> handle = torch.autograd.graph.register_multi_grad_hook((a, b), lambda gs: print([g is not None for g in gs]))
    >>> (a * 3).sum().backward()
    [True, False]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of {('all', 'any')} but got {mode}")
    lock = threading.Lock()
    if mode == "any":

        def first(g):
            with lock:
                walk = walking()
                seen = fn in walk.seen
                walk.seen.add(fn)
            if not seen:
                fn(g)

        return _MultiHandle([t.register_hook(first) for t in tensors if t.requires_grad])
    nodes = [reference(whole(mark_in_graph(t))) for t in tensors]  # (the nodes keep the hooks)
    waiting = {}  # walk -> (the gradients so far, how many are still to come)

    def arrived(i, g):
        walk = walking()
        with lock:
            if walk not in waiting:
                waiting[walk] = [None] * len(nodes), sum([walk.executes(n()) for n in nodes])
            gradients, missing = waiting[walk]
            gradients[i] = g
            missing -= 1
            waiting[walk] = gradients, missing
            if missing == 0:
                del waiting[walk]
        if missing == 0:
            fn(gradients)

    return _MultiHandle([t.register_hook(functools.partial(arrived, i)) for i, t in enumerate(tensors)])


def mark_in_graph(t):
    mark = node_of(current(t)) if t.requires_grad else None
    if mark is None:
        raise AssertionError("Expected gradient function to be set")
    return mark


Node.__module__ = __name__
__getattr__ = _refusal(__name__)
__all__ = [
    "GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks", "get_gradient_edge",
    "increment_version", "region_activation_memory_budget", "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks",
]  # fmt: skip
