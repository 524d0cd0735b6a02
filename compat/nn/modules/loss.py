"""Distances and losses as modules: each applies the function of nn.functional that it names, with its own reduction and options."""

import math
from dataclasses import dataclass

from funcgrad.core.site import warn

from ...dtypes import BY_NAME
from ...names_of_classes import placed
from ...native import shown_as
from .. import functional
from ..functional.losses import given_reduction
from .linear import Linear
from .module import Module


class CosineSimilarity(Module):
    """cosine_similarity."""

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        return functional.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """pairwise_distance."""

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        return functional.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


POLICIES = "auto", "accurate", "balanced", "compact"
SUMMED_IN = [BY_NAME[n] for n in ("float16", "bfloat16", "float32", "float64")]


@dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """How linear_cross_entropy is to save memory in torch; they change nothing here. ValueError for what torch does not take."""

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: object = None

    def __post_init__(self):
        if self.acc_policy not in POLICIES:
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.chunking_method not in (None, "auto"):
            name, colon, factor = self.chunking_method.partition(":")
            factor = factor if colon else "1"
            if name != "aspect_ratio" or not factor.isdigit() or not int(factor):
                raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        if self.acc_dtype is not None and self.acc_dtype not in SUMMED_IN:
            raise ValueError(
                "acc_dtype must be one of {None, torch.float16, torch.bfloat16, torch.float32, torch.float64}, got "
                f"{self.acc_dtype!r}. Pass acc_dtype=None to let the op pick automatically."
            )


class _Loss(Module):
    """What losses share. `_function`: of nn.functional; `_options`: the attributes that it gets by name."""

    _function = ""
    _options = ()
    _each = ("forward",)

    def __init__(self, size_average=None, reduce=None, reduction="mean"):
        super().__init__()
        self.reduction = given_reduction(reduction, size_average, reduce)

    def forward(self, input, target):
        return self._applied(input, target)

    def _applied(self, *operands):
        options = {name: getattr(self, name) for name in self._options}
        return getattr(functional, self._function)(*operands, reduction=self.reduction, **options)


class _WeightedLoss(_Loss):
    """A loss with a weight, which is a buffer."""

    _options = ("weight",)
    _each = ("forward",)

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class MSELoss(_Loss):
    """mse_loss.

    >>> import compat as torch
    >>> torch.nn.MSELoss()(torch.tensor([1.0]), torch.tensor([3.0]))
    tensor(4.)
    """

    _function = "mse_loss"


class L1Loss(_Loss):
    """l1_loss."""

    _function = "l1_loss"


class SmoothL1Loss(_Loss):
    """smooth_l1_loss."""

    _function, _options = "smooth_l1_loss", ("beta",)

    def __init__(self, size_average=None, reduce=None, reduction="mean", beta=1.0):
        super().__init__(size_average, reduce, reduction)
        self.beta = beta


class HuberLoss(_Loss):
    """huber_loss."""

    _function, _options = "huber_loss", ("delta",)

    def __init__(self, reduction="mean", delta=1.0):
        if not isinstance(delta, (float, int)):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        super().__init__(reduction=reduction)
        self.delta = delta


class NLLLoss(_WeightedLoss):
    """nll_loss."""

    _function, _options = "nll_loss", ("weight", "ignore_index")

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index


def as_nll_loss(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    NLLLoss.__init__(self, weight, size_average, ignore_index, reduce, reduction)


as_nll_loss.__qualname__ = "NLLLoss2d.__init__"  # (torch warns before Python looks at the arguments)


class NLLLoss2d(NLLLoss):
    """NLLLoss, by its former name; one that is made (by pickle, too) warns, and so does a class of it."""

    def __new__(cls, *args, **kwargs):
        if cls is NLLLoss2d:
            warn(FORMER_NAME, FutureWarning)
        return super().__new__(cls)

    @shown_as(NLLLoss.__init__)
    def __init__(self, *args, **kwargs):
        as_nll_loss(self, *args, **kwargs)

    def __init_subclass__(cls, **kwargs):
        warn(FORMER_NAME, FutureWarning)
        super().__init_subclass__(**kwargs)


FORMER_NAME = (
    "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see "
    "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details."
)


class CrossEntropyLoss(_WeightedLoss):
    """cross_entropy."""

    _function, _options = "cross_entropy", ("weight", "ignore_index", "label_smoothing")

    def __init__(
        self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
    ):  # fmt: skip
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing


class LinearCrossEntropyLoss(_WeightedLoss):
    """linear_cross_entropy: a Linear layer and cross_entropy of it. `options`, about memory, change nothing here."""

    def __init__(
        self, in_features, num_classes, *, out_features=(), bias=False, device=None, dtype=None, reduction="mean",
        weight=None, ignore_index=None, label_smoothing=0.0, options=None,
    ):  # fmt: skip
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}")
        if label_smoothing < 0 or label_smoothing > 1.0:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__(weight, reduction=reduction)
        self.num_classes, self.out_features = num_classes, out_features
        self.ignore_index, self.label_smoothing, self.options = ignore_index, label_smoothing, options
        self.linear = Linear(in_features, math.prod(out_features, start=num_classes), bias, device=device, dtype=dtype)

    def forward(self, input, target):
        shape = (self.num_classes, *self.out_features)
        weight, bias = self.linear.weight.reshape(*shape, -1), self.linear.bias
        return functional.linear_cross_entropy(
            input, weight, target, linear_bias=None if bias is None else bias.reshape(shape), weight=self.weight,
            reduction=self.reduction, ignore_index=self.ignore_index, label_smoothing=self.label_smoothing,
            options=self.options,
        )  # fmt: skip

    def extra_repr(self):
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, out_features={self.out_features}, "
            f"bias={self.linear.bias is not None}, reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )


