"""torch.utils.model_zoo: torch.hub's function for weights by its older name, and the bar that packages show with it."""

from ..functions.missing import refusal as _refusal
from ..hub import load_state_dict_from_url as load_url

__all__ = ["load_url"]


class Bar:
    """What stands for tqdm's bar where that is not installed: it goes through what it is given, and shows nothing."""

    def __init__(self, iterable=(), *args, **options):
        self.iterable, self.n = iterable, 0

    def __iter__(self):
        return iter(self.iterable)

    def update(self, n=1):
        """Count."""
        self.n += n

    def close(self):
        """Nothing is shown."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


missing = _refusal("torch.utils.model_zoo", __name__)


def __getattr__(name):
    if name != "tqdm":
        return missing(name)
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return Bar
    return tqdm
