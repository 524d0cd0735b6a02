"""map_location: where the storages of a file go, which is the CPU, or an error in torch's words."""

from ..devices import Device
from ..storage import Storage, TypedStorage

TO_CPU = (
    "If you are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to "
    "the CPU."
)
RULES = []  # of the user's: (priority, tag of a storage, the storage of an untyped one and its location, None if it is not for it)


class UsersError(RuntimeError):
    """Carries what a callable map_location has raised through the unpickler, which takes errors for damage."""

    def __init__(self, error):
        super().__init__(str(error))
        self.error = error


def placing(map_location):
    """place(storage, location): the storage, on the CPU; RuntimeError where that is not what the file or the user says."""

    def place(storage, location):
        if isinstance(map_location, dict):
            location = map_location.get(location, location)
        elif isinstance(map_location, (str, Device)):
            location = str(map_location)
        elif map_location is not None:
            try:
                moved = map_location(storage.untyped(), location)
                if moved is not None and not isinstance(moved, Storage):
                    raise TypeError(f"map_location gave a {type(moved).__name__} where a storage is expected")
            except Exception as error:
                raise UsersError(error) from None
            if moved is not None:
                return TypedStorage(wrap_storage=moved.untyped(), dtype=storage.dtype)
        return restored(storage, location)

    return place


def restored(storage, location, named="torch.storage.UntypedStorage"):
    """A storage (of a class `named` so) from a device of this name, on the CPU; RuntimeError unless that is where it has been, or the user's own rules know
    another place."""
    for _, _, move in RULES:
        moved = move(storage.untyped(), location)
        if moved is not None:
            return TypedStorage(wrap_storage=moved.untyped(), dtype=storage.dtype)
    kind = location.partition(":")[0]
    if kind == "meta":
        storage.device = Device("meta")  # (Tensors over it have shapes only)
    if location in ("cpu", "meta"):
        return storage
    if kind in ("cuda", "xpu"):
        raise RuntimeError(
            f"Attempting to deserialize object on a {kind.upper()} device but torch.{kind}.is_available() is False. {TO_CPU}"
        )
    if kind in ("hpu", "privateuseone"):
        raise RuntimeError(f"The {kind.upper()} device module is not registered. {TO_CPU}")
    if kind == "mps":
        raise RuntimeError("torch.UntypedStorage(): Storage device not recognized: mps")
    raise RuntimeError(f"don't know how to restore data location of {named} (tagged with {location})")
