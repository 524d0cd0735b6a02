"""The lines of nn_more.json: expressions about torch.nn, and how one is run and written down, under torch or compat.

A line may use torch, nn, F, U (nn.utils), R (nn.utils.rnn), `x(2, 3)` for a leaf of normal figures, `M(module)` for a
module whose parameters are leaves, too, and `pair(a, b)`. What is kept of its result: figures, gradients of the leaves in
the order they were made, names of nodes; or a text; or the error. Of long arrays three projections are kept.
"""

import math
import warnings
import zlib

import numpy as np

from .nn_error_cases import ERRORS

LONG = 12


# ------------------------------------------------------------------------------------------------ running a line
def short(v):
    return float(f"{v:.7g}") if math.isfinite(v) else str(v)


def figures(array):
    """An array as [dtype, shape, figures], or [dtype, shape, projections] if it is long."""
    array = np.asarray(array)
    flat = array.reshape(-1)
    if array.dtype.kind not in "f":
        values = [int(v) for v in flat] if flat.size <= LONG else zlib.crc32(flat.astype(np.int64).tobytes())
        return [array.dtype.name, list(array.shape), values]
    if flat.size > LONG and np.isfinite(flat).all():
        at, wide = np.arange(flat.size), flat.astype(float)
        size = math.sqrt(float((wide**2).sum()))
        return [
            array.dtype.name,
            list(array.shape),
            {"size": short(size), "at": [short(float((wide * np.cos(k * at + 1)).sum())) for k in (1, 2.3)]},
        ]
    return [array.dtype.name, list(array.shape), [short(float(v)) for v in flat]]


def is_tensor(x):
    return hasattr(x, "grad_fn") and hasattr(x, "requires_grad")


def tensors_in(result):
    if is_tensor(result):
        return [result]
    if isinstance(result, dict):
        result = list(result.values())
    return [t for r in result for t in tensors_in(r)] if isinstance(result, (tuple, list)) else []


def node_of(t):
    """(name of the node, names of its parents)."""
    fn = t.grad_fn
    return None if fn is None else [type(fn).__name__, [type(f).__name__ for f, _ in fn.next_functions]]


def names_for(torch, leaves):
    """The names that a line may use."""

    def leaf(*shape, dtype=None):
        t = torch.randn(*shape, dtype=dtype, requires_grad=True)
        leaves.append(t)
        return t

    def module(m):
        leaves.extend(m.parameters())
        return m

    nn = torch.nn
    return {
        "torch": torch, "nn": nn, "F": nn.functional, "U": nn.utils, "R": nn.utils.rnn, "inf": math.inf, "x": leaf,
        "M": module, "I": torch.tensor, "pair": lambda *items: list(items), "crc": crc,
        "err": error_of,
    }  # fmt: skip


def crc(tensors):
    """A number for the very bits of Tensors."""
    out = 0
    for t in tensors:
        out = zlib.crc32(np.ascontiguousarray(t.detach().numpy()).tobytes(), out)
    return f"{out:08x}"


def error_of(f, *args):
    """The type and the whole text of the error that a call ends in."""
    try:
        return repr(f(*args))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def outcome(torch, line):
    """What a line does, as JSON."""
    leaves = []
    names = names_for(torch, leaves)
    *statements, last = [s.strip() for s in line.split(";")]
    torch.manual_seed(11)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for statement in statements:
                exec(statement, names)
            result = eval(last, names)
        except Exception as error:
            lines = str(error).splitlines()
            return {"error": [type(error).__name__, lines[0] if lines else ""]}
        found = tensors_in(result)
        if not found:
            text = result if isinstance(result, str) else repr(result)
            return {"text": text.replace("compat.nn", "torch.nn")}
        record = {"values": [figures(t.detach().numpy()) for t in found]}
        nodes = [node_of(t) for t in found]
        if any(nodes):
            record["nodes"] = nodes
        roots = [t for t in found if t.grad_fn is not None]
        if roots:
            seeds = [np.cos(np.arange(t.numel()) + k).reshape(tuple(t.shape)) for k, t in enumerate(roots)]
            seeds = [torch.tensor(s.tolist(), dtype=t.dtype).reshape(t.shape) for s, t in zip(seeds, roots)]
            torch.autograd.backward(roots, seeds)
        record["grads"] = [None if t.grad is None else figures(t.grad.numpy()) for t in leaves]
        return record


# ------------------------------------------------------------------------------------------------ the lines
def lines_of(table):
    return [line.strip() for line in table.strip().splitlines() if line.strip() and not line.startswith("#")]


def recurrent():
    for kind in ("RNN", "LSTM", "GRU"):
        for options in ("3, 4", "3, 4, 2, bidirectional=True, batch_first=True, dropout=0.5", "3, 4, bias=False"):
            yield f"M(nn.{kind}({options}))(x(5, 2, 3))"
        state = "(h, h.cos())" if kind == "LSTM" else "h"
        yield f"h = x(1, 4); M(nn.{kind}(3, 4))(x(5, 3), {state})"
        yield f"h = x(2, 2, 4); M(nn.{kind}(3, 4, bidirectional=True))(x(5, 2, 3), {state})"
        yield (
            f"p = R.pack_padded_sequence(x(5, 3, 3), [2, 5, 3], enforce_sorted=False); "
            f"o, h = M(nn.{kind}(3, 4, 2, bidirectional=True, dropout=0.3))(p); "
            "[p.data, o.data, h, R.pad_packed_sequence(o, padding_value=2.0, total_length=7)]"
        )
        yield f"c = M(nn.{kind}Cell(3, 4)); h = x(2, 4); y = x(2, 3); [c(y), c(y, {state}), c(y[0])]"
        for call in (
            "(3, 4)(torch.ones(2, 2, 5))", "(3, 4)(torch.ones(2))", "(3, 0)", "(3, 4, dropout=2)", "(3, 4, proj_size=5)",
            "(3, 4)(torch.ones(2, 2, 3).double())", "Cell(3, 4)(torch.ones(2, 4))", "Cell(3, 4)(torch.ones(2, 2, 4))",
        ):  # fmt: skip
            yield f"nn.{kind}{call}"
        yield f"repr(nn.{kind}(3, 4, 2, bidirectional=True, bias=False, dropout=0.1))"
        yield f"list(nn.{kind}(3, 4, 2, bidirectional=True).state_dict())"
        yield f"repr(nn.{kind}Cell(3, 4, bias=False))"
    yield from lines_of("""
    M(nn.RNN(3, 4, 1, 'relu'))(x(4, 2, 3))
    M(nn.LSTM(3, 4, 2, proj_size=2, bidirectional=True))(x(4, 2, 3))
    M(nn.LSTM(3, 4, dtype=torch.float64))(x(4, 2, 3, dtype=torch.float64))
    nn.LSTM(3, 4)(torch.ones(2, 2, 3), (torch.ones(1, 2, 3), torch.ones(1, 2, 4)))
    nn.LSTM(3, 4)(torch.ones(2, 2, 3), (torch.ones(2, 4), torch.ones(1, 2, 4)))
    nn.GRU(3, 4)(torch.ones(2, 2, 3), torch.ones(2, 3))
    nn.GRUCell(3, 4)(torch.ones(2, 3), torch.ones(3, 4))
    nn.GRUCell(3, 4)(torch.ones(2, 3), torch.ones(2, 5))
    nn.RNN(3, 4, nonlinearity='sin')
    R.pad_sequence([torch.arange(3.0), torch.arange(2.0), torch.arange(4.0)], True, -1.0)
    R.pad_sequence([x(3, 2), x(2, 2)], padding_side='left')
    list(R.pack_sequence([torch.arange(3.0), torch.arange(2.0), torch.arange(1.0)])[:2])
    R.pack_sequence([torch.arange(2.0), torch.arange(3.0)])
    R.unpack_sequence(R.pack_sequence([torch.arange(2.0), torch.arange(3.0)], False))
    repr(R.pack_sequence([torch.arange(3.0), torch.arange(2.0)]))
    R.pack_padded_sequence(torch.ones(3, 2), [3, 0])
    R.pad_packed_sequence(R.pack_sequence([torch.ones(3)]), total_length=2)
    """)


