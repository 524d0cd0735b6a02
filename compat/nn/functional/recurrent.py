"""Recurrent networks: the cells, and layers of them over sequences, padded or packed.

Invariant: there is one loop over the steps. A batch of equally long sequences is a packed one whose steps all have the
same number of rows; a cell maps (projected input, state) to the next state and knows of nothing else.
"""

import numpy as np

from funcgrad.core import state
from funcgrad.core.halves import BFLOAT16
from funcgrad.core.handle import Frozen, fresh
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE
from funcgrad.core.written import F32

from ...functions.kernels import native
from ...functions.nodes import renamed
from ...functions.operands import dtype_of, floating, shape_of
from ...functions.pointwise import complex_sigmoid
from ...functions.register import FUNCTIONS as T
from ...functions.shape import QUICK_TRANSPOSE
from ...functions.untracked import FLOATS
from ...payload import current
from ...rewriting import Stacked, grouped, spelled
from ...tensor import Tensor
from . import cells_in_steps
from .dropouts import dropout
from .products import affine, linear

P = PRIMITIVES
tls, shared = state.tls, state.shared
BY_ROWS = (((1,), (1,)), ((), ()))  # x @ w.T
FIRST_LAYER = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
LSTM_LAYER, LSTM_NODE, GETITEM, STACK, LAST = (
    P["lstm_layer"],
    "MkldnnRnnLayerBackward0",
    P["getitem"],
    P["stack"],
    (-1,),
)


# ------------------------------------------------------------------------------------------------ cells
def product(h, w, b):
    """h @ w.T + b."""
    return (
        P["dot_general"](h, w, dims=BY_ROWS) if b is None else affine(h, w, b, (shape_of(h), shape_of(w), shape_of(b)))
    )


def gate(x):
    return x.sigmoid() if dtype_of(x).kind != "c" else complex_sigmoid(x)


def columns(x, start, stop):
    return P["getitem"](x, idx=(slice(None), slice(start, stop)))


def lstm_state(gates, state, projection):
    """The next (hidden, cell) state, of sums for the gates i, f, g, o."""
    c = state[1]
    if not shared.staging and gates.owner is c.owner is TAPE and gates.val.dtype in FLOATS and gates.val.size:
        h, c = lstm_in_three(gates, c)
    else:
        c = new_state(gates, c)
        h = hidden_state(gates, c.tanh())
    return (h if projection is None else P["dot_general"](h, projection, dims=BY_ROWS)), c


def new_state(sums, c):
    """The next cell state, in torch's steps."""
    n = shape_of(c)[1]
    both = gate(columns(sums, 0, 2 * n))
    new = columns(sums, 2 * n, 3 * n).tanh()
    return columns(both, n, 2 * n) * c + columns(both, 0, n) * new


def hidden_state(sums, t):
    """The next hidden state, of tanh of the cell state."""
    n = shape_of(t)[1]
    return gate(columns(sums, 3 * n, 4 * n)) * t


def lstm_in_three(sums, c):
    """The next (hidden, cell) state as three nodes, which are shown as torch's steps. (None keeps the new state, which may be written into.)"""
    noted = [[], []] if recorded(sums, c) else [None, None]
    shapes = shape_of(sums), shape_of(c)
    c = spelled(P["lstm_state"](sums, c, noted=noted[0]), "AddBackward0", new_state, shapes=shapes)
    return spelled(P["lstm_output"](sums, c.tanh(), noted=noted[1]), "MulBackward0", hidden_state, shapes=shapes), c


def lstm_step_in_one(x, state, w, b, projection):
    """The step of few nodes, for layers of which torch shows none; x holds the biases."""
    h, c = state
    sums = P["affine"](h, w, x)
    c = P["lstm_state"](sums, c)
    return P["lstm_output"](sums, P["tanh"](c)), c


def gru_step(x, state, w, b, projection):
    """The next (hidden,) state; x holds the input's part of the gates r, z, n, b the other's bias."""
    (h,) = state
    n = shape_of(h)[1]
    other = product(h, w, b)
    gates = gate(columns(x, 0, 2 * n) + columns(other, 0, 2 * n))
    reset, keep = columns(gates, 0, n), columns(gates, n, 2 * n)
    new = (columns(x, 2 * n, 3 * n) + reset * columns(other, 2 * n, 3 * n)).tanh()
    return ((h - new) * keep + new,)


