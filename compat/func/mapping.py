"""vmap: funcgrad's with torch's signature, and torch's refusals."""

import functools
import sys

from funcgrad.core.aval import ndarray, shape_of
from funcgrad.core.elementwise_layout import noted
from funcgrad.core.primitive import PRIMITIVES as P
from funcgrad.core.state import tls
from funcgrad.core.tracebacks import public
from funcgrad.errors import ConcretizationError, RandomnessError
from funcgrad.transforms.vectorize import laid_out, over_rows

from ..errors import unequal_sizes
from ..functions.register import FUNCTIONS as T
from ..graph import label
from ..method_arguments import wrapped
from ..names import node_name
from ..payload import current
from ..tensor import Tensor
from ..utils._pytree import broadcast_prefix, tree_flatten, tree_structure
from .leaves import Flat
from .mapped_values import in_torchs_words


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """func mapped over a dimension of its positional arguments, all at once (or chunk_size entries at a time).

    `in_dims`, `out_dims`: a dimension for all, or a tree of them and None. `randomness`: what a random operation inside does:
    "error", "same" (one draw for all) or "different".

    >>> import compat as torch
    >>> torch.func.vmap(torch.dot)(torch.ones(3, 2), torch.ones(3, 2))
    tensor([2., 2., 2.])
    """
    check_randomness(randomness)
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @public
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        steps = sys.modules.get("compat._functorch.vmap")
        if steps is not None and steps.replaced():
            return steps.by_steps(func, in_dims, out_dims, randomness, args, kwargs)
        leaves, spec = tree_flatten(args)
        dims, size = mapped_dims(func, in_dims, leaves, spec)
        call = Call(func, kwargs, spec, leaves, dims, out_dims, randomness)
        if chunk_size is None or not size:
            return call.flat.shown(call.run(leaves, size))
        parts = []
        state = T["get_rng_state"]() if randomness == "same" else None
        for start in range(0, size, chunk_size):
            if state is not None:
                T["set_rng_state"](state)
            count = min(chunk_size, size - start)
            rows = [x if d is None else x.narrow(d, start, count) for x, d in zip(leaves, dims)]
            parts.append(call.run(rows, count))
        columns = zip(*parts, strict=True)
        joined = [c[0] if d is None else T["cat"](list(c), d) for c, d in zip(columns, call.out, strict=True)]
        return call.flat.shown(joined)

    return wrapper


class Call:
    """One call of a mapped function: what is known of its arguments, and what a run of the function tells of its results."""

    __slots__ = (
        "dims",
        "flat",
        "func",
        "others",
        "out",
        "out_dims",
        "plainly",
        "randomness",
        "same",
        "spread",
        "written",
    )

    def __init__(self, func, kwargs, spec, leaves, dims, out_dims, randomness):
        self.func, self.dims, self.out_dims, self.randomness = func, dims, out_dims, randomness
        # (what comes out is checked by of_leaves)
        self.flat = Flat(lambda *args: func(*args, **kwargs), spec, "vmap", check=lambda name, results: None)
        # may they not be written into, or lead nowhere?
        self.plainly = [not isinstance(x, Tensor) or x.is_leaf for x in leaves]

    def of_leaves(self, leaves):
        """The results of one run of the function, those that are mapped, and the arguments that it has changed in place."""
        dims = self.dims
        leaves = [
            x if d is None or plain or not x.requires_grad else P["reshape"](x, shape=tuple(x.shape))
            for x, d, plain in zip(leaves, dims, self.plainly, strict=True)
        ]
        before = [x.val if isinstance(x, Tensor) else None for x in leaves]
        results = list(self.flat(*leaves))
        self.out = out = output_dims(self.func, self.out_dims, results, self.flat.out)  # a dimension for each leaf
        self.written = written = [
            i for i, (x, d) in enumerate(zip(leaves, dims)) if d is not None and current(x).val is not before[i]
        ]
        self.same = {j: i for j, y in enumerate(results) for i in written if y is leaves[i]}  # result -> which of those
        self.spread = {}  # results that are not mapped -> the dimension where torch asks `expand` for one
        for j, (x, d) in enumerate(zip(results, out)):
            if d and not is_mapped(x):
                self.spread[j], out[j] = d, None
        out.extend([dims[i] for i in written])
        self.others = {}  # results that are no Tensors, and go past
        if None in out:
            self.others = {j: y for j, y in enumerate(results) if not isinstance(y, Tensor)}
            results = [0 if j in self.others else y for j, y in enumerate(results)]
        return results + [leaves[i] for i in written]

    def run(self, leaves, size):
        """The flat results for arguments of which the mapped ones have `size` rows; those that are written into have them then."""
        try:
            return self.results(leaves, size)
        except ConcretizationError as error:
            raise in_torchs_words(error) from None
        except RandomnessError as error:
            raise of_randomness(error) from None

    def results(self, leaves, size):
        outs, low = over_rows(self.of_leaves, leaves, self.dims, size, self.randomness)
        out, dims = self.out, self.dims
        results = laid_out(size, outs, low, out, leaves)
        for y in results:
            if type(y) is Tensor and type(y.val) is ndarray and not y.val.flags.c_contiguous:
                noted(y)
        count = len(out) - len(self.written)
        for i, new in zip(self.written, results[count:]):
            leaves[i].copy_(new)
            if new.grad_fn is not None:
                label(leaves[i], node_name(new.mark), None)
        for j, i in self.same.items():
            results[j] = leaves[i] if dims[i] == out[j] else leaves[i].movedim(dims[i], out[j])
        for j, y in self.others.items():
            results[j] = y
        for j, d in self.spread.items():
            shape = results[j].shape
            results[j] = results[j].expand(*shape[:d], size, *shape[d:])
        del out[count:]
        return results[:count]


