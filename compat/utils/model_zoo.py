"""torch.utils.model_zoo: torch.hub's function for weights by its older name, and the bar that packages show with it."""

from ..functions.missing import refusal as _refusal
from ..hub import load_state_dict_from_url as load_url

__all__ = ["load_url"]


missing = _refusal(__name__)


def __getattr__(name):
    if name != "tqdm":
        return missing(name)
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return lambda iterable=(), *args, **options: iterable  # (which shows nothing)
    return tqdm
