"""The two distributions: one version, the second bound to the first, and each wheel under its budget (docs/decisions/wheels.md)."""

import base64
import hashlib
import io
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUDGET = {"funcgrad": 1_020_000, "compat": 1_265_000}


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
    # What a wheel is: its files, deflated one by one, and last RECORD, with the name, the hash and the size of each. (What describes the
    # project, and the licence, are 5 kB.)
    wheel, record = io.BytesIO(), []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in {".py", ".typed"}:
                name, text = path.relative_to(ROOT).as_posix(), path.read_bytes()
                archive.writestr(name, text)
                digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).decode().rstrip("=")
                record.append(f"{name},sha256={digest},{len(text)}")
        archive.writestr("RECORD", "\n".join(record))
    assert len(record) > 100, f"{package} is not found"
    assert wheel.tell() + 5000 < BUDGET[package]