ATTENTION = """
F.scaled_dot_product_attention(x(2, 2, 3, 4), x(2, 2, 3, 4), x(2, 2, 3, 4))
F.scaled_dot_product_attention(x(2, 3, 4), x(2, 3, 4), x(2, 3, 4))
F.scaled_dot_product_attention(x(1, 2, 3, 4), x(1, 2, 3, 4), x(1, 2, 3, 4), is_causal=True)
F.scaled_dot_product_attention(x(1, 2, 3, 4), x(1, 2, 3, 4), x(1, 2, 3, 4), I([[True, False, True], [False] * 3, [True] * 3]))
F.scaled_dot_product_attention(x(1, 2, 3, 4), x(1, 2, 3, 4), x(1, 2, 3, 4), I([[0.0, 1, 2], [-1, -inf, 0], [0, 0, 0]]))
F.scaled_dot_product_attention(x(1, 2, 3, 4), x(1, 2, 3, 4), x(1, 2, 3, 4), dropout_p=0.4)
F.scaled_dot_product_attention(x(1, 2, 3, 4), x(1, 2, 5, 4), x(1, 2, 5, 4), scale=0.3)
F.scaled_dot_product_attention(x(1, 4, 3, 2), x(1, 2, 3, 2), x(1, 2, 3, 2), enable_gqa=True)
F.scaled_dot_product_attention(torch.ones(2, 3), torch.ones(2, 3).double(), torch.ones(2, 3))
F.scaled_dot_product_attention(torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 2).bool(), is_causal=True)
F.scaled_dot_product_attention(torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 2).long())
F.scaled_dot_product_attention(torch.ones(3), torch.ones(2, 3), torch.ones(2, 3))
y = x(5, 2, 4); M(nn.MultiheadAttention(4, 2))(y, y, y)
y = x(5, 2, 4); M(nn.MultiheadAttention(4, 2))(y, y, y, need_weights=False)
y = x(2, 5, 4); M(nn.MultiheadAttention(4, 2, 0.3, batch_first=True))(y, y, y, average_attn_weights=False)
y = x(2, 5, 4); M(nn.MultiheadAttention(4, 2, 0.3, batch_first=True))(y, y, y, need_weights=False)
y = x(5, 2, 4); M(nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True))(y, y.cos(), y.sin())
y = x(5, 2, 4); z = y.cos(); M(nn.MultiheadAttention(4, 2, bias=False))(y, z, z)
M(nn.MultiheadAttention(4, 2, kdim=3, vdim=5))(x(5, 2, 4), x(6, 2, 3), x(6, 2, 5))
y = x(3, 2, 4); M(nn.MultiheadAttention(4, 2))(y, y, y, key_padding_mask=I([[False] * 2 + [True], [False] * 3]), attn_mask=torch.triu(torch.ones(3, 3), 1).bool())
y = x(3, 2, 4); M(nn.MultiheadAttention(4, 2))(y, y, y, key_padding_mask=I([[False] * 2 + [True], [False] * 3]), need_weights=False)
y = x(3, 2, 4); M(nn.MultiheadAttention(4, 2))(y, y, y, attn_mask=nn.Transformer.generate_square_subsequent_mask(3), is_causal=True, need_weights=False)
y = x(5, 4); M(nn.MultiheadAttention(4, 2))(y, y, y)
y = torch.ones(2, 5, 4); nn.MultiheadAttention(4, 2, batch_first=True).eval().requires_grad_(False)(y, y, y)
repr(nn.MultiheadAttention(4, 2))
list(nn.MultiheadAttention(4, 2, add_bias_kv=True, kdim=3).state_dict())
nn.MultiheadAttention(5, 2)
nn.MultiheadAttention(0, 2)
y = torch.ones(2); nn.MultiheadAttention(4, 2)(y, y, y)
y = torch.ones(2, 1, 5); nn.MultiheadAttention(4, 2)(y, y, y)
y = torch.ones(2, 1, 4); nn.MultiheadAttention(4, 2)(y, y, y, attn_mask=torch.ones(3, 3))
y = torch.ones(2, 1, 4); nn.MultiheadAttention(4, 2)(y, y, y, is_causal=True)
y = torch.ones(2, 1, 4); nn.MultiheadAttention(4, 2)(y, y, y, attn_mask=torch.ones(2, 2).long())
y = torch.ones(2, 1, 4); nn.MultiheadAttention(4, 2)(y, y, y, key_padding_mask=torch.ones(1, 3).bool())
M(nn.TransformerEncoderLayer(4, 2, 8))(x(5, 2, 4))
M(nn.TransformerEncoderLayer(4, 2, 8, norm_first=True, activation='gelu', batch_first=True, bias=False))(x(2, 5, 4))
y = x(5, 2, 4); M(nn.TransformerDecoderLayer(4, 2, 8))(y, y.cos(), tgt_mask=nn.Transformer.generate_square_subsequent_mask(5))
y = x(5, 2, 4); M(nn.Transformer(4, 2, 2, 1, 8))(y, y.cos(), tgt_mask=nn.Transformer.generate_square_subsequent_mask(5))
m = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2, nn.LayerNorm(4)).eval().requires_grad_(False); m(torch.randn(2, 5, 4), src_key_padding_mask=I([[False] * 5, [False] * 3 + [True] * 2]))
repr(nn.Transformer(4, 2, 2, 2, 8))
list(nn.Transformer(4, 2, 1, 1, 8).state_dict())
nn.Transformer(4, 2, 1, 1, 8)(torch.ones(2, 1, 4), torch.ones(2, 3, 4))
nn.TransformerEncoderLayer(4, 2, activation='tanh')
"""


def normalisation():
    for k, sizes in ((1, "6"), (2, "4, 3"), (3, "3, 2, 2")):
        for layer in (
            f"BatchNorm{k}d(4)", f"InstanceNorm{k}d(4)", f"InstanceNorm{k}d(4, affine=True, track_running_stats=True)",
            f"LazyBatchNorm{k}d()", f"LazyInstanceNorm{k}d()", "GroupNorm(2, 4)", "LocalResponseNorm(2)",
        ):  # fmt: skip
            yield f"m = M(nn.{layer}); [m(x(2, 4, {sizes})), [b.clone() for b in m.buffers()]]"
        yield f"m = nn.BatchNorm{k}d(4).eval(); M(m)(x(2, 4, {sizes}))"
        yield f"m = nn.InstanceNorm{k}d(4, track_running_stats=True).eval(); M(m)(x(4, {sizes}))"
    yield from lines_of("""
    m = M(nn.BatchNorm1d(3, momentum=None)); [m(x(4, 3)), m(x(4, 3)), [b.clone() for b in m.buffers()]]
    M(nn.SyncBatchNorm(5))(x(4, 5))
    M(nn.LayerNorm((3, 4), bias=False))(x(2, 3, 4))
    M(nn.RMSNorm(4))(x(2, 3, 4))
    F.rms_norm(x(2, 3, 4), (3, 4))
    F.rms_norm(x(2, 3), (2,))
    F.layer_norm(x(2, 3), (2,))
    F.layer_norm(x(2, 3), (3,), x(2))
    F.layer_norm(x(2, 3), ())
    F.group_norm(x(2, 6), 4)
    F.group_norm(x(6), 4)
    F.group_norm(x(1, 2), 2)
    F.batch_norm(x(1, 3), None, None, training=True)
    F.batch_norm(x(2, 3), None, None)
    F.batch_norm(x(2, 3), torch.ones(4), torch.ones(4))
    F.batch_norm(x(2, 3), None, None, training=True, eps=0)
    F.instance_norm(x(2, 3, 1))
    F.local_response_norm(x(2, 5, 4, 3), 2, alpha=0.5, beta=0.3, k=2.0)
    F.local_response_norm(x(2, 5), 2)
    nn.BatchNorm2d(3)(torch.ones(2, 3))
    nn.InstanceNorm2d(3, affine=True)(torch.ones(2, 4, 3, 3))
    nn.GroupNorm(2, 5)
    """)


def pooling():
    for k, sizes in ((1, "7"), (2, "5, 4"), (3, "4, 3, 3")):
        for options in ("2", "2, 2, 0, 1, True", "3, 2, 1, 1", "2, 1, 0, 2" if k < 3 else "2, 1"):
            yield f"F.max_pool{k}d(x(2, 2, {sizes}), {options})"
        for options in ("2", "2, 2, 0, True", "3, 1, 1, False, False"):
            yield f"F.avg_pool{k}d(x(2, 2, {sizes}), {options})"
        yield f"F.max_pool{k}d(x(2, {sizes}), 2, return_indices=True)"
        yield f"F.lp_pool{k}d(x(2, 2, {sizes}), 3, 2)"
        yield f"F.lp_pool{k}d(x(2, 2, {sizes}), inf, 2, 1)"
        for size in ("1", "3", f"(2, 3, 1)[-{k}:]"):
            yield f"F.adaptive_avg_pool{k}d(x(2, 2, {sizes}), {size})"
            yield f"F.adaptive_max_pool{k}d(x(2, {sizes}), {size}, True)"
        yield f"y, i = F.max_pool{k}d(x(2, 2, 4{', 4' * (k - 1)}), 2, return_indices=True); F.max_unpool{k}d(y, i, 2)"
        ones = "torch.ones(1, 1" + ", 1" * k + ")"
        for call in (f"max_pool{k}d({ones}, 2)", f"max_pool{k}d(torch.ones(3), 2)", f"avg_pool{k}d({ones}, 2)"):
            yield f"F.{call}"
        yield f"F.max_pool{k}d(torch.ones(1, 1, {sizes}), 2, 1, 2)"
    yield from lines_of("""
    F.adaptive_avg_pool2d(x(2, 3, 4, 4), (None, 2))
    F.avg_pool2d(x(2, 3, 4, 4), 2, divisor_override=3)
    F.avg_pool2d(x(2, 3, 4, 4), 2, divisor_override=0)
    F.max_pool2d(x(2, 3, 4, 4), 2, 0)
    F.fractional_max_pool2d(x(2, 2, 7, 6), 2, output_size=(3, 3), return_indices=True)
    F.fractional_max_pool2d(x(2, 7, 6), 2, output_ratio=(0.5, 0.6))
    F.fractional_max_pool3d(x(1, 2, 5, 5, 4), 2, output_size=2, return_indices=True)
    F.fractional_max_pool2d(x(2, 7, 6), 2)
    F.fractional_max_pool2d(x(2, 7, 6), 4, output_size=5)
    F.max_unpool2d(torch.ones(1, 1, 2, 2), torch.full((1, 1, 2, 2), 99), 2)
    y, i = F.max_pool2d(torch.ones(1, 1, 5, 5), 2, return_indices=True); F.max_unpool2d(y, i, 2, output_size=(9, 9))
    y, i = F.max_pool2d(x(1, 1, 5, 5), 2, return_indices=True); F.max_unpool2d(y, i, 2, output_size=(5, 5))
    nn.FractionalMaxPool2d(2)
    nn.FractionalMaxPool2d(2, output_ratio=2)
    """)