def may_be_one(x, v, w, b, d, h):
    """May a GRU's step be one node? It keeps all that it reads, which torch's steps do where weights and state require grad."""
    if (b is None) != (d is None) or not plain_layer(x, v, w, b, d, h) or not h.val.flags.c_contiguous:
        return False
    return not tls.grad or all([t.mark is not None for t in (v, w, h)])


def gru_in_one(x, h, w, v, b, d):
    """The same of the input, as one node, which is shown as torch's steps."""
    biased = b is not None
    operands = (x, h, w, v, *((b, d) if biased else (np.zeros(w.val.shape[0], w.val.dtype),) * 2))
    new = P["gru_cell"](*operands, noted=[] if recorded(x, h, w, v, b, d) else None)
    return spelled(new, "AddBackward0", gru_in_steps, biased, shapes=[tuple(t.shape) for t in operands])


def gru_in_steps(x, h, w, v, b, d, biased):
    return gru_step(linear(x, v, b if biased else None), (h,), w, d if biased else None, None)[0]


AFTER = {  # the next state of the sum of what input and state give
    "LSTM": lstm_state,
    "RNN_TANH": lambda gates, state, projection: (floating(gates).tanh(),),
    "RNN_RELU": lambda gates, state, projection: (gates.relu(),),
}


def summed(after):
    def step(x, state, w, b, projection):
        return after(product(state[0], w, b) + x, state, projection)

    return step


EMPTY = "Expected sequence length to be larger than 0 in RNN"
STEPS = {"GRU": gru_step} | {mode: summed(after) for mode, after in AFTER.items()}


def regular(mode, rows, state, w, biases, others, projection=None):
    """Are operands of the shapes and of the one float dtype that the written-out cells are for? (others: looked at for the dtype.)"""
    d, shape = dtype_of(w), shape_of(w)
    if d.kind in "biuc" or len(shape) != 2:
        return False
    width = shape[1]
    if projection is not None:
        width = shape[0] // cells_in_steps.GATES[mode]
        if dtype_of(projection) != d or shape_of(projection) != (shape[1], width):
            return False
    if shape[0] != cells_in_steps.GATES[mode] * width:
        return False
    for s, n in zip(state, (shape[1], width), strict=False):
        if shape_of(s) != (rows, n) or dtype_of(s) != d:
            return False
    for b in biases:
        if b is not None and (shape_of(b) != shape[:1] or dtype_of(b) != d):
            return False
    for t in others:
        if dtype_of(t) != d:
            return False
    return True


def recorded(*tensors):
    """May a node come of these? (Else it does not matter which, and the fewest calls do.)"""
    return state.tls.grad and any([t is not None and (t.owner is not TAPE or t.mark is not None) for t in tensors])


def cell(mode, input, state, w_ih, w_hh, b_ih, b_hh):
    """One step of a cell on input [N, in]: the next state, a tuple."""
    x, state = current(input), tuple([current(s) for s in state])
    w_ih, w, b_ih, b = [None if t is None else current(t) for t in (w_ih, w_hh, b_ih, b_hh)]
    shape = shape_of(x)
    if tls.packing is not None or not (
        len(shape) == 2
        and len(state) == 1 + (mode == "LSTM")
        and regular(mode, shape[0], state, w, (b_ih, b), (x, w_ih))
        and shape_of(w_ih) == (shape_of(w)[0], shape[1])
    ):
        return cells_in_steps.step(mode, x, state, w_ih, w, b_ih, b)
    if mode == "GRU":
        if may_be_one(x, w_ih, w, b_ih, b, *state):
            return (gru_in_one(x, *state, w, w_ih, b_ih, b),)
        return gru_step(linear(x, w_ih, b_ih), state, w, b, None)
    other = product(state[0], w, b)  # (torch's graph has it first)
    return AFTER[mode](other + linear(x, w_ih, b_ih), state, None)


