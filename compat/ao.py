"""torch.ao: names that programs ask isinstance of; weights stay floating-point numbers here."""

from ._unusable import put
from .functions.missing import refusal

__getattr__ = refusal("torch.ao", __name__)
put(__name__, {"quantization": "DeQuantStub FakeQuantizeBase ObserverBase QuantStub"})
