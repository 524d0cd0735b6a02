"""The named tuples of functions with several results: torch.return_types.max(values=..., indices=...).

Invariant: they compare, unpack and index as tuples; only their text and their fields are their own.
"""

from operator import itemgetter

from ..names_of_classes import TOP
from ..native import Native

BY_NAME = {}


class ReturnType(tuple, metaclass=Native):
    """A tuple whose entries have names."""

    __slots__ = ()
    fields = ()

    def __new__(cls, *items):
        if len(items) == 2 and type(items[0]) is tuple and items[1] == {}:  # (as torch's pickles have them)
            items = items[0]
        return tuple.__new__(cls, items[0] if len(items) == 1 and len(cls.fields) != 1 else items)

    def __repr__(self):
        body = ",\n".join(f"{n}={v!r}" for n, v in zip(self.fields, self, strict=True))
        return f"torch.return_types.{type(self).__name__}(\n{body})"

    def __reduce__(self):
        if TOP[0] == "torch":
            return type(self), (tuple(self), {})
        return made, (type(self).__name__, tuple(self))


def made(name, items):
    return BY_NAME[name](*items)


def readonly(self, value):
    raise AttributeError("readonly attribute")


def return_type(name, *fields):
    """Declare torch.return_types.<name>."""
    body = {n: property(itemgetter(i), readonly) for i, n in enumerate(fields)}
    counts = {"n_fields": len(fields), "n_sequence_fields": len(fields), "n_unnamed_fields": 0}
    space = {"__slots__": (), "fields": fields, "__module__": "torch.return_types"} | counts | body
    cls = Native(name, (ReturnType,), space, called=f"torch.return_types.{name}")
    BY_NAME[name] = cls
    return cls


def with_out(cls):
    """The class of the results of the same function with out=."""
    name = f"{cls.__name__}_out"
    return BY_NAME.get(name) or return_type(name, *cls.fields)


for _name in ("max", "min", "median", "nanmedian", "mode", "cummax", "cummin", "sort", "topk", "kthvalue"):
    return_type(_name, "values", "indices")
return_type("aminmax", "min", "max")
return_type("histogram", "hist", "bin_edges")
return_type("frexp", "mantissa", "exponent")
return_type("histogramdd", "hist", "bin_edges")
for _prefix in ("", "linalg_"):
    return_type(_prefix + "slogdet", "sign", "logabsdet")
    return_type(_prefix + "qr", "Q", "R")
return_type("svd", "U", "S", "V")
return_type("linalg_svd", "U", "S", "Vh")
return_type("linalg_eigh", "eigenvalues", "eigenvectors")
return_type("linalg_eig", "eigenvalues", "eigenvectors")
return_type("linalg_lu", "P", "L", "U")
return_type("linalg_lu_factor", "LU", "pivots")
return_type("linalg_lu_factor_ex", "LU", "pivots", "info")
return_type("linalg_ldl_factor", "LD", "pivots")
return_type("linalg_ldl_factor_ex", "LD", "pivots", "info")
return_type("_lu_with_info", "LU", "pivots", "info")
return_type("lu_unpack", "P", "L", "U")
return_type("geqrf", "a", "tau")
return_type("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
return_type("linalg_inv_ex", "inverse", "info")
return_type("linalg_cholesky_ex", "L", "info")
return_type("linalg_solve_ex", "result", "info")
return_type("triangular_solve", "solution", "cloned_coefficient")
