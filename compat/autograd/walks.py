"""backward and autograd.grad over the core's reverse walk.

Invariant: inside a walk cotangents are in the rules' convention (no conjugation); what a user gives or gets is torch's,
so every complex cotangent is conjugated where it crosses: seeds, hooks, Function.backward, grad()'s results, `.grad`.
"""

import functools
import re
import threading
import weakref
from operator import index
from sys import _getframe, getrefcount

import numpy as np

from funcgrad.core import state
from funcgrad.core.aval import dtype_of, ndarray
from funcgrad.core.halves import BFLOAT16
from funcgrad.core.handle import Array, Cell
from funcgrad.core.mutation import accumulate, write
from funcgrad.core.node import Freed, extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.quiet import IGNORE, enter, leave
from funcgrad.core.reverse import leading_to, reverse, topological
from funcgrad.core.site import here, internal, site, user_frame, warn, where
from funcgrad.core.trace import TAPE, Record, Slots, on_tape
from funcgrad.core.tracebacks import trim
from funcgrad.errors import ConcretizationError, ModifiedError, SecondBackwardError
from funcgrad.transforms.boundary import as_tensor, inner

from .. import breaks
from ..deprecations import once
from ..errors import (
    modified,
    no_grad_asked_for,
    no_graph,
    no_scalar,
    not_used,
    size_mismatch,
    trains_nothing,
    type_name,
    unequal_sizes,
)
from ..functions.writing import check_writable
from ..graph import GradientEdge, label
from ..payload import current, node_of
from ..rewriting import by_steps, steps_of, unfold_all, unfold_layers, whole
from ..tensor import Tensor
from .anomaly_mode import Anomaly, tell, watcher
from .gradient_layout import (
    any_oddly,
    as_kernels_lay,
    check_layout,
    conjugate_views,
    conjugated,
    is_own,
    laid_out,
    leaf_layout,
    note_factors,
)
from .sharing import Sharing
from .ties import tie

tls, shared = state.tls, state.shared
P = PRIMITIVES


class Accumulation:
    """`report(old)`, if set, is told of every `.grad` that is about to be added to (optim.warn_if_not_zeroed)."""

    report = None


LEAF_ASKED = (
    "A leaf node was passed to _will_engine_execute_node but we are currently running autograd.grad(). This is currently not "
    "supported."
)


class Walk:
    """A walk that is under way: the tape it starts on, whether it is itself recorded, and which operations it reaches.

    `seen`: what hooks of several Tensors note for the length of the walk. `shown`: a weak reference to the Tensor of each gradient, by the
    identity of its memory, that a user holds."""

    def __init__(self, seeds, home, create, only, want):
        self.seeds, self.home, self.create, self.only, self.want = seeds, home, create, only, want

    @functools.cached_property
    def seen(self):
        return set()

    @functools.cached_property
    def shown(self):
        return {}

    @functools.cached_property
    def reached(self):
        order = topological(n for n, _ in self.seeds)
        if self.only is None:
            return set(order)
        return leading_to(self.asked, order) | self.asked.intersection(order)

    @functools.cached_property
    def asked(self):
        return self.only | {whole(m) for m in self.only} if self.only else set()

    def executes(self, n):
        """Does torch's engine count a node among those that it executes? (Not a root that is alone.)"""
        if len(self.seeds) == 1 and whole(self.seeds[0][0]) is n:
            return False
        if self.want and n.plan is None and n in self.reached and n in self.asked:
            raise RuntimeError(LEAF_ASKED)
        return n in self.reached


class WalkInFunc(Walk):
    """A walk of torch.func: what is done in it the levels further out record."""

    def __init__(self):
        super().__init__((), None, True, None, False)

    def executes(self, n):
        return True


def walking():
    """The walk that this thread is in, None outside one. (Most walks have nobody who asks: what it is made of waits.)"""
    walk = tls.walking
    if type(walk) is tuple:
        walk = tls.walking = Walk(*walk)
    return walk


def payload(x, home):
    x = inner(x)
    return x.val if isinstance(x, Tensor) and x.owner is home else x


ONES = {np.dtype(d): np.ones((), d) for d in (np.float16, BFLOAT16, np.float32, np.float64)}


