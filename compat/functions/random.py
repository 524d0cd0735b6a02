"""Random Tensors and in-place draws, over compat/_generator.py: torch's own figures after manual_seed.

Invariant: an in-place draw takes its numbers in the order of memory, as torch's kernels do, and checks the Tensor
before it takes any.
"""

import math

import numpy as np

from funcgrad.core.handle import Handle
from funcgrad.core.layout import layout_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import here
from funcgrad.core.state import tls
from funcgrad.core.strides import order_of
from funcgrad.core.trace import TAPE
from funcgrad.errors import RandomnessError
from funcgrad.streams.limits import rounded
from funcgrad.transforms.boundary import enter

from .. import _generator as streams
from ..devices import Default, Device, usable
from ..errors import type_name
from ..native import Native, of_arguments, shown_as
from ..payload import current, wrap
from ..tensor import Tensor
from .creation import completed, function, none_left, seldom, size_argument
from .data import scalar_of
from .drawing import bare, drawn, refuse_staging, while_staging
from .filling import overwrite
from .levels import has_tangent, mapped_by
from .nodes import named, released
from .operands import (
    INT64,
    broadcast_shapes,
    check_sizes,
    dtype_argument,
    dtype_of,
    fitting,
    float_argument,
    integer,
    laid_like,
    new,
    shape_of,
)
from .out_argument import need_its_dtype, store
from .quick_creation import in_front, one_of_few
from .quick_roads import put_in_place
from .quick_writes import overwritten, replaced
from .refusals import refuse
from .register import FUNCTIONS, operation
from .stretching import expanded_shape
from .writing import check_writable

STATE_BYTES = streams.STATE_BYTES


NO_GENERATOR = {
    "cuda": "Cannot get CUDA generator without ATen_cuda library. PyTorch splits its backend into two shared libraries: a CPU library "
    "and a CUDA library; this error has occurred because you are trying to use some CUDA functionality, but the CUDA library has "
    "not been loaded by the dynamic linker for some reason.  The CUDA library MUST be loaded, EVEN IF you don't directly use any "
    "symbols from the CUDA library! One common culprit is a lack of -Wl,--no-as-needed in your link arguments; many dynamic linkers "
    "will delete dynamic library dependencies if you don't depend on any of their symbols.  You can check if this has occurred by "
    "using ldd on your binary to see if there is a dependency on *_cuda.so library.",
    "mps": "Cannot execute getNewGenerator() without MPS backend.",
}  # what torch says where there is no such device


