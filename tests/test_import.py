"""What an import loads, and that what it leaves out is found: the indexes are whole, and laziness changes no behaviour.

Each test that asks what is loaded does so in a process of its own.
"""

import ast
import json
import operator
import pkgutil
import subprocess
import sys
import warnings
from importlib import import_module
from pathlib import Path

import lazy_index
import numpy as np
import pytest
from lazy_index import INDEXES

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES, check_formulas
from funcgrad.lazy import Late, Table, attributes, deferred

ROOT = Path(__file__).resolve().parents[1]
ENTERED = lazy_index.entered_elsewhere()
PACKAGES = [  # those whose names are loaded when they are asked for
    "funcgrad", "funcgrad.numpy", "funcgrad.ops", "compat", "compat.autograd", "compat.functions", "compat.nn", "compat.optim"
]  # fmt: skip


def run(code):
    """What a fresh process prints that runs the code."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded(code):
    """The modules of ours that are loaded once the code has run in a fresh process."""
    names = ast.literal_eval(run(f"{code}\nimport sys; print(sorted(m for m in sys.modules))"))
    return {m for m in names if m.split(".")[0] in ("funcgrad", "compat")}


# ------------------------------------------------------------------------------------------------ what is loaded
HEAVY = {
    "funcgrad.compile", "funcgrad.debug", "funcgrad.numpy.linear_algebra", "funcgrad.numpy.statistics", "funcgrad.rebind",
    "funcgrad.scipy", "funcgrad.transforms.derived", "funcgrad.ops.conv", "funcgrad.ops.linalg_eig", "funcgrad.ops.special",
    "funcgrad.ops.window", "funcgrad.ops.index", "compat.nn", "compat.optim", "compat.functions.linalg", "compat.functions.random",
    "funcgrad.streams",
}  # fmt: skip


def test_import_funcgrad():
    got = loaded("import funcgrad")
    assert not got & HEAVY
    assert not {m for m in got if m.startswith(("funcgrad.ops.", "funcgrad.transforms."))}, got
    assert len(got) <= 30, got


def test_import_compat():
    got = loaded("import compat")
    assert not got & HEAVY
    families = {m for m in got if m.startswith("compat.functions.")}
    assert families == {f"compat.functions.{m}" for m in "register call_errors nodes writing missing".split()}
    assert len(got) <= 81, got


def test_a_first_gradient_loads_what_it_needs():
    got = loaded("import funcgrad as fg, numpy as np; fg.grad(lambda x: np.sin(x) * x)(2.0)")
    assert not got & HEAVY
    assert not got & {
        "funcgrad.numpy.reductions",
        "funcgrad.numpy.creation",
        "funcgrad.ops.reduce",
        "funcgrad.ops.sort",
    }


def test_a_first_network_loads_what_it_needs():
    got = loaded(
        "import compat as torch; net = torch.nn.Linear(2, 1); net(torch.ones(3, 2)).relu().sum().backward(); "
        "torch.optim.SGD(net.parameters(), 0.1).step()"
    )
    assert not got & {
        "compat.functions.linalg",
        "compat.functions.solving",
        "compat.functions.sorting",
        "compat.functions.gathering",
        "compat.functions.fft",
    }
    assert not got & {"funcgrad.ops.linalg_eig", "funcgrad.ops.special", "funcgrad.ops.window", "funcgrad.compile"}


# ------------------------------------------------------------------------------------------------ the indexes are whole
def of_numpy(name):
    """Has this NumPy such a function?"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return operator.attrgetter(name)(np) is not None
        except AttributeError:
            return False


@pytest.mark.parametrize("i", range(len(INDEXES)), ids=[f"{p}.{name}" for p, name, _ in INDEXES])
def test_index_says_what_modules_make(i):
    package, name, _ = INDEXES[i]
    written = {m: set(names) for m, names in lazy_index.written(package, name)[0].items()}
    made = {m: set(names) for m, names in ENTERED[i].items()}
    if package == "funcgrad.numpy":  # (names that NumPy has got since, or has no more; trapz until 2.3)
        made = {m: names - {"trapz"} for m, names in made.items()}
        written = {m: {n for n in names if name == "METHODS" or of_numpy(n)} for m, names in written.items()}
    assert written == made, f"run `python tests/lazy_index.py`, which rewrites {name} in {package}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_of_a_package_is_there(package):
    """Also once all its submodules are loaded, which makes each a global under its own name."""
    module = import_module(package)
    for sub in pkgutil.iter_modules(module.__path__):
        if sub.name != "__main__":
            import_module(f"{package}.{sub.name}")
    for name, home in module.__getattr__.homes.items():
        assert getattr(module, name) is getattr(import_module(home), name), f"{package}.{name}"
    table = module.__getattr__.table
    for name in set(table.homes).difference(module.__getattr__.hidden) if table is not None else ():
        assert getattr(module, name) is table[name], f"{package}.{name}"
    assert set(getattr(module, "__all__", ())) <= set(dir(module))
    for name in getattr(module, "__all__", ()):
        getattr(module, name)