def seed_of(t, gradient, create_graph, at=0):
    """The cotangent that a walk starts from at t, in the rules' convention; RuntimeError in torch's words."""
    dtype = t.owner.dtype(t)
    if gradient is None:
        shape = t.owner.shape(t)
        if shape and t.numel() != 1:
            raise no_scalar(t)
        if dtype.kind != "f":
            raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {t.dtype}")
        gradient = np.ones(shape, dtype) if shape else ONES[dtype].copy()
        if t.owner is not TAPE and t.is_meta:
            gradient = t.detach() if create_graph else t.val
            return gradient
        return as_tensor(gradient) if create_graph else gradient
    if not isinstance(gradient, Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if not create_graph and gradient.owner is t.owner is TAPE and gradient.alias is None:
        v = gradient.val
        if v.dtype is dtype and v.shape == t.val.shape and dtype.kind == "f":  # the commonest: nothing to be made of it
            return v
    if gradient.shape != t.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{at}] has a shape of {gradient.shape} and output[{at}] has a shape of {t.shape}."
        )
    if gradient.owner is not t.owner and gradient.device != t.device:
        if gradient.dim():
            raise RuntimeError(f"invalid gradient at index {at} - expected device {t.device} but got {gradient.device}")
        gradient = gradient.to(t.device)
    if gradient.dtype != t.dtype:
        if "c" in (dtype.kind, gradient.dtype.numpy.kind):
            raise RuntimeError(
                "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: "
                f"grad_output[{at}] has a dtype of {gradient.dtype} and output[{at}] has a dtype of {t.dtype}."
            )
        gradient = P["cast"](gradient, dtype=dtype)
    gradient = conjugated(gradient)
    return gradient if create_graph else payload(gradient, t.owner)


def walk(seeds, home, create, want=None, free=None, deliver=None, only=None):
    """The rules run with the grad mode on: without create_graph they see payloads of `home`, so this level's tape is
    silent, while a tape further out still records. Hooks find the walk by `walking()`."""
    if home is not TAPE and tls.stage is not None:
        tls.stage.walked(seeds, only)
    if shared.early:
        unfold_all(n for n, _ in seeds)
    if create:
        unfold_layers([n for n, _ in seeds])
    before = tls.grad, tls.walking
    tls.grad, tls.walking = (
        create or not home.transparent,
        (seeds, home, create, only, want is not None),
    )
    token = enter(IGNORE)
    try:
        watch = watcher() if Anomaly.enabled or Anomaly.profiled else None
        return reverse(seeds, home, want or (), create, free, deliver, only, watch, tie if create else None)
    except Exception as error:
        if Anomaly.enabled:
            tell(error)
        from .failed_walks import deliver_ready

        deliver_ready(error)
        if isinstance(error, ModifiedError):
            raise modified(by_steps(error)) from None
        if isinstance(error, SecondBackwardError):
            raise RuntimeError(str(error)) from None  # torch's own type, which a script's last line shows
        if type(error) is ValueError and (said := unfitting(error)) is not None:
            raise said from None
        raise
    finally:
        leave(token)
        tls.grad, tls.walking = before


def unfitting(error):
    """torch's error where NumPy says that shapes do not fit (of what a hook has put in the place of something saved, or a user's gradient)."""
    found = re.match(r"operands could not be broadcast together with shapes \(([\d,]*)\) \(([\d,]*)\)", str(error))
    return found and size_mismatch(*[tuple(map(int, filter(None, shape.split(",")))) for shape in found.groups()])


def check_fits(old, ct):
    """RuntimeError in torch's words if a cotangent cannot be added to a `.grad` in place (of a leaf whose data has another shape now)."""
    error = size_mismatch(old.val.shape, ct.shape)
    if error is not None:
        raise error
    shape = np.broadcast_shapes(old.val.shape, ct.shape)
    if shape != old.val.shape:
        raise RuntimeError(f"output with shape {list(old.val.shape)} doesn't match the broadcast shape {list(shape)}")


def holders(cell, ct):
    return getrefcount(ct)


ALONE = holders(None, [np.empty(0)].pop())  # what a deliverer counts of a cotangent that nobody else holds


LOCK = threading.Lock()  # several threads may accumulate into one `.grad`
acquire, release = LOCK.acquire, LOCK.release  # (half of the time of a `with`)


