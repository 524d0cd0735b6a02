"""The error for a torch name that compat lacks: it names it, and the nearest names that are there."""

from ..tensor import Tensor


def explain(what, name, known):
    """The text of the AttributeError for `what`.`name`.

    >>> explain("torch", "sine", ["sin", "sinc", "view"])
    'compat has no torch.sine yet; the nearest it has: torch.sin, torch.sinc'
    """
    import difflib

    text = f"compat has no {what}.{name} yet"
    near = difflib.get_close_matches(name, known, 3, 0.6)
    return f"{text}; the nearest it has: {', '.join(f'{what}.{n}' for n in near)}" if near else text


def missing_attribute(self, name):
    known = [n for cls in type(self).__mro__ for n in vars(cls) if not n.startswith("_")]
    raise AttributeError(explain("Tensor", name, known), name=name, obj=self)


Tensor.__getattr__ = missing_attribute
