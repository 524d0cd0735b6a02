"""torch.load of what torch itself wrote, files that are hostile or damaged, and torch.load in torch of what is written here."""

import base64
import importlib.util
import io
import json
import os
import pickle
import random
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import compat as torch
from tests import damaged_files
from tests.expected.make_programs import TARGET

WRITTEN = json.loads(TARGET.read_text(encoding="utf-8"))["written"]
FILES = {name: base64.b64decode(text) for name, text in WRITTEN["files"].items()}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("weights_only", [True, False])
def test_what_torch_wrote_is_read(name, weights_only):
    got = torch.load(io.BytesIO(FILES[name]), weights_only=weights_only)
    assert str(got) == WRITTEN["shown"]
    assert type(got["p"]) is torch.nn.Parameter
    got["a"][1, 0] = 9.0  # (the row is a view of the same memory)
    assert got["row"][0] == 9.0
    assert np.shares_memory(got["p"].detach().numpy(), got["layer"]["bias"].numpy())


def saved(x):
    file = io.BytesIO()
    torch.save(x, file)
    return file.getvalue()


def with_pickle(data):
    """A file of torch's whose object is this pickle."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FILES["zip"])) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, data if name.endswith("data.pkl") else old.read(name))
    return file.getvalue()


class Runs:
    """What a hostile file would have called."""

    def __init__(self, f, *args):
        self.call = f, args

    def __reduce__(self):
        return self.call


TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ"
HOSTILE = {
    "a call of os": pickle.dumps(Runs(os.system, "exit 1"), 2),
    "a call of eval": pickle.dumps(Runs(eval, "1"), 2),
    "a class of Python's": pickle.dumps(Runs(subprocess.Popen, ["true"]), 2),
    "by protocol 4": pickle.dumps(Runs(exec, "1"), 4),
    "a module of compat's": b"\x80\x02ctorch.functions.data\nnp\n.",
    "an attribute of a class": b"\x80\x02ctorch.Tensor\n__init__\n.",
    "a change of a class": b"\x80\x02ccollections\nOrderedDict\n}X\x01\x00\x00\x00aK\x01sb.",
    "a change of a Tensor": TENSOR.join([b"\x80\x02", b"K\x00K\x01\x85K\x01\x85\x89NtR}X\x03\x00\x00\x00valK\x01sb."]),
    "a size beyond the storage": TENSOR.join([b"\x80\x02", b"K\x00K\x07\x85K\x01\x85\x89NtR."]),
    "an offset beyond it": TENSOR.join([b"\x80\x02", b"K\x06K\x01\x85K\x01\x85\x89NtR."]),
    "a stride beyond it": TENSOR.join([b"\x80\x02", b"K\x00K\x02\x85K\x09\x85\x89NtR."]),
    "a negative offset": TENSOR.join([b"\x80\x02", b"J\xff\xff\xff\xffK\x01\x85K\x01\x85\x89NtR."]),
    "a call of a Tensor class": b"\x80\x02ctorch\nTensor\nJ\xff\xff\xff\x7f\x85R.",
    "a list as key": b"\x80\x02}]K\x01s.",
    "an instruction that torch has not": b"\x80\x02(i__main__\nX\n.",
    "nothing on the stack": b"\x80\x02R.",
    "no end": b"\x80\x02",
    "an unknown instruction": b"\x80\x02\xff.",
    "a huge text": b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x00.",
    "a storage of another size": TENSOR.replace(b"K\x06tQ", b"K\x07tQ").join([b"\x80\x02", b"K\x00K\x01\x85K\x01\x85\x89NtR."]),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name):
    with pytest.raises((pickle.UnpicklingError, EOFError, RuntimeError, IndexError)) as found:
        torch.load(io.BytesIO(with_pickle(HOSTILE[name])))
    assert type(found.value) in (pickle.UnpicklingError, EOFError, RuntimeError, IndexError)


def test_deep_nesting_does_not_end_the_process():
    deep = b"\x80\x02" + b")" + b"\x85" * 200_000
    with pytest.raises(pickle.UnpicklingError):
        torch.load(io.BytesIO(with_pickle(b"\x80\x02}" + deep[2:] + b"K\x01s.")))


def test_a_damaged_file_is_an_error():
    """Each of many small damages either is seen, or leaves an object of the same form (a byte of padding)."""
    rng = random.Random(0)
    whole = FILES["zip"]
    seen = 0
    for _ in range(150):
        data = bytearray(whole[: rng.randrange(len(whole))] if rng.random() < 0.3 else whole)
        for _ in range(3):
            if data:
                data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            got = torch.load(io.BytesIO(bytes(data)))
            assert str(got) == WRITTEN["shown"] or set(got) >= {"a"}
        except (RuntimeError, EOFError, pickle.UnpicklingError):
            seen += 1
    assert seen > 75


def test_damaged_pickles_call_nothing():
    found = damaged_files.check(0, 300)
    assert sum(found.values()) == 300 and found["UnpicklingError"] > 200


def test_texts():
    with pytest.raises(EOFError, match="empty"):
        torch.load(io.BytesIO())
    with pytest.raises(RuntimeError, match="failed reading zip archive"):
        torch.load(io.BytesIO(FILES["zip"][:500]))
    with pytest.raises(FileNotFoundError):
        torch.load("there is no such file")
    with pytest.raises(RuntimeError, match="Parent directory .* does not exist"):
        torch.save(1, "no such folder/x.pt")
    with zipfile.ZipFile(io.BytesIO(FILES["zip"])) as z:
        data = z.read("archive/data.pkl").replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
    cuda = with_pickle(data)
    with pytest.raises(RuntimeError, match="map_location=torch.device\\('cpu'\\)"):
        torch.load(io.BytesIO(cuda))
    for where in ("cpu", torch.device("cpu"), {"cuda:0": "cpu"}, lambda storage, location: storage):
        assert str(torch.load(io.BytesIO(cuda), map_location=where)) == WRITTEN["shown"]


def test_what_cannot_be_saved_leaves_no_file(tmp_path):
    with pytest.raises(Exception, match="pickle|lambda"):
        torch.save({"a": torch.ones(1), "f": lambda: 0}, tmp_path / "x.pt")
    assert not (tmp_path / "x.pt").exists()


def test_records_begin_at_multiples_of_64():
    data = saved([torch.ones(3), torch.ones(5)])
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        for info in z.infolist():
            header = data[info.header_offset : info.header_offset + 30]
            start = (
                info.header_offset
                + 30
                + int.from_bytes(header[26:28], "little")
                + int.from_bytes(header[28:30], "little")
            )
            assert start % 64 == 0 and info.compress_type == zipfile.ZIP_STORED


CHECK = """
import sys, torch
got = torch.load(sys.argv[1], weights_only=True)
print(got, got["a"].untyped_storage().data_ptr() == got["row"].untyped_storage().data_ptr())
print(torch.load(sys.argv[1], weights_only=True, mmap=True)["row"])
model = torch.load(sys.argv[2], weights_only=False)
model[2](*[model[1](model[0](torch.ones(5, 2)))[0]] * 3)
print(model)
"""


def test_torch_reads_what_is_written_here(tmp_path):
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed")
    got = torch.load(io.BytesIO(FILES["zip"]))
    torch.save(got, tmp_path / "x.pt")
    plain = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
    model = torch.nn.ModuleList([plain, torch.nn.LSTM(3, 4, 2), torch.nn.MultiheadAttention(4, 2)])
    torch.save(model, tmp_path / "model.pt")
    done = subprocess.run(
        [sys.executable, "-c", CHECK, "x.pt", "model.pt"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{WRITTEN['shown']} True\n{got['row']}\n{model}\n"