def is_mapped(x):
    """Does the vmap that runs map a Tensor?"""
    return x.owner is tls.mapping.tape and x.val.mark is not None


def check_randomness(randomness):
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")


def of_randomness(error):
    """What torch raises of a draw (the traceback has the line)."""
    text = str(error).partition(" [")[0]
    text += " Please file an issue with functorch" * text.endswith("batched tensor input.")
    return RuntimeError(text).with_traceback(error.__traceback__)


def name_of(func):
    if isinstance(func, functools.partial):
        return f"functools.partial({name_of(func.func)}, ...)"
    return getattr(func, "__name__", repr(func))


def mapped_dims(func, in_dims, leaves, spec):
    """(the dimension, or None, of each leaf of the arguments; their common size), or ValueError in torch's words."""

    def what():
        return f"vmap({name_of(func)}, in_dims={in_dims}, ...)(<inputs>)"

    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{what()}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, got: "
            f"{type(in_dims)}."
        )
    if not spec.children_specs:
        raise ValueError(
            f"vmap({name_of(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    dims = broadcast_prefix(in_dims, spec)
    if dims is None:
        raise ValueError(
            f"{what()}: in_dims is not compatible with the structure of `inputs`. in_dims has structure {tree_structure(in_dims)} "
            f"but inputs has structure {spec}."
        )
    sizes = []
    for i, (x, d) in enumerate(zip(leaves, dims, strict=True)):
        if d is None:
            continue
        if not isinstance(d, int):
            raise ValueError(
                f"{what()}: Got in_dim={d} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(x, Tensor):
            raise ValueError(
                f"{what()}: Got in_dim={d} for an input but the input is of type {type(x)}. We cannot vmap over non-Tensor arguments, "
                "please use None as the respective in_dim"
            )
        shape = shape_of(current(x))
        rank = len(shape)
        if not -rank <= d < rank:
            raise ValueError(
                f"{what()}: Got in_dim={d} for some input, but that input is a Tensor of dimensionality {rank} so expected "
                f"in_dim to satisfy -{rank} <= in_dim < {rank}."
            )
        dims[i] = d % rank
        sizes.append(shape[d])
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise unequal_sizes(sizes)
    return dims, sizes[0]


def output_dims(func, out_dims, leaves, spec):
    """The dimension, or None, of each leaf of the output of one sample; ValueError and IndexError in torch's words."""
    dims = broadcast_prefix(out_dims, spec)
    if dims is None:
        raise ValueError(
            f"vmap({name_of(func)}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of `outputs`. "
            f"out_dims has structure {tree_structure(out_dims)} but outputs has structure {spec}."
        )
    for i, (x, d) in enumerate(zip(leaves, dims, strict=True)):
        if d is None:
            if isinstance(x, Tensor) and is_mapped(x):
                raise ValueError(
                    f"vmap({name_of(func)}, ...): `{name_of(func)}` can not return a BatchedTensor when out_dim is None"
                )
        elif not isinstance(d, int):
            raise ValueError(
                f"vmap({name_of(func)}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
                "representing where in the outputs the vmapped dimension should appear."
            )
        elif not isinstance(x, Tensor):
            raise ValueError(
                f"vmap({name_of(func)}, ...): `{name_of(func)}` must only return Tensors, got type {type(x)}. Did you mean to set out_dims= to None "
                "for output?"
            )
        else:
            dims[i] = wrapped(d, len(shape_of(current(x))) + 1)
    return dims
