"""A sparse Tensor's text, as torch prints it."""

import numpy as np

from .. import dtypes, printing
from ..graph import shown

OWN_DTYPES = ("int64", "bool")  # that are seen in the elements


def body(array, indent):
    array = np.asarray(array)
    return printing.format_body(array, indent) + (f", size={array.shape}" if not array.size else "")


def describe(t):
    """A sparse Tensor's text."""
    e, indent = t.val, len("tensor(")
    dtype = t.dtype.name
    suffixes = [f"size={e.shape}", f"nnz={e.nnz}"]
    default = dtypes.of_numpy(dtypes.Default.numpy).name
    if dtype not in (*OWN_DTYPES, default, {"float64": "complex128"}.get(default, "complex64")):
        suffixes.append(f"dtype=torch.{dtype}")
    suffixes.append("layout=torch.sparse_coo")
    if (mark := t.mark) is not None:
        suffixes.append(f"grad_fn=<{type(shown(mark)).__name__}>" if mark.plan is not None else "requires_grad=True")
    values = e.values.detach()
    values = (values.float() if values.dtype.itemsize == 2 and values.is_floating_point() else values).numpy()
    written = (
        f"tensor(indices=tensor({body(e.indices, indent + len('indices=tensor('))}),\n"
        f"{' ' * indent}values=tensor({body(values, indent + len('values=tensor('))})"
    )
    before = "Parameter containing:\n" if vars(t).get("_is_param") else ""
    return before + printing.add_suffixes(written, suffixes, indent, newline=True) + ")"
