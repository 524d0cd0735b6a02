"""torch.nn.attention.bias: causal masks as objects, which scaled_dot_product_attention takes."""

import enum

import compat as torch
from funcgrad.core.site import warn

from ...functions.missing import refusal as _refusal

__getattr__ = _refusal(__name__)
__all__ = ["causal_upper_left", "causal_lower_right", "CausalVariant", "CausalBias"]


class CausalVariant(enum.IntEnum):
    """Which corner of the matrix of queries and keys the diagonal of a causal mask starts from."""

    UPPER_LEFT = 1
    LOWER_RIGHT = 2


class CausalBias(torch.Tensor):
    """A causal mask of so many queries and keys, in place of `attn_mask`; what it has in memory means nothing.

    >>> from compat.nn.attention.bias import causal_lower_right
    >>> causal_lower_right(2, 3)
    tensor([[ True,  True, False],
            [ True,  True,  True]])
    """

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        torch.Tensor.__init__(self, *args, **kwargs)
        return self

    def __init__(self, variant, seq_len_q, seq_len_kv):
        if not isinstance(variant, CausalVariant):
            raise AssertionError(f"variant must be a CausalVariant, got {type(variant).__name__}")
        super().__init__()
        self.variant, self.seq_len_q, self.seq_len_kv = variant, seq_len_q, seq_len_kv
        if seq_len_q > seq_len_kv and variant == CausalVariant.LOWER_RIGHT:
            warn("Lower right causal bias will produce NaNs in the output when seq_len_q > seq_len_kv!")

    def _materialize(self, device=None):
        """The mask as a bool Tensor."""
        ones = torch.ones(self.seq_len_q, self.seq_len_kv, device=device or torch.device("cpu"), dtype=torch.bool)
        return torch.tril(ones, 0 if self.variant == CausalVariant.UPPER_LEFT else self.seq_len_kv - self.seq_len_q)

    @staticmethod
    def _dispatch(query, key, value, attn_mask, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
        if is_causal:
            raise ValueError("CausalBias should not be used with causal=True")
        corner = attn_mask.seq_len_q == attn_mask.seq_len_kv or attn_mask.variant == CausalVariant.UPPER_LEFT
        mask = None if corner else attn_mask._materialize(query.device)
        return torch.nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, dropout_p=dropout_p, is_causal=corner, scale=scale, enable_gqa=enable_gqa
        )

    def __repr__(self):
        return repr(self._materialize())

    __str__ = __repr__


def causal_upper_left(*size):
    """The CausalBias of (queries, keys) whose diagonal starts at the first of both."""
    if len(size) != 2:
        raise AssertionError("causal_upper_left only supports 2D tensors")
    return CausalBias(CausalVariant.UPPER_LEFT, *size)


def causal_lower_right(*size):
    """The CausalBias of (queries, keys) whose diagonal ends at the last of both."""
    if len(size) != 2:
        raise AssertionError("causal_lower_right only supports 2D tensors")
    return CausalBias(CausalVariant.LOWER_RIGHT, *size)
