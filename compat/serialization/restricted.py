"""The unpickler of torch.load(weights_only=True): Tensors, containers, numbers, texts and what the user has allowed.

Invariant: of what a file names, only the constructors in `allowed` and the user's own list are ever called, and only objects
of their making are ever changed; so a file can run no code and touch nothing that was there before. Every other instruction
is an UnpicklingError.
"""

import _codecs
import _compat_pickle
import pickle
from collections import Counter, OrderedDict

from funcgrad.core.site import warn

from .. import dtypes
from .._utils import REBUILD, with_attributes
from ..devices import Device
from ..nn.parameter import Parameter
from ..size import Size
from ..storage import STORAGES
from ..tensor import Tensor
from . import _get_layout
from .naming import torch_name

UNSAFE = (
    "In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to `True`. Re-running "
    "`torch.load` with `weights_only` set to `False` will likely succeed, but it can result in arbitrary code execution. Do it only "
    "if you got the file from a trusted source."
)
TYPES = (
    "\n\nCheck the documentation of torch.load to learn more about types accepted by default with weights_only "
    "https://pytorch.org/docs/stable/generated/torch.load.html."
)
ISSUE = (
    "Please file an issue with the following so that we can make `weights_only=True` compatible with your use case: "
    "WeightsUnpickler error: "
)
BLOCKED = ("sys", "os", "posix", "nt")
OPERATIONS = (
    "PROTO STOP MARK NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 BINFLOAT BINUNICODE SHORT_BINSTRING "
    "EMPTY_LIST EMPTY_TUPLE EMPTY_DICT EMPTY_SET TUPLE TUPLE1 TUPLE2 TUPLE3 APPEND APPENDS SETITEM SETITEMS "
    "BINGET LONG_BINGET BINPUT LONG_BINPUT GLOBAL REDUCE NEWOBJ BUILD BINPERSID"
).split()
KEYS = (str, bytes, int, float, bool, complex, type(None), dtypes.dtype)
UserList = []  # what the user has allowed: classes and functions, or (one, its full name in files)


class StorageName(str):
    """The name of a storage class in a file, which only a storage's own record may use."""


def builtin_allowed():
    found = {
        "collections.OrderedDict": OrderedDict,
        "collections.Counter": Counter,
        "builtins.set": set,
        "torch.serialization._get_layout": _get_layout,
        "builtins.complex": complex,
        "builtins.bytearray": bytearray,
        "_codecs.encode": encoded,
        "torch.Size": Size,
        "torch.device": Device,
        "torch.Tensor": Tensor,
        "torch._tensor._rebuild_from_type_v2": rebuild_from_type,
        "torch.nn.parameter.Parameter": Parameter,
    }
    found |= {f"torch._utils.{name}": f for name, f in REBUILD.items()}
    found |= {f"torch.{name}": d for name, d in dtypes.BY_NAME.items()}
    for name in STORAGES:
        found[f"torch.{name}"] = found[f"torch.storage.{name}"] = StorageName(name)
    return found


def rebuild_from_type(f, kind, args, state):
    """A Tensor that had attributes of the user's, by the function that rebuilds it without them."""
    if f not in REBUILD.values() or kind not in (Tensor, Parameter):
        raise pickle.UnpicklingError(f"compat rebuilds no {getattr(kind, '__name__', kind)} by {f}")
    return with_attributes(f(*args), state)


def encoded(text, encoding):
    """Bytes as protocol 2 writes them: as a text in latin1."""
    return _codecs.encode(text, "latin1" if encoding == "latin1" else "ascii")


def full_name(x):
    """The name that files have for a class or function."""
    return ".".join(torch_name(x) or (x.__module__, x.__qualname__))


def user_allowed():
    """{full name: object} of the user's list."""
    return {x[1] if isinstance(x, tuple) else full_name(x): x[0] if isinstance(x, tuple) else x for x in UserList}


def add_safe_globals(safe_globals):
    """Allow classes and functions, or pairs of one and its full name in files, in every torch.load from now on."""
    UserList.extend([x for x in safe_globals if x not in UserList])


def get_safe_globals():
    """What the user has allowed."""
    return list(UserList)


def clear_safe_globals():
    """Allow nothing of the user's any longer."""
    UserList.clear()