def accumulator(home, create_graph, seeds=(), given=()):
    """deliver(cell, ct): add a cotangent to the `.grad` that a cell keeps. `given`: the Tensors that the seeds were made of."""
    plainly = home is TAPE and not create_graph and not shared.staging
    line = sharing = None  # the line of the backward(), and what is told of memory: looked up once

    def deliver(cell, ct):
        nonlocal line, sharing
        known = type(ct) is ndarray
        if (
            plainly and not cell.hooks and (known or isinstance(ct, np.generic)) and ct.dtype.kind != "c"
        ):  # the commonest
            acquire()
            try:
                old = cell.grad
                if old is None:
                    if not known:  # (a number of NumPy's, which is nobody's memory)
                        cell.grad = on_tape(np.array(ct))
                        return
                    alone = getrefcount(ct) <= ALONE
                    if alone and ct.base is None and is_own(ct, cell):
                        cell.grad = on_tape(ct)
                    else:
                        sharing = sharing or Sharing(seeds, given)
                        cell.grad = sharing.kept(ct, leaf_layout(cell, ct), alone, cell.leaf is not None)
                    return
                if (
                    old.owner is TAPE
                    and old.mark is old.alias is None
                    and cell.leaf is not None
                    and not cell.odd
                    and Accumulation.report is None
                ):
                    line = line or site(2)
                    try:
                        accumulate(old, ct, line)  # torch accumulates into the same buffer
                    except ValueError:
                        check_fits(old, ct)
                        raise
                    return
            finally:
                release()
        if ct is None:
            if cell.hooks:
                tell_of_nothing(cell, create_graph)
            return
        if home.level > 1:
            home.under.lifted.append(weakref.ref(cell))
        ct = conjugated(ct)
        if isinstance(ct, (np.ndarray, np.generic)):
            ct = laid_out(ct, cell)
        g = ct if isinstance(ct, Tensor) else as_tensor(ct)
        if tls.stage is not None and tls.stage.recorded and not create_graph:
            g = P["stop"](g)
        hooks = cell.hooks
        if hooks:
            g = hooks.at_gradient(g)
            if g is None:
                return
        old = cell.grad
        if old is not None and Accumulation.report is not None:
            Accumulation.report(old)
        before, tls.grad = tls.grad, create_graph
        try:
            with LOCK:
                accumulated(cell, g, create_graph)
            if hooks:
                hooks.at_leaf(cell.leaf(), g)
        finally:
            tls.grad = before

    return deliver


def tell_of_nothing(cell, create_graph):
    """Call the hooks of a leaf to which a walk has brought nothing."""
    before, tls.grad = tls.grad, create_graph
    try:
        cell.hooks.at_gradient(None)
        cell.hooks.at_leaf(cell.leaf and cell.leaf(), None)
    finally:
        tls.grad = before


def accumulated(cell, g, create_graph):
    """cell.grad <- cell.grad + g, into the same memory unless the sum is itself recorded, or retained, as torch does."""
    old = cell.grad
    if g.is_sparse:
        g.owner.keep(cell, g, create_graph)
    elif old is None:
        cell.grad = own_gradient(g, cell) if create_graph and g.owner is TAPE else g
    elif (
        cell.leaf is not None
        and not create_graph
        and (tls.stage.recorded if tls.stage else old.owner is TAPE is g.owner)
    ):
        check_writable(old)
        write(old, P["add"], g)
        check_layout(cell)
    else:
        cell.grad = P["add"](old, g)
        check_layout(cell)


def own_gradient(g, cell):
    """A recorded gradient as `.grad` keeps it: a copy, which is an operation of its own."""
    copy = g
    if g.mark is not None:
        copy = P["copy"](g.detach(), g)
        label(copy, "CopyBackwards", (g,))
    copy.val = laid_out(copy.val, cell)
    return copy


def as_tuple(x):
    return (x,) if isinstance(x, Tensor) or isinstance(x, GradientEdge) else tuple(x)


def as_given(gradients):
    """The gradients that walks start from as a tuple, of none if they are the default."""
    return () if gradients is None else as_tuple(gradients)


