"""Recurrent networks and their cells."""

import math
import sys
from numbers import Number

from funcgrad.core.site import warn

from ..._calls import C
from ...deprecations import once
from ...functions.register import FUNCTIONS as T
from ...tensor import Tensor
from .. import init
from ..functional import recurrent
from ..utils.rnn import PackedSequence
from .linear import empty
from .module import Module

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


def zeros(shape, like):
    return T["zeros"](*shape, dtype=like.dtype, device=like.device)


def are_plain(*tensors):
    """Are none of them of a subclass, whose __torch_function__ is to see torch's function?"""
    return all([type(t) is Tensor for t in tensors])


def reset(module):
    """Draw every parameter of a recurrent module anew, uniform in +-1 / sqrt(hidden_size)."""
    bound = 1.0 / math.sqrt(module.hidden_size) if module.hidden_size > 0 else 0
    for weight in module.parameters():
        init.uniform_(weight, -bound, bound)


def need(value, name, kind):
    if not isinstance(value, kind):
        raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")


LISTS = "_flat_weights_names", "_flat_weights"  # what torch keeps beside the parameters


def under_autocast():
    """May dtypes differ, since operations cast what they are given?"""
    mode = sys.modules.get("compat.amp.autocast_mode")  # (not there: nobody has asked for it)
    return mode is not None and mode.state.enabled.get("cpu", False)


