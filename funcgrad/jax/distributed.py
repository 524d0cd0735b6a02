"""jax.distributed: a program of one process is all there is."""


def initialize(coordinator_address=None, num_processes=None, process_id=None, local_device_ids=None, **options):
    """Nothing to do for one process; RuntimeError if more are asked for."""
    if num_processes not in (None, 1):
        raise RuntimeError(f"jax.distributed.initialize: {num_processes} processes were asked for; there is one here")


def shutdown():
    """(There was nothing to begin.)"""


def is_initialized():
    return False
