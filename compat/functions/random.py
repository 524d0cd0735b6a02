"""Random Tensors and in-place draws, over compat.streams: torch's own figures after manual_seed.

Invariant: an in-place draw takes its numbers in the order of memory, as torch's kernels do, and checks the Tensor
before it takes any.
"""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from .. import streams
from ..tensor import Device, Tensor, current
from .creation import finished, function, size_argument
from .data import scalar_of
from .operands import dtype_argument, dtype_of, float_argument, integer, new, shape_of
from .pointwise import overwrite
from .register import check_writable, named, operation, released


class Generator:
    """A source of random numbers of its own: torch.Generator, on the CPU.

    >>> import compat as torch
    >>> torch.rand(2, generator=torch.Generator().manual_seed(0))
    tensor([0.4963, 0.7682])
    """

    def __init__(self, device="cpu", *, stream=None):
        self.device = Device(device)
        self.stream = streams.Generator() if stream is None else stream

    def manual_seed(self, seed):
        """Start the stream of a seed; returns self."""
        self.stream.manual_seed(seed)
        return self

    def seed(self):
        """Seed from the system's entropy; returns that seed."""
        return self.stream.seed()

    def initial_seed(self):
        """The seed last set."""
        return self.stream.initial_seed()

    def get_state(self):
        """The state as a uint8 Tensor."""
        return new(self.stream.get_state())

    def set_state(self, new_state):
        """Go on from a state that get_state() gave."""
        self.stream.set_state(new_state.numpy() if isinstance(new_state, Tensor) else new_state)
        return self

    def clone_state(self):
        """A new Generator that goes on from the same state."""
        return Generator(stream=self.stream.clone_state())

    def __repr__(self):
        return f"<torch.Generator of seed {self.initial_seed()}>"

    def __getstate__(self):
        return self.stream

    def __setstate__(self, stream):
        self.__init__(stream=stream)


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
    return default_generator.manual_seed(seed.item() if isinstance(seed, Tensor) else seed)


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
@function
def rand(
    *size, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, **more
):
    """Uniform numbers from [0, 1)."""
    shape = size_argument("rand", size, more)
    array = stream_of(generator).uniform(shape, 0.0, 1.0, float_argument(dtype))
    return finished("rand", array, out, device, requires_grad)


@function
def randn(
    *size, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, **more
):
    """Standard normal numbers."""
    shape = size_argument("randn", size, more)
    array = stream_of(generator).normal(shape, 0.0, 1.0, float_argument(dtype))
    return finished("randn", array, out, device, requires_grad)


@function
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
    shape = size_argument("randint", (size,), {})
    d = dtype_argument(dtype, np.dtype(np.int64))
    array = stream_of(generator).randint(scalar_of(low), scalar_of(high), shape, d)
    return finished("randint", array, out, device, requires_grad)


@function
def randperm(
    n, *, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False
):
    """A random permutation of 0..n-1."""
    array = stream_of(generator).randperm(integer(n)).astype(dtype_argument(dtype, np.dtype(np.int64)), copy=False)
    return finished("randperm", array, out, device, requires_grad)


def like(name, draw):
    """torch.<name>_like(input)."""

    def drawn(
        input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None, generator=None,
        pin_memory=False,
    ):  # fmt: skip
        t = current(input)
        array = draw(stream_of(generator), shape_of(t), dtype_argument(dtype, dtype_of(t)))
        return finished(name, array, None, device, requires_grad)

    drawn.__name__ = name
    drawn.__doc__ = f"{name.removesuffix('_like')} with the shape and dtype of a Tensor."
    return function(drawn)


rand_like = like("rand_like", lambda g, shape, d: g.uniform(shape, 0.0, 1.0, d))
randn_like = like("randn_like", lambda g, shape, d: g.normal(shape, 0.0, 1.0, d))


