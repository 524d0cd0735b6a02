"""Losses as modules: each applies the function of nn.functional that it names, with its own reduction and options."""

from . import functional
from .module import Module
from .reduction import reduction_of


class Loss(Module):
    """What losses share. `function`: of nn.functional; `options`: (name, default) of further arguments, in torch's order."""

    function = ""
    options = ()

    def __init__(self, *args, reduction="mean", size_average=None, reduce=None, **kwargs):
        super().__init__()
        names = [n for n, _ in self.options] + ["size_average", "reduce", "reduction"]
        names = self.order or names
        given = dict(zip(names, args))
        size_average = given.pop("size_average", size_average)
        reduce = given.pop("reduce", reduce)
        reduction = given.pop("reduction", reduction)
        known = dict(self.options)
        for name in kwargs:
            if name not in known:
                raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument '{name}'")
        if size_average is not None or reduce is not None:
            reduction = reduction_of(reduction, size_average, reduce)
        self.reduction = reduction
        for name, value in (known | given | kwargs).items():
            if name in self.BUFFERS:
                self.register_buffer(name, value)
            else:
                setattr(self, name, value)

    BUFFERS = ("weight", "pos_weight")
    order = None  # positional order, where torch's is not: options, size_average, reduce, reduction

    def forward(self, input, target):
        options = {n: getattr(self, n) for n, _ in self.options}
        return getattr(functional, self.function)(input, target, reduction=self.reduction, **options)


class MSELoss(Loss):
    """mse_loss.

    >>> import compat as torch
    >>> torch.nn.MSELoss()(torch.tensor([1.0]), torch.tensor([3.0]))
    tensor(4.)
    """

    function = "mse_loss"


class L1Loss(Loss):
    """l1_loss."""

    function = "l1_loss"


class SmoothL1Loss(Loss):
    """smooth_l1_loss."""

    function = "smooth_l1_loss"
    options = (("beta", 1.0),)
    order = ("size_average", "reduce", "reduction", "beta")


class HuberLoss(Loss):
    """huber_loss."""

    function = "huber_loss"
    options = (("delta", 1.0),)
    order = ("reduction", "delta")


class NLLLoss(Loss):
    """nll_loss."""

    function = "nll_loss"
    options = (("weight", None), ("ignore_index", -100))
    order = ("weight", "size_average", "ignore_index", "reduce", "reduction")


class CrossEntropyLoss(Loss):
    """cross_entropy."""

    function = "cross_entropy"
    options = (("weight", None), ("ignore_index", -100), ("label_smoothing", 0.0))
    order = ("weight", "size_average", "ignore_index", "reduce", "reduction", "label_smoothing")


class BCELoss(Loss):
    """binary_cross_entropy."""

    function = "binary_cross_entropy"
    options = (("weight", None),)


class BCEWithLogitsLoss(Loss):
    """binary_cross_entropy_with_logits."""

    function = "binary_cross_entropy_with_logits"
    options = (("weight", None), ("pos_weight", None))
    order = ("weight", "size_average", "reduce", "reduction", "pos_weight")


class KLDivLoss(Loss):
    """kl_div."""

    function = "kl_div"
    options = (("log_target", False),)
    order = ("size_average", "reduce", "reduction", "log_target")


class SoftMarginLoss(Loss):
    """soft_margin_loss."""

    function = "soft_margin_loss"


class HingeEmbeddingLoss(Loss):
    """hinge_embedding_loss."""

    function = "hinge_embedding_loss"
    options = (("margin", 1.0),)


class MarginRankingLoss(Loss):
    """margin_ranking_loss."""

    function = "margin_ranking_loss"
    options = (("margin", 0.0),)

    def forward(self, input1, input2, target):
        return functional.margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)
