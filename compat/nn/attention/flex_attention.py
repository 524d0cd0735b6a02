"""torch.nn.attention.flex_attention: attention whose scores a function of (score, batch, head, query, key) changes."""

import math
import typing

import compat as torch
from funcgrad.core.site import warn

from ...functions.missing import refusal as _refusal
from .blocks import BlockMask, create_block_mask, sliced_mask
from .masks import and_masks, create_mask, everywhere, noop_mask, or_masks

__getattr__ = _refusal(__name__)
__all__ = [
    "BlockMask", "flex_attention", "AuxOutput", "AuxRequest", "FlexKernelOptions", "create_block_mask", "create_mask", "or_masks",
    "and_masks", "noop_mask",
]  # fmt: skip
for _made in (BlockMask, create_block_mask, and_masks, create_mask, noop_mask, or_masks):
    _made.__module__ = __name__
_FLEX_ATTENTION_DISABLE_COMPILE_DEBUG = False
_DEFAULT_SPARSE_BLOCK_SIZE = 128
_WARNINGS_SHOWN = set()
WHOLE = 1 << 30  # the size of the one block of no mask
BACKENDS = ("AUTO", "TRITON", "FLASH", "TRITON_DECODE")
LN2 = math.log(2.0)
UNCOMPILED = (
    "flex_attention called without torch.compile() - this will use an unfused implementation that materializes the full scores matrix "
    "instead of generating a fused kernel.\n\nSOLUTION: Use torch.compile(flex_attention)(...)\n\n"
    "If you want to debug your score_mod/mask_mod, you can set:\n"
    "torch.nn.attention.flex_attention._FLEX_ATTENTION_DISABLE_COMPILE_DEBUG = True\n\n"
    "This will allow you to use print statements or breakpoints. Note: This doesn't work with the backwards pass and may produce "
    "incorrect results."
)


class FlexKernelOptions(typing.TypedDict, total=False):
    """Options of kernels for GPUs; those that torch checks on a CPU are checked."""

    BACKEND: str


class AuxRequest(typing.NamedTuple):
    """What flex_attention is to give beside its result."""

    lse: bool = False
    max_scores: bool = False


class AuxOutput(typing.NamedTuple):
    """What was asked for by an AuxRequest."""

    lse: typing.Any = None
    max_scores: typing.Any = None


def warn_once(name, text, category=UserWarning):
    if name not in _WARNINGS_SHOWN:
        if not torch.compiler.is_compiling():
            warn(text, category)
        _WARNINGS_SHOWN.add(name)


# ------------------------------------------------------------------------------------------------ what is refused
def check_operands(query, key, value, enable_gqa):
    three = (query, key, value)
    if key.device != query.device or value.device != query.device:
        raise ValueError(
            "Expected query, key, and value to have the same device type, but got query.device: "
            f"{query.device}, key.device: {key.device}, and value.device: {value.device} instead."
        )
    if any(t.dim() < 2 for t in three):
        raise ValueError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{query.dim()}, key.dim: {key.dim()} and value.dim: {value.dim()} instead."
        )
    if query.size(-1) != key.size(-1):
        raise ValueError(
            "Expect query and key/value to have the same embedding dimension "
            f"but got E={query.size(-1)} and E={key.size(-1)}."
        )
    if query.device.type == "cpu" and any(t.requires_grad for t in three):
        raise NotImplementedError(
            "FlexAttention does not support backward on CPU. Please set the input requires_grad to False or use another device."
        )
    if query.device.type != "cpu":
        raise ValueError(
            "FlexAttention is only supported on CUDA, CPU, HPU, or MPS devices. "
            f"Found input tensors on {query.device.type} device."
        )
    if any(t.dim() != 4 for t in three):
        raise NotImplementedError("NYI: query, key, and value must be 4D tensors")
    of_query, of_key = query.size(1), key.size(1)
    if not enable_gqa and of_query != of_key:
        raise ValueError(
            f"Expect query and key/value to have the same number of heads but got Hq={of_query} and Hkv={of_key}. "
            "Try setting enable_gqa=True for GQA."
        )
    if enable_gqa and of_query % of_key:
        raise ValueError(
            f"Expect number of query heads to be a multiple of kv heads for GQA but got Hq={of_query} and Hkv={of_key}."
        )


def check_batches(query, key, mask):
    of_query, of_key = query.size(0), key.size(0)
    if of_query == of_key:
        return
    if mask is None:
        raise ValueError(
            "Expect query and key/value to have the same batch size, or non-none block_mask, "
            f"but got block_mask=None, Bq={of_query}, and Bkv={of_key}."
        )
    if mask.kv_num_blocks.size(0) != of_query:
        raise ValueError(
            "Expect query and key/value to have the same batch size, or block_mask and query to have the same batch size, "
            f"but got Bq={of_query}, Bkv={of_key}, B_block_mask={mask.kv_num_blocks.size(0)}."
        )


def check_lengths(query, key, mask):
    if tuple(mask.BLOCK_SIZE) == (WHOLE, WHOLE):
        return
    q, kv = query.size(-2), key.size(-2)
    for_q, for_kv = mask.shape[-2:]
    if (q, kv) == (for_q, for_kv):
        return
    text = f"block_mask was created for block_mask.shape={mask.shape} but got q_len={q} and kv_len={kv}. As the block mask was created for a "
    if q > for_q or kv > for_kv:
        raise ValueError(f"{text}smaller length than you're using it for, you likely need to create a new block mask.")
    raise ValueError(
        f"{text}larger length than you're using it for, you can either 1. create a new block mask with the correct length, or 2. 'adjust' "
        "the existing block mask to the correct length by calling block_mask._adjust(q_len, kv_len). This essentially 'crops' the block "
        "mask to the upper left corner, which does not work for all mask_mods!"
    )


