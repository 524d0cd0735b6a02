"""Calling a module: forward between the hooks of the module and those of all modules.

Invariant: hooks of all modules run before the module's own; hooks of each kind in the order of registration; a module
without hooks costs one look at each table.
"""

import functools

from funcgrad.core.site import warn
from funcgrad.core.tracebacks import trim

from ...tensor import Tensor
from ...utils.hooks import register

FORWARD_PRE, FORWARD, ALWAYS, WITH_KWARGS, BACKWARD_PRE, BACKWARD = (
    {},
    {},
    {},
    {},
    {},
    {},
)  # hooks of all modules, by id
ADDED = {"parameter": {}, "buffer": {}, "module": {}}  # hooks of what is added to any module
FULL = [None]  # are the BACKWARD hooks full ones? (None: there are none yet)


# ------------------------------------------------------------------------------------------------ hooks of all modules
def registration(what):
    """register_module_<what>_registration_hook."""

    def register_hook(hook):
        return register(ADDED[what], hook)

    register_hook.__name__ = f"register_module_{what}_registration_hook"
    register_hook.__doc__ = (
        f"Call hook(module, name, {what}) where any module gets one; what it returns is taken instead."
    )
    return register_hook


register_module_parameter_registration_hook = registration("parameter")
register_module_buffer_registration_hook = registration("buffer")
register_module_module_registration_hook = registration("module")


def register_module_forward_pre_hook(hook):
    """Call hook(module, args) before the forward of every module."""
    return register(FORWARD_PRE, hook)


def register_module_forward_hook(hook, *, with_kwargs=False, always_call=False):
    """Call hook(module, args, output) after the forward of every module."""
    handle = register(FORWARD, hook, extra=(ALWAYS, WITH_KWARGS))
    mark(handle, (with_kwargs, WITH_KWARGS), (always_call, ALWAYS))
    return handle


def register_module_full_backward_pre_hook(hook):
    """Call hook(module, grad_output) for every module when the gradients of its outputs are known."""
    return register(BACKWARD_PRE, hook)


def register_module_full_backward_hook(hook):
    """Call hook(module, grad_input, grad_output) for every module when the gradients of its inputs are known."""
    FULL[0] = one_kind(FULL[0], True, "as a global Module hook")
    return register(BACKWARD, hook)


def register_module_backward_hook(hook):
    """The former kind of backward hook, on the last node of every module. RuntimeError where full ones are registered."""
    FULL[0] = one_kind(FULL[0], False, "as a global Module hook")
    return register(BACKWARD, hook)


def one_kind(present, wanted, where):
    if present is (not wanted):
        raise RuntimeError(
            f"Cannot use both regular backward hooks and full backward hooks {where}. Please use only one of them."
        )
    return wanted


def mark(handle, *kinds):
    """Enter a hook's id in the tables of the kinds that it is of."""
    for wanted, table in kinds:
        if wanted:
            table[handle.id] = True


