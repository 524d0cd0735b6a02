"""What versions of Python and NumPy do not have, or do otherwise than the one that the expectations were made with: one table, with reasons.

Invariant: a test named here fails on these versions (it is marked to, strictly), so no row can outlive its reason.
"""

import re
import sys

import numpy as np

PYTHON = sys.version_info[:2]
NUMPY = tuple(map(int, np.__version__.split(".")[:2]))
NAMES_2_1, NAMES_2_2 = r"\b(np|xp)\.(unstack|cumulative_(sum|prod))\b", r"\b(np|xp)\.(matvec|vecmat)\b"
CLIP = r"\b(np|xp)\.clip\([^)]*\b(min|max)=|xp\.clip\(x\)"

# (is this one of those versions?, a regular expression on the names of tests, the reason)
TESTS = (
    (NUMPY < (2, 1), rf"test_(numpy|array_api)\.py.*({NAMES_2_1}|{CLIP})", "names and arguments of NumPy 2.1"),
    (NUMPY < (2, 2), rf"test_numpy\.py.*{NAMES_2_2}", "names of NumPy 2.2"),
    (NUMPY < (2, 1), r"test_array_api\.py.*(reshape\(x, .*(copy|shape)=|astype\(.*device=|__array_namespace_info__)",
     "arguments of NumPy 2.1, which tells of itself since then"),
    (NUMPY < (2, 3), r"test_array_api\.py.*__array_namespace__\(api_version", "the standard of 2024.12 is NumPy's since 2.3"),
    (NUMPY < (2, 1), r"test_array_api\.py::test_every_name_of_the_standard", "the standard has names of NumPy 2.1"),
    (NUMPY < (2, 1), r"test_extremes\.py::test_as_jax", "this NumPy's LAPACK gives nan, as jax's, for the QR of an infinite matrix"),
    (NUMPY < (2, 1), r"test_primitives\.py::test_jit\[min\]", "NumPy 2.0's minimum.reduce with out= is wrong along a reversed axis"),
    (NUMPY < (2, 1), r"test_jax_coverage\.py.*\[numpy\.linalg\.\*\]", "NumPy before 2.1 has condition numbers of complex matrices complex"),
    (NUMPY < (2, 2), r"test_jax_keywords\.py::test_calls\[failing-numpy\.t\]", "trim_zeros takes axes since NumPy 2.2"),
    (PYTHON >= (3, 12), r"test_programs\.py::test_a_script.*\[(files|matrices_that_stop|one_process|compiled_containers)\]|test_serialization\.py::test_(what_torch_wrote|texts)|"
     r"test_swap_programs\.py::test_program\[(jax_pytrees|jax_sharding_one_device|jax_trees)\.py\]",
     "Python prints an OrderedDict, and refuses an abstract class, in other words since 3.12"),
    (NUMPY >= (2, 5), r"test_used_names\.py.*\[autograd\]", "autograd.numpy.row_stack is NumPy's until 2.4"),
    (NUMPY >= (2, 5), r"test_numpy\.py::.*np\.cross\(T\[:2\], A\[:, :2\]\)", "NumPy 2.5 refuses vectors of two numbers"),
    (NUMPY >= (2, 5), r"test_numpy\.py::test_(value|vmap).*np\.linalg\.eig(vals)?\(H\)", "NumPy 2.5's eigenvalues are complex, real or not"),
)  # fmt: skip
# (likewise, on lines that one test goes through)
LINES = (
    (NUMPY < (2, 1), f"{NAMES_2_1}|{CLIP}", "names and arguments of NumPy 2.1"),
    (NUMPY < (2, 2), NAMES_2_2, "names of NumPy 2.2"),
    (NUMPY < (2, 1), r"np\.(floor|ceil|trunc)\(|^A \*\* 2\.0$", "makes floats of integers, and bytes of truth values"),
    (NUMPY < (2, 1), r"^np\.clip\(A, -1, 1\)$", "a bound that the dtype cannot hold is an error"),
    (NUMPY < (2, 1), r"__dlpack__\(max_version|np\.from_dlpack\(x\)\.flags", "DLPack hands over no memory that may only be read"),
    (NUMPY >= (2, 5), r"from_dlpack\(np\.array\(\['a'\]\)\)", "NumPy 2.5's words"),
    (NUMPY >= (2, 5), r"np\.cross\(T\[:2\], A\[:, :2\]\)", "NumPy 2.5 refuses vectors of two numbers"),
    (NUMPY < (2, 1), r"np\.bool_\(", "a truth value of NumPy's is an index, with a warning"),
    (NUMPY < (2, 1), r"from_(dlpack|numpy)\(n", "DLPack hands over other strides of an array without elements"),
    (NUMPY < (2, 1), r"^torch\.(tensor|asarray)\(Wrapped\(\)\)", "DLPack's methods are looked for on the class"),
    (NUMPY < (2, 1), r"^torch\.tensor\(\[1\.5, np\.(zeros|ones)", "an array of one number is a number, and of none refused in other words"),
    (NUMPY < (2, 1), r"hardtanh|t\.(clone\(\)\.)?clamp_?\(\*b\)|torch\.relu\(t\) \* 1\.0", "clip makes -0.0 to 0.0 at a bound of 0.0"),
    (NUMPY < (2, 1), r"torch\.pow\(x, e\), x\.clone\(\)\.pow_\(e\)", "powers have other last bits"),
)  # fmt: skip


def reason(text, rows=LINES):
    """Why a line (or, of TESTS, a test) is not as expected on this version, or None."""
    return next((why for there, pattern, why in rows if there and re.search(pattern, text)), None)
