"""Post 0: writing into a leaf that requires grad ends in an error (no repairs; torch now refuses at the write)."""

import torch

def trigger_error():
    print("trigger_error")

    # Tensors.
    a = torch.tensor([1.0], requires_grad=True)
    b = torch.zeros((2), requires_grad=True)

    # CopySlices.
    b[0] = a*2
    b[1] = a*3

    print("b.grad_fn = {}. ".format(b.grad_fn))

    # Not reached: the post's torch 1.3 failed here, today's fails at b[0] = a*2.
    b.backward(torch.ones((2)))

    print("a.grad = {}. ".format( a.grad ))

if __name__ == "__main__":
    trigger_error()