class BCELoss(_WeightedLoss):
    """binary_cross_entropy."""

    _function = "binary_cross_entropy"


class BCEWithLogitsLoss(_WeightedLoss):
    """binary_cross_entropy_with_logits."""

    _function, _options = "binary_cross_entropy_with_logits", ("pos_weight",)

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input, target):
        return self._applied(input, target, self.weight)


class KLDivLoss(_Loss):
    """kl_div."""

    _function, _options = "kl_div", ("log_target",)

    def __init__(self, size_average=None, reduce=None, reduction="mean", log_target=False):
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target


class PoissonNLLLoss(_Loss):
    """poisson_nll_loss."""

    _function, _options = "poisson_nll_loss", ("log_input", "full", "eps")

    def __init__(self, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, log_input, target):
        return self._applied(log_input, target)


class GaussianNLLLoss(_Loss):
    """gaussian_nll_loss."""

    _function, _options = "gaussian_nll_loss", ("full", "eps")

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(reduction=reduction)
        self.full, self.eps = full, eps

    def forward(self, input, target, var):
        return self._applied(input, target, var)


class SoftMarginLoss(_Loss):
    """soft_margin_loss."""

    _function = "soft_margin_loss"


class HingeEmbeddingLoss(_Loss):
    """hinge_embedding_loss."""

    _function, _options = "hinge_embedding_loss", ("margin",)

    def __init__(self, margin=1.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin


class MarginRankingLoss(_Loss):
    """margin_ranking_loss."""

    _function, _options = "margin_ranking_loss", ("margin",)
    _each = ("__init__", "forward")

    def __init__(self, margin=0.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return self._applied(input1, input2, target)


class CosineEmbeddingLoss(MarginRankingLoss):
    """cosine_embedding_loss."""

    _function = "cosine_embedding_loss"


class MultiLabelMarginLoss(_Loss):
    """multilabel_margin_loss."""

    _function = "multilabel_margin_loss"


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """multilabel_soft_margin_loss."""

    _function = "multilabel_soft_margin_loss"


class MultiMarginLoss(_WeightedLoss):
    """multi_margin_loss."""

    _function, _options = "multi_margin_loss", ("p", "margin", "weight")

    def __init__(self, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError("only p == 1 and p == 2 supported")
        if weight is not None and weight.dim() != 1:
            raise ValueError(f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.dim()}D instead")
        self.p, self.margin = p, margin


def check_margin(module, margin):
    if margin <= 0:
        raise ValueError(f"{type(module).__name__}: expected margin to be greater than 0, got {margin} instead")


class TripletMarginLoss(_Loss):
    """triplet_margin_loss."""

    _function, _options = "triplet_margin_loss", ("margin", "p", "eps", "swap")

    def __init__(
        self, margin=1.0, p=2.0, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"
    ):  # fmt: skip
        super().__init__(size_average, reduce, reduction)
        check_margin(self, margin)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor, positive, negative):
        return self._applied(anchor, positive, negative)


class TripletMarginWithDistanceLoss(_Loss):
    """triplet_margin_with_distance_loss."""

    _function, _options = "triplet_margin_with_distance_loss", ("distance_function", "margin", "swap")

    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__(reduction=reduction)
        check_margin(self, margin)
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin, self.swap = margin, swap

    def forward(self, anchor, positive, negative):
        return self._applied(anchor, positive, negative)


class CTCLoss(_Loss):
    """ctc_loss."""

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs, targets, input_lengths, target_lengths):
        own = (self.blank, self.reduction, self.zero_infinity)
        return functional.ctc_loss(log_probs, targets, input_lengths, target_lengths, *own)


placed(globals())
