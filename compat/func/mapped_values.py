"""What torch says where the value of what is mapped is asked for: by torch.func's vmap, and by the older one of batched gradients."""

from funcgrad.errors import ConcreteBoolError, ConcretizationError

from ..functions.mapped_by_loop import OLDER


class MappedValueError(ConcretizationError, RuntimeError):
    """The value of what is mapped was asked for: torch's RuntimeError, by which name it is shown."""


MappedValueError.__name__ = MappedValueError.__qualname__ = "RuntimeError"
MappedValueError.__module__ = "builtins"


BRANCHED = (
    "It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that yet, please "
    "file an issue at https://github.com/pytorch/pytorch/issues ."
)


ASKED = (
    "It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, please try to "
    "rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch internals, please file a bug "
    "report."
)


EITHER = (
    "It looks like you're either (1) calling .item() on a Tensor or (2) attempting to use a Tensor in some data-dependent control flow or "
    "(3) encountering this error in PyTorch internals. For (1): we don't support vmap over calling .item() on a Tensor, please try to rewrite "
    "what you're doing with other operations. For (2): we don't support data-dependent control flow in vmap yet, please file an issue at "
    "https://github.com/pytorch/pytorch/issues . For (3): please file an issue."
)


UNNAMED = {  # without "vmap:" before them
    "tolist()": "Cannot access data pointer of Tensor that doesn't have storage",
    "equal": OLDER.format("equal"),
    "narrow": "Batching rule not implemented for aten::narrow.Tensor; the fallback path doesn't work on out= or view ops.",
    "allclose": "vmap over torch.allclose isn't supported yet. Please file an issue at https://github.com/pytorch/pytorch/issues if you need "
    "this feature.",
}


OUTPUT = (
    "We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::{}. Please file an issue at "
    "https://github.com/pytorch/pytorch/issues if you need this feature."
)


OF_SHAPE = UNNAMED | {  # by what funcgrad says first of an operation whose shape depends on values
    "a boolean index": "We do not support batching operators that can support dynamic shape. Attempting to batch over indexing with a "
    "boolean mask.",
    "masked_select": "Attempted to vmap over `mask` in torch.masked_select(self, mask) We cannot support this because for each batch this "
    "would return a differently shaped Tensor. Please file an issue at https://github.com/pytorch/pytorch/issues if you need this feature.",
    "nonzero": OUTPUT.format("nonzero"),
    "where": OUTPUT.format("where"),
    "unique": OUTPUT.format("_unique2"),
    "unique_consecutive": OUTPUT.format("unique_consecutive"),
}


def in_torchs_words(error):
    """A ConcretizationError as torch's RuntimeError (one that is it already, of a vmap inside, as it is)."""
    if isinstance(error, RuntimeError):
        return error
    text = OF_SHAPE.get(str(error).partition(":")[0]) or (
        EITHER if error.derived else BRANCHED if isinstance(error, ConcreteBoolError) else ASKED
    )
    if text in UNNAMED.values():
        return MappedValueError(text).with_traceback(
            error.__traceback__
        )  # (which a transform further out leaves alone)
    return MappedValueError(f"vmap: {text}\n[{error}]").with_traceback(error.__traceback__)


def in_older_words(error):
    """The same for the vmap that maps several cotangents at once."""
    if isinstance(error, RuntimeError):
        return error
    what = str(error).partition(":")[0]
    name = "is_nonzero" if isinstance(error, ConcreteBoolError) else what.removesuffix("()")
    text = UNNAMED.get(what) or OLDER.format(name)
    return MappedValueError(f"{text}\n[{error}]").with_traceback(error.__traceback__)
