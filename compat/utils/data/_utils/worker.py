"""torch.utils.data._utils.worker: who a worker is, and the seed of NumPy's generator in it."""

import numpy as np

from ..dataset import WorkerInfo, get_worker_info  # noqa: F401


def _generate_state(base_seed, worker_id):
    """The four words that NumPy's generator of a worker starts with."""
    words = [worker_id, base_seed & 0xFFFFFFFF, base_seed >> 32, 0]
    return np.random.SeedSequence(words).generate_state(4).tolist()