def lstm_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """LSTM on one step: (hidden, cell) from input [N, in] and (hidden, cell) [N, H]."""
    return cell("LSTM", input, hx, w_ih, w_hh, b_ih, b_hh)


def single(mode, name, doc):
    """A cell whose state is one Tensor."""

    def f(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
        return cell(mode, input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]

    f.__name__, f.__doc__ = name, doc
    return f


gru_cell = single("GRU", "gru_cell", "GRU on one step: the new hidden state [N, H] from input [N, in].")
rnn_tanh_cell = single("RNN_TANH", "rnn_tanh_cell", "tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).")
rnn_relu_cell = single("RNN_RELU", "rnn_relu_cell", "relu(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).")


# ------------------------------------------------------------------------------------------------ over time
def over_time(step, xs, initial, params, sizes, reverse):
    """Run a step function over projected inputs xs, one for each time, of sizes[t] rows: (hidden states, last state).

    Rows that end early keep their state as the last one; in reverse they join late, with the initial state.
    """
    count = len(xs)
    state = tuple([rows(s, 0, sizes[-1]) for s in initial]) if reverse else initial
    have = sizes[-1 if reverse else 0]
    outs, ended = [None] * count, []
    for t in range(count - 1, -1, -1) if reverse else range(count):
        if sizes[t] < have:
            ended.append(tuple([rows(s, sizes[t], have) for s in state]))
            state = tuple([rows(s, 0, sizes[t]) for s in state])
        elif sizes[t] > have:
            state = tuple([T["cat"]([s, rows(i, have, sizes[t])]) for s, i in zip(state, initial)])
        have = sizes[t]
        state = step(xs[t], state, *params)
        outs[t] = state[0]
    if ended:
        ended.append(state)
        state = tuple([T["cat"](list(parts)) for parts in zip(*reversed(ended))])
    return outs, state


def rows(x, start, stop):
    return x if (start, stop) == (0, shape_of(x)[0]) else P["getitem"](x, idx=(slice(start, stop),))


def at_times(x, sizes, packed):
    """The rows of a sequence by time: [T, N, F] or packed [rows, F]."""
    if not packed:
        return [P["getitem"](x, idx=(t,)) for t in range(len(sizes))]
    found, start = [], 0
    for n in sizes:
        found.append(rows(x, start, start + n))
        start += n
    return found


def direction(mode, x, initial, params, sizes, packed, reverse):
    """One layer in one direction: (its outputs as a sequence, its last state)."""
    w_ih, w_hh, b_ih, b_hh, projection = [None if p is None else current(p) for p in params]
    x, initial = current(x), tuple([current(s) for s in initial])
    if mode == "LSTM" and not packed and projection is None and dtype_of(x) in IN_ONE:
        return layer_of_kernel(x, initial, (w_ih, w_hh, b_ih, b_hh, None), sizes, reverse)
    if tls.packing is not None or not fitting(mode, x, initial, params[:4], sizes, projection):
        return in_steps(mode, x, initial, params, sizes, packed, reverse)
    if mode in LAYERS and not packed and plain_layer(x, w_ih, w_hh, b_ih, b_hh, *initial):
        return layer_in_one(mode, x, *initial, w_hh, w_ih, b_ih, b_hh, sizes, reverse)
    xs = at_times(current(linear(x, w_ih, b_ih)), sizes, packed)
    outs, last = over_time(STEPS[mode], xs, initial, (w_hh, b_hh, projection), sizes, reverse)
    return T["cat"](outs) if packed else T["stack"](outs), last


def fitting(mode, x, initial, params, sizes, projection=None):
    """Are these of the shapes and of the one float dtype that the written-out layers are for?"""
    w_ih, w_hh, *biases = [None if p is None else current(p) for p in params]
    return (  # (in reverse too a state has the rows of the longest step: those of sequences that end early join late)
        regular(mode, sizes[0], initial, w_hh, biases, (x, w_ih), projection)
        and shape_of(w_ih)[:1] == shape_of(w_hh)[:1]
    )


def layer_of_kernel(x, initial, params, sizes, reverse):
    """One layer of an LSTM in one direction, for which torch has a kernel, and one node."""
    w_ih, w_hh, b_ih, b_hh, _ = params
    if not fitting("LSTM", x, initial, params[:4], sizes):
        return in_steps("LSTM", x, initial, params, sizes, False, reverse)
    fits = shape_of(x)[-1] == shape_of(w_ih)[1]
    if fits and (w_hh.owner is TAPE or state.tls.stage is not None and w_hh.owner is state.tls.stage.tape):
        biases = (np.zeros(shape_of(w_hh)[0], dtype_of(x)),) * 2 if b_hh is None else (b_ih, b_hh)
        return lstm_layer(in_order(x), *initial, w_hh, w_ih, *biases, reverse)
    bias = None if b_hh is None else P["add"](b_ih, b_hh)
    xs = at_times(current(linear(x, w_ih, bias)), sizes, False)
    outs, last = over_time(lstm_step_in_one, xs, initial, (w_hh, None, None), sizes, reverse)
    return of_kernel(T["stack"](outs), last, (x, *params[:4], *initial))


IN_ONE = np.float32, BFLOAT16  # dtypes of which torch has a kernel for a whole layer of an LSTM
LAYERS = {
    "GRU": ("gru_layer", {}),
    "RNN_TANH": ("rnn_layer", {"nonlinearity": "tanh"}),
    "RNN_RELU": ("rnn_layer", {"nonlinearity": "relu"}),
}


def plain_layer(x, v, *others):
    """Are these all, over NumPy memory, of float32 or float64, and x what the weights v are for, without an axis that is empty?"""
    if state.shared.staging or any([t is not None and t.owner is not TAPE for t in (x, v, *others)]):
        return False
    return x.val.dtype in FLOATS and x.val.shape[-1:] == v.val.shape[1:] and x.val.size > 0


def layer_in_one(mode, x, h, w, v, b, d, sizes, reverse):
    """One layer in one direction as one node, which is shown as torch's steps: (outputs, (the last state,))."""
    name, params = LAYERS[mode]
    found = [] if recorded(x, h, w, v, b, d) else None
    biases = (b, d) if b is not None else (np.zeros(w.val.shape[0], w.val.dtype),) * 2
    out = P[name](x, h, w, v, *biases, reverse=reverse, noted=found, **params)
    at = 0 if reverse else -1
    last = P["getitem"](out, idx=(at,))
    if out.mark is not None:
        shapes = [tuple(t.shape) for t in (x, h, w, v, *biases)]
        spelled(out, "StackBackward0", layer_in_steps, mode, sizes, reverse, b is not None, shapes=shapes)
        Stacked(out.mark, last.mark, at)
    return out, (last,)


def layer_in_steps(x, h, w, v, b, d, mode, sizes, reverse, biased):
    """The outputs of such a layer, step by step."""
    params = (v, w, b, d, None) if biased else (v, w, None, None, None)
    return in_steps(mode, x, (h,), params, sizes, False, reverse)[0]


def in_steps(mode, x, initial, params, sizes, packed, reverse):
    """The same of operands of any dtypes and shapes, operation by operation."""
    w_ih, w_hh, b_ih, b_hh, projection = params
    step = cells_in_steps.STEPS[mode]
    if mode == "LSTM" and not packed and projection is None and dtype_of(current(x)) == np.float32:
        refuse_states([dtype_of(current(s)) for s in initial])
    projected = current(linear(x, w_ih, b_ih))
    if packed:
        projected = at_times(projected, sizes, packed)
    else:
        projected = T["unbind"](projected)
        sizes = [initial[0].shape[0] if initial[0].dim() else 0] * len(projected)
    if not projected:
        raise RuntimeError(EMPTY)
    outs, last = over_time(
        lambda x, *rest: step(lambda: x, *rest), projected, initial, (w_hh, b_hh, projection), sizes, reverse
    )
    return T["cat"](outs) if packed else T["stack"](outs), last


def refuse_states(dtypes):
    """torch's errors for an LSTM of single precision whose states are of these dtypes: oneDNN's, which computes it."""
    if any([d != np.float32 and d.itemsize != 2 for d in dtypes]):
        raise RuntimeError("get_mkldnn_dtype: unsupported data type")
    if any([d != np.float32 for d in dtypes]):
        raise RuntimeError(
            "could not create a primitive descriptor for the LSTM forward propagation primitive. Run workload with environment variable "
            "ONEDNN_VERBOSE=all to get additional diagnostic information."
        )


def lstm_layer(x, h, c, w, v, b, d, reverse=False):
    """A layer of an LSTM as the one node that torch has of its kernel: (outputs, last state). Operands are up to date, or arrays."""
    outs, states, _ = LSTM_LAYER(turned(x) if reverse else x, h, c, w, v, b, d)
    last = GETITEM(outs, idx=LAST), GETITEM(states, idx=LAST)
    return of_kernel(turned(outs) if reverse else outs, last, (x, v, w, b, d, h, c))


def of_kernel(out, last, operands):
    """(outputs, last state) that torch's kernel computes: the results of one operation."""
    if out.mark is not None and out.mark.plan is not None:
        grouped((out, *last), LSTM_NODE, tuple([getattr(o, "mark", None) for o in operands]))
    return out, last


def turned(x):
    """A sequence from its end on."""
    return P["getitem"](x, idx=(slice(None, None, -1),))


def layers(mode, x, hx, params, num_layers, p, train, bidirectional, sizes, packed):
    """All layers: (outputs of the last as a sequence, last states, each [layers * directions, N, H])."""
    directions = 2 if bidirectional else 1
    per = len(params) // (num_layers * directions)
    finals = []
    whole = mode == "LSTM" or not recorded(*hx)  # (torch takes the others apart in one step)
    parts = [None if whole else T["unbind"](s) for s in hx]
    for layer in range(num_layers):
        outs = []
        for d in range(directions):
            k = layer * directions + d
            initial = tuple([P["getitem"](current(s), idx=(k,)) if whole else each[k] for s, each in zip(hx, parts)])
            own = by_role(params[k * per : (k + 1) * per])
            out, last = direction(mode, x, initial, own, sizes, packed, d == 1)
            outs.append(out)
            finals.append(last)
        x = outs[0] if directions == 1 else T["cat"](outs, -1)
        if p and train and layer < num_layers - 1:
            x = dropout(x, p, True)
    return x, tuple([P["stack"](*parts, axis=0) for parts in zip(*finals)])


def at_once(net, x):
    """(outputs, last states) of an LSTM of one layer in one direction, from zeros, over a batch in NumPy memory; None for all else."""
    own = net._parameters
    weights = [own.get(name) for name in FIRST_LAYER]
    if (
        shared.staging
        or shared.halves
        or tls.packing is not None
        or x.owner is not TAPE
        or net.num_layers != 1
        or net.bidirectional is not False  # (torch refuses what is no bool)
        or net.bias is not True
    ):
        return None
    if x.alias is not None:
        fresh(x)
        if type(x.alias) is Frozen:
            return None
    if net.batch_first is True:
        x = QUICK_TRANSPOSE(x, 0, 1)
        if x.mark is not None and not x.val.flags.c_contiguous:
            spelled(x, "CloneBackward0", turned_in_order)
    else:
        x = in_order(x)
    shape, m = x.val.shape, net.hidden_size
    sizes = (4 * m, net.input_size), (4 * m, m), (4 * m,), (4 * m,)
    if len(shape) != 3 or shape[2] != net.input_size or 0 in shape or x.val.dtype is not F32:
        return None
    for t, size in zip(weights, sizes):
        if t is None or t.owner is not TAPE or t.alias is not None or t.val.dtype is not F32 or t.val.shape != size:
            return None
    v, w, b, d = weights
    zeros = np.zeros((shape[1], m), F32)
    out, last = lstm_layer(x, zeros, zeros, w, v, b, d)
    last = STACK(last[0], axis=0), STACK(last[1], axis=0)
    return (QUICK_TRANSPOSE(out, 0, 1) if net.batch_first is True else out), last


def in_order(x):
    """x as torch's kernel takes it, which copies what does not lie in order. (Ours need not: only the node is wanted.)"""
    return x if x.owner is not TAPE or x.mark is None or x.val.flags.c_contiguous else x.contiguous()


def turned_in_order(x):
    """Times first, as torch's two steps."""
    return in_order(x.transpose(0, 1))


def by_role(params):
    """(w_ih, w_hh, b_ih, b_hh, w_hr) of a layer's 2 to 5 parameters; None for those it has not."""
    w_ih, w_hh, *rest = params
    if len(rest) < 2:  # no biases
        return (w_ih, w_hh, None, None, *(rest or [None]))
    return (w_ih, w_hh, *rest, None)[:5]


def recurrent(mode, input, hx, params, num_layers, p, train, bidirectional, batch_first=False, batch_sizes=None):
    """A recurrent network over [T, N, in] (batch_first: [N, T, in]), or over packed rows with batch_sizes.

    hx: a tuple of initial states [layers * directions, N, H]; returns (outputs, last states).
    """
    packed = batch_sizes is not None
    if packed:
        sizes = batch_sizes.tolist()
    else:
        input = input.transpose(0, 1) if batch_first else input
        sizes = (
            [input.shape[1]] * input.shape[0] if input.dim() == 3 and input.shape[0] else [-1]
        )  # (which no state has)
    out, last = layers(mode, input, hx, params, num_layers, p, train, bidirectional, sizes, packed)
    if batch_first and not packed:
        out = out.transpose(0, 1) if mode == "LSTM" else renamed(out.transpose(0, 1), "TransposeBackward1")
    return out, last


def check_counts(mode, hx, params, biased, num_layers, bidirectional):
    """torch's errors of how many states and parameters there are."""
    if mode == "LSTM" and len(hx) != 2:
        raise RuntimeError("lstm expects two hidden states")
    projected = mode == "LSTM" and hx[0].size(2) != hx[1].size(2)
    per = 2 + 2 * bool(biased) + projected
    if len(params) % per:
        raise RuntimeError("got an incorrect number of RNN parameters")
    for what, count in (("hidden states", len(hx[0].unbind(0))), ("weights", len(params) // per)):
        if bidirectional and count % 2:
            raise RuntimeError("Odd number of params or hiddens given to a bidirectional RNN")
        if count != num_layers * (2 if bidirectional else 1):
            raise RuntimeError(f"Expected more {what} in stacked_rnn")


PACKED = tuple("data batch_sizes hx params has_biases num_layers dropout train bidirectional".split())
PLAIN = ("input", *PACKED[2:], "batch_first")  # torch's names of the arguments


def network(mode, name):
    """torch.<name>: (input, hx, params, has_biases, layers, dropout, train, bidirectional, batch_first), or packed:
    (data, batch_sizes, hx, params, has_biases, layers, dropout, train, bidirectional)."""

    def f(*args, **named):
        if named:
            names = PACKED if not named.keys().isdisjoint(PACKED[:2]) or "batch_first" not in named else PLAIN
            args = (*args, *[named[n] for n in names[len(args) :]])
        batch_sizes = None
        if len(args) > 3 and isinstance(args[2], (Tensor, tuple, list)) and isinstance(args[3], (tuple, list)):
            input, batch_sizes, hx, params, biased, num_layers, p, train, bidirectional = args
            batch_first = False
        else:
            input, hx, params, biased, num_layers, p, train, bidirectional, batch_first = args
        hx = (hx,) if isinstance(hx, Tensor) else tuple(hx)
        check_counts(mode, hx, params, biased, num_layers, bidirectional)
        out, last = recurrent(mode, input, hx, params, num_layers, p, train, bidirectional, batch_first, batch_sizes)
        return out, *last

    f.__name__ = name
    f.__doc__ = f"The {mode} network of torch.nn, as a function of its parameters."
    return f


lstm, gru = network("LSTM", "lstm"), network("GRU", "gru")
rnn_tanh, rnn_relu = network("RNN_TANH", "rnn_tanh"), network("RNN_RELU", "rnn_relu")

for _name in "lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell".split():
    globals()[_name] = native(_name, globals()[_name])
