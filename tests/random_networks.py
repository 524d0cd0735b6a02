"""Random programs of torch.nn, run under torch and under compat: every line's values, derivatives, texts, warnings and errors.

    python tests/random_networks.py --count 2000 --seed 1

A program makes one module with random arguments (one in four with a wrong one), looks at it, runs it forward and backward twice,
and does a few of the things that people do to modules. Invariant: a seed and a number give one program, always the same.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.side_by_side import main  # noqa: E402

BOOL = ["True", "False"]
MADE = {"device": ["None", "'cpu'", "torch.device('cpu')"], "dtype": ["torch.float64", "torch.float32", "None"]}
INPLACE = {"inplace": BOOL}
LOSS = {"reduction": ["'mean'", "'sum'", "'none'"], "size_average": BOOL + ["None"], "reduce": BOOL + ["None"]}
REDUCED = {"reduction": LOSS["reduction"]}
NORM = {"eps": ["1e-3"], "momentum": ["0.3", "None", "0"], "affine": BOOL, "track_running_stats": BOOL} | MADE
SHAPES = ["(2, 3)", "(4,)", "(2, 3, 4)", "()", "(0, 3)"]

# name: (choices of positional arguments, {keyword: choices}, choices of inputs)
KINDS = {}


def kind(names, args, options, *inputs):
    for name in names.split():
        KINDS[name] = (args if isinstance(args, list) else [args], options, list(inputs))


def wide(n, size=6, batch="2, 4", tail=""):
    return f"X({batch}, {', '.join([str(size)] * n)}{tail})"


kind("Linear", ["3, 4", "3, 0", "3, 1"], {"bias": BOOL} | MADE, "X(2, 3)", "X(3)", "X(2, 2, 3)", "X(0, 3)")
kind("Bilinear", ["3, 2, 4"], {"bias": BOOL} | MADE, "X(5, 3), X(5, 2)", "X(3), X(2)", "X(2, 5, 3), X(2, 5, 2)")
kind("Identity", ["", "3, a=4"], {}, "X(2, 3)", "torch.ones(3)")
kind("LazyLinear", ["4"], {"bias": BOOL} | MADE, "X(2, 3)", "X(3)")
for n in (1, 2, 3):
    more = {"stride": ["2", "1", f"{(2, 1, 2)[:n]}"], "padding": ["1", f"{(1, 0, 1)[:n]}", "'same'", "'valid'"], "bias": BOOL,
            "dilation": ["2", f"{(1, 2, 1)[:n]}"], "groups": ["2", "4"],
            "padding_mode": ["'zeros'", "'reflect'", "'replicate'", "'circular'"]} | MADE  # fmt: skip
    kernels = ["3", "2", f"{(2, 3, 1)[:n]}"]
    inputs = [wide(n), wide(n), wide(n, batch="4"), wide(n, batch="0, 4"), wide(n, 1)]
    kind(f"Conv{n}d", [f"4, 4, {k}" for k in kernels] + ["4, 8, 3"], more, *inputs)
    kind(f"LazyConv{n}d", [f"4, {k}" for k in kernels], more, *inputs)
    up = {k: v for k, v in more.items() if k != "padding_mode"} | {
        "padding": ["1", f"{(1, 0, 1)[:n]}"], "output_padding": ["1", f"{(1, 0, 0)[:n]}"], "padding_mode": ["'zeros'", "'reflect'"],
    }  # fmt: skip
    sized = [*inputs, f"{wide(n)}, output_size={(7, 8, 13)[:n]}", f"{wide(n)}, output_size=(8,)"]
    kind(f"ConvTranspose{n}d", [f"4, 4, {k}" for k in kernels], up, *sized)
    kind(f"LazyConvTranspose{n}d", [f"4, {k}" for k in kernels], up, *sized)
    flat = [wide(n), "X(2, 4)" if n == 1 else wide(n), wide(n, batch="4"), wide(n, 1, "1, 4"), wide(n, batch="0, 4")]
    kind(f"BatchNorm{n}d", "4", NORM, *flat)
    kind(f"LazyBatchNorm{n}d", "", NORM, *flat)
    kind(f"InstanceNorm{n}d", "4", NORM, *flat)
    kind(f"LazyInstanceNorm{n}d", "", NORM, *flat)
    pools = {"stride": ["2", "1", f"{(2, 1, 2)[:n]}", "None"], "padding": ["1", f"{(1, 0, 1)[:n]}"], "ceil_mode": BOOL}
    kind(f"MaxPool{n}d", kernels, pools | {"dilation": ["2"], "return_indices": BOOL}, *inputs)
    average = {"count_include_pad": BOOL} | ({"divisor_override": ["3", "-2", "None"]} if n > 1 else {})
    kind(f"AvgPool{n}d", kernels, pools | average, *inputs)
    kind(
        f"LPPool{n}d",
        ["2, 2", "1, 3", "2.0, 2", f"2, {(2, 3, 1)[:n]}"],
        {"stride": ["1", "2"], "ceil_mode": BOOL},
        *inputs,
    )
    sizes = ["3", "1", f"{(2, 4, 3)[:n]}", f"{(2, None, 3)[:n]}"]
    kind(f"AdaptiveAvgPool{n}d", sizes, {}, *inputs)
    kind(f"AdaptiveMaxPool{n}d", sizes, {"return_indices": BOOL}, *inputs)
    kind(f"MaxUnpool{n}d", ["2"], {"stride": ["2"], "padding": ["0"]},
         f"*F.max_pool{n}d({wide(n)}, 2, return_indices=True)", f"*F.max_pool{n}d({wide(n)}, 2, return_indices=True), {[6] * n}",
         f"*F.max_pool{n}d({wide(n)}, 2, return_indices=True), {[9] * n}")  # fmt: skip
    pads = ["1", "2", f"{(1, 2, 0, 1, 2, 1)[: 2 * n]}", f"{(-1, 2, 0, -1, 1, 1)[: 2 * n]}"]
    for p in ("Zero", "Reflection", "Replication", "Circular"):
        kind(f"{p}Pad{n}d", pads, {}, *inputs[:3])
    kind(f"ConstantPad{n}d", [f"{p}, 1.5" for p in pads] + ["1, 0"], {}, *inputs[:3])
    kind(
        f"Dropout{n}d",
        ["", "0.3", "p=1.0", "p=0"],
        INPLACE,
        wide(n) + ".mul(2)",
        wide(n, batch="4") + " * 1",
        "X(2, 4) * 1",
    )
kind("SyncBatchNorm", "4", NORM, "X(2, 4)", "X(2, 4, 5)", "X(4)")
kind(
    "Dropout AlphaDropout FeatureAlphaDropout",
    ["", "0.3", "p=1.0", "p=0"],
    INPLACE,
    "X(2, 3, 4) * 1",
    "X(5) * 1",
    "X(2, 3)",
)
kind(
    "LayerNorm",
    ["3", "(2, 3)", "[3]"],
    {"eps": ["1e-2"], "elementwise_affine": BOOL, "bias": BOOL} | MADE,
    "X(4, 2, 3)",
    "X(2, 3)",
)
kind(
    "RMSNorm",
    ["3", "(2, 3)", "[3]"],
    {"eps": ["1e-2", "None"], "elementwise_affine": BOOL} | MADE,
    "X(4, 2, 3)",
    "X(2, 3)",
)
kind(
    "GroupNorm",
    ["2, 4", "1, 4", "4, 4"],
    {"eps": ["1e-2"], "affine": BOOL} | MADE,
    "X(2, 4, 3)",
    "X(2, 4)",
    "X(3, 4, 2, 2)",
)
kind(
    "LocalResponseNorm",
    ["2", "3, 1e-2, 0.5, 2.0", "1"],
    {"k": ["2."], "beta": ["0.5"]},
    "X(2, 4, 3)",
    "X(2, 4, 3, 3)",
    "X(4, 3)",
)
kind("CrossMapLRN2d", ["2", "3, 1e-2, 0.5, 2.0"], {"k": ["2."]}, "X(2, 4, 3, 3)")
kind("FractionalMaxPool2d", ["2", "(2, 3)"], {"output_size": ["3", "(2, 3)"], "output_ratio": ["0.5", "(0.5, 0.6)"],
     "return_indices": BOOL}, "X(2, 4, 7, 8)", "X(4, 7, 8)")  # fmt: skip
kind("FractionalMaxPool3d", ["2", "(2, 3, 2)"], {"output_size": ["3", "(2, 3, 3)"], "output_ratio": ["0.5", "(0.5, 0.6, 0.5)"],
     "return_indices": BOOL}, "X(2, 4, 7, 8, 7)", "X(4, 7, 8, 7)")  # fmt: skip
EACH = [f"X{s} * 1" if s != "()" else "X() * 1" for s in SHAPES] + ["X(2, 3)"]
kind("ReLU ReLU6 SELU SiLU Mish Hardsigmoid Hardswish", "", INPLACE, *EACH)
kind("Sigmoid Tanh LogSigmoid Softsign Tanhshrink", "", {}, *EACH)
kind("ELU", ["", "0.5"], {"alpha": ["2.0", "0.3"]} | INPLACE, *EACH)
kind("CELU", ["", "0.5"], {"alpha": ["2.0", "0.3"]} | INPLACE, *EACH)
kind("LeakyReLU", ["", "0.2"], INPLACE, *EACH)
kind("RReLU", ["", "0.2, 0.3"], {"lower": ["0.1"], "upper": ["0.5"]} | INPLACE, *EACH)
kind("GELU", "", {"approximate": ["'none'", "'tanh'"]}, *EACH)
kind("GLU", ["", "-1", "0"], {}, "X(2, 4)", "X(4, 2, 2)", "X(3, 3)")
kind(
    "Hardtanh",
    ["", "-0.5, 0.5"],
    {"min_val": ["-2."], "max_val": ["2."], "min_value": ["-1"], "max_value": ["1"]} | INPLACE,
    *EACH,
)
kind("Hardshrink Softshrink", ["", "0.3"], {"lambd": ["0.7"]}, *EACH)
kind("Softplus", ["", "2, 1.5"], {"beta": ["0.5", "2"], "threshold": ["1.0"]}, *EACH)
kind("Threshold", ["0.1, 20", "-0.5, 2."], INPLACE, *EACH)
kind("PReLU", ["", "3"], {"num_parameters": ["1", "3"], "init": ["0.1"]} | MADE, "X(2, 3)", "X(2, 3, 4)", "X(3)")
kind("Softmax Softmin LogSoftmax", ["", "-1", "0", "dim=1"], {}, "X(2, 3)", "X(4)", "X(2, 3, 4)", "X(2, 3, 2, 2)")
kind("Softmax2d", "", {}, "X(2, 3, 2, 2)", "X(3, 2, 2)", "X(2, 3)")
kind("PixelShuffle", "2", {}, "X(2, 8, 3, 3)", "X(8, 3, 2)", "X(2, 6, 3, 3)")
kind("PixelUnshuffle", "2", {}, "X(2, 3, 4, 6)", "X(3, 4, 2)", "X(2, 3, 3, 3)")
kind("ChannelShuffle", "2", {}, "X(2, 4, 3, 3)", "X(2, 4, 3)", "X(2, 3, 3, 3)")
kind(
    "Flatten",
    ["", "0", "1, 2", "0, -1", "2, 1"],
    {"start_dim": ["1"], "end_dim": ["-2"]},
    "X(2, 3, 4)",
    "X(3)",
    "X(2, 3, 2, 2)",
    "X()",
)
kind(
    "Unflatten",
    ["1, (2, 3)", "1, (-1, 2)", "-1, (3, 2)", "'a', (('b', 2), ('c', 3))", "1, (2, 2)"],
    {},
    "X(2, 6)",
    "X(2, 6, 6)",
)
FOLD = {"dilation": ["2"], "padding": ["1", "(0, 1)"], "stride": ["2", "(1, 2)"]}
kind("Unfold", ["2", "(2, 3)"], FOLD, "X(2, 3, 5, 5)", "X(3, 5, 5)", "X(2, 3, 1, 1)")
kind("Fold", ["(4, 5), (2, 2)", "5, 2", "(4, 5), 2"], FOLD, "X(2, 8, 12)", "X(8, 12)", "X(2, 12, 16)", "X(2, 8, 16)")
kind("Upsample", ["", "4", "(3, 5)"], {"scale_factor": ["2", "1.5", "(2., 1.)"], "mode": [f"'{m}'" for m in
     ("nearest", "linear", "bilinear", "bicubic", "trilinear", "nearest-exact", "area")], "align_corners": BOOL,
     "recompute_scale_factor": BOOL}, "X(1, 2, 3, 4)", "X(1, 2, 4)", "X(1, 1, 2, 3, 4)")  # fmt: skip
kind(
    "UpsamplingNearest2d UpsamplingBilinear2d",
    ["", "4", "(3, 5)"],
    {"scale_factor": ["2", "(2, 3)"]},
    "X(1, 2, 3, 4)",
    "X(2, 3)",
)
PADDED = {
    "padding_idx": ["0", "-1", "None"],
    "max_norm": ["1.0", "0.5"],
    "norm_type": ["1.", "2."],
    "scale_grad_by_freq": BOOL,
}
IDX = [
    "torch.tensor([[1, 2], [4, 0]])",
    "torch.tensor([1, 1, 3])",
    "torch.tensor(2)",
    "torch.tensor([1, 3], dtype=torch.int32)",
]
kind(
    "Embedding",
    ["5, 3"],
    PADDED | MADE,
    *IDX,
    "torch.tensor([5])",
    "torch.tensor([1.])",
    "torch.tensor([], dtype=torch.long)",
)
kind("EmbeddingBag", ["5, 3"], PADDED | {"mode": ["'sum'", "'mean'", "'max'"], "include_last_offset": BOOL} | MADE, IDX[0],
     "torch.tensor([1, 2, 4, 0]), torch.tensor([0, 2])", "torch.tensor([1, 2, 4, 0]), torch.tensor([0, 2, 4])",
     "torch.tensor([1, 2]), torch.tensor([0, 1]), X(2)", IDX[1], "torch.tensor([1, 2]), torch.tensor([1, 1])")  # fmt: skip
KEEP = {"bias": BOOL} | MADE
STACK = {"num_layers": ["2", "1"], "batch_first": BOOL, "dropout": ["0.5", "0.", "1."], "bidirectional": BOOL} | KEEP
for name, hidden in (("RNN", "{h}"), ("GRU", "{h}"), ("LSTM", "({h}, {h})")):
    more = {"nonlinearity": ["'relu'", "'tanh'"]} if name == "RNN" else {"proj_size": ["2"]} if name == "LSTM" else {}
    packed = "U.rnn.pack_padded_sequence(X(4, 2, 3), [4, 2])"
    kind(name, ["3, 5"], STACK | more, "X(4, 2, 3)", "X(4, 3)", packed, "X(2, 2, 3), " + hidden.format(h="X(1, 2, 5)"),
         "U.rnn.pack_sequence([X(2, 3), X(3, 3)], enforce_sorted=False)", "X(2, 3), " + hidden.format(h="X(1, 5)"))  # fmt: skip
    more = {"nonlinearity": ["'relu'", "'tanh'"]} if name == "RNN" else {}
    kind(
        name + "Cell",
        "3, 5",
        KEEP | more,
        "X(2, 3)",
        "X(3)",
        "X(2, 3), " + hidden.format(h="X(2, 5)"),
        "X(2, 3), " + hidden.format(h="X(5)"),
    )
QKV = "X(4, 2, 8), X(4, 2, 8), X(4, 2, 8)"
CAUSAL = "nn.Transformer.generate_square_subsequent_mask(4)"
PADS = "torch.tensor([[False, False, True, True], [False, False, False, True]])"
kind("MultiheadAttention", ["8, 2", "8, 4", "8, 1"], {"dropout": ["0.0", "0.5"], "bias": BOOL, "add_bias_kv": BOOL, "add_zero_attn": BOOL,
     "batch_first": BOOL, "kdim": ["8", "None"], "vdim": ["8"]} | MADE, QKV, QKV + ", need_weights=False",
     QKV + f", attn_mask={CAUSAL}", QKV + f", attn_mask={CAUSAL}, is_causal=True", QKV + ", average_attn_weights=False",
     QKV + ", key_padding_mask=torch.tensor([[False] * 4, [False, True, True, True]])", "X(4, 8), X(3, 8), X(3, 8)",
     QKV + ", is_causal=True", QKV + f", attn_mask={CAUSAL} < 0", "X(4, 4, 8), X(4, 4, 8), X(4, 4, 8), attn_mask=torch.zeros(8, 4, 4)")  # fmt: skip
LAYER = {"dropout": ["0.0", "0.1"], "activation": ["'gelu'", "'relu'", "F.gelu", "torch.tanh"], "layer_norm_eps": ["1e-3"],
         "batch_first": BOOL, "norm_first": BOOL, "bias": BOOL} | MADE  # fmt: skip
kind("TransformerEncoderLayer", ["8, 2", "8, 2, 16"], LAYER, "X(4, 2, 8)", f"X(4, 2, 8), src_mask={CAUSAL}", "X(4, 8)",
     f"X(4, 2, 8), {CAUSAL}, is_causal=True", f"X(2, 4, 8), src_key_padding_mask={PADS}", "X(4, 2, 8), is_causal=True")  # fmt: skip
kind("TransformerDecoderLayer", ["8, 2", "8, 2, 16"], LAYER, "X(4, 2, 8), X(4, 2, 8)", f"X(4, 2, 8), X(4, 2, 8), tgt_mask={CAUSAL}",
     f"X(4, 2, 8), X(4, 2, 8), tgt_is_causal=True, tgt_mask={CAUSAL}", "X(4, 8), X(4, 8)")  # fmt: skip
ONE = "nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)"
kind("TransformerEncoder", [f"{ONE}, 2", f"{ONE}, 1, nn.LayerNorm(8)", f"{ONE}, num_layers=2, norm=None"],
     {"enable_nested_tensor": BOOL, "mask_check": BOOL}, "X(2, 4, 8)", f"X(2, 4, 8), mask={CAUSAL}", f"X(2, 4, 8), {CAUSAL}, is_causal=True",
     f"X(2, 4, 8), src_key_padding_mask={PADS}")  # fmt: skip
DEC = "nn.TransformerDecoderLayer(8, 2, 16, dropout=0.0)"
kind("TransformerDecoder", [f"{DEC}, 2", f"{DEC}, 1, nn.LayerNorm(8)"], {}, "X(4, 2, 8), X(4, 2, 8)",
     f"X(4, 2, 8), X(4, 2, 8), tgt_mask={CAUSAL}", f"X(4, 2, 8), X(4, 2, 8), {CAUSAL}, tgt_is_causal=True")  # fmt: skip
kind("Transformer", ["8, 2, 1, 1, 16"], {k: v for k, v in LAYER.items() if k != "activation"}, "X(4, 2, 8), X(4, 2, 8)",
     f"X(4, 2, 8), X(4, 2, 8), tgt_mask={CAUSAL}", "X(4, 8), X(3, 8)", "X(4, 2, 8), X(4, 3, 8)", "X(4, 2, 7), X(4, 2, 7)")  # fmt: skip
PAIR = ["X(2, 3), X(2, 3)", "X(4), X(4)", "X(2, 3), X(3)", "X(), X()"]
UNIT = [
    "X(2, 3).sigmoid(), torch.rand(2, 3)",
    "X(4).sigmoid(), torch.rand(4)",
    "X(2, 3).sigmoid(), torch.rand(3)",
    "X(2), torch.rand(2)",
]
kind("L1Loss MSELoss", "", LOSS, *PAIR)
kind("SmoothL1Loss", "", LOSS | {"beta": ["0.5", "0.", "2"]}, *PAIR)
kind("HuberLoss", "", REDUCED | {"delta": ["0.5", "2."]}, *PAIR)
kind("BCELoss", "", LOSS | {"weight": ["torch.tensor([1., 2., 3.])", "torch.ones(2)"]}, *UNIT)
kind("BCEWithLogitsLoss", "", LOSS | {"weight": ["torch.tensor([1., 2., 3.])"], "pos_weight": ["torch.tensor([3., 1., 2.])"]},
     "X(2, 3), torch.rand(2, 3)", "X(2, 3), torch.rand(3)", "X(3), X(3)")  # fmt: skip
kind("KLDivLoss", "", LOSS | {"log_target": BOOL, "reduction": LOSS["reduction"] + ["'batchmean'"]},
     "X(2, 3).log_softmax(1), X(2, 3).softmax(1)", "X(3), X(3)", "X(2, 3), X(3)")  # fmt: skip
kind(
    "PoissonNLLLoss",
    "",
    LOSS | {"log_input": BOOL, "full": BOOL, "eps": ["1e-3"]},
    "X(2, 3).exp(), torch.rand(2, 3) * 4",
    "X(4), X(4)",
)
kind("GaussianNLLLoss", "", REDUCED | {"full": BOOL, "eps": ["1e-3"]}, "X(2, 3), X(2, 3), X(2, 3).exp()", "X(2, 3), X(2, 3), X(2).exp()",
     "X(2, 3), X(2, 3), X(2, 1).exp()", "X(2, 3), X(2, 3), X(2, 3)", "X(2, 3), X(2, 3), 2.0")  # fmt: skip
WEIGHTED = LOSS | {"weight": ["torch.tensor([1., 2., 3.])", "torch.ones(2)"], "ignore_index": ["1", "-1"]}
CLASSES = ["X(4, 3), torch.tensor([0, 2, 1, 1])", "X(3), torch.tensor(1)", "X(2, 3, 2), torch.tensor([[0, 1], [2, 2]])", "X(2, 3), torch.tensor([0, 3])",
           "X(2, 3), torch.tensor([0, 1], dtype=torch.int32)", "X(2, 3), torch.tensor([0., 1.])", "X(2, 3, 1, 2), torch.tensor([[[0, 1]], [[2, 2]]])"]  # fmt: skip
kind("NLLLoss NLLLoss2d", "", WEIGHTED, *CLASSES)
kind(
    "CrossEntropyLoss",
    "",
    WEIGHTED | {"label_smoothing": ["0.1", "1.0"]},
    *CLASSES,
    "X(2, 3), X(2, 3).softmax(1)",
    "X(2, 3), torch.rand(2, 3)",
)
SIGNS = "torch.tensor([1., -1., 1.])"
kind("HingeEmbeddingLoss", "", LOSS | {"margin": ["0.5"]}, f"X(3), {SIGNS}", f"X(2, 3), {SIGNS}")
kind("SoftMarginLoss", "", LOSS, f"X(3), {SIGNS}", f"X(2, 3), {SIGNS}.repeat(2, 1)", f"X(2, 3), {SIGNS}")
kind(
    "MarginRankingLoss",
    "",
    LOSS | {"margin": ["0.5"]},
    f"X(3), X(3), {SIGNS}",
    f"X(2, 3), X(2, 3), {SIGNS}",
    f"X(2), X(3), {SIGNS}",
)
kind(
    "CosineEmbeddingLoss",
    "",
    LOSS | {"margin": ["0.5"]},
    f"X(3, 4), X(3, 4), {SIGNS}",
    "X(4), X(4), torch.tensor(1)",
    f"X(3, 4), X(4), {SIGNS}",
)
kind(
    "MultiLabelMarginLoss",
    "",
    LOSS,
    "X(2, 4), torch.tensor([[1, 3, -1, 0], [0, -1, 1, 2]])",
    "X(4), torch.tensor([3, 0, -1, 1])",
    "X(4), X(4)",
)
kind(
    "MultiLabelSoftMarginLoss",
    "",
    LOSS | {"weight": ["torch.tensor([1., 2., 3.])"]},
    "X(2, 3), torch.rand(2, 3)",
    "X(3), torch.ones(3)",
    "X(2, 3), X(3)",
)
kind(
    "MultiMarginLoss",
    "",
    LOSS | {"p": ["1", "2", "3"], "margin": ["0.5"], "weight": ["torch.tensor([1., 2., 3.])", "torch.ones(2)"]},
    CLASSES[0],
    CLASSES[1],
    CLASSES[3],
)
TRIPLE = ["X(3, 4), X(3, 4), X(3, 4)", "X(4), X(4), X(4)", "X(3, 4), X(4), X(3, 4)", "X(3, 4), X(2, 4), X(3, 4)"]
kind(
    "TripletMarginLoss", "", LOSS | {"margin": ["0.5", "-1."], "p": ["1.", "3"], "eps": ["1e-3"], "swap": BOOL}, *TRIPLE
)
kind("TripletMarginWithDistanceLoss", "", REDUCED | {"distance_function": ["nn.CosineSimilarity()", "None", "lambda x, y: (x - y).abs().sum(-1)"],
     "margin": ["0.5", "-1."], "swap": BOOL}, *TRIPLE)  # fmt: skip
kind("CosineSimilarity", ["", "0", "-1"], {"eps": ["1e-3"]}, *PAIR[:3], "X(2, 3, 4), X(3, 4)")
kind("PairwiseDistance", ["", "1.", "inf"], {"eps": ["1e-3"], "keepdim": BOOL}, *PAIR[:3], "X(2, 3, 4), X(3, 4)")
kind("CTCLoss", ["", "1"], REDUCED | {"zero_infinity": BOOL}, "X(6, 2, 4).log_softmax(2), torch.tensor([[1, 2], [3, 3]]), torch.tensor([6, 5]), torch.tensor([2, 2])",
     "X(6, 4).log_softmax(1), torch.tensor([2, 3]), torch.tensor(6), torch.tensor(2)",
     "X(6, 2, 4).log_softmax(2), torch.tensor([2, 2, 3]), (6, 2), (1, 2)", "X(2, 2, 4).log_softmax(2), torch.tensor([[2, 2], [3, 3]]), (2, 2), (2, 2)",
     "X(6, 2, 4).log_softmax(2), torch.tensor([[1, 2], [3, 3]]), torch.tensor([6, 7]), torch.tensor([2, 2])",
     "X(6, 2, 4).log_softmax(2), torch.tensor([[1, 2], [3, 3]]), torch.tensor([6, 6]), torch.tensor([2, 3])")  # fmt: skip
kind("AdaptiveLogSoftmaxWithLoss", ["4, 10, [3, 6]", "4, 10, [2]", "4, 10, [3, 6], 2.0"], {"div_value": ["2.0"], "head_bias": BOOL} | MADE,
     "X(3, 4), torch.tensor([1, 4, 9])", "X(4), torch.tensor(7)", "X(3, 4), torch.tensor([1, 4, 10])", "X(3, 4), torch.tensor([1, 4])")  # fmt: skip
kind("LinearCrossEntropyLoss", ["4, 3"], {k: v for k, v in WEIGHTED.items() if k not in ("size_average", "reduce")} | {"label_smoothing": ["0.1"], "bias": BOOL} | MADE,
     "X(5, 4), torch.tensor([0, 2, 1, 1, 0])", "X(4), torch.tensor(2)")  # fmt: skip
TWO = "nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)"
kind("Sequential", [TWO, "", "nn.Linear(3, 4), nn.Sequential(nn.Tanh(), nn.Dropout(0.0)), nn.BatchNorm1d(4)",
     "nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2)"], {}, "X(2, 3)", "X(3)")  # fmt: skip
kind("ModuleList", [f"[{TWO}]", "", "nn.Linear(2, 2) for _ in range(5)"], {}, "X(2, 3)")
kind(
    "ModuleDict", ["{'a': nn.Linear(2, 3), 'b': nn.ReLU()}", "", "[['x', nn.Tanh()], ['y', nn.PReLU()]]"], {}, "X(2, 3)"
)
kind("ParameterList", ["[X(2), X(3)]", "", "[nn.Parameter(X(2, 2).detach()), 3, 'a']"], {}, "X(2)")
kind("ParameterDict", ["{'a': X(2), 'b': torch.ones(2, 3)}", "", "{'x': 3, 'y': X(1)}"], {}, "X(2)")

# ------------------------------------------------------------------------------------------------ wrong calls
WRONG = [
    "-1",
    "0",
    "'a'",
    "None",
    "2.5",
    "[1]",
    "(1, 2)",
    "True",
    "torch.tensor(1)",
    "7",
    "[]",
    "1 + 2j",
    "(1, 2, 3, 4, 5, 6, 7)",
    "'none'",
]
SPOILT = ["{}.long()", "{}.bool()", "({})[0]", "({}).unsqueeze(0)", "({}).double()", "({}).half()", "None", "1.5", "[[1., 2.]]", "torch.empty(0)",
          "({}).reshape(-1)", "({}).transpose(0, -1)", "({}).to(torch.complex64)", "({}).detach().numpy()", "'a'", "({}).detach().bfloat16()",
          "({}).repeat(2, 2)", "torch.ones(0, 4, 3)"]  # fmt: skip


def split(text):
    """The parts of an argument list."""
    parts, depth, at = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            parts.append(text[at:i].strip())
            at = i + 1
    return [p for p in [*parts, text[at:].strip()] if p]


def spoilt_call(r, args):
    args = list(args)
    how = r.randrange(8)
    if how == 0:
        args.append("foo=1")
    elif how == 1 and args:
        args.pop(r.randrange(len(args)))
    elif how == 2:
        args.insert(0, r.choice(WRONG))
    elif args:
        i = r.randrange(len(args))
        name, eq, _ = args[i].partition("=")
        args[i] = (name + eq if eq and name.isidentifier() else "") + r.choice(WRONG)
    return args


def spoilt_input(r, args):
    args = list(args)
    how = r.randrange(8)
    if how == 0:
        return r.choice([[*args, "foo=1"], args[:-1], [*args, "X(2)"]])
    i = r.randrange(len(args))
    name, eq, value = args[i].partition("=")
    if args[i].startswith("*"):
        return args
    if not (eq and name.isidentifier()):
        name, eq, value = "", "", args[i]
    args[i] = name + eq + r.choice(SPOILT).format(value)
    return args


# ------------------------------------------------------------------------------------------------ programs
ACTS = """
m.half(); repr([p.dtype for p in m.parameters()] + [b.dtype for b in m.buffers()])
m.double(); repr([p.dtype for p in m.parameters()] + [b.dtype for b in m.buffers()])
m.type(torch.float64).to(torch.float32, non_blocking=True) is m
m.to('cpu', torch.float64).to(dtype=torch.bfloat16); [p.dtype for p in m.state_dict().values()]
m.to(torch.int64)
m.to(memory_format=torch.channels_last); [p.stride() for p in m.parameters()]
m.to('nowhere')
m.to(torch.ones(1, dtype=torch.float64)); [p.dtype for p in m.parameters()]
m.to(1, 2, 3, 4, 5)
m.cuda()
m.type('torch.DoubleTensor'); [p.dtype for p in m.parameters()]
m.requires_grad_(False); [p.requires_grad for p in m.parameters()]
m.share_memory() is m, [p.is_shared() for p in m.parameters()]
seen = []; m.apply(lambda k: seen.append(type(k).__name__)); seen
m.zero_grad(); [p.grad for p in m.parameters()]
m.zero_grad(set_to_none=False); [p.grad for p in m.parameters()]
c = copy.deepcopy(m); repr(c), list(c.state_dict().items()), c.training
c = pickle.loads(pickle.dumps(m)); repr(c), list(c.state_dict().items()), c.training
c = saved(m.state_dict()); c; m.load_state_dict(c)
s = m.state_dict(); s.popitem() if s else 0; m.load_state_dict(s)
s = m.state_dict(); s['foo'] = torch.ones(1); m.load_state_dict(s, strict=False)
s = m.state_dict(); s['foo.bar'] = torch.ones(1); m.load_state_dict(s)
s = {k: torch.ones(9, 9) for k in m.state_dict()}; m.load_state_dict(s)
s = {k: v.double() for k, v in m.state_dict().items()}; m.load_state_dict(s, assign=True); [p.dtype for p in m.parameters()]
s = {k: 3 for k in m.state_dict()}; m.load_state_dict(s)
s = {k: np.ones(3) for k in m.state_dict()}; m.load_state_dict(s, False)
m.load_state_dict(3)
m.load_state_dict({})
m.load_state_dict({'x': 1, 'y.z': 2})
m.load_state_dict({}, strict=False); m.load_state_dict({}, strict=False).missing_keys
[k for k in m.state_dict(prefix='a.', keep_vars=True)], m.state_dict()._metadata
d = m.state_dict(destination={}); sorted(d)
m.register_buffer('weight', torch.ones(2))
m.register_buffer('extra', torch.ones(2), persistent=False); list(m.state_dict()), [n for n, _ in m.named_buffers()]
m.register_buffer('a.b', torch.ones(2))
m.register_buffer('', torch.ones(2))
m.register_buffer('k', 3)
m.register_buffer(3, torch.ones(2))
m.register_buffer('training', torch.ones(2))
m.register_parameter('foo', torch.ones(2))
m.register_parameter('foo', X(2) * 2)
m.register_parameter('weight', nn.Parameter(torch.ones(2)))
m.register_parameter('a.b', None)
m.register_parameter('g', None); list(m.state_dict()), [n for n, _ in m.named_parameters()]
m.add_module('foo', 3)
m.add_module('a.b', nn.ReLU())
m.add_module('forward', nn.ReLU())
m.add_module('relu', nn.ReLU()); repr(m)
m.foo
m.weight = 3
m.weight = torch.ones(2)
m.bias = None; repr(m), list(m.state_dict())
m.extra = nn.Parameter(torch.ones(2)); [n for n, _ in m.named_parameters()]
del m.weight; m.weight
del m.foo
m.extra = nn.Buffer(torch.ones(2)); [n for n, _ in m.named_buffers()]
m.get_submodule('a')
m.get_submodule('')  is m
m.get_parameter('weight')
m.get_parameter('foo')
m.get_buffer('weight')
m.get_buffer('running_mean')
m.get_parameter('foo.bar')
m.set_submodule('a.b', nn.ReLU())
m.get_extra_state()
m.set_extra_state(3)
m.train('a')
m.train(False).training
m.requires_grad_('a')
[n for n, _ in m.named_modules(prefix='p')], [n for n, _ in m.named_children()]
[n for n, _ in m.named_parameters('q', recurse=False)], [n for n, _ in m.named_buffers('q', False)]
[n for n in m.__dir__() if n[0] != '_' and not hasattr(nn.Module, n)]
list(m._parameters), list(m._buffers), list(m._modules), m._version, m.dump_patches
h = m.register_forward_hook(lambda k, a, o: print(end='')); type(h).__name__, h.id >= 0; h.remove()
m.register_forward_pre_hook(lambda k, a: None, with_kwargs=True)
m.register_full_backward_hook(lambda k, gi, go: None); m.register_backward_hook(lambda k, gi, go: None)
m.register_backward_hook(lambda k, gi, go: None); m.register_full_backward_pre_hook(lambda k, go: None)
m.register_state_dict_post_hook(lambda k, s, p, l: s.update(hook=1)); list(m.state_dict())
m.register_state_dict_pre_hook(lambda k, p, keep: None); list(m.state_dict())
m.register_load_state_dict_post_hook(lambda k, keys: keys.missing_keys.clear()); m.load_state_dict({})
m.register_load_state_dict_pre_hook(lambda k, s, *a: s.update(hook=1)); m.load_state_dict(m.state_dict())
P.register_parametrization(m, 'weight', nn.Identity()); repr(m), list(m.state_dict()), type(m).__name__
P.register_parametrization(m, 'weight', nn.Tanh())
P.register_parametrization(m, 'foo', nn.Tanh())
P.register_parametrization(m, 'bias', nn.Sigmoid()); m.bias; P.remove_parametrizations(m, 'bias'); list(m.state_dict())
P.remove_parametrizations(m, 'weight')
P.is_parametrized(m), P.is_parametrized(m, 'weight')
U.parametrizations.weight_norm(m); repr(m), list(m.state_dict().items())
U.parametrizations.weight_norm(m, dim=None); m.weight; P.remove_parametrizations(m, 'weight'); repr(m)
U.parametrizations.spectral_norm(m); m.train(); [m.weight, m.weight]; repr(m), list(m.state_dict().items())
U.parametrizations.spectral_norm(m, n_power_iterations=0)
U.parametrizations.orthogonal(m); list(m.state_dict()), repr(m)
U.weight_norm(m); repr(m), list(m.state_dict().items()); U.remove_weight_norm(m); list(m.state_dict())
U.spectral_norm(m); repr(m), list(m.state_dict()); U.remove_spectral_norm(m)
U.remove_weight_norm(m)
U.remove_spectral_norm(m)
U.parameters_to_vector(m.parameters())
U.vector_to_parameters(torch.ones(500), m.parameters()); list(m.state_dict().values())
U.clip_grad_norm_(m.parameters(), 1.0)
U.clip_grad_value_(m.parameters(), 1.0)
m.bfloat16().float(); list(m.state_dict().values())
m.compile; m.ipu; m.xpu; m.cpu() is m
len(m)
m[0]
m.eval(); m.extra_repr()
m == m, m != m, hash(m) == hash(m)
m.forward
nn.Module.forward(m)
m.__class__.__module__, m.__class__.__qualname__, m._get_name()
m.reset_parameters()
_ = torch.manual_seed(1); m.reset_parameters(); list(m.state_dict().items())
torch.func.functional_call(m, {}, (X(2, 3),))
U.skip_init(type(m), 3)
nn.Sequential(m, m); [n for n, _ in nn.Sequential(m, m).named_parameters()], [n for n, _ in nn.Sequential(m, m).named_modules(remove_duplicate=False)]
list(m.children()), sum(p.numel() for p in m.parameters())
sorted(k for k in vars(m) if not k.startswith('_'))
[(k, v) for k, v in sorted(vars(m).items()) if not k.startswith('_') and not callable(v)]
"""
ACTS = [a for a in ACTS.splitlines() if a]
LISTS = """
m.append(nn.Tanh()); repr(m)
m.insert(1, nn.Tanh()); repr(m)
m.extend([nn.Tanh(), nn.ReLU()]); repr(m)
m += [nn.Tanh()]; repr(m)
m[0] = nn.Tanh(); repr(m)
m[-1]
m[5]
m[-9]
m['a']
m[0:2]
m[::2]
del m[0]; repr(m)
del m[9]
del m[0:2]; repr(m)
m.pop(0)
m.pop('a')
m.pop(99)
len(m), list(iter(m))
m + m
m * 2
2 * m
m *= 2; repr(m)
m * 0
m * 1.5
m.append(3)
m.append('a')
m.insert(99, nn.Tanh())
m.insert(1, 3)
m.extend(3)
m.extend([3])
m + [nn.ReLU()]
m += 3
m.keys(), list(m.keys())
list(m.values())
list(m.items())
m.update({'q': nn.Tanh()}); repr(m)
m.update([('q', X(2))]); repr(m)
m.update(3)
m.update([3])
m.update([[1, 2, 3]])
m.update([(1, 2)])
m['z'] = X(2); repr(m)
m['z'] = nn.Tanh(); repr(m)
m['a.b'] = nn.Tanh()
m[3] = nn.Tanh()
'a' in m, 'nope' in m, 3 in m
m.clear(); repr(m)
m.pop('nope')
m.popitem()
m.setdefault('k', X(2)); repr(m)
m.setdefault('k')
m.get('a'), m.get('nope'), m.get('nope', 3)
m.fromkeys(['u', 'v'], 2)
m | {'k': X(2)}
m |= {'k': X(2)}; repr(m)
{'k': 3} | m
m.copy(); repr(m.copy())
list(reversed(m))
m.a
m(X(2))
m.reverse()
m.index(3)
repr(m), str(m)
""".splitlines()
LISTS = [a for a in LISTS if a]
NAMES = sorted(KINDS)


def program(r, number):
    name = NAMES[number % len(NAMES)]
    positional, options, inputs = KINDS[name]
    wrong = r.randrange(6)
    args = split(r.choice(positional))
    args += [f"{k}={r.choice(v)}" for k, v in options.items() if r.random() < 0.3 and k + "=" not in " ".join(args)]
    if wrong == 0:
        args = spoilt_call(r, args)
    given = split(r.choice(inputs))
    if wrong == 1:
        given = spoilt_input(r, given)
    dtype = next((a[6:] for a in args if a.startswith("dtype=")), "None")
    lines = [f"m = nn.{name}({', '.join(args)})", "repr(m)"]
    if r.random() < 0.5:
        lines.append("list(m.state_dict().items())")
    if r.random() < 0.4:
        lines.append("m.eval()")
    if r.random() < 0.1:
        lines.append("_ = torch.set_grad_enabled(False)")
    if "64" in dtype and wrong != 1:
        lines.append("torch.set_default_dtype(torch.float64)")
    before = [
        f"a{i} = {g}"
        for i, g in enumerate(given)
        if g.startswith("X(") and g.endswith(")") and "." not in g and g.count("(") == 1
    ]
    kept = [line.partition(" ")[0] for line in before]
    given = [f"a{i}" if f"a{i}" in kept else g for i, g in enumerate(given)]
    run = not name.startswith(("ModuleList", "ModuleDict", "ParameterList", "ParameterDict")) or r.random() < 0.1
    if run:
        lines += [*before, f"y = m({', '.join(given)})", "y", f"D({', '.join(['y', *kept, '*m.parameters()'])})"]
        if r.random() < 0.5:
            lines.append("repr(m), list(m.state_dict().items())")
    lines += ["torch.set_default_dtype(torch.float32)"]
    table = LISTS if not run or (name == "Sequential" and r.random() < 0.6) else ACTS
    for line in r.sample(table, 3):
        lines += line.split("; ")
    return lines


if __name__ == "__main__":
    main(program, __doc__)