class safe_globals:
    """Within the block, allow these too."""

    def __init__(self, safe_globals):
        self.added = safe_globals

    def __enter__(self):
        self.before = get_safe_globals()
        add_safe_globals(self.added)

    def __exit__(self, *error):
        UserList[:] = self.before

    __init__.__qualname__ = "_safe_globals.__init__"  # (which Python's own errors name)


def refuse(text):
    raise pickle.UnpicklingError(text)


class Unpickler(pickle._Unpickler):
    """Python's own machine (the one written in Python, which can be restricted) with the harmless of its instructions."""

    dispatch = {getattr(pickle, name)[0]: pickle._Unpickler.dispatch[getattr(pickle, name)[0]] for name in OPERATIONS}

    def __init__(self, file, storage):
        super().__init__(file, encoding="utf-8")
        self.storage = storage  # storage(persistent id): the Storage it stands for
        self.allowed = builtin_allowed()
        self.user = user_allowed()
        self.callable = {
            id(f) for f in (*self.allowed.values(), *self.user.values()) if callable(f) and f is not Tensor
        }
        self.of_user = {id(f) for f in self.user.values()}
        self.made = []  # objects of the user's classes that the file has made, which it may also fill

    def find_class(self, module, name):
        if module != "exceptions":  # (as Python 2 called it)
            module, name = _compat_pickle.NAME_MAPPING.get((module, name), (module, name))
            module = _compat_pickle.IMPORT_MAPPING.get(module, module)
        full = f"{module}.{name}"
        if module.partition(".")[0] in BLOCKED:
            refuse(f"Trying to load unsupported GLOBAL {full} whose module {module} is blocked.")
        found = self.user.get(full, self.allowed.get(full))
        if found is None:
            full = full.removeprefix("builtins.")
            refuse(
                f"Unsupported global: GLOBAL {full} was not an allowed global by default. Please use "
                f"`torch.serialization.add_safe_globals([{full}])` or the `torch.serialization.safe_globals([{full}])` context "
                "manager to allowlist this global if you trust this class/function."
            )
        return found

    def persistent_load(self, pid):
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage" or not isinstance(pid[1], StorageName):
            refuse(
                f"Only persistent_load of storage is allowed, but got {pid[0] if isinstance(pid, tuple) and pid else pid!r}"
            )
        if not isinstance(pid[2], str) or type(pid[4]) is not int:
            refuse(f"a storage of key {pid[2]!r} with {pid[4]!r} elements")
        return self.storage(pid)

    # (Methods named like the machine's own, which finds them in the table below.)
    def load_reduce(self):
        args = self.stack.pop()
        f = self.stack[-1]
        if id(f) not in self.callable or not isinstance(args, tuple):
            refuse(f"Trying to call reduce for unrecognized function {f}")
        if f in (set, Counter, OrderedDict):
            for k in args[0] if args else ():
                check_key(k[0] if f is OrderedDict and isinstance(k, (list, tuple)) and k else k)
        if f is bytearray and args and isinstance(args[0], int):
            refuse("a bytearray of a length without contents")
        self.stack[-1] = made = f(*args)
        if id(f) in self.of_user:
            self.made.append(made)

    def load_newobj(self):
        args = self.stack.pop()
        cls = self.stack[-1]
        if isinstance(cls, type) and id(cls) in self.of_user:
            self.stack[-1] = made = cls.__new__(cls, *args)
            self.made.append(made)
        elif cls is OrderedDict and args == ():
            self.stack[-1] = OrderedDict()
        else:
            refuse(
                f"Can only create new object for nn.Parameter or classes allowlisted via `add_safe_globals` but got {cls}"
            )

    def load_build(self):
        state = self.stack.pop()
        x = self.stack[-1]
        if type(x) is OrderedDict and isinstance(state, dict):
            vars(x).update({k: v for k, v in state.items() if type(k) is str})
        elif any(x is m for m in self.made):
            if hasattr(x, "__setstate__"):
                x.__setstate__(state)
            else:
                vars(x).update(state)
        else:
            refuse(
                "Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, but got "
                f"{type(x)}"
            )

    def load_append(self):
        value = self.stack.pop()
        filled(self.stack[-1], list, "append to lists").append(value)

    def load_appends(self):
        values = self.pop_mark()
        filled(self.stack[-1], list, "extend lists").extend(values)

    def load_setitem(self):
        value, key = self.stack.pop(), self.stack.pop()
        filled(self.stack[-1], dict, "set items of dicts")[check_key(key)] = value

    def load_setitems(self):
        items = self.pop_mark()
        target = filled(self.stack[-1], dict, "set items of dicts")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[check_key(key)] = value

    def load_proto(self):
        self.proto = self.read(1)[0]
        if self.proto != 2:
            warn(
                f"Detected pickle protocol {self.proto} in the checkpoint, which was not the default pickle protocol used by "
                "`torch.load` (2). The weights_only Unpickler might not support all instructions implemented by this protocol, please "
                "file an issue for adding support if you encounter this.",
            )

    for _name in "reduce newobj build append appends setitem setitems proto".split():
        dispatch[getattr(pickle, _name.upper())[0]] = locals()[f"load_{_name}"]


