"""torch._tensor_str: the parts of a Tensor's text, of which classes of their own make another one."""

from . import printing
from .described import describe as _str_intern
from .functions.missing import refusal as _refusal
from .printing import get_printoptions, printoptions, set_printoptions

__all__ = ["PRINT_OPTS", "get_printoptions", "printoptions", "set_printoptions"]
__getattr__ = _refusal(__name__)


class PrintOptions:
    """The options in force, as attributes."""

    def __getattr__(self, name):
        return getattr(printing._options, name)

    def __repr__(self):
        return repr(printing._options).replace("namespace", "__PrinterOptions")


PRINT_OPTS = PrintOptions()


_str = _str_intern


def _tensor_str(self, indent):
    """The elements of a Tensor in brackets, for a first character in column `indent`."""
    return printing.format_body(
        self.detach().float() if self.dtype.itemsize == 2 and self.is_floating_point() else self.detach(), indent
    )


def _add_suffixes(tensor_str, suffixes, indent, force_newline):
    """A text with further parts after commas, the first on a line of its own if need be, and the bracket that closes it."""
    return printing.add_suffixes(tensor_str, suffixes, indent, newline=force_newline) + ")"
