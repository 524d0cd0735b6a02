"""RuleOptimizer: a step that applies one formula to each parameter; a subclass gives the formula and what it remembers.

Invariant: a rule is written once, with operators and the functions of a namespace `xp`, in place on what it is given.
In a plain step that is the parameter's and the state's own memory, so that NumPy does all the work; where the step is
recorded (differentiable=True) or staged (a compiled loop) it is copies, as Tensors, and the results are copied back.
"""

from functools import partial

import numpy as np

from funcgrad.core import state as core
from funcgrad.core.halves import WIDER
from funcgrad.core.quiet import quiet
from funcgrad.core.site import site
from funcgrad.core.trace import TAPE

from .._families import own_copies
from ..errors import need_bool
from ..functions.operands import need_room
from ..functions.register import FUNCTIONS
from ..payload import current
from ..tensor import Tensor
from .arithmetic import SMALL, arrays, single, tensors
from .declared import scalar
from .memory import changed, fresh, readable, real, writable
from .optimizer import Optimizer
from .together import WORTH, plan

tls, shared = core.tls, core.shared
ndarray = np.ndarray


BLOCK = 1 << 17  # elements: below 2**15 the calls cost more, above 2**18 the memory


def in_blocks(update, v, g, held, block=BLOCK):
    """update(v, g, **held), a part of the elements at a time: what it computes in between stays in the cache."""
    if v.size <= block:
        return update(v, g, **held)
    whole = {k: a for k, a in held.items() if isinstance(a, ndarray)}
    if any(a is None for a in held.values()) or not all(a.flags.c_contiguous for a in (v, *whole.values())):
        return update(v, g, **held)
    v, g, whole = v.reshape(-1), g.reshape(-1), {k: a.reshape(-1) for k, a in whole.items()}
    for i in range(0, v.size, block):
        part = slice(i, i + block)
        update(v[part], g[part], **{**held, **{k: a[part] for k, a in whole.items()}})


def refuse_state(v, g, held):
    """torch's error for state of another shape (loaded, of another model): the gradient changes it in place, and it the parameter."""
    for a in held.values():
        if isinstance(a, ndarray) and a.shape not in (v.shape, ()):
            need_room(a.shape, g.shape)
            need_room(v.shape, a.shape)


class FirstStepError(RuntimeError):
    """A first step makes state from the gradient, which no compiled function can do in each call."""


