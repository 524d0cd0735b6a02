"""torch.utils.data: data sets, the orders they are read in, and the loader that makes batches of them."""

from funcgrad.lazy import attributes as _attributes
from funcgrad.lazy import homes_of as _homes_of

from ...functions.missing import refusal as _refusal

_FAMILIES = {
    "_utils.collate": "default_collate default_convert",
    "dataloader": "DataLoader",
    "dataset": "ChainDataset ConcatDataset Dataset IterableDataset StackDataset Subset TensorDataset get_worker_info "
    "random_split",
    "distributed": "DistributedSampler",
    "sampler": "BatchSampler RandomSampler Sampler SequentialSampler SubsetRandomSampler WeightedRandomSampler",
}
__getattr__, __dir__ = _attributes(
    __name__, _FAMILIES, missing=_refusal(__name__), modules="dataloader dataset distributed sampler"
)
__all__ = [*_homes_of(__name__, _FAMILIES)]
