"""torch.quantization: names that programs ask isinstance of; weights stay floating-point numbers here."""

from .ao import quantization as _ao
from .functions.missing import refusal

__getattr__ = refusal(__name__)
DeQuantStub, FakeQuantizeBase, ObserverBase, QuantStub = (
    getattr(_ao, name) for name in ("DeQuantStub", "FakeQuantizeBase", "ObserverBase", "QuantStub")
)