def check_options(options, return_aux):
    options = options or {}
    if "BACKEND" in options:
        if options.get("FORCE_USE_FLEX_ATTENTION", False):
            raise RuntimeError(
                "BACKEND cannot be combined with legacy FORCE_USE_FLEX_ATTENTION. BACKEND supersedes the legacy knob; please drop "
                "FORCE_USE_FLEX_ATTENTION and only specify the desired BACKEND."
            )
        if options["BACKEND"] not in BACKENDS:
            raise ValueError(f"Invalid BACKEND value '{options['BACKEND']}'. Must be one of {BACKENDS}")
    for name in ("OUTPUT_LOGSUMEXP", "OUTPUT_MAX"):
        if name in options:
            raise AssertionError(f"{name} must not be in kernel_options")
    if return_aux is not None and return_aux.max_scores:
        if options.get("BACKEND") == "FLASH":
            raise NotImplementedError(
                "Returning max scores is not supported with BACKEND='FLASH'. Use return_aux=AuxRequest(lse=True) or omit max_scores."
            )
        raise NotImplementedError("Returning max scores is not supported on CPU/MPS.")


# ------------------------------------------------------------------------------------------------ the attention
def computed(query, key, value, score_mod, mask_mod, scale):
    """(softmax of the changed scores @ value, the logarithm of each row's sum of exponentials)."""
    heads = query.size(1) // key.size(1)
    key, value = (torch.repeat_interleave(t, heads, dim=1) for t in (key, value))
    batches, others = query.size(0), key.size(0)
    if batches != others and others != 1:
        raise RuntimeError(f"Bq and Bkv must broadcast. Got Bq={batches} and Bkv={others}")
    key, value = (t.expand(batches, *t.shape[1:]) for t in (key, value))
    working = torch.float64 if query.dtype == torch.float64 else torch.float32
    scores = (query.to(working) @ key.to(working).transpose(-2, -1) * scale).to(working)
    shape, device = scores.shape, scores.device
    seen = everywhere(mask_mod, shape, device)
    changed = scores if score_mod is None else everywhere(score_mod, shape, device, scores)
    changed = torch.where(seen, changed, torch.tensor(-math.inf, dtype=working, device=device))
    unseen = torch.all(changed == -math.inf, dim=-1)
    lse = torch.where(unseen, -math.inf, changed.logsumexp(dim=-1))
    weights = torch.where(unseen.unsqueeze(-1), 0.0, changed.softmax(-1))
    out = weights.to(query.dtype) @ value.to(query.dtype)
    return laid_as(out, query.stride()), lse / LN2


def laid_as(out, strides):
    """`out` in memory whose axes follow one another as these strides do, the last one always innermost."""
    order = [3, *sorted(range(3), key=strides.__getitem__)][::-1]
    return out.permute(order).contiguous().permute([order.index(axis) for axis in range(4)])


def flex_attention(
    query, key, value, score_mod=None, block_mask=None, scale=None, enable_gqa=False, return_lse=False, kernel_options=None, *,
    return_aux=None,
):  # fmt: skip
    """Attention of query (B, H, L, E) over key (B, H, S, E) and value (B, H, S, Ev): (B, H, L, Ev).

    score_mod(score, batch, head, query, key): the changed score, all of them 0-d Tensors. block_mask: a BlockMask, whose mask decides
    which pairs are looked at; a query that looks at nothing gets zeros. scale: 1 / sqrt(E) unless given. enable_gqa: fewer heads of key
    and value, each shared by as many of query. return_aux=AuxRequest(lse=True): also the logarithms of the sums of exponentials.
    NotImplementedError where query, key or value requires grad, as in torch on a CPU (what score_mod reads may require it).

    >>> import compat as torch
    >>> from compat.nn.attention import flex_attention as flex
    >>> flex._FLEX_ATTENTION_DISABLE_COMPILE_DEBUG = True
    >>> q, v = torch.zeros(1, 1, 3, 2), torch.arange(3.0).reshape(1, 1, 3, 1)
    >>> causal = flex.create_block_mask(lambda b, h, q, k: q >= k, 1, 1, 3, 3)
    >>> flex.flex_attention(q, q, v, block_mask=causal).flatten()
    tensor([0.0000, 0.5000, 1.0000])
    >>> flex._FLEX_ATTENTION_DISABLE_COMPILE_DEBUG = False
    """
    check_operands(query, key, value, enable_gqa)
    check_batches(query, key, block_mask)
    if block_mask is not None:
        if block_mask.mask_mod is sliced_mask:
            raise RuntimeError("Cannot use mask_mod from a sliced BlockMask")
        check_lengths(query, key, block_mask)
    if scale is None:
        scale = 1.0 / math.sqrt(query.size(-1))
    if return_lse and return_aux is not None:
        raise ValueError(
            "Cannot specify both return_lse and return_aux. return_lse is deprecated, please use return_aux=AuxRequest(lse=True) instead."
        )
    if return_lse:
        text = (
            "return_lse is deprecated and will be removed in v2.10. Please use return_aux=AuxRequest(lse=True) instead."
        )
        warn_once("deprecated_return_lse", text, FutureWarning)
    check_options(kernel_options, return_aux)
    if not _FLEX_ATTENTION_DISABLE_COMPILE_DEBUG:
        warn_once("flex_attention_performance", UNCOMPILED)
    out, lse = computed(query, key, value, score_mod, noop_mask if block_mask is None else block_mask.mask_mod, scale)
    # (in the base of two and back, which rounds as torch does)
    if return_aux is not None:
        return out, AuxOutput(lse=lse * LN2 if return_aux.lse and lse.numel() else None)
    return (out, lse * LN2 if lse.numel() else None) if return_lse else out