class RNNBase(Module):
    """What RNN, LSTM and GRU share: parameters by layer and direction, the checks, and the way through the layers."""

    _each = ("forward",)

    def __init__(
        self, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
        proj_size=0, device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        rate = float(dropout)
        if not isinstance(dropout, Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if dropout > 0 and num_layers == 1:
            warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
                f"greater than 1, but got dropout={dropout} and num_layers={num_layers}",
            )
        for value, name, kind in (
            (bias, "bias", bool), (batch_first, "batch_first", bool), (input_size, "input_size", int),
            (hidden_size, "hidden_size", int),
        ):  # fmt: skip
            need(value, name, kind)
            if kind is int and value <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        if proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if mode not in GATES:
            raise ValueError(f"Unrecognized RNN mode: {mode}")
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, rate
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self._all_weights = []
        gates, out = GATES[mode] * hidden_size, proj_size or hidden_size
        directions = 2 if bidirectional else 1
        for layer in range(num_layers):
            width = input_size if layer == 0 else out * directions
            shapes = {"weight_ih": (gates, width), "weight_hh": (gates, out)}
            if bias:
                shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for suffix in ("", "_reverse")[:directions]:
                names = [f"{name}_l{layer}{suffix}" for name in shapes]
                for name, shape in zip(names, shapes.values()):
                    setattr(self, name, empty(*shape, device=device, dtype=dtype))
                self._all_weights.append(names)
        self.reset_parameters()

    @property
    def all_weights(self):
        """The parameters, a list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self):
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self):
        own = self._parameters
        return [
            own[name] if name in own else getattr(self, name, None) for names in self._all_weights for name in names
        ]

    def flatten_parameters(self):
        """Nothing: only a GPU wants the parameters side by side."""

    def reset_parameters(self):
        """Draw every parameter anew."""
        reset(self)

    def check_input(self, input, batch_sizes):
        """ValueError for a dtype, RuntimeError for a shape that is not the network's."""
        own = getattr(self, self._all_weights[0][0]).dtype
        if input.dtype != own and not under_autocast():
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({own}). Convert input: input.to({own}), or "
                f"convert model: model.to({input.dtype})"
            )
        expected = 3 if batch_sizes is None else 2
        if input.dim() != expected:
            raise RuntimeError(f"input must have {expected} dimensions, got {input.dim()}")
        if self.input_size != input.size(-1):
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def get_expected_hidden_size(self, input, batch_sizes):
        """(layers * directions, N, H) of the hidden state."""
        return self._state_size(input, batch_sizes, self.proj_size or self.hidden_size)

    def _state_size(self, input, batch_sizes, width):
        rows = int(input.shape[0 if self.batch_first else 1] if batch_sizes is None else batch_sizes[0])
        return self.num_layers * (2 if self.bidirectional else 1), rows, width

    def _state_sizes(self, input, batch_sizes):
        return (self.get_expected_hidden_size(input, batch_sizes),)

    def check_hidden_size(self, hx, expected_hidden_size, msg="Expected hidden size {}, got {}"):
        """RuntimeError for a state of another shape."""
        if hx.size() != tuple(expected_hidden_size):
            raise RuntimeError(msg.format(tuple(expected_hidden_size), list(hx.shape)))

    def check_forward_args(self, input, hidden, batch_sizes):
        """The checks of forward, the input's first."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx, permutation):
        """A state with its rows in another order."""
        return hx if permutation is None else hx.index_select(1, permutation)

    def extra_repr(self):
        defaults = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        shown = [f", {k}={getattr(self, k)}" for k, v in defaults.items() if getattr(self, k) != v]
        return f"{self.input_size}, {self.hidden_size}" + "".join(shown)

    def __getstate__(self):
        """With the lists that torch's own networks hold, so that torch can read a saved one."""
        return super().__getstate__() | {name: getattr(self, name) for name in LISTS}

    def __setstate__(self, state):
        super().__setstate__({k: v for k, v in state.items() if k not in LISTS})
        self.__dict__.setdefault("proj_size", 0)

    def forward(self, input, hx=None):
        """(outputs, last state): of [T, N, in], [T, in], with batch_first [N, T, in], or a PackedSequence."""
        if hx is None and type(self) is LSTM and type(input) is Tensor and not under_autocast():
            done = recurrent.at_once(self, input)
            if done is not None:
                return done
        packed = input if isinstance(input, PackedSequence) else None
        data, sizes, order, back = input if packed else (input, None, None, None)
        batch_dim = 0 if self.batch_first else 1
        alone = False
        if not packed:
            if data.dim() not in (2, 3):
                what = "D tensor" if self.mode.startswith("RNN") else "D"
                raise ValueError(
                    f"{type(self).__name__}: Expected input to be 2D or 3D, got {data.dim()}{what} instead"
                )
            alone = data.dim() == 2
            data = data.unsqueeze(batch_dim) if alone else data
        unchecked = packed and self.mode == "LSTM"  # (torch's LSTM looks at no packed input)
        if hx is None:
            wanted = self._state_sizes(data, sizes)
            first = zeros(wanted[0], data)
            hx = self._bundled(tuple([first if size == wanted[0] else zeros(size, data) for size in wanted]))
        else:
            if not packed:
                self._check_rank(hx, alone)
            elif order is None and self.mode == "LSTM" and not is_pair(hx):
                C.lstm(
                    data, sizes, hx, self._flat_weights, self.bias, self.num_layers, self.dropout, self.training,
                    self.bidirectional,
                )  # fmt: skip
                raise RuntimeError("lstm expects two hidden states")
            states = self._states(hx)
            hx = self._bundled(tuple([self._ordered(s.unsqueeze(1) if alone else s, order) for s in states]))
        if unchecked and is_pair(hx):
            recurrent.check_counts("LSTM", hx, self._flat_weights, self.bias, self.num_layers, self.bidirectional)
        elif not unchecked:
            self.check_forward_args(data, hx, sizes)
        if self.proj_size and not packed and data.numel() and data.dtype.name in ("float32", "bfloat16"):
            once("projections")
        if type(self.bidirectional) is not bool or type(self.bias) is not bool:
            first = (data, hx) if sizes is None else (data, sizes, hx)
            more = self._flat_weights, self.bias, self.num_layers, self.dropout, self.training, self.bidirectional
            getattr(C, self.mode.lower())(*first, *more, *(() if packed else (self.batch_first,)))
        states = tuple(self._states(hx))
        if are_plain(data, *states):
            out, last = recurrent.recurrent(
                self.mode, data, states, self._flat_weights, self.num_layers, self.dropout, self.training,
                self.bidirectional, self.batch_first, sizes,
            )  # fmt: skip
        else:
            call, more = (
                getattr(recurrent, self.mode.lower()),
                (self.num_layers, self.dropout, self.training, self.bidirectional),
            )
            if packed:
                out, *last = call(data, sizes, hx, self._flat_weights, self.bias, *more)
            else:
                out, *last = call(data, hx, self._flat_weights, self.bias, *more, self.batch_first)
        last = tuple([self._ordered(s.squeeze(1) if alone else s, back) for s in last])
        if packed:
            out = PackedSequence(out, sizes, order, back)
        elif alone:
            out = out.squeeze(batch_dim)
        return out, self._bundled(last)

    @staticmethod
    def _ordered(state, permutation):
        return state if permutation is None else state.index_select(1, permutation)

    @staticmethod
    def _states(hx):
        return (hx,)

    @staticmethod
    def _bundled(states):
        return states[0]

    @staticmethod
    def _check_rank(hx, alone):
        kind, rank = ("unbatched", 2) if alone else ("batched", 3)
        if hx.dim() != rank:
            raise RuntimeError(f"For {kind} {rank}-D input, hx should also be {rank}-D but got {hx.dim()}-D tensor")


def is_pair(hx):
    """Is this what an LSTM has as its state: a tuple or list of two Tensors?"""
    return isinstance(hx, tuple | list) and len(hx) == 2 and all([isinstance(t, Tensor) for t in hx])


def without_projection(kwargs):
    if "proj_size" in kwargs:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


class RNN(RNNBase):
    """Elman's network: h' = tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh), or relu of it, for each step.

    RNN(input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True, batch_first=False, dropout=0.0,
    bidirectional=False).

    >>> import compat as torch
    >>> out, h = torch.nn.RNN(3, 4)(torch.ones(5, 2, 3))
    >>> out.shape, h.shape
    (torch.Size([5, 2, 4]), torch.Size([1, 2, 4]))
    """

    def __init__(self, *args, **kwargs):
        without_projection(kwargs)
        nonlinearity = args[3] if len(args) > 3 else kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{nonlinearity.upper()}", *args[:3], *args[4:], **kwargs)
        self.nonlinearity = nonlinearity


