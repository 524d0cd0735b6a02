"""What a dense Tensor on the CPU says when it is asked for what other layouts, devices and versions have."""

import torch

x, i, w = torch.arange(6.0).reshape(2, 3), torch.arange(3), torch.ones(2, requires_grad=True)
EXPRESSIONS = """
x.values() | x.indices() | x.coalesce() | x.is_coalesced() | x.crow_indices() | x.col_indices() | x.ccol_indices()
x.row_indices() | x.sparse_dim() | x.dense_dim() | i.dequantize() | x.is_shared() | x.share_memory_() is x | x.is_distributed()
x.q_scale() | x.qscheme() | x.int_repr() | x._nnz() | x.resize(3, 2) | x.resize(2) | x.resize_as(x.T) | x.index(1, 0)
x.new() | x.new([1, 2]) | i.new(2).dtype | x.name | x.reinforce(1) | x.lstsq(x) | x.symeig() | x.solve(x) | x.eig()
reversed(x) | x.__rmatmul__([[1.0]]) | [1.0] @ x | x.__delitem__(0) | 2 in i | x.H.shape | x.mH.shape | x.imag | i.T | w.resize_(1)
x.is_xla | x.is_mtia | x.is_sparse_csr | x.xpu() | x.const_data_ptr() == x.data_ptr() | x.to_dense() is x | x.grad_dtype
x.module_load(x + 1) | x.__cuda_array_interface__ | x.__nope__ | torch.is_storage(x.storage()) | x._is_view() | x[0]._is_view()
w.__dlpack__() | torch.matrix_rank(x) | x.to("cuda") | x.cuda() | i.__index__() | i[1].__index__()
hasattr(x, "__array_priority__") | x.__array_priority__
"""


def shown(value):
    return repr(tuple(value) if isinstance(value, torch.Size) else value).replace("\n", " ")


for text in EXPRESSIONS.strip().replace("\n", " | ").split(" | "):
    try:
        print(text, "->", shown(eval(text)))
    except Exception as error:
        print(text, "!", type(error).__name__, str(error).splitlines()[0].partition("This could be because")[0].strip())