def seeds_of(tensors, gradients, create_graph, transform=None):
    """([(node, cotangent)], the tape of the highest level among the Tensors): the nodes on tapes, or those of a Record of torch.func."""
    gradients = (
        (None,) * len(tensors) if gradients is None else (gradients,) if isinstance(gradients, Tensor) else gradients
    )
    gradients = tuple(gradients)
    if len(gradients) > len(tensors):
        gradients = gradients[: len(tensors)]  # (torch looks at no more)
    if len(gradients) != len(tensors):
        for i, (t, g) in enumerate(zip(tensors, gradients)):
            if isinstance(t, Tensor) and g is not None:
                seed_of(t, g, create_graph, i)  # (whose errors come first)
        raise RuntimeError(f"got {len(tensors)} tensors and {len(gradients)} gradients")
    seeds = []
    home = None
    for i, (t, g) in enumerate(zip(tensors, gradients, strict=True)):
        if isinstance(t, GradientEdge):
            t = t.value(g)
        if not isinstance(t, Tensor):
            raise AssertionError("Expected output to be a torch.Tensor")
        t = current(t)
        if transform is not None:
            seeds += seed_in(transform, t, g, create_graph, i)
            home = transform
            continue
        # (In two transforms, as in torch.)
        if t.mark is None or tls.func[1:] and t.owner is not TAPE and type(tls.func[-1]) is not Record:
            if g is not None:
                seed_of(t, g, create_graph, i)  # (whose errors come first)
            raise no_graph(t, i)
        if t.mark.plan is None:
            warn_of_leaf(t)
        home = t.owner if home is None or t.owner.level > home.level else home
        seeds.append((t.mark, seed_of(t, g, create_graph, i)))
    return seeds, home or TAPE


def seed_in(record, t, gradient, create_graph, position):
    """[(node, cotangent)] of a Tensor as a Record knows it (a handle of the Record where the walk is itself recorded), [] of
    what only another transform or a tape knows."""
    mark = node_of(t)
    if mark is None:
        raise no_graph(t, position)
    v = t.val
    if type(v) is not Array or v.owner is not record or v.mark is None:
        return []
    g = payload(seed_of(t, gradient, True, position), record.tape)
    return [(v.mark, g if create_graph or type(g) is not Array or g.owner is not record else g.val)]


def warn_of_leaf(t):
    """backward() of a leaf ends at it: once for each line that made a Tensor one, or that asks, where a chain was broken before."""
    by_hand = vars(t).get("by_hand")
    line = here() if by_hand is None else where(by_hand)
    text = None if line in _warned else trains_nothing(by_hand)
    if text is not None:
        _warned.add(line)
        warn(text)


_warned = set()


IN_FUNC = (
    "backward() called inside a functorch transform. This is not supported, please use functorch.grad or functorch.vjp instead or "
    "call backward() outside of functorch transforms."
)


IN_VMAP = (
    "backward() called inside torch.vmap. This is not supported, please call backward() outside torch.vmap or instead use "
    "torch.autograd.grad inside torch.vmap"
)


def kept(retain_graph, create_graph):
    """Is a graph kept for another walk? TypeError for a flag that is no integer."""
    flag = create_graph if retain_graph is None else retain_graph
    if flag is not False and flag is not True or create_graph is not False and create_graph is not True:
        index(flag), index(create_graph)
    return flag


