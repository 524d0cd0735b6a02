"""functorch: torch.func under its first name, with torch's warning at each call, and models taken apart into a function and its state.

Invariant: every function is torch.func's own; a functional module keeps a copy of the model, and computes with the state it is given.
"""

import copy
import functools

from funcgrad.core.site import warn

from . import func
from .functions.missing import refusal as _refusal
from .functions.register import FUNCTIONS
from .nn.modules.module import Module
from .version import __version__  # noqa: F401  (functorch.__version__)

WARNING = (
    "We've integrated functorch into PyTorch. As the final step of the integration, `functorch.{}` is deprecated as of PyTorch 2.0 and "
    "will be deleted in a future version of PyTorch >= 2.3. Please use `{}` instead; see the PyTorch 2.0 release notes and/or the "
    "`torch.func` migration guide for more details https://pytorch.org/docs/main/func.migrating.html"
)


def under_the_first_name(f, successor):
    """f, which warns of its successor."""

    @functools.wraps(f)
    def call(*args, **kwargs):
        warn(WARNING.format(f.__name__, successor), FutureWarning)
        return f(*args, **kwargs)

    return call


class FunctionalModule(Module):
    """A model as a function of its parameters and its arguments."""

    def __init__(self, model, disable_autograd_tracking=False):
        super().__init__()
        self.stateless_model = copy.deepcopy(model)
        for p in self.stateless_model.parameters() if disable_autograd_tracking else ():
            p.requires_grad_(False)
        self.names = [[name for name, _ in state()] for state in self.states()]

    def states(self):
        return (self.stateless_model.named_parameters,)

    def given(self):
        """The state that the model came with: a tuple of Tensors for each kind."""
        return tuple([tuple([t for _, t in state()]) for state in self.states()])

    def forward(self, *args, **kwargs):
        count = len(self.names)
        state = {n: t for names, ts in zip(self.names, args[:count]) for n, t in zip(names, ts, strict=True)}
        return func.functional_call(self.stateless_model, state, args[count:], kwargs)


class FunctionalModuleWithBuffers(FunctionalModule):
    """A model as a function of its parameters, its buffers and its arguments."""

    def states(self):
        return self.stateless_model.named_parameters, self.stateless_model.named_buffers


def make_functional(model, disable_autograd_tracking=False):
    """(a function of parameters and arguments, the parameters)."""
    made = FunctionalModule(model, disable_autograd_tracking)
    return made, *made.given()


def make_functional_with_buffers(model, disable_autograd_tracking=False):
    """(a function of parameters, buffers and arguments, the parameters, the buffers)."""
    made = FunctionalModuleWithBuffers(model, disable_autograd_tracking)
    return made, *made.given()


def combine_state_for_ensemble(models):
    """(the first model as a function, the parameters of all stacked, their buffers stacked), for vmap."""
    if not models:
        raise RuntimeError("combine_state_for_ensemble: Expected at least one model, got 0.")
    for same, what in (
        (len({m.training for m in models}) == 1, "to have the same training/eval mode"),
        (len({type(m) for m in models}) == 1, "to be of the same class"),
    ):
        if not same:
            raise RuntimeError(f"combine_state_for_ensemble: Expected all models {what}.")
    made = [FunctionalModuleWithBuffers(m) for m in models]
    kinds = zip(*[m.given() for m in made], strict=True)
    return made[0], *[tuple([FUNCTIONS["stack"](ts).detach() for ts in zip(*kind, strict=True)]) for kind in kinds]


DERIVED = "functionalize grad grad_and_value hessian jacfwd jacrev jvp vjp"
vmap = under_the_first_name(func.vmap, "torch.vmap")
for _name in DERIVED.split():
    globals()[_name] = under_the_first_name(getattr(func, _name), f"torch.func.{_name}")
make_functional = under_the_first_name(make_functional, "torch.func.functional_call")
make_functional_with_buffers = under_the_first_name(make_functional_with_buffers, "torch.func.functional_call")
combine_state_for_ensemble = under_the_first_name(combine_state_for_ensemble, "torch.func.stack_module_state")
__getattr__ = _refusal(__name__, "functorch")
__all__ = """
FunctionalModule FunctionalModuleWithBuffers combine_state_for_ensemble make_functional make_functional_with_buffers vmap
""".split()
