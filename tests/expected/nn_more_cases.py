"""The lines of nn_more.json: expressions about torch.nn, and how one is run and written down, under torch or compat.

A line may use torch, nn, F, U (nn.utils), R (nn.utils.rnn), `x(2, 3)` for a leaf of normal figures, `M(module)` for a
module whose parameters are leaves, too, and `pair(a, b)`. What is kept of its result: figures, gradients of the leaves in
the order they were made, names of nodes; or a text; or the error. Of long arrays three projections are kept.
"""

import math
import warnings
import zlib

import numpy as np

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
    }  # fmt: skip


def crc(tensors):
    """A number for the very bits of Tensors."""
    out = 0
    for t in tensors:
        out = zlib.crc32(np.ascontiguousarray(t.detach().numpy()).tobytes(), out)
    return f"{out:08x}"


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
            return {"text": result if isinstance(result, str) else repr(result)}
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
    R.pack_padded_sequence(torch.ones(3, 2), [4, 1])
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
        yield f"F.embedding_bag(I([[0, 2, 2], [5, 1, 0]]), x(6, 3), mode='{mode}', scale_grad_by_freq=True)"
        yield f"w = x(6, 3); [F.embedding_bag(I([[0, 2, 2], [5, 1, 0]]), w, mode='{mode}', max_norm=1.0), w.detach()]"
        yield f"F.embedding_bag(I([0, 2, 2, 5, 1, 0, 3]), x(6, 3), I([0, 2, 2, 6]), mode='{mode}')"
        yield f"F.embedding_bag(I([0, 2, 2, 5]), x(6, 3), I([0, 2, 2, 4]), mode='{mode}', include_last_offset=True, padding_idx=0)"
    yield from lines_of("""
    F.embedding_bag(I([[0, 2, 2], [5, 1, 0]]), x(6, 3), per_sample_weights=x(2, 3).view(2, 3), mode='sum')
    w = x(4, 3); [F.embedding(I([[0, 2], [2, 1]]), w, max_norm=0.5), w.detach()]
    F.embedding(I([[0, 2], [2, 1]]), x(4, 3), scale_grad_by_freq=True, padding_idx=-1)
    F.embedding(I([0]), x(4, 3), padding_idx=5)
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


FAMILIES = {
    "recurrent": recurrent, "attention": lambda: lines_of(ATTENTION), "normalisation": normalisation, "pooling": pooling,
    "resampling": resampling, "padding": padding, "activations": activations, "dropout": lambda: lines_of(DROPOUT),
    "losses": losses, "embedding": embedding, "convolution": convolution, "initial": initial,
}  # fmt: skip
