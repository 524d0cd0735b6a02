"""The classes of torch.nn with which random_networks.py makes its programs: how each is called, and what it is given.

Invariant: every public class that works on a CPU with dense Tensors is here, as text.
"""

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
