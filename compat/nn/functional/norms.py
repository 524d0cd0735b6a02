"""Normalisation: by layer, group, batch and instance."""

import functools
import math

import numpy as np

from funcgrad.core.elementwise_layout import noted
from funcgrad.core.handle import fresh
from funcgrad.core.mutation import write
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.quiet import IGNORE, enter, leave, quiet
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE, on_tape
from funcgrad.core.written_any import tape_recorder
from funcgrad.ops._norm_rows import forward as of_rows
from funcgrad.ops._norm_rows import rows_of

from ...autograd.grad_mode import call_in
from ...deprecations import once
from ...dtypes import name_of
from ...formats import contiguous_format, suggested
from ...functions.arithmetic import ADD, by_number
from ...functions.forward_mode import refuse_recorded
from ...functions.kernels import mended, refuse_in
from ...functions.levels import has_tangent
from ...functions.operands import behind_first, dtype_of, in_c_order, like_image, shape_of
from ...functions.out_rules import C_NAMES
from ...functions.register import FUNCTIONS as T
from ...functions.rounding import BFLOAT16, half_in, in_float32, number_in, rounded_to, shared, widened
from ...graph import labelled
from ...payload import current
from ...size import Size
from ...unrecorded_writes import changed, root_to_write
from .dtypes import need_float_parameters, need_same_parameters, refuse_integers
from .padding import pad
from .pooling import avg_pool2d, avg_pool3d

P = PRIMITIVES
COPY = P["copy"]
EPS = float(np.finfo(np.float32).eps)  # (of half precision too)
RECORDS = {}  # by the operands that need a derivative
PLAIN = frozenset((np.dtype(np.float32), np.dtype(np.float64)))


def number(x):
    """float(x), but of no text."""
    if isinstance(x, str):
        raise TypeError("a text is no number")
    return float(x)


def standardized(x, axes, eps):
    """(x - mean) / sqrt(variance + eps) over axes, the variance being the biased one."""
    return P["standardize"](x, axes=axes, eps=eps)


def in_shape(p, shape):
    p = current(p)
    return p if shape_of(p) == shape else P["reshape"](p, shape=shape)


