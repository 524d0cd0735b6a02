"""ctc_loss: minus the log-probability of a sequence of labels, summed over all its alignments.

The recursion over time is one primitive, ctc_forward, over all samples at once. What it does not reach has the log-probability FAR
instead of -inf, so that no derivative is nan; a sample without any alignment is told by it.
"""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.state import tls

from ...functions.forward_mode import refuse_tangents
from ...functions.kernels import refuse_in
from ...functions.levels import concrete_or_none, mapped_innermost
from ...functions.mapped_by_loop import by_samples
from ...functions.operands import dtype_of, shape_of
from ...functions.register import FUNCTIONS as T
from ...graph import labelled
from ...payload import current, wrap
from ...tensor import Tensor
from .dtypes import refuse_halves, refuse_integers
from .lookup import known

P = PRIMITIVES
FAR = -1e30


def lengths_of(lengths, count, name):
    """Lengths given as numbers or a Tensor, as int64[N]; RuntimeError where they are not one a sample."""
    if isinstance(lengths, Tensor):
        lengths = known(concrete_or_none(current(lengths)), "ctc_loss")
    values = np.asarray(lengths)
    if values.dtype.kind not in "iub" and values.size:
        raise RuntimeError(f"{name}_lengths must be integral")
    values = values.astype(np.int64).reshape(-1)
    if len(values) != count:
        raise RuntimeError(f"{name}_lengths must be of size batch_size")
    return values


def check_lengths(values, name, most=np.inf):
    """RuntimeError in torch's words for the first length that is negative or more than there is."""
    for n in values.tolist():
        if not 0 <= n <= most:
            bound = "least 0" if n < 0 else f"most {most}"
            raise RuntimeError(
                f"Expected {name}_lengths to have value at {bound}, but got value {n} (while checking arguments for "
                "ctc_loss_allocate_outputs)"
            )


def padded_targets(targets, lengths, count):
    """The labels of each sample, [N, longest], from [N, S] or one after the other."""
    values = known(concrete_or_none(current(targets)), "ctc_loss")
    longest = max(lengths.max(initial=0), 1)
    out = np.zeros((count, longest), np.int64)
    wanted = lengths.sum() if values.ndim == 1 else count
    if len(values) != wanted:
        raise RuntimeError(
            f"Expected tensor to have size {wanted} at dimension 0, but got size {len(values)} for argument #2 "
            "'targets' (while checking arguments for ctc_loss_allocate_outputs)"
        )
    if values.ndim == 1:
        start = 0
        for row, n in zip(out, lengths):
            row[:n] = values[start : start + n]
            start += n
    else:
        if values.shape[1] < lengths.max(initial=0):
            raise RuntimeError(
                f"Expected tensor to have size at least {lengths.max(initial=0)} at dimension 1, but got size "
                f"{values.shape[1]} for argument #2 'targets' (while checking arguments for ctc_loss_allocate_outputs)"
            )
        for row, given, n in zip(out, values, lengths):
            row[:n] = given[:n]
    return out