# ------------------------------------------------------------------------------------------------ the calling
class Calling:
    """What Module has for being called. The tables of hooks are attributes of the instance."""

    _compiled_call_impl = None

    def __call__(self, *args, **kwargs):
        try:
            if self._compiled_call_impl is not None:
                return self._compiled_call_impl(*args, **kwargs)
            if not (  # (the commonest: no hooks)
                self._backward_hooks or self._backward_pre_hooks or self._forward_hooks or self._forward_pre_hooks
                or FORWARD or FORWARD_PRE or BACKWARD or BACKWARD_PRE
            ):  # fmt: skip
                return self.forward(*args, **kwargs)
            return call_with_hooks(self, args, kwargs)
        except BaseException as error:
            trim(error)
            raise

    def _call_impl(self, *args, **kwargs):
        return call_with_hooks(self, args, kwargs)

    # -------------------------------------------------------------------------------------------- registering
    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call hook(module, args) before forward; what it returns takes the place of the arguments."""
        handle = register(
            self._forward_pre_hooks, hook, first=prepend, extra=(self._forward_pre_hooks_with_kwargs,)
        )  # fmt: skip
        mark(handle, (with_kwargs, self._forward_pre_hooks_with_kwargs))
        return handle

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """Call hook(module, args, output) after forward; what it returns takes the place of the output."""
        kinds = (self._forward_hooks_with_kwargs, self._forward_hooks_always_called)
        handle = register(self._forward_hooks, hook, first=prepend, extra=kinds)
        mark(handle, *zip((with_kwargs, always_call), kinds))
        return handle

    def register_full_backward_hook(self, hook, prepend=False):
        """Call hook(module, grad_input, grad_output) when the gradients of the inputs are known; it may return new ones."""
        self._is_full_backward_hook = one_kind(self._is_full_backward_hook, True, "on a single Module")
        return register(self._backward_hooks, hook, first=prepend)

    def register_backward_hook(self, hook):
        """The former kind of backward hook: on the last node of forward only. Use register_full_backward_hook."""
        self._is_full_backward_hook = one_kind(self._is_full_backward_hook, False, "on a single Module")
        return register(self._backward_hooks, hook)

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """Call hook(module, grad_output) when the gradients of the outputs are known; it may return new ones."""
        return register(self._backward_pre_hooks, hook, first=prepend)

    def compile(self, *args, **kwargs):
        """Call forward through torch.compile from now on."""
        import compat

        self._compiled_call_impl = compat.compile(self._call_impl, *args, **kwargs)


# ------------------------------------------------------------------------------------------------ with hooks
def call_with_hooks(module, args, kwargs):
    """forward between its hooks; hooks marked always_call run, too, when something has raised."""
    called = set()
    result = None
    try:
        args, kwargs = before(module, args, kwargs)
        passage = gate(module)
        if passage is not None:
            args = passage.inputs(args)
        result = module.forward(*args, **kwargs)
        for key, hook in (*FORWARD.items(), *module._forward_hooks.items()):
            called.add(key)
            got = after(module, key, hook, args, kwargs, result)
            if got is not None:
                result = got
        if passage is not None:
            if not isinstance(result, (Tensor, tuple)):
                warn(
                    "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but "
                    f"received {type(result)}",
                )
            result = passage.outputs(result)
        watch_last_node(module, args, result)
        return result
    except Exception:
        for table, always, whose in (
            (FORWARD, ALWAYS, "global module"),
            (module._forward_hooks, module._forward_hooks_always_called, "module"),
        ):
            for key in [k for k in table if k in always and k not in called]:
                try:
                    if table is FORWARD:  # (which torch shows no kwargs then, whether or not they have asked for them)
                        got = table[key](module, args, result)
                    else:
                        got = after(module, key, table[key], args, kwargs, result)
                    result = result if got is None else got
                except Exception as error:
                    warn(
                        f"{whose} forward hook with ``always_call=True`` raised an exception that was silenced as "
                        f"another error was raised in forward: {error}",
                    )
        raise


def before(module, args, kwargs):
    """The arguments, as the forward pre-hooks leave them."""
    for key, hook in (*FORWARD_PRE.items(), *module._forward_pre_hooks.items()):
        if key in module._forward_pre_hooks_with_kwargs:
            got = hook(module, args, kwargs)
            if got is not None:
                if not isinstance(got, tuple) or len(got) != 2:
                    raise RuntimeError(
                        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {got}."
                    )
                args, kwargs = got
        else:
            got = hook(module, args)
            if got is not None:
                args = got if isinstance(got, tuple) else (got,)
    return args, kwargs


def after(module, key, hook, args, kwargs, result):
    if key in module._forward_hooks_with_kwargs or key in WITH_KWARGS:
        return hook(module, args, kwargs, result)
    return hook(module, args, result)


def gate(module):
    """What hands the cotangents of this call to the full backward hooks, if there are any."""
    hooks = list(BACKWARD.values()) if FULL[0] is True else []
    if module._is_full_backward_hook is True:
        hooks += module._backward_hooks.values()
    pre = [*BACKWARD_PRE.values(), *module._backward_pre_hooks.values()]
    if not hooks and not pre:
        return None
    from .backward_hooks import Gate

    return Gate(module, hooks, pre)


def watch_last_node(module, args, result):
    """Put the former kind of backward hooks on the node of the first Tensor of the result."""
    hooks = list(BACKWARD.values()) if FULL[0] is False else []
    if module._is_full_backward_hook is False:
        hooks += module._backward_hooks.values()
    if not hooks:
        return
    first = result
    while not isinstance(first, Tensor):
        first = next(v for v in first.values() if isinstance(v, Tensor)) if isinstance(first, dict) else first[0]
    if first.grad_fn is not None:
        for hook in hooks:
            first.grad_fn.register_hook(functools.update_wrapper(lambda *seen, hook=hook: hook(module, *seen), hook))
        warn_of_gaps(args, result, first.grad_fn)


def warn_of_gaps(args, result, fn):
    """torch's warnings of what the former kind of backward hook does not see."""
    results = result if isinstance(result, tuple) else (result,)
    nodes = {r.grad_fn for r in results if isinstance(r, Tensor) and r.grad_fn is not None}
    advice = " Please use register_full_backward_hook to get the documented behavior."
    if not all(isinstance(r, Tensor) for r in results):
        when, what = "on a Module that does not return a single Tensor or a tuple of Tensors", "grad_output." + advice
    elif not all(isinstance(a, Tensor) for a in args):
        when = "on a Module that does not take as input a single Tensor or a tuple of Tensors"
        what = "grad_input." + advice
    elif fn not in nodes and len(nodes) <= 1:
        when, what = "when outputs are nested in python data structure", "grad_output."
    elif len(nodes) > 1:
        when, what = "when outputs are generated by different autograd Nodes", "grad_output." + advice
    elif {a.grad_fn for a in args if a.grad_fn is not None} != {f for f, _ in fn.next_functions}:
        when, what = "when the forward contains multiple autograd Nodes", "grad_input." + advice
    else:
        return
    kind = "Using non-full backward hooks" if when.startswith("on") else "Using a non-full backward hook"
    warn(
        f"{kind} {when} is deprecated and will be removed in future versions. This hook will be missing some {what}",
        FutureWarning,
    )
