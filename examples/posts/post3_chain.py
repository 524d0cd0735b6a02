"""Post 3: g(f(x)) with the gradients of the values in between kept by retain_grad (no repairs)."""

import torch
x = torch.tensor(2.0, requires_grad=True)
fx = x**2 + 3*x + 1
# fx and gx are no leaves: their gradients are kept only when asked for.
fx.retain_grad()
gx = fx**3+4*fx+2
gx.retain_grad()
gx.backward()
# Values.
print("x:{}".format(x))
print("fx:{}".format(fx))
print("gx:{}".format(gx))
# Gradients.
print("gx.grad:{}".format(gx.grad))
print("fx.grad:{}".format(fx.grad))
print("x.grad:{}".format(x.grad))
