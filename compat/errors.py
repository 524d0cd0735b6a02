"""torch's own error texts, with the user's line where torch cannot name it."""

from funcgrad.core.site import here
from funcgrad.core.trace import Tape


def no_graph(t):
    """The error of backward() on a Tensor that no leaf requiring grad led to."""
    why = ""
    if not t.is_floating_point() and not t.is_complex():
        why = f" The Tensor is {t.dtype}, and integers carry no gradient."
    return RuntimeError(
        "element 0 of tensors does not require grad and does not have a grad_fn"
        f" [backward() at {here()}.{why} Look for .detach(), .data, .item(), .numpy(), torch.no_grad(), an integer dtype or "
        "argmax between the leaves and this Tensor, or set requires_grad=True on a leaf before it is used.]"
    )


def size_mismatch(a, b):
    """torch's words for shapes that do not broadcast, or None if they do."""
    for k in range(1, min(len(a), len(b)) + 1):
        if a[-k] != b[-k] and 1 not in (a[-k], b[-k]):
            at = max(len(a), len(b)) - k
            return RuntimeError(
                f"The size of tensor a ({a[-k]}) must match the size of tensor b ({b[-k]}) at non-singleton dimension {at}"
            )
    return None


def leaf_in_place(text):
    """The error of a write into a leaf that requires grad, or into a view of one: torch's words, the rest as a note.

    It is raised before anything is written.
    """
    error = RuntimeError(text)
    error.add_note(
        f"[at {here()}: nothing was written. Write under torch.no_grad() if the change is no part of the computation "
        "(an update step); take a clone() first and write into that if it is; or build the value from parts with cat, "
        "stack or where; or make the leaf with requires_grad=False and ask for the gradient after it is filled.]"
    )
    return error


Tape.leaf_error = staticmethod(leaf_in_place)
