"""torch.utils.data: data sets, the orders they are read in, and the loader that makes batches of them."""

from funcgrad.lazy import attributes, homes_of

from ...functions.missing import refusal

FAMILIES = {
    "_utils.collate": "default_collate default_convert",
    "dataloader": "DataLoader",
    "dataset": "ChainDataset ConcatDataset Dataset IterableDataset StackDataset Subset TensorDataset WorkerInfo get_worker_info "
    "random_split",
    "distributed": "DistributedSampler",
    "sampler": "BatchSampler RandomSampler Sampler SequentialSampler SubsetRandomSampler WeightedRandomSampler",
}
__getattr__, __dir__ = attributes(__name__, FAMILIES, missing=refusal("torch.utils.data", __name__))
__all__ = [*homes_of(__name__, FAMILIES)]