class Generator(metaclass=Native, called="torch._C.Generator"):
    """A source of random numbers of its own: torch.Generator, on the CPU.

    >>> import compat as torch
    >>> torch.rand(2, generator=torch.Generator().manual_seed(0))
    tensor([0.4963, 0.7682])
    """

    @shown_as(lambda self, device=None: None)
    def __init__(self, *args, stream=None, **named):
        if args or named:
            from .._calls import Signature

            refused = Signature("V?device=None").misfit("Generator", args, named)
            if refused is not None:
                raise refused
        (device,) = (*args, *named.values()) or (None,)
        device = Device("cpu" if device is None else device)
        kind = device.type
        if kind != "cpu":
            raise RuntimeError(NO_GENERATOR.get(kind) or f"{kind.upper()} device type not an accelerator.")
        self.device = usable(device)
        self.stream = streams.Generator() if stream is None else stream
        if stream is None and tls.stage is not None:  # (each call makes one anew)
            self.manual_seed(streams.DEFAULT_SEED)

    __init__.__qualname__ = "Generator"  # (which Python's own errors name)

    @of_arguments(1)
    def manual_seed(self, seed):
        """Start the stream of a seed; returns self."""
        if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool):
            raise RuntimeError(f"manual_seed expected a long, but got {type_name(seed)}")
        if not isinstance(seed, int):
            raise TypeError("an integer is required")
        while_staging(self.stream.manual_seed, seed)
        return self

    @of_arguments(0)
    def seed(self):
        """Seed from the system's entropy; returns that seed."""
        refuse_staging("Generator.seed()")
        return self.stream.seed()

    @of_arguments(0)
    def initial_seed(self):
        """The seed last set."""
        refuse_staging("Generator.initial_seed()")
        return self.stream.initial_seed()

    @of_arguments(0)
    def get_state(self):
        """The state as a uint8 Tensor."""
        if tls.stage is None:
            return wrap(Tensor, self.stream.get_state())
        return drawn((STATE_BYTES,), np.dtype(np.uint8), lambda shape: self.stream.get_state())

    @of_arguments(1)
    def set_state(self, new_state):
        """Go on from a state that get_state() gave."""
        if not isinstance(new_state, (Handle, np.ndarray)):
            raise TypeError(f"expected a torch.ByteTensor, but got {type_name(new_state)}")
        while_staging(self.stream.set_state, new_state)
        return self

    @of_arguments(0)
    def clone_state(self):
        """A new Generator that goes on from the same state."""
        refuse_staging("Generator.clone_state()")
        return Generator(stream=self.stream.clone_state())

    @of_arguments(1)
    def graphsafe_set_state(self, state):
        """NotImplementedError: streams of the CPU have none."""
        if not isinstance(state, Generator):
            raise TypeError(f"expected a Generator, but got {type_name(state)}")
        raise NotImplementedError("graphsafe_set_state is not supported in this Generator")

    @of_arguments(0)
    def graphsafe_get_state(self):
        """NotImplementedError: streams of the CPU have none."""
        raise NotImplementedError("graphsafe_get_state is not supported in this Generator")

    @of_arguments(1)
    def set_offset(self, offset):
        """RuntimeError: a stream of the CPU has none."""
        if not isinstance(offset, int) or isinstance(offset, bool):
            raise RuntimeError(f"manual_offset expected a long, but got {type_name(offset)}")
        raise RuntimeError("CPU Generator does not use offset")

    @of_arguments(0)
    def get_offset(self):
        """RuntimeError: a stream of the CPU has none."""
        raise RuntimeError("CPU Generator does not use offset")

    def __repr__(self):
        return f"<torch._C.Generator object at {id(self):#x}>"

    def __reduce__(self):
        return Generator, (self.device,), (self.initial_seed(), None, self.get_state())

    def __setstate__(self, state):
        seed, _, words = state
        self.stream.manual_seed(seed)
        self.set_state(words)


default_generator = Generator(stream=streams.default_generator)


def stream_of(generator):
    """The stream to draw from: that of generator=, or the default one."""
    if generator is None:
        return streams.default_generator
    if not isinstance(generator, Generator):
        raise TypeError(f"argument 'generator' must be torch.Generator, not {type(generator).__name__}")
    return generator.stream


@function
def manual_seed(seed):
    """Seed the default generator; the streams from here on are torch's own."""
    return default_generator.manual_seed(int(seed))


@function
def seed():
    """Seed the default generator from the system's entropy; returns that seed."""
    return default_generator.seed()


@function
def initial_seed():
    """The seed of the default generator."""
    return default_generator.initial_seed()


@function
def get_rng_state():
    """The state of the default generator: uint8[5056]."""
    return default_generator.get_state()


@function
def set_rng_state(new_state):
    """Set the state of the default generator."""
    default_generator.set_state(new_state)


# ------------------------------------------------------------------------------------------------ new Tensors
def drawn_dtype(dtype, out, default=None):
    """The dtype that numbers are drawn in: that of out=, if there is one; by default the default float."""
    if out is None:
        return float_argument(dtype) if default is None else dtype_argument(dtype, default)
    need_its_dtype(out, dtype)
    return out.dtype.numpy


def elsewhere(out, device, requires_grad):
    """Is a new Tensor for more than plain memory, or is it to be drawn when a staged or mapped program runs?"""
    plain = out is device is None and requires_grad is False and tls.stage is None and tls.mapping is None
    return not plain or Default.elsewhere


def drawn_for(out, shape, d, draw, device):
    """`draw(shape, contiguous)` as a new Tensor; for an out= of that shape in the order of its memory, as torch fills it."""
    if out is not None and tuple(out.shape) == tuple(shape):
        return in_order_of(current(out), d, draw, filled=True)
    return drawn(shape, d, lambda shape: draw(shape, True), bare=bare(device))