OWN = {  # what stands beside torch's names, by package: how it is put in its place, and a warning that torch has not
    "torch": {"install", "uninstall", "runner"},
    "torch.optim": {"StaleGradientWarning", "warn_if_not_zeroed"},
    "torch.backends": {"fp32_precision"},  # (which torch's has and its dir() does not show)
}


def test_torch_has_every_public_name_of_compat():
    """Also once all submodules are loaded: none of ours is an attribute where torch has no such name, nor comes with `import *`."""
    known = json.loads((ROOT / "tests/expected/torch_names.json").read_text(encoding="utf-8"))["attributes"]
    found = ast.literal_eval(
        run(f"""
import compat, importlib, pkgutil
for m in pkgutil.walk_packages(compat.__path__, "compat."):
    if not m.name.endswith("__main__"):
        importlib.import_module(m.name)
found = {{}}
for name in {[*known]}:
    star = {{}}
    exec(f"from {{name.replace('torch', 'compat')}} import *", star)
    found[name] = dir(importlib.import_module(name.replace("torch", "compat"))), [*star]
print(found)""")
    )
    for package, (shown, star) in found.items():
        more = {n for n in {*shown, *star} if n[0] != "_"} - {*known[package]}
        assert more == OWN.get(package, set()), package
    assert {"relu", "pad"} <= {*found["torch.nn.functional"][1]}  # (what waits comes with it too)
    assert {"Linear", "functional"} <= {*found["torch.nn"][1]}


def test_every_ufunc_of_a_primitive_is_found():
    from funcgrad.numpy.protocol import UFUNCS

    for p in PRIMITIVES.values():
        if p.ufunc is not None:
            assert UFUNCS[p.ufunc] is not None, p


def test_type_checkers_see_the_same_names():
    seen = {}
    for node in ast.walk(ast.parse((ROOT / "funcgrad/__init__.py").read_text())):
        if isinstance(node, ast.If):
            seen = {a.name: f"funcgrad.{n.module}" for n in node.body if n.module for a in n.names}
    assert seen == fg.__getattr__.homes


def test_formulas_name_what_is_there():
    check_formulas()


# ------------------------------------------------------------------------------------------------ nothing else changes
def test_the_whole_table_is_seen():
    assert (
        run("from funcgrad.core.primitive import PRIMITIVES as P; print('svd' in P, len(P) == len(list(P.items())))")
        == "True True\n"
    )
    assert len(PRIMITIVES) == len({*PRIMITIVES}) > 190


def test_star_imports():
    code = "from compat import *; print(tensor([1.0]) + ones(1)); from funcgrad import *; print(grad(lambda x: x * x)(1.0))"
    assert run(code) == "tensor([2.])\n2.0\n"


@pytest.mark.parametrize(
    "code, printed",
    [
        ("import compat.nn as nn, compat.nn.functional as F; print(nn.functional is F)", "True"),
        ("from compat import nn, optim; print(nn.Linear.__name__, optim.Adam.__name__)", "Linear Adam"),
        ("import compat.autograd.gradcheck, compat; print(callable(compat.autograd.gradcheck))", "True"),
        ("import compat.tensor, compat; print(compat.tensor(1.0))", "tensor(1.)"),
        ("import compat; print(compat._C._LinAlgError is compat.linalg.LinAlgError)", "True"),
        ("import funcgrad.at as _, funcgrad as fg; print(fg.at.__name__, 'grad' in dir(fg))", "at True"),
        ("import funcgrad.numpy as fnp, numpy as np; print(fnp.sin is np.sin, fnp.linalg.inv is np.linalg.inv)", "True True"),
        ("import pickle, funcgrad as fg; print(pickle.loads(pickle.dumps(fg.grad)) is fg.grad)", "True"),
        ("import pickle; from funcgrad.core.primitive import PRIMITIVES as P; print(pickle.loads(pickle.dumps(P['svd'])))", "<primitive svd>"),
        ("from funcgrad.core.handle import Array; print(Array.sum is Array.sum, callable(Array.__add__))", "True True"),
        ("import compat; print(compat.Tensor.svd is compat.Tensor.svd, hasattr(compat.Tensor, 'nonsense'))", "True False"),
    ],
)  # fmt: skip
def test_names(code, printed):
    assert run(code) == printed + "\n"


