"""Sequences of different lengths: padded into one Tensor, packed without padding, and back.

A PackedSequence holds the rows of all sequences by time: batch_sizes[t] rows of those that are longer than t.
"""

from collections import namedtuple

import numpy as np

from funcgrad.core.primitive import PRIMITIVES

from ... import dtypes
from ..._calls import C
from ...functions.missing import refusal as _refusal
from ...functions.nodes import named
from ...functions.operands import broadcast_shapes, dtype_of
from ...functions.register import FUNCTIONS as T
from ...payload import current, wrap
from ...tensor import Tensor

P = PRIMITIVES
Fields = namedtuple("PackedSequence_", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"])


class PackedSequence(Fields):
    """Rows of several sequences by time: data [rows, *], batch_sizes int64[T], and the order in which they are sorted.

    Made by pack_sequence and pack_padded_sequence, taken by RNN, LSTM and GRU.
    """

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is not None:
            if batch_sizes.device.type != "cpu":
                raise ValueError(
                    "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. They should "
                    "be instantiated by functions like pack_sequence and pack_padded_sequences in nn.utils.rnn. "
                    "https://pytorch.org/docs/stable/nn.html#torch.nn.utils.rnn.pack_sequence"
                )
        else:
            if not (isinstance(data, (list, tuple)) and len(data) == 2):
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def with_data(self, data):
        """The same packing of other rows; itself if these are its rows."""
        if data is self.data:
            return self
        return type(self)(data, self.batch_sizes, self.sorted_indices, self.unsorted_indices)

    def to(self, *args, **kwargs):
        """The same with data.to(...)."""
        return self.with_data(self.data.to(*args, **kwargs))

    def cpu(self, *args, **kwargs):
        """Itself: there is only the CPU."""
        return self.with_data(self.data.cpu())

    def cuda(self, *args, **kwargs):
        """RuntimeError: there is only the CPU."""
        return self.with_data(self.data.cuda())

    def pin_memory(self):
        """The same with data.pin_memory()."""
        return self.with_data(self.data.pin_memory())

    def is_pinned(self):
        """Is the data pinned?"""
        return self.data.is_pinned()

    is_cuda = property(lambda self: False)


def converter(name):
    def convert(self):
        return self.with_data(getattr(self.data, name)())

    convert.__name__, convert.__doc__ = name, f"The same with data.{name}()."
    return convert


for _name in ("double", "float", "half", "long", "int", "short", "char", "byte"):
    setattr(PackedSequence, _name, converter(_name))


def invert_permutation(permutation):
    """The permutation that undoes one: int64[N]; None of None."""
    if permutation is None:
        return None
    return T["empty_like"](permutation).scatter_(0, permutation, T["arange"](permutation.numel()))


def figures(t):
    return np.asarray(t.tolist() if isinstance(t, Tensor) else t, np.int64).reshape(-1)


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """The rows of padded sequences [T, N, *] (batch_first: [N, T, *]) that belong to them, as a PackedSequence.

    lengths: of each sequence, longest first unless enforce_sorted is False. RuntimeError for lengths that do not fit.
    """
    lengths = (
        lengths.to(dtypes.BY_NAME["int64"])
        if isinstance(lengths, Tensor)
        else T["as_tensor"](lengths, dtype=dtypes.BY_NAME["int64"])
    )
    if type(batch_first) is not bool or not isinstance(input, Tensor):
        C._pack_padded_sequence(input, lengths, batch_first)
    dims, lengths = lengths.dim(), figures(lengths)
    order = None
    if not enforce_sorted:
        order = T["argsort"](wrap(Tensor, lengths), descending=True)
        lengths = lengths[order.val]
        input = input.index_select(0 if batch_first else 1, order)
    if batch_first:
        input = input.transpose(0, 1)
    if input.numel() == 0:
        raise RuntimeError("Cannot pack empty tensors.")
    if dims != 1:
        raise RuntimeError(f"'lengths' argument should be a 1D CPU int64 tensor, but got {dims}D cpu Long tensor")
    count, steps = input.size(1), input.size(0)
    if lengths.size != count:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {lengths.size} (batch_size={count})"
        )
    if lengths.size == 0 or lengths[-1] <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if (np.diff(lengths) > 0).any():
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do "
            "not need ONNX exportability."
        )
    sizes = (lengths[None, :] > np.arange(lengths[0])[:, None]).sum(1)
    rows = enumerate(sizes[:steps])  # (a length beyond the input is no error)
    at = np.concatenate([t * count + np.arange(n) for t, n in rows])
    x = current(input)
    flat = P["reshape"](x, shape=(steps * count, *input.shape[2:]))
    data = named(P["gather"](flat, at), "PackPaddedSequenceBackward0", (input,))
    return PackedSequence(data, wrap(Tensor, sizes), order)


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """(padded sequences [T, N, *], or [N, T, *] with batch_first; their lengths int64[N]) of a PackedSequence."""
    sizes = figures(sequence.batch_sizes)
    steps, count = len(sizes), int(sizes[0])
    if total_length is not None and total_length < steps:
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but got "
            f"total_length={total_length} and max sequence length being {steps}"
        )
    if type(batch_first) is not bool or type(total_length) is float or not isinstance(padding_value, (int, float)):
        total = -1 if total_length is None else total_length
        C._pad_packed_sequence(sequence.data, sequence.batch_sizes, batch_first, padding_value, total)
    steps = steps if total_length is None else total_length
    starts = np.concatenate([[0], np.cumsum(sizes)])
    at = np.full((steps, count), starts[-1])  # the row behind all others is the padding
    for t, n in enumerate(sizes):
        at[t, :n] = starts[t] + np.arange(n)
    x = current(sequence.data)
    padding = wrap(Tensor, np.full((1, *sequence.data.shape[1:]), padding_value, dtype_of(x)))
    out = P["gather"](T["cat"]([x, padding]), at.T if batch_first else at)
    named(out, "CopySlices", (sequence.data,))
    lengths = wrap(Tensor, (sizes[:, None] > np.arange(count)).sum(0))
    if sequence.unsorted_indices is not None:
        out = out.index_select(0 if batch_first else 1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices]
    return out, lengths


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Tensors [length, *] in one, [longest, N, *] (batch_first: [N, longest, *]), padded at the end or the start."""
    if not hasattr(sequences, "__iter__"):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    sequences = tuple(sequences)
    C.pad_sequence(sequences, batch_first, padding_value, padding_side)
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    if sequences[0].dim() == 0:
        raise RuntimeError("ArrayRef: invalid slice, N = 1; size = 0")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    for s in sequences:
        place = (s.size(0), *sequences[0].shape[1:])
        if (full := broadcast_shapes(place, s.shape)) != place:
            raise RuntimeError(f"output with shape {list(place)} doesn't match the broadcast shape {list(full)}")
    longest = max(s.shape[0] for s in sequences)
    padded = []
    for s in sequences:
        x = current(s.to(sequences[0].dtype).expand(s.shape[0], *sequences[0].shape[1:]))
        before, behind = (longest - s.shape[0], 0) if padding_side == "left" else (0, longest - s.shape[0])
        config = ((before, behind, 0), *[(0, 0, 0)] * (sequences[0].dim() - 1))
        padded.append(P["pad"](x, np.asarray(padding_value, dtype_of(x)), config=config))
    out = T["stack"](padded, 0 if batch_first else 1)
    return named(out, "CopySlices", sequences)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The sequences, each of its length, of a padded Tensor."""
    if not batch_first:
        padded_sequences.transpose_(0, 1)  # (in place, as in torch)
    places = T["arange"](padded_sequences.shape[1], device=lengths.device)
    return [s[places < n] for s, n in zip(padded_sequences, lengths, strict=True)]


def pack_sequence(sequences, enforce_sorted=True):
    """Tensors [length, *], longest first unless enforce_sorted is False, as a PackedSequence."""
    lengths = [s.size(0) for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences):
    """The sequences of a PackedSequence."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


__getattr__ = _refusal(__name__)