def ctc_loss(
    log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False
):  # fmt: skip
    """log_probs [T, N, C] or [T, C], targets int64[N, S] or all in one row: the losses of the samples, reduced.

    "mean" divides each by its target's length. A sample with no alignment has the loss inf, or 0 with zero_infinity.
    """
    refuse_tangents("_ctc_loss", log_probs)
    if mapped_innermost((targets, input_lengths, target_lengths)) is not None:
        return by_samples(ctc_loss)(log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity)
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if not log_probs.dim():
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got 1)")
    for lengths, name in ((input_lengths, "input"), (target_lengths, "target")):
        if isinstance(lengths, Tensor) and dtype_of(current(lengths)).kind not in "iub":
            raise RuntimeError(f"{name}_lengths must be integral")
    refuse_integers("ctc_loss_cpu", log_probs)
    refuse_halves("ctc_loss_cpu", log_probs)
    if log_probs.dim() not in (2, 3):
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {log_probs.dim() + (log_probs.dim() == 1)}-dimensional tensor for argument #1 "
            "'log_probs' (while checking arguments for ctc_loss_allocate_outputs)"
        )
    if targets.dim() not in (1, 2):
        raise RuntimeError(
            f"Expected 1 to 2 dimensions, but got {targets.dim()}-dimensional tensor for argument #2 'targets' (while checking arguments "
            "for ctc_loss_allocate_outputs)"
        )
    alone = log_probs.dim() == 2
    if alone:
        log_probs = log_probs.unsqueeze(1)
    x = current(log_probs)
    steps, count, classes = shape_of(x)
    if 0 in (steps, count, classes):
        raise RuntimeError("log_probs tensor must not be empty")
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    ends = lengths_of(input_lengths, count, "input")
    sizes = lengths_of(target_lengths, count, "target")
    check_lengths(sizes, "target")
    labels = padded_targets(targets, sizes, count)
    check_lengths(ends, "input", steps)
    if labels.max(initial=0) >= classes:  # (torch reads whatever is beside the row)
        raise IndexError(f"Target {labels.max()} is out of bounds.")
    if tls.packing is not None and not tls.packing.within:
        out = tls.packing.around(aligned, log_probs, targets, labels, ends, sizes, blank)
    else:
        out = aligned(log_probs, targets, labels, ends, sizes, blank)
    if alone:
        out = out.squeeze(0)
    if zero_infinity:
        out = T["where"](out == np.inf, 0.0, out)
    if reduction == "mean":
        lengths = np.maximum(sizes, 1).astype(dtype_of(x))
        return (out / wrap(Tensor, lengths)).mean()
    return out.sum() if reduction == "sum" else out


def aligned(log_probs, targets, labels, ends, sizes, blank):
    """The losses of all samples, [N], as one operation."""
    return labelled(each(current(log_probs), labels, ends, sizes, blank), "CtcLossBackward0", (log_probs,))


def log_alpha(call, outs):
    """The logarithms of the probabilities of the states of each sample after each step, [N, T, states], which torch's kernel keeps."""
    x, _, labels, _, _, blank = call.args
    alpha = np.ascontiguousarray(forward(current(x.detach()), labels, blank).val.swapaxes(0, 1))
    alpha[alpha <= FAR] = -np.inf
    return wrap(Tensor, alpha)


def each(x, labels, ends, sizes, blank):
    """The losses of all samples, [N]; inf where there is no alignment."""
    loss = losses(x, labels, ends, sizes, blank)
    loss = P["where"](P["greater"](loss, -FAR / 2), dtype_of(x).type(np.inf), loss)
    return P["add"](loss, of_probabilities(x, ends))


def forward(x, labels, blank):
    """The log-probabilities of the states after each step, [T, N, states]."""
    steps, count, _ = shape_of(x)
    width = 2 * labels.shape[1] + 1
    states = np.full((count, width), blank)  # a blank before, between and behind the labels
    states[:, 1::2] = labels
    skips = np.zeros((count, width), bool)  # from a label straight to another label
    skips[:, 3::2] = labels[:, 1:] != labels[:, :-1]
    return P["ctc_forward"](P["take_along"](x, np.broadcast_to(states, (steps, count, width)), axis=2), skips)


def losses(x, labels, ends, sizes, blank):
    """Minus the log-probabilities, [N]; about -FAR where there is no alignment."""
    d = dtype_of(x)
    last = 2 * sizes
    at = np.stack([last, np.maximum(last - 1, 0)], 1)
    final = P["gather"](forward(x, labels, blank), np.maximum(ends - 1, 0)[:, None], np.arange(len(ends))[:, None], at)
    empty = (sizes == 0)[:, None] & np.array([False, True])  # nothing but blanks: there is one last state only
    final = P["where"](empty | (ends == 0)[:, None], d.type(FAR), final)
    total = P["logsumexp"](final, axes=(1,))
    nothing = (ends == 0) & (sizes == 0)
    return P["neg"](P["where"](nothing, d.type(0), total) if nothing.any() else total)


def of_probabilities(x, ends):
    """Zeros (-0.0, which change no sign), [N], with the derivative of the sum of the probabilities of all steps that count.

    torch's derivative of this loss is that for log-probabilities which go on summing up to one; after log_softmax there is
    no difference, since this part is constant then.
    """
    steps = np.arange(shape_of(x)[0])[:, None, None] < ends[None, :, None]
    total = P["sum"](P["where"](steps, P["exp"](x), dtype_of(x).type(0)), axes=(0, 2))
    return P["neg"](P["sub"](P["stop"](total), total))


refuse_in(globals())