def scaled(x, weight, bias, shape):
    """x * weight + bias, both brought to a shape that broadcasts."""
    if weight is not None:
        x = P["mul"](x, in_shape(weight, shape))
    if bias is not None:
        x = P["add"](x, in_shape(bias, shape))
    return x


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over the last dimensions, then * weight + bias."""
    if shared.staging and tls.packing is not None and not tls.packing.within:
        return tls.packing.around(layer_norm, input, normalized_shape, weight, bias, eps)
    try:
        normalized = tuple(normalized_shape)
        t = current(input)
        if plain_last_axis(t, normalized, weight, bias):
            axes = (t.val.ndim - 1,)
            eps = eps if eps.__class__ is float else number(eps)
            if t.val.flags.c_contiguous and t.val.size and not (shared.staging or shared.halves):
                return at_once(t, weight, bias, axes, eps, normalized)
            found = None if shared.staging else []
            out = P["normalized"](t, weight, bias, axes=axes, eps=eps, shape=normalized, noted=found)
            return labelled(in_c_order(out), "NativeLayerNormBackward0", (input, weight, bias))
        else:
            need_float_parameters(input, weight, bias)
            axes = last_axes(t, normalized, weight, bias)
            refuse_integers("LayerNormKernelImpl", input)
            need_same_parameters(input, weight, bias)
            eps = number(eps)
            if shared.halves and (d := half_in(t)):
                kept = kept_in(d, weight)
                out = in_float32(d, layer_of, input, weight, bias, axes, eps, normalized, kept, None, d)
                return labelled(out, "NativeLayerNormBackward0", (input, weight, bias))
        out = standardized(t, axes, eps)
        out = in_c_order(scaled(out, weight, bias, normalized))
        return labelled(out, "NativeLayerNormBackward0", (input, weight, bias))
    except BaseException as error:
        error = mended(error)
        raise error


def at_once(t, weight, bias, axes, eps, shape):
    """A layer of rows that lie together in NumPy memory, written out from the operands to the node."""
    for p in (weight, bias):
        if p.alias is not None:
            fresh(p)
    v, w, b = t.val, weight.val, bias.val
    token = enter(IGNORE)
    try:
        out, *found = of_rows(v, w, b, eps, rows_of(v.shape, axes, shape))
    finally:
        leave(token)
    need = (t.mark is not None) + 2 * (weight.mark is not None) + 4 * (bias.mark is not None)
    if not need or not tls.grad:
        return on_tape(out)
    record = RECORDS.get(need)
    if record is None:
        record = RECORDS[need] = tape_recorder(P["normalized"], need, None, 3, "NativeLayerNormBackward0")
    return record(out, {"axes": axes, "eps": eps, "shape": shape, "noted": [found]}, t, weight, bias, v, w, b)


def kept_in(d, *parameters):
    """The dtype in which torch keeps the statistics of an input of half precision: its own, unless a parameter is wider."""
    return None if any(p is not None and half_in(current(p)) is None for p in parameters) else d


def layer_of(x, weight, bias, axes, eps, shape, kept, found=None, added=None):
    """A layer whose statistics are kept for its derivative: in half precision, the dtype `kept`, or as they are, in the list `found`;
    `added`: the dtype in which what rows give the parameters is added up."""
    if weight is not None and bias is None:
        bias = T["zeros_like"](weight)
    if weight is None or bias is None:
        return scaled(P["standardize"](current(x), axes=axes, eps=eps, kept=kept), weight, bias, shape)
    more = {"kept": kept, "added": added} if found is None else {"noted": found}
    return P["normalized"](current(x), current(weight), current(bias), axes=axes, eps=eps, shape=shape, **more)


def plain_last_axis(t, normalized, weight, bias):
    """Is it, over NumPy memory, the last axis of floats, with weight and bias that fit? It is the commonest case, and
    then nothing else need be looked at."""
    if len(normalized) != 1 or weight is None or bias is None:
        return False
    if not t.owner is weight.owner is bias.owner is TAPE:
        return False
    x, w, b = t.val, weight.val, bias.val
    return x.shape[-1:] == normalized == w.shape == b.shape and x.dtype is w.dtype is b.dtype and x.dtype in PLAIN


def last_axes(t, normalized, weight, bias=None, comma=", "):
    """The axes that normalized_shape names; RuntimeError where it is not the end of the shape."""
    shape = shape_of(t)
    k = len(normalized)
    if k < 1:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for what, p in (("weight", weight), ("bias", bias)):
        if p is not None and tuple(p.shape) != normalized:
            raise RuntimeError(
                f"Expected {what} to be of same shape as normalized_shape, but got {what} of shape {list(p.shape)} and "
                f"normalized_shape = {list(normalized)}"
            )
    if len(shape) < k and not comma:
        raise ValueError(f"Input tensor must have at least {k} dimensions, but got {len(shape)}")
    if shape[max(len(shape) - k, 0) :] != normalized:
        raise RuntimeError(
            f"Given normalized_shape={list(normalized)}, expected input with shape "
            f"[*{comma}{', '.join(map(str, normalized))}], but got input of size{list(shape)}"
        )
    return tuple(range(len(shape) - k, len(shape)))


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """x over the root of its mean square over the last dimensions, times weight."""
    normalized = tuple(normalized_shape)
    t = current(input)
    axes = last_axes(t, normalized, weight, comma="")
    if weight is not None and weight.dtype != input.dtype and not input.is_complex():
        own, other = (C_NAMES.get(name_of(dtype_of(current(x)))) for x in (input, weight))
        once("mixed", own, other)
    refuse_integers("rms_norm", input)
    if shared.halves and (d := half_in(t)):
        out = in_float32(d, rms_norm, input, normalized, weight, EPS if eps is None else eps)
        return labelled(out, "ToCopyBackward0", (input, weight))
    d = dtype_of(t)
    mean = T["mean"](T["pow"](input, 2), axes, True)
    out = P["mul"](t, P["rsqrt"](by_number(ADD, mean, float(np.finfo(d).eps if eps is None else eps))))
    out = like_image(scaled(out, weight, None, normalized), t, back=None, others=(weight,))
    return out if dtype_of(current(out)) == d else P["cast"](out, dtype=d)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over each group of channels, then * weight + bias by channel."""
    shape = shape_of(current(input))
    if len(shape) < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {len(shape)}")
    if shape[0] * shape[1] // num_groups * math.prod(shape[2:]) == 1:
        raise_too_few([shape[0] * shape[1] // num_groups, num_groups, *shape[2:]])
    return grouped_norm(input, num_groups, weight, bias, eps)


def grouped_norm(input, num_groups, weight, bias, eps):
    """group_norm, however few elements a group has."""
    if shared.staging and tls.packing is not None and not tls.packing.within:
        return tls.packing.around(grouped_norm, input, num_groups, weight, bias, eps)
    t, eps = current(input), number(eps)
    shape = shape_of(t)
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(shape)} and num_groups={num_groups}"
        )
    for what, p in (("weight", weight), ("bias", bias)):
        if p is not None and tuple(p.shape) != shape[1:2]:
            raise RuntimeError(
                f"Expected {what} to be a vector of size equal to the number of channels in input, but got {what} of shape "
                f"{[0] if weight is None else list(weight.shape)} and input of shape {list(shape)}"  # (the weight's, as in torch)
            )
    if t.owner is TAPE and not t.val.flags.c_contiguous:
        input = input.contiguous(memory_format=suggested(t.val) or contiguous_format)
        t = current(input)
    plain = t.owner is TAPE and not shared.staging and plain_channels(t.val, (weight, bias))
    if not plain:
        need_float_parameters(input, weight, bias)
        refuse_integers("GroupNormKernelImpl", input)
        need_same_parameters(input, weight, bias)
    if shared.halves and (d := half_in(t)):
        out = in_float32(d, groups_of, input, weight, bias, num_groups, eps, kept_in(d, weight))
        return labelled(out, "NativeGroupNormBackward0", (input, weight, bias))
    if weight is not None and bias is not None and dtype_of(t) in PLAIN:
        out = groups_of(t, weight, bias, num_groups, eps, None, [] if plain else None)
        return labelled(out, "NativeGroupNormBackward0", (input, weight, bias))
    grouped = P["reshape"](t, shape=(shape[0], num_groups, shape[1] // num_groups * math.prod(shape[2:])))
    out = like_image(P["reshape"](standardized(grouped, (2,), eps), shape=shape), t)
    return labelled(
        scaled(out, weight, bias, by_channel(shape)), "NativeGroupNormBackward0", (input, weight, bias)
    )  # fmt: skip


def groups_of(x, weight, bias, groups, eps, kept, found=None):
    """group_norm as one layer of as many axes; `kept` and `found`: as in layer_of."""
    t = current(x)
    n, channels = shape_of(t)[:2]
    grouped = P["reshape"](t, shape=(n, groups, channels // groups, math.prod(shape_of(t)[2:])))
    out = layer_of(grouped, weight, bias, (2, 3), eps, (1, groups, channels // groups, 1), kept, found)
    return like_image(P["reshape"](out, shape=shape_of(t)), t, others=(weight, bias))


@functools.lru_cache(256)
def channel_axes(shape):
    """(all axes but the channels', how many elements a channel has)."""
    axes = tuple([i for i in range(len(shape)) if i != 1])
    return axes, math.prod([shape[i] for i in axes])


@functools.lru_cache(256)
def by_channel(shape):
    """A shape in which one number a channel broadcasts."""
    return (1, shape[1]) + (1,) * (len(shape) - 2)


def raise_too_few(shape):
    raise ValueError(f"Expected more than 1 value per channel when training, got input size {shape}")


def batch_norm(
    input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):  # fmt: skip
    """Mean 0 and variance 1 for each channel (dimension 1), over the batch or by the running statistics.

    training: the batch's own statistics, which also move the running ones by `momentum`.
    """
    try:
        shape = shape_of(current(input))
        if training and shape[0] * math.prod(shape[2:]) == 1:
            raise_too_few(Size(shape))
        if training and eps <= 0.0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
        if eps < 0.0:
            raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
        if training is not True and training is not False or type(momentum) is not float:
            from ..._calls import C

            C.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, True)
            momentum = float(momentum)
        return native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)
    except BaseException as error:
        error = mended(error)
        raise error


def native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled=False):
    """batch_norm, whatever eps and the number of elements."""
    if shared.staging and tls.packing is not None and not tls.packing.within:
        return tls.packing.around(
            native_batch_norm, input, weight, bias, running_mean, running_var, training, momentum, eps
        )
    try:
        t = current(input)
        shape = shape_of(t)
        if 0 in shape:
            return of_nothing(input, weight, bias)
        found = None
        axes, count = channel_axes(shape)
        given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
        plain = t.owner is TAPE and not shared.staging and plain_channels(t.val, given.values())
        if not plain or not training and (running_mean is None or running_var is None):
            check_channels(shape[1] if len(shape) > 1 else 0, training, **given)
            if (running_mean is None) != (running_var is None):
                raise ValueError(BOTH)
            refuse_integers("batch_norm", input)
            need_float_parameters(input, weight, bias, running_mean, running_var)
            need_same_parameters(input, weight, bias, running_mean, running_var)
        for name, r in (("running_mean", running_mean), ("running_var", running_var)):
            if r is not None and r.mark is not None:
                refuse_recorded(r, "native_batch_norm", name)
        if shared.halves and (d := half_in(t)):
            out = half_batch_norm(t, running_mean, running_var, weight, bias, training, axes, eps)
            t, out = widened(t), P["cast"](out, dtype=d)
        elif training and weight is not None and bias is not None and count and (plain or dtype_of(t) in PLAIN):
            weight, bias, found = current(weight), current(bias), [] if plain else None
            out = P["normalized"](t, weight, bias, axes=axes, eps=eps, shape=by_channel(shape), noted=found)
        elif training:
            out = scaled(standardized(t, axes, eps), weight, bias, by_channel(shape))
        elif plain and not (tls.grad and any([r is not None and r.mark is not None for r in (t, *given.values())])):
            out = TAPE.face(
                by_running(t.val, *[None if r is None else current(r).val for r in given.values()], float(eps)),
                None,
                TAPE,
            )
        else:
            statistics = running_mean, running_var
            if any(map(has_tangent, (t, weight, bias))) and any(map(has_tangent, statistics)):
                raise RuntimeError(
                    "batch_norm is not differentiable wrt running_mean and running_var, they cannot have forward grad defined"
                )
            mean, variance = (P["reshape"](P["stop"](current(r)), shape=by_channel(shape)) for r in statistics)
            out = P["mul"](P["sub"](t, mean), P["rsqrt"](P["add"](variance, float(eps))))
            out = scaled(out, weight, bias, by_channel(shape))
        if training and count and (running_mean is not None or running_var is not None):
            if running_mean is None or running_var is None:
                raise ValueError(BOTH)
            if (
                tls.mapping is not None
                and is_mapped(t)
                and not all(r is None or is_mapped(r) for r in (running_mean, running_var))
            ):
                raise RuntimeError(MAPPED)
            if found:
                call_in(False, move_plain, running_mean, running_var, *found[0][:2], momentum, count / (count - 1))
            else:
                call_in(False, move, running_mean, running_var, t, axes, momentum, count / (count - 1))
        if t.alias is not None:
            noted(out)
        return labelled(
            behind_first(like_image(out, t, others=(weight, bias))), "NativeBatchNormBackward0", (input, weight, bias)
        )
    except BaseException as error:
        error = mended(error)
        raise error


def by_running(x, mean, variance, weight, bias, eps):
    """An array normalised by the running statistics of its channels: one product and one sum, as torch does it."""
    with quiet():
        scale = 1 / np.sqrt(variance + x.dtype.type(eps))
        if weight is not None:
            scale *= weight
        shift = -mean * scale if bias is None else bias - mean * scale
        shape = by_channel(x.shape)
        out = x * scale.reshape(shape)
        out += shift.reshape(shape)
    return out


BOTH = "running_mean and running_var must either both be None or neither be None"


def of_nothing(input, weight, bias):
    """What torch makes of an input without elements: a copy, on which the parameters' gradients (zeros) hang."""
    out = input.clone()
    if weight is not None:
        out = out * weight.select(0, 0)
    return out if bias is None else out + bias.select(0, 0)


MAPPED = (
    "Batch norm got a batched tensor as input while the running_mean or running_var, which will be updated in place, were not batched.\n"
    "If you are using a module and do not need eval mode, please set `track_running_stats` to be False.If you are using a prebuilt "
    "module and do not need eval mode, please see the functorch website for resources on how to patch your module to work with vmap"
)


def is_mapped(t):
    return t.owner is tls.mapping.tape and t.val.mark is not None


def half_batch_norm(x, running_mean, running_var, weight, bias, training, axes, eps):
    """batch_norm of half precision, as float32."""
    shape = by_channel(shape_of(x))
    if training:
        out = half_standardized(x, axes, eps, weight)
    else:
        mean, variance = (P["reshape"](widened(current(r)), shape=shape) for r in (running_mean, running_var))
        out = P["mul"](P["sub"](widened(x), mean), P["rsqrt"](P["add"](variance, eps)))
    return scaled(out, widened(weight), widened(bias), shape)


def half_standardized(x, axes, eps, weight):
    """standardized(x), as float32, with the mean and the deviation rounded as torch keeps them where the weight is of half
    precision too; in bfloat16 torch keeps nothing wider on the way there."""
    kept = kept_in(dtype_of(x), weight)
    return P["standardize"](widened(x), axes=axes, eps=eps, kept=kept, early=kept is not None, sums=kept == BFLOAT16)


def check_channels(count, training, **given):
    for name, p in given.items():
        if p is None and not training and name.startswith("running"):
            raise RuntimeError(f"{name} must be defined in evaluation mode")
        if p is not None and p.numel() != count:
            raise RuntimeError(f"{name} should contain {count} elements not {p.numel()}")


def plain_channels(x, given):
    """Has each of these Tensors, or None, over memory one number for each channel of an array of float32 or float64, in its dtype?"""
    d, count = x.dtype, x.shape[1:2]
    if d not in PLAIN:
        return False
    for t in given:
        if t is not None and (t.owner is not TAPE or t.val.dtype is not d or t.val.shape != count):
            return False
    return True


def move(running_mean, running_var, x, axes, momentum, unbiased):
    """Each running <- (1 - momentum) * running + momentum * new, in place; the new variance is `unbiased` by that factor."""
    own = [current(r) for r in (running_mean, running_var) if r is not None]
    if not shared.staging and all([r.owner is TAPE and r.val.dtype is own[0].val.dtype for r in (*own, x)]):
        if x.val.dtype in PLAIN:
            from funcgrad.ops.standardize import statistics

            with quiet():
                _, mean, variance, _ = statistics(x.val, axes, 0.0)
            return move_plain(running_mean, running_var, mean, variance, momentum, unbiased)
    mean = P["mean"](x, axes=axes)
    kept = tuple([1 if i in axes else k for i, k in enumerate(shape_of(x))])
    narrow = shared.halves and BFLOAT16 in [half_in(r) for r in own]
    mean = rounded_to(mean, BFLOAT16) if narrow else mean
    squares = P["square"](P["sub"](x, P["reshape"](mean, shape=kept)))
    if narrow:  # (the sum is rounded, and so is the count)
        less = number_in(math.prod([shape_of(x)[a] for a in axes]) - 1.0, BFLOAT16)
        variance, unbiased = (
            rounded_to(P["div"](rounded_to(P["sum"](squares, axes=axes), BFLOAT16), less), BFLOAT16),
            1.0,
        )
    else:
        variance = P["mean"](squares, axes=axes)
    for running, new, factor in ((running_mean, mean, 1.0), (running_var, variance, unbiased)):
        if running is not None:
            step = P["reshape"](new, shape=tuple(running.shape))
            if shared.halves and (d := half_in(running)):
                running.copy_(half_moved(running, P["mul"](step, factor), momentum, d, running is running_var))
            else:
                running.mul_(1 - momentum).add_(P["mul"](step, momentum * factor))


def move_plain(running_mean, running_var, mean, variance, momentum, unbiased):
    """The same over NumPy memory, in one write for each."""
    with quiet():
        for running, new, factor in ((running_mean, mean, momentum), (running_var, variance, momentum * unbiased)):
            if running is not None:
                step = new.reshape(running.val.shape) * factor
                step += running.val * (1 - momentum)
                root = root_to_write(running)
                if root is None or not changed(running, root, np.copyto, step):
                    write(running, COPY, step)


def half_moved(running, new, momentum, d, once):
    """A running mean of half precision, moved: torch rounds once in float16, and everything in bfloat16, but (`once`) the new variance's share."""
    parts = (running, 1 - momentum), (new, momentum)
    if d == BFLOAT16:
        one, two = [P["mul"](widened(x), number_in(float(share), d)) for x, share in parts]
        return P["add"](rounded_to(one, d), two if once else rounded_to(two, d))
    one, two = [P["mul"](widened(x), share) for x, share in parts]
    return P["add"](one, two)


def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5
):  # fmt: skip
    """Mean 0 and variance 1 for each sample and channel, or by the running statistics."""
    shape = input.size()
    if use_input_stats and math.prod(shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {shape}")
    return native_instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps)


def native_instance_norm(
    input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, cudnn_enabled=False
):  # fmt: skip
    """instance_norm, however few elements a channel has."""
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    shape = tuple(input.shape)
    n, c = input.size(0), input.size(1)
    own = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    each = {
        k: None if p is None else p.repeat(n) for k, p in own.items()
    }  # every sample's channels are channels of one
    if n == 0 and weight is not None:  # (torch has no parameters for no samples)
        raise IndexError("select(): index 0 out of range for tensor of size [0] at dimension 0")
    flat = input.contiguous().view(1, n * c, *shape[2:])
    own_dtype = (flat if weight is None else weight).dtype
    if running_mean is not None and running_mean.dtype != own_dtype:
        if running_var is None:
            raise RuntimeError(
                "Expected a proper Tensor but got None (or an undefined Tensor in C++) for argument #0 'self'"
            )
        for k in ("running_mean", "running_var"):
            each[k] = each[k].to(own_dtype)
    out = in_c_order(current(native_batch_norm(flat, **each, training=use_input_stats, momentum=momentum, eps=eps)))
    if use_input_stats:
        for name in ("running_mean", "running_var"):
            if own[name] is not None:
                call_in(False, own[name].copy_, each[name].view(n, c).mean(0))
    return out.view(shape)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """x over (k + alpha * the mean square of `size` neighbouring channels) ** beta."""
    rank = input.dim()
    if rank < 3:
        raise ValueError(f"Expected 3D or higher dimensionality                          input (got {rank} dimensions)")
    if input.numel() == 0:
        return input
    shape = tuple(input.shape)
    squares, ends = input.mul(input), (size // 2, (size - 1) // 2)
    if rank == 3:
        flat = pad(squares.unsqueeze(1), (0, 0, *ends))
        means = avg_pool2d(flat, (size, 1), stride=1).squeeze(1)
    else:
        flat = pad(squares.view(shape[0], 1, *shape[1:3], -1), (0, 0, 0, 0, *ends))
        means = avg_pool3d(flat, (size, 1, 1), stride=1).squeeze(1).view(shape)
    return input / means.mul(alpha).add(k).pow(beta)


refuse_in(globals())
