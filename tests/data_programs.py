"""What people do with torch.utils.data, torch.save, torch.load and Generators: programs for side_by_side.py.

Invariant: an empty line sets two programs apart; they may write files into the folder they are run in.
"""

import ast
import contextlib
import os
import pathlib
import tempfile

PICKLED = """
torch.arange(12.0).reshape(3, 4).t()[1:]
torch.ones(2, requires_grad=True)
nn.Parameter(torch.ones(2))
torch.tensor([[1.5, -2.0]], dtype=torch.bfloat16)
torch.tensor([1j, 2.0])
{'a': [torch.ones(2, dtype=torch.bool), torch.float16, torch.device('cpu'), torch.Size([1, 2]), torch.strided]}
nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.LSTM(2, 1)).state_dict()
optim.Adam([nn.Parameter(torch.ones(2))]).state_dict()
F.relu
nn.Conv2d
""".strip().splitlines()  # what is pickled by the one library and read by the other
PROGRAMS = pathlib.Path(__file__).with_name("data_programs.txt")


def fixed_programs():
    """All of them, as lists of statements."""
    return [statements(text) for text in PROGRAMS.read_text(encoding="utf-8").strip().split("\n\n")]


def statements(text):
    """The statements of a program, as texts."""
    lines = text.split("\n")
    return ["\n".join(lines[s.lineno - 1 : s.end_lineno]) for s in ast.parse(text).body]


@contextlib.contextmanager
def in_a_folder():
    """Within the block, an empty folder is the current one."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
