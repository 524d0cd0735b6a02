"""What a signal's handler raises reaches the program, wherever in a call it comes (a time limit by SIGALRM, Ctrl-C)."""

import gc
import pathlib
import subprocess
import sys

import pytest

import compat as torch
from compat import nn

MODEL = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 2))
LAST = torch.optim.Adam(MODEL.parameters(), lr=0.1)
X, W = torch.ones(4, 3), torch.ones(4, 3, requires_grad=True)


def step():
    LAST.zero_grad()
    nn.functional.cross_entropy(MODEL(X), torch.tensor([0, 1, 0, 1])).backward()
    LAST.step()


CALLS = {
    "sum": lambda: X.sum(1),
    "softmax": lambda: torch.softmax(W, -1),
    "views": lambda: W[1:].view(-1).unsqueeze(0).transpose(0, 1).expand(9, 2),
    "written": lambda: torch.zeros(3, 2).fill_(2.0).add_(1).clamp_(0, 1),
    "entries": lambda: torch.zeros(3)[torch.tensor([0, 2])],
    "products": lambda: (X @ X.T + 1).mean(),
    "backward": lambda: (W * 2).relu().sum().backward(),
    "second": lambda: torch.autograd.grad((W**3).sum(), W, create_graph=True)[0].sum().backward(),
    "step": step,
}


class Late(Exception):
    """What the handler raises: of a kind that no library knows."""


def lost(call):
    """(how many places it was raised at, what was lost of them): at the start of a function, where Python runs handlers of signals, here the
    k-th for all k."""
    call()
    call()
    found, k, left, at = [], 0, 0, None

    def profile(frame, event, _):
        nonlocal left, at
        if event == "call" and frame.f_globals.get("__name__", "").startswith(("compat", "funcgrad")):
            left -= 1
            if not left:
                at = frame.f_code.co_filename.rpartition("/")[2], frame.f_lineno
                raise Late

    while left <= 0:
        k += 1
        left, at = k, None
        sys.setprofile(profile)
        try:
            call()
        except Late:
            pass
        except Exception as error:
            found.append((repr(error), at))
        else:
            if at is not None:
                found.append(at)
        finally:
            sys.setprofile(None)
    call()
    return k, found


@pytest.mark.parametrize("name", CALLS)
def test_what_a_handler_raises_is_not_lost(name):
    """(in a process of its own: what is interrupted in the middle of a `finally` leaves NumPy's warnings off)"""
    root = pathlib.Path(__file__).parents[2]
    code = f"from tests.compat.test_interrupted import CALLS, lost; print(*lost(CALLS[{name!r}]), sep='|')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    places, _, found = done.stdout.strip().partition("|")
    assert int(places) > 3 and found == "[]"


def test_the_collector_calls_nothing_of_ours_between_transforms():
    """What is raised there ends there."""
    torch.func.grad(torch.sin)(torch.tensor(1.0))
    assert not [f for f in gc.callbacks if f.__module__.partition(".")[0] in ("funcgrad", "compat")]
