"""Wrong calls say what torch 2.13 says (tests/expected/calls.json): type and text, by function and by method, for 300 written out and
for 30,000 made by mutation of right ones.
"""

import hashlib
import json
import pathlib
import sys

import pytest

import compat
from compat import _calls as calls

EXPECTED = pathlib.Path(__file__).parents[1] / "expected"
sys.path.insert(0, str(EXPECTED))
from calls_cases import wrong_calls  # noqa: E402

STORED = json.loads((EXPECTED / "calls.json").read_text(encoding="utf-8"))
ELSEWHERE = {  # names some of whose wrong calls torch's parser leaves to what it calls
    *".as_subclass .map2_ .map_ .new .new_tensor .type as_tensor asarray sparse_coo_tensor sparse_csr_tensor tensor".split(),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("code", STORED["calls"])
def test_says_what_torch_says(code):
    names = {
        "torch": compat,
        "F": compat.nn.functional,
        "nn": compat.nn,
        "x": compat.ones(2, 3),
        "y": compat.ones(2, 3),
    }
    error, text = STORED["calls"][code]
    with pytest.raises(Exception) as caught:
        eval(code, names)
    assert (type(caught.value).__name__, str(caught.value)) == (error, text)


def digest(name):
    """As make_calls.py has it, of what the parser of ours says."""
    method, own = name.startswith("."), name.lstrip(".")
    found = []
    for args, kwargs in wrong_calls(compat, calls.signatures_of(own, method)):
        error = calls.refusal(own, method, tuple(args), kwargs)
        found.append(error and str(error))
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:12]


def test_mutated_calls_are_refused_as_torch_refuses_them():
    assert {name for name, want in STORED["parsed"].items() if digest(name) != want} == ELSEWHERE
    assert len(STORED["parsed"]) > 1200


def test_a_method_is_told_from_a_function_by_how_it_is_called():
    x, add = compat.ones(2), compat.add

    def said(f):
        with pytest.raises(TypeError) as caught:
            f()
        return str(caught.value)

    assert said(lambda: x.add("a")) == "add(): argument 'other' (position 1) must be Tensor, not str"
    assert said(lambda: compat.add(x, "a")) == "add(): argument 'other' (position 2) must be Tensor, not str"
    assert said(lambda: add(x, "a")) == "add(): argument 'other' (position 2) must be Tensor, not str"
    assert said(lambda: x.cumsum(0).topk("a")) == "topk(): argument 'k' (position 1) must be int, not str"
    assert said(lambda: compat.special.erf(1)) == "special_erf(): argument 'input' (position 1) must be Tensor, not int"
    assert said(lambda: x.add(x, **{"zzz": 1})) == "add() got an unexpected keyword argument 'zzz'"


def test_what_a_function_takes_under_one_name_is_not_taken_under_another():
    m = compat.eye(2)
    compat.linalg.pinv(m, m[0, 0])
    compat.linalg.pinv(m, m)
    compat.linalg.det(A=m)
    with pytest.raises(TypeError, match=r"^pinverse\(\): argument 'rcond' \(position 2\) must be float, not Tensor$"):
        compat.pinverse(m, m)
    with pytest.raises(TypeError, match=r"^pinverse\(\): argument 'rcond' \(position 1\) must be float, not Tensor$"):
        m.pinverse(m)
    with pytest.raises(TypeError, match=r"^det\(\) missing 1 required positional arguments: \"input\"$"):
        compat.det(A=m)


def test_a_call_is_read_in_code_of_many_names():
    """Code with more names than a byte counts has prefixes before its instructions."""
    names = "; ".join(f"a{i} = {i}" for i in range(300))
    space = {"torch": compat, "__name__": "__main__"}
    exec(f"{names}\nM = torch.ones(1, 2)\nboth = torch.block_diag(M, M)", space)
    assert space["both"].tolist() == [[1, 1, 0, 0], [0, 0, 1, 1]]
    with pytest.raises(TypeError, match=r"^cumsum\(\): argument 'dim' must be int, not str$"):
        exec(f"{names}\ntorch.cumsum(torch.ones(2), dim='a')", space)


def test_an_error_of_values_stays_what_it_is():
    with pytest.raises(RuntimeError, match="must match the size of tensor b"):
        compat.add(compat.ones(2), compat.ones(3))
    with pytest.raises(IndexError, match="Dimension out of range"):
        compat.ones(2).sum(3)
