"""What torch warns of: texts by name, given at the user's line (torch's C++ part, which has no line, adds its own place)."""

import sys

from funcgrad.core.site import warn

TEXTS = {
    "expanded": "Use of {} on expanded tensors is deprecated. Please clone() the tensor before performing this operation. This also "
    "applies to advanced indexing e.g. tensor[{}",
    "range": "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
    "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
    "meshgrid": "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
    "T": "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error "
    "in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to "
    "reverse the dimensions of a tensor.",
    "older": "This overload of {} is deprecated:\n\t{}\nConsider using one of the following signatures instead:\n{}",
    "0-D": "{} is deprecated on 0-D tensors. {}",
    "where": "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of "
    "PyTorch. Use a boolean condition instead.",
    "cross": "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use "
    "torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release.",
    "spread": "{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided "
    "by output numel).",
    "cov": "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
    "out": "An output with one or more elements was resized since it had shape {}, which does not match the required output shape "
    "{}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized unless they have zero elements. "
    "You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
    "arange": "The number of elements in the out tensor of shape {} is {} which does not match the computed number of elements {}. Note "
    "that this may occur as a result of rounding error. The out tensor will be resized to a tensor of shape {}.",
    "array": "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing to this "
    "tensor will result in undefined behavior. You may want to copy the array to protect its data or make it writable before "
    "converting it to a tensor. This type of warning will be suppressed for the rest of this program.\n[compat refuses such writes.]",
    "buffer": "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to the "
    "underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its data or make it "
    "writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program.\n[compat refuses "
    "such writes.]",
    "arrays": "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a single "
    "numpy.ndarray with numpy.array() before converting to a tensor.",
    "precision": "{} is not one of 'highest', 'high', or 'medium'; the currentsetFloat32MatmulPrecision call has no effect.",
    "layout": "grad and param do not obey the gradient layout contract. This is not an error, but may impair performance.\n"
    "grad.sizes() = {}, strides() = {}\nparam.sizes() = {}, strides() = {}",
    "sparse": "Sparse invariant checks are implicitly disabled. Memory errors (e.g. SEGFAULT) will occur when operating on a sparse tensor "
    "which violates the invariants, but checks incur performance overhead. To silence this warning, explicitly opt in or out. See "
    "`torch.sparse.check_sparse_tensor_invariants.__doc__` for guidance. ",
    "sparse_new": "torch.sparse.SparseTensor({}) is deprecated.  Please use torch.sparse_coo_tensor({}).",
    "csr": "Sparse CSR tensor support is in beta state. If you miss a functionality in the sparse tensor support, please submit a feature "
    "request to https://github.com/pytorch/pytorch/issues.",
    "complex32": "ComplexHalf support is experimental and many operators don't support it yet.",
    "real": "Casting complex values to real discards the imaginary part",
    "mixed": "Mismatch dtype between input and weight: input dtype = {}, weight dtype = {}, Cannot dispatch to fused implementation.",
    "lu_solve": "torch.lu_solve is deprecated in favor of torch.linalg.lu_solveand will be removed in a future "
    "PyTorch release.\nNote that torch.linalg.lu_solve has its arguments reversed.\nX = torch.lu_solve(B, LU, "
    "pivots)\nshould be replaced with\nX = torch.linalg.lu_solve(LU, pivots, B)",
    "lu": "torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and will be "
    "removed in a future PyTorch release.\nLU, pivots = torch.lu(A, compute_pivots)\nshould be replaced with\nLU, "
    "pivots = torch.linalg.lu_factor(A, compute_pivots)\nand\nLU, pivots, info = torch.lu(A, compute_pivots, "
    "get_infos=True)\nshould be replaced with\nLU, pivots, info = torch.linalg.lu_factor_ex(A, compute_pivots)",
    "qr": "torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future PyTorch release.\n"
    "The boolean parameter 'some' has been replaced with a string parameter 'mode'.\nQ, R = torch.qr(A, some)\n"
    "should be replaced with\nQ, R = torch.linalg.qr(A, 'reduced' if some else 'complete')",
    "cholesky": "torch.cholesky is deprecated in favor of torch.linalg.cholesky and will be removed in a future "
    "PyTorch release.\nL = torch.cholesky(A)\nshould be replaced with\nL = torch.linalg.cholesky(A)\nand\nU = "
    "torch.cholesky(A, upper=True)\nshould be replaced with\nU = torch.linalg.cholesky(A).mH\nThis transform will "
    "produce equivalent results for all valid (symmetric positive definite) inputs.",
    "chain_matmul": "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use "
    "torch.linalg.multi_dot instead, which accepts a list of two or more tensors rather than multiple parameters.",
    "triangular_solve": "torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will "
    "be removed in a future PyTorch release.\ntorch.linalg.solve_triangular has its arguments reversed and does "
    "not return a copy of one of the inputs.\nX = torch.triangular_solve(B, A).solution\nshould be replaced with\n"
    "X = torch.linalg.solve_triangular(A, B).",
    "scattered": "torch.searchsorted(): {0} tensor is non-contiguous, this will lower the performance due to extra data copy when "
    "converting non-contiguous tensor to contiguous, please use contiguous {0} tensor if possible. This message will only appear once per "
    "program.",
    "scalar": "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first.\n[at {}: what is computed with the number has no gradient; compute with the Tensor, or say "
    "item() where a plain number is meant.]",
    "stft": "A window was not provided. A rectangular window will be applied,which is known to cause spectral "
    "leakage. Other windows such as torch.hann_window or torch.hamming_window are recommended to reduce spectral "
    "leakage.To suppress this warning and use a rectangular window, explicitly set `window=torch.ones(n_fft, "
    "device=<device>)`.",
    "stft_real": "stft with return_complex=False is deprecated. In a future pytorch release, stft will return complex tensors for all "
    "inputs, and return_complex=False will raise an error.\nNote: you can still call torch.view_as_real on the complex output to recover "
    "the old return format.",
    "istft": "A window was not provided. A rectangular window will be applied.Please provide the same window "
    "used by stft to make the inversion lossless.To suppress this warning and use a rectangular window, explicitly "
    "set `window=torch.ones(n_fft, device=<device>)`.",
    "storage": "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only "
    "storage class. This should only matter to you if you are using storages directly.  To access UntypedStorage "
    "directly, use tensor.untyped_storage() instead of tensor.storage()",
    "sequence": "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch 2.9; use "
    "x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, x[torch.tensor(seq)], which will "
    "result either in an error or a different result",
    "reduced": "index_reduce() is in beta and the API may change at any time.",
    "uint8": "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
    "resize": "non-inplace {} is deprecated",
    "same": "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of "
    "the input be created",
    "projections": "LSTM with projections is not supported with oneDNN. Using default implementation.",
    "cycle": "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can cause "
    "a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this function, make sure to "
    "reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak.",
    "default": "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
    "torch.set_default_device() as alternatives.",
}


_said = set()


def is_first(name):
    """Is a warning to be given: the first time, or, by set_warn_always, any?"""
    if name in _said and not sys.modules[__package__].is_warn_always_enabled():
        return False
    _said.add(name)
    return True


def once(name, *figures, place=None):
    """Give the warning of a name, with figures in it, the first time. `place`: which of several places where torch says the same."""
    if is_first(name if place is None else f"{name} {place}"):
        deprecated(name, *figures)


def deprecated(name, *figures):
    """Give the warning of a name, with figures in it."""
    warn(TEXTS[name].format(*figures) if figures else TEXTS[name])