# ------------------------------------------------------------------------------------------------ the step
class RuleOptimizer(Optimizer):
    """Base of the optimizers that treat each parameter by itself: a subclass defines `slots` and `rule`.

    `slots(group)`: the names of a parameter's state, each with make(p, g, group), which gives its first value (None:
    this parameter has none). A "step" counts the steps. Without a make the rule gets None and returns {name: first
    value}.
    `rule(group, xp)`: a function update(p, g, **state) that changes p and the state in place, but for "step", a number.
    Weight decay and maximize are done here.
    """

    elementwise = True  # each element by itself, and no state but the count shared by several of them
    decoupled = False  # weight decay by default: of the gradient; True: of the parameter; None: the rule's own business
    ABSENT = {}  # options that older checkpoints lack
    scalars = ("step",)  # state that older checkpoints have as plain numbers
    _each = ("step",)
    asserts = True  # that foreach is not differentiable, before anything else is looked at
    in_parts = True  # does torch write into a complex parameter as pairs of real numbers?
    unread = frozenset()  # options that torch's step does not read unless there is something to step
    captured = "params and state_steps"  # what torch would have on an accelerator for capturable=True,
    xla_with_foreach, xla = False, True  # and whether an XLA device is good for it

    def __init_subclass__(cls, **kwargs):
        own_copies(cls)
        super().__init_subclass__(**kwargs)

    def slots(self, group):
        raise NotImplementedError(f"{type(self).__name__} must define slots(group)")

    def rule(self, group, xp):
        raise NotImplementedError(f"{type(self).__name__} must define rule(group, xp)")

    def step(self, closure=None):
        """One update of every parameter that has a gradient; `closure` computes the loss anew, and it is returned."""
        before = tls.grad
        loss = None
        differentiable = self.defaults.get("differentiable", False)
        if differentiable is not False:
            need_bool(differentiable, "set_grad_enabled")
        try:
            if closure is not None:
                tls.grad = True
                loss = closure()
            tls.grad = differentiable
            with quiet():
                for group in self.param_groups:
                    found = [(p, g) for p in group["params"] if (g := p.grad) is not None]
                    if found:
                        self.update_group(group, found)
                    else:  # (torch reads the options of a group that has nothing to step, too)
                        for name in self.defaults.keys() - self.unread:
                            group[name]
        finally:
            tls.grad = before
        return loss

    def update_group(self, group, found):
        self.check(group, found)
        plain = not tls.grad and tls.stage is None
        for p, g in found:
            plain = plain and p.owner is TAPE and g.owner is TAPE
        if not plain:
            rest = [(p, g) for p, g in found if not g.is_sparse]
            if len(rest) < len(found):
                self.update_sparse(group, [(p, g) for p, g in found if g.is_sparse])
                if rest:
                    self.update_group(group, rest)
                return
        slots = self.slots(group)
        if slots:
            for p, g in found:
                if not self.state[p]:
                    self.begin(p, g, group)
        if plain:
            self.update_memory(group, found, slots)
        elif tls.stage is not None and not tls.grad and not any([p.is_complex() for p, _ in found]):
            self.update_staged(group, found, slots)
        else:
            self.update_recorded(group, found, slots)

    def update_sparse(self, group, found):
        """The rule where gradients are sparse, which most have none for."""
        name = next(c.__name__ for c in type(self).__mro__ if "rule" in vars(c))
        instead = ", please consider SparseAdam instead" if name == "Adam" else ""
        raise RuntimeError(f"{name} does not support sparse gradients{instead}")

    def begin(self, p, g, group):
        """Give a parameter its first state."""
        made = {name: make(p, g, group) for name, make in self.slots(group).items() if make is not None}
        own = self._within is not None  # (first values are constants; what stands for them is each call's)
        self.state[p].update({name: t.clone() if own else t for name, t in made.items() if t is not None})

    def whole_rule(self, options, xp):
        """The rule behind what all have in common: maximize and weight decay."""
        rule = self.rule(options, xp)
        known = self.defaults
        maximize = "maximize" in known and options["maximize"]
        decay = "weight_decay" in known and options["weight_decay"]
        decoupled = self.decoupled
        if "decoupled_weight_decay" in options:
            decoupled = bool(options["decoupled_weight_decay"])
        decays = decoupled is not None and (isinstance(decay, Tensor) or decay != 0)
        if not maximize and not decays:
            return rule
        if decays and decay is True and not decoupled:  # (torch: grad.add(p, alpha=weight_decay))
            raise RuntimeError("Boolean alpha only supported for Boolean results.")

        def update(p, g, **held):
            if maximize:
                g = -g
            if decays:
                if decoupled:
                    p *= 1 - options["lr"] * decay
                else:
                    g = xp.add(g, p, decay)
            return rule(p, g, **held)

        return update

    def update_memory(self, group, found, slots):
        """The rule on NumPy arrays: the parameters' memory and that of their state."""
        update = self.whole_rule(with_numbers(group), arrays)
        at = site()
        rows = []
        halves = []
        for p, g in found:
            if shared.halves and p.val.dtype in WIDER:
                halves.append((p, g))
                continue
            v, g = writable(p), readable(g)
            held = {}
            if slots:
                state = self.state[p]
                for name in slots:
                    t = state.get(name)
                    held[name] = None if t is None else readable(t)
                    if t is not None and t.store is not None:
                        t.store.version += 1
            if v.dtype.kind == "c":
                v, g, held = real(v), real(g), {k: a if a is None else real(a) for k, a in held.items()}
            if "step" in held:
                count = held["step"]
                held["step"] = step = count.item() + 1.0
                count[()] = step
            rows.append((p, v, g, held))
        if self.elementwise and len(rows) * (1 + len(slots)) >= WORTH:
            plans = vars(self).setdefault("plans", {})
            known = plans[id(group)] = plan(plans.get(id(group)), rows)
            if known.fits(rows):
                known.step(partial(in_blocks, update, block=SMALL), rows)
                for i in known.members:
                    changed(rows[i][0], at)
                rows = [rows[i] for i in known.rest]
        for p, v, g, held in rows:
            try:
                begun = in_blocks(update, v, g, held) if self.elementwise else update(v, g, **held)
            except ValueError:
                refuse_state(v, g, held)
                raise
            if begun:
                like = p.val.dtype
                self.state[p].update(
                    {k: fresh(a if a.dtype == like else a.view(like)[..., 0]) for k, a in begun.items()}
                )
            changed(p, at)

        if halves:
            self.update_halves(group, halves, slots, at)

    def update_halves(self, group, found, slots, at):
        """The rule on memory of half precision."""
        from .halves import for_halves, of_memory, to_memory

        update = self.whole_rule(with_numbers(group), for_halves(arrays))
        for p, g in found:
            held = {}
            for name in slots:
                t = self.state[p].get(name)
                held[name] = None if t is None else of_memory(readable(t))
                if t is not None and t.store is not None:
                    t.store.version += 1
            if "step" in held:
                count = held["step"]
                held["step"] = step = count.item() + 1.0
                count[()] = step
            begun = update(of_memory(writable(p)), of_memory(readable(g)), **held) or {}
            self.state[p].update({k: fresh(to_memory(a, p.val.dtype)) for k, a in begun.items()})
            changed(p, at)

    def update_recorded(self, group, found, slots):
        """The rule on Tensors, by operations that are recorded."""
        update = self.whole_rule({k: single(v) for k, v in group.items()}, tensors)
        as_real, as_complex = FUNCTIONS["view_as_real"], FUNCTIONS["view_as_complex"]
        for p, g in found:
            state = self.state[p] if slots else {}
            kept = {name: t for name in slots if (t := state.get(name)) is not None}
            work = {name: as_real(t.clone()) if t.is_complex() else t.clone() for name, t in kept.items()}
            if "step" in work:
                work["step"] += 1
            held = {name: work.get(name) for name in slots}
            if "step" in work:
                held["step"] = number_if_known(work["step"])
            v, g = (as_real(p.clone()), as_real(g)) if p.is_complex() else (p.clone(), g)
            begun = update(v, g, **held) or {}
            if begun and tls.stage is not None and self._within is None:
                raise self.first_step()
            if p.is_complex() and self.in_parts:
                as_real(p).copy_(v)
            else:
                p.copy_(as_complex(v) if p.is_complex() else v)
            for name, t in kept.items():
                t.copy_(as_complex(work[name]) if t.is_complex() else work[name])
            state.update({k: as_complex(t) if p.is_complex() else t for k, t in begun.items()})

    def update_staged(self, group, found, slots):
        """The rule in a compiled function: what it writes into is a value of the graph, so nothing needs to be copied first. Steps
        that are as many for all parameters are counted once."""
        update = self.whole_rule({k: single(v) for k, v in group.items()}, tensors)
        counts = [self.state[p]["step"] for p, _ in found] if "step" in slots else []
        together, counted = len(counts) > 1 and tls.stage.equal(counts), None
        for p, g in found:
            state = self.state[p] if slots else {}
            held = {name: None if state.get(name) is None else current(state[name]) for name in slots}
            if counts:
                if together and counted is not None:
                    held["step"].copy_(counted)
                else:
                    held["step"] += 1
                    counted = held["step"]
                    number = number_if_known(counted)
                held["step"] = number
            if begun := update(current(p), g, **held):
                if self._within is None:
                    raise self.first_step()
                state.update(begun)

    def first_step(self):
        """What is staged would begin anew in each call."""
        return FirstStepError(
            f"{type(self).__name__}: the first step makes state from the gradient, which cannot be part of a compiled function. Take "
            "one step before compiling."
        )

    def check(self, group, found):
        """Refuse options that no step on a CPU can have, and parameters that this one is not for."""
        foreach = group.get("foreach")
        if foreach and group.get("differentiable") and self.asserts:
            raise AssertionError("_foreach ops don't support autograd")
        if group.get("capturable") and not group.get("fused") and "capturable" in self.defaults:
            devices = ["cuda", "xpu", "hpu", "privateuseone"]
            if self.xla_with_foreach if foreach else self.xla:
                devices.append("xla")
            raise AssertionError(f"If capturable=True, {self.captured} must be on supported devices: {devices}.")
        if group.get("fused"):
            for p, _ in found:
                if not p.is_floating_point():
                    raise RuntimeError(
                        "`fused=True` requires all the params to be floating point Tensors of supported devices: "
                        f"['mps', 'cuda', 'xpu', 'hpu', 'cpu', 'mtia', 'privateuseone'] but {p.dtype} and "
                        f"{p.device.type}"
                    )

    # -------------------------------------------------------------------------------------------- older checkpoints
    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in self.ABSENT.items():
                group.setdefault(name, value)
            for p in group["params"]:
                held = self.state.get(p, ())
                for name in self.scalars:
                    if len(held) and not isinstance(held[name], Tensor):
                        held[name] = scalar(lambda group, x=held[name]: float(x))(p, None, group)


def with_numbers(group):
    """A group whose one-element Tensors, if any, are numbers."""
    for option in group.values():
        kind = option.__class__
        if kind is not float and (kind is tuple and has_tensors(option) or isinstance(option, Tensor)):
            break
    else:
        return group
    as_number = lambda x: x.item() if isinstance(x, Tensor) else x  # noqa: E731
    return {k: tuple(map(as_number, v)) if type(v) is tuple else as_number(v) for k, v in group.items()}


def has_tensors(options):
    return any([x.__class__ is not float and isinstance(x, Tensor) for x in options])


def number_if_known(t):
    """A 0-d Tensor as a number or, if it is a value of a graph under construction, with the precision of one."""
    return t.item() if t.owner is TAPE and t.mark is None else t.double()