def resampling():
    for mode, sizes, want in (
        ("linear", "5", (7,)), ("bilinear", "5, 4", (3, 7)), ("trilinear", "3, 4, 2", (5, 2, 3)), ("bicubic", "5, 4", (3, 7)),
    ):  # fmt: skip
        for options in (f"size={want}", "scale_factor=1.7", "scale_factor=0.6, align_corners=True"):
            yield f"F.interpolate(x(1, 2, {sizes}), mode='{mode}', {options})"
    for mode in ("nearest", "nearest-exact", "area"):
        for sizes in ("5", "4, 3", "3, 2, 4"):
            for options in (
                "scale_factor=2",
                "scale_factor=1.7",
                "size=2",
                "scale_factor=1.3, recompute_scale_factor=True",
            ):
                yield f"F.interpolate(x(1, 2, {sizes}), mode='{mode}', {options})"
    for mode in ("bilinear", "bicubic", "lanczos"):
        for options in ("size=(3, 7)", "scale_factor=0.4", "scale_factor=1.5"):
            yield f"F.interpolate(x(1, 1, 6, 7), mode='{mode}', antialias=True, {options})"
    for options in (
        "", "size=2, scale_factor=2", "size=(1, 2, 3)", "scale_factor=(1, 2, 3)", "size=2, mode='linear'", "size=2, mode='foo'",
        "size=2, align_corners=True", "size=0", "size=2, antialias=True", "size=2, recompute_scale_factor=True",
        "size=(1.5, 2)", "size=2, mode='lanczos'",
    ):  # fmt: skip
        yield f"F.interpolate(torch.ones(1, 2, 4, 5), {options})"
    for mode in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            for corners in (False, True):
                yield f"F.grid_sample(x(1, 2, 3, 4), 1.2 * x(1, 2, 3, 2), '{mode}', '{padding}', {corners})"
    yield from lines_of("""
    F.grid_sample(x(1, 2, 3, 4, 2), x(1, 2, 3, 1, 3), align_corners=False)
    F.grid_sample(x(1, 2, 3, 4, 2), x(1, 2, 3, 1, 3), 'nearest', 'reflection', True)
    F.grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 2, 2, 3))
    F.grid_sample(torch.ones(1, 1, 2, 2), torch.ones(2, 2, 2, 2))
    F.grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 2, 2, 2), mode='x')
    F.affine_grid(x(2, 2, 3), [2, 3, 4, 5], False)
    F.affine_grid(x(1, 3, 4), [1, 3, 2, 3, 2], True)
    F.affine_grid(x(2, 3, 4), [2, 3, 4, 5], True)
    M(nn.Upsample(scale_factor=2))(x(1, 2, 3, 4))
    M(nn.UpsamplingBilinear2d(4))(x(1, 2, 3, 4))
    [repr(nn.Upsample(scale_factor=(2, 3.0))), repr(nn.Upsample(size=3, mode='bilinear')), repr(nn.UpsamplingNearest2d(2))]
    F.pixel_shuffle(x(1, 8, 2, 3), 2)
    F.pixel_unshuffle(x(1, 2, 4, 2), 2)
    F.channel_shuffle(x(2, 6, 3), 3)
    F.pixel_shuffle(x(7, 3, 4), 2)
    F.pixel_unshuffle(x(2, 5, 4), 2)
    F.channel_shuffle(x(2, 5, 2), 3)
    F.unfold(x(2, 3, 5, 6), (2, 3), 1, 1, 2)
    F.unfold(x(3, 5, 6), 2, dilation=2)
    F.fold(x(2, 12, 20), (5, 6), 2)
    F.fold(x(2, 12, 21), (5, 6), 2)
    F.fold(x(2, 13, 20), (5, 6), 2)
    F.unfold(x(1, 1, 2, 2), 5)
    """)


def padding():
    for mode in ("constant", "reflect", "replicate", "circular"):
        for sizes, pads in (("3, 4", "1, 2"), ("2, 3, 4", "1, 2, 2, 1"), ("1, 2, 4, 3, 4", "1, 2, 0, 1, 2, 1")):
            yield f"F.pad(x({sizes}), ({pads}), '{mode}')"
        yield f"F.pad(x(2, 3, 4), (-1, 2), '{mode}')"
        yield f"F.pad(x(2, 3, 4), (9, 9), '{mode}')"
    for kind in (
        "ConstantPad{}d(1, 2.5)",
        "ZeroPad{}d(1)",
        "ReflectionPad{}d(1)",
        "ReplicationPad{}d(1)",
        "CircularPad{}d(1)",
    ):
        for k, sizes in ((1, "3"), (2, "3, 2"), (3, "2, 3, 2")):
            yield f"[repr(nn.{kind.format(k)}), nn.{kind.format(k)}(x(1, 2, {sizes}))]"
    yield from lines_of("""
    F.pad(torch.ones(2, 3), (1, 1, 1, 1), 'reflect')
    F.pad(torch.ones(2, 3), (1, 1, 1))
    F.pad(torch.ones(2, 3), (1, 1, 1, 1, 1, 1))
    F.pad(torch.ones(2, 3), (1, 1), 'x')
    F.pad(torch.ones(2, 3), (-4, 0))
    F.pad(torch.ones(2, 3), (1, 1), 'reflect', 1.0)
    nn.CircularPad1d(1)(torch.ones(3))
    """)


def activations():
    for name in (
        "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "logsigmoid", "hardtanh", "relu6", "hardsigmoid",
        "hardswish", "hardshrink", "softshrink", "softsign", "tanhshrink", "softmin", "softmax", "log_softmax", "rrelu",
    ):  # fmt: skip
        yield f"F.{name}(2 * x(2, 3))"
    for name in (
        "relu",
        "leaky_relu",
        "elu",
        "selu",
        "celu",
        "silu",
        "mish",
        "hardtanh",
        "relu6",
        "hardsigmoid",
        "hardswish",
    ):
        yield f"F.{name}(2 * x(2, 3), inplace=True)"
    for name in ("relu_", "leaky_relu_", "elu_", "selu_", "celu_", "hardtanh_", "rrelu_"):
        yield f"F.{name}(2 * x(2, 3))"
    yield from lines_of("""
    F.rrelu(x(4, 5), training=True)
    F.gumbel_softmax(x(3, 4))
    F.gumbel_softmax(x(3, 4), 0.5, True, dim=0)
    M(nn.RReLU(0.1, 0.2))(x(3, 4))
    F.prelu(x(2, 3, 2), x(3))
    F.prelu(x(2, 3), x(2))
    F.celu(x(2), 0)
    F.softshrink(x(2), -1)
    nn.Softmax2d()(x(2, 3, 2, 2))
    nn.Softmax2d()(torch.ones(2, 3))
    nn.Hardtanh(1, 0)
    [repr(m) for m in (nn.RReLU(), nn.RReLU(inplace=True), nn.Threshold(1, 2, True), nn.Hardtanh(inplace=True), nn.Softmax2d(), nn.ReLU(True))]
    """)


