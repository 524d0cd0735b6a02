"""The cells of recurrent networks as torch puts them together, operation by operation: the road of operands that are not all of one
float dtype and of the usual shapes.

Invariant: what torch refuses is refused by the same operation as there, so that type and text of the error are torch's; the order in
which a cell asks for its operands is torch's too.
"""

from ...functions.register import FUNCTIONS as T
from .products import linear

GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "GRU": 3, "LSTM": 4}


def simple(name):
    def step(x, state, w, b, projection):
        return (T[name](linear(state[0], w, b).add_(x())),)

    return step


def lstm(x, state, w, b, projection):
    gates = T["unsafe_chunk"](linear(state[0], w, b).add_(x()), 4, 1)
    write, keep, new, show = gates[0].sigmoid_(), gates[1].sigmoid_(), gates[2].tanh_(), gates[3].sigmoid_()
    c = (keep * state[1]).add_(write * new)
    h = show * c.tanh()
    return (h if projection is None else h.matmul(projection.t())), c


def gru(x, state, w, b, projection):
    (h,) = state
    own = T["unsafe_chunk"](x(), 3, 1)
    other = T["unsafe_chunk"](linear(h, w, b), 3, 1)
    reset, keep = other[0].add_(own[0]).sigmoid_(), other[1].add_(own[1]).sigmoid_()
    new = own[2].add(other[2].mul_(reset)).tanh_()
    return ((h - new).mul_(keep).add_(new),)


STEPS = {"RNN_TANH": simple("tanh"), "RNN_RELU": simple("relu"), "GRU": gru, "LSTM": lstm}


# ------------------------------------------------------------------------------------------------ shapes
def check_input(input, width):
    if input.size(1) != width:
        raise RuntimeError(f"input has inconsistent input_size: got {input.size(1)} expected {width}")


def check_state(input, state, width):
    for at, s in enumerate(state):
        if input.size(0) != s.size(0):
            raise RuntimeError(f"Input batch size {input.size(0)} doesn't match hidden{at} batch size {s.size(0)}")
        if s.size(1) != width:
            raise RuntimeError(f"hidden{at} has inconsistent hidden_size: got {s.size(1)}, expected {width}")


def check_weights(w_ih, w_hh, width, gates):
    for w, name in ((w_ih, "ih"), (w_hh, "hh")):
        if w.size(0) != gates * width:
            raise RuntimeError(
                f"weight_{name} first dim must be {gates} * hidden_size = {gates * width}, but got {w.size(0)}"
            )


def check(mode, input, state, w_ih, w_hh):
    """torch's errors of the shapes of a cell's operands."""
    if mode == "LSTM" and len(state) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    width = w_hh.size(1) if mode != "GRU" else None
    if GATES[mode] > 1:
        check_input(input, w_ih.size(1))
    if mode == "GRU":
        width = w_hh.size(1)
        check_state(input, state, width)
    check_weights(w_ih, w_hh, width, GATES[mode])
    check_input(input, w_ih.size(1))
    check_state(input, state, width)


def step(mode, input, state, w_ih, w_hh, b_ih, b_hh):
    """One step of a cell on input [N, in]: the next state, a tuple."""
    check(mode, input, state, w_ih, w_hh)
    return STEPS[mode](lambda: linear(input, w_ih, b_ih), state, w_hh, b_hh, None)
