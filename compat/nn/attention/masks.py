"""Masks and changes of scores as functions of (batch, head, query, key): joined, and made into Tensors."""

import inspect

import compat as torch


def takes(f):
    """How many arguments without a default it takes: 4 of a mask, 5 of what changes scores; AssertionError for any other number."""
    if hasattr(f, "__code__"):
        count = f.__code__.co_argcount - len(getattr(f, "__defaults__", None) or ())
    else:
        count = sum(p.default is p.empty for p in inspect.signature(f).parameters.values())
    if count not in (4, 5):
        raise AssertionError(f"Expected 4 or 5 positional args, got {count}")
    return count


def everywhere(f, shape, device, *in_front):
    """f(*in_front, b, h, q, k) at all places of a shape (batch, heads, queries, keys); `in_front` is of that shape."""
    for mapped in (3, 2, 1, 0):  # the innermost first
        f = torch.vmap(f, in_dims=(*(0 for _ in in_front), *(0 if axis == mapped else None for axis in range(4))))
    return f(*in_front, *(torch.arange(0, size, device=device) for size in shape))


def noop_mask(batch, head, token_q, token_kv):
    """Every query looks at every key."""
    return batch.new_ones(size=(), dtype=torch.bool, device=batch.device)


def check_masks(masks):
    if not all(callable(mask) for mask in masks):
        raise RuntimeError(f"All inputs should be callable mask_mods: {masks}")


def or_masks(*mask_mods):
    """The mask of what any of these lets through; RuntimeError for what is no function.

    >>> from compat.nn.attention.flex_attention import create_mask, or_masks
    >>> near = or_masks(lambda b, h, q, k: q == k, lambda b, h, q, k: q == k + 1)
    >>> create_mask(near, None, None, 2, 3)
    tensor([[[[ True, False, False],
              [ True,  True, False]]]])
    """
    check_masks(mask_mods)

    def or_mask(b, h, q_idx, kv_idx):
        seen = b.new_zeros((), dtype=torch.bool)
        for mask in mask_mods:
            seen = seen | mask(b, h, q_idx, kv_idx)
        return seen

    return or_mask


def and_masks(*mask_mods):
    """The mask of what all of these let through; RuntimeError for what is no function.

    >>> from compat.nn.attention.flex_attention import and_masks, create_mask
    >>> window = and_masks(lambda b, h, q, k: q >= k, lambda b, h, q, k: q - k < 2)
    >>> create_mask(window, None, None, 3, 3)
    tensor([[[[ True, False, False],
              [ True,  True, False],
              [False,  True,  True]]]])
    """
    check_masks(mask_mods)

    def and_mask(b, h, q_idx, kv_idx):
        seen = b.new_ones((), dtype=torch.bool)
        for mask in mask_mods:
            seen = seen & mask(b, h, q_idx, kv_idx)
        return seen

    return and_mask


def create_mask(mod_fn, B, H, Q_LEN, KV_LEN, device=None):
    """The bool Tensor (B, H, Q_LEN, KV_LEN) of a mask, or of where a function that changes scores gives no -inf.

    B, H: None stands for 1. AssertionError for a function of another number of arguments than 4 or 5.

    >>> from compat.nn.attention.flex_attention import create_mask
    >>> create_mask(lambda b, h, q, k: q >= k, 1, 1, 2, 2)
    tensor([[[[ True, False],
              [ True,  True]]]])
    """
    device = device or "cpu"
    shape = (1 if B is None else B, 1 if H is None else H, Q_LEN, KV_LEN)
    if takes(mod_fn) == 4:
        return everywhere(mod_fn, shape, device)
    scores = everywhere(mod_fn, shape, device, torch.zeros(shape, device=device))
    return torch.where(torch.isneginf(scores), False, True)
