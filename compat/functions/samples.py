"""Functions of samples: differences of neighbours, integrals by trapezoids, slopes, covariances."""

from funcgrad.core.trace import TAPE

from ..deprecations import deprecated
from ..method_arguments import wrapped
from ..payload import current
from ..tensor import Tensor
from .arithmetic import DIV, MUL, by_number
from .operands import BOOL, dims_of, dtype_of
from .register import FUNCTIONS, operation
from .writing import spoken


def need_neighbour(input, dim, given):
    """RuntimeError unless a Tensor can be put before or behind the input along a dimension."""
    if given is None:
        return
    at = wrapped(dim, input.dim())
    if given.dim() != input.dim():
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for i, (n, m) in enumerate(zip(input.shape, given.shape)):
        if i != at and n != m:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input except along the differencing "
                f"dimension; input.size({i}) = {n}, but got tensor.size({i}) = {m}"
            )


@operation()
def diff(input, n=1, dim=-1, prepend=None, append=None):
    """Differences of neighbours along a dimension, n times."""
    if not input.dim():
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    for given in (prepend, append):
        need_neighbour(input, dim, given)
    if n == 0:
        return FUNCTIONS["zeros_like"](input).copy_(input) if not input.requires_grad else input.clone()
    parts = [t for t in (prepend, input, append) if t is not None]
    t = FUNCTIONS["cat"](parts, dim) if len(parts) > 1 else input
    for _ in range(n):
        k = t.size(dim)
        one, two = t.narrow(dim, min(1, k), max(k - 1, 0)), t.narrow(dim, 0, max(k - 1, 0))
        t = one ^ two if dtype_of(current(t)) == BOOL else one - two
    return t


def widths(name, y, x, dim):
    """The distances between neighbours along a dimension, as they multiply sums of neighbours of y."""
    if x.dim() == 1:
        if len(x) != y.shape[dim]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = x.view([-1 if d == dim else 1 for d in range(y.dim())])
    elif x.dim() < y.dim():
        x = x.view((1,) * (y.dim() - x.dim()) + tuple(x.shape))
    return diff(x, dim=dim)


def neighbours(y, dim):
    k = max(y.shape[dim] - 1, 0)
    return y.narrow(dim, 0, k) + y.narrow(dim, min(1, y.shape[dim]), k)


def need_no_bool(name, y, x):
    if any(t is not None and dtype_of(current(t)) == BOOL for t in (y, x)):
        which = "`y`" if x is None else "`x` or `y`"
        raise RuntimeError(f"{name}: received a bool input for {which}, but bool is not supported")


def need_real(name, dx):
    """torch's error for a step that is a bool or complex."""
    if isinstance(dx, (bool, complex)) or isinstance(dx, Tensor) and dx.dtype.numpy.kind in "bc":
        raise RuntimeError(f"{name}: Currently, we only support dx as a real number.")


@operation(method=False)
def trapezoid(y, x=None, *, dx=1, dim=-1):
    """The integral along a dimension by the trapezoidal rule."""
    if not y.dim():
        raise IndexError(f"Dimension specified as {dim if x is None else dim % 1} but tensor has no dimensions")
    dim = wrapped(dim, y.dim())
    k = y.shape[dim]
    if not k:
        return y.sum(dim, dtype=y.dtype)
    need_no_bool("trapezoid", y, x)
    if x is None:
        need_real("trapezoid", dx)
        ends = y.select(dim, 0) + y.select(dim, k - 1)
        return by_number(MUL, y.sum(dim) - by_number(MUL, ends, 0.5), dx)
    wide = widths("trapezoid", y, x, dim)
    return by_number(DIV, (neighbours(y, dim) * wide).sum(dim), 2.0)


@operation(method=False)
def trapz(y, x=None, *, dx=1, dim=-1):
    """trapezoid, whose dx is a float."""
    return trapezoid(y, x, dx=float(dx), dim=dim)


@operation(method=False)
def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The running integral along a dimension by the trapezoidal rule."""
    need_no_bool("cumulative_trapezoid", y, x)
    if x is None:
        need_real("cumulative_trapezoid", dx)
    if not y.dim():
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    dim = wrapped(dim, y.dim())
    if x is None:
        return by_number(MUL, neighbours(y, dim), dx / 2.0).cumsum(dim)
    wide = widths("cumulative_trapezoid", y, x, dim)
    return by_number(DIV, (neighbours(y, dim) * wide).cumsum(dim), 2.0)


def need_weights(name, w, n):
    """torch's errors for weights of n observations: whole numbers in fweights, floats in aweights."""
    d = dtype_of(current(w))
    if w.dim() > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {w.dim()} dimensions"
        )
    if d.kind not in ("iu" if name == "fweights" else "f"):
        kind = "integral" if name == "fweights" else "floating point"
        raise RuntimeError(f"cov(): expected {name} to have {kind} dtype but got {name} with {spoken(d)} dtype")
    if w.numel() != n:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input but got {w.numel()} != {n}"
        )
    if w.owner is TAPE and (w.val < 0).any():
        raise RuntimeError(f"cov(): {name} cannot be negative")


