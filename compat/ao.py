"""torch.ao: names that programs ask isinstance of; weights stay floating-point numbers here."""

from ._unusable import put as _put
from .functions.missing import refusal as _refusal

__getattr__ = _refusal(__name__)
_put(__name__, {"quantization": "DeQuantStub FakeQuantizeBase ObserverBase QuantStub"})