@function
def randint_like(
    input, *args, low=None, high=None, dtype=None, layout=None, device=None, requires_grad=False, generator=None
):
    """randint_like(input, high) or (input, low, high): integers with the shape and dtype of a Tensor."""
    t = current(input)
    bounds = [b for b in (*args, low, high) if b is not None]
    low, high = (0, bounds[0]) if len(bounds) == 1 else bounds
    array = stream_of(generator).randint(
        scalar_of(low), scalar_of(high), shape_of(t), dtype_argument(dtype, dtype_of(t))
    )
    return finished("randint_like", array, None, device, requires_grad)


def constant(out, operands, label):
    """A draw, of which torch says that it depends on its parameters with the derivative zero."""
    for o in operands:
        if o.mark is not None:
            out = released(PRIMITIVES["where"](False, o, out), False)
    return named(out, label, operands)


def figures(t, what):
    """The values that a distribution's parameter has."""
    return np.asarray(concrete(current(t), what))


@function
def normal(
    mean, std=1.0, size=None, *, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False,
    pin_memory=False,
):  # fmt: skip
    """Normal numbers: of a size with mean and std numbers, or one for each element of the Tensors mean and std."""
    g = stream_of(generator)
    given = [x for x in (mean, std) if isinstance(x, Tensor)]
    if not given:
        if size is None:
            raise TypeError("normal() of a number mean and a number std needs a size")
        shape = size_argument("normal", (size,), {})
        return finished("normal", g.normal(shape, mean, std, float_argument(dtype)), out, device, requires_grad)
    values = [figures(x, "normal") if isinstance(x, Tensor) else x for x in (mean, std)]
    d = values[0].dtype if isinstance(mean, Tensor) else values[1].dtype
    shape = np.broadcast_shapes(*map(np.shape, values))
    if isinstance(std, Tensor) and (values[1] < 0).any():
        raise RuntimeError("normal expects all elements of std >= 0.0")
    draws = g.normal(shape, 0.0, 1.0 if isinstance(std, Tensor) else std, d)
    if isinstance(std, Tensor):
        draws = draws * values[1]
    label = f"NormalBackward{1 + 2 * (len(given) == 2) if isinstance(mean, Tensor) else 2}"
    t = finished("normal", (draws + values[0]).astype(d, copy=False), out, device, False)
    return constant(t, given, label)


@operation()
def bernoulli(input, p=None, *, generator=None):
    """1 with the probability that each element of the input is, else 0, in the input's dtype."""
    t = current(input)
    g = stream_of(generator)
    if p is not None:
        return new(g.bernoulli(shape_of(t), p, dtype_of(t)))
    return constant(new(g.bernoulli_from(figures(t, "bernoulli"))), [t], "BernoulliBackward0")


@operation()
def multinomial(input, num_samples, replacement=False, *, generator=None):
    """num_samples indices, drawn with the weights that the input's rows hold: int64.

    >>> import compat as torch
    >>> torch.multinomial(torch.tensor([0.0, 1.0]), 1)
    tensor([1])
    """
    return new(stream_of(generator).multinomial(figures(input, "multinomial"), num_samples, replacement))


@operation()
def poisson(input, generator=None):
    """Poisson counts of the rates in the input."""
    t = current(input)
    return constant(new(stream_of(generator).poisson(figures(t, "poisson"))), [t], "PoissonBackward0")


# ------------------------------------------------------------------------------------------------ in place
def fill_with(t, draw, label):
    """Write a draw into t: `draw(shape, dtype, contiguous)` in the order of memory."""
    c = current(t)
    check_writable(c)
    t.refuse(())
    shape = shape_of(c)
    order = list(range(len(shape)))
    plain = c.owner is not TAPE or c.val.flags.c_contiguous
    if not plain:
        order.sort(key=lambda k: -c.val.strides[k])
    values = draw(tuple(shape[k] for k in order), dtype_of(c), plain)
    return overwrite(t, values.transpose(np.argsort(order)) if order else values, label, (t,))


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
        ps = np.broadcast_to(figures(p, "bernoulli_"), shape_of(current(self)))
        return fill_with(self, lambda shape, d, plain: g.bernoulli_from(ps, d), "BernoulliBackward1")
    return fill_with(self, lambda shape, d, plain: g.bernoulli(shape, p, d), "BernoulliBackward2")
