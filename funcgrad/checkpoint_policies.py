"""Policies for fg.checkpoint, with jax's names: each is asked of every operation, and says whether its result is kept.

>>> import funcgrad as fg, numpy as np
>>> f = fg.checkpoint(lambda w, x: np.sum(np.sin(w @ x)), policy=fg.checkpoint_policies.dots_saveable)
>>> fg.grad(f)(np.ones((2, 2)), np.zeros(2))
array([[0., 0.],
       [0., 0.]])
"""

DOTS = ("dot_general", "conv")


def everything_saveable(prim, *avals, **params):
    """Keep every result."""
    return True


def nothing_saveable(prim, *avals, **params):
    """Keep no result, as without a policy."""
    return False


def dots_saveable(prim, *avals, **params):
    """Keep the results of products of matrices and convolutions."""
    return prim.name in DOTS


def dots_with_no_batch_dims_saveable(prim, *avals, **params):
    """Keep the results of products of matrices without batch axes."""
    return prim.name == "dot_general" and not params["dims"][1][0]


def save_only_these_names(*names):
    """Keep what `checkpoint_name` gave one of these names.

    >>> policy = save_only_these_names("h")
    """
    return lambda prim, *avals, **params: prim.name == "named" and params["name"] in names


def save_any_names_but_these(*names):
    """Keep what `checkpoint_name` gave a name that is not one of these."""
    return lambda prim, *avals, **params: prim.name == "named" and params["name"] not in names


def save_anything_except_these_names(*names):
    """Keep everything but what `checkpoint_name` gave one of these names."""
    return lambda prim, *avals, **params: prim.name != "named" or params["name"] not in names


def save_from_both_policies(first, second):
    """Keep what either of two policies keeps."""
    return lambda prim, *avals, **params: first(prim, *avals, **params) or second(prim, *avals, **params)


def offload_dot_with_no_batch_dims(offload_src, offload_dst):
    """Keep the results of products of matrices without batch axes. There is one memory here: what jax moves from a device's to the
    host's stays where it is."""
    return dots_with_no_batch_dims_saveable


def save_and_offload_only_these_names(
    *, names_which_can_be_saved, names_which_can_be_offloaded, offload_src, offload_dst
):
    """Keep what `checkpoint_name` gave one of these names; there is one memory here. Raises ValueError for a name in both lists."""
    both = set(names_which_can_be_saved) & set(names_which_can_be_offloaded)
    if both:
        raise ValueError(
            f"save_and_offload_only_these_names: a name is saved or offloaded, not both; got {sorted(both)} in both"
        )
    return save_only_these_names(*names_which_can_be_saved, *names_which_can_be_offloaded)


checkpoint_dots = dots_saveable
checkpoint_dots_with_no_batch_dims = dots_with_no_batch_dims_saveable

__all__ = [
    "checkpoint_dots", "checkpoint_dots_with_no_batch_dims", "dots_saveable", "dots_with_no_batch_dims_saveable",
    "everything_saveable", "nothing_saveable", "offload_dot_with_no_batch_dims", "save_and_offload_only_these_names", "save_any_names_but_these", "save_anything_except_these_names",
    "save_from_both_policies", "save_only_these_names",
]  # fmt: skip