DROPOUT = """
F.dropout(x(3, 4), 0.4)
F.dropout(x(3, 4).t(), 0.4)
F.dropout(2 * x(3, 4), 0.4, True, True)
F.alpha_dropout(x(3, 4), 0.4, True)
F.alpha_dropout(x(3, 4), 1.0, True)
F.feature_alpha_dropout(x(3, 4, 2), 0.4, True)
F.feature_alpha_dropout(x(3), 0.4, True)
F.dropout1d(x(3, 4), 0.4)
F.dropout1d(x(3, 4, 2), 0.4)
F.dropout1d(x(3), 0.4)
F.dropout2d(x(3, 4, 2, 2), 0.4)
F.dropout3d(x(4, 2, 2, 2), 0.4)
[repr(nn.AlphaDropout(0.2)), repr(nn.FeatureAlphaDropout(0.3, True)), repr(nn.Dropout1d())]
nn.Dropout(2)
nn.AlphaDropout(0.4)(x(3, 4))
"""


def losses():
    pair = "x(3, 4), x(3, 4)"
    for r in ("mean", "sum", "none"):
        for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "poisson_nll_loss"):
            yield f"F.{name}({pair}, reduction='{r}')"
        for name in ("mse_loss", "l1_loss", "huber_loss"):
            yield f"F.{name}({pair}, reduction='{r}', weight=torch.rand(3, 4))"
        for line in lines_of("""
        F.hinge_embedding_loss(x(4), I([1, -1, 1, -1]), REDUCTION)
        F.soft_margin_loss(x(4), I([1.0, -1, 1, -1]), REDUCTION)
        F.cosine_embedding_loss(x(4, 3), x(4, 3), I([1, -1, 1, -1]), 0.1, REDUCTION)
        F.margin_ranking_loss(x(4), x(4), x(4), 0.3, REDUCTION)
        F.triplet_margin_loss(x(3, 4), x(3, 4), x(3, 4), REDUCTION)
        F.triplet_margin_loss(x(3, 4), x(3, 4), x(3, 4), 2.0, 1, swap=True, REDUCTION)
        F.triplet_margin_with_distance_loss(x(3, 4), x(3, 4), x(3, 4), swap=True, REDUCTION)
        F.multi_margin_loss(x(4, 5), I([1, 0, 4, 2]), REDUCTION)
        F.multi_margin_loss(x(5), I(1), 2, 0.5, torch.rand(5), REDUCTION)
        F.multilabel_margin_loss(x(3, 4), I([[3, 0, -1, 1], [1, -1, 2, 2], [0, 1, 2, 3]]), REDUCTION)
        F.multilabel_soft_margin_loss(x(2, 4), I([[1.0, 0, 1, 1], [1, 0, 0, 0]]), torch.rand(4), REDUCTION)
        F.gaussian_nll_loss(x(3, 4), x(3, 4), torch.rand(3, 4), full=True, REDUCTION)
        F.kl_div(x(3, 4), x(3, 4), log_target=True, REDUCTION)
        F.ctc_loss(x(6, 3, 5).log_softmax(2), I([[1, 2, 0, 0], [3, 3, 4, 0], [4, 1, 2, 0]]), (6, 5, 6), (2, 3, 3), REDUCTION)
        F.ctc_loss(x(6, 3, 5), I([1, 2, 3, 3, 4, 4, 1, 2]), I([6, 5, 2]), I([2, 3, 3]), zero_infinity=True, REDUCTION)
        """):
            yield line.replace("REDUCTION", f"reduction='{r}'")
    yield from lines_of("""
    F.ctc_loss(x(2, 1, 3).log_softmax(2).detach(), I([[1, 1]]), [2], [2], reduction='none')
    F.ctc_loss(x(5, 3).log_softmax(1), I([1, 1]), I(5), I(2), reduction='none')
    F.ctc_loss(x(4, 2, 3).log_softmax(2), I([[1, 1], [1, 2]]), [4, 4], [0, 1], reduction='none')
    F.ctc_loss(x(12, 4, 5).double().log_softmax(2), I([[1, 2, 0, 4, 4], [0, 0, 1, 2, 0], [2, 1, 2, 1, 4], [0, 0, 0, 0, 0]]), [12, 9, 5, 7], [5, 3, 1, 0], blank=3, reduction='none')
    F.ctc_loss(x(40, 2, 6).log_softmax(2), I([[1, 2, 3, 4, 5, 5, 1, 1], [2, 2, 2, 2, 1, 3, 1, 5]]), [40, 33], [8, 8])
    F.ctc_loss(x(3, 3, 3).log_softmax(2).detach(), I([[1, 1], [2, 1], [1, 2]]), [0, 0, 3], [0, 1, 2], reduction='none')
    F.ctc_loss(torch.tensor([0.5, 0.5, 0.0]).log().expand(4, 1, 3).clone().requires_grad_(), I([[1]]), [4], [1], reduction='none').detach()
    F.ctc_loss(x(1, 2, 3).log_softmax(2), I([[1], [2]]), [1, 1], [1, 0], reduction='sum')
    S = []; h = torch.autograd.graph.saved_tensors_hooks(lambda t: (S.append(t.detach().clone()), t)[1], lambda t: t); with h: F.ctc_loss(x(4, 2, 3).log_softmax(2), I([[1, 2], [2, 2]]), [4, 4], [2, 2]); S[-1], S[-2]
    v = x(4, 2, 3); g, = torch.autograd.grad(F.ctc_loss(v.log_softmax(2), I([[1, 2], [2, 2]]), [4, 4], [2, 2]), v, create_graph=True); torch.autograd.grad(g.sum(), v)
    F.ctc_loss(torch.zeros(3, 1, 2), I([[1]]), [4], [1])
    F.ctc_loss(torch.zeros(3, 1, 2), I([[1]]), [3, 2], [1])
    F.ctc_loss(torch.zeros(3, 1, 2), I([[1]]), [3], [1], blank=4)
    F.gaussian_nll_loss(x(3, 4), x(3, 4), 0.0)
    F.poisson_nll_loss(x(4).exp(), I([0.0, 1, 3, 5]), log_input=False, full=True)
    F.linear_cross_entropy(x(3, 5), x(4, 5), I([1, 0, 2]), ignore_index=0, label_smoothing=0.1)
    F.linear_cross_entropy(x(3, 5), x(4, 2, 5), I([[1, 0], [0, 2], [0, 0]]))
    F.mse_loss(x(2), x(2), reduction='x')
    F.multi_margin_loss(x(4), I(1), p=3)
    F.margin_ranking_loss(x(4), x(4, 1), x(4))
    F.triplet_margin_loss(x(4), x(4), x(4), margin=-1)
    F.smooth_l1_loss(x(4), x(4), beta=-1)
    F.huber_loss(x(4), x(4), delta=0)
    F.pdist(x(5, 3))
    F.pdist(x(4, 3), p=inf)
    F.pdist(x(4))
    F.normalize(x(3, 4), 1, 0)
    m = M(nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], div_value=2.0)); [m(x(4, 8), I([0, 4, 9, 2])).loss, m.log_prob(x(2, 8))]
    m = nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6]); m.predict(torch.randn(9, 8))
    repr(nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], div_value=2.0, head_bias=True))
    nn.AdaptiveLogSoftmaxWithLoss(3, 5, [3, 2])
    nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3])(torch.ones(2, 8), I([1, 12]))
    nn.TripletMarginLoss(-1)
    nn.HuberLoss(delta='a')
    [repr(m) for m in (nn.CTCLoss(), nn.GaussianNLLLoss(), nn.TripletMarginWithDistanceLoss(), nn.LinearCrossEntropyLoss(2, 3))]
    """)
    for layer, inputs in (
        ("SmoothL1Loss(beta=0.5)", pair), ("HuberLoss(delta=0.3)", pair), ("PoissonNLLLoss()", pair),
        ("GaussianNLLLoss()", f"{pair}, torch.ones(3, 4)"), ("CrossEntropyLoss(I([1.0, 2, 3]), label_smoothing=0.1)", "x(2, 3), I([0, 2])"),
        ("NLLLoss(ignore_index=1)", "x(2, 3), I([0, 1])"), ("BCEWithLogitsLoss(pos_weight=torch.ones(3))", "x(3), torch.rand(3)"),
        ("CosineEmbeddingLoss(0.1)", "x(3, 2), x(3, 2), I([1, -1, 1])"), ("MultiMarginLoss(2)", "x(3, 4), I([1, 0, 1])"),
        ("TripletMarginLoss(swap=True)", "x(3, 4), x(3, 4), x(3, 4)"), ("MultiLabelSoftMarginLoss()", "x(2, 3), torch.rand(2, 3)"),
        ("LinearCrossEntropyLoss(4, 3)", "x(2, 4), I([0, 2])"), ("MultiLabelMarginLoss()", "x(1, 3), I([[1, -1, 0]])"),
        ("CTCLoss()", "x(4, 1, 3).log_softmax(2), I([[1, 2]]), I([4]), I([2])"),
    ):  # fmt: skip
        yield f"M(nn.{layer})({inputs})"


