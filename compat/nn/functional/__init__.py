"""torch.nn.functional: layers, activations and losses as functions, by family; loaded when they are first named.

Thin spellings over primitives and torch's operations: what torch shows as one node is labelled so, and its derivative is
that of its body.
"""

from funcgrad.lazy import attributes as _attributes

from ...functions.missing import refusal as _refusal

_FAMILIES = {
    "products": "linear bilinear",
    "lookup": "embedding one_hot",
    "bags": "embedding_bag",
    "activations": "relu relu_ tanh sigmoid leaky_relu elu selu celu gelu silu mish softplus logsigmoid hardtanh relu6 "
    "hardsigmoid hardswish hardshrink softshrink threshold softsign tanhshrink prelu glu softmax log_softmax softmin "
    "leaky_relu_ elu_ selu_ celu_ hardtanh_ threshold_ rrelu rrelu_ gumbel_softmax",
    "attention": "scaled_dot_product_attention multi_head_attention_forward",
    "native": "conv_tbc",
    "convolution": "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d",
    "dropouts": "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout",
    "losses": "mse_loss l1_loss smooth_l1_loss huber_loss nll_loss cross_entropy binary_cross_entropy "
    "binary_cross_entropy_with_logits kl_div poisson_nll_loss gaussian_nll_loss linear_cross_entropy",
    "margins": "margin_ranking_loss hinge_embedding_loss soft_margin_loss cosine_embedding_loss triplet_margin_loss "
    "triplet_margin_with_distance_loss multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss normalize cosine_similarity "
    "pairwise_distance pdist",
    "ctc": "ctc_loss",
    "norms": "layer_norm group_norm rms_norm batch_norm instance_norm local_response_norm",
    "padding": "pad",
    "pooling": "max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d max_pool1d_with_indices "
    "max_pool2d_with_indices max_pool3d_with_indices lp_pool1d lp_pool2d lp_pool3d",
    "unpooling": "max_unpool1d max_unpool2d max_unpool3d",
    "adaptive": "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d "
    "adaptive_max_pool3d adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices "
    "adaptive_max_pool3d_with_indices fractional_max_pool2d fractional_max_pool3d fractional_max_pool2d_with_indices "
    "fractional_max_pool3d_with_indices",
    "rearranging": "pixel_shuffle pixel_unshuffle channel_shuffle native_channel_shuffle unfold fold",
    "resampling": "interpolate upsample upsample_nearest upsample_bilinear",
    "grids": "grid_sample affine_grid GRID_SAMPLE_INTERPOLATION_MODES GRID_SAMPLE_PADDING_MODES",
}
_PRIVATE = {
    "borrowed": "_canonical_mask _get_softmax_dim _in_projection _in_projection_packed _none_or_dtype _verify_batch_size"
}
_others, _ = _attributes(__name__, _PRIVATE, missing=_refusal(__name__), modules="")
__getattr__, __dir__ = _attributes(__name__, _FAMILIES, missing=_others, modules="")