def freed_by(retain_graph, create_graph):
    """The mark of what the walk that the user's line asks for now frees; None if it keeps the graph."""
    if (retain_graph is not None or create_graph is not False) and kept(retain_graph, create_graph):
        return None
    free = Freed()
    frame = _getframe(2)
    if internal[frame.f_globals.get("__name__")]:
        frame = user_frame(frame.f_back)
    if frame is not None:
        free.at = frame.f_code, frame.f_lasti
    return free


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    """Accumulate into the leaves' `.grad` the derivative of the Tensors, each weighted by its grad_tensor.

    `inputs`: only into the `.grad` of these Tensors. RuntimeError where there is no graph, a graph is walked a second time
    after its saved values were freed, or a saved value was changed in place.

    >>> import compat as torch
    >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> torch.autograd.backward((w * w).sum())
    >>> w.grad
    tensor([2., 4.])
    """
    if grad_variables is not None:
        warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please only use `grad_tensors`."
            )
        grad_tensors = grad_variables
    try:
        if tls.func:
            raise RuntimeError(IN_FUNC)
        if tls.mapping is not None and "older" in vars(tls.mapping):
            raise RuntimeError(IN_VMAP)
        if inputs is not None and not (inputs := as_tuple(inputs)):
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        tensors = as_tuple(tensors)
        seeds, home = seeds_of(tensors, grad_tensors, create_graph)
        deliver = accumulator(home, create_graph, seeds, as_given(grad_tensors))
        only = None
        if inputs is not None:
            only = set()
            for i, x in enumerate(inputs):
                if isinstance(x, Tensor) and current(x).mark is None:
                    raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
                mark = mark_of(x, i)
                only.add(mark)
                extra = extra_of(mark)
                if extra.span:
                    only.update(steps_of(mark))
                if extra.cell is None and isinstance(x, Tensor):
                    extra.cell = Cell()
        if create_graph:
            once("cycle")
        free = freed_by(retain_graph, create_graph)
        walk(seeds, home, create_graph, free=free, deliver=deliver, only=only)
        breaks.forget()
    except BaseException as error:
        trim(error)
        raise


