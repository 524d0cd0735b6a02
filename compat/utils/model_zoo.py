"""torch.utils.model_zoo: torch.hub's function for weights by its older name."""

from ..hub import load_state_dict_from_url as load_url

__all__ = ["load_url"]
