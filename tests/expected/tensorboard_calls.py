"""What both libraries are asked to write into event files: every kind of entry, at fixed times."""

import numpy as np


def write(torch, SummaryWriter, folder):
    """Write them to a folder; figures are literal or of seeded streams."""
    torch.manual_seed(0)
    w = SummaryWriter(folder)
    w.add_scalar("a/loss", torch.tensor(0.25), 3, walltime=12.5)
    w.add_scalar("zero", 0.0, 0, walltime=1.0)
    w.add_scalar("n", np.float32(2), torch.tensor(300), walltime=1.0)
    w.add_scalar("new", 1.5, 1, walltime=1.0, new_style=True)
    w.add_scalar("wide", 1.5, 1, walltime=1.0, new_style=True, double_precision=True)
    w.add_text("t", "héllo *x*", 1, walltime=1.0)
    w.add_histogram("h", np.linspace(-2, 3, 40) ** 3, 2, walltime=1.0)
    w.add_histogram("h", np.arange(10), 2, walltime=1.0, bins="auto")
    w.add_histogram("h", torch.tensor([0.5, 1.0, 7.0]), 2, walltime=1.0, max_bins=50)
    w.add_image("i", torch.rand(3, 4, 5), 1, walltime=1.0)
    w.add_image("grey", torch.rand(1, 4, 5), 1, walltime=1.0)
    w.add_image("u", (torch.rand(4, 5) * 255).to(torch.uint8), 1, walltime=1.0, dataformats="HW")
    w.add_images("m", torch.rand(10, 1, 2, 3), -1, walltime=1.0)
    w.add_image("c", torch.rand(4, 5, 4), 1, walltime=1.0, dataformats="HWC")
    w.add_scalars("s/x", {"p": 1.0, "q": 2.0}, 1, walltime=1.0)
    w.close()


def write_tables(torch, SummaryWriter, folder):
    """Write hyper-parameters and embeddings, which lie in folders of their own."""
    w = SummaryWriter(folder)
    given = {"lr": 0.1, "layers": 3, "opt": "adam", "flag": True, "none": None, "t": torch.tensor([2.0, 3.0])}
    w.add_hparams(given, {"acc": 0.5, "loss": torch.tensor(1.5)}, run_name="r1")
    choices = {"lr": [0.1, 0.2], "opt": ["adam", "sgd"], "flag": [True, False]}
    w.add_hparams({"lr": 0.1, "opt": "adam", "flag": False}, {"acc": 0.5}, choices, run_name="r2", global_step=4)
    w.add_hparams({}, {}, run_name="r3")
    x = torch.arange(6.0).view(3, 2) / 3
    w.add_embedding(x, ["a", "é", 3], torch.linspace(0, 1, 72).view(3, 3, 2, 4), global_step=2, tag='x/y%"z')
    w.add_embedding(np.arange(6).reshape(3, 2), [["a", 1], ["b", 2], ["c", 3]], metadata_header=["n", "k"])
    w.add_embedding(torch.ones(2, 3, dtype=torch.float16), label_img=torch.rand(2, 1, 3, 3).round(), tag="a")
    w.add_embedding(torch.ones(2, 3), tag="a")
    w.close()


def tables(folder, pixels):
    """{path below the folder: what stands there}: texts, pictures by `pixels(bytes)`, and the bytes of events behind their times in
    order of size, since the fields of a map have no order."""
    out = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if "tfevents" in name:
            if path.parent != folder:
                out[path.parent.name] = [bytes(sorted(r[9:])).hex() for r in records(path)[1:]]
        else:
            data = path.read_bytes()
            out[name] = pixels(data) if path.suffix == ".png" else data.decode()
    return out


def records(path):
    """The contents of the records of an event file."""
    data, at, out = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 8], "little")
        out.append(data[at + 12 : at + 12 + size])
        at += 16 + size
    return out