class GRU(RNNBase):
    """Gated recurrent units; the arguments are RNN's without `nonlinearity`.

    >>> import compat as torch
    >>> torch.nn.GRU(3, 4, num_layers=2)
    GRU(3, 4, num_layers=2)
    """

    def __init__(self, *args, **kwargs):
        without_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)


class LSTM(RNNBase):
    """Long short-term memory: the state is (hidden, cell); proj_size projects the hidden state to fewer numbers.

    >>> import compat as torch
    >>> out, (h, c) = torch.nn.LSTM(3, 4, batch_first=True)(torch.ones(2, 5, 3))
    >>> out.shape, h.shape
    (torch.Size([2, 5, 4]), torch.Size([1, 2, 4]))
    """

    def __init__(self, *args, **kwargs):
        super().__init__("LSTM", *args, **kwargs)

    def get_expected_cell_size(self, input, batch_sizes):
        """(layers * directions, N, H) of the cell state."""
        return self._state_size(input, batch_sizes, self.hidden_size)

    def _state_sizes(self, input, batch_sizes):
        return self.get_expected_hidden_size(input, batch_sizes), self.get_expected_cell_size(input, batch_sizes)

    def check_forward_args(self, input, hidden, batch_sizes):
        """The checks of forward, the input's first."""
        self.check_input(input, batch_sizes)
        for at, size in enumerate(self._state_sizes(input, batch_sizes)):
            self.check_hidden_size(hidden[at], size, f"Expected hidden[{at}] size {{}}, got {{}}")

    def permute_hidden(self, hx, permutation):
        """Both states with their rows in another order."""
        if permutation is None:
            return hx
        return tuple([self._ordered(s, permutation) for s in hx])

    _bundled = staticmethod(tuple)

    @staticmethod
    def _states(hx):
        return (hx[at] for at in (0, 1))  # (the second is looked at when the first has been)

    @staticmethod
    def _check_rank(hx, alone):
        kind, rank = ("unbatched", 2) if alone else ("batched", 3)
        if hx[0].dim() != rank or hx[1].dim() != rank:
            raise RuntimeError(
                f"For {kind} {rank}-D input, hx and cx should also be {rank}-D but got ({hx[0].dim()}-D, "
                f"{hx[1].dim()}-D) tensors"
            )


# ------------------------------------------------------------------------------------------------ cells
class RNNCellBase(Module):
    """What the cells share; a subclass has `_function` and may have more than one state."""

    _states = 1
    _each = ("forward",)

    def __init__(self, input_size, hidden_size, bias, num_chunks, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        gates = num_chunks * hidden_size
        self.weight_ih = empty(gates, input_size, device=device, dtype=dtype)
        self.weight_hh = empty(gates, hidden_size, device=device, dtype=dtype)
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, empty(gates, device=device, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw every parameter anew."""
        reset(self)

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        nonlinearity = self.__dict__.get("nonlinearity", "tanh")
        return text if nonlinearity == "tanh" else f"{text}, nonlinearity={nonlinearity}"

    def forward(self, input, hx=None):
        """The next state (LSTM: both) of input [N, in] or [in]; the state is zero unless given."""
        own = type(self).__name__
        if input.dim() not in (1, 2):
            raise ValueError(f"{own}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        states = () if hx is None else hx if self._states > 1 else (hx,)  # (rows, where an LSTM's is a Tensor)
        for at, s in enumerate(states):
            if s.dim() not in (1, 2):
                what = f"hx[{at}]" if self._states > 1 else "hidden"
                raise ValueError(f"{own}: Expected {what} to be 1D or 2D, got {s.dim()}D instead")
        alone = input.dim() == 1
        input = input.unsqueeze(0) if alone else input
        if hx is None:
            states = (zeros((input.shape[0], self.hidden_size), input),) * self._states
        elif alone:
            states = tuple([states[at].unsqueeze(0) for at in range(self._states)])
        elif isinstance(states, Tensor):
            raise TypeError("lstm_cell(): argument 'hx' (position 2) must be tuple of Tensors, not Tensor")
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        if are_plain(input, *states):
            new = recurrent.cell(self._mode(), input, states, *weights)
        else:
            call = getattr(recurrent, f"{self._mode().lower()}_cell")
            new = call(input, states, *weights) if self._states > 1 else (call(input, *states, *weights),)
        if alone:
            new = tuple([s.squeeze(0) for s in new])
        return new if self._states > 1 else new[0]


class RNNCell(RNNCellBase):
    """tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh), or relu of it."""

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def _mode(self):
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return f"RNN_{self.nonlinearity.upper()}"


class LSTMCell(RNNCellBase):
    """One step of an LSTM: (hidden, cell) from an input and (hidden, cell)."""

    _states = 2

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def _mode(self):
        return "LSTM"


class GRUCell(RNNCellBase):
    """One step of a GRU: the next hidden state."""

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def _mode(self):
        return "GRU"
