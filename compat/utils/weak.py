"""torch.utils.weak: references and dictionaries that hold Tensors by what they are, not by what they equal, and let them go."""

import weakref
from collections.abc import MutableMapping

from ..functions.missing import refusal as _refusal
from ..tensor import Tensor

__all__ = [
    "TensorWeakRef", "WeakIdRef", "WeakIdKeyDictionary", "WeakTensorKeyDictionary",
]  # fmt: skip
__getattr__ = _refusal(__name__)


class WeakIdRef(weakref.ref):
    """A weak reference that equals one to the very same object, alive or gone.

    >>> import compat as torch
    >>> t = torch.ones(2)
    >>> torch.utils.weak.WeakIdRef(t) == torch.utils.weak.WeakIdRef(t)
    True
    """

    __slots__ = ("_id",)

    def __init__(self, key, callback=None):
        super().__init__(key, callback)
        self._id = id(key)

    def __hash__(self):
        return self._id

    def __eq__(self, other):
        a, b = self(), other()
        return self is other if a is None or b is None else a is b


WeakTensorRef = WeakIdRef


class TensorWeakRef:
    """A weak reference to a Tensor, called for it: None once it is gone.

    >>> import compat as torch
    >>> r = torch.utils.weak.TensorWeakRef(torch.ones(2))
    >>> r() is None
    True
    """

    def __init__(self, tensor):
        if not isinstance(tensor, Tensor):
            raise AssertionError(f"expected torch.Tensor, got {type(tensor)}.")
        self.ref = weakref.ref(tensor)

    def __call__(self):
        return self.ref()


class WeakIdKeyDictionary(MutableMapping):
    """A dictionary by the identity of its keys, which leave it when nobody else holds them. `dict`: what it starts with.

    >>> import compat as torch
    >>> t = torch.ones(2)
    >>> d = torch.utils.weak.WeakIdKeyDictionary({t: 1})
    >>> d[t], torch.ones(2) in d, len(d)
    (1, False, 1)
    """

    def __init__(self, dict=None, ref_type=WeakIdRef):
        self.data, self.ref_type = {}, ref_type
        data = weakref.ref(self)

        def remove(ref):
            found = data()
            if found is not None:
                found.data.pop(ref, None)

        self._remove = remove
        if dict is not None:
            self.update(dict)

    def __getitem__(self, key):
        return self.data[self.ref_type(key)]

    def __setitem__(self, key, value):
        self.data[self.ref_type(key, self._remove)] = value

    def __delitem__(self, key):
        del self.data[self.ref_type(key)]

    def __len__(self):
        return len(self.keyrefs())

    def __iter__(self):
        for ref in list(self.data):
            key = ref()
            if key is not None:
                yield key

    def __contains__(self, key):
        try:
            return self.ref_type(key) in self.data
        except TypeError:  # (nothing that can be held weakly)
            return False

    def __repr__(self):
        return f"<{type(self).__name__} at {id(self):#x}>"

    def keyrefs(self):
        """The weak references to the keys that are there."""
        return [ref for ref in self.data if ref() is not None]

    def copy(self):
        """Another with the same keys and values."""
        return type(self)(self)

    __copy__ = copy


WeakTensorKeyDictionary = WeakIdKeyDictionary