def test_missing_names():
    with pytest.raises(AttributeError, match="module 'funcgrad' has no attribute 'nonsense'"):
        getattr(fg, "nonsense")  # noqa: B009
    with pytest.raises(KeyError):
        PRIMITIVES["nonsense"]
    assert "nonsense" not in PRIMITIVES and PRIMITIVES.get("nonsense") is None


def test_threads_load_at_once():
    code = """
import sys, threading
sys.setswitchinterval(1e-5)
import funcgrad as fg, numpy as np, compat as torch
start, errors = threading.Barrier(8), []
def work(i):
    try:
        start.wait()
        x = np.eye(2) + 1.0
        fg.grad(lambda x: np.linalg.det(x) + np.sum(np.sort(np.tanh(x @ x))) + np.var(x))(x)
        t = torch.ones(2, 2, requires_grad=True)
        (torch.svd(t * 2)[1].sum() + t.cumsum(0).softmax(0)[0, 0] + t.sort()[0].sum()).backward()
    except BaseException as error:
        errors.append(repr(error))
threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
for t in threads: t.start()
for t in threads: t.join()
print(errors)
"""
    for _ in range(3):
        assert run(code) == "[]\n"


# ------------------------------------------------------------------------------------------------ the mechanism itself
@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two modules: `one` enters `a` and fails to be seen before it is whole, `two` enters `b`."""
    folder = tmp_path / "lazy_case"
    folder.mkdir()
    (folder / "__init__.py").write_text("from funcgrad.lazy import Table\nTABLE = Table()\n")
    (folder / "one.py").write_text("from . import TABLE\nTABLE['a'] = 1\nSEEN = dict.get(TABLE, 'a')\nvalue = 3\n")
    (folder / "two.py").write_text("from . import TABLE\nTABLE['b'] = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("lazy_case")
    for name in [m for m in sys.modules if m.partition(".")[0] == "lazy_case"]:
        del sys.modules[name]


def test_a_table_loads_one_module_for_one_key_and_all_for_all(package):
    table = package.TABLE
    table.index("lazy_case", {"one": "a", "two": "b"})
    assert table["a"] == 1 and "lazy_case.two" not in sys.modules
    assert dict.get(table, "a") == 1 and sys.modules["lazy_case.one"].SEEN is None
    assert list(table) == ["a", "b"] and table.get("c") is None
    table["a"] = 5
    assert table["a"] == 5 and table.taken("b", "elsewhere") and not table.taken("c", "elsewhere")


def test_a_module_whose_loading_was_cut_short_is_loaded_anew(package, tmp_path):
    """It has entered `a`, and asks again whether it may; whole, it may not make another."""
    (tmp_path / "lazy_case" / "one.py").write_text(
        "from . import TABLE, cut\nassert not TABLE.taken('a', __name__)\nTABLE['a'] = 1\ncut()\nassert TABLE.taken('a', __name__)\n"
    )
    package.TABLE.index("lazy_case", {"one": "a"})

    def cut():
        package.cut = lambda: None
        raise KeyboardInterrupt

    package.cut = cut
    with pytest.raises(KeyboardInterrupt):
        package.TABLE["a"]
    assert package.TABLE["a"] == 1


def test_a_table_finds_what_its_index_lacks(package):
    package.TABLE.index("lazy_case", {"one": "a", "two": ""})
    import_module("lazy_case.two")
    assert package.TABLE["b"] == 2


def test_attributes_become_globals(package):
    package.__getattr__, package.__dir__ = attributes("lazy_case", {"one": "value"})
    assert "value" in dir(package) and "value" not in vars(package)
    assert package.value == 3 and vars(package)["value"] == 3 and package.two is sys.modules["lazy_case.two"]


def test_late_attributes_and_deferred_functions():
    class Case:
        pass

    made = []

    def make():
        made.append(1)
        return lambda self: 7

    Late(Case, "f", make)
    assert Case().f() == Case().f() == 7 and made == [1] and not isinstance(vars(Case)["f"], Late)
    built = []

    def double(x, *, by=2):
        return x * by

    f = deferred(lambda: built.append(1) or double)
    assert f(3) == 6 and f(3, by=3) == 9 and built == [1] and f.__code__ is double.__code__
    g = deferred(lambda: make())
    assert g(None) == 7 == g(None)


def test_a_table_without_a_module_raises_its_key():
    table = Table()
    with pytest.raises(KeyError, match="'x'"):
        table["x"]
    assert Table(otherwise=lambda key: None)["x"] is None
