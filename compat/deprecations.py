"""What torch warns of: texts by name, given at the user's line (torch's C++ part, which has no line, adds its own place)."""

from funcgrad.core.site import warn

TEXTS = {
    "range": "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
    "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
    "meshgrid": "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
    "T": "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error "
    "in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to "
    "reverse the dimensions of a tensor.",
    "where": "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of "
    "PyTorch. Use a boolean condition instead.",
    "cross": "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use "
    "torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release.",
    "spread": "{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided "
    "by output numel).",
    "out": "An output with one or more elements was resized since it had shape {}, which does not match the required output shape "
    "{}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized unless they have zero elements. "
    "You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
    "array": "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing to this "
    "tensor will result in undefined behavior. You may want to copy the array to protect its data or make it writable before "
    "converting it to a tensor. This type of warning will be suppressed for the rest of this program. [compat refuses such writes.]",
    "buffer": "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to the "
    "underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its data or make it "
    "writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program. [compat refuses "
    "such writes.]",
    "arrays": "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a single "
    "numpy.ndarray with numpy.array() before converting to a tensor.",
    "real": "Casting complex values to real discards the imaginary part",
    "mixed": "Mismatch dtype between input and weight: input dtype = {}, weight dtype = {}, Cannot dispatch to fused implementation.",
    "default": "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
    "torch.set_default_device() as alternatives.",
}


_said = set()


def once(name, *figures):
    """Give the warning of a name, with figures in it, the first time."""
    if name not in _said:
        _said.add(name)
        deprecated(name, *figures)


def deprecated(name, *figures):
    """Give the warning of a name, with figures in it."""
    warn(TEXTS[name].format(*figures) if figures else TEXTS[name])