@function
def rand(
    *size, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, **more
):
    """Uniform numbers from [0, 1)."""
    shape, d, stream = size_argument("rand", size, more, out), drawn_dtype(dtype, out), stream_of(generator)
    none_left("rand", more)
    if not elsewhere(out, device, requires_grad):
        return wrap(Tensor, stream.uniform(shape, 0.0, 1.0, d))
    t = drawn_for(out, shape, d, lambda shape, plain: stream.uniform(shape, 0.0, 1.0, d), device)
    return completed("rand", t, out, device, requires_grad)


@function
def randn(
    *size, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, **more
):
    """Standard normal numbers."""
    shape, d, stream = size_argument("randn", size, more, out), drawn_dtype(dtype, out), stream_of(generator)
    none_left("randn", more)
    if not elsewhere(out, device, requires_grad):
        return wrap(Tensor, stream.normal(shape, 0.0, 1.0, d))
    t = drawn_for(out, shape, d, lambda shape, plain: stream.normal(shape, 0.0, 1.0, d, plain), device)
    return completed("randn", t, out, device, requires_grad)


@seldom
def randint(
    *args,
    low=None,
    high=None,
    size=None,
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """randint(high, size) or randint(low, high, size): integers in [low, high), int64 unless dtype says otherwise."""
    args = list(args)
    if size is None and args:
        size = args.pop()
    if high is None and args:
        high = args.pop()
    if low is None:
        low = args.pop() if args else 0
    if args or size is None or high is None:
        raise TypeError("randint() takes (high, size) or (low, high, size)")
    shape = size_argument("randint", (size,), {}, out)
    d = drawn_dtype(dtype, out, INT64)
    low, high, stream = scalar_of(low), scalar_of(high), stream_of(generator)
    if not elsewhere(out, device, requires_grad):
        return wrap(Tensor, stream.randint(low, high, shape, d))
    t = drawn_for(out, shape, d, lambda shape, plain: stream.randint(low, high, shape, d), device)
    return completed("randint", t, out, device, requires_grad)


@seldom
def randperm(
    n, *, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False
):
    """A random permutation of 0..n-1."""
    n = integer(n)
    if dtype is None and type(n) is int and 0 <= n < 1 << 31 and not elsewhere(out, device, requires_grad):
        return wrap(Tensor, stream_of(generator).randperm(n))
    if n < 0 and out is not None:
        raise RuntimeError(f"n must be non-negative, got{n}")
    d, stream = drawn_dtype(dtype, out, INT64), stream_of(generator)
    if d.kind in "bc":
        refuse("randperm", d)
    if d.kind in "iu":
        fitting(max(n - 1, 0), d)
    elif d.kind == "f" and d.name in WHOLE and n > WHOLE[d.name][0]:
        raise RuntimeError("n cannot be greater than {1} for {2} type.".format(*WHOLE[d.name]))

    def source(shape):
        rows = [stream.randperm(n) for _ in range(math.prod(shape[:-1]))]
        return np.stack(rows).reshape(shape).astype(d, copy=False)

    return completed("randperm", drawn((n,), d, source, bare=bare(device)), out, device, requires_grad)


WHOLE = {
    "float16": (2049, "2049", "Half"),
    "float32": (2**24 + 1, "2^24+1", "Float"),
    "float64": (2**53 + 1, "2^53+1", "Double"),
}


def like(name, draw):
    """torch.<name>_like(input)."""

    def drawn_like(
        input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None, generator=None,
        pin_memory=False,
    ):  # fmt: skip
        t = current(input)
        d, stream = dtype_argument(dtype, dtype_of(t)), stream_of(generator)
        if dtype is layout is device is memory_format is tls.mapping is tls.stage is None and t.owner is TAPE:
            if t.val.flags.carray and not t.is_meta:
                made = new(draw(stream, t.val.shape, d, True))
                made = made if t.val.strides == made.val.strides else laid_like(made, t)
                return completed(name, made, None, None, requires_grad)
        made = in_order_of(t, d, lambda shape, plain: draw(stream, shape, d, plain))
        made = laid_like(made, t) if t.owner is TAPE and not t.is_meta else made
        return completed(name, made, None, device, requires_grad)

    drawn_like.__name__ = name
    drawn_like.__doc__ = f"{name.removesuffix('_like')} with the shape and dtype of a Tensor."
    return function(drawn_like)


rand_like = like("rand_like", lambda g, shape, d, plain: g.uniform(shape, 0.0, 1.0, d))
randn_like = like("randn_like", lambda g, shape, d, plain: g.normal(shape, 0.0, 1.0, d, plain))


@seldom
def randint_like(
    input,
    *args,
    low=None,
    high=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    generator=None,
    memory_format=None,
):
    """randint_like(input, high) or (input, low, high): integers with the shape and dtype of a Tensor."""
    t = current(input)
    bounds = [scalar_of(b) for b in (*args, low, high) if b is not None]
    low, high = (0, bounds[0]) if len(bounds) == 1 else bounds
    d, stream = dtype_argument(dtype, dtype_of(t)), stream_of(generator)
    drawing = in_order_of(t, d, lambda shape, plain: stream.randint(low, high, shape, d))
    return completed("randint_like", drawing, None, device, requires_grad)


def constant(out, operands, label):
    """A draw, of which torch says that it depends on its parameters with the derivative zero."""
    for o in operands:
        if o.mark is not None and (tls.grad or o.owner is not TAPE) or has_tangent(o):
            out = released(PRIMITIVES["where"](False, o, out), False)
    return named(out, label, operands)


@seldom
def normal(
    mean, std=1.0, size=None, *, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False,
    pin_memory=False,
):  # fmt: skip
    """Normal numbers: of a size with mean and std numbers, or one for each element of the Tensors mean and std."""
    g = stream_of(generator)
    given = [current(x) for x in (mean, std) if isinstance(x, Tensor)]
    if not given:
        if size is None:
            raise TypeError("normal() of a number mean and a number std needs a size")
        shape, d = size_argument("normal", (size,), {}), drawn_dtype(dtype, out)
        t = drawn_for(out, shape, d, lambda shape, plain: g.normal(shape, mean, std, d, plain), device)
        return completed("normal", t, out, device, requires_grad)
    if isinstance(std, Tensor) and dtype_of(current(std)).kind == "c":
        raise RuntimeError("normal expects standard deviation to be non-complex")
    d = dtype_of(given[0]) if out is None else dtype_of(current(out))
    each_mean, each_std = isinstance(mean, Tensor), isinstance(std, Tensor)
    if out is not None and not each_std:  # (which draws into out=, and adds)
        check_sizes(given[0], current(out))
    numbers = (
        None if each_mean else mean,
        None if each_std else std,
    )  # (a graph keeps the source, and must not keep Tensors by it)

    def source(shape, *values):
        m = values[0] if each_mean else numbers[0]
        s = values[-1] if each_std else numbers[1]
        if each_std and (s < 0).any():
            raise RuntimeError("normal expects all elements of std >= 0.0")
        draws = g.normal(shape, 0.0, 1.0 if each_std else s, d)
        if each_std:  # (torch multiplies and adds in place: each is rounded, and a number is of the dtype)
            draws, m = rounded(draws * s, d), m if each_mean else rounded(np.float64(m), d)
        return rounded(draws + m, d)

    label = f"NormalBackward{1 + 2 * each_std if each_mean else 2}"
    t = drawn(broadcast_shapes(*map(shape_of, given)), d, source, *given)
    return constant(completed("normal_by" if each_std else "normal_of", t, out, device, False), given, label)


@operation()
def bernoulli(input, p=None, *, generator=None, out=None):
    """1 with the probability that each element of the input is, else 0, in the dtype of out=, or the input's."""
    t = current(input)
    g = stream_of(generator)
    shape, d = shape_of(t), dtype_of(t)
    if out is not None:
        d = dtype_of(current(out))
        return store(
            "bernoulli", out, drawn(shape, d, lambda shape, p: g.bernoulli_from(p, d), current(t.detach())), (input,)
        )
    if p is not None:
        return drawn(shape, d, lambda shape: g.bernoulli(shape, p, d))
    return constant(drawn(shape, d, lambda shape, p: g.bernoulli_from(p), t), [t], "BernoulliBackward0")


@operation()
def multinomial(input, num_samples, replacement=False, *, generator=None):
    """num_samples indices, drawn with the weights that the input's rows hold: int64.

    >>> import compat as torch
    >>> torch.multinomial(torch.tensor([0.0, 1.0]), 1)
    tensor([1])
    """
    t, g = current(input), stream_of(generator)
    shape = shape_of(t)
    if len(shape) not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if shape[-1] > 1 << 24:
        raise RuntimeError("number of categories cannot exceed 2^24")

    def source(shape, weights):
        if weights.ndim > len(known):  # (rows of several samples)
            weights = weights.reshape(-1, weights.shape[-1])
        return g.multinomial(weights, num_samples, replacement).reshape(shape)

    known = shape if len(shape) == 2 else (1, *shape)
    return drawn((*shape[:-1], num_samples), np.dtype(np.int64), source, t)


put_in_place(in_front(FUNCTIONS["multinomial"], one_of_few), "multinomial")


@operation(method=False)
def poisson(input, generator=None):
    """Poisson counts of the rates in the input."""
    t, g = current(input), stream_of(generator)
    return constant(drawn(shape_of(t), dtype_of(t), lambda shape, rates: g.poisson(rates), t), [t], "PoissonBackward0")


# ------------------------------------------------------------------------------------------------ in place
def fill_with(t, draw, label):
    """Write a draw into t: `draw(shape, dtype, contiguous)` in the order of memory."""
    v = t.val
    plain = t.owner is TAPE and t.alias is tls.mapping is tls.stage is None and (t.mark is None or not tls.grad)
    if plain and v.flags.carray:
        values = new(draw(v.shape, v.dtype, True))  # (the commonest case: what is initialised)
        return t if overwritten(replaced, t, values) else overwrite(t, values, label, (t,))
    c = current(t)
    d = dtype_of(c)
    if not c.is_meta and label[:6] != "Random":
        draw((0,), d, True)  # (what is said of the other arguments comes first)
    check_writable(c)
    t.refuse(())
    if tls.mapping is not None and tls.stage is None:
        refuse_unmapped(c, tls.mapping.randomness == "different")
    values = in_order_of(c, d, lambda shape, plain: draw(shape, d, plain), filled=True)
    refuse_unmapped(c, tls.mapping is not None and values.owner is tls.mapping.tape and values.val.mark is not None)
    return overwrite(t, values, label, (t,))


def in_order_of(c, d, draw, filled=False, operand=None):
    """`draw(shape, contiguous)` of a Tensor's shape in the order of its memory, for a Tensor like it; or to be `filled` in, and then
    memory with gaps is not contiguous. An operand, of the same shape, is taken in that order: draw(shape, contiguous, array)."""
    trace = tls.mapping
    if (
        trace is not None
        and trace.randomness == "different"
        and c.owner is trace.tape
        and c.val.mark is not None
        and operand is None
    ):
        return enter(trace, all_samples(trace, c.val.val.movedim(c.val.mark, 0), d, draw, filled), 0)
    shape = shape_of(c)
    if c.is_meta:
        return drawn(shape, d, None, bare=True)
    whole = c.owner is TAPE and c.val.flags.c_contiguous
    layout = None if whole else layout_of(c)
    order = range(len(shape)) if layout is None else order_of(tuple(shape), layout.strides)
    moved = list(order) != list(range(len(shape)))
    plain = whole or layout is None and c.owner is not TAPE or not (filled or moved)
    operands = () if operand is None else (operand.permute(*order) if moved else operand,)
    values = drawn(
        tuple([shape[k] for k in order]), d, lambda shape, *arrays: draw(shape, plain, *arrays), *map(current, operands)
    )
    return values if not moved else values.permute(*np.argsort(order).tolist())


def all_samples(trace, c, d, draw, filled):
    """What a vmap draws for all samples of what it maps, one level out: in the order of their memory, the samples being the first dimension."""
    before = tls.mapping, tls.randomness
    tls.mapping, tls.randomness = trace.around, trace.randomness
    try:
        return in_order_of(current(c), d, draw, filled)
    finally:
        tls.mapping, tls.randomness = before


def refuse_unmapped(t, different):
    """Raise where a vmap draws another figure for each sample, and all of them share the Tensor."""
    trace = tls.mapping
    if trace is not None and different and not mapped_by(trace, t):
        raise RandomnessError(
            "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same randomness. "
            "If this is necessary for your usage, please file an issue with functorch. [Draw a new Tensor instead: "
            f"torch.randn_like(x), at {here()}]"
        )


@operation(function=False)
def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Fill with normal numbers, in place."""
    g = stream_of(generator)
    return fill_with(self, lambda shape, d, plain: g.normal(shape, mean, std, d, plain), "NormalBackward0")


@operation(function=False)
def uniform_(self, from_=0.0, to=1.0, *, generator=None, **bounds):
    """Fill with uniform numbers from [from, to), in place."""
    low = bounds.pop("from", from_)
    g = stream_of(generator)
    return fill_with(self, lambda shape, d, plain: g.uniform(shape, low, to, d), "UniformBackward0")


@operation(function=False)
def random_(self, *bounds, generator=None, **named_bounds):
    """Fill with integers from [from, to), from [0, to), or from the whole range of the dtype, in place."""
    g = stream_of(generator)
    low = named_bounds.pop("from", bounds[0] if len(bounds) == 2 else 0)
    high = named_bounds.pop("to", bounds[-1] if bounds else None)
    if not bounds and high is None:
        return fill_with(self, lambda shape, d, plain: g.random_full(shape, d), "RandomBackward2")
    label = "RandomBackward0" if len(bounds) == 2 else "RandomBackward1"
    return fill_with(self, lambda shape, d, plain: g.randint(low, high, shape, d), label)


@operation(function=False)
def exponential_(self, lambd=1.0, *, generator=None):
    """Fill with exponential numbers of rate lambd, in place."""
    g = stream_of(generator)
    return fill_with(self, lambda shape, d, plain: g.exponential(shape, lambd, d), "ExponentialBackward0")


@operation(function=False)
def cauchy_(self, median=0.0, sigma=1.0, *, generator=None):
    """Fill with Cauchy numbers, in place."""
    g = stream_of(generator)
    return fill_with(self, lambda shape, d, plain: g.cauchy(shape, median, sigma, d), "CauchyBackward0")


@operation(function=False)
def log_normal_(self, mean=1.0, std=2.0, *, generator=None):
    """Fill with the exponentials of normal numbers, in place."""
    g = stream_of(generator)
    return fill_with(self, lambda shape, d, plain: g.log_normal(shape, mean, std, d), "LogNormalBackward0")


@operation(function=False)
def geometric_(self, p, *, generator=None):
    """Fill with numbers of trials up to the first success of probability p, in place."""
    g = stream_of(generator)
    return fill_with(self, lambda shape, d, plain: g.geometric(shape, p, d), "GeometricBackward0")


@operation(function=False)
def bernoulli_(self, p=0.5, *, generator=None):
    """Fill with 1 with probability p (a number, or a Tensor of them), else 0, in place."""
    g = stream_of(generator)
    if isinstance(p, Tensor):
        t = current(self)
        check_writable(t)
        t.refuse(())
        d = dtype_of(t)
        expanded_shape(shape_of(current(p)), shape_of(t))
        p = p.detach().expand(shape_of(t))
        values = in_order_of(t, d, lambda shape, plain, p: g.bernoulli_from(np.broadcast_to(p, shape), d), True, p)
        refuse_unmapped(t, values)
        return overwrite(self, values, "BernoulliBackward1", (self,))
    return fill_with(self, lambda shape, d, plain: g.bernoulli(shape, p, d), "BernoulliBackward2")
