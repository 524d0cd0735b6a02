"""Write optim.json: parameters after 1, 2, 5 and 20 steps of training with some of torch's optimizers.

Run with torch 2.13: `python tests/expected/make_optim.py`. The program `trained` runs under both libraries.
"""

import json
import pathlib

OPTIMIZERS = [
    "SGD(ps, lr=0.1)",
    "SGD(ps, lr=0.05, momentum=0.9)",
    "SGD(ps, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01)",
    "SGD(ps, lr=0.05, momentum=0.9, dampening=0.3)",
    "SGD(ps, lr=0.01, maximize=True)",
    "SGD([{'params': ps[:1]}, {'params': ps[1:], 'lr': 0.2}], lr=0.05)",
    "Adam(ps, lr=0.1)",
    "Adam(ps, lr=0.1, betas=(0.8, 0.9), weight_decay=0.1)",
    "Adam(ps, lr=0.1, amsgrad=True, eps=1e-4)",
    "Adam(ps, lr=0.01, maximize=True)",
    "AdamW(ps, lr=0.1)",
    "AdamW(ps, lr=0.1, weight_decay=0.3, amsgrad=True)",
]


def trained(torch, code):
    """The parameters of a small least-squares problem after some numbers of steps."""
    x = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75], [-0.5, 1.0, 0.125]], dtype=torch.float64)
    y = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    ps = [
        torch.tensor([0.1, -0.2, 0.3], dtype=torch.float64, requires_grad=True),
        torch.tensor(0.05, dtype=torch.float64, requires_grad=True),
    ]
    optimizer = eval("torch.optim." + code, {"torch": torch, "ps": ps})
    found = []
    for step in range(1, 21):
        optimizer.zero_grad()
        ((((x * ps[0]).sum(1) + ps[1]).tanh() - y) ** 2).mean().backward()
        optimizer.step()
        if step in (1, 2, 5, 20):
            found.append([*ps[0].tolist(), ps[1].item()])
    return found


def main():
    import torch

    stored = {
        "torch": torch.__version__,
        "optimizers": {code: trained(torch, code) for code in OPTIMIZERS},
    }
    path = pathlib.Path(__file__).with_name("optim.json")
    path.write_text(json.dumps(stored, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