@operation()
def cov(input, *, correction=1, fweights=None, aweights=None):
    """The covariance matrix of variables in rows, observations in columns, divided by n - correction."""
    if input.dim() > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.dim()} dimensions"
        )
    if dtype_of(current(input)) == BOOL:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input.view(1, -1) if input.dim() < 2 else input
    w = None
    for name, given in (("fweights", fweights), ("aweights", aweights)):
        if given is not None:
            need_weights(name, given, x.shape[1])
            w = given if w is None else w * given
    n = x.shape[1]
    if w is None:
        if n <= correction:
            deprecated("cov")
        centred = x - FUNCTIONS["div"](x.sum(1), n).unsqueeze(1)
        return FUNCTIONS["div"](centred @ centred.t().conj(), float(max(n - correction, 0))).squeeze()
    w = w if w.is_floating_point() else w.to(x.dtype.to_real() if x.is_complex() else x.dtype)
    total = w.sum()
    centred = x - ((x * w).sum(1) / total).unsqueeze(1)
    size = total - correction * (((w * aweights).sum() / total) if aweights is not None else 1)
    if current(size).owner is TAPE and size.item() <= 0:
        deprecated("cov")
        size = size * 0
    return ((centred @ (centred * w).t().conj()) / size).squeeze()


@operation()
def corrcoef(input):
    """The correlation coefficients of variables in rows, observations in columns."""
    if input.dim() > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.dim()} dimensions"
        )
    c = cov(input)
    if c.dim() == 0:
        return c / c
    scale = c.diagonal().sqrt()
    out = c / scale.view(-1, 1) / scale.view(1, -1)
    if out.is_complex():
        return FUNCTIONS["complex"](out.real.clamp(-1, 1), out.imag.clamp(-1, 1))
    return out.clamp(-1, 1)


@operation(method=False)
def gradient(input, *, spacing=1, dim=None, edge_order=1):
    """The derivative along dimensions from samples one spacing apart: central differences, one-sided at the ends."""
    n = input.dim()
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    if not n and dim is not None:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dims = dims_of(dim, n)
    spacing = 1 if spacing is None else spacing
    if dim is not None and isinstance(spacing, (tuple, list)) and len(spacing) != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got "
            f"a spacing argument of length {len(spacing)} and a dim argument of length {len(dims)}."
        )
    if dim is None and isinstance(spacing, (tuple, list)) and len(spacing) != n:
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = "
            f"{n}', since dim argument was not given, but got a list of length {len(spacing)}"
        )
    out = []
    for at, d in enumerate(dims):
        k = input.shape[d]
        if k < edge_order + 1:
            raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
        h = spacing[at] if isinstance(spacing, (tuple, list)) else spacing

        def part(start, length, d=d):
            return input.narrow(d, start, length)

        if isinstance(h, Tensor):
            out.append(uneven_gradient(part, h, k, d, n, edge_order))
            continue
        middle = by_number(DIV, by_number(DIV, part(2, k - 2) - part(0, k - 2), h), 2.0)
        if edge_order == 1:
            first, last = part(1, 1) - part(0, 1), part(k - 1, 1) - part(k - 2, 1)
        else:
            first = by_number(MUL, part(0, 1), -1.5) + by_number(MUL, part(1, 1), 2.0) - by_number(MUL, part(2, 1), 0.5)
            last = (
                by_number(MUL, part(k - 1, 1), 1.5)
                - by_number(MUL, part(k - 2, 1), 2.0)
                + by_number(MUL, part(k - 3, 1), 0.5)
            )
        first, last = by_number(DIV, first, h), by_number(DIV, last, h)
        out.append(FUNCTIONS["cat"]((first, middle, last), d))
    return tuple(out)


def uneven_gradient(part, at, k, dim, n, edge_order):
    """gradient along a dimension whose samples stand at given coordinates."""
    gaps = diff(at).reshape([-1] + [1] * (n - 1 - dim))
    a, b = gaps.narrow(0, 0, k - 2), gaps.narrow(0, 1, k - 2)
    # (the weights in the dtype of the coordinates, as torch has them)
    weights = -b / (a * (a + b)), (b - a) / (a * b), a / (b * (a + b))
    before, here, after = (part(i, k - 2) * w for i, w in enumerate(weights))
    middle = before + here + after
    if edge_order == 1:
        first, last = ((part(i + 1, 1) - part(i, 1)) / gaps.narrow(0, i, 1) for i in (0, k - 2))
        return FUNCTIONS["cat"]((first, middle, last), dim)
    a, b, c, d = (gaps.narrow(0, i, 1) for i in (0, 1, k - 3, k - 2))  # parabolas through the three outermost samples
    at_first = -(2 * a + b) / (a * (a + b)), (a + b) / (a * b), -a / (b * (a + b))
    at_last = d / (c * (c + d)), -(c + d) / (c * d), (2 * d + c) / (d * (c + d))
    first, last = (sum(part(s + i, 1) * w for i, w in enumerate(ws)) for s, ws in ((0, at_first), (k - 3, at_last)))
    return FUNCTIONS["cat"]((first, middle, last), dim)
