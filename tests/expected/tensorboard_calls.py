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


def records(path):
    """The contents of the records of an event file."""
    data, at, out = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 8], "little")
        out.append(data[at + 12 : at + 12 + size])
        at += 16 + size
    return out
