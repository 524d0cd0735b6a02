"""The two distributions: one version, the second bound to the first, and each wheel under its budget of 1 MB."""

import io
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUDGET = 1_000_000


def project(folder):
    return tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]


def test_compat_is_bound_to_the_funcgrad_of_its_version():
    funcgrad, compat = project("."), project("compat")
    assert compat["version"] == funcgrad["version"]
    assert compat["dependencies"] == [f"funcgrad=={funcgrad['version']}"]
    assert compat["requires-python"] == funcgrad["requires-python"]
    assert (ROOT / "compat" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


@pytest.mark.parametrize("package", ["funcgrad", "compat"])
def test_a_wheel_stays_under_its_budget(package):
    # What a wheel is: its files, deflated one by one, and a line of about 100 bytes for each in RECORD.
    wheel, listed = io.BytesIO(), 0
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in {".py", ".typed"}:
                archive.write(path, path.relative_to(ROOT))
                listed += 100
    assert listed > 10_000, f"{package} is not found"
    assert wheel.tell() + listed < BUDGET