def mark_of(x, position=0):
    """The node of a Tensor (or an edge) to be differentiated by, the position-th of them."""
    if not isinstance(x, Tensor):
        if isinstance(x, GradientEdge):
            return x.node.node if type(x) is GradientEdge else x.of[2]
        raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type_name(x)}")
    mark = node_of(current(x))
    if mark is None:
        raise no_grad_asked_for(x, position)
    if mark.extra is not None and mark.extra.group is not None:
        whole(mark)
    return mark


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    only_inputs=True,
    allow_unused=None,
    is_grads_batched=False,
    materialize_grads=False,
):
    """The gradients of the outputs with respect to the inputs, as a tuple; nothing is accumulated.

    `create_graph`: the gradients are themselves recorded. `allow_unused`: None for an input that no output depends on,
    instead of a RuntimeError; `materialize_grads`: zeros. `is_grads_batched`: the first dimension of each of grad_outputs
    counts cotangents, and that of each result gradients.

    >>> import compat as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> (g,) = torch.autograd.grad(x ** 3, x, create_graph=True)
    >>> torch.autograd.grad(g, x)
    (tensor(18.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if not only_inputs:
        warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other parts of the "
            "graph, please use torch.autograd.backward.",
            FutureWarning,
        )
    keys = list(inputs) if isinstance(inputs, dict) else None
    inputs = as_tuple(inputs if keys is None else inputs.values())
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    try:
        if is_grads_batched:
            got = batched_grad(as_tuple(outputs), inputs, grad_outputs, retain_graph, create_graph)
        else:
            got = plain_grad(as_tuple(outputs), inputs, grad_outputs, retain_graph, create_graph)
    except BaseException as error:
        trim(error)
        raise
    if materialize_grads:
        got = tuple([zeros_like(x, create_graph) if g is None else g for g, x in zip(got, inputs, strict=True)])
    unused = [i for i, g in enumerate(got) if g is None]
    if unused and not allow_unused:
        raise not_used(inputs[unused[0]], unused[0])
    return got if keys is None else dict(zip(keys, got))


def plain_grad(outputs, inputs, grad_outputs, retain_graph, create_graph, keep=True):
    """The gradients, None where there is none. `keep`: does retain_grad() get what comes to it?"""
    shared.shown = True
    seeds, home = seeds_of(outputs, grad_outputs, create_graph, transform_of(inputs, outputs) if tls.func else None)
    marks = [mark_of(x, i) for i, x in enumerate(inputs)]
    everything = accumulator(home, create_graph)

    def deliver(cell, ct):
        if cell.leaf is None and keep:  # (retain_grad() keeps its promise here too, and no leaf's `.grad` changes)
            everything(cell, ct)

    free = freed_by(retain_graph, create_graph)
    got = walk(seeds, home, create_graph, want=marks, only=set(marks), free=free, deliver=deliver)
    breaks.forget()
    each = [g if type(g) is not Slots else g.cts[x.output_nr] for g, x in zip(got, inputs)]
    complex_ = [m for g, m in zip(each, marks) if home is TAPE and g is not None and dtype_of(g).kind == "c"]
    turned = conjugate_views(complex_, [n for n, _ in seeds]) if complex_ else ()
    turned = [k for k, m in enumerate(marks) if m in turned]
    given = as_given(grad_outputs) if home is TAPE else ()
    sharing = Sharing(seeds, given)
    got = tuple(sharing.handed_out(each, turned))
    if complex_ and create_graph:
        note_factors([g for g in got if g is not None], max([n.index for n, _ in seeds]))
    if tls.stage is not None and tls.stage.recorded and not create_graph:  # (a graph derives all that is not stopped)
        got = tuple([None if g is None else P["stop"](g) for g in got])
    if any_oddly(got) or any_oddly(inputs) or sharing.reached:
        got = as_kernels_lay(got, inputs, marks, [n for n, _ in seeds], given)
    return got


def transform_of(*groups):
    """The Record of torch.func that knows the inputs (if nothing does, the outputs); None if tapes do."""
    for tensors in groups:
        owners = [n.owner for x in tensors if isinstance(x, Tensor) and (n := node_of(current(x))) is not None]
        if owners:
            return next((owner for owner in owners if type(owner) is Record), None)


def batched_grad(outputs, inputs, grad_outputs, retain_graph, create_graph):
    """plain_grad, mapped over the first dimension of the grad_outputs."""
    from funcgrad.transforms.vectorize import vmap

    cotangents = (None,) * len(outputs) if grad_outputs is None else as_tuple(grad_outputs)
    for i, (y, c) in enumerate(zip(outputs, cotangents, strict=False)):
        if c is None:
            raise (
                no_scalar(y)
                if y.dim()
                else ValueError(
                    "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of dimensionality 0 so "
                    "expected in_dim to satisfy 0 <= in_dim < 0."
                )
            )
        if isinstance(y, Tensor) and c.shape[1:] != y.shape:
            raise RuntimeError(
                "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension. The sizes of the "
                "remaining dimensions are expected to match the shape of corresponding output, but a mismatch was detected: "
                f"grad_output[{i}] has a shape of {c.shape[2:]} and output[{i}] has a shape of {y.shape}. If you only want some tensors "
                "in `grad_output` to be considered batched, consider using vmap."
            )
    sizes = [c.shape[0] for c in cotangents]
    if len(set(sizes)) > 1:
        raise unequal_sizes(sizes)
    used = []

    def one(cotangents):
        tls.mapping.older = True
        got = plain_grad(outputs, inputs, cotangents, retain_graph, create_graph, keep=False)
        used[:] = [g is not None for g in got]
        return tuple([g for g in got if g is not None])

    try:
        got = iter(vmap(one, randomness="same")(cotangents))
    except ConcretizationError as error:
        from ..func.mapped_values import in_older_words

        raise in_older_words(error) from None
    return tuple([next(got) if there else None for there in used])


def zeros_like(x, recorded):
    """What `materialize_grads` gives for an input that no output depends on."""
    if not isinstance(x, Tensor):
        raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
    x = current(x)
    return as_tensor(np.zeros(tuple(x.owner.shape(x)), x.owner.dtype(x))).requires_grad_(recorded)


def number_on_tape(t):
    """(node, cotangent) of a recorded float Tensor without dimensions; None of another."""
    if not isinstance(t, Tensor) or t.owner is not TAPE or t.alias is not None or shared.staging:
        return None
    mark, v = t.mark, t.val
    if mark is None or mark.plan is None or v.shape or v.dtype not in ONES:
        return None
    return mark, ONES[v.dtype].copy()


def tensor_backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """The derivative of this Tensor, accumulated into the `.grad` of the leaves it was computed from."""
    try:
        if gradient is inputs is tls.mapping is None and create_graph is False and not tls.func:
            seed = number_on_tape(self)
            if seed is not None:  # (the commonest, of which nothing else need be asked)
                walk((seed,), TAPE, False, None, freed_by(retain_graph, False), accumulator(TAPE, False))
                breaks.forget()
                return
        backward(self, gradient, retain_graph, create_graph, inputs=inputs)
    except BaseException as error:
        trim(error)
        raise


tensor_backward.__name__, tensor_backward.__qualname__ = "backward", "Tensor.backward"
Tensor.backward = tensor_backward
