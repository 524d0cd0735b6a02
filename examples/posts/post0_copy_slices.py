"""Post 0: the two ways out, torch.cat and a b that does not require grad (import, the two calls and === are added)."""

import torch

def concatenate():
    print("concatenate")

    # A tensor.
    a = torch.tensor([1.0], requires_grad=True)

    # Concatenate.
    b = torch.cat((a*2, a*3))

    print("b.grad_fn = {}. ".format(b.grad_fn))

    # No error this time.
    b.backward(torch.ones((2)))

    print("a.grad = {}. ".format( a.grad ))

def not_requires_grad():
    print("not_requires_grad")

    # Tensors.
    a = torch.tensor([1.0], requires_grad=True)
    b = torch.zeros((2), requires_grad=False)

    # CopySlices.
    b[0] = a*2
    b[1] = a*3

    print("b.grad_fn = {}. ".format(b.grad_fn))

    # No error this time.
    b.backward(torch.ones((2)))

    print("a.grad = {}. ".format( a.grad ))

if __name__ == "__main__":
    concatenate()
    print("===")
    not_requires_grad()
