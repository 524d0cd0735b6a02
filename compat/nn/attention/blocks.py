"""BlockMask: which blocks of queries look at which blocks of keys, wholly, in part or not at all."""

import itertools
import math

import compat as torch

from .masks import create_mask, noop_mask, takes

SIZE = 128  # of a block, unless it is given
TENSORS = (
    "kv_num_blocks", "kv_indices", "full_kv_num_blocks", "full_kv_indices", "q_num_blocks", "q_indices", "full_q_num_blocks",
    "full_q_indices", "dq_write_order", "dq_write_order_full", "dq_kv_order",
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ lists of blocks
def dense_of(counts, indices, columns):
    """The int32 matrices (..., rows, columns) of ones where the first `counts` of a row's `indices` say."""
    listed = torch.arange(indices.shape[-1], device=indices.device) < counts.unsqueeze(-1)
    where = torch.where(listed, indices, columns).long()  # (what is not listed goes into a column that is cut off)
    ones = indices.new_zeros((*indices.shape[:-1], columns + 1), dtype=torch.int32).scatter_(-1, where, 1)
    return ones[..., :columns].contiguous()


def listed(dense):
    """(how many of each row are set, the columns with those first), both int32."""
    dense = dense.to(torch.int32)
    order = torch.argsort(dense, dim=-1, descending=True, stable=True)
    kept = {"memory_format": torch.contiguous_format}
    return dense.sum(dim=-1).to(torch.int32, **kept), order.to(torch.int32, **kept)


def transposed(counts, indices):
    """The lists of the transposed matrices."""
    return listed(dense_of(counts, indices, indices.shape[-1]).transpose(-2, -1))


def cut(counts, indices, rows, columns):
    """The lists of the upper left corner, of so many rows and columns of blocks."""
    if counts is None:
        return None, None
    indices, counts = indices[:, :, :rows, :columns], counts[:, :, :rows]
    counts = torch.where(counts < columns, counts, columns)
    return torch.sum(indices < counts[:, :, :, None], dim=-1).to(torch.int32), indices


def write_order(mask, backwards):
    """For each block of keys and each block of queries in its list, of the partial and of the full blocks: how many blocks of that
    row of queries come before it (or after it: `backwards`)."""
    if mask.q_num_blocks is None or mask.q_indices is None:
        raise ValueError("BlockMask must have q_num_blocks and q_indices to compute dq_write_order")
    kv = [(mask.kv_num_blocks, mask.kv_indices), (mask.full_kv_num_blocks, mask.full_kv_indices)]
    q = [mask.q_indices, mask.full_q_indices]
    lead = torch.broadcast_shapes(*(t.shape[:2] for t in (kv[0][1], kv[1][1], *q) if t is not None))
    columns = mask.q_indices.shape[2]
    dense = sum(dense_of(n.expand(*lead, -1), i.expand(*lead, -1, -1), columns) for n, i in kv if n is not None)
    dense = dense.clamp(max=1)
    running = dense.cumsum(dim=-1)
    rank = (running - dense).to(torch.int32)
    if backwards:
        rank = (running[..., -1:] - 1 - rank).to(torch.int32)

    def of(indices):
        if indices is None:
            return None
        rows = indices.long().clamp(0, rank.shape[2] - 1).expand(*lead, -1, -1)
        return rank.transpose(-2, -1).gather(-1, rows).to(torch.int32)

    return of(q[0]), of(q[1])


def sliced_mask(batch, head, token_q, token_kv):
    """The mask of a BlockMask that was indexed: nobody knows at which places it is asked; RuntimeError."""
    raise RuntimeError(
        "Cannot use mask_mod from a sliced BlockMask. When you slice a BlockMask using [], the mask_mod attribute is reset. "
        "You must set it from the original BlockMask's mask_mod.\n\nIncorrect usage:\n"
        "  base_mask = create_block_mask(my_mask_fn, ...)\n  sliced_mask = base_mask[:, :, block_idx]\n"
        "  sliced_mask.mask_mod = apply_offset(sliced_mask.mask_mod, offset)  # WRONG!\n\nCorrect usage:\n"
        "  base_mask = create_block_mask(my_mask_fn, ...)\n  sliced_mask = base_mask[:, :, block_idx]\n"
        "  sliced_mask.mask_mod = apply_offset(base_mask.mask_mod, offset)  # Use base_mask!"
    )


sliced_mask.__name__ = sliced_mask.__qualname__ = "_sliced_mask_mod_error"  # (as a BlockMask prints it)


def both_or_none(one, other, name):
    if (one is None) != (other is None):
        raise AssertionError(f"full_{name}_num_blocks and full_{name}_indices must be both provided or omitted")


# ------------------------------------------------------------------------------------------------ the mask
class BlockMask:
    """The blocks of a mask, listed for each row of blocks of queries (`kv_*`) and for each column of keys (`q_*`).

    `kv_num_blocks` (B, H, rows) counts the blocks that the mask covers in part, `kv_indices` (B, H, rows, columns) has their columns
    first; `full_*`: of blocks that it covers wholly. create_block_mask and from_kv_blocks make it.

    >>> from compat.nn.attention.flex_attention import create_block_mask
    >>> mask = create_block_mask(lambda b, h, q, k: q >= k, None, None, 256, 256)
    >>> mask.shape, mask.sparsity(), mask.to_dense().tolist()
    ((1, 1, 256, 256), 25.0, [[[[1, 0], [1, 1]]]])
    >>> mask.kv_num_blocks.tolist(), mask.full_kv_num_blocks.tolist()
    ([[[1, 1]]], [[[0, 1]]])
    """

    _TENSOR_ATTRS = list(TENSORS)

    def __init__(
        self, seq_lengths, kv_num_blocks, kv_indices, full_kv_num_blocks, full_kv_indices, q_num_blocks, q_indices, full_q_num_blocks,
        full_q_indices, BLOCK_SIZE=(SIZE, SIZE), mask_mod=noop_mask, *, dq_write_order=None, dq_write_order_full=None, dq_kv_order=None,
        dq_kv_order_spt=None,
    ):  # fmt: skip
        if kv_indices.dim() < 2:
            raise RuntimeError("BlockMask must have at least 2 dimensions")
        if kv_num_blocks is None:
            raise AssertionError("kv_num_blocks must be provided")
        both_or_none(full_kv_num_blocks, full_kv_indices, "kv")
        both_or_none(full_q_num_blocks, full_q_indices, "q")
        self.seq_lengths = seq_lengths
        self.kv_num_blocks, self.kv_indices = kv_num_blocks, kv_indices
        self.full_kv_num_blocks, self.full_kv_indices = full_kv_num_blocks, full_kv_indices
        self.q_num_blocks, self.q_indices = q_num_blocks, q_indices
        self.full_q_num_blocks, self.full_q_indices = full_q_num_blocks, full_q_indices
        if dq_write_order_full is not None and dq_write_order is None:
            raise ValueError("dq_write_order_full requires dq_write_order")
        self.dq_write_order, self.dq_write_order_full = dq_write_order, dq_write_order_full
        self.dq_kv_order, self.dq_kv_order_spt = dq_kv_order, dq_kv_order_spt
        self.BLOCK_SIZE, self.mask_mod = BLOCK_SIZE, mask_mod

    @classmethod
    def from_kv_blocks(
        cls, kv_num_blocks, kv_indices, full_kv_num_blocks=None, full_kv_indices=None, BLOCK_SIZE=SIZE, mask_mod=None, seq_lengths=None,
        compute_q_blocks=True, *, dq_write_order=None, dq_write_order_full=None, dq_kv_order=None,
    ):  # fmt: skip
        """The BlockMask of lists for the rows of blocks; those for the columns are worked out (unless not `compute_q_blocks`).

        kv_num_blocks (B, H, rows), kv_indices (B, H, rows, columns): int32. seq_lengths: (queries, keys), by default as many as the
        blocks have. RuntimeError for indices of less than two dimensions.

        >>> import compat as torch
        >>> from compat.nn.attention.flex_attention import BlockMask
        >>> count, index = torch.tensor([[[1, 2]]], dtype=torch.int32), torch.tensor([[[[1, 0], [0, 1]]]], dtype=torch.int32)
        >>> BlockMask.from_kv_blocks(count, index, BLOCK_SIZE=64).q_num_blocks
        tensor([[[1, 2]]], dtype=torch.int32)
        """
        if kv_indices.dim() < 2:
            raise RuntimeError("BlockMask must have at least 2 dimensions")
        both_or_none(full_kv_num_blocks, full_kv_indices, "kv")
        q = full_q = None, None
        if compute_q_blocks:
            q = transposed(kv_num_blocks, kv_indices)
            if full_kv_num_blocks is not None:
                full_q = transposed(full_kv_num_blocks, full_kv_indices)
        if isinstance(BLOCK_SIZE, int):
            BLOCK_SIZE = (BLOCK_SIZE, BLOCK_SIZE)
        if seq_lengths is None:
            seq_lengths = (kv_indices.shape[-2] * BLOCK_SIZE[0], kv_indices.shape[-1] * BLOCK_SIZE[1])
        is_tensor = isinstance(dq_kv_order, torch.Tensor)
        if dq_kv_order is not None and not is_tensor and not isinstance(dq_kv_order, bool):
            raise ValueError("dq_kv_order must be a bool, Tensor, or None")
        return cls(
            seq_lengths, kv_num_blocks, kv_indices, full_kv_num_blocks, full_kv_indices, *q, *full_q, BLOCK_SIZE,
            noop_mask if mask_mod is None else mask_mod, dq_write_order=dq_write_order, dq_write_order_full=dq_write_order_full,
            dq_kv_order=dq_kv_order if is_tensor else None, dq_kv_order_spt=None if is_tensor else dq_kv_order,
        )  # fmt: skip

    def as_tuple(self, flatten=True):
        """Its parts; `flatten`: with both lengths and both sizes as numbers."""
        lengths, sizes = (
            (tuple(self.seq_lengths), tuple(self.BLOCK_SIZE)) if flatten else ((self.seq_lengths,), (self.BLOCK_SIZE,))
        )
        return (*lengths, *(getattr(self, name) for name in TENSORS), self.dq_kv_order_spt, *sizes, self.mask_mod)

    @property
    def shape(self):
        return (*self.kv_indices.shape[:-2], *self.seq_lengths)

    def with_blocks(self, kv, full, mask_mod, seq_lengths):
        """The same kind of BlockMask, of other lists."""
        made = self.from_kv_blocks(
            *kv, *full, BLOCK_SIZE=self.BLOCK_SIZE, mask_mod=mask_mod, seq_lengths=seq_lengths, compute_q_blocks=self.q_indices is not None
        )  # fmt: skip
        made.dq_kv_order_spt = self.dq_kv_order_spt
        if self.dq_write_order is not None:
            made.dq_write_order, made.dq_write_order_full = write_order(made, made.dq_kv_order_spt)
        return made

    def check_order(self, doing):
        if self.dq_kv_order is not None:
            raise NotImplementedError(
                f"{doing} BlockMask with tensor dq_kv_order is not supported yet. "
                "Construct a new BlockMask with matching precomputed dq_write_order metadata."
            )

    def __getitem__(self, index):
        """The BlockMask of some batches, heads and rows of blocks; a number keeps its axis. Its mask has to be set anew."""
        self.check_order("Slicing")
        index = (*(index if isinstance(index, tuple) else (index,)), slice(None), slice(None), slice(None))[:3]
        sizes = self.kv_num_blocks.shape[:3]
        # (a number that is out of range takes nothing)
        index = tuple(
            (slice(i + n, i + n + 1) if -n <= i < 0 else slice(i, i + 1)) if isinstance(i, int) else i
            for i, n in zip(index, sizes, strict=True)
        )
        full = self.full_kv_num_blocks is not None
        return self.with_blocks(
            (self.kv_num_blocks[index], self.kv_indices[index]),
            (self.full_kv_num_blocks[index], self.full_kv_indices[index]) if full else (None, None),
            sliced_mask,
            self.seq_lengths,
        )

    def _adjust(self, new_q_len, new_kv_len):
        """The BlockMask of its upper left corner, for so many queries and keys."""
        self.check_order("Adjusting")
        corner = [-(-n // size) for n, size in zip((new_q_len, new_kv_len), self.BLOCK_SIZE, strict=True)]
        return self.with_blocks(
            cut(self.kv_num_blocks, self.kv_indices, *corner),
            cut(self.full_kv_num_blocks, self.full_kv_indices, *corner),
            self.mask_mod,
            (new_q_len, new_kv_len),
        )

    def numel(self):
        """The number of pairs of a query and a key, of all batches and heads."""
        return math.prod(self.shape)

    def sparsity(self):
        """How much of it, in a hundred, lies in blocks that need not be computed."""
        blocks = self.kv_num_blocks.sum()
        if self.full_kv_num_blocks is not None:
            blocks += self.full_kv_num_blocks.sum()
        return 100 * (1 - blocks.item() * self.BLOCK_SIZE[0] * self.BLOCK_SIZE[1] / self.numel())

    def to_dense(self):
        """int32 (B, H, rows, columns): 1 for the blocks that are covered, wholly or in part."""
        dense = dense_of(self.kv_num_blocks, self.kv_indices, self.kv_indices.shape[-1])
        if self.full_kv_num_blocks is None:
            return dense
        return dense | dense_of(self.full_kv_num_blocks, self.full_kv_indices, self.full_kv_indices.shape[-1])

    def to_string(self, grid_size=(20, 20), limit=4):
        """A picture of the blocks of each batch and head, up to `limit` of them, in at most so many rows and columns (-1: all)."""
        dense = self.to_dense()
        *lead, rows, columns = dense.shape
        most = (
            (rows, columns) if grid_size == -1 else (grid_size, grid_size) if isinstance(grid_size, int) else grid_size
        )
        down, across = (max(1, -(-n // m)) for n, m in zip((rows, columns), most, strict=True))
        pictures = []
        for number, at in enumerate(itertools.product(*map(range, lead))):
            if number == limit:
                pictures += [
                    "...",
                    "To print out more, set BlockMask.to_string(limit=N)",
                    "You can also index (BlockMask[batch, head]) to choose a specific batch or head",
                ]
                break
            text = f"{at}\n"
            for r in range(0, rows, down):
                for c in range(0, columns, across):
                    share = dense[at][r : r + down, c : c + across].float().mean().item()
                    text += ("█" if share == 1 else " " if share == 0 else "░") * 2
                text += "\n"
            pictures.append(text)
        return "\n".join(pictures)

    def __str__(self):
        return f"BlockMask(shape={self.shape}, sparsity={self.sparsity():.2f}%, \n{self.to_string().strip()}\n)"

    def __repr__(self):
        rows = [f"{name}={getattr(getattr(self, name), 'shape', None)}" for name in TENSORS[:8]]
        mask = getattr(self.mask_mod, "__name__", self.mask_mod)
        rows += [
            f"BLOCK_SIZE={self.BLOCK_SIZE}",
            f"shape={self.shape}",
            f"sparsity={self.sparsity():.2f}%",
            f"mask_mod={mask}",
        ]
        return "BlockMask(\n    " + ",\n    ".join(rows) + "\n)"

    def to(self, device):
        """A BlockMask with its Tensors on a device."""
        tensors = {name: t if t is None else t.to(device) for name in TENSORS for t in [getattr(self, name)]}
        return BlockMask(
            self.seq_lengths, **tensors, BLOCK_SIZE=self.BLOCK_SIZE, mask_mod=self.mask_mod, dq_kv_order_spt=self.dq_kv_order_spt
        )  # fmt: skip


def create_block_mask(
    mask_mod, B, H, Q_LEN, KV_LEN, device=None, BLOCK_SIZE=SIZE, _compile=False, separate_full_blocks=True, compute_dq_write_order=False,
    dq_kv_order=True,
):  # fmt: skip
    """The BlockMask of a mask: a function of (batch, head, query, key), asked at all places.

    B, H: None stands for 1. BLOCK_SIZE: a number, or those of queries and keys. separate_full_blocks: are blocks that are wholly
    covered listed apart? AssertionError for a function of another number of arguments than 4.

    >>> from compat.nn.attention.flex_attention import create_block_mask
    >>> print(create_block_mask(lambda b, h, q, k: q >= k, 1, 1, 512, 512))  # doctest: +NORMALIZE_WHITESPACE
    BlockMask(shape=(1, 1, 512, 512), sparsity=37.50%,
    (0, 0)
    ██
    ████
    ██████
    ████████
    )
    """  # noqa: W291
    if takes(mask_mod) != 4:
        raise AssertionError(f"create-block_mask requires a mask_mod function! Got {mask_mod}")
    if not isinstance(dq_kv_order, bool):
        raise ValueError("dq_kv_order must be a bool when using create_block_mask")
    sizes = (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else tuple(BLOCK_SIZE)
    mask = create_mask(mask_mod, B, H, Q_LEN, KV_LEN, device)
    if mask.dtype != torch.bool:
        raise AssertionError(f"mask.dtype must be torch.bool, got {mask.dtype}")
    mask = torch.nn.functional.pad(mask, (0, -mask.shape[-1] % sizes[1], 0, -mask.shape[-2] % sizes[0]))
    lead, rows, columns = mask.shape[:2], mask.shape[2] // sizes[0], mask.shape[3] // sizes[1]
    covered = mask.view(*lead, rows, sizes[0], columns, sizes[1]).sum(dim=(3, 5))
    whole = sizes[0] * sizes[1]
    full = listed(covered == whole) if separate_full_blocks else (None, None)
    partial = listed((covered > 0) & (covered < whole) if separate_full_blocks else covered > 0)
    made = BlockMask.from_kv_blocks(*partial, *full, BLOCK_SIZE=sizes, mask_mod=mask_mod, seq_lengths=(Q_LEN, KV_LEN))
    if compute_dq_write_order:
        made.dq_write_order, made.dq_write_order_full = write_order(made, dq_kv_order)
        made.dq_kv_order_spt = dq_kv_order
    return made
