"""MultiheadAttention."""

from ..._calls import C
from ...autograd.grad_mode import tls
from ...tensor import Tensor
from .. import functional
from ..functional.attention import canonical_masks
from ..init import constant_, xavier_normal_, xavier_uniform_
from .linear import NonDynamicallyQuantizableLinear, empty
from .module import Module


class MultiheadAttention(Module):
    """Attention of several heads: (output, weights) of query, key and value [L, N, E], with batch_first [N, L, E].

    >>> import compat as torch
    >>> x = torch.ones(5, 2, 4)
    >>> out, weights = torch.nn.MultiheadAttention(4, 2)(x, x, x)
    >>> out.shape, weights.shape
    (torch.Size([5, 2, 4]), torch.Size([2, 5, 5]))
    """

    __module__ = __package__ + ".activation"  # (as torch has it)

    def __init__(
        self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None,
        batch_first=False, device=None, dtype=None,
    ):  # fmt: skip
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        self.num_heads, self.dropout, self.batch_first = num_heads, dropout, batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")
        widths = {"q_proj_weight": embed_dim, "k_proj_weight": self.kdim, "v_proj_weight": self.vdim}
        if self._qkv_same_embed_dim:
            self.in_proj_weight = empty(3 * embed_dim, embed_dim, device=device, dtype=dtype)
            for name in widths:
                self.register_parameter(name, None)
        else:
            for name, width in widths.items():
                setattr(self, name, empty(embed_dim, width, device=device, dtype=dtype))
            self.register_parameter("in_proj_weight", None)
        self.register_parameter("in_proj_bias", empty(3 * embed_dim, device=device, dtype=dtype) if bias else None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        self.bias_k = empty(1, 1, embed_dim, device=device, dtype=dtype) if add_bias_kv else None
        self.bias_v = empty(1, 1, embed_dim, device=device, dtype=dtype) if add_bias_kv else None
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self):
        for w in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if w is not None:
                xavier_uniform_(w)
        if self.in_proj_bias is not None:
            constant_(self.in_proj_bias, 0.0)
            constant_(self.out_proj.bias, 0.0)
        for b in (self.bias_k, self.bias_v):
            if b is not None:
                xavier_normal_(b)

    def __setstate__(self, state):
        super().__setstate__({"_qkv_same_embed_dim": True} | state)

    def merge_masks(self, attn_mask, key_padding_mask, query):
        """(both masks as one, [N, heads, L, S] if the first is given; torch's number of its kind: 1 of the second alone, 2)."""
        if attn_mask is None:
            return key_padding_mask, None if key_padding_mask is None else 1
        n, length, _ = query.shape
        if attn_mask.dim() == 3:
            merged = attn_mask.view(n, -1, length, length)
        else:
            merged = attn_mask.view(1, 1, length, length).expand(n, self.num_heads, -1, -1)
        if key_padding_mask is not None:
            merged = merged + key_padding_mask.view(n, 1, 1, length).expand(-1, self.num_heads, -1, -1)
        return merged, 2

    def forward(
        self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True,
        is_causal=False,
    ):  # fmt: skip
        if not (isinstance(query, Tensor) and isinstance(key, Tensor) and isinstance(value, Tensor)):
            query.dim(), query.is_nested, key.is_nested, value.is_nested
        for mask in (attn_mask, key_padding_mask):  # (torch asks the second where the first is none of floats)
            if mask is not None and not isinstance(mask, Tensor):
                C.is_floating_point(mask)
            elif mask is not None and mask.dtype.is_floating_point:
                break
        whole = self.batch_first and query is key is value and self._in_one_piece(query, attn_mask, key_padding_mask)
        padding, attn_mask = canonical_masks(key_padding_mask, attn_mask, query.dtype)
        turned = self.batch_first and query.dim() == 3
        if turned:
            swap = {id(t): t.transpose(1, 0) for t in (query, key, value)}  # (what was one Tensor stays one)
            query, key, value = (swap[id(t)] for t in (query, key, value))
        separate = {}
        if not self._qkv_same_embed_dim:
            separate = {f"{n}_proj_weight": getattr(self, f"{n}_proj_weight") for n in "qkv"} | {
                "use_separate_proj_weight": True
            }
        out, weights = functional.multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias, self.bias_k,
            self.bias_v, self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias,
            training=self.training, key_padding_mask=padding, need_weights=need_weights, attn_mask=attn_mask, **separate,
            average_attn_weights=average_attn_weights, is_causal=is_causal,
        )  # fmt: skip
        out = out.transpose(1, 0) if turned else out
        return (out.contiguous() if whole else out), weights

    def _in_one_piece(self, x, *masks):
        """Is this what torch computes with a kernel of its own, whose result lies in C order: self-attention that is only evaluated?"""
        if self.training or x.dim() != 3 or self.num_heads % 2 or self.add_zero_attn or self.bias_k is not None:
            return False
        own = self.in_proj_weight, self.in_proj_bias, self.out_proj.weight, self.out_proj.bias
        if any([p is None for p in own]) or any([m is not None and m.dtype.is_floating_point for m in masks]):
            return False
        if tls.grad and any([t.requires_grad for t in (x, *own)]):
            return False
        from ...backends import mha

        return mha.get_fastpath_enabled()