def embedding():
    for mode in ("sum", "mean", "max"):
        yield f"F.embedding_bag(I([[0, 2, 2], [5, 1, 0]]), x(6, 3), mode='{mode}')"
        yield f"F.embedding_bag(I([[0, 2, 2], [5, 1, 0]]), x(6, 3), mode='{mode}', padding_idx=2)"
        yield f"w = x(6, 3); [F.embedding_bag(I([[0, 2, 2], [5, 1, 0]]), w, mode='{mode}', max_norm=1.0), w.detach()]"
        yield f"F.embedding_bag(I([0, 2, 2, 5, 1, 0, 3]), x(6, 3), I([0, 2, 2, 6]), mode='{mode}')"
        yield f"F.embedding_bag(I([0, 2, 2, 5]), x(6, 3), I([0, 2, 2, 4]), mode='{mode}', include_last_offset=True, padding_idx=0)"
    yield from lines_of("""
    F.embedding_bag(I([[0, 2, 2], [5, 1, 0]]), x(6, 3), per_sample_weights=x(2, 3).view(2, 3), mode='sum')
    w = x(4, 3); [F.embedding(I([[0, 2], [2, 1]]), w, max_norm=0.5), w.detach()]
    F.embedding(I([[0, 2], [2, 1]]), x(4, 3), scale_grad_by_freq=True, padding_idx=-1)
    F.embedding(I([0]), x(4, 3), padding_idx=5)
    F.embedding_bag(I([[0, 0], [0, 0]]), x(4, 3), scale_grad_by_freq=True)
    F.embedding_bag(I([[0, 0]]), x(4, 3), scale_grad_by_freq=True, mode='max')
    F.embedding_bag(I([0, 1]), x(4, 3))
    F.embedding_bag(I([0, 1]), x(4, 3), I([1]))
    F.embedding_bag(I([0, 1]), x(4, 3), I([0, 9]))
    F.embedding_bag(I([[0, 1]]), x(4, 3), mode='x')
    F.embedding_bag(I([[0, 1]]), x(4, 3), mode='mean', per_sample_weights=torch.ones(1, 2))
    M(nn.EmbeddingBag(5, 3, mode='max', padding_idx=1))(I([[0, 1]]))
    nn.Embedding.from_pretrained(torch.ones(3, 2))(I([1]))
    [repr(nn.EmbeddingBag(5, 3, max_norm=1.0, norm_type=3, mode='sum')), repr(nn.Embedding(5, 3, -1, 1.0, 1.0, True, True))]
    nn.Embedding(3, 2, padding_idx=4)
    nn.EmbeddingBag(3, 2, padding_idx=4)
    """)


def convolution():
    for k, sizes in ((1, "6"), (2, "5, 4"), (3, "4, 3, 4")):
        for layer in (
            f"Conv{k}d(4, 6, 2, stride=2, padding=1, groups=2, bias=False)", f"Conv{k}d(4, 6, 3, padding='same', dilation=2)",
            f"Conv{k}d(4, 2, 3, padding=1, padding_mode='reflect')", f"Conv{k}d(4, 2, 3, padding=1, padding_mode='circular')",
            f"Conv{k}d(4, 2, 3, padding='same', padding_mode='replicate')",
            f"ConvTranspose{k}d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)", f"LazyConv{k}d(6, 3)",
            f"LazyConv{k}d(6, 3, 2, 1, 1, 2, True)", f"LazyConvTranspose{k}d(6, 3, 2, 1, 1, 2, False)",
        ):  # fmt: skip
            yield f"m = nn.{layer}; y = m(x(2, 4, {sizes})); M(m); y"
            yield f"repr(nn.{layer})"
    yield from lines_of("""
    m = nn.LazyLinear(3); y = m(x(2, 4)); M(m); [y, *m.parameters()]
    m = nn.LazyLinear(3, bias=False); repr(m)
    m = nn.LazyLinear(3); list(m.state_dict())
    m = nn.LazyLinear(3); r = m.load_state_dict({'weight': torch.ones(3, 2), 'bias': torch.zeros(3)}); m(torch.ones(1, 2))
    m = nn.LazyLinear(3); y = m(torch.ones(1, 2)); repr(m)
    nn.LazyLinear(3).weight.shape
    repr(nn.LazyLinear(3).weight)
    nn.LazyConv2d(3, 2)(torch.ones(3))
    nn.Conv2d(3, 4, 2, groups=2)
    nn.Conv2d(4, 4, 2, groups=0)
    nn.Conv2d(4, 4, 2, 2, padding='same')
    nn.ConvTranspose2d(1, 1, 2, padding_mode='reflect')
    nn.ConvTranspose2d(1, 1, 3, 2)(torch.ones(1, 1, 3, 3), output_size=(9, 9))
    M(nn.ConvTranspose2d(1, 1, 3, 2))(x(1, 1, 3, 3), output_size=(8, 7))
    M(nn.Bilinear(2, 3, 4))(x(5, 2), x(5, 3))
    nn.Bilinear(0, 1, 1)
    nn.Unflatten(1, (2, 1.5))
    """)


def initial():
    """The very bits of initial values."""
    for layer in (
        "Linear(40, 30)", "Bilinear(2, 3, 4)", "Conv1d(3, 8, 5)", "Conv2d(4, 8, 3, groups=2)", "ConvTranspose3d(2, 3, 2)",
        "Embedding(7, 5)", "EmbeddingBag(7, 5, padding_idx=2)", "RNN(5, 7, 2)", "LSTM(5, 7, 2, bidirectional=True, proj_size=3)",
        "GRU(5, 7)", "LSTMCell(5, 7)", "MultiheadAttention(8, 2)", "MultiheadAttention(8, 2, kdim=3, vdim=5, add_bias_kv=True)",
        "TransformerEncoderLayer(8, 2, 16)", "Transformer(8, 2, 1, 1, 16)", "AdaptiveLogSoftmaxWithLoss(16, 20, [5, 9])",
        "LinearCrossEntropyLoss(5, 4)", "PReLU(3)", "BatchNorm2d(4)", "GroupNorm(2, 4)",
    ):  # fmt: skip
        yield f"crc(nn.{layer}.parameters())"
    for call in (
        "uniform_(T, -0.5, 2.0)", "normal_(T, 1.0, 0.5)", "xavier_uniform_(T, 2.0)", "xavier_normal_(T)",
        "kaiming_uniform_(T, nonlinearity='relu')", "kaiming_normal_(T, 0.2, 'fan_out')", "trunc_normal_(T)",
        "trunc_normal_(T, 0.5, 2.0, -1.0, 1.5)", "constant_(T, 0.3)", "ones_(T)", "zeros_(T)", "eye_(T)", "sparse_(T, 0.3)",
    ):  # fmt: skip
        yield f"T = torch.empty(20, 30); crc([nn.init.{call}])"
    yield from lines_of("""
    crc([nn.init.trunc_normal_(torch.empty(20, 30), 0.0, 1.0, 2.0, 3.0)])
    crc([nn.init.trunc_normal_(torch.empty(20, 30), 0.5, 2.0, 0.0, 0.7)])
    crc([nn.init.xavier_uniform(torch.empty(3, 2))])
    m = nn.LazyLinear(4); y = m(torch.ones(2, 3)); crc(m.parameters())
    m = nn.LazyConv2d(4, 3); y = m(torch.ones(2, 3, 4, 4)); crc(m.parameters())
    nn.init.orthogonal_(torch.empty(5, 3))
    nn.init.orthogonal_(torch.empty(3, 2, 2), 2.0)
    nn.init.dirac_(torch.empty(4, 2, 3), 2)
    nn.init.orthogonal_(torch.empty(3))
    nn.init.kaiming_uniform_(torch.empty(3, 2), mode='x')
    nn.init.xavier_normal_(torch.empty(3))
    nn.init.eye_(torch.empty(3))
    nn.init.dirac_(torch.empty(3))
    nn.init.sparse_(torch.empty(3), 0.1)
    nn.init.calculate_gain('foo')
    nn.init.calculate_gain('leaky_relu', 'a')
    nn.init.uniform_(torch.empty(3), 2, 1)
    """)


