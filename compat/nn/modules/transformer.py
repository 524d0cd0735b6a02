"""Transformer: encoder and decoder layers, stacks of them, and both stacks together."""

import copy
import math

from funcgrad.core.site import warn

from ...autograd.grad_mode import tls
from ...functions.register import FUNCTIONS as T
from .. import functional
from ..functional.attention import additive, none_or_dtype
from ..init import xavier_uniform_
from .activation import GELU, MultiheadAttention, ReLU
from .container import ModuleList
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .normalization import LayerNorm


def square_mask(size, dtype=None):
    """What a mask adds to scores so that nothing looks ahead: -inf above the diagonal."""
    return T["triu"](T["full"]((size, size), -math.inf, dtype=dtype), 1)


def is_causal_mask(mask, is_causal, size):
    """The hint that a caller gave, or, if none, whether the mask is the one that forbids looking ahead."""
    if is_causal is not None or mask is None:
        return is_causal is True
    want = square_mask(size, mask.dtype)
    return mask.shape == want.shape and bool((mask == want).all())


def length_of(x, batch_first):
    shape = None if x.is_nested else x.shape
    return shape[0] if len(shape) == 2 else shape[1 if batch_first else 0]


class Block(Module):
    """What encoder and decoder layers share: attention, the feed-forward network, a norm and a dropout for each part."""

    _attentions = ("self_attn",)
    _each = ("__init__",)

    def __init__(
        self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=functional.relu, layer_norm_eps=1e-5,
        batch_first=False, norm_first=False, bias=True, device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        for name in self._attentions:
            attention = MultiheadAttention(
                d_model, nhead, dropout, bias, batch_first=batch_first, device=device, dtype=dtype
            )
            setattr(self, name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias, device=device, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, device=device, dtype=dtype)
        self.norm_first = norm_first
        parts = range(1, len(self._attentions) + 2)
        for k in parts:
            setattr(self, f"norm{k}", LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype))
        for k in parts:
            setattr(self, f"dropout{k}", Dropout(dropout))
        given = activation_of(activation)
        kind = self._relu_or_gelu(given)
        if kind is not None:
            self.activation_relu_or_gelu = kind
        self.activation = given

    def _relu_or_gelu(self, activation):
        """What `activation_relu_or_gelu` is, None for a layer that has none."""

    def _residual(self, x, norm, part):
        """x + part(norm(x)), or norm(x + part(x))."""
        return x + part(norm(x)) if self.norm_first else norm(x + part(x))

    def _sa_block(self, x, attn_mask, key_padding_mask, is_causal=False):
        x = self.self_attn(
            x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask, is_causal=is_causal, need_weights=False
        )[0]
        return self.dropout1(x)

    def _fed_forward(self, x, last):
        return last(self.linear2(self.dropout(self.activation(self.linear1(x)))))


def activation_of(activation):
    if not isinstance(activation, str):
        return activation
    if activation not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {activation}")
    return getattr(functional, activation)


class TransformerEncoderLayer(Block):
    """Self-attention and a feed-forward network, each with dropout, residual and norm.

    >>> import compat as torch
    >>> torch.nn.TransformerEncoderLayer(8, 2, 16)(torch.ones(5, 3, 8)).shape
    torch.Size([5, 3, 8])
    """

    def __setstate__(self, state):
        super().__setstate__(state)
        if not hasattr(self, "activation"):  # (in files of old versions)
            self.activation = functional.relu

    def _relu_or_gelu(self, activation):
        """1 for relu, 2 for gelu, 0 for any other activation."""
        if activation is functional.relu or isinstance(activation, ReLU):
            return 1
        return 2 if activation is functional.gelu or isinstance(activation, GELU) else 0

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        padding = additive(src_key_padding_mask, "src_key_padding_mask", src.dtype, none_or_dtype(src_mask), "src_mask")
        mask = additive(src_mask, "src_mask", src.dtype)
        x = self._residual(src, self.norm1, lambda x: self._sa_block(x, mask, padding, is_causal=is_causal))
        return self._residual(x, self.norm2, self._ff_block)

    def _ff_block(self, x):
        return self._fed_forward(x, self.dropout2)


class TransformerDecoderLayer(Block):
    """Self-attention, attention to a memory and a feed-forward network, each with dropout, residual and norm."""

    _attentions = ("self_attn", "multihead_attn")

    def __setstate__(self, state):
        # (torch's looks for it here alone: in copies relu hides an activation that is a module)
        super().__setstate__({"activation": functional.relu} | state)

    def forward(
        self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None,
        tgt_is_causal=False, memory_is_causal=False,
    ):  # fmt: skip
        x = self._residual(tgt, self.norm1, lambda x: self._sa_block(x, tgt_mask, tgt_key_padding_mask, tgt_is_causal))
        x = self._residual(
            x,
            self.norm2,
            lambda x: self._mha_block(x, memory, memory_mask, memory_key_padding_mask, memory_is_causal),
        )
        return self._residual(x, self.norm3, self._ff_block)

    def _mha_block(self, x, mem, attn_mask, key_padding_mask, is_causal=False):
        x = self.multihead_attn(
            x, mem, mem, attn_mask=attn_mask, key_padding_mask=key_padding_mask, is_causal=is_causal, need_weights=False
        )[0]
        return self.dropout2(x)

    def _ff_block(self, x):
        return self._fed_forward(x, self.dropout3)


