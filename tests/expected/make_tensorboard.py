"""Write tensorboard.json: the events that torch.utils.tensorboard writes. Run with torch 2.13 and tensorboard (which brings
Pillow): `python tests/expected/make_tensorboard.py`."""

import io
import json
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]

from tests.expected.tensorboard_calls import records, tables, write, write_tables  # noqa: E402


def main():
    import numpy as np
    import torch
    from PIL import Image
    from tensorboard.compat.proto.event_pb2 import Event
    from torch.utils.tensorboard import SummaryWriter

    stored = {}
    with tempfile.TemporaryDirectory() as folder:
        write(torch, SummaryWriter, folder)
        root = pathlib.Path(folder)
        for path in sorted(root.rglob("events*")):
            rows = stored[str(path.parent.relative_to(root))] = []
            for data in records(path)[1:]:  # (the first holds the time)
                (value,) = Event.FromString(data).summary.value
                if value.HasField("image"):
                    picture = np.asarray(Image.open(io.BytesIO(value.image.encoded_image_string)))
                    rows.append({"tag": value.tag, "shape": picture.shape, "pixels": picture.tobytes().hex()})
                else:
                    rows.append(data.hex())
    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        write_tables(torch, SummaryWriter, folder)
        laid = tables(pathlib.Path(folder), lambda data: np.asarray(Image.open(io.BytesIO(data))).tobytes().hex())
    target = HERE / "tensorboard.json"
    target.write_text(
        json.dumps({"torch": torch.__version__, "files": stored, "tables": laid}, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