MODULE = """
m = nn.Linear(2, 3); m.register_parameter('p.q', None)
m = nn.Linear(2, 3); m.register_parameter('', None)
m = nn.Linear(2, 3); m.register_parameter(3, None)
m = nn.Linear(2, 3); m.register_parameter('forward', nn.Parameter(torch.ones(1)))
m = nn.Linear(2, 3); m.register_parameter('p', torch.ones(1))
m = nn.Linear(2, 3); m.register_parameter('p', 3)
m = nn.Linear(2, 3); p = nn.Parameter(torch.ones(1)); m.register_parameter('p', p * 2)
m = nn.Linear(2, 3); m.register_buffer('b', 3)
m = nn.Linear(2, 3); m.register_buffer('a.b', None)
m = nn.Linear(2, 3); m.register_buffer('weight', None)
m = nn.Linear(2, 3); m.add_module('x', 3)
m = nn.Linear(2, 3); m.add_module('a.b', nn.ReLU())
m = nn.Linear(2, 3); m.add_module('', nn.ReLU())
m = nn.Linear(2, 3); m.add_module('weight', nn.ReLU())
m = nn.Linear(2, 3); m.add_module(3, nn.ReLU())
m = nn.Linear(2, 3); setattr(m, 'weight', torch.ones(3, 2))
m = nn.Sequential(nn.ReLU()); setattr(m, '0', 5)
m = nn.BatchNorm1d(2); setattr(m, 'running_mean', 5)
m = nn.Linear(2, 3); m.nothing
m = nn.Linear(2, 3); delattr(m, 'nothing')
m = nn.Linear(2, 3); del m.weight; repr(list(m.state_dict()))
m = nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1)); del m[0]; repr(m)
m = nn.Module(); m.b = nn.Buffer(torch.ones(2)); m.c = nn.Buffer(torch.ones(2), persistent=False); [list(m.state_dict()), [n for n, _ in m.named_buffers()]]
m = nn.Module(); m.p = nn.Parameter(torch.ones(2)); m.p = None; [list(m.state_dict()), repr(m.p)]
m = nn.Module(); m.x = 5; m.x = nn.Parameter(torch.ones(2)); ['x' in m.__dict__, list(m.state_dict())]
m = nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.Linear(2, 2))); [n for n, _ in m.named_modules()]
m = nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.Linear(2, 2))); [n for n, _ in m.named_parameters('net')]
l = nn.Linear(2, 2); m = nn.Sequential(l, l); [[n for n, _ in m.named_parameters()], [n for n, _ in m.named_parameters(remove_duplicate=False)], len(list(m.modules())), len(list(m.children())), [n for n, _ in m.named_modules(remove_duplicate=False)]]
m = nn.Sequential(nn.Linear(1, 2)); [n for n, _ in m.named_parameters(recurse=False)]
m = nn.Sequential(nn.Linear(1, 2), nn.ReLU()); [repr(m.get_submodule('1')), repr(m.get_submodule('')), list(m.get_parameter('0.weight').shape)]
m = nn.Sequential(nn.Linear(1, 2)); m.get_submodule('5')
m = nn.Sequential(nn.Linear(1, 2)); m.get_submodule('0.weight')
m = nn.Sequential(nn.Linear(1, 2)); m.get_parameter('0.in_features')
m = nn.Sequential(nn.Linear(1, 2)); m.get_parameter('0.none')
m = nn.Sequential(nn.Linear(1, 2)); m.get_buffer('0.weight')
m = nn.Sequential(nn.BatchNorm1d(2)); m.get_buffer('0.running_var')
m = nn.Sequential(nn.Linear(1, 2)); m.set_submodule('0', nn.ReLU()); repr(m)
m = nn.Sequential(nn.Linear(1, 2)); m.set_submodule('', nn.ReLU())
m = nn.Sequential(nn.Linear(1, 2)); m.set_submodule('a', nn.ReLU(), strict=True)
m = nn.Sequential(nn.Linear(1, 2)); m.set_submodule('0.in_features', nn.ReLU())
m = nn.Sequential(nn.Linear(1, 2)); m.set_submodule('0', 3)
m = nn.Module(); m(torch.ones(1))
nn.Module(3)
nn.Module(a=3)
nn.Linear(2, 3).train('yes')
nn.Linear(2, 3).to(torch.int64)
m = nn.Linear(2, 3).double(); [p.dtype for p in m.parameters()]
m = nn.BatchNorm1d(2).half(); [str(v.dtype) for v in m.state_dict().values()]
m = nn.Linear(2, 3).to(torch.ones(1, dtype=torch.float64)); [str(p.dtype) for p in m.parameters()]
m = nn.Linear(2, 3).type(torch.float64); [str(p.dtype) for p in m.parameters()]
m = nn.Linear(2, 3); m(torch.ones(1, 2)).sum().backward(); m.double(); [str(m.weight.grad.dtype), m.weight.requires_grad, m.weight.is_leaf]
m = nn.Linear(2, 3); m(torch.ones(1, 2)).sum().backward(); m.zero_grad(set_to_none=False); m.weight.grad
m = nn.Linear(2, 3); m(torch.ones(1, 2)).sum().backward(); m.zero_grad(); repr(m.weight.grad)
m = nn.Sequential(nn.Linear(1, 1), nn.ReLU()); seen = []; m.apply(lambda k: seen.append(type(k).__name__)); repr(seen)
m = nn.Linear(2, 3).requires_grad_(False); [p.requires_grad for p in m.parameters()]
m = nn.Sequential(nn.Linear(1, 1), nn.Dropout()).eval(); [k.training for k in m.modules()]
m = nn.Linear(1, 1).to_empty(device='cpu'); [tuple(p.shape) for p in m.parameters()]
'weight' in dir(nn.Linear(1, 1)) and '0' not in dir(nn.Sequential(nn.ReLU()))
repr(nn.Parameter(torch.ones(2)))
repr(nn.Parameter(torch.ones(2), requires_grad=False))
repr(nn.Parameter())
repr(nn.Buffer(torch.ones(2)))
nn.Parameter(torch.ones(2, dtype=torch.int64))
m = nn.Linear(2, 2); [list(m.state_dict(prefix='a.')), type(m.state_dict(keep_vars=True)['weight']).__name__, type(m.state_dict()['weight']).__name__, m.state_dict()['weight'].requires_grad]
m = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1)); repr(dict(m.state_dict()._metadata))
m = nn.Linear(2, 2); m.load_state_dict(3)
m = nn.Linear(2, 2); m.load_state_dict({})
m = nn.Linear(2, 2); repr(m.load_state_dict({}, strict=False))
m = nn.Linear(2, 2); repr(m.load_state_dict({'weight': torch.ones(2, 2), 'bias': torch.ones(2), 'more': 1}, strict=False))
m = nn.Sequential(nn.Linear(2, 2)); repr(m.load_state_dict({'0.weight': torch.ones(2, 2), '0.bias': torch.ones(2)}))
m = nn.Sequential(nn.Linear(2, 2)); str([str(e) for e in [err(m.load_state_dict, {'0.weight': torch.ones(3, 2), '0.x': torch.ones(1), '5.w': torch.ones(1), 'y': 3})]])
m = nn.Linear(2, 2); err(m.load_state_dict, {'weight': 3, 'bias': torch.ones(2)})
m = nn.BatchNorm1d(2); repr(m.load_state_dict({'weight': torch.ones(2), 'bias': torch.ones(2), 'running_mean': torch.ones(2), 'running_var': torch.ones(2)}))
m = nn.BatchNorm1d(2); err(m.load_state_dict, {'weight': torch.ones(2)})
m = nn.Linear(2, 2); w = torch.ones(2, 2); r = m.load_state_dict({'weight': w, 'bias': torch.ones(2)}, assign=True); [type(m.weight).__name__, m.weight.requires_grad, m.weight.data_ptr() == w.data_ptr()]
m = nn.PReLU(); repr(m.load_state_dict({'weight': torch.ones(1)}))
m = nn.Linear(2, 2); h = m.register_state_dict_post_hook(lambda *a: 3); m.state_dict()
m = nn.Linear(2, 2); seen = []; h = m.register_state_dict_pre_hook(lambda k, prefix, keep: seen.append((prefix, keep))); s = m.state_dict(prefix='z.'); repr(seen)
m = nn.Linear(2, 2); h = m._register_state_dict_hook(lambda k, d, prefix, meta: {'only': 1}); repr(m.state_dict())
m = nn.Linear(2, 2); seen = []; h = m.register_load_state_dict_pre_hook(lambda k, *a: seen.append((type(k).__name__, a[1], a[3]))); r = m.load_state_dict(m.state_dict()); repr(seen)
m = nn.Linear(2, 2); h = m.register_load_state_dict_post_hook(lambda k, keys: keys.missing_keys.clear()); repr(m.load_state_dict({}))
m = nn.Linear(2, 2); h = m.register_load_state_dict_post_hook(lambda k, keys: 5); m.load_state_dict(m.state_dict())
"""

