"""SummaryWriter's files against torch's: the same bytes in every event, the same pixels in every picture."""

import json
import pathlib
import zlib

import numpy as np
import pytest

import compat as torch
from compat.utils.tensorboard import SummaryWriter
from compat.utils.tensorboard.events import event, image_value, masked, png
from tests.expected.tensorboard_calls import records, tables, write, write_tables

SAID = json.loads((pathlib.Path(__file__).parents[1] / "expected" / "tensorboard.json").read_text(encoding="utf-8"))
STORED = SAID["files"]


def picture_in(data):
    """The pixels of the PNG file inside an event of ours: rows without filters."""
    start = data.index(b"\x89PNG")
    width, height = (int.from_bytes(data[start + k : start + k + 4], "big") for k in (16, 20))
    channels = {2: 3, 6: 4}[data[start + 25]]
    size = int.from_bytes(data[start + 33 : start + 37], "big")
    rows = np.frombuffer(zlib.decompress(data[start + 41 : start + 41 + size]), np.uint8).reshape(height, -1)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, channels)


def test_the_events_are_torchs(tmp_path):
    write(torch, SummaryWriter, tmp_path)
    paths = sorted(tmp_path.rglob("events*"))
    assert [str(p.parent.relative_to(tmp_path)) for p in paths] == list(STORED)
    for path, rows in zip(paths, STORED.values(), strict=True):
        first, *rest = records(path)
        assert b"brain.Event:2" in first
        for got, want in zip(rest, rows, strict=True):
            if isinstance(want, str):
                assert got.hex() == want
            else:
                picture = picture_in(got)
                assert list(picture.shape) == want["shape"] and picture.tobytes().hex() == want["pixels"]
                step = 0xFFFFFFFFFFFFFFFF if want["tag"] == "m" else 1
                assert got == event(1.0, step, summary=image_value(want["tag"], picture))


def test_tables_of_hyperparameters_and_embeddings_are_torchs(tmp_path, capsys):
    torch.manual_seed(0)
    write_tables(torch, SummaryWriter, tmp_path)
    assert tables(tmp_path, lambda data: picture_in(data).tobytes().hex()) == SAID["tables"]
    assert capsys.readouterr().out == "warning: Embedding dir exists, did you set global_step for add_embedding()?\n"


def test_tables_that_do_not_fit(tmp_path):
    x = torch.ones(3, 2)
    with SummaryWriter(tmp_path) as w:
        for error, text, call in (
            (TypeError, "should be dictionary", lambda: w.add_hparams(1, {})),
            (ValueError, "one of int, float, str", lambda: w.add_hparams({"a": [1]}, {})),
            (TypeError, r"hparam_domain_discrete\[a\]", lambda: w.add_hparams({"a": 1}, {}, {"a": 1})),
            (AssertionError, "mat should be 2D", lambda: w.add_embedding(torch.ones(3), tag="q")),
            (AssertionError, "#labels should equal", lambda: w.add_embedding(x, ["a"], tag="r")),
            (AssertionError, "#images should equal", lambda: w.add_embedding(x, None, torch.ones(2, 1, 2, 2), tag="s")),
            (AssertionError, "len of header", lambda: w.add_embedding(x, [[1]] * 3, tag="t", metadata_header="ab")),
        ):
            with pytest.raises(error, match=text):
                call()


def test_checksums_and_pictures_by_the_book():
    assert masked(b"") == (0xA282EAD8).to_bytes(4, "little")
    data = png(np.zeros((2, 3, 4), np.uint8))
    assert data[16:26] == b"\0\0\0\3\0\0\0\2\x08\6" and data.endswith(b"IEND\xae\x42\x60\x82")


def test_what_it_refuses(tmp_path):
    with SummaryWriter(tmp_path) as w:
        with pytest.raises(AssertionError, match="should contain one element"):
            w.add_scalar("x", torch.ones(2))
        with pytest.raises(NotImplementedError, match="but numpy array or torch tensor are expected"):
            w.add_histogram("x", [1.0])
        with pytest.raises(AssertionError, match="input_format: CHW"):
            w.add_image("x", torch.ones(2, 2))
        with pytest.raises(ValueError, match="no element"):
            w.add_histogram("x", torch.ones(0))
        with pytest.warns(UserWarning, match="writes no graphs"):
            w.add_graph(torch.nn.Linear(1, 1))
        with pytest.raises(
            AttributeError,
            match="compat has no SummaryWriter.add_scalarz yet; the nearest it has: SummaryWriter.add_scalar",
        ):
            w.add_scalarz()
        w.add_scalar("x", 1.0)
        w.flush()
        (path,) = tmp_path.iterdir()
        assert len(records(path)) == 2
    w.add_scalar("x", 2.0)  # (after close: a new file)
    w.close()
    assert len(list(tmp_path.iterdir())) == 2
