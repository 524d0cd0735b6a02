"""torch.backends: what there is not."""

from . import cuda, cudnn, mps  # noqa: F401