HOOKS = """
m = nn.Linear(2, 2); s = []; h = [m.register_forward_hook(lambda *a, k=k: s.append(k), prepend=k == 2) for k in range(3)]; y = m(torch.ones(1, 2)); h[0].remove(); y = m(torch.ones(1, 2)); repr(s)
m = nn.Linear(2, 2); h = m.register_forward_pre_hook(lambda k, a: (a[0] * 2,)); m(x(1, 2))
m = nn.Linear(2, 2); h = m.register_forward_pre_hook(lambda k, a: a[0] * 2); m(x(1, 2))
m = nn.Linear(2, 2); h = m.register_forward_pre_hook(lambda k, a, kw: ((), {'input': kw['input'] * 2}), with_kwargs=True); m(input=x(1, 2))
m = nn.Linear(2, 2); h = m.register_forward_pre_hook(lambda k, a, kw: 3, with_kwargs=True); m(input=x(1, 2))
m = nn.Linear(2, 2); h = m.register_forward_hook(lambda k, a, kw, out: out + len(kw), with_kwargs=True); m(input=x(1, 2))
m = nn.Linear(2, 2); s = []; h = m.register_forward_hook(lambda k, a, out: s.append(out), always_call=True); e = err(m, torch.ones(3)); repr(s)
m = nn.Linear(2, 2); s = []; h = m.register_forward_hook(lambda k, a, out: s.append(out)); e = err(m, torch.ones(3)); repr(s)
m = M(nn.Linear(2, 2)); s = []; h = m.register_full_backward_hook(lambda k, gi, go: s.extend([*gi, *go])); m(x(1, 2)).sum().backward(); [t.clone() for t in s]
m = M(nn.Linear(2, 2)); s = []; h = m.register_full_backward_hook(lambda k, gi, go: s.extend([gi[0], *go])); m(torch.ones(1, 2)).sum().backward(); repr([t is None for t in s])
m = M(nn.Linear(2, 2)); h = m.register_full_backward_hook(lambda k, gi, go: (gi[0] * 3,)); y = x(1, 2); m(y).sum().backward(); y.grad
m = M(nn.Linear(2, 2)); h = m.register_full_backward_hook(lambda k, gi, go: (go[0],)); m(torch.ones(1, 2)).sum().backward()
m = M(nn.Linear(2, 2)); h = m.register_full_backward_pre_hook(lambda k, go: (go[0], 3)); m(x(1, 2)).sum().backward()
m = M(nn.Linear(2, 2)); h = m.register_full_backward_pre_hook(lambda k, go: (go[0] * 3,)); y = x(1, 2); m(y).sum().backward(); [y.grad, m.bias.grad]
m = M(nn.Linear(2, 2)); s = []; h = [m.register_full_backward_pre_hook(lambda k, go, i=i: s.append(i), prepend=i == 1) for i in range(3)]; m(x(1, 2)).sum().backward(); repr(s)
m = nn.Linear(2, 2); h = m.register_full_backward_hook(lambda *a: None); m.register_backward_hook(lambda *a: None)
m = nn.Linear(2, 2); h = m.register_backward_hook(lambda *a: None); m.register_full_backward_hook(lambda *a: None)
m = M(nn.Linear(2, 2)); s = []; h = m.register_backward_hook(lambda k, gi, go: s.append((type(k).__name__, len(gi), len(go)))); m(x(1, 2)).sum().backward(); repr(s)
m = M(nn.Bilinear(2, 2, 2)); s = []; h = m.register_full_backward_hook(lambda k, gi, go: s.extend([*gi, *go])); m(x(1, 2), x(1, 2)).sum().backward(); [t.clone() for t in s]
m = nn.Linear(2, 2); h = m.register_full_backward_hook(lambda k, gi, go: (gi[0], gi[0])); m(x(1, 2)).sum().backward()
G = nn.modules.module; s = []; h = [G.register_module_forward_pre_hook(lambda k, a: s.append(('pre', type(k).__name__))), G.register_module_forward_hook(lambda k, a, o: s.append(('post', type(k).__name__)))]; y = nn.Sequential(nn.Linear(2, 2), nn.ReLU())(torch.ones(1, 2)); [k.remove() for k in h]; y = nn.ReLU()(y); repr(s)
G = nn.modules.module; s = []; h = G.register_module_full_backward_hook(lambda k, gi, go: s.append(type(k).__name__)); y = nn.Sequential(nn.Linear(2, 2), nn.ReLU())(x(1, 2)).sum(); y.backward(); h.remove(); repr(s)
G = nn.modules.module; s = []; h = [G.register_module_parameter_registration_hook(lambda k, n, p: s.append(n)), G.register_module_buffer_registration_hook(lambda k, n, p: s.append(n)), G.register_module_module_registration_hook(lambda k, n, p: s.append(n))]; m = nn.Sequential(nn.BatchNorm1d(2)); [k.remove() for k in h]; repr(s)
import pickle; m = pickle.loads(pickle.dumps(nn.LSTM(2, 3))); [repr(m), list(m.state_dict())]
import copy; l = nn.Linear(2, 2); m = copy.deepcopy(nn.Sequential(l, l)); [m[0] is m[1], m[0] is not l, m[0].weight is m[1].weight, type(m[0].weight).__name__]
import copy; m = copy.deepcopy(nn.MultiheadAttention(4, 2)); y = x(2, 1, 4); m(y, y, y)[0]
"""


