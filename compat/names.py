"""torch's names for the nodes of the graph: one table. What is not in it is named after the primitive."""

from funcgrad.core.trace import PICK

NAMES = {
    "affine": "AddmmBackward0",
    "put": "CopySlices",
    "scatter_set": "CopySlices",
    "scatter_add": "CopySlices",
    "copy": "CopyBackwards",
    "getitem": "AsStridedBackward0",  # (a view that was written under: what makes one gives it its own name)
    "diagonal": "AsStridedBackward0",
    "strided": "AsStridedBackward0",
    "sliding_windows": "AsStridedBackward0",
    "as_real": "ViewAsRealBackward0",
    "as_complex": "ViewAsComplexBackward0",
    "gather": "IndexBackward0",
    "reshape": "ViewBackward0",
    "transpose": "PermuteBackward0",
    "broadcast": "AsStridedBackward0",
    "cast": "ToCopyBackward0",
    "dot_general": "MmBackward0",
    "power": "PowBackward0",
    "integer_power": "PowBackward0",
    "square": "PowBackward0",
    "concatenate": "CatBackward0",
    "where": "WhereBackward0",
    "squared_error": "MseLossBackward0",
    "huber_error": "HuberLossBackward0",
    "smooth_absolute_error": "SmoothL1LossBackward0",
    "logits_loss": "BinaryCrossEntropyWithLogitsBackward0",
    "probability_loss": "BinaryCrossEntropyBackward0",
    "cholesky": "LinalgCholeskyExBackward0",
    "det": "LinalgDetBackward0",
    "eigh": "LinalgEighBackward0",
    "inv": "LinalgInvExBackward0",
    "pinv": "LinalgPinvBackward0",
    "qr": "LinalgQrBackward0",
    "slogdet": "LinalgSlogdetBackward0",
    "solve": "LinalgSolveExBackward0",
    "svd": "LinalgSvdBackward0",
}
OVER_SOME = {"sum": "SumBackward1", "mean": "MeanBackward1"}  # where not all axes are reduced: vmap's own reductions


def node_name(n):
    """torch's name of a node: `MulBackward0`."""
    if n.plan is None:
        return "AccumulateGrad"
    if n.extra is not None and n.extra.label is not None:
        return n.extra.label
    if n.plan.prim is PICK:
        return node_name(n.ins[0])
    if n.plan.label is not None:
        return n.plan.label
    name = n.plan.prim.name
    if name in OVER_SOME and n.avals and len(n.params["axes"]) < len(n.avals[0].shape):
        return OVER_SOME[name]
    return NAMES.get(name) or "".join(w.capitalize() for w in name.split("_")) + "Backward0"


def full_name(name):
    """What a node calls itself: those that belong to autograd itself say so."""
    return (
        f"torch::autograd::{name}"
        if name in ("AccumulateGrad", "CopySlices", "CopyBackwards", "Identity", "NotImplemented")
        else name
    )


SAVED = {  # what torch calls the operands of an operation, where it is not (self, other)
    "Pow": ("self", "exponent"),
    "Mm": ("self", "mat2"),
    "Bmm": ("self", "mat2"),
    "Mv": ("self", "vec"),
    "Dot": ("self", "tensor"),
    "Addmm": ("self", "mat1", "mat2"),
    "Baddbmm": ("self", "batch1", "batch2"),
    "Addmv": ("self", "mat", "vec"),
    "Addbmm": ("self", "batch1", "batch2"),
    "Addr": ("self", "vec1", "vec2"),
    "Addcmul": ("self", "tensor1", "tensor2"),
    "Addcdiv": ("self", "tensor1", "tensor2"),
    "Lerp": ("self", "end", "weight"),
    "Where": ("condition", "self", "other"),
    "Clamp": ("self", "min", "max"),
    "Convolution": ("input", "weight", "bias"),
    "Linear": ("input", "weight", "bias"),
    "LeakyRelu": ("self", "negative_slope"),
    "Gather": ("self", "index"),
} | dict.fromkeys(
    ("MseLoss", "NllLoss", "HuberLoss", "SmoothL1Loss", "BinaryCrossEntropyWithLogits", "BinaryCrossEntropy"),
    ("self", "target"),
)
ALSO = {  # what torch saves that no rule here reads: its name and the operand that it is (-1: the result)
    "AvgPool2DBackward0": ("self", 0),
    "GatherBackward0": ("self", 0),
    "LinalgVectorNormBackward0": ("result", -1),
    "PowBackward2": ("exponent", 1),
    "ProdBackward0": ("result", -1),
    "ProdBackward1": ("result", -1),
}
RESULTS = {"LinalgInvEx": "inverse", "LinalgCholeskyEx": "L"}  # what it calls the result, where it is not `result`


def saved_names(n):
    """torch's names of what a node saves: of the operands it reads, then `result`."""
    own = SAVED.get(node_name(n).partition("Backward")[0], ("self", "other"))
    if n.plan.prim.name == "dot_general":
        own = own[-2:]  # (of a product to which something is added)
    names = [own[i] if i < len(own) else f"tensor{i}" for i in n.plan.reads]
    return names + ["result"] * n.plan.keeps
