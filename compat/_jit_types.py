"""torch.TensorType, torch.DeviceObjType and their kin, of TorchScript: names for annotations and isinstance, of which nothing is an instance."""

from ._unusable import Unusable

NAMES = (
    "AnyType AwaitType BoolType ClassType ComplexType DeviceObjType DictType EnumType FloatType FutureType IntType InterfaceType ListType NoneType "
    "NumberType OptionalType PyObjectType RRefType StreamObjType StringType SymBoolType SymIntType TensorType TupleType UnionType"
)
globals().update({name: Unusable(name, (), {"of": f"torch.{name}", "__module__": "torch"}) for name in NAMES.split()})
