"""The full backward hooks of a Module: called when the gradients of its outputs, then of its inputs, are known.

A gate is the identity on several Tensors at once; its node sees all their cotangents together and hands them to the hooks.
"""

import numpy as np

from funcgrad.core.aval import aval_of
from funcgrad.core.node import extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import warn
from funcgrad.core.state import tls

from ..._gate import Through
from ...autograd.function import NO_SETUP
from ...autograd.hooks import asked, heard_by, replaced, shown_gradient
from ...graph import label
from ...payload import current
from ...tensor import Tensor

P = PRIMITIVES


class Asked(Through):
    """A gate that sees also that nothing comes."""

    looks_itself = True

    def __init__(self, see, tensors):
        super().__init__(see)
        self.out_avals = [aval_of(current(t)) for t in tensors]


def through(tensors, see, operands, asked=False):
    """The Tensors, behind a gate; `operands`: what torch shows of it, also without a gradient. `asked`: also where no gradient comes."""
    outs = P["rule"](*tensors, spec=Asked(see, tensors) if asked else Through(see))
    for t, o in zip(tensors, outs, strict=True):
        if o.mark is not None:
            label(o, Through.name, operands)
            extra_of(o.mark.ins[0]).release = False  # (it saves nothing, and may be gone through again)
            o.store = t.versioned()
            o.of_function = (
                "function"  # (so torch has it: no change in place of what a module with such hooks gets or gives)
            )
    return list(outs)


class Gate:
    """One call of a module with backward hooks; `pre`: those that see the gradients of the outputs first."""

    def __init__(self, module, hooks, pre):
        self.module = module
        self.hooks = hooks
        self.pre = pre
        self.grad_outputs = None
        self.has_inputs = False
        self.count = 0
        self.forms = {}  # of the Tensors among the inputs, by their places

    def gated(self, things, see, asked=False):
        """(things with those Tensors that are recorded behind a gate, their positions)."""
        if tls.func and any([isinstance(t, Tensor) and heard_by(current(t)) is not None for t in things]):
            raise RuntimeError(NO_SETUP)  # (its hooks hang on a Function without setup_context)
        at = [i for i, t in enumerate(things) if isinstance(t, Tensor) and t.mark is not None]
        if not (at and tls.grad):
            return things, []
        things, count = list(things), len(things)
        operands = [t for t in things if isinstance(t, Tensor)]
        passed = through(
            [things[i] for i in at], lambda cts: see(cts, at, count), operands, asked
        )  # (it keeps no Tensors: no cycle)
        for i, t in zip(at, passed):
            things[i] = t
        return tuple(things), at

    def inputs(self, args):
        self.count = len(args)
        self.forms = {i: aval_of(current(t)) for i, t in enumerate(args) if isinstance(t, Tensor)}
        args, at = self.gated(args, self.see_inputs, True)
        self.has_inputs = bool(at)
        return args

    def outputs(self, result):
        if not isinstance(result, (Tensor, tuple)):
            return result
        single = not isinstance(result, tuple)
        got, _ = self.gated((result,) if single else result, self.see_outputs)
        return got[0] if single else got

    def zeros(self, i):
        aval = self.forms[i]
        return np.zeros(aval.shape, aval.dtype)

    def spread(self, cts, at, count):
        shown = [None] * count
        for i, ct in zip(at, cts):
            shown[i] = None if ct is None else shown_gradient(ct)
        return tuple(shown)

    def passed_on(self, got, shown, cts, at, what):
        """The cotangents, or those that a hook's result stands for. `what`: its kind and what it returns, for an error."""
        if got is None:
            return cts
        kind, name = what
        if len(got) != len(shown):  # (of a Tensor that is no tuple, too)
            raise RuntimeError(
                f"Backward {kind} returned an invalid number of {name}, got {len(got)}, but expected {len(shown)}"
            )
        return [
            None if ct is None or got[i] is None else replaced("hook", got[i], shown[i], ct) for i, ct in zip(at, cts)
        ]

    def see_outputs(self, cts, at, count):
        for hook in self.pre:
            shown = self.spread(cts, at, count)
            cts = self.passed_on(asked(hook, self.module, shown), shown, cts, at, ("pre hook", "grad_output"))
        self.grad_outputs = self.spread(cts, at, count)
        if not self.has_inputs:
            self.without_inputs()
        return cts

    def without_inputs(self):
        """Call the hooks at once: no input's gradient will be known later."""
        warn(
            "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
            "gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
            "#torch.nn.Module.register_full_backward_hook for more details."
        )
        for hook in self.hooks:
            got = asked(hook, self.module, (None,) * self.count, self.grad_outputs)
            if got is not None and not (isinstance(got, tuple) and all(g is None for g in got)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or None for all "
                    "gradients."
                )

    def see_inputs(self, cts, at, count):
        """Of a Tensor without a gradient the hooks see zeros, as of every input of a Function."""
        cts = [self.zeros(i) if ct is None else ct for i, ct in zip(at, cts, strict=True)]
        if (
            self.grad_outputs is None
        ):  # (a gradient has come by another way than the outputs, as in a second derivative)
            return cts
        others = {i: shown_gradient(self.zeros(i)) for i in self.forms if i not in at} if self.hooks else {}
        for hook in self.hooks:
            shown = tuple([others.get(i, g) for i, g in enumerate(self.spread(cts, at, count))])
            got = asked(hook, self.module, shown, self.grad_outputs)
            cts = self.passed_on(got, shown, cts, at, ("hook", "grad_input"))
        self.grad_outputs = None
        return cts