# ------------------------------------------------------------------------------------------------ stacks
def copies(module, count):
    return ModuleList([copy.deepcopy(module) for _ in range(count)])


# The names that layers of one's own, written after torch's, import
_get_clones, _get_activation_fn = copies, activation_of


def _generate_square_subsequent_mask(sz, device=None, dtype=None):
    return Transformer.generate_square_subsequent_mask(sz, device, dtype)


def not_packed_because(layer):
    """Why torch's encoder would not skip the padding in inference, in its words; "" if it would."""
    if not isinstance(layer, TransformerEncoderLayer):
        return "encoder_layer was not TransformerEncoderLayer"
    attention = layer.self_attn
    reasons = [
        (layer.norm_first, "norm_first was True"),
        (
            not attention.batch_first,
            "self_attn.batch_first was not True(use batch_first for better inference performance)",
        ),
        (not attention._qkv_same_embed_dim, "self_attn._qkv_same_embed_dim was not True"),
        (attention.in_proj_bias is None, "self_attn was passed bias=False"),
        (not layer.activation_relu_or_gelu, "activation_relu_or_gelu was not True"),
        (layer.norm1.eps != layer.norm2.eps, "norm1.eps was not equal to encoder_layer.norm2.eps"),
        (attention.num_heads % 2 == 1, "self_attn.num_heads is odd"),
    ]
    return next((f"encoder_layer.{text}" for holds, text in reasons if holds), "")


class TransformerEncoder(Module):
    """A stack of copies of an encoder layer."""

    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        super().__init__()
        self.layers = copies(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        reason = not_packed_because(encoder_layer)
        if enable_nested_tensor and reason:
            warn(f"enable_nested_tensor is True, but self.use_nested_tensor is False because {reason}")
        self.enable_nested_tensor = enable_nested_tensor
        self.use_nested_tensor = enable_nested_tensor and not reason
        self.mask_check = mask_check

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        padding = additive(src_key_padding_mask, "src_key_padding_mask", src.dtype, none_or_dtype(mask), "mask")
        mask = additive(mask, "mask", src.dtype)
        first = self.layers[0]
        attention = getattr(first, "self_attn", None)
        hint = is_causal_mask(mask, is_causal, length_of(src, getattr(attention, "batch_first", False)))
        kept = self._kept(src, mask, padding, first)
        x = src
        for layer in self.layers:
            x = layer(x, src_mask=mask, is_causal=hint, src_key_padding_mask=padding)
        if kept is not None:
            x = x.masked_fill(~kept.unsqueeze(-1), 0.0)
        return x if self.norm is None else self.norm(x)

    def _kept(self, src, mask, padding, first):
        """Which positions torch computes where it leaves out the padding, whose outputs are zeros then; else None."""
        if not self.use_nested_tensor or first.training or src.dim() != 3 or padding is None or mask is not None:
            return None
        kept = padding == 0
        if self.mask_check and not bool((kept[:, 1:] <= kept[:, :-1]).all()):
            return None
        recorded = tls.grad and (src.requires_grad or any(p.requires_grad for p in first.parameters()))
        return None if recorded else kept


class TransformerDecoder(Module):
    """A stack of copies of a decoder layer."""

    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = copies(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None,
        tgt_is_causal=None, memory_is_causal=False,
    ):  # fmt: skip
        hint = is_causal_mask(tgt_mask, tgt_is_causal, length_of(tgt, self.layers[0].self_attn.batch_first))
        x = tgt
        for layer in self.layers:
            x = layer(
                x, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=hint, memory_is_causal=memory_is_causal,
            )  # fmt: skip
        return x if self.norm is None else self.norm(x)


class Transformer(Module):
    """An encoder and a decoder: transformer(src [S, N, E], tgt [T, N, E]) -> [T, N, E]."""

    def __init__(
        self, d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1,
        activation=functional.relu, custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-5, batch_first=False,
        norm_first=False, bias=True, device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        options = (
            d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias, device, dtype,
        )  # fmt: skip
        for name, custom, layer, stack, count in (
            ("encoder", custom_encoder, TransformerEncoderLayer, TransformerEncoder, num_encoder_layers),
            ("decoder", custom_decoder, TransformerDecoderLayer, TransformerDecoder, num_decoder_layers),
        ):
            if custom is None:
                block = layer(*options)
                custom = stack(block, count, LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype))
            setattr(self, name, custom)
        self._reset_parameters()
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def _reset_parameters(self):
        for p in self.parameters():
            if p.dim() > 1:
                xavier_uniform_(p)

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        """A mask that forbids looking ahead: float[sz, sz], -inf above the diagonal."""
        if device is not None:
            from ..._calls import C

            C.full((sz, sz), 0.0, dtype=dtype, device=device)
        return square_mask(sz, dtype).to(device=device)

    def forward(
        self, src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None,
        tgt_key_padding_mask=None, memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None,
        memory_is_causal=False,
    ):  # fmt: skip
        batch = 0 if self.batch_first else 1
        batched = src.dim() == 3
        if src.size(batch) != tgt.size(batch) and batched:
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(
            tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )  # fmt: skip