def filled(x, kind, what):
    """x, if a file may fill it: what it has made itself."""
    if not isinstance(x, kind) or (type(x) is not kind and type(x) not in (OrderedDict, Counter)):
        refuse(f"Can only {what}, but got {type(x)}")
    return x


def check_key(key, depth=0):
    """key, if it is one of a plain type: hashing anything else would run its code, or not come back."""
    if isinstance(key, tuple) and depth < 8:
        for k in key:
            check_key(k, depth + 1)
    elif not isinstance(key, (*KEYS, Device)) and not (isinstance(key, type) or callable(key)):
        refuse(f"a key of type {type(key).__name__} (or nested too deeply)")
    return key


DAMAGED = "[compat: the file is no pickle that torch.save wrote, or is damaged.]"


def unpickled(file, storage):
    """The object of a pickle; UnpicklingError in torch's words if it asks for more than it may."""
    try:
        return Unpickler(file, storage).load()
    except EOFError:
        raise
    except RuntimeError as error:
        if not isinstance(error, RecursionError):
            raise  # (of a record of the file, or a device)
        raise pickle.UnpicklingError(explained("damaged: nested too deeply")) from None
    except KeyError as error:
        number = error.args[0] if error.args else None
        what = f"Unsupported operand {number}" if type(number) is int else f"damaged: {error!r}"
        raise pickle.UnpicklingError(explained(what)) from None
    except pickle.UnpicklingError as error:
        unknown, _, number = str(error).rpartition(" ")
        if unknown == "Memo value not found at index":  # (which torch lets pass)
            missing = KeyError(int(number))
            missing.add_note(DAMAGED)
            raise missing from None
        raise pickle.UnpicklingError(explained(str(error))) from None
    except IndexError as error:  # (which torch lets pass)
        damaged = IndexError(*error.args)
        damaged.add_note(DAMAGED)
        raise damaged from None
    except Exception as error:  # whatever a damaged pickle makes the machine stumble over
        raise pickle.UnpicklingError(explained(f"damaged: {type(error).__name__}: {error}")) from error


def explained(reason):
    """torch's text around the reason why a file is not loaded."""
    if "was not an allowed global" in reason:
        return (
            "Weights only load failed. This file can still be loaded, to do so you have two options, \033[1mdo those steps only "
            f"if you trust the source of the checkpoint\033[0m. \n\t(1) {UNSAFE}\n\t(2) Alternatively, to load with "
            "`weights_only=True` please check the recommended steps in the following error message.\n\tWeightsUnpickler error: "
            f"{reason}{TYPES}"
        )
    issue = "" if " is blocked." in reason else ISSUE
    return f"Weights only load failed. {UNSAFE}\n{issue}\n\n{reason}{TYPES}"


def get_unsafe_globals_in_checkpoint(f):
    """The names in a checkpoint that torch.load would refuse, sorted."""
    from .archive import Reader

    allowed = builtin_allowed().keys() | user_allowed().keys()
    return sorted(names_in(Reader(f).read("data.pkl")) - allowed)


def names_in(data):
    """The full names of all globals in a pickle."""
    import pickletools

    names = [arg for op, arg, _ in pickletools.genops(data) if op.name == "GLOBAL"]
    return {name.replace(" ", ".").replace("__builtin__.", "builtins.") for name in names}