UTILS = """
m = nn.Linear(3, 2); m(x(1, 3)).sum().backward(); [U.clip_grad_norm_(m.parameters(), 0.5), *[p.grad for p in m.parameters()]]
m = nn.Linear(3, 2); m(x(1, 3)).sum().backward(); [U.clip_grad_norm_(m.parameters(), 0.5, inf), *[p.grad for p in m.parameters()]]
m = nn.Linear(3, 2); m(x(1, 3)).sum().backward(); [U.clip_grad_norm_(m.weight, 0.5, 1), m.weight.grad]
m = nn.Linear(3, 2); m(x(1, 3) * inf).sum().backward(); U.clip_grad_norm_(m.parameters(), 0.5, error_if_nonfinite=True)
m = nn.Linear(3, 2); m(x(1, 3)).sum().backward(); U.clip_grad_value_(m.parameters(), 0.3); [p.grad for p in m.parameters()]
U.get_total_norm([x(2), x(3)])
U.clip_grad_norm_([], 1.0)
m = M(nn.Linear(3, 2)); U.parameters_to_vector(m.parameters())
m = nn.Linear(3, 2); U.vector_to_parameters(torch.arange(8.0), m.parameters()); list(m.parameters())
U.vector_to_parameters(3, [])
m = U.parametrizations.weight_norm(nn.Linear(3, 2)); M(m); [m(x(2, 3)), m.weight]
m = U.parametrizations.weight_norm(nn.Conv1d(3, 2, 2), dim=None); M(m); m(x(2, 3, 4))
m = U.parametrizations.weight_norm(nn.Linear(3, 2), dim=1); [repr(m), list(m.state_dict())]
m = U.parametrizations.weight_norm(nn.Linear(3, 2)); r = m.load_state_dict({'weight_g': torch.ones(2, 1), 'weight_v': torch.ones(2, 3), 'bias': torch.zeros(2)}); m.weight
m = U.parametrizations.spectral_norm(nn.Linear(3, 4)); M(m); [m(x(2, 3)), m(x(2, 3)), [b.clone() for b in m.buffers()]]
m = U.parametrizations.spectral_norm(nn.ConvTranspose1d(3, 4, 2)).eval(); M(m); m(x(1, 3, 4))
m = U.parametrizations.spectral_norm(nn.Linear(3, 4)); [repr(m), list(m.state_dict())]
m = U.parametrizations.spectral_norm(nn.LayerNorm(3)); m.weight
m = U.parametrizations.orthogonal(nn.Linear(3, 3)); M(m); [m.weight, m(x(2, 3))]
m = U.parametrizations.orthogonal(nn.Linear(4, 2)); M(m); m(x(2, 4))
m = U.parametrizations.orthogonal(nn.Linear(3, 3), orthogonal_map='cayley'); M(m); m(x(2, 3))
m = U.parametrizations.orthogonal(nn.Linear(2, 4), orthogonal_map='householder', use_trivialization=False); M(m); m(x(2, 2))
U.parametrizations.orthogonal(nn.Linear(3, 3), orthogonal_map='x')
U.parametrizations.orthogonal(nn.Linear(3, 3), 'nothing')
U.parametrizations.orthogonal(nn.Linear(3, 3), 'bias')
U.parametrizations.spectral_norm(nn.Linear(3, 3), n_power_iterations=0)
class_ = type('S', (nn.Module,), {'forward': lambda s, w: w.triu() + w.triu(1).T}); m = nn.Linear(3, 3); r = U.parametrize.register_parametrization(m, 'weight', class_()); M(m); [m.weight, m(x(1, 3))]
class_ = type('S', (nn.Module,), {'forward': lambda s, w: w * 2}); m = nn.Linear(2, 2); r = U.parametrize.register_parametrization(m, 'weight', class_()); [repr(m), list(m.state_dict()), U.parametrize.is_parametrized(m), U.parametrize.is_parametrized(m, 'bias'), U.parametrize.type_before_parametrizations(m).__name__]
class_ = type('S', (nn.Module,), {'forward': lambda s, w: w * 2}); m = nn.Linear(2, 2); r = [U.parametrize.register_parametrization(m, 'weight', class_()) for _ in range(2)]; M(m); [m.weight, U.parametrize.remove_parametrizations(m, 'weight').weight, type(m).__name__]
class_ = type('S', (nn.Module,), {'forward': lambda s, w: w * 2}); m = nn.Linear(2, 2); r = U.parametrize.register_parametrization(m, 'weight', class_()); r = U.parametrize.remove_parametrizations(m, 'weight', False); m.weight
class_ = type('S', (nn.Module,), {'forward': lambda s, w: w * 2}); m = nn.Linear(2, 2); r = U.parametrize.register_parametrization(m, 'weight', class_()); setattr(m, 'weight', torch.ones(2, 2))
class_ = type('S', (nn.Module,), {'forward': lambda s, w: w * 2, 'right_inverse': lambda s, w: w / 2}); m = nn.Linear(2, 2); r = U.parametrize.register_parametrization(m, 'weight', class_()); w0 = m.weight; setattr(m, 'weight', torch.ones(2, 2)); [w0, m.weight, m.parametrizations.weight.original]
class_ = type('S', (nn.Module,), {'forward': lambda s, w: w[0]}); U.parametrize.register_parametrization(nn.Linear(2, 2), 'weight', class_())
class_ = type('S', (nn.Module,), {'forward': lambda s, w: 3}); U.parametrize.register_parametrization(nn.Linear(2, 2), 'weight', class_())
U.parametrize.register_parametrization(nn.Linear(2, 2), 'nothing', nn.Identity())
U.parametrize.remove_parametrizations(nn.Linear(2, 2), 'weight')
import pickle; m = U.parametrizations.weight_norm(nn.Linear(3, 2)); pickle.dumps(m)
import copy; m = copy.deepcopy(U.parametrizations.weight_norm(nn.Linear(3, 2))); M(m); m(x(1, 3))
m = U.weight_norm(nn.Linear(3, 2)); M(m); [m(x(2, 3)), list(m.state_dict())]
m = U.remove_weight_norm(U.weight_norm(nn.Linear(3, 2))); [m.weight, list(m.state_dict())]
m = U.weight_norm(U.weight_norm(nn.Linear(3, 2)))
U.remove_weight_norm(nn.Linear(3, 2))
m = U.spectral_norm(nn.Linear(3, 2)); M(m); [m(x(2, 3)), m(x(2, 3)), list(m.state_dict())]
m = U.remove_spectral_norm(U.spectral_norm(nn.Conv1d(3, 2, 2))); [m.weight, list(m.state_dict())]
U.remove_spectral_norm(nn.Linear(3, 2))
P = U.prune; m = P.l1_unstructured(nn.Linear(3, 4), 'weight', 0.5); M(m); [m(x(2, 3)), m.weight, list(m.state_dict())]
P = U.prune; m = P.random_unstructured(nn.Linear(3, 4), 'weight', 5); m.weight
P = U.prune; m = P.ln_structured(nn.Linear(3, 4), 'weight', 1, 2, 0); m.weight_mask
P = U.prune; m = P.random_structured(nn.Linear(3, 4), 'weight', 2, 1); m.weight_mask
P = U.prune; m = P.l1_unstructured(P.l1_unstructured(nn.Linear(3, 4), 'weight', 0.5), 'weight', 2); [m.weight_mask, P.is_pruned(m)]
P = U.prune; m = P.ln_structured(P.l1_unstructured(nn.Linear(3, 4), 'weight', 0.5), 'weight', 1, 2, 0); m.weight_mask
P = U.prune; m = P.remove(P.l1_unstructured(nn.Linear(3, 4), 'weight', 0.5), 'weight'); [m.weight, list(m.state_dict()), P.is_pruned(m)]
P = U.prune; a, b = nn.Linear(2, 3), nn.Linear(3, 2); P.global_unstructured([(a, 'weight'), (b, 'weight')], P.L1Unstructured, amount=0.4); [a.weight_mask, b.weight_mask]
P = U.prune; m = P.custom_from_mask(nn.Linear(2, 2), 'bias', torch.tensor([0, 1])); m.bias
U.prune.l1_unstructured(nn.Linear(3, 4), 'weight', 1.5)
U.prune.l1_unstructured(nn.Linear(3, 4), 'weight', 50)
U.prune.ln_structured(nn.Linear(3, 4), 'bias', 1, 2, 0)
U.prune.remove(nn.Linear(3, 4), 'weight')
c, b = nn.Conv2d(2, 3, 2).eval(), nn.BatchNorm2d(3).eval(); f = U.fuse_conv_bn_eval(c, b); [f.weight, f.bias]
c, b = nn.Linear(2, 3).eval(), nn.BatchNorm1d(3).eval(); f = U.fuse_linear_bn_eval(c, b); [f.weight, f.bias]
U.fuse_conv_bn_eval(nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3))
m = U.skip_init(nn.Linear, 3, 2); [tuple(m.weight.shape), float(torch.rand(1))]
m = M(nn.Linear(2, 2)); w = x(2, 2); U.stateless.functional_call(m, {'weight': w}, x(1, 2))
l = nn.Linear(2, 2); m = nn.Sequential(l, l); U.stateless.functional_call(m, {'0.weight': x(2, 2)}, x(1, 2))
m = nn.Linear(2, 2); U.stateless.functional_call(m, {'weight': torch.ones(2, 2), 'y': 3}, torch.ones(1, 2), strict=True)
l = nn.Linear(2, 2); m = nn.Sequential(l, l); U.stateless.functional_call(m, {'0.weight': torch.ones(2, 2), '1.weight': torch.ones(2, 2)}, torch.ones(1, 2))
"""


TOP = """
torch.layer_norm(x(2, 3), (3,), x(3), x(3))
torch.batch_norm(x(4, 3), x(3), x(3), torch.zeros(3), torch.ones(3), True, 0.1, 1e-5, False)
torch.group_norm(x(2, 4, 3), 2)
torch.instance_norm(x(2, 3, 4), None, None, None, None, True, 0.1, 1e-5, False)
torch.embedding(x(4, 3), I([[0, 3]]))
torch.dropout(x(3, 4), 0.4, True)
torch.feature_dropout(x(3, 4, 2), 0.4, True)
torch.conv1d(x(1, 2, 5), x(3, 2, 2), x(3))
torch.conv2d(x(1, 2, 4, 5), x(3, 2, 2, 2), padding='same')
torch.conv_tbc(x(5, 1, 2), x(2, 2, 3), x(3), 1)
torch.max_pool1d(x(1, 2, 6), 2)
torch.adaptive_max_pool1d(x(1, 2, 6), 4)
torch.cosine_similarity(x(2, 3), x(2, 3), dim=0)
torch.pairwise_distance(x(2, 3), x(2, 3), 1.0)
torch.pixel_shuffle(x(4, 2, 2), 2)
torch.prelu(x(2, 3), x(3))
torch.selu(x(2, 3))
torch.rms_norm(x(2, 3), (3,))
torch.kl_div(x(2, 3), torch.rand(2, 3), 2)
torch.kl_div(x(2, 3), torch.rand(2, 3))
torch.ctc_loss(x(4, 1, 3).log_softmax(2), I([[1, 2]]), (4,), (2,))
torch.triplet_margin_loss(x(2, 3), x(2, 3), x(2, 3), reduction=2)
torch.norm_except_dim(x(3, 4, 2), 2, 1)
torch.lstm_cell(x(2, 3), (x(2, 4), x(2, 4)), x(16, 3), x(16, 4), x(16), x(16))
torch.gru(x(3, 2, 4), x(1, 2, 5), [x(15, 4), x(15, 5)], False, 1, 0.0, False, False, False)
torch.rnn_tanh_cell(x(2, 3), x(2, 4), x(4, 3), x(4, 4))
nn.grad.conv2d_input((1, 2, 4, 5), x(3, 2, 2, 2), x(1, 3, 3, 4)).detach()
nn.grad.conv1d_weight(x(1, 2, 5), (3, 2, 2), x(1, 3, 2), stride=3).detach()
s = {'module.a': 1, 'b': 2}; nn.modules.utils.consume_prefix_in_state_dict_if_present(s, 'module.'); repr(s)
[nn.modules.utils._pair(3), nn.modules.utils._triple((1, 2, 3)), nn.modules.utils._reverse_repeat_tuple((1, 2), 2)]
"""


FAMILIES = {
    "recurrent": recurrent, "attention": lambda: lines_of(ATTENTION), "normalisation": normalisation, "pooling": pooling,
    "resampling": resampling, "padding": padding, "activations": activations, "dropout": lambda: lines_of(DROPOUT),
    "losses": losses, "embedding": embedding, "convolution": convolution, "initial": initial,
    "module": lambda: lines_of(MODULE), "hooks": lambda: lines_of(HOOKS), "utils": lambda: lines_of(UTILS), "top": lambda: lines_of(TOP), "errors": lambda: lines_of(ERRORS),
}  # fmt: skip
